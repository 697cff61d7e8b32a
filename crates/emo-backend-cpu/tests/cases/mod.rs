//! The cases of `fixtures/emo-backend-cpu/ops`: a model with what it is given and what it is to give.

use std::{fs, path::PathBuf};

use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView},
};
use emo_onnx::Model;
use emo_testing::{assert_close, fixture};

/// All files of cases, in the order of their names.
pub(crate) fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(fixture("emo-backend-cpu/ops"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// Runs the session on the inputs that `model` stores and holds the outputs against those that it stores.
pub(crate) fn check(model: &Model, session: &mut dyn Session, what: &str) {
    let inputs: Vec<TensorView<'_>> = session
        .inputs()
        .iter()
        .map(|info| stored(model, "given", &info.name).view())
        .collect();
    let outputs = session.run_to_tensors(&inputs).unwrap();
    for (info, actual) in session.outputs().iter().zip(&outputs) {
        let expected = stored(model, "expected", &info.name);
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
        eprintln!("{what}: {info}");
        assert_close(numbers(actual), wanted, rtol, atol);
    }
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
