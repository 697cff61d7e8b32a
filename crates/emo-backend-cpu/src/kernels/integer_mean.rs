#![expect(
    unsafe_code,
    reason = "vectors of channels are read and written where the windows were checked to lie"
)]

use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        fold::{Fold, Windows, fold_windows},
        pool::{Reduction, counts},
        window::Window,
    },
    simd::{Level, Simd, Vectorize},
};

/// The most bytes whose sum, and that of their distances from a zero point, 31 bits hold.
const MAX_TAPS: usize = (i32::MAX / 255) as usize;

/// The mean over sliding windows of `[batch][positions][channels]`, of quantized bytes.
///
/// The sum `s` over a window of the bytes' distances from the zero point is exact. The mean of n elements is
/// `s · (scale / n)`; quantized, `saturate(round(s · (scale / n / new_scale)) + new_zero_point)`.
#[derive(Debug)]
pub(crate) struct IntegerMean {
    level: Level,
    channels: usize,
    windows: Windows,
    /// What the sum at each output position starts from: the zero point times the taps inside the input, negated.
    starts: Vec<i32>,
    /// What the sum at each output position is multiplied by.
    multipliers: Vec<f32>,
    /// The new zero point, if the output is quantized.
    quantized: Option<u8>,
}

impl IntegerMean {
    /// `None` for a maximum, and for windows whose sums might overflow.
    pub(crate) fn new(
        level: Level,
        reduction: Reduction,
        window: Window,
        channels: usize,
        (scale, zero_point): (f32, u8),
    ) -> Option<Self> {
        let taps = window.kernel[0].checked_mul(window.kernel[1])?;
        if reduction == Reduction::Max || taps > MAX_TAPS {
            return None;
        }
        let products = |reduction| {
            let counts = [0, 1].map(|axis| counts(reduction, &window, axis));
            let products: Vec<usize> = counts[0]
                .iter()
                .flat_map(|rows| counts[1].iter().map(move |columns| rows * columns))
                .collect();
            products
        };
        let inside = products(Reduction::Mean);
        Some(Self {
            level,
            channels,
            windows: Windows::new(&window, channels),
            starts: inside
                .iter()
                .map(|&taps| -(taps as i32) * i32::from(zero_point))
                .collect(),
            multipliers: products(reduction)
                .iter()
                .map(|&count| scale / count as f32)
                .collect(),
            quantized: None,
        })
    }
}

impl Kernel for IntegerMean {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let input = inputs.get::<u8>(0);
        assert!(self.windows.fit(input.len(), output.len()));
        match (output, self.quantized) {
            (SliceMut::U8(output), Some(zero_point)) => {
                let to = ToBytes {
                    zero_point: i32::from(zero_point),
                    output: output.as_mut_ptr(),
                };
                self.level.run(Averaging {
                    mean: self,
                    input,
                    to,
                });
            }
            (output, _) => {
                let output = output.of::<f32>().as_mut_ptr();
                self.level.run(Averaging {
                    mean: self,
                    input,
                    to: ToFloats { output },
                });
            }
        }
    }

    fn constant_bytes(&self) -> usize {
        self.windows.bytes() + size_of_val(&*self.starts) + size_of_val(&*self.multipliers)
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        match *follower {
            Follower::Quantize { scale, zero_point } if self.quantized.is_none() => {
                self.multipliers.iter_mut().for_each(|m| *m /= scale);
                self.quantized = Some(zero_point);
                true
            }
            _ => false,
        }
    }
}

/// All images through an [`IntegerMean`]; the lengths of input and output fit each other.
struct Averaging<'a, T> {
    mean: &'a IntegerMean,
    input: &'a [u8],
    to: T,
}

impl<T: Rescale> Vectorize for Averaging<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let (windows, input) = (&self.mean.windows, self.input);
        let sums = Sums {
            starts: &self.mean.starts,
            multipliers: &self.mean.multipliers,
            to: self.to,
        };
        // SAFETY: the lengths were checked, and no fold is wider than the channels.
        unsafe {
            match self.mean.channels {
                channels if channels >= S::LANES => fold_windows(simd, windows, input, sums),
                4.. => fold_windows(simd, windows, input, FewSums::<4, T>(sums)),
                _ => fold_windows(simd, windows, input, FewSums::<1, T>(sums)),
            }
        }
    }
}

