//! Running the compiler: against a fake one, clearly named, since the vendor's is behind a login.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use emo_backend_mobilint::{
    CalibrationMode, CompileKit, Compiled, CompilerConfig, KitConfig, KitError, MobilintError,
    Progress, PythonConfig, compile,
};
use tempfile::TempDir;

use support::{model, samples};

/// Whether there is a Python to run scripts with.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no python3");
    }
    found
}

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder)
}

/// A kit of the smallest model.
fn kit(mode: CalibrationMode) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit");
    let model = model("eeg");
    let mut config = KitConfig::default();
    config.quantization.mode = mode;
    let kit = CompileKit::new(&model, config).unwrap();
    kit.write(&path, &samples(&model, 2)).unwrap();
    (folder, path)
}

fn fake(behaviour: &str) -> CompilerConfig {
    let mut config = CompilerConfig::default();
    config.python = PythonConfig::default()
        .with_python_path(here("fake_compiler"))
        .with_env("FAKE_COMPILER", behaviour);
    config.deadline = Duration::from_secs(60);
    config
}

fn run(kit: &Path, config: &CompilerConfig) -> (Result<Compiled, MobilintError>, Vec<Progress>) {
    let mut told = Vec::new();
    let result = compile(kit, config, &mut |progress| told.push(progress.clone()));
    (result, told)
}

fn log(kit: &Path) -> String {
    fs::read_to_string(kit.join("compile.log")).unwrap()
}

#[test]
fn a_model_is_compiled_and_checked() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::max_percentile());
    let (compiled, told) = run(&kit, &fake("good"));
    let compiled = compiled.unwrap();
    assert_eq!(compiled.path, kit.join("model.mxq"));
    assert_eq!((compiled.mxq.version, compiled.mxq.size), (7, 72));
    assert_eq!(compiled.shapes, None);
    let fractions: Vec<f64> = told
        .iter()
        .filter_map(|progress| progress.fraction)
        .collect();
    assert_eq!(fractions, [0.25, 0.5, 0.75, 1.0]);
    assert!(
        told.iter()
            .any(|progress| progress.message.contains("qbruntime is not installed here"))
    );
    assert!(log(&kit).contains("calibrating"));
    // What the command line was given: the settings of the kit, in a file.
    let config = fs::read_to_string(kit.join("compile_config.json")).unwrap();
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["inferenceScheme"], "single");
    assert_eq!(config["calibration"]["mode"], 1);
    assert_eq!(config["calibration"]["max_percentile"]["topk_ratio"], 0.01);
}

#[test]
fn shapes_are_checked_where_the_runtime_is() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let with = |shapes: &str| {
        let mut config = fake("good");
        config.python = config
            .python
            .with_python_path(here("fake_runtime"))
            .with_env("FAKE_SHAPES", shapes);
        run(&kit, &config).0
    };
    let shapes = with("[[[9, 5, 1]], [[1, 4]]]").unwrap().shapes.unwrap();
    assert_eq!(
        (shapes.inputs, shapes.outputs),
        (vec![vec![9, 5, 1]], vec![vec![1, 4]])
    );
    let error = with("[[[5, 9, 1]], [[4]]]").unwrap_err();
    let said = error.to_string();
    assert!(
        matches!(error, MobilintError::Kit(KitError::CompiledShape { .. })),
        "{said}"
    );
    assert!(
        said.starts_with("model.mxq has inputs of shape [[5, 9, 1]], expected [[9, 5, 1]]"),
        "{said}"
    );
    assert!(
        with("[[[9, 5]], [[1, 1, 3]]]")
            .unwrap_err()
            .to_string()
            .contains("has outputs of shape")
    );
}

#[test]
fn a_failure_has_the_compiler_s_status_and_words() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let error = run(&kit, &fake("fail")).0.unwrap_err();
    let MobilintError::Kit(KitError::CompilerFailed { exit, reason, log }) = &error else {
        panic!("{error}");
    };
    assert_eq!(exit, "exit status: 9");
    assert_eq!(reason, "E1234: no such layer");
    assert!(
        fs::read_to_string(log)
            .unwrap()
            .contains("-m qbcompiler compile ended with 9")
    );
    assert!(!kit.join("model.mxq").exists());
}

