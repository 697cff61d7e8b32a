use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
};

/// What is returned of the normalised exponentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
}

/// Exponentials that sum to 1 along one axis.
#[derive(Debug)]
pub(crate) struct Softmax {
    pub(crate) scale: Scale,
    /// The axis's extent.
    pub(crate) extent: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

impl Kernel for Softmax {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let block = self.extent * self.inner;
        for (input, output) in inputs
            .get::<f32>(0)
            .chunks_exact(block)
            .zip(output.of::<f32>().chunks_exact_mut(block))
        {
            for lane in 0..self.inner {
                self.lane(&input[lane..], &mut output[lane..]);
            }
        }
    }
}

impl Softmax {
    fn lane(&self, input: &[f32], output: &mut [f32]) {
        let inputs = input.iter().copied().step_by(self.inner);
        let max = inputs.clone().fold(f32::NEG_INFINITY, f32::max);
        let outputs = output.iter_mut().step_by(self.inner);
        match self.scale {
            Scale::Linear => {
                let mut sum = 0.0;
                for (y, x) in outputs.zip(inputs) {
                    *y = (x - max).exp();
                    sum += *y;
                }
                for y in output.iter_mut().step_by(self.inner) {
                    *y /= sum;
                }
            }
            Scale::Log => {
                let sum: f32 = inputs.clone().map(|x| (x - max).exp()).sum();
                let log_sum = sum.ln();
                for (y, x) in outputs.zip(inputs) {
                    *y = x - max - log_sum;
                }
            }
        }
    }
}
