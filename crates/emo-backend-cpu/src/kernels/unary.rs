#![expect(
    unsafe_code,
    reason = "vectors are read and written inside slices of equal lengths"
)]

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

use emo_backend::emo_tensor::ElementType;

use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        exponential::{exp, exp_m1_of_negative, sigmoid as sigmoid_of_vector, tanh},
        map::{Floats, map_vectors},
    },
    number::{Integer, Number, with_integer},
    simd::{Level, Simd, Vectorize},
};

/// An element-wise function of floats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unary {
    Abs,
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Ceil,
    Celu { alpha: f32 },
    Clip { min: f32, max: f32 },
    Cos,
    Cosh,
    Elu { alpha: f32 },
    Erf,
    Exp,
    Floor,
    Gelu,
    GeluTanh,
    HardSigmoid { alpha: f32, beta: f32 },
    HardSwish,
    LeakyRelu { alpha: f32 },
    Log,
    Mish,
    Neg,
    Reciprocal,
    Relu,
    Round,
    Selu { alpha: f32, gamma: f32 },
    Shrink { bias: f32, lambda: f32 },
    Sigmoid,
    Sign,
    Sin,
    Sinh,
    Softplus,
    Softsign,
    Sqrt,
    Swish { alpha: f32 },
    Tan,
    Tanh,
    ThresholdedRelu { alpha: f32 },
}

impl Unary {
    /// Applies the function in place.
    ///
    /// All levels give equal results to the bit.
    #[inline(always)]
    pub(crate) fn apply<S: Simd>(self, simd: S, values: &mut [f32]) {
        simd.call(InPlace {
            function: self,
            values,
        });
    }

    #[inline(always)]
    fn map<S: Simd>(self, simd: S, values: Floats<'_>) {
        let splat = |x| simd.splat(x);
        match self {
            Self::Relu => map_vectors!(simd, values, x => simd.max(splat(0.0), x)),
            Self::LeakyRelu { alpha } => map_vectors!(simd, values, x => {
                simd.select_negative(x, simd.mul(splat(alpha), x), x)
            }),
            Self::Elu { alpha } => map_vectors!(simd, values, x => {
                simd.select_negative(x, simd.mul(splat(alpha), exp_m1_of_negative(simd, x)), x)
            }),
            Self::Selu { alpha, gamma } => map_vectors!(simd, values, x => {
                let below = simd.mul(splat(gamma * alpha), exp_m1_of_negative(simd, x));
                simd.select_negative(x, below, simd.mul(splat(gamma), x))
            }),
            Self::Sigmoid => map_vectors!(simd, values, x => sigmoid_of_vector(simd, x)),
            Self::Tanh => map_vectors!(simd, values, x => tanh(simd, x)),
            Self::Exp => map_vectors!(simd, values, x => exp(simd, x)),
            Self::Swish { alpha } => map_vectors!(simd, values, x => {
                simd.mul(x, sigmoid_of_vector(simd, simd.mul(splat(alpha), x)))
            }),
            // (1 + tanh u) / 2 is the sigmoid of 2u, with the definition's u = √(2/π) · (x + 0.044715 · x³).
            Self::GeluTanh => map_vectors!(simd, values, x => {
                let cube = simd.mul(simd.mul(x, x), x);
                let sum = simd.add(x, simd.mul(splat(0.044_715), cube));
                let twice = simd.mul(splat(2.0 * FRAC_2_PI.sqrt() as f32), sum);
                simd.mul(x, sigmoid_of_vector(simd, twice))
            }),
            Self::HardSigmoid { alpha, beta } => map_vectors!(simd, values, x => {
                let line = simd.add(simd.mul(splat(alpha), x), splat(beta));
                clip(simd, line, 0.0, 1.0)
            }),
            Self::HardSwish => map_vectors!(simd, values, x => {
                let line = simd.add(simd.mul(splat(1.0 / 6.0), x), splat(0.5));
                simd.mul(x, clip(simd, line, 0.0, 1.0))
            }),
            Self::Clip { min, max } => map_vectors!(simd, values, x => clip(simd, x, min, max)),
            other => other.map_in_f64(values),
        }
    }