#[test]
fn what_is_no_mxq_file_is_refused() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let said = |behaviour: &str| run(&kit, &fake(behaviour)).0.unwrap_err();
    let error = said("garbage");
    assert!(matches!(error, MobilintError::Mxq { .. }), "{error}");
    let error = said("old");
    assert!(error.to_string().contains("its version is 9.0"), "{error}");
    let error = said("nothing");
    assert!(
        matches!(error, MobilintError::Kit(KitError::CompilerFailed { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("No such file"), "{error}");
}

#[test]
fn a_hang_ends_at_the_deadline_with_everything_it_started() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let mut config = fake("hang");
    config.deadline = Duration::from_secs(8);
    let begin = Instant::now();
    let error = run(&kit, &config).0.unwrap_err();
    assert!(
        begin.elapsed() < Duration::from_secs(60),
        "{:?}",
        begin.elapsed()
    );
    let said = error.to_string();
    assert!(
        said.starts_with(
            "the compiler was not done after 8s and was ended; it was at: calibrating (log: "
        ),
        "{said}"
    );
    let pid = fs::read_to_string(kit.join("child.pid")).unwrap();
    let is_running = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        // A zombie has ended, and waits for whoever adopted it.
        !stat.is_empty() && !stat.contains(") Z")
    };
    // The kernel takes a moment to end a process that was killed.
    for _ in 0..100 {
        if !is_running() {
            return;
        }
        std::thread::yield_now();
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("process {pid} is still there");
}

#[test]
fn a_flood_of_words_holds_nothing_up() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let (compiled, told) = run(&kit, &fake("flood"));
    compiled.unwrap();
    assert!(told.len() > 20_000);
    assert!(log(&kit).len() > 4_000_000);
}

#[test]
fn another_version_or_none_is_no_compiler() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let no_compiler = |config: &CompilerConfig| match run(&kit, config).0.unwrap_err() {
        MobilintError::Kit(KitError::NoCompiler { reason, .. }) => reason,
        error => panic!("{error}"),
    };
    let mut other = fake("good");
    other.python = other.python.with_env("FAKE_COMPILER_VERSION", "1.30.0");
    let reason = no_compiler(&other);
    assert!(
        reason.starts_with("qbcompiler 1.30.0 is installed, this kit is for 1.3: "),
        "{reason}"
    );
    let mut config = CompilerConfig::default();
    config.deadline = Duration::from_secs(60);
    let reason = no_compiler(&config);
    assert!(reason.contains("No module named 'qbcompiler'"), "{reason}");
    config.python = PythonConfig::new("no-such-python");
    assert!(matches!(
        run(&kit, &config).0,
        Err(MobilintError::NoPython { .. })
    ));
}

#[test]
fn the_histogram_s_settings_are_looked_for() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit("histogram-kl".parse().unwrap());
    let error = run(&kit, &fake("good")).0.unwrap_err().to_string();
    assert!(
        error.contains("no setting search_type among max_percentile, method, mode, output"),
        "{error}"
    );
    let mut config = fake("good");
    config.python = config.python.with_env("FAKE_COMPILER_HISTOGRAM", "1");
    run(&kit, &config).0.unwrap();
    let config = fs::read_to_string(kit.join("compile_config.json")).unwrap();
    assert!(config.contains("\"hist_search_type\": 2"), "{config}");
}

#[test]
fn a_person_starts_the_script_without_json() {
    if !has_python() {
        return;
    }
    let (_folder, kit) = kit(CalibrationMode::Max);
    let start = |arguments: &[&str], version: &str| {
        Command::new("python3")
            .arg(kit.join("compile.py"))
            .args(arguments)
            .env("PYTHONPATH", here("fake_compiler"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("FAKE_COMPILER_VERSION", version)
            .env_remove("QBCOMPILER_JSONL")
            .output()
            .unwrap()
    };
    let output = start(&["--output", "mine.mxq"], "1.3.2+aries2");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(kit.join("mine.mxq").exists());
    let output = start(&[], "1.2.0");
    assert_eq!(output.status.code(), Some(4));
    let output = start(&["--any-version"], "1.2.0");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
