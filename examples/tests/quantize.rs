//! The `quantize` program as a user meets it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{path::Path, process::Command};

use emo_fusion::{CpuBackend, backend::Session, onnx::Model, tensor::Tensor};
use emo_testing::{example, fixture};
use ndarray::{Array1, Array2, Array4, Axis};
use ndarray_npy::{ReadNpyExt, WriteNpyExt};

/// Pictures of the model's size, the same every time.
fn write_samples(path: &Path, n: usize) {
    let mut state = 5_u32;
    let pictures = Array4::from_shape_simple_fn((n, 1, 8, 8), || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    });
    pictures
        .write_npy(std::fs::File::create(path).unwrap())
        .unwrap();
}

#[test]
fn a_model_is_quantized_judged_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let model = fixture("emo-onnx/built_cnn.onnx")
        .to_str()
        .unwrap()
        .to_owned();
    let (x, y, out, report) = (
        path("x.npy"),
        path("y.npy"),
        path("q.onnx"),
        path("report.html"),
    );
    write_samples(x.as_ref(), 16);
    let labels = Array1::from_iter((0..16_i64).map(|sample| sample % 4));
    labels
        .write_npy(std::fs::File::create(&y).unwrap())
        .unwrap();
    for method in [
        "max",
        "percentile",
        "max-percentile",
        "entropy",
        "mse",
        "search",
    ] {
        let output = Command::new(example("quantize"))
            .args([
                &model,
                "--calibration",
                &x,
                "--validation",
                &x,
                "--labels",
                &y,
                "--method",
                method,
            ])
            .args(["--out", &out, "--report", &report, "--json"])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let number = |name: &str| result[name].as_f64().unwrap();
        assert!(number("sqnr_db") > 20.0, "{method}: {result}");
        let (float, quantized) = (
            &result["accuracy"]["float"],
            &result["accuracy"]["quantized"],
        );
        let increase = quantized.as_f64().unwrap() / float.as_f64().unwrap();
        assert!((number("accuracy_increase_ratio") - increase).abs() < 1e-12);
        assert!((number("efficiency") - increase * number("compression_ratio")).abs() < 1e-12);
        assert_eq!(result["layers"].as_array().unwrap().len(), 2);
        assert_eq!(
            std::fs::metadata(&out).unwrap().len() as f64,
            number("quantized_bytes")
        );
    }
    assert!(std::fs::read_to_string(&report).unwrap().contains("<svg"));
}

#[test]
fn what_does_not_fit_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let x = folder.path().join("x.npy");
    Array1::<f32>::zeros(5)
        .write_npy(std::fs::File::create(&x).unwrap())
        .unwrap();
    let output = Command::new(example("quantize"))
        .arg(fixture("emo-onnx/built_cnn.onnx"))
        .arg("--calibration")
        .arg(&x)
        .args(["--out", "never.onnx"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("x.npy: a sample of shape [] is no input [1, 1, 8, 8]"),
        "{message}"
    );
}

#[test]
fn the_integer_path_gives_what_onnx_runtime_gives() {
    let file = |name: &str| std::fs::File::open(fixture(format!("emo-quant/{name}"))).unwrap();
    let samples = Array4::<f32>::read_npy(file("net.in.npy")).unwrap();
    for kind in ["qdq", "int4"] {
        let expected = Array2::<f32>::read_npy(file(&format!("net.{kind}.out.npy"))).unwrap();
        let model = Model::read(fixture(format!("emo-quant/net.{kind}.onnx"))).unwrap();
        let mut session = CpuBackend::default().compile(&model).unwrap();
        for (sample, expected) in samples.axis_iter(Axis(0)).zip(expected.rows()) {
            let sample = Tensor::from(sample.insert_axis(Axis(0)).to_owned().into_dyn());
            let outputs = session.run_to_tensors(&[sample.view()]).unwrap();
            let scores = outputs[0].as_array::<f32>().unwrap();
            for (score, expected) in scores.iter().zip(expected) {
                assert!(
                    (score - expected).abs() < 1e-5,
                    "{kind}: {score}, expected {expected}"
                );
            }
        }
    }
}
