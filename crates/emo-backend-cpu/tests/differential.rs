//! Random cases of the operators with windows, products and recurrence against ONNX Runtime.
//!
//! The stored cases are few; `make_differential.py FOLDER CASES` makes as many as wanted, and this test runs them, too,
//! where the environment variable `EMO_DIFFERENTIAL` names that folder.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use emo_backend::{
    Session,
    emo_tensor::{Tensor, TensorView},
};
use emo_backend_cpu::CpuBackend;
use emo_onnx::Model;
use emo_testing::fixture;

/// Of the output's largest magnitude: sums in another order.
const F32: f64 = 1e-5;
const F64: f64 = 1e-12;

/// Failures that are described.
const N_SHOWN: usize = 8;

/// What came out of the cases of one file.
#[derive(Default)]
struct Counts {
    outputs: usize,
    elements: usize,
    /// The largest deviation of a float, relative to its output's largest magnitude.
    deviation: f64,
    /// Descriptions of outputs that are not as expected.
    failures: Vec<String>,
}

fn floats(tensor: &Tensor) -> Option<(Vec<f64>, f64)> {
    match tensor {
        Tensor::F32(array) => Some((array.iter().copied().map(f64::from).collect(), F32)),
        Tensor::F64(array) => Some((array.iter().copied().collect(), F64)),
        _ => None,
    }
}

fn check(path: &Path) -> Counts {
    let model = Model::read(path).unwrap();
    let stored = |kind: &str, name: &str| &model.graph().initializers()[&format!("{kind}/{name}")];
    let mut counts = Counts::default();
    let mut session = match CpuBackend::default().compile(&model) {
        Ok(session) => session,
        Err(error) => {
            counts.failures.push(format!("{error:?}"));
            return counts;
        }
    };
    let inputs: Vec<TensorView<'_>> = session
        .inputs()
        .iter()
        .map(|info| stored("given", &info.name).view())
        .collect();
    let outputs = session.run_to_tensors(&inputs).unwrap();
    for (info, actual) in session.outputs().iter().zip(&outputs) {
        let expected = stored("expected", &info.name);
        counts.outputs += 1;
        counts.elements += expected.len();
        let equal = match (floats(actual), floats(expected)) {
            (Some((actual, tolerance)), Some((expected, _))) => {
                let largest = expected.iter().fold(0.0_f64, |max, y| max.max(y.abs()));
                let deviation = actual
                    .iter()
                    .zip(&expected)
                    .fold(0.0_f64, |max, (a, e)| max.max((a - e).abs()));
                let deviation = deviation / largest.max(f64::MIN_POSITIVE);
                counts.deviation = counts.deviation.max(deviation);
                actual.len() == expected.len() && deviation <= tolerance
            }
            _ => actual == expected,
        };
        if !equal || actual.shape() != expected.shape() {
            let node = model
                .graph()
                .nodes()
                .iter()
                .find(|node| node.outputs.contains(&info.name));
            counts.failures.push(format!(
                "{info}: {actual:?}, expected {expected:?}, {node:?}"
            ));
        }
    }
    counts
}

fn check_folder(folder: &Path) {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", folder.display());
    let (mut outputs, mut failures) = (0, Vec::new());
    for file in files {
        let counts = check(&file);
        eprintln!(
            "{}: {} outputs with {} elements, {} not as expected, deviation {:.1e}",
            file.file_name().unwrap_or_default().display(),
            counts.outputs,
            counts.elements,
            counts.failures.len(),
            counts.deviation
        );
        outputs += counts.outputs;
        let failed = counts.failures.into_iter();
        failures.extend(failed.map(|failure| format!("{}: {failure}", file.display())));
    }
    assert!(
        failures.is_empty(),
        "{} of {outputs} outputs: {}",
        failures.len(),
        failures[..failures.len().min(N_SHOWN)].join("\n\n")
    );
}

#[test]
fn stored_random_cases_are_computed_as_onnx_runtime_does() {
    check_folder(&fixture("emo-backend-cpu/differential"));
}

#[test]
fn many_random_cases_are_computed_as_onnx_runtime_does() {
    if let Some(folder) = env::var_os("EMO_DIFFERENTIAL") {
        check_folder(Path::new(&folder));
    }
}
