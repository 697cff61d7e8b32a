//! The `onnx_inspect` program as a user meets it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::process::{Command, Output};

use emo_testing::{example, fixture};

fn inspect(arguments: &[&str]) -> Output {
    Command::new(example("onnx_inspect"))
        .args(arguments)
        .output()
        .unwrap()
}

/// A convolution, a pool and a dense layer.
fn model() -> String {
    let path = fixture("emo-onnx/built_cnn.onnx");
    path.to_str().unwrap().to_owned()
}

#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let output = inspect(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn costs_are_counted() {
    let text = printed(&["summary", &model()]);
    // Conv 3×8×8 outputs of 3×3, Gemm 48 × 4.
    assert!(
        text.contains(&format!("MACs {}", 3 * 64 * 9 + 48 * 4)),
        "{text}"
    );
    // Weights and biases 27 + 3 and 192 + 4, and a shape of 2.
    assert!(text.contains("parameters 228"), "{text}");
    assert!(text.contains("i64 16 bytes"), "{text}");
}

#[test]
fn models_are_drawn_and_told() {
    assert!(printed(&["dump", &model()]).contains("scores = Softmax(logits) {axis=1}: f32[1, 4]"));
    assert!(printed(&["dot", &model()]).starts_with("digraph"));
    assert!(printed(&["mermaid", &model()]).starts_with("flowchart"));
    assert_eq!(printed(&["check", &model()]), "");
}

#[test]
fn changed_models_are_written_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (optimized, converted) = (path("optimized.onnx"), path("converted.onnx"));
    let report = printed(&["optimize", &model(), &optimized]);
    // A reshape and the flattening behind it are one.
    assert!(report.contains("7 → 6 nodes"), "{report}");
    printed(&["convert", &model(), &converted, "--opset", "13"]);
    assert_eq!(printed(&["diff", &model(), &model()]), "");
    let output = inspect(&["diff", &model(), &converted]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "~ opset : 17 → 13\n"
    );
}

#[test]
fn bad_files_are_named() {
    let output = inspect(&["summary", "absent.onnx"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("error: absent.onnx: cannot read the model"),
        "{error}"
    );
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("o.onnx");
    let refused = inspect(&[
        "convert",
        &model(),
        output.to_str().unwrap(),
        "--opset",
        "3",
    ]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(!output.exists());
}
