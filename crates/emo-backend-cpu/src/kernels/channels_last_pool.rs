#![expect(
    unsafe_code,
    reason = "vectors of channels are read and written where the windows were checked to lie"
)]

use crate::{
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::{
        fold::{Fold, Windows, fold_windows},
        pool::{Reduction, inverse_counts},
        window::Window,
    },
    simd::{Level, Simd, Vectorize},
};

/// Maximum or mean over sliding windows of `[batch][positions][channels]`: of `f32`, a maximum of `u8`, too.
///
/// Means are equal to the bit on all levels.
#[derive(Debug)]
pub(crate) struct ChannelsLastPool {
    level: Level,
    reduction: Reduction,
    window: Window,
    channels: usize,
    windows: Windows,
    /// One over the number of elements that each mean is taken over; empty for a maximum.
    inverse_counts: Vec<f32>,
}

impl ChannelsLastPool {
    pub(crate) fn new(level: Level, reduction: Reduction, window: Window, channels: usize) -> Self {
        Self {
            level,
            reduction,
            window,
            channels,
            windows: Windows::new(&window, channels),
            inverse_counts: inverse_counts(reduction, &window),
        }
    }
}

impl Kernel for ChannelsLastPool {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        match output {
            SliceMut::U8(output) => self.level.run(Pooling {
                pool: self,
                input: inputs.get::<u8>(0),
                output,
            }),
            output => self.level.run(Pooling {
                pool: self,
                input: inputs.get::<f32>(0),
                output: output.of(),
            }),
        }
    }

    fn constant_bytes(&self) -> usize {
        self.windows.bytes() + size_of_val(&*self.inverse_counts)
    }

    fn follower(&self) -> Option<Follower> {
        (self.reduction == Reduction::Max).then_some(Follower::MaxPool(self.window))
    }
}

/// All images through a [`ChannelsLastPool`].
struct Pooling<'a, T> {
    pool: &'a ChannelsLastPool,
    input: &'a [T],
    output: &'a mut [T],
}

impl Vectorize for Pooling<'_, f32> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        match (
            self.pool.reduction,
            self.pool.channels.checked_sub(S::LANES),
        ) {
            (Reduction::Max, Some(_)) => self.fold::<S, false, true>(simd),
            (Reduction::Max, None) => self.fold::<S, false, false>(simd),
            (_, Some(_)) => self.fold::<S, true, true>(simd),
            (_, None) => self.fold::<S, true, false>(simd),
        }
    }
}

impl Pooling<'_, f32> {
    #[inline(always)]
    fn fold<S: Simd, const MEAN: bool, const WHOLE: bool>(self, simd: S) {
        let windows = &self.pool.windows;
        assert!(windows.fit(self.input.len(), self.output.len()));
        let fold = Floats::<MEAN, WHOLE> {
            width: self.pool.channels.min(S::LANES),
            inverse_counts: &self.pool.inverse_counts,
            output: self.output.as_mut_ptr(),
        };
        // SAFETY: the lengths fit each other, and a fold is not wider than the channels.
        unsafe { fold_windows(simd, windows, self.input, fold) };
    }
}

impl Vectorize for Pooling<'_, u8> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let windows = &self.pool.windows;
        assert!(windows.fit(self.input.len(), self.output.len()));
        let (input, output) = (self.input, self.output.as_mut_ptr());
        // SAFETY: the lengths fit each other, and no fold is wider than the channels.
        unsafe {
            match self.pool.channels {
                // Vectors of 16 bytes are left to the compiler, which knows their maximum on every machine.
                channels if S::LANES > 4 && channels >= 4 * S::LANES => {
                    fold_windows(simd, windows, input, Bytes { output });
                }
                16.. => fold_windows(simd, windows, input, FewBytes::<16> { output }),
                4.. => fold_windows(simd, windows, input, FewBytes::<4> { output }),
                _ => fold_windows(simd, windows, input, FewBytes::<1> { output }),
            }
        }
    }
}

/// The maximum or, if `MEAN`, the mean of floats: of whole vectors of channels or, unless `WHOLE`, of fewer.
#[derive(Clone, Copy)]
struct Floats<'a, const MEAN: bool, const WHOLE: bool> {
    width: usize,
    /// One per output position of a mean.
    inverse_counts: &'a [f32],
    output: *mut f32,
}

