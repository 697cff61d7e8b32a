#![expect(
    unsafe_code,
    reason = "vectors are read and written inside slices of equal lengths"
)]

use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::{
        exponential::exp,
        map::{Floats, map_vectors},
    },
    number::Number,
    simd::{Level, Simd, Vectorize},
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
///
/// All levels give equal results to the bit.
#[derive(Debug)]
pub(crate) struct Softmax {
    pub(crate) level: Level,
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
        match (output, self.scale) {
            (SliceMut::F64(output), _) => self.lanes(inputs.get(0), output),
            (output, Scale::OneHot) => self.lanes(inputs.get(0), output.of::<f32>()),
            (output, scale) => self.level.run(Normalization {
                softmax: self,
                is_log: scale == Scale::Log,
                input: inputs.get(0),
                output: output.of(),
            }),
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

/// All lanes of an axis through a [`Softmax`] of `f32`.
struct Normalization<'a> {
    softmax: &'a Softmax,
    is_log: bool,
    input: &'a [f32],
    output: &'a mut [f32],
}

impl Vectorize for Normalization<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let Softmax { extent, inner, .. } = *self.softmax;
        let block = extent * inner;
        let blocks = self.input.chunks_exact(block);
        for (input, output) in blocks.zip(self.output.chunks_exact_mut(block)) {
            if inner == 1 {
                normalize_row(simd, self.is_log, input, output);
                continue;
            }
            for first in (0..inner).step_by(S::LANES) {
                normalize_columns(simd, self.is_log, inner, first, input, output);
            }
        }
    }
}

/// Elements that are summed or compared side by side, whatever the width of a vector.
const LANES: usize = 16;

/// Combines elements in an order that depends on their number alone.
#[inline(always)]
fn fold(values: &[f32], start: f32, combine: impl Fn(f32, f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [start; LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = combine(*lane, x);
        }
    }
    let mut n = if chunks.is_empty() { 1 } else { LANES };
    while n > 1 {
        n /= 2;
        for lane in 0..n {
            lanes[lane] = combine(lanes[lane], lanes[lane + n]);
        }
    }
    rest.iter().fold(lanes[0], |folded, &x| combine(folded, x))
}

/// An axis along which neighbours lie side by side.
#[inline(always)]
fn normalize_row<S: Simd>(simd: S, is_log: bool, input: &[f32], output: &mut [f32]) {
    let max = fold(
        input,
        f32::NEG_INFINITY,
        |max, x| if x > max { x } else { max },
    );
    let max = simd.splat(max);
    map_vectors!(simd, Floats::between(input, output), x => exp(simd, simd.sub(x, max)));
    let sum = fold(output, 0.0, |sum, x| sum + x);
    if is_log {
        let log = simd.splat(sum.ln());
        map_vectors!(simd, Floats::between(input, output), x => simd.sub(simd.sub(x, max), log));
    } else {
        let sum = simd.splat(sum);
        map_vectors!(simd, Floats::in_place(output), x => simd.div(x, sum));
    }
}

/// Up to a vector of axes that lie side by side, their neighbours `inner` elements apart.
#[inline(always)]
fn normalize_columns<S: Simd>(
    simd: S,
    is_log: bool,
    inner: usize,
    first: usize,
    input: &[f32],
    output: &mut [f32],
) {
    let n = S::LANES.min(inner - first);
    let len = input.len().min(output.len());
    let (input, output) = (input.as_ptr(), output.as_mut_ptr());
    // SAFETY: the `n` elements from `first` on lie inside each whole step of `inner` elements.
    unsafe {
        let mut max = simd.splat(f32::NEG_INFINITY);
        for at in (first..len).step_by(inner) {
            // In this order, NaN is passed over.
            max = simd.max(simd.load_first(input.add(at), n), max);
        }
        let mut sum = simd.splat(0.0);
        for at in (first..len).step_by(inner) {
            let y = exp(simd, simd.sub(simd.load_first(input.add(at), n), max));
            simd.store_first(y, output.add(at), n);
            sum = simd.add(sum, y);
        }
        const { assert!(S::LANES <= LANES) };
        let mut logs = [0.0; LANES];
        simd.store(sum, logs.as_mut_ptr());
        if is_log {
            logs.iter_mut().for_each(|sum| *sum = sum.ln());
        }
        let log = simd.load(logs.as_ptr());
        for at in (first..len).step_by(inner) {
            let y = if is_log {
                simd.sub(simd.sub(simd.load_first(input.add(at), n), max), log)
            } else {
                simd.div(simd.load_first(output.add(at), n), sum)
            };
            simd.store_first(y, output.add(at), n);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Scale, Softmax};
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Inputs, Kernel},
        kernels::oracle::values,
        simd::levels,
    };

    proptest! {
        #[test]
        fn exponentials_are_the_textbooks(
            blocks in 1_usize..3,
            extent in 1_usize..60,
            inner in prop_oneof![Just(1_usize), 2_usize..40],
            range in 0.1_f32..200.0,
            seed: u64,
        ) {
            let input: Vec<f32> = values(seed, blocks * extent * inner)
                .into_iter()
                .map(|x| range * x)
                .collect();
            let lane = |index: usize| {
                let first = index / (extent * inner) * extent * inner + index % inner;
                (0..extent).map(|step| f64::from(input[first + step * inner])).collect::<Vec<f64>>()
            };
            for scale in [Scale::Linear, Scale::Log] {
                let mut first = None;
                for level in levels() {
                    let softmax = Softmax { level, scale, extent, inner };
                    let mut output = vec![f32::NAN; input.len()];
                    softmax.run(&Inputs::Folded(&[Slice::F32(&input)]), SliceMut::F32(&mut output), &mut []);
                    for (index, &y) in output.iter().enumerate() {
                        let (lane, x) = (lane(index), f64::from(input[index]));
                        let max = lane.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                        let log_sum = max + lane.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
                        let expected = match scale {
                            Scale::Log => x - log_sum,
                            _ => (x - log_sum).exp(),
                        };
                        let error = (f64::from(y) - expected).abs();
                        prop_assert!(error <= 2e-6 * (1.0 + expected.abs()), "{} is not {}", y, expected);
                    }
                    prop_assert_eq!(first.get_or_insert_with(|| output.clone()), &output);
                }
            }
        }
    }
}