    /// [`map`](Self::map) is compiled for each set of instructions; what few networks have is here once.
    #[inline(never)]
    fn map_in_f64(self, values: Floats<'_>) {
        let values = values.copied();
        match self {
            Self::Abs => map(values, f32::abs),
            Self::Log => map(values, f32::ln),
            Self::Neg => map(values, |x| -x),
            Self::Reciprocal => map(values, f32::recip),
            Self::Sqrt => map(values, f32::sqrt),
            other => map(values, |x| other.eval(f64::from(x)) as f32),
        }
    }

    /// The function of one element.
    pub(crate) fn eval(self, x: f64) -> f64 {
        match self {
            Self::Abs => x.abs(),
            Self::Acos => x.acos(),
            Self::Acosh => x.acosh(),
            Self::Asin => x.asin(),
            Self::Asinh => x.asinh(),
            Self::Atan => x.atan(),
            Self::Atanh => x.atanh(),
            Self::Ceil => x.ceil(),
            Self::Celu { alpha } => {
                let alpha = f64::from(alpha);
                if x < 0.0 {
                    alpha * (x / alpha).exp_m1()
                } else {
                    x
                }
            }
            Self::Clip { min, max } => {
                let x = if x < f64::from(min) {
                    f64::from(min)
                } else {
                    x
                };
                if x > f64::from(max) {
                    f64::from(max)
                } else {
                    x
                }
            }
            Self::Cos => x.cos(),
            Self::Cosh => x.cosh(),
            Self::Elu { alpha } => {
                if x < 0.0 {
                    f64::from(alpha) * x.exp_m1()
                } else {
                    x
                }
            }
            Self::Erf => libm::erf(x),
            Self::Exp => x.exp(),
            Self::Floor => x.floor(),
            Self::Gelu => 0.5 * x * (1.0 + libm::erf(x * FRAC_1_SQRT_2)),
            // The definition's √(2/π) and 0.044715.
            Self::GeluTanh => {
                0.5 * x * (1.0 + (FRAC_2_PI.sqrt() * (x + 0.044_715 * x * x * x)).tanh())
            }
            Self::HardSigmoid { alpha, beta } => hard_sigmoid(x, alpha.into(), beta.into()),
            Self::HardSwish => x * hard_sigmoid(x, 1.0 / 6.0, 0.5),
            Self::LeakyRelu { alpha } => {
                if x < 0.0 {
                    f64::from(alpha) * x
                } else {
                    x
                }
            }
            Self::Log => x.ln(),
            Self::Mish => x * softplus(x).tanh(),
            Self::Neg => -x,
            Self::Reciprocal => x.recip(),
            Self::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Self::Round => x.round_ties_even(),
            Self::Selu { alpha, gamma } => {
                let (alpha, gamma) = (f64::from(alpha), f64::from(gamma));
                if x > 0.0 {
                    gamma * x
                } else {
                    gamma * alpha * x.exp_m1()
                }
            }
            Self::Shrink { bias, lambda } => {
                let (bias, lambda) = (f64::from(bias), f64::from(lambda));
                if x < -lambda {
                    x + bias
                } else if x > lambda {
                    x - bias
                } else {
                    0.0
                }
            }
            Self::Sigmoid => sigmoid(x),
            Self::Sign => {
                if x > 0.0 {
                    1.0
                } else if x < 0.0 {
                    -1.0
                } else {
                    x
                }
            }
            Self::Sin => x.sin(),
            Self::Sinh => x.sinh(),
            Self::Softplus => softplus(x),
            Self::Softsign => x / (1.0 + x.abs()),
            Self::Sqrt => x.sqrt(),
            Self::Swish { alpha } => x * sigmoid(f64::from(alpha) * x),
            Self::Tan => x.tan(),
            Self::Tanh => x.tanh(),
            Self::ThresholdedRelu { alpha } => {
                if x > f64::from(alpha) {
                    x
                } else {
                    0.0
                }
            }
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
fn clip<S: Simd>(simd: S, x: S::F32, min: f32, max: f32) -> S::F32 {
    simd.min(simd.splat(max), simd.max(simd.splat(min), x))
}

fn hard_sigmoid(x: f64, alpha: f64, beta: f64) -> f64 {
    (alpha * x + beta).clamp(0.0, 1.0)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 + exp x), without the overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// An element-wise function as a step of its own, of `f32` or `f64`.
#[derive(Debug)]
pub(crate) struct UnaryKernel {
    pub(crate) level: Level,
    pub(crate) function: Unary,
}

impl Kernel for UnaryKernel {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        if let SliceMut::F64(output) = output {
            for (y, &x) in output.iter_mut().zip(inputs.get(0)) {
                *y = self.function.eval(x);
            }
            return;
        }
        self.level.run(Application {
            function: self.function,
            input: inputs.get(0),
            output: output.of(),
        });
    }

    fn follower(&self) -> Option<Follower> {
        Some(Follower::Activation(self.function))
    }
}

/// One tensor through a function.
struct Application<'a> {
    function: Unary,
    input: &'a [f32],
    output: &'a mut [f32],
}

impl Vectorize for Application<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        self.function
            .map(simd, Floats::between(self.input, self.output));
    }
}

