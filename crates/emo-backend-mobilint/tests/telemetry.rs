//! Telemetry through the vendor's real library where there is no device, and through stand-ins of our own that answer.

#![cfg(all(feature = "telemetry", target_os = "linux"))]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use emo_backend_mobilint::{
    Device, MobilintError, Target, Telemetry, TelemetryConfig, TelemetrySource, TelemetryVia,
};
use tempfile::TempDir;

/// Names the vendor's library, of the wheel `mobilint-ml`; without it the tests on it do nothing.
const VENDOR_LIBRARY: &str = "EMO_MBLTML_LIBRARY";

fn vendor_library() -> Option<PathBuf> {
    let path = env::var_os(VENDOR_LIBRARY).map(PathBuf::from);
    if path.is_none() {
        eprintln!("skipped: {VENDOR_LIBRARY} does not name the vendor's libmbltml");
    }
    path
}

fn through_library(path: impl Into<PathBuf>, device: impl Into<Device>) -> TelemetryConfig {
    let mut config = TelemetryConfig::new(device);
    config.library = path.into();
    config.via = TelemetryVia::Library;
    config
}

fn through_driver(node: &Path) -> TelemetryConfig {
    let mut config = TelemetryConfig::default();
    config.node = Some(node.to_owned());
    config.via = TelemetryVia::Driver;
    config
}

/// Compiles a library of C into the folder; `None`, and says so, where there is no compiler.
fn compile(source: &str, folder: &TempDir, name: &str, flags: &[&str]) -> Option<PathBuf> {
    let output = folder.path().join(name);
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(&compiler)
        .args(["-O1", "-Wall", "-Werror", "-shared", "-fPIC"])
        .args(flags)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/stand_in")
                .join(source),
        )
        .arg("-o")
        .arg(&output)
        .status();
    match status {
        Ok(status) => {
            assert!(status.success(), "{source} does not compile");
            Some(output)
        }
        Err(error) => {
            eprintln!("skipped: {}: {error}", compiler.display());
            None
        }
    }
}

