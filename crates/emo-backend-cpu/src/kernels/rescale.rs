#![expect(
    unsafe_code,
    reason = "vectors are read and written inside slices of equal lengths"
)]

use crate::{
    buffer::SliceMut,
    kernel::Follower,
    kernels::quantize::{MAX_LANES, load_up_to, quantize},
    simd::{Level, Simd, Vectorize},
};

/// What becomes of the numbers that quantized bytes stand for: `x · factor[c] + shift[c]`, rounded twice, where `c`
/// counts the elements side by side; quantized again, if a quantization follows.
///
/// All levels give equal results to the bit.
#[derive(Debug)]
pub(crate) struct Rescale {
    factors: Vec<f32>,
    shifts: Vec<f32>,
    quantized: Option<(f32, u8)>,
}

/// How bytes without sign are read as numbers: the bits to invert, then the zero point and the scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) inverted: i32,
    pub(crate) zero_point: f32,
    pub(crate) scale: f32,
}

impl Rescale {
    /// `None` where a factor or shift is not finite, so that no number becomes NaN.
    pub(crate) fn new(factors: &[f64], shifts: &[f64]) -> Option<Self> {
        let narrow = |numbers: &[f64]| -> Vec<f32> { numbers.iter().map(|&x| x as f32).collect() };
        let rescale = Self {
            factors: narrow(factors),
            shifts: narrow(shifts),
            quantized: None,
        };
        let mut numbers = rescale.factors.iter().chain(&rescale.shifts);
        (!factors.is_empty() && factors.len() == shifts.len() && numbers.all(|x| x.is_finite()))
            .then_some(rescale)
    }

    pub(crate) fn absorb(&mut self, follower: &Follower) -> bool {
        match *follower {
            Follower::Quantize { scale, zero_point }
                if self.quantized.is_none() && scale.is_finite() && scale > 0.0 =>
            {
                self.quantized = Some((scale, zero_point));
                true
            }
            _ => false,
        }
    }

    pub(crate) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.factors) + size_of_val(&*self.shifts)
    }

    pub(crate) fn run(&self, level: Level, input: &[u8], reading: Reading, output: SliceMut<'_>) {
        match output {
            SliceMut::U8(output) => {
                let (scale, zero_point) = self.quantized.unwrap_or((1.0, 0));
                let to = ToBytes {
                    scale,
                    zero_point: f32::from(zero_point),
                };
                level.run(Rescaling {
                    rescale: self,
                    input,
                    reading,
                    output,
                    to,
                });
            }
            output => level.run(Rescaling {
                rescale: self,
                input,
                reading,
                output: output.of::<f32>(),
                to: ToNumbers,
            }),
        }
    }
}

/// How rescaled numbers are written.
trait Write: Copy {
    type Element: Copy + Default;
    /// # Safety
    /// `n ≤ LANES` elements can be written at `to`.
    unsafe fn write<S: Simd>(self, simd: S, y: S::F32, to: *mut Self::Element, n: usize);
}

#[derive(Clone, Copy)]
struct ToNumbers;

impl Write for ToNumbers {
    type Element = f32;

