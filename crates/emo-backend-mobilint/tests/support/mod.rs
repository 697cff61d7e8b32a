//! The models of the bundle, samples for them, and the CPU backend that runs them.

#![allow(dead_code, reason = "each test takes what it needs")]

use emo_backend::Session as _;
use emo_backend_cpu::CpuBackend;
use emo_backend_mobilint::{
    emo_backend::emo_tensor::Tensor,
    emo_onnx::Model,
    emo_quant::{QuantError, Runner, RunnerError, Visit, ndarray::ArrayD},
};
use emo_testing::workspace_root;

pub(crate) const MODELS: [&str; 4] = ["hr", "eeg", "speech", "image"];

pub(crate) fn model(name: &str) -> Model {
    let folder = workspace_root().join("crates/emo-pipeline/bundle");
    Model::read(folder.join(format!("{name}.onnx"))).unwrap()
}

/// Numbers between −1 and 1 in the shape of the model's input, the same every time.
pub(crate) fn samples(model: &Model, n: usize) -> Vec<ArrayD<f32>> {
    let shape = model.infer().unwrap().fixed_shape("input").unwrap();
    let mut state = 7_u32;
    let mut number = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n)
        .map(|_| ArrayD::from_shape_simple_fn(shape.clone(), &mut number))
        .collect()
}

pub(crate) struct CpuRunner(pub(crate) Vec<ArrayD<f32>>);

impl Runner for CpuRunner {
    fn n_samples(&self) -> usize {
        self.0.len()
    }

    fn run(&mut self, model: &Model, visit: &mut Visit<'_>) -> Result<(), QuantError> {
        let failed = |error| QuantError::Runner(RunnerError::new(error));
        let mut session = CpuBackend::default().compile(model).map_err(failed)?;
        for sample in &self.0 {
            let sample = Tensor::from(sample.clone());
            let outputs = session.run_to_tensors(&[sample.view()]).map_err(failed)?;
            let arrays: Vec<_> = outputs
                .into_iter()
                .map(|output| output.as_array::<f32>().unwrap().clone())
                .collect();
            visit(&arrays)?;
        }
        Ok(())
    }
}
