//! Changed graphs compute what they computed before.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use emo_backend::{Session, emo_tensor::Tensor};
use emo_backend_cpu::CpuBackend;
use emo_onnx::{Model, default_passes};
use emo_testing::{load_npy, shared};
use ndarray::{ArrayD, Axis};

fn run(model: &Model, inputs: &[Tensor]) -> Vec<Tensor> {
    let mut session = CpuBackend::default().compile(model).unwrap();
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    session.run_to_tensors(&views).unwrap()
}

/// Within 1e-5 of the largest output.
#[track_caller]
fn assert_same(actual: &[Tensor], expected: &[Tensor], what: &str) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.iter().zip(expected) {
        let (actual, expected): (&ArrayD<f32>, &ArrayD<f32>) =
            (actual.as_array().unwrap(), expected.as_array().unwrap());
        assert_eq!(actual.shape(), expected.shape(), "{what}");
        let largest = expected.iter().fold(0.0_f32, |max, x| max.max(x.abs()));
        for (a, b) in actual.iter().zip(expected) {
            assert!((a - b).abs() <= 1e-5 * largest.max(1e-6), "{what}: {a} {b}, largest {largest}");
        }
    }
}

#[test]
fn real_models_give_the_same() {
    let Some(folder) = shared("models") else {
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "onnx") {
            continue;
        }
        let stem = path.file_name().unwrap().to_str().unwrap();
        let name = stem.split('.').next().unwrap();
        let inputs = load_npy(path.with_file_name(format!("{name}.in.npy")));
        let model = Model::read(&path).unwrap();
        let mut optimized = model.clone();
        let report = optimized.optimize(&default_passes()).unwrap();
        println!("{stem}: {report}");
        for input in inputs.outer_iter().take(2) {
            let input = [Tensor::from(input.insert_axis(Axis(0)).mapv(|x| x as f32))];
            assert_same(&run(&optimized, &input), &run(&model, &input), stem);
        }
        count += 1;
    }
    assert!(count > 0);
}