/// A function in place, for kernels that are not written in vectors.
pub(crate) struct InPlace<'a> {
    pub(crate) function: Unary,
    pub(crate) values: &'a mut [f32],
}

impl Vectorize for InPlace<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        self.function.map(simd, Floats::in_place(self.values));
    }
}

/// An element-wise function of integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntegerUnary {
    Abs,
    Neg,
    Not,
    Sign,
}

impl IntegerUnary {
    fn eval<T: Integer>(self, x: T) -> T {
        let zero = T::default();
        match self {
            Self::Abs if x < zero => zero.sub(x),
            Self::Abs => x,
            Self::Neg => zero.sub(x),
            Self::Not => x.not(),
            Self::Sign if x < zero => zero.sub(T::ONE),
            Self::Sign if x > zero => T::ONE,
            Self::Sign => zero,
        }
    }
}

impl Kernel for IntegerUnary {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        with_integer!(
            output.element_type(),
            T => for (y, &x) in output.of::<T>().iter_mut().zip(inputs.get(0)) {
                *y = self.eval(x);
            },
            else unreachable!("element types are checked when the plan is made")
        );
    }
}

/// A question that each element answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    Nan,
    Infinite {
        negative: bool,
        positive: bool,
    },
    /// Whether a truth value is false.
    False,
}

/// Answers a [`Question`] of elements of type `f32`, `f64` or `bool`.
#[derive(Debug)]
pub(crate) struct Predicate {
    pub(crate) question: Question,
    /// Of the input.
    pub(crate) element_type: ElementType,
}

impl Predicate {
    fn answer<T: Number>(&self, x: T) -> bool {
        match self.question {
            Question::Nan => x.is_none(),
            Question::Infinite { negative, positive } => {
                (negative && x == T::LOWEST) || (positive && x == T::HIGHEST)
            }
            Question::False => x == T::default(),
        }
    }
}

