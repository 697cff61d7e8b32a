#![expect(
    unsafe_code,
    reason = "vectors are read and written inside slices of equal lengths"
)]

use crate::{
    buffer::{Slice, SliceMut},
    kernel::{Follower, Inputs, Kernel},
    kernels::rescale::{Reading, Rescale},
    simd::{Level, Simd, Vectorize},
};

/// Scales and zero points along one axis; a single pair for a whole tensor.
#[derive(Debug)]
pub(crate) struct QuantAxis {
    pub(crate) scales: Vec<f32>,
    pub(crate) zero_points: Vec<i32>,
    /// Elements of one step along the axis: 1 where neighbours are of different steps, as in channels last.
    pub(crate) inner: usize,
}

impl QuantAxis {
    /// One scale and zero point per step along the axis, over and over.
    fn steps(&self) -> impl Iterator<Item = (f32, i32)> {
        self.scales
            .iter()
            .copied()
            .zip(self.zero_points.iter().copied())
            .cycle()
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.scales) + size_of_val(&*self.zero_points)
    }
}

/// Scales and zero points of bytes, as vectors are computed with.
#[derive(Debug)]
struct Grid {
    scales: Vec<f32>,
    /// Whole numbers.
    zero_points: Vec<f32>,
    inner: usize,
}

impl Grid {
    /// Adds `shift` to each zero point.
    fn new(axis: &QuantAxis, shift: i32) -> Self {
        Self {
            scales: axis.scales.clone(),
            zero_points: axis
                .zero_points
                .iter()
                .map(|point| point.saturating_add(shift) as f32)
                .collect(),
            inner: axis.inner,
        }
    }

    fn constant_bytes(&self) -> usize {
        size_of_val(&*self.scales) + size_of_val(&*self.zero_points)
    }

    /// The ranges of `len` elements whose scales and zero points lie side by side or are one, with these.
    #[inline(always)]
    fn runs(&self, len: usize) -> impl Iterator<Item = (std::ops::Range<usize>, Pairs<'_>)> {
        let (scales, zero_points) = (&*self.scales, &*self.zero_points);
        let run = match (scales.len(), self.inner) {
            (1, _) => len,
            (period, 1) => period,
            (_, inner) => inner,
        };
        (0..len)
            .step_by(run.max(1))
            .enumerate()
            .map(move |(number, first)| {
                let step = number % scales.len();
                let pairs = if scales.len() > 1 && self.inner == 1 {
                    Pairs::Many(scales, zero_points)
                } else {
                    Pairs::One(scales[step], zero_points[step])
                };
                (first..len.min(first + run), pairs)
            })
    }
}

/// The scales and zero points of neighbouring elements.
#[derive(Debug, Clone, Copy)]
enum Pairs<'a> {
    One(f32, f32),
    /// One per element.
    Many(&'a [f32], &'a [f32]),
}

/// `saturate(round(x / scale) + zero_point)` as bytes, rounding halves to even; NaN becomes the integer 0.
///
/// All levels give equal results to the bit.
#[derive(Debug)]
pub(crate) struct Quantize {
    level: Level,
    /// Of bytes without sign.
    grid: Grid,
    /// What NaN becomes.
    nan: u8,
    /// Whether the highest bit of each byte is inverted in the end.
    is_signed: bool,
}

impl Quantize {
    /// To `u8`.
    pub(crate) fn unsigned(level: Level, axis: &QuantAxis) -> Self {
        Self {
            level,
            grid: Grid::new(axis, 0),
            nan: 0,
            is_signed: false,
        }
    }

    /// To `i8`.
    pub(crate) fn signed(level: Level, axis: &QuantAxis) -> Self {
        Self {
            is_signed: true,
            ..Self::shifted(level, axis)
        }
    }

    /// To `i8`, the zero points' type, but kept as `u8` that are greater by 128.
    pub(crate) fn shifted(level: Level, axis: &QuantAxis) -> Self {
        Self {
            level,
            grid: Grid::new(axis, 128),
            nan: 128,
            is_signed: false,
        }
    }
}

impl Kernel for Quantize {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let output: &mut [u8] = match output {
            SliceMut::I8(output) => bytemuck::cast_slice_mut(output),
            SliceMut::U8(output) => output,
            _ => unreachable!("element types are checked when the plan is made"),
        };
        self.level.run(Quantization {
            quantize: self,
            input: inputs.get(0),
            output,
        });
    }

    fn constant_bytes(&self) -> usize {
        self.grid.constant_bytes()
    }

    fn follower(&self) -> Option<Follower> {
        let (&[scale], &[zero_point], false) =
            (&*self.grid.scales, &*self.grid.zero_points, self.is_signed)
        else {
            return None;
        };
        (0.0..=255.0)
            .contains(&zero_point)
            .then_some(Follower::Quantize {
                scale,
                zero_point: zero_point as u8,
            })
    }
}

