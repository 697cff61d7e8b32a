//! Whole networks: the suite of `emo_backend::conformance` with the outputs of ONNX Runtime.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use std::path::PathBuf;

use emo_backend::{
    Backend, ModelSource,
    conformance::{Example, ModelCase, Tolerance, check_backend},
    emo_tensor::Tensor,
};
use emo_backend_cpu::CpuBackend;
use emo_testing::{fixture, load_npy, shared};
use ndarray::{ArrayD, ArrayViewD, Axis};

const NAMES: [&str; 5] = ["hr_cnn", "eeg_de", "eegnet", "image_mbv1", "image_cnn"];
const SPEECH: [&str; 2] = ["speech_simple", "speech_deep"];
const METHODS: [&str; 3] = ["minmax", "percentile", "entropy"];

/// Sums in another order than ONNX Runtime's, and norms folded into weights.
const F32: Tolerance = Tolerance {
    absolute: 0.0,
    relative: 1e-5,
};

/// Examples run without optimisation here; the first ones stand for all.
const N_EXAMPLES: usize = if cfg!(debug_assertions) { 2 } else { 32 };

fn one(array: ArrayViewD<'_, f64>) -> Tensor {
    array.insert_axis(Axis(0)).mapv(|x| x as f32).into()
}

fn examples(inputs: &ArrayD<f64>, outputs: &ArrayD<f64>, count: usize) -> Vec<Example> {
    inputs
        .outer_iter()
        .zip(outputs.outer_iter())
        .take(count)
        .map(|(input, output)| Example {
            inputs: vec![one(input)],
            outputs: vec![one(output)],
        })
        .collect()
}

fn check(name: &str, model: PathBuf, inputs: PathBuf, outputs: PathBuf, count: usize) {
    let case = ModelCase {
        name,
        source: ModelSource::Path(model),
        examples: examples(&load_npy(inputs), &load_npy(outputs), count),
        tolerance: F32,
    };
    check_backend(&CpuBackend::default(), &[case]).unwrap_or_else(|violation| {
        panic!("{violation}");
    });
}

#[test]
fn stored_networks_conform() {
    for name in ["hr_cnn", "eeg_de", "eegnet"] {
        let file = |ending: &str| fixture(format!("emo-backend-cpu/models/{name}.{ending}"));
        check(name, file("onnx"), file("in.npy"), file("out.npy"), 4);
    }
}

#[test]
fn shared_networks_conform() {
    for name in NAMES {
        let file = |ending: &str| shared(format!("models/{name}.{ending}"));
        if let (Some(model), Some(inputs), Some(outputs)) =
            (file("onnx"), file("in.npy"), file("out.npy"))
        {
            check(name, model, inputs, outputs, N_EXAMPLES);
        }
    }
}

/// The speech networks are made on demand, and take minutes without optimisation.
#[test]
fn speech_networks_conform() {
    for name in SPEECH {
        let file = |ending: &str| shared(format!("models/{name}.{ending}"));
        if let (Some(model), Some(inputs), Some(outputs)) =
            (file("onnx"), file("in.npy"), file("out.npy"))
            && !cfg!(debug_assertions)
        {
            check(name, model, inputs, outputs, 4);
        }
    }
}

/// A sum on the edge between two steps may be rounded to either side, and each such choice moves what follows.
/// ONNX Runtime's own two ways of running these networks, literally and with integers, differ by up to three
/// steps of the output, and in 36 of 128 scores.
fn check_quantized(name: &str, method: &str, model: PathBuf, inputs: PathBuf, count: usize) {
    const STEP: f64 = 1.0 / 255.0;
    let inputs = load_npy(inputs);
    let expected = load_npy(fixture(format!(
        "emo-backend-cpu/models/{name}.{method}.out.npy"
    )));
    let mut session = CpuBackend::default()
        .load(&ModelSource::Path(model))
        .unwrap();
    let (mut equal, mut total) = (0, 0);
    for example in examples(&inputs, &expected, count) {
        let views: Vec<_> = example.inputs.iter().map(Tensor::view).collect();
        let outputs = session.run_to_tensors(&views).unwrap();
        let scores = |tensors: &[Tensor]| tensors[0].as_array::<f32>().unwrap().clone();
        for (&actual, &expected) in scores(&outputs).iter().zip(&scores(&example.outputs)) {
            let distance = f64::from((actual - expected).abs());
            assert!(
                distance < 3.5 * STEP,
                "{name}.{method}: {actual}, expected {expected}"
            );
            total += 1;
            equal += usize::from(distance < STEP / 2.0);
        }
    }
    eprintln!("{name}.{method}: {equal} of {total} scores equal");
    assert!(
        equal * 100 >= total * 85,
        "{name}.{method}: only {equal} of {total} scores equal"
    );
}

#[test]
fn a_stored_quantized_network_is_executed_literally() {
    let file = |ending: &str| fixture(format!("emo-backend-cpu/models/eegnet.{ending}"));
    check_quantized("eegnet", "minmax", file("minmax.onnx"), file("in.npy"), 2);
}

#[test]
fn shared_quantized_networks_are_executed_literally() {
    for name in NAMES {
        for method in METHODS {
            let file = |ending: &str| shared(format!("models/{name}.{ending}"));
            if let (Some(model), Some(inputs)) = (file(&format!("{method}.onnx")), file("in.npy")) {
                check_quantized(name, method, model, inputs, N_EXAMPLES);
            }
        }
    }
}
