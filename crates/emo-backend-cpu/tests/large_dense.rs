//! Dense layers whose weights are too large for a core's cache: they stay where the model has them.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_backend::{
    Backend, ModelSource, Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::CpuBackend;
use emo_onnx::{GraphBuilder, Model, Window};
use emo_testing::assert_close;
use ndarray::{Array1, Array2, Array3, Axis};

/// With as many outputs as here, 2.4 MB of weights.
const N_INPUTS: usize = 1024;
const N_OUTPUTS: usize = 600;

/// Numbers between −1 and 1 without a pattern.
fn numbers(len: usize, seed: usize) -> Vec<f32> {
    (0..len)
        .map(|index| ((index + seed) as f32 * 12.9898).sin())
        .collect()
}

fn weights() -> Array2<f32> {
    Array2::from_shape_vec((N_OUTPUTS, N_INPUTS), numbers(N_OUTPUTS * N_INPUTS, 5)).unwrap()
}

fn bias() -> Array1<f32> {
    Array1::from_vec(numbers(N_OUTPUTS, 11))
}

/// Four channels, which the engine keeps side by side, are flattened before the large layer.
fn model() -> Model {
    let filters = Array3::from_shape_vec((4, 1, 3), numbers(12, 3)).unwrap();
    let mut graph = GraphBuilder::new("large");
    let x = graph.input("x", ElementType::F32, &[1, 1, N_INPUTS / 4 + 2]);
    let channels = graph.conv("conv", &x, filters, None, &Window::default());
    graph.output_of(&channels);
    let flat = graph.flatten("flat", &channels);
    let dense = graph.dense("dense", &flat, weights(), Some(bias()));
    let output = graph.relu("relu", &dense);
    graph.output_of(&output);
    graph.build(17).unwrap()
}

#[test]
fn a_large_layer_is_the_textbooks_however_the_model_is_handed_over() {
    let model = model();
    let file = tempfile::NamedTempFile::new().unwrap();
    model.write(file.path()).unwrap();
    let backend = CpuBackend::default();
    let sessions: [Box<dyn Session>; 4] = [
        Box::new(backend.compile(&model).unwrap()),
        Box::new(backend.compile_owned(model.clone()).unwrap()),
        backend
            .load(&ModelSource::Path(file.path().into()))
            .unwrap(),
        backend
            .load(&ModelSource::Bytes(model.to_bytes().into()))
            .unwrap(),
    ];
    let input = Tensor::from(
        ndarray::ArrayD::from_shape_vec(vec![1, 1, N_INPUTS / 4 + 2], numbers(N_INPUTS / 4 + 2, 7))
            .unwrap(),
    );
    for mut session in sessions {
        let outputs = session.run_to_tensors(&[input.view()]).unwrap();
        let channels = outputs[0].as_array::<f32>().unwrap().map(|&x| f64::from(x));
        let (weights, bias) = (weights(), bias());
        let expected: Vec<f64> = weights
            .axis_iter(Axis(0))
            .zip(&bias)
            .map(|(row, &bias)| {
                let products = row.iter().zip(&channels).map(|(&w, x)| f64::from(w) * x);
                (products.sum::<f64>() + f64::from(bias)).max(0.0)
            })
            .collect();
        let actual = outputs[1].as_array::<f32>().unwrap();
        let actual: Vec<f64> = actual.iter().copied().map(f64::from).collect();
        // Of the largest sums, which are about 40.
        assert_close(actual, expected, 1e-5, 1e-4);
    }
}