/// One tensor through a [`Quantize`].
struct Quantization<'a> {
    quantize: &'a Quantize,
    input: &'a [f32],
    output: &'a mut [u8],
}

impl Vectorize for Quantization<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let nan = f32::from(self.quantize.nan);
        for (range, pairs) in self.quantize.grid.runs(self.output.len()) {
            let (input, output) = (&self.input[range.clone()], &mut self.output[range]);
            let done = match pairs {
                Pairs::One(scale, zero_point) => {
                    quantize_by_reciprocal(simd, input, scale, zero_point, output)
                }
                Pairs::Many(..) => false,
            };
            if !done {
                quantize_run(simd, input, pairs, nan, output);
            }
            if self.quantize.is_signed {
                output.iter_mut().for_each(|y| *y ^= 0x80);
            }
        }
    }
}

/// The most lanes of a vector at any level.
pub(crate) const MAX_LANES: usize = 16;

#[inline(always)]
fn quantize_run<S: Simd>(simd: S, input: &[f32], pairs: Pairs<'_>, nan: f32, output: &mut [u8]) {
    const { assert!(S::LANES <= MAX_LANES) };
    let len = output.len();
    let input = &input[..len];
    pairs.check(len);
    let mut at = 0;
    while at < len {
        let n = S::LANES.min(len - at);
        // SAFETY: there are `n` elements from `at` on in each slice; fewer bytes than a vector's go by way of an
        // array of at least a vector's.
        unsafe {
            let x = load_up_to(simd, input.as_ptr().add(at), n);
            let (scale, zero_point) = pairs.vectors(simd, at, n);
            let y = quantize(simd, x, scale, zero_point, nan);
            if n == S::LANES {
                simd.narrow_u8(y, output.as_mut_ptr().add(at));
            } else {
                let mut bytes = [0; MAX_LANES];
                simd.narrow_u8(y, bytes.as_mut_ptr());
                output[at..].copy_from_slice(&bytes[..n]);
            }
        }
        at += n;
    }
}

/// Scales between whose bounds no remainder of a quotient that matters is subnormal.
const COMMON_SCALES: std::ops::RangeInclusive<f32> = 1e-18..=1e18;

/// The least number of elements for which a reciprocal is worth its division.
const MANY: usize = 256;

/// [`quantize_run`] without divisions; `false` where it cannot vouch for what it has written.
///
/// The quotient by the correctly rounded reciprocal is corrected twice by its remainder, which products fused with
/// additions give exactly: the first correction makes it one of the two neighbours of the true quotient, the second one
/// the nearest (P. Markstein, Computation of elementary functions on the IBM RISC System/6000 processor, 1990,
/// doi:10.1147/rd.341.0111). The sum of the quotients' squares tells whether one is not finite, or so large
/// that rounding it to 32 bits would not saturate.
#[inline(always)]
fn quantize_by_reciprocal<S: Simd>(
    simd: S,
    input: &[f32],
    scale: f32,
    zero_point: f32,
    output: &mut [u8],
) -> bool {
    const { assert!(S::LANES <= MAX_LANES) };
    let block = 4 * S::LANES;
    let len = output.len();
    if !S::FUSES || len < MANY || !COMMON_SCALES.contains(&scale) {
        return false;
    }
    let input = &input[..len];
    let reciprocal = simd.splat(1.0 / scale);
    let negated = simd.splat(-scale);
    let zero_point = simd.round(simd.splat(zero_point));
    let mut squares = [simd.splat(0.0); 4];
    let mut at = 0;
    while at < len {
        // The last block may be one that was partly written before.
        let start = at.min(len - block);
        let mut rounded = [zero_point; 4];
        for (v, (rounded, squares)) in rounded.iter_mut().zip(&mut squares).enumerate() {
            // SAFETY: a block of elements follows `start`.
            let x = unsafe { simd.load(input.as_ptr().add(start + v * S::LANES)) };
            let mut quotient = simd.mul(x, reciprocal);
            for _ in 0..2 {
                let remainder = simd.mul_add(quotient, negated, x);
                quotient = simd.mul_add(remainder, reciprocal, quotient);
            }
            *squares = simd.mul_add(quotient, quotient, *squares);
            *rounded = simd.add_i32(simd.round(quotient), zero_point);
        }
        // SAFETY: as above.
        unsafe { simd.store_bytes(simd.narrow4_u8(rounded), output.as_mut_ptr().add(start)) };
        at += block;
    }
    let mut sums = [0.0_f32; 4 * MAX_LANES];
    for (v, squares) in squares.into_iter().enumerate() {
        // SAFETY: the array holds four vectors of any level.
        unsafe { simd.store(squares, sums.as_mut_ptr().add(v * S::LANES)) };
    }
    let largest: f32 = sums.iter().sum();
    largest < LARGEST * LARGEST
}

