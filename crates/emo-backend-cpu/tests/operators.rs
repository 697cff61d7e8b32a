//! Every operator against ONNX Runtime; a registered operator without a case fails.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use std::{fs, path::PathBuf};

use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView},
};
use emo_backend_cpu::{CpuBackend, operators};
use emo_onnx::Model;
use emo_testing::{assert_close, fixture};

/// The files of an operator's cases: `<Operator>.onnx` and `<Operator>.<opset>.onnx`.
fn case_files(op_type: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(fixture("emo-backend-cpu/ops"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.split('.').next() == Some(op_type)
        })
        .collect();
    files.sort();
    files
}

fn stored<'m>(model: &'m Model, kind: &str, name: &str) -> &'m Tensor {
    &model.graph().initializers()[&format!("{kind}/{name}")]
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    match tensor {
        Tensor::F32(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::F64(array) => array.iter().copied().collect(),
        Tensor::F16(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::U16(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::U32(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::U64(array) => array.iter().map(|&x| x as f64).collect(),
        Tensor::I16(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::I8(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::I32(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::I64(array) => array.iter().map(|&x| x as f64).collect(),
        Tensor::U8(array) => array.iter().copied().map(f64::from).collect(),
        Tensor::Bool(array) => array.iter().map(|&x| f64::from(u8::from(x))).collect(),
        other => panic!("{} elements", other.element_type()),
    }
}

fn check(path: &PathBuf) {
    let model = Model::read(path).unwrap();
    let mut session = CpuBackend::default().compile(&model).unwrap();
    let inputs: Vec<TensorView<'_>> = session
        .inputs()
        .iter()
        .map(|info| stored(&model, "given", &info.name).view())
        .collect();
    let outputs = session.run_to_tensors(&inputs).unwrap();
    for (info, actual) in session.outputs().iter().zip(&outputs) {
        let expected = stored(&model, "expected", &info.name);
        assert_eq!(actual.element_type(), expected.element_type(), "{info}");
        assert_eq!(actual.shape(), expected.shape(), "{info}");
        let wanted = numbers(expected);
        let largest = wanted.iter().fold(0.0_f64, |max, e| max.max(e.abs()));
        let (rtol, atol) = match expected {
            Tensor::F32(_) => (1e-5, 2e-6 * largest),
            // One unit in the last place: rounded once here, after each operation there.
            Tensor::F16(_) => (1e-3, 1e-3 * largest),
            Tensor::F64(_) => (1e-13, 1e-14 * largest),
            _ => (0.0, 0.0),
        };
        eprintln!("{}: {info}", path.display());
        assert_close(numbers(actual), wanted, rtol, atol);
    }
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