impl Kernel for Predicate {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let output = output.of::<bool>().iter_mut();
        match self.element_type {
            ElementType::Bool => output
                .zip(inputs.get(0))
                .for_each(|(y, &x): (_, &bool)| *y = !x),
            ElementType::F64 => {
                output
                    .zip(inputs.get(0))
                    .for_each(|(y, &x)| *y = self.answer::<f64>(x));
            }
            _ => output
                .zip(inputs.get(0))
                .for_each(|(y, &x)| *y = self.answer::<f32>(x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{InPlace, IntegerUnary, Unary};
    use crate::{kernels::oracle::values, simd::levels};

    /// Values to 16 digits from the functions' definitions, computed with 50 digits.
    #[test]
    fn functions_of_doubles_have_their_precision() {
        for (function, x, expected) in [
            (Unary::Erf, 0.5, 0.520_499_877_813_046_5),
            (Unary::Gelu, 1.5, 1.399_789_198_096_713),
            (Unary::GeluTanh, 1.5, 1.399_571_576_980_233),
            (Unary::Mish, -2.0, -0.252_501_482_695_708_9),
            (Unary::Softplus, 800.0, 800.0),
            (Unary::Softplus, -40.0, 4.248_354_255_291_589e-18),
            (Unary::HardSwish, 1.0, 2.0 / 3.0),
            (Unary::Round, 2.5, 2.0),
            (Unary::Round, -3.5, -4.0),
            (Unary::Sigmoid, -800.0, 0.0),
        ] {
            let actual = function.eval(x);
            assert!(
                (actual - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
                "{function:?} of {x} is {actual}, expected {expected}"
            );
        }
    }

    /// The hot functions are written twice: in `f32` and in `f64`.
    #[test]
    fn both_precisions_agree() {
        let xs: Vec<f32> = (-60..=60_i16).map(|x| f32::from(x) / 8.0).collect();
        for function in [
            Unary::Relu,
            Unary::LeakyRelu { alpha: 0.3 },
            Unary::Elu { alpha: 0.4 },
            Unary::Sigmoid,
            Unary::Tanh,
            Unary::HardSigmoid {
                alpha: 0.3,
                beta: 0.4,
            },
            Unary::HardSwish,
            Unary::Selu {
                alpha: 1.673_263_2,
                gamma: 1.050_701,
            },
            Unary::Swish { alpha: 1.5 },
            Unary::GeluTanh,
            Unary::Clip {
                min: -1.0,
                max: 2.5,
            },
            Unary::Exp,
            Unary::Abs,
            Unary::Neg,
        ] {
            for level in levels() {
                let mut ys = xs.clone();
                level.run(InPlace {
                    function,
                    values: &mut ys,
                });
                for (&x, &y) in xs.iter().zip(&ys) {
                    let expected = function.eval(f64::from(x));
                    let error = (f64::from(y) - expected).abs();
                    assert!(
                        error <= 1e-6 * expected.abs().max(1.0),
                        "{function:?} of {x}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn all_levels_agree_to_the_bit(len in 0_usize..70, range in 0.1_f32..120.0, seed: u64) {
            let xs: Vec<f32> = values(seed, len).into_iter().map(|x| range * x).collect();
            for function in [
                Unary::Relu,
                Unary::LeakyRelu { alpha: 0.3 },
                Unary::Elu { alpha: 0.4 },
                Unary::Selu { alpha: 1.673_263_2, gamma: 1.050_701 },
                Unary::Sigmoid,
                Unary::Tanh,
                Unary::Exp,
                Unary::Swish { alpha: 1.5 },
                Unary::GeluTanh,
                Unary::HardSigmoid { alpha: 0.3, beta: 0.4 },
                Unary::HardSwish,
                Unary::Clip { min: -1.0, max: 2.5 },
                Unary::Sqrt,
                Unary::Softplus,
            ] {
                let mut first = None;
                for level in levels() {
                    let mut ys = xs.clone();
                    level.run(InPlace { function, values: &mut ys });
                    let bits: Vec<u32> = ys
                        .iter()
                        .map(|y| if y.is_nan() { f32::NAN } else { *y }.to_bits())
                        .collect();
                    prop_assert_eq!(first.get_or_insert_with(|| bits.clone()), &bits, "{:?}", function);
                }
            }
        }
    }

    #[test]
    fn nan_stays_nan() {
        for function in [
            Unary::Relu,
            Unary::Elu { alpha: 0.4 },
            Unary::Sigmoid,
            Unary::Tanh,
            Unary::Exp,
            Unary::HardSwish,
            Unary::Clip {
                min: -1.0,
                max: 2.5,
            },
        ] {
            for level in levels() {
                let mut ys = [f32::NAN; 3];
                level.run(InPlace {
                    function,
                    values: &mut ys,
                });
                assert!(ys.iter().all(|y| y.is_nan()), "{function:?}");
            }
        }
    }

    #[test]
    fn integers_wrap_where_there_is_no_positive_one() {
        assert_eq!(IntegerUnary::Abs.eval(-128_i8), -128);
        assert_eq!(IntegerUnary::Neg.eval(-128_i8), -128);
        assert_eq!(IntegerUnary::Sign.eval(-5_i64), -1);
        assert_eq!(IntegerUnary::Sign.eval(5_u8), 1);
        assert_eq!(IntegerUnary::Not.eval(5_u8), 250);
    }
}
