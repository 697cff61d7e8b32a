//! What the vendor's own software says on a machine without a device, as types.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod worker;

use std::{fs, path::PathBuf};

use emo_backend_mobilint::{
    Device, MobilintBackend, MobilintConfig, MobilintError, ModelConfig, MxqProblem, PythonConfig,
    RuntimeModule, Status, Target,
    emo_backend::{Backend, BackendError, ModelSource},
};
use worker::{mxq, newest, older, without_device};

fn backend(python: &PythonConfig, device: impl Into<Device>) -> MobilintBackend {
    let mut config = MobilintConfig::default();
    config.python = python.clone();
    config.model = ModelConfig::new(device);
    MobilintBackend::new(config)
}

#[test]
fn each_device_is_missed_in_its_own_way() {
    let Some(python) = without_device(newest()) else {
        return;
    };
    for target in [Target::Auto, Target::Aries, Target::Regulus] {
        let error = backend(&python, target).inspect().unwrap_err();
        assert!(matches!(error, MobilintError::NoDevice { .. }), "{error}");
        assert_eq!(error.status(), Some(Status::DeviceNotFound));
        assert!(error.to_string().contains("Acc_DeviceNotFound occurred."));
    }
    let second = Device::new(Target::Auto, 1);
    let error = backend(&python, second).inspect().unwrap_err();
    assert!(matches!(error, MobilintError::NoDevice { .. }), "{error}");
    for target in [
        Target::AriesRb,
        Target::RegulusRa,
        Target::RegulusRb,
        Target::RegulusRbUsb,
    ] {
        let error = backend(&python, target).inspect().unwrap_err();
        assert!(matches!(error, MobilintError::NoDriver { .. }), "{error}");
        assert_eq!(error.status(), Some(Status::DriverNotInitialized));
        assert!(
            error
                .to_string()
                .contains("Driver_NotInitialized occurred.")
        );
    }
    let error = backend(&python, Target::from("bogus"))
        .inspect()
        .unwrap_err();
    assert!(
        matches!(
            error,
            MobilintError::WrongDevice {
                status: Status::UnknownDevice,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn an_older_runtime_opens_by_number_alone() {
    let Some(python) = without_device(older()) else {
        return;
    };
    for target in [Target::Auto, Target::Aries, Target::AriesRb] {
        let error = backend(&python, target).inspect().unwrap_err();
        assert!(matches!(error, MobilintError::NoDriver { .. }), "{error}");
    }
    for target in [Target::RegulusRa, Target::from("bogus")] {
        let error = backend(&python, target).inspect().unwrap_err();
        assert!(
            matches!(&error, MobilintError::RuntimeTooOld { module, version, .. }
                if module == "qbruntime" && version == "1.3.2"),
            "{error}"
        );
    }
}

#[test]
fn the_check_says_what_is_missing() {
    let Some(python) = without_device(newest()) else {
        return;
    };
    let reason = |backend: &MobilintBackend| match backend.check().unwrap_err() {
        BackendError::Unavailable {
            backend: "mobilint",
            reason,
        } => reason,
        other => other.to_string(),
    };
    let text = reason(&backend(&python, Target::Auto));
    assert!(
        text.starts_with("no device auto:0 (there is no /dev/aries*"),
        "{text}"
    );

    let mut config = MobilintConfig::default();
    config.python = python;
    config.runtime = RuntimeModule::Maccel;
    let text = reason(&MobilintBackend::new(config));
    assert!(text.starts_with("no runtime: `"), "{text}");
    assert!(text.contains("No module named 'maccel'"), "{text}");
}

#[test]
fn without_python_nothing_starts() {
    for (interpreter, words) in [
        ("no-such-folder/python3", "No such file or directory"),
        ("/bin/false", "exit status: 1"),
    ] {
        let error = backend(&PythonConfig::new(interpreter), Target::Auto)
            .inspect()
            .unwrap_err();
        assert!(matches!(error, MobilintError::NoPython { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// What a broken file is called, and by whom.
fn refusal(backend: &MobilintBackend, bytes: Option<&[u8]>) -> MobilintError {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("model.mxq");
    if let Some(bytes) = bytes {
        fs::write(&path, bytes).unwrap();
    }
    let error = backend
        .open(&ModelSource::Path(path.clone()), &ModelConfig::default())
        .unwrap_err();
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
    error
}

fn garbage_is_refused(python: &PythonConfig) {
    let backend = backend(python, Target::Auto);
    assert!(matches!(
        refusal(&backend, None),
        MobilintError::Read { .. }
    ));
    let random: Vec<u8> = (0..5000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for bytes in [&[][..], &random, &[0; 5000]] {
        assert!(matches!(
            refusal(&backend, Some(bytes)),
            MobilintError::Mxq {
                problem: MxqProblem::Magic { .. } | MxqProblem::TooShort { .. },
                ..
            }
        ));
    }
    // The first version is the older module's alone, and only the running module knows that.
    for version in [0, 1, 8] {
        assert!(matches!(
            refusal(&backend, Some(&mxq(version, &[0; 5000]))),
            MobilintError::Mxq {
                problem: MxqProblem::Version { .. },
                ..
            }
        ));
    }
    // With a good header it is the vendor's own parser that refuses.
    for version in 2..=7 {
        let error = refusal(&backend, Some(&mxq(version, &random)));
        let MobilintError::Mxq {
            problem: MxqProblem::Refused { status, text, log },
            ..
        } = &error
        else {
            unreachable!("{error}")
        };
        assert_eq!(*status, Status::FailedToLoadMxq);
        assert!(text.starts_with("Model_FailedToLoadMXQ occurred."));
        assert!(log.iter().any(|line| line.contains("Checksum")), "{log:?}");
    }
}

#[test]
fn garbage_is_refused_by_the_newest() {
    if let Some(python) = newest() {
        garbage_is_refused(&python);
    }
}

#[test]
fn garbage_is_refused_by_an_older_one() {
    if let Some(python) = older() {
        garbage_is_refused(&python);
    }
}

#[test]
fn a_bad_file_is_a_bad_model_for_any_backend() {
    let Some(python) = newest() else {
        return;
    };
    let backend = backend(&python, Target::Auto);
    let bytes = mxq(7, &[0; 100]);
    let error = backend.load(&ModelSource::Bytes(bytes.into())).unwrap_err();
    assert!(matches!(error, BackendError::Model { .. }), "{error}");
}