    #[inline(always)]
    unsafe fn write<S: Simd>(self, simd: S, y: S::F32, to: *mut f32, n: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            if n == S::LANES {
                simd.store(y, to);
            } else {
                simd.store_first(y, to, n);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct ToBytes {
    scale: f32,
    zero_point: f32,
}

impl Write for ToBytes {
    type Element = u8;

    #[inline(always)]
    unsafe fn write<S: Simd>(self, simd: S, y: S::F32, to: *mut u8, n: usize) {
        let (scale, zero_point) = (simd.splat(self.scale), simd.splat(self.zero_point));
        let y = quantize(simd, y, scale, zero_point, 0.0);
        // SAFETY: the caller's promise; the array holds a vector of any level.
        unsafe {
            if n == S::LANES {
                simd.narrow_u8(y, to);
            } else {
                let mut bytes = [0; MAX_LANES];
                simd.narrow_u8(y, bytes.as_mut_ptr());
                to.copy_from_nonoverlapping(bytes.as_ptr(), n);
            }
        }
    }
}

/// One tensor through a [`Rescale`].
struct Rescaling<'a, W: Write> {
    rescale: &'a Rescale,
    input: &'a [u8],
    reading: Reading,
    output: &'a mut [W::Element],
    to: W,
}

impl<W: Write> Vectorize for Rescaling<'_, W> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        const { assert!(S::LANES <= MAX_LANES) };
        let (factors, shifts) = (&*self.rescale.factors, &*self.rescale.shifts);
        let channels = factors.len();
        let shifts = &shifts[..channels];
        let inverted = simd.splat_i32(self.reading.inverted);
        let zero_point = simd.splat(self.reading.zero_point);
        let scale = simd.splat(self.reading.scale);
        let rows = self.input.chunks_exact(channels);
        for (input, output) in rows.zip(self.output.chunks_exact_mut(channels)) {
            for at in (0..channels).step_by(S::LANES) {
                let n = S::LANES.min(channels - at);
                let mut bytes = [0; MAX_LANES];
                // SAFETY: all four have `n` elements from `at` on; fewer bytes than a vector's go by way of an array
                // of at least a vector's.
                unsafe {
                    let from = if n == S::LANES {
                        input.as_ptr().add(at)
                    } else {
                        bytes[..n].copy_from_slice(&input[at..]);
                        bytes.as_ptr()
                    };
                    let x = simd.to_f32(simd.xor(simd.widen_u8(from), inverted));
                    let x = simd.mul(simd.sub(x, zero_point), scale);
                    let factor = load_up_to(simd, factors.as_ptr().add(at), n);
                    let shift = load_up_to(simd, shifts.as_ptr().add(at), n);
                    let y = simd.add(simd.mul(x, factor), shift);
                    self.to.write(simd, y, output.as_mut_ptr().add(at), n);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Rescale;
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Follower, Inputs, Kernel},
        kernels::{
            affine::Affine,
            oracle::values,
            quantize::{Dequantize, QuantAxis, Quantize},
        },
        simd::levels,
    };

    proptest! {
        #[test]
        fn it_is_its_three_parts_one_by_one(
            (rows, channels) in (1_usize..4, 1_usize..90),
            (scale, zero_point) in (0.001_f32..2.0, any::<u8>()),
            (new_scale, new_zero_point) in (0.001_f32..2.0, any::<u8>()),
            seed: u64,
        ) {
            let input: Vec<u8> = values(seed, rows * channels)
                .iter()
                .map(|x| (x.to_bits() >> 3) as u8)
                .collect();
            let parameters = |seed: u64| -> Vec<f64> {
                values(seed, channels).iter().map(|&x| f64::from(x) * 3.0).collect()
            };
            let affine = Affine::new(parameters(!seed), parameters(seed ^ 5), 1);
            let axis = || QuantAxis {
                scales: vec![scale],
                zero_points: vec![i32::from(zero_point)],
                inner: usize::MAX,
            };
            for level in levels() {
                let mut numbers = vec![0.0; input.len()];
                let bytes = [Slice::U8(&input)];
                let mut whole = Dequantize::new(level, axis());
                prop_assert!(!whole.absorb(&affine.follower().expect("it can follow")));
                whole.run(&Inputs::Folded(&bytes), SliceMut::F32(&mut numbers), &mut []);
                let mut scaled = vec![0.0; input.len()];
                affine.run(&Inputs::Folded(&[Slice::F32(&numbers)]), SliceMut::F32(&mut scaled), &mut []);
                let new_axis = QuantAxis {
                    scales: vec![new_scale],
                    zero_points: vec![i32::from(new_zero_point)],
                    inner: usize::MAX,
                };
                let quantize = Quantize::unsigned(level, &new_axis);
                let mut quantized = vec![0; input.len()];
                quantize.run(&Inputs::Folded(&[Slice::F32(&scaled)]), SliceMut::U8(&mut quantized), &mut []);

                let mut whole = Dequantize::new(level, axis()).of_bytes();
                prop_assert!(whole.absorb(&affine.follower().expect("it can follow")));
                let mut output = vec![f32::NAN; input.len()];
                whole.run(&Inputs::Folded(&bytes), SliceMut::F32(&mut output), &mut []);
                prop_assert_eq!(&output, &scaled);
                prop_assert!(whole.absorb(&quantize.follower().expect("it can follow")));
                let mut output = vec![0; input.len()];
                whole.run(&Inputs::Folded(&bytes), SliceMut::U8(&mut output), &mut []);
                prop_assert_eq!(&output, &quantized);
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_not_absorbed() {
        assert!(Rescale::new(&[f64::NAN], &[0.0]).is_none());
        assert!(Rescale::new(&[1.0], &[f64::INFINITY]).is_none());
        assert!(Rescale::new(&[1e300], &[0.0]).is_none());
        assert!(Rescale::new(&[], &[]).is_none());
        let mut rescale = Rescale::new(&[1.0], &[0.0]).expect("both are finite");
        for scale in [0.0, f32::NAN, f32::INFINITY] {
            assert!(!rescale.absorb(&Follower::Quantize {
                scale,
                zero_point: 0
            }));
        }
    }
}