/// Writes sums as means.
trait Rescale: Copy {
    /// # Safety
    /// The output has [`LANES`](Simd::LANES) elements from `index` on.
    unsafe fn store<S: Simd>(self, simd: S, scaled: S::F32, index: usize);
    /// # Safety
    /// The output has an element `index`.
    unsafe fn store_one(self, scaled: f32, index: usize);
}

#[derive(Clone, Copy)]
struct ToFloats {
    output: *mut f32,
}

impl Rescale for ToFloats {
    #[inline(always)]
    unsafe fn store<S: Simd>(self, simd: S, scaled: S::F32, index: usize) {
        // SAFETY: the caller vouches for the elements.
        unsafe { simd.store(scaled, self.output.wrapping_add(index)) };
    }

    #[inline(always)]
    unsafe fn store_one(self, scaled: f32, index: usize) {
        // SAFETY: the caller vouches for the element.
        unsafe { self.output.wrapping_add(index).write(scaled) };
    }
}

#[derive(Clone, Copy)]
struct ToBytes {
    zero_point: i32,
    output: *mut u8,
}

/// Beyond all that a byte and a zero point can hold, and within what is rounded exactly.
const BOUND: f32 = 1024.0;

impl Rescale for ToBytes {
    #[inline(always)]
    unsafe fn store<S: Simd>(self, simd: S, scaled: S::F32, index: usize) {
        let bounded = simd.min(simd.max(scaled, simd.splat(-BOUND)), simd.splat(BOUND));
        let quantized = simd.add_i32(simd.round(bounded), simd.splat_i32(self.zero_point));
        // SAFETY: the caller vouches for the elements.
        unsafe { simd.narrow_u8(quantized, self.output.wrapping_add(index)) };
    }

    #[inline(always)]
    unsafe fn store_one(self, scaled: f32, index: usize) {
        let rounded = scaled.clamp(-BOUND, BOUND).round_ties_even() as i32;
        let quantized = (rounded + self.zero_point).clamp(0, 255) as u8;
        // SAFETY: the caller vouches for the element.
        unsafe { self.output.wrapping_add(index).write(quantized) };
    }
}

/// Sums of vectors of bytes.
#[derive(Clone, Copy)]
struct Sums<'a, T> {
    /// One per output position.
    starts: &'a [i32],
    multipliers: &'a [f32],
    to: T,
}

impl<S: Simd, T: Rescale> Fold<S> for Sums<'_, T> {
    type Element = u8;
    type Vector = S::I32;

    #[inline(always)]
    fn width(self) -> usize {
        S::LANES
    }

    #[inline(always)]
    fn start(self, simd: S) -> S::I32 {
        simd.splat_i32(0)
    }

    #[inline(always)]
    unsafe fn load(self, simd: S, from: *const u8) -> S::I32 {
        // SAFETY: the caller vouches for the elements.
        unsafe { simd.widen_u8(from) }
    }

    #[inline(always)]
    fn combine(self, simd: S, folded: S::I32, next: S::I32) -> S::I32 {
        simd.add_i32(folded, next)
    }

    #[inline(always)]
    unsafe fn store(self, simd: S, folded: S::I32, position: usize, index: usize) {
        let sums = simd.add_i32(folded, simd.splat_i32(self.starts[position]));
        let scaled = simd.mul(simd.to_f32(sums), simd.splat(self.multipliers[position]));
        // SAFETY: the caller vouches for the elements.
        unsafe { self.to.store(simd, scaled, index) };
    }
}

/// Sums of bytes that fill no vector.
#[derive(Clone, Copy)]
struct FewSums<'a, const N: usize, T>(Sums<'a, T>);

