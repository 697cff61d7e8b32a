use std::{fmt, sync::Arc};

use num_complex::Complex;
use rustfft::{
    Fft, FftDirection,
    algorithm::{
        BluesteinsAlgorithm, Radix4,
        butterflies::{Butterfly1, Butterfly2},
    },
};

use crate::{
    buffer::{Scalar, SliceMut},
    kernel::{Inputs, Kernel},
};

/// A level of the loops over sequences: how many there are, and the steps from one to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) count: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// How the numbers of a sequence lie in an array: `components` neighbours are one number, of which a single one is its
/// real part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sequence {
    pub(crate) len: usize,
    /// From one number to the next.
    pub(crate) step: usize,
    pub(crate) components: usize,
}

/// What is transformed into what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    Forward,
    Inverse,
    /// Inverse, of the first half of a spectrum of which the other is its mirror image.
    InverseOfHalf,
}

/// Discrete Fourier transforms of many sequences, each zero-padded or cut to one length and, where there is an
/// operand 1, multiplied by it. Computed in `f64`.
pub(crate) struct Fourier {
    transform: Transform,
    fft: Arc<dyn Fft<f64>>,
    levels: [Level; 2],
    from: Sequence,
    to: Sequence,
    window: Option<usize>,
}

impl Fourier {
    /// Transforms of `len` numbers; `window` is the number of the operand that multiplies each sequence.
    pub(crate) fn new(
        transform: Transform,
        len: usize,
        levels: [Level; 2],
        (from, to): (Sequence, Sequence),
        window: Option<usize>,
    ) -> Self {
        let direction = match transform {
            Transform::Forward => FftDirection::Forward,
            Transform::Inverse | Transform::InverseOfHalf => FftDirection::Inverse,
        };
        Self {
            transform,
            fft: plan(len, direction),
            levels,
            from,
            to,
            window,
        }
    }

    fn compute<T: Real>(&self, inputs: &Inputs<'_>, output: &mut [T], scratch: &mut [f32]) {
        let input = inputs.get::<T>(0);
        let window = self.window.map(|index| inputs.get::<T>(index));
        let (_, scratch, _) = bytemuck::pod_align_to_mut::<f32, Complex<f64>>(scratch);
        let (numbers, scratch) = scratch.split_at_mut(self.fft.len());
        let scale = match self.transform {
            Transform::Forward => 1.0,
            Transform::Inverse | Transform::InverseOfHalf => 1.0 / self.fft.len() as f64,
        };
        let [outer, inner] = self.levels;
        for i in 0..outer.count {
            for j in 0..inner.count {
                self.load(&input[i * outer.from + j * inner.from..], window, numbers);
                self.fft.process_with_scratch(numbers, scratch);
                let output = &mut output[i * outer.to + j * inner.to..];
                for (k, number) in numbers.iter().enumerate().take(self.to.len) {
                    let at = k * self.to.step;
                    output[at] = T::from_f64(number.re * scale);
                    if self.to.components == 2 {
                        output[at + 1] = T::from_f64(number.im * scale);
                    }
                }
            }
        }
    }

    fn load<T: Real>(&self, input: &[T], window: Option<&[T]>, numbers: &mut [Complex<f64>]) {
        let len = numbers.len();
        let read = match self.transform {
            Transform::InverseOfHalf => len / 2 + 1,
            Transform::Forward | Transform::Inverse => len,
        };
        numbers.fill(Complex::ZERO);
        for k in 0..self.from.len.min(read) {
            let at = k * self.from.step;
            let im = match self.from.components {
                2 => input[at + 1].to_f64(),
                _ => 0.0,
            };
            let weight = window.map_or(1.0, |window| window[k].to_f64());
            numbers[k] = Complex::new(input[at].to_f64(), im) * weight;
        }
        if self.transform == Transform::InverseOfHalf {
            // Those that are their own mirror images are real.
            numbers[0].im = 0.0;
            for k in 1..read {
                let mirror = len - k;
                if mirror == k {
                    numbers[k].im = 0.0;
                } else if mirror > k {
                    numbers[mirror] = numbers[k].conj();
                }
            }
        }
    }
}

/// The transform of a length, by way of one of a power of two.
///
/// The crate's planner would be faster for composite lengths, but has code for each of many lengths, of each element
/// type and set of instructions, which a program would carry for two operators that few networks have.
fn plan(len: usize, direction: FftDirection) -> Arc<dyn Fft<f64>> {
    if len.is_power_of_two() {
        return radix4(len.ilog2(), direction);
    }
    let inner = radix4((2 * len - 1).next_power_of_two().ilog2(), direction);
    Arc::new(BluesteinsAlgorithm::new(len, inner))
}

