use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    number::Number,
};

/// What is returned of the normalised exponentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
    /// 1 for the first of the greatest, 0 for all others.
    OneHot,
}

/// Exponentials that sum to 1 along one axis, of `f32` or `f64`.
#[derive(Debug)]
pub(crate) struct Softmax {
    pub(crate) scale: Scale,
    /// The axis's extent.
    pub(crate) extent: usize,
    /// Elements of one step along the axis.
    pub(crate) inner: usize,
}

/// A float with the functions that a softmax needs.
trait Exponential: Number {
    fn exp(self) -> Self;
    fn ln(self) -> Self;
}

macro_rules! exponential {
    ($($t:ty)+) => { $(impl Exponential for $t {
        #[inline(always)]
        fn exp(self) -> Self { self.exp() }

        #[inline(always)]
        fn ln(self) -> Self { self.ln() }
    })+ };
}

exponential!(f32 f64);

impl Kernel for Softmax {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        match output {
            SliceMut::F64(output) => self.lanes(inputs.get(0), output),
            output => self.lanes(inputs.get(0), output.of::<f32>()),
        }
    }
}

impl Softmax {
    fn lanes<T: Exponential>(&self, input: &[T], output: &mut [T]) {
        let block = self.extent * self.inner;
        for (input, output) in input
            .chunks_exact(block)
            .zip(output.chunks_exact_mut(block))
        {
            for lane in 0..self.inner {
                self.lane(&input[lane..], &mut output[lane..]);
            }
        }
    }

    fn lane<T: Exponential>(&self, input: &[T], output: &mut [T]) {
        let inputs = input.iter().copied().step_by(self.inner);
        let max = inputs
            .clone()
            .fold(T::LOWEST, |max, x| if x > max { x } else { max });
        let outputs = output.iter_mut().step_by(self.inner);
        match self.scale {
            Scale::Linear => {
                let mut sum = T::default();
                for (y, x) in outputs.zip(inputs) {
                    *y = x.sub(max).exp();
                    sum = sum.add(*y);
                }
                for y in output.iter_mut().step_by(self.inner) {
                    *y = y.div(sum);
                }
            }
            Scale::Log => {
                let sum = inputs
                    .clone()
                    .fold(T::default(), |sum, x| sum.add(x.sub(max).exp()));
                let log_sum = sum.ln();
                for (y, x) in outputs.zip(inputs) {
                    *y = x.sub(max).sub(log_sum);
                }
            }
            Scale::OneHot => {
                let mut found = false;
                for (y, x) in outputs.zip(inputs) {
                    let first = !found && x == max;
                    found |= first;
                    *y = if first { T::ONE } else { T::default() };
                }
            }
        }
    }
}