impl<S: Simd, const N: usize, T: Rescale> Fold<S> for FewSums<'_, N, T> {
    type Element = u8;
    type Vector = [i32; N];

    #[inline(always)]
    fn width(self) -> usize {
        N
    }

    #[inline(always)]
    fn start(self, _: S) -> [i32; N] {
        [0; N]
    }

    #[inline(always)]
    unsafe fn load(self, _: S, from: *const u8) -> [i32; N] {
        // SAFETY: the caller vouches for the elements.
        unsafe { from.cast::<[u8; N]>().read() }.map(i32::from)
    }

    #[inline(always)]
    fn combine(self, _: S, mut folded: [i32; N], next: [i32; N]) -> [i32; N] {
        for (folded, next) in folded.iter_mut().zip(next) {
            *folded += next;
        }
        folded
    }

    #[inline(always)]
    unsafe fn store(self, _: S, folded: [i32; N], position: usize, index: usize) {
        let Sums {
            starts,
            multipliers,
            to,
        } = self.0;
        for (number, sum) in folded.iter().enumerate() {
            let scaled = (sum + starts[position]) as f32 * multipliers[position];
            // SAFETY: the caller vouches for the elements.
            unsafe { to.store_one(scaled, index + number) };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::IntegerMean;
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Follower, Inputs, Kernel},
        kernels::{
            oracle::{axis, positions, under, values, window},
            pool::{Reduction, counts},
        },
        simd::levels,
    };

    proptest! {
        #[test]
        fn means_are_exact(
            rows in prop_oneof![Just([1, 1, 1, 1, 0, 0]), axis()],
            columns in axis(),
            channels in prop_oneof![1_usize..20, 20_usize..80],
            (scale, zero_point) in (0.01_f32..2.0, any::<u8>()),
            (new_scale, new_zero_point) in (0.01_f32..2.0, any::<u8>()),
            seed: u64,
        ) {
            let window = window(rows, columns);
            prop_assume!([0, 1].iter().all(|&axis| !counts(Reduction::Max, &window, axis).contains(&0)));
            let image_len = window.input[0] * window.input[1] * channels;
            let input: Vec<u8> = values(seed, 2 * image_len)
                .iter()
                .map(|x| (x.to_bits() >> 3) as u8)
                .collect();
            let taps = window.kernel[0] * window.kernel[1];
            for reduction in [Reduction::Mean, Reduction::MeanWithPadding] {
                let (mut real, mut quantized) = (Vec::new(), Vec::new());
                for image in input.chunks_exact(image_len) {
                    for position in positions(window.output) {
                        for channel in 0..channels {
                            let seen: Vec<i32> = positions(window.kernel)
                                .filter_map(|tap| under(&window, position, tap))
                                .map(|index| i32::from(image[index * channels + channel]))
                                .map(|x| x - i32::from(zero_point))
                                .collect();
                            let count = match reduction {
                                Reduction::MeanWithPadding => taps,
                                _ => seen.len(),
                            };
                            let (sum, factor) = (seen.iter().sum::<i32>() as f32, scale / count as f32);
                            real.push(sum * factor);
                            let rounded = (sum * (factor / new_scale)).round_ties_even();
                            quantized.push((rounded + f32::from(new_zero_point)).clamp(0.0, 255.0) as u8);
                        }
                    }
                }
                for level in levels() {
                    let mut mean = IntegerMean::new(level, reduction, window, channels, (scale, zero_point))
                        .expect("the sums are small");
                    let inputs = [Slice::U8(&input)];
                    let mut output = vec![f32::NAN; real.len()];
                    mean.run(&Inputs::Folded(&inputs), SliceMut::F32(&mut output), &mut []);
                    prop_assert_eq!(&output, &real);
                    let follower = Follower::Quantize { scale: new_scale, zero_point: new_zero_point };
                    prop_assert!(mean.absorb(&follower));
                    let mut output = vec![0; quantized.len()];
                    mean.run(&Inputs::Folded(&inputs), SliceMut::U8(&mut output), &mut []);
                    prop_assert_eq!(&output, &quantized);
                }
            }
        }
    }
}