impl<S: Simd, const MEAN: bool, const WHOLE: bool> Fold<S> for Floats<'_, MEAN, WHOLE> {
    type Element = f32;
    type Vector = S::F32;

    const TILED: bool = WHOLE && S::REGISTERS >= 16;

    #[inline(always)]
    fn width(self) -> usize {
        if WHOLE { S::LANES } else { self.width }
    }

    #[inline(always)]
    fn start(self, simd: S) -> S::F32 {
        simd.splat(if MEAN { 0.0 } else { f32::NEG_INFINITY })
    }

    #[inline(always)]
    unsafe fn load(self, simd: S, from: *const f32) -> S::F32 {
        // SAFETY: the caller vouches for the elements.
        unsafe {
            if WHOLE {
                simd.load(from)
            } else {
                simd.load_first(from, self.width)
            }
        }
    }

    #[inline(always)]
    fn combine(self, simd: S, folded: S::F32, next: S::F32) -> S::F32 {
        if MEAN {
            simd.add(folded, next)
        } else {
            // In this order, NaN is ignored.
            simd.max(next, folded)
        }
    }

    #[inline(always)]
    unsafe fn store(self, simd: S, folded: S::F32, position: usize, index: usize) {
        let folded = if MEAN {
            simd.mul(folded, simd.splat(self.inverse_counts[position]))
        } else {
            folded
        };
        let to = self.output.wrapping_add(index);
        // SAFETY: the caller vouches for the elements.
        unsafe {
            if WHOLE {
                simd.store(folded, to);
            } else {
                simd.store_first(folded, to, self.width);
            }
        }
    }
}

/// The maximum of vectors of bytes.
#[derive(Clone, Copy)]
struct Bytes {
    output: *mut u8,
}

impl<S: Simd> Fold<S> for Bytes {
    type Element = u8;
    type Vector = S::I32;

    #[inline(always)]
    fn width(self) -> usize {
        4 * S::LANES
    }

    #[inline(always)]
    fn start(self, simd: S) -> S::I32 {
        simd.splat_i32(0)
    }

    #[inline(always)]
    unsafe fn load(self, simd: S, from: *const u8) -> S::I32 {
        // SAFETY: the caller vouches for the elements.
        unsafe { simd.load_bytes(from) }
    }

    #[inline(always)]
    fn combine(self, simd: S, folded: S::I32, next: S::I32) -> S::I32 {
        simd.max_u8(folded, next)
    }

    #[inline(always)]
    unsafe fn store(self, simd: S, folded: S::I32, _: usize, index: usize) {
        // SAFETY: the caller vouches for the elements.
        unsafe { simd.store_bytes(folded, self.output.wrapping_add(index)) };
    }
}

/// The maximum of bytes that fill no vector.
#[derive(Clone, Copy)]
struct FewBytes<const N: usize> {
    output: *mut u8,
}

impl<S: Simd, const N: usize> Fold<S> for FewBytes<N> {
    type Element = u8;
    type Vector = [u8; N];

    #[inline(always)]
    fn width(self) -> usize {
        N
    }

    #[inline(always)]
    fn start(self, _: S) -> [u8; N] {
        [0; N]
    }

    #[inline(always)]
    unsafe fn load(self, _: S, from: *const u8) -> [u8; N] {
        // SAFETY: the caller vouches for the elements.
        unsafe { from.cast::<[u8; N]>().read() }
    }

    #[inline(always)]
    fn combine(self, _: S, mut folded: [u8; N], next: [u8; N]) -> [u8; N] {
        for (folded, next) in folded.iter_mut().zip(next) {
            *folded = next.max(*folded);
        }
        folded
    }

