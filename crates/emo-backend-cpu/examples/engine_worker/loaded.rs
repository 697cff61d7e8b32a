use std::{path::Path, time::Instant};

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor, TensorView, TensorViewMut},
};
use emo_backend_cpu::{CpuBackend, CpuSession};
use emo_onnx::Model;
use ndarray::ArrayViewD;

use crate::{Failure, npy};

/// A model with the inputs that it is run on.
pub(crate) struct Loaded {
    pub(crate) session: CpuSession,
    inputs: Vec<f32>,
    outputs: Vec<Tensor>,
}

impl Loaded {
    /// Reads a model of one `f32` input and the inputs `[n, ...]` for it.
    pub(crate) fn new(backend: &CpuBackend, model: &Path, inputs: &Path) -> Result<Self, Failure> {
        let session = backend.compile_owned(Model::read(model)?)?;
        let [input] = session.inputs() else {
            return Err(format!("{} inputs, expected 1", session.inputs().len()).into());
        };
        let is_real = |element_type| element_type == ElementType::F32;
        let first = session.outputs().first().map(|output| output.element_type);
        if !is_real(input.element_type) || !first.is_some_and(is_real) {
            return Err("the input and the first output must be f32".into());
        }
        let (shape, inputs) = npy::read(inputs)?;
        if inputs.is_empty() || input.len() == 0 || inputs.len() % input.len() != 0 {
            return Err(format!("inputs {shape:?} for {input}").into());
        }
        let outputs = session
            .outputs()
            .iter()
            .map(|output| Tensor::zeros(output.element_type, &output.shape))
            .collect();
        Ok(Self {
            session,
            inputs,
            outputs,
        })
    }

    /// Runs the first input.
    pub(crate) fn first(&mut self) -> Result<(), Failure> {
        self.each(1, |_| ())
    }

    /// The first output for each input.
    pub(crate) fn outputs(&mut self) -> Result<Vec<Vec<f32>>, Failure> {
        let mut rows = Vec::new();
        let n_inputs = self.inputs.len() / self.session.inputs()[0].len();
        self.each(n_inputs, |outputs| {
            if let Some(TensorViewMut::F32(output)) = outputs.first() {
                rows.push(output.iter().copied().collect());
            }
        })?;
        Ok(rows)
    }

    /// Nanoseconds of each of `count` runs, inputs in turn.
    pub(crate) fn time(&mut self, count: usize) -> Result<Vec<u64>, Failure> {
        let inputs = views(&self.inputs, &self.session)?;
        let mut outputs: Vec<_> = self.outputs.iter_mut().map(Tensor::view_mut).collect();
        let mut times = Vec::new();
        times.try_reserve_exact(count)?;
        for input in inputs.iter().cycle().take(count) {
            let start = Instant::now();
            self.session.run(input, &mut outputs)?;
            times.push(start.elapsed().as_nanos() as u64);
        }
        Ok(times)
    }

    fn each(
        &mut self,
        count: usize,
        mut look: impl FnMut(&[TensorViewMut<'_>]),
    ) -> Result<(), Failure> {
        let inputs = views(&self.inputs, &self.session)?;
        let mut outputs: Vec<_> = self.outputs.iter_mut().map(Tensor::view_mut).collect();
        for input in inputs.iter().take(count) {
            self.session.run(input, &mut outputs)?;
            look(&outputs);
        }
        Ok(())
    }
}

/// The arguments of each run.
fn views<'a>(inputs: &'a [f32], session: &CpuSession) -> Result<Vec<[TensorView<'a>; 1]>, Failure> {
    let info = &session.inputs()[0];
    let views = inputs.chunks_exact(info.len()).map(|input| {
        let view = ArrayViewD::from_shape(info.shape.as_slice(), input)?;
        Ok([TensorView::from(view)])
    });
    views.collect()
}