/// Quotients below are far from what 32 bits cannot hold.
const LARGEST: f32 = (1 << 24) as f32;

/// # Safety
/// `n ≤ LANES` elements can be read at `from`.
#[inline(always)]
pub(crate) unsafe fn load_up_to<S: Simd>(simd: S, from: *const f32, n: usize) -> S::F32 {
    // SAFETY: the caller's promise.
    unsafe {
        if n == S::LANES {
            simd.load(from)
        } else {
            simd.load_first(from, n)
        }
    }
}

impl Pairs<'_> {
    /// Panics unless there are pairs for so many elements.
    #[inline(always)]
    fn check(self, len: usize) {
        if let Self::Many(scales, zero_points) = self {
            assert!(len <= scales.len() && len <= zero_points.len());
        }
    }

    /// # Safety
    /// [`check`](Self::check) has accepted `at + n` elements, and `n ≤ LANES`.
    #[inline(always)]
    unsafe fn vectors<S: Simd>(self, simd: S, at: usize, n: usize) -> (S::F32, S::F32) {
        match self {
            Pairs::One(scale, zero_point) => (simd.splat(scale), simd.splat(zero_point)),
            // SAFETY: the caller's promise.
            Pairs::Many(scales, zero_points) => unsafe {
                (
                    load_up_to(simd, scales.as_ptr().add(at), n),
                    load_up_to(simd, zero_points.as_ptr().add(at), n),
                )
            },
        }
    }
}

/// NaN becomes the byte `nan`.
#[inline(always)]
pub(crate) fn quantize<S: Simd>(
    simd: S,
    x: S::F32,
    scale: S::F32,
    zero_point: S::F32,
    nan: f32,
) -> S::I32 {
    let steps = simd.div(x, scale);
    let low = simd.sub(simd.splat(0.0), zero_point);
    let high = simd.sub(simd.splat(255.0), zero_point);
    let nan = simd.sub(simd.splat(nan), zero_point);
    // What lies above and what lies below of what NaN becomes is rounded by itself; NaN is in neither.
    let above = simd.round(simd.min(simd.max(steps, nan), high));
    let below = simd.round(simd.max(simd.min(steps, nan), low));
    let offset = simd.round(simd.sub(zero_point, nan));
    simd.add_i32(simd.add_i32(above, below), offset)
}

/// `(x − zero_point) · scale` of `i8`, `u8` or `i32`.
///
/// All levels give equal results to the bit.
#[derive(Debug)]
pub(crate) struct Dequantize {
    level: Level,
    axis: QuantAxis,
    /// Of bytes without sign, and of those with one whose highest bits are inverted.
    grids: [Grid; 2],
    is_of_bytes: bool,
    /// What becomes of the numbers.
    rescale: Option<Rescale>,
}

impl Dequantize {
    pub(crate) fn new(level: Level, axis: QuantAxis) -> Self {
        Self {
            level,
            grids: [0, 128].map(|shift| Grid::new(&axis, shift)),
            axis,
            is_of_bytes: false,
            rescale: None,
        }
    }

    /// That the input is `i8` or `u8`.
    pub(crate) fn of_bytes(self) -> Self {
        Self {
            is_of_bytes: true,
            ..self
        }
    }
}

impl Kernel for Dequantize {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (grid, inverted, input): (_, _, &[u8]) = match inputs.slice(0) {
            Slice::U8(input) => (&self.grids[0], 0, input),
            Slice::I8(input) => (&self.grids[1], 0x80, bytemuck::cast_slice(input)),
            Slice::I32(input) => return dequantize_wide(&self.axis, input, output.of()),
            _ => unreachable!("element types are checked when the plan is made"),
        };
        if let Some(rescale) = &self.rescale {
            let reading = Reading {
                inverted,
                zero_point: grid.zero_points[0],
                scale: grid.scales[0],
            };
            return rescale.run(self.level, input, reading, output);
        }
        self.level.run(Dequantization {
            grid,
            inverted,
            input,
            output: output.of(),
        });
    }

    fn constant_bytes(&self) -> usize {
        let grids: usize = self.grids.iter().map(Grid::constant_bytes).sum();
        let rescale = self.rescale.as_ref().map_or(0, Rescale::constant_bytes);
        self.axis.constant_bytes() + grids + rescale
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        match (&mut self.rescale, follower) {
            (Some(rescale), follower) => rescale.absorb(follower),
            (
                rescale,
                Follower::Affine {
                    scale,
                    shift,
                    inner: 1,
                },
            ) if self.is_of_bytes && self.axis.scales.len() == 1 => {
                let is_finite = self.axis.scales[0].is_finite();
                *rescale = Rescale::new(scale, shift).filter(|_| is_finite);
                rescale.is_some()
            }
            _ => false,
        }
    }
}

