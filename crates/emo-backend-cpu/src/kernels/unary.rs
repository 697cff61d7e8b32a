use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
};

/// An element-wise function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unary {
    Relu,
    LeakyRelu { alpha: f32 },
    Elu { alpha: f32 },
    Sigmoid,
    Tanh,
    HardSigmoid { alpha: f32, beta: f32 },
    HardSwish,
    Clip { min: f32, max: f32 },
    Sqrt,
    Exp,
    Log,
}

impl Unary {
    /// Applies the function in place.
    #[inline(always)]
    pub(crate) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Relu => map(values, |x| if x < 0.0 { 0.0 } else { x }),
            Self::LeakyRelu { alpha } => map(values, |x| if x < 0.0 { alpha * x } else { x }),
            Self::Elu { alpha } => map(values, |x| if x < 0.0 { alpha * x.exp_m1() } else { x }),
            Self::Sigmoid => map(values, |x| 1.0 / (1.0 + (-x).exp())),
            Self::Tanh => map(values, f32::tanh),
            Self::HardSigmoid { alpha, beta } => {
                map(values, |x| clip(alpha * x + beta, 0.0, 1.0));
            }
            Self::HardSwish => map(values, |x| x * clip(x / 6.0 + 0.5, 0.0, 1.0)),
            Self::Clip { min, max } => map(values, |x| clip(x, min, max)),
            Self::Sqrt => map(values, f32::sqrt),
            Self::Exp => map(values, f32::exp),
            Self::Log => map(values, f32::ln),
        }
    }
}

#[inline(always)]
fn map(values: &mut [f32], f: impl Fn(f32) -> f32) {
    for value in values {
        *value = f(*value);
    }
}

/// As ONNX defines `Clip`: `max` wins where `min` is greater; NaN stays NaN.
#[inline(always)]
fn clip(x: f32, min: f32, max: f32) -> f32 {
    let x = if x < min { min } else { x };
    if x > max { max } else { x }
}

/// An element-wise function as a step of its own.
#[derive(Debug)]
pub(crate) struct UnaryKernel(pub(crate) Unary);

impl Kernel for UnaryKernel {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let output = output.of::<f32>();
        output.copy_from_slice(inputs.get(0));
        self.0.apply(output);
    }

    fn follower(&self) -> Option<Follower> {
        Some(Follower::Activation(self.0))
    }
}
