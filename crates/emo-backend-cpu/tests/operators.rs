//! Every operator against ONNX Runtime; a registered operator without a case fails.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

#[allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails where it stands"
)]
mod cases;

use std::path::PathBuf;

use emo_backend_cpu::{CpuBackend, operators};
use emo_onnx::Model;

/// The files of an operator's cases: `<Operator>.onnx` and `<Operator>.<opset>.onnx`.
fn case_files(op_type: &str) -> Vec<PathBuf> {
    cases::files()
        .into_iter()
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.split('.').next() == Some(op_type)
        })
        .collect()
}

fn check(path: &PathBuf) {
    let model = Model::read(path).unwrap();
    let mut session = CpuBackend::default().compile(&model).unwrap();
    cases::check(&model, &mut session, &path.display().to_string());
}

#[test]
fn every_operator_computes_what_onnx_runtime_computes() {
    for op_type in operators() {
        let files = case_files(op_type);
        let executed = files.iter().any(|path| {
            let model = Model::read(path).unwrap();
            model
                .graph()
                .nodes()
                .iter()
                .any(|node| node.op_type == op_type)
        });
        assert!(executed, "no case for operator {op_type}");
        files.iter().for_each(check);
    }
}