#[test]
fn the_vendor_s_library_finds_no_driver() {
    let Some(path) = vendor_library() else { return };
    if !Device::nodes().is_empty() {
        eprintln!("skipped: this machine has an NPU");
        return;
    }
    // Again and again, since opening and closing is the whole process' affair.
    for _ in 0..3 {
        for via in [TelemetryVia::Library, TelemetryVia::Auto] {
            let mut config = through_library(&path, Device::default());
            config.via = via;
            match Telemetry::new(&config) {
                Err(MobilintError::NoDriver { nodes, text, .. }) => {
                    assert_eq!(nodes, Vec::<String>::new());
                    assert!(text.starts_with("mbltmlInit answers 1"), "{text}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_missing_library_is_named() {
    match Telemetry::new(&through_library(
        "no-such-libmbltml.so.1",
        Device::default(),
    )) {
        Err(MobilintError::NoLibrary { path, reason }) => {
            assert_eq!(path, Path::new("no-such-libmbltml.so.1"));
            assert!(reason.contains("no-such-libmbltml"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_library_the_driver_is_asked() {
    if !Device::nodes().is_empty() {
        eprintln!("skipped: this machine has an NPU");
        return;
    }
    let mut config = through_library("no-such-libmbltml.so.1", Device::default());
    config.via = TelemetryVia::Auto;
    match Telemetry::new(&config) {
        Err(MobilintError::NoDriver { text, .. }) => {
            assert!(text.contains("/dev/aries0"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_library_of_another_version_is_refused() {
    let folder = TempDir::new().unwrap();
    let Some(good) = compile("fake_mbltml.c", &folder, "libmbltml.so.1.5.0", &[]) else {
        return;
    };
    let old = folder.path().join("libmbltml.so.0.9.0");
    std::fs::copy(&good, &old).unwrap();
    let link = folder.path().join("libmbltml.so");
    std::os::unix::fs::symlink(&old, &link).unwrap();
    let reason = |path: &Path| match Telemetry::new(&through_library(path, Device::default())) {
        Err(MobilintError::LibraryVersion { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&old), "it is of version 0, known is version 1");
    assert_eq!(reason(&link), "it is of version 0, known is version 1");
    // The C library has no such functions, and says no version.
    assert_eq!(
        reason(Path::new("libc.so.6")),
        "it is of version 6, known is version 1"
    );
    let flags = ["-DmbltmlGetTargetDeviceCount=otherwise"];
    let lacking = compile("fake_mbltml.c", &folder, "lacking.so", &flags).unwrap();
    assert_eq!(
        reason(&lacking),
        "it has no mbltmlGetTargetDeviceCount, as libmbltml of version 1 has"
    );
}

#[test]
fn a_fake_library_s_numbers_arrive() {
    let folder = TempDir::new().unwrap();
    let Some(path) = compile("fake_mbltml.c", &folder, "libmbltml.so.1.5.0", &[]) else {
        return;
    };
    let open = |device: &str| Telemetry::new(&through_library(&path, device));

    // The fake refuses to be initialized twice: both share the library.
    let mut second = open("aries-rb:1").unwrap();
    let mut regulus = open("regulus-ra").unwrap();
    let expected = TelemetrySource::Library {
        path: path.clone(),
        node: "/dev/aries1".to_owned(),
    };
    if let (
        TelemetrySource::Library { path: a, node: b },
        TelemetrySource::Library { path: c, node: d },
    ) = (second.source(), &expected)
    {
        assert_eq!((a, b), (c, d));
    } else {
        panic!("{}", second.source());
    }
    let reading = second.read().unwrap();
    assert_eq!(reading.power_watts, Some(11.5));
    assert_eq!(reading.current_amperes, Some(2.25));
    assert_eq!(reading.voltage_volts, None, "the fake does not know it");
    assert_eq!(reading.temperature_celsius, Some(41.0));
    assert_eq!(reading.utilization, Some(0.375));

    let reading = regulus.read().unwrap();
    assert_eq!(reading.power_watts, None, "not supported");
    assert_eq!(reading.temperature_celsius, Some(40.0));
    assert_eq!(reading.utilization, Some(0.375));

    // In the order of the types: two ARIES, then a REGULUS.
    for (device, node) in [
        ("auto:0", "/dev/aries0"),
        ("auto:1", "/dev/aries1"),
        ("auto:2", "/dev/regulus-npu0"),
    ] {
        let source = open(device).unwrap().source().to_string();
        assert_eq!(source, format!("{} on {node}", path.display()));
    }
    for device in ["auto:3", "aries-rb:2", "regulus-rb-usb"] {
        let error = open(device).unwrap_err();
        assert!(matches!(error, MobilintError::NoDevice { .. }), "{error}");
    }
    let error = open("bogus").unwrap_err();
    assert!(
        matches!(
            error,
            MobilintError::Config {
                field: "device",
                ..
            }
        ),
        "{error}"
    );

    // After the last one is gone the library can be initialized again.
    drop((second, regulus));
    assert!(open("aries").is_ok());
}

#[test]
fn a_status_of_the_library_is_carried() {
    let folder = TempDir::new().unwrap();
    let flags = ["-DFAKE_BROKEN_THERMOMETER"];
    let Some(path) = compile("fake_mbltml.c", &folder, "broken.so", &flags) else {
        return;
    };
    let mut telemetry = Telemetry::new(&through_library(path, Target::AriesRb)).unwrap();
    match telemetry.read() {
        Err(MobilintError::Telemetry { what, code, .. }) => {
            assert_eq!((what, code), ("mbltmlGetTemperature", 77));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_is_no_device_refuses_requests() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for node in [file.path(), Path::new("/dev/null")] {
        match Telemetry::new(&through_driver(node)) {
            Err(MobilintError::Ioctl {
                node: named,
                what,
                source,
            }) => {
                assert_eq!((&*named, what), (node, "temperature"));
                assert_eq!(source.raw_os_error(), Some(libc::ENOTTY), "{source}");
            }
            other => panic!("{other:?}"),
        }
    }
    // A folder can be opened to be read, but is no device either.
    let error = Telemetry::new(&through_driver(Path::new("/"))).unwrap_err();
    assert!(matches!(error, MobilintError::Ioctl { .. }), "{error}");

    let mut config = through_driver(file.path());
    config.node = None;
    config.device = "regulus-ra".into();
    let error = Telemetry::new(&config).unwrap_err();
    assert!(matches!(error, MobilintError::Config { .. }), "{error}");
}

/// Set in the process that [`a_fake_driver_s_numbers_arrive`] starts.
const BEHIND_FAKE: &str = "EMO_TEST_BEHIND_FAKE_DRIVER";

/// Runs [`behind_the_fake_driver`] in a process in which the fake stands before the system's `ioctl`.
#[test]
fn a_fake_driver_s_numbers_arrive() {
    let folder = TempDir::new().unwrap();
    let Some(fake) = compile("fake_driver.c", &folder, "fake_driver.so", &[]) else {
        return;
    };
    let node = folder.path().join("node");
    std::fs::write(&node, "").unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "behind_the_fake_driver", "--nocapture"])
        .env("LD_PRELOAD", &fake)
        .env(BEHIND_FAKE, &node)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("the fake driver answered"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn behind_the_fake_driver() {
    let Some(node) = env::var_os(BEHIND_FAKE) else {
        return;
    };
    let mut telemetry = Telemetry::new(&through_driver(Path::new(&node))).unwrap();
    let reading = telemetry.read().unwrap();
    assert_eq!(reading.power_watts, Some(12.345));
    assert_eq!(reading.current_amperes, Some(1.002));
    assert_eq!(reading.voltage_volts, Some(11.99));
    assert_eq!(reading.temperature_celsius, Some(41.0));
    // Four of eight cores.
    assert_eq!(reading.utilization, Some(0.5));
    println!("the fake driver answered");
}