/// Of two to the power of `exponent`.
fn radix4(exponent: u32, direction: FftDirection) -> Arc<dyn Fft<f64>> {
    let base: Arc<dyn Fft<f64>> = match exponent % 2 {
        0 => Arc::new(Butterfly1::new(direction)),
        _ => Arc::new(Butterfly2::new(direction)),
    };
    Arc::new(Radix4::new_with_base(exponent / 2, base))
}

impl fmt::Debug for Fourier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fourier")
            .field("transform", &self.transform)
            .field("len", &self.fft.len())
            .field("levels", &self.levels)
            .finish_non_exhaustive()
    }
}

impl Kernel for Fourier {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        match output {
            SliceMut::F32(output) => self.compute(inputs, output, scratch),
            SliceMut::F64(output) => self.compute(inputs, output, scratch),
            _ => unreachable!("element types are checked when the plan is made"),
        }
    }

    fn scratch_len(&self) -> usize {
        let numbers = self.fft.len() + self.fft.get_inplace_scratch_len();
        // One more, since what is borrowed may begin between two numbers.
        (numbers + 1) * size_of::<Complex<f64>>() / size_of::<f32>()
    }
}

/// A type that is transformed.
trait Real: Scalar {
    fn to_f64(self) -> f64;
    fn from_f64(x: f64) -> Self;
}

impl Real for f32 {
    fn to_f64(self) -> f64 {
        self.into()
    }

    fn from_f64(x: f64) -> Self {
        x as f32
    }
}

impl Real for f64 {
    fn to_f64(self) -> f64 {
        self
    }

    fn from_f64(x: f64) -> Self {
        x
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::buffer::Slice;

    fn run(kernel: &Fourier, input: &[f64], output: usize) -> Vec<f64> {
        let (mut result, mut scratch) = (vec![0.0; output], vec![0.0; kernel.scratch_len()]);
        let inputs = [Slice::F64(input)];
        kernel.run(
            &Inputs::Folded(&inputs),
            SliceMut::F64(&mut result),
            &mut scratch,
        );
        result
    }

    fn kernel(transform: Transform, len: usize, n: usize, components: [usize; 2]) -> Fourier {
        let once = Level {
            count: 1,
            from: 0,
            to: 0,
        };
        let sequence = |len, components| Sequence {
            len,
            step: components,
            components,
        };
        let ends = (sequence(n, components[0]), sequence(len, components[1]));
        Fourier::new(transform, len, [once; 2], ends, None)
    }

    proptest! {
        /// The definition, for any length, of input that is zero-padded or cut.
        #[test]
        fn transforms_are_those_of_the_definition(
            len in 1_usize..70,
            input in prop::collection::vec(-9.0..9.0_f64, 2..100),
        ) {
            let n = input.len() / 2;
            for (transform, sign, scale) in [
                (Transform::Forward, -1.0, 1.0),
                (Transform::Inverse, 1.0, 1.0 / len as f64),
            ] {
                let actual = run(&kernel(transform, len, n, [2, 2]), &input, 2 * len);
                for k in 0..len {
                    let sum: Complex<f64> = (0..n.min(len)).map(|i| {
                        let turn = sign * std::f64::consts::TAU * ((i * k) % len) as f64 / len as f64;
                        Complex::new(input[2 * i], input[2 * i + 1]) * Complex::cis(turn)
                    }).sum();
                    let expected = sum * scale;
                    prop_assert!((actual[2 * k] - expected.re).abs() < 1e-11);
                    prop_assert!((actual[2 * k + 1] - expected.im).abs() < 1e-11);
                }
            }
        }

        /// Half of the spectrum of real numbers is enough to have them back.
        #[test]
        fn real_numbers_come_back(input in prop::collection::vec(-9.0..9.0_f64, 1..70)) {
            let (len, half) = (input.len(), input.len() / 2 + 1);
            let spectrum = run(&kernel(Transform::Forward, len, len, [1, 2]), &input, 2 * len);
            let back = kernel(Transform::InverseOfHalf, len, half, [2, 1]);
            for (actual, expected) in run(&back, &spectrum[..2 * half], len).iter().zip(&input) {
                prop_assert!((actual - expected).abs() < 1e-12);
            }
        }
    }
}