    #[inline(always)]
    unsafe fn store(self, _: S, folded: [u8; N], _: usize, index: usize) {
        // SAFETY: the caller vouches for the elements.
        unsafe {
            self.output
                .wrapping_add(index)
                .cast::<[u8; N]>()
                .write(folded)
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ChannelsLastPool;
    use crate::{
        buffer::{Slice, SliceMut},
        kernel::{Inputs, Kernel},
        kernels::{
            oracle::{axis, close, positions, under, values, window},
            pool::{Reduction, counts},
            window::Window,
        },
        simd::levels,
    };

    /// Reduces what each window sees of each channel of each image.
    fn textbook<T: Copy>(
        window: &Window,
        channels: usize,
        input: &[T],
        reduce: impl Fn(&[T]) -> f64,
    ) -> Vec<f64> {
        let mut output = Vec::new();
        for image in input.chunks_exact(window.input[0] * window.input[1] * channels) {
            for position in positions(window.output) {
                for channel in 0..channels {
                    let seen: Vec<T> = positions(window.kernel)
                        .filter_map(|tap| under(window, position, tap))
                        .map(|index| image[index * channels + channel])
                        .collect();
                    output.push(reduce(&seen));
                }
            }
        }
        output
    }

    fn check(window: Window, channels: usize, seed: u64) -> Result<(), TestCaseError> {
        let input = values(seed, 2 * window.input[0] * window.input[1] * channels);
        let taps = window.kernel[0] * window.kernel[1];
        for reduction in [Reduction::Max, Reduction::Mean, Reduction::MeanWithPadding] {
            let expected = textbook(&window, channels, &input, |seen| {
                let seen = seen.iter().map(|&x| f64::from(x));
                match reduction {
                    Reduction::Max => seen.fold(f64::NEG_INFINITY, f64::max),
                    Reduction::Mean => seen.clone().sum::<f64>() / seen.len() as f64,
                    Reduction::MeanWithPadding => seen.sum::<f64>() / taps as f64,
                }
            });
            let mut first = None;
            for level in levels() {
                let pool = ChannelsLastPool::new(level, reduction, window, channels);
                let mut output = vec![f32::NAN; expected.len()];
                let inputs = [Slice::F32(&input)];
                pool.run(
                    &Inputs::Folded(&inputs),
                    SliceMut::F32(&mut output),
                    &mut [],
                );
                close(&output, &expected, 16)?;
                prop_assert_eq!(first.get_or_insert_with(|| output.clone()), &output);
            }
        }
        let bytes: Vec<u8> = input.iter().map(|x| (x.to_bits() >> 3) as u8).collect();
        let expected = textbook(&window, channels, &bytes, |seen| {
            seen.iter().copied().max().map_or(-1.0, f64::from)
        });
        for level in levels() {
            let pool = ChannelsLastPool::new(level, Reduction::Max, window, channels);
            let mut output = vec![0; expected.len()];
            let inputs = [Slice::U8(&bytes)];
            pool.run(&Inputs::Folded(&inputs), SliceMut::U8(&mut output), &mut []);
            let output: Vec<f64> = output.into_iter().map(f64::from).collect();
            prop_assert_eq!(&output, &expected);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn pools_are_the_textbooks(
            rows in prop_oneof![Just([1, 1, 1, 1, 0, 0]), axis()],
            columns in axis(),
            channels in prop_oneof![1_usize..20, 20_usize..150],
            seed: u64,
        ) {
            let window = window(rows, columns);
            // A window in the padding alone has no maximum and no mean; such pools are refused.
            prop_assume!([0, 1].iter().all(|&axis| !counts(Reduction::Max, &window, axis).contains(&0)));
            check(window, channels, seed)?;
        }

        #[test]
        fn global_pools_are_the_textbooks(
            (height, width) in (1_usize..9, 1_usize..30),
            channels in 1_usize..80,
            seed: u64,
        ) {
            check(window([height, 1, 1, height, 0, 0], [width, 1, 1, width, 0, 0]), channels, seed)?;
        }
    }

    #[test]
    fn a_maximum_passes_over_nan() {
        let window = window([1, 1, 1, 1, 0, 0], [2, 2, 1, 4, 0, 0]);
        let nan = f32::NAN;
        for level in levels() {
            let pool = ChannelsLastPool::new(level, Reduction::Max, window, 1);
            let mut output = [0.0; 2];
            let inputs = [Slice::F32(&[nan, 1.0, 2.0, nan])];
            pool.run(
                &Inputs::Folded(&inputs),
                SliceMut::F32(&mut output),
                &mut [],
            );
            assert_eq!(output, [1.0, 2.0]);
        }
    }
}