fn dequantize_wide(axis: &QuantAxis, input: &[i32], output: &mut [f32]) {
    for ((output, input), (scale, zero_point)) in output
        .chunks_mut(axis.inner)
        .zip(input.chunks(axis.inner))
        .zip(axis.steps())
    {
        for (y, &x) in output.iter_mut().zip(input) {
            *y = (i64::from(x) - i64::from(zero_point)) as f32 * scale;
        }
    }
}

/// One tensor of bytes through a [`Dequantize`].
struct Dequantization<'a> {
    grid: &'a Grid,
    /// The bits to invert.
    inverted: i32,
    input: &'a [u8],
    output: &'a mut [f32],
}

impl Vectorize for Dequantization<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        for (range, pairs) in self.grid.runs(self.output.len()) {
            let (input, output) = (&self.input[range.clone()], &mut self.output[range]);
            dequantize_run(simd, input, self.inverted, pairs, output);
        }
    }
}

#[inline(always)]
fn dequantize_run<S: Simd>(
    simd: S,
    input: &[u8],
    inverted: i32,
    pairs: Pairs<'_>,
    output: &mut [f32],
) {
    const { assert!(S::LANES <= MAX_LANES) };
    let len = output.len();
    let input = &input[..len];
    pairs.check(len);
    let inverted = simd.splat_i32(inverted);
    let mut at = 0;
    while at < len {
        let n = S::LANES.min(len - at);
        let mut bytes = [0; MAX_LANES];
        // SAFETY: there are `n` elements from `at` on in each slice; fewer bytes than a vector's go by way of an
        // array of at least a vector's.
        unsafe {
            let from = if n == S::LANES {
                input.as_ptr().add(at)
            } else {
                bytes[..n].copy_from_slice(&input[at..]);
                bytes.as_ptr()
            };
            let x = simd.to_f32(simd.xor(simd.widen_u8(from), inverted));
            let (scale, zero_point) = pairs.vectors(simd, at, n);
            let y = simd.mul(simd.sub(x, zero_point), scale);
            let to = output.as_mut_ptr().add(at);
            if n == S::LANES {
                simd.store(y, to);
            } else {
                simd.store_first(y, to, n);
            }
        }
        at += n;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Dequantize, QuantAxis, Quantize};
    use crate::{
        buffer::{Scalar, Slice},
        kernel::{Inputs, Kernel},
        kernels::oracle::values,
        simd::{Level, levels},
    };

    fn run<T: Scalar>(kernel: &dyn Kernel, input: Slice<'_>, len: usize) -> Vec<T> {
        let mut output = T::buffer(vec![T::default(); len]);
        kernel.run(&Inputs::Folded(&[input]), output.slice_mut(len), &mut []);
        let elements = T::slice(output.slice(len)).expect("the buffer holds such elements");
        elements.to_vec()
    }

    /// Scales and zero points of `i8`, and the numbers to be quantized.
    fn case(
        seed: u64,
        (batch, steps, inner): (usize, usize, usize),
    ) -> (Vec<f32>, Vec<i8>, Vec<f32>) {
        let scales: Vec<f32> = values(seed, steps).iter().map(|x| 0.01 + x.abs()).collect();
        let points: Vec<i8> = values(!seed, steps)
            .iter()
            .map(|x| (x * 127.0) as i8)
            .collect();
        let mut input: Vec<f32> = values(seed ^ 1, batch * steps * inner)
            .into_iter()
            .map(|x| 150.0 * x)
            .collect();
        for (index, x) in input.iter_mut().enumerate() {
            let scale = scales[index / inner % steps];
            match index % 11 {
                // Halves, of which the one and the other is even.
                0 => *x = ((*x).floor() + 0.5) * scale,
                1 => *x *= 1e30,
                2 if index % 2 == 0 => *x = f32::NAN,
                _ => {}
            }
        }
        (scales, points, input)
    }

    proptest! {
        /// So many that quotients are found without divisions, most of them at halves or next to them.
        #[test]
        fn long_runs_are_the_definition(
            len in 250_usize..700,
            scale in prop_oneof![0.001_f32..2.0, Just(0.1), Just(1e-17), Just(1e17), Just(1e-19), Just(3e-39)],
            point in any::<u8>(),
            special in prop_oneof![
                3 => Just(None),
                1 => prop_oneof![
                    Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(3e38_f32), Just(-3e38_f32),
                ].prop_map(Some),
            ],
            seed: u64,
        ) {
            let mut input: Vec<f32> = values(seed, len)
                .into_iter()
                .enumerate()
                .map(|(index, x)| {
                    let x = (x * 200.0).round() + 0.5;
                    let near = (x * scale).to_bits();
                    f32::from_bits(match index % 4 {
                        0 => near,
                        1 => near.wrapping_add(1),
                        2 => near.wrapping_sub(1),
                        _ => (x * 0.37 * scale).to_bits(),
                    })
                })
                .collect();
            if let Some(special) = special {
                input[seed as usize % len] = special;
            }
            let axis = |shift: i32| QuantAxis {
                scales: vec![scale],
                zero_points: vec![i32::from(point) - shift],
                inner: usize::MAX,
            };
            let number = |x: f32| (x / scale).round_ties_even();
            // A cast from a float saturates, and makes 0 of NaN.
            let unsigned: Vec<u8> = input.iter().map(|&x| (number(x) + f32::from(point)) as u8).collect();
            let shifted: Vec<u8> = input
                .iter()
                .map(|&x| (number(x) + f32::from(point) - 128.0) as i8 as u8 ^ 0x80)
                .collect();
            for level in levels() {
                let kernel = Quantize::unsigned(level, &axis(0));
                prop_assert_eq!(&run::<u8>(&kernel, Slice::F32(&input), len), &unsigned);
                let kernel = Quantize::shifted(level, &axis(128));
                prop_assert_eq!(&run::<u8>(&kernel, Slice::F32(&input), len), &shifted);
            }
        }
    }

    proptest! {
        #[test]
        fn bytes_are_the_definitions(
            batch in 1_usize..4,
            (steps, inner) in (
                prop_oneof![Just(1_usize), 2_usize..40],
                prop_oneof![Just(1_usize), 2_usize..50],
            ),
            seed: u64,
        ) {
            let (scales, points, input) = case(seed, (batch, steps, inner));
            let len = input.len();
            let step = |index: usize| index / inner % steps;
            let axis = |shift: i32| QuantAxis {
                scales: scales.clone(),
                zero_points: points.iter().map(|&point| i32::from(point) + shift).collect(),
                inner,
            };
            let rounded = |index: usize| (input[index] / scales[step(index)]).round_ties_even();
            let signed: Vec<i8> = (0..len)
                .map(|index| (rounded(index) + f32::from(points[step(index)])) as i8)
                .collect();
            let unsigned: Vec<u8> = (0..len)
                .map(|index| (rounded(index) + f32::from(points[step(index)]) + 128.0) as u8)
                .collect();
            let shifted: Vec<u8> = signed.iter().map(|&y| y as u8 ^ 0x80).collect();
            let real = |index: usize| {
                (i32::from(signed[index]) - i32::from(points[step(index)])) as f32 * scales[step(index)]
            };
            let real: Vec<f32> = (0..len).map(real).collect();
            for level in levels() {
                let quantize: [fn(Level, &QuantAxis) -> Quantize; 3] =
                    [Quantize::unsigned, Quantize::signed, Quantize::shifted];
                prop_assert_eq!(&run::<u8>(&quantize[0](level, &axis(128)), Slice::F32(&input), len), &unsigned);
                prop_assert_eq!(&run::<i8>(&quantize[1](level, &axis(0)), Slice::F32(&input), len), &signed);
                prop_assert_eq!(&run::<u8>(&quantize[2](level, &axis(0)), Slice::F32(&input), len), &shifted);
                prop_assert_eq!(&run::<f32>(&Dequantize::new(level, axis(0)), Slice::I8(&signed), len), &real);
                prop_assert_eq!(&run::<f32>(&Dequantize::new(level, axis(128)), Slice::U8(&shifted), len), &real);
                let wide: Vec<i32> = signed.iter().map(|&y| i32::from(y)).collect();
                prop_assert_eq!(&run::<f32>(&Dequantize::new(level, axis(0)), Slice::I32(&wide), len), &real);
            }
        }
    }
}
