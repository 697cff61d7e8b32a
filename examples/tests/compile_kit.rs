//! The `compile_kit` program as a user meets it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{
    fs::File,
    path::Path,
    process::{Command, Output},
};

use emo_testing::{example, fixture};
use ndarray::Array3;
use ndarray_npy::WriteNpyExt;

/// Features for the bundled EEG model, the same every time for the same seed.
fn write_samples(path: &Path, n: usize, seed: u32) {
    let mut state = seed;
    let samples = Array3::from_shape_simple_fn((n, 9, 5), || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 * 4.0 + 1.0
    });
    samples.write_npy(File::create(path).unwrap()).unwrap();
}

fn run(arguments: &[&str]) -> Output {
    Command::new(example("compile_kit"))
        .args(arguments)
        .output()
        .unwrap()
}

fn error_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_kit_is_written_and_its_quantization_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (calibration, held_out, kit) = (path("x.npy"), path("v.npy"), path("kit"));
    write_samples(calibration.as_ref(), 40, 1);
    write_samples(held_out.as_ref(), 20, 2);
    let arguments = [
        "eeg",
        "--calibration",
        &calibration,
        "--held-out",
        &held_out,
        "--split",
        "another seed",
        "--compiler",
        "1.1",
        "--emulate",
        "--out",
        &kit,
    ];
    let output = run(&[&arguments[..], &["--json"]].concat());
    assert!(output.status.success(), "{}", error_of(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["sample_shape"], serde_json::json!([9, 5, 1]));
    assert_eq!(report["n_calibration"], 40);
    let emulation = &report["emulation"];
    assert_eq!(
        (&emulation["split"], &emulation["samples"]),
        (&"another seed".into(), &20.into())
    );
    assert!(emulation["sqnr_db"].as_f64().unwrap() > 20.0, "{report}");
    assert!(emulation["approximations"].as_array().unwrap().len() > 3);
    let script = std::fs::read_to_string(Path::new(&kit).join("compile.py")).unwrap();
    assert!(script.contains("VERSION = \"1.1\""));
    // The folder exists now.
    let again = run(&arguments);
    assert_eq!(again.status.code(), Some(2));
    assert!(error_of(&again).contains("exists: a kit is written to a new folder"));
}

#[test]
fn what_cannot_be_compiled_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    write_samples(&path, 2, 1);
    let samples = path.to_str().unwrap();
    let quantized = fixture("emo-quant/net.qdq.onnx");
    let output = run(&[quantized.to_str().unwrap(), "--calibration", samples]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error_of(&output).contains("the model is quantized already"),
        "{}",
        error_of(&output)
    );
    let output = run(&[
        "eeg",
        "--calibration",
        samples,
        "--target",
        "regulus-rb",
        "--compiler",
        "1.0",
    ]);
    assert!(error_of(&output).contains("compilers before 1.2 do not know regulus-rb"));
    let kit = folder.path().join("kit");
    let output = run(&[
        "eeg",
        "--calibration",
        samples,
        "--out",
        kit.to_str().unwrap(),
        "--compile",
        "--python",
        "no-such-python",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error_of(&output).contains("no Python: `no-such-python` cannot be started"),
        "{}",
        error_of(&output)
    );
    // What was written before stays for whoever has a compiler.
    assert!(kit.join("model.onnx").exists());
}
