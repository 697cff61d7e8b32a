#![expect(
    unsafe_code,
    reason = "results are written from registers to where callers have checked that they fit"
)]

use crate::{buffer::SliceMut, kernel::Follower, kernels::unary::Unary, simd::Simd};

/// From here on a product could leave the range of 32 bits; the factor of two to it is more than any rounding.
const SAFE: f32 = (1 << 30) as f32;

/// What becomes of the sums of a layer.
///
/// Sums are in vectors, each lane of which belongs to a channel or to none.
#[derive(Debug, Clone)]
pub(super) struct Requantize {
    /// Per lane: what its sum starts with, which is the bias less the zero point's part of all products.
    initial: Vec<i32>,
    /// Per lane.
    multiplier: Vec<f32>,
    /// The largest magnitude of a product of a sum and its multiplier.
    reach: f32,
    low: f32,
    high: f32,
    /// Of bytes; `None` for real numbers.
    zero_point: Option<u8>,
    /// Whether the bounds hold without being looked at: by the saturation to bytes, or because there are none.
    unbounded: bool,
}

/// The sums of one channel's weights.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WeightSums {
    positive: i64,
    negative: i64,
}

impl WeightSums {
    pub(super) fn of(weights: &[i8]) -> Self {
        let mut sums = Self::default();
        sums.extend(weights);
        sums
    }

    pub(super) fn extend(&mut self, weights: &[i8]) {
        // The sums of so many weights fit in 16 bits.
        for weights in weights.chunks(256) {
            let (mut positive, mut negative) = (0_i16, 0_i16);
            for &weight in weights {
                positive += i16::from(weight.max(0));
                negative += i16::from(weight.min(0));
            }
            self.positive += i64::from(positive);
            self.negative += i64::from(negative);
        }
    }
}

/// Where results go: the first of a position's elements, and how many lie between positions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) to: Pointer,
    pub(super) step: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Pointer {
    F32(*mut f32),
    U8(*mut u8),
}

impl Pointer {
    /// # Safety
    /// As of [`pointer::add`](https://doc.rust-lang.org/std/primitive.pointer.html#method.add).
    #[inline(always)]
    pub(super) unsafe fn add(self, elements: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::F32(to) => Self::F32(to.add(elements)),
                Self::U8(to) => Self::U8(to.add(elements)),
            }
        }
    }
}

impl Requantize {
    /// `lanes` names the channel of each lane. `None` where a sum could leave the range of 32 bits, or a multiplier
    /// is not finite.
    pub(super) fn new(
        lanes: impl IntoIterator<Item = Option<usize>>,
        weights: &[WeightSums],
        zero_point: u8,
        bias: Option<&[i32]>,
        multiplier: &[f32],
    ) -> Option<Self> {
        let zero_point = i64::from(zero_point);
        let bias = |channel: usize| bias.map_or(0, |bias| i64::from(bias[channel]));
        let mut reach = 0.0_f32;
        for (channel, (sums, &multiplier)) in weights.iter().zip(multiplier).enumerate() {
            let below = zero_point;
            let above = 255 - zero_point;
            let largest = above * sums.positive - below * sums.negative + bias(channel);
            let smallest = above * sums.negative - below * sums.positive + bias(channel);
            for sum in [largest, smallest] {
                let sum = i32::try_from(sum).ok()?;
                reach = reach.max((sum as f32 * multiplier).abs());
            }
            if !multiplier.is_finite() {
                return None;
            }
        }
        let (initial, multiplier) = lanes
            .into_iter()
            .map(|channel| match channel {
                // Sums wrap on their way; the last of them fits.
                Some(channel) => {
                    let sums = weights[channel];
                    let products = zero_point * (sums.positive + sums.negative);
                    ((bias(channel) - products) as i32, multiplier[channel])
                }
                None => (0, 0.0),
            })
            .unzip();
        Some(Self {
            initial,
            multiplier,
            reach,
            low: f32::NEG_INFINITY,
            high: f32::INFINITY,
            zero_point: None,
            unbounded: true,
        })
    }

    /// What the sum of a lane starts with.
    #[inline(always)]
    pub(super) fn initial_of(&self, lane: usize) -> i32 {
        self.initial[lane]
    }

    /// Whether what leaves are bytes.
    pub(super) fn is_quantized(&self) -> bool {
        self.zero_point.is_some()
    }

    pub(super) fn lanes(&self) -> usize {
        self.initial.len()
    }

    pub(super) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.initial) + size_of_val(&*self.multiplier)
    }

    pub(super) fn absorb(&mut self, follower: &Follower) -> bool {
        if self.zero_point.is_some() {
            return false;
        }
        match *follower {
            Follower::Activation(Unary::Relu) => self.bound(0.0, f32::INFINITY),
            Follower::Activation(Unary::Clip { min, max }) => self.bound(min, max),
            Follower::Quantize { scale, zero_point } => self.quantize(scale, zero_point),
            Follower::Activation(_)
            | Follower::Affine { .. }
            | Follower::MaxPool(_)
            | Follower::Columns(_) => false,
        }
    }

    /// A function between bounds, of a function between bounds, is the first between the bounds' values.
    fn bound(&mut self, min: f32, max: f32) -> bool {
        if min.is_nan() || max.is_nan() {
            return false;
        }
        self.low = clamp(self.low, min, max);
        self.high = clamp(self.high, min, max);
        self.unbounded = self.low == f32::NEG_INFINITY && self.high == f32::INFINITY;
        true
    }

    fn quantize(&mut self, scale: f32, zero_point: u8) -> bool {
        let finite = self.multiplier.iter().all(|m| (m / scale).is_finite());
        if !(finite && scale.is_finite() && scale > 0.0) {
            return false;
        }
        for multiplier in &mut self.multiplier {
            *multiplier /= scale;
        }
        let lowest = -f32::from(zero_point);
        let highest = 255.0 - f32::from(zero_point);
        self.reach /= scale;
        self.low = clamp((self.low / scale).round_ties_even(), lowest, highest);
        self.high = clamp((self.high / scale).round_ties_even(), lowest, highest);
        self.zero_point = Some(zero_point);
        self.unbounded = self.low == lowest && self.high == highest && self.reach < SAFE;
        true
    }

    /// Where the elements of `output` from the first on go.
    pub(super) fn target(&self, output: &mut SliceMut<'_>, step: usize) -> Target {
        let to = match (output, self.zero_point) {
            (SliceMut::F32(output), None) => Pointer::F32(output.as_mut_ptr()),
            (SliceMut::U8(output), Some(_)) => Pointer::U8(output.as_mut_ptr()),
            _ => unreachable!("element types are checked when the plan is made"),
        };
        Target { to, step }
    }

    /// What the sums of the lanes from `lane` on start with.
    #[inline(always)]
    pub(super) fn initial<S: Simd, const V: usize>(&self, simd: S, lane: usize) -> [S::I32; V] {
        let initial = &self.initial[lane..][..V * S::LANES];
        let mut vectors = [simd.splat_i32(0); V];
        for (v, vector) in vectors.iter_mut().enumerate() {
            // SAFETY: the slice holds `V` vectors.
            *vector = unsafe { simd.load_bytes(initial.as_ptr().add(v * S::LANES).cast()) };
        }
        vectors
    }

    /// What the sums of `N` lanes start with, each in a vector of its own.
    #[inline(always)]
    pub(super) fn initial_of_each<S: Simd, const N: usize>(
        &self,
        simd: S,
        lane: usize,
    ) -> [S::I32; N] {
        let initial = &self.initial[lane..][..N];
        let mut vectors = [simd.splat_i32(0); N];
        unrolled!(n < N => { vectors[n % N] = simd.splat_i32(initial[n % N]); });
        vectors
    }

    /// Whether results are within their bounds without being held to them.
    #[inline(always)]
    pub(super) fn is_unbounded(&self) -> bool {
        self.unbounded
    }

    /// Writes the sums of `P` positions, of the lanes from `lane` on; of the last vector's lanes only those of the
    /// first `channels` channels.
    ///
    /// # Safety
    /// `P` positions with `channels ≤ V · LANES` elements each, `target.step` apart, can be written at
    /// `target.to`.
    #[inline(always)]
    pub(super) unsafe fn store<S: Simd, const P: usize, const V: usize>(
        &self,
        simd: S,
        sums: &[[S::I32; V]; P],
        (lane, channels): (usize, usize),
        target: Target,
    ) {
        let vectors = Finish::<S, V>::new(self, simd, lane);
        // SAFETY: the caller's promise.
        unsafe {
            match (target.to, self.unbounded) {
                // What bounds cost shows where bytes are written; infinite ones change nothing.
                (Pointer::F32(to), _) => {
                    vectors.store_f32::<P>(simd, sums, channels, to, target.step);
                }
                (Pointer::U8(to), true) => {
                    vectors.store_u8::<P, false>(simd, sums, channels, to, target.step);
                }
                (Pointer::U8(to), false) => {
                    vectors.store_u8::<P, true>(simd, sums, channels, to, target.step);
                }
            }
        }
    }

    /// Writes the sums of `R` times four vectors of lanes in the order of [`Simd::interleave4`], of each the first `n`
    /// in the order of their bytes: those of the `R` side by side, the next ones `target.step` further.
    ///
    /// # Safety
    /// `n ≤ 4 · LANES` times `R ≤ target.step` elements can be written at `target.to`.
    #[inline(always)]
    pub(super) unsafe fn store_by_turns<S: Simd, const R: usize>(
        &self,
        simd: S,
        sums: &[[S::I32; 4]; R],
        (lane, n): (usize, usize),
        target: Target,
    ) {
        let step = target.step;
        // SAFETY: the caller's promise; the arrays hold four vectors of any level.
        unsafe {
            match target.to {
                Pointer::U8(to) => {
                    let mut all = [[0_u8; 4 * MAX_LANES]; R];
                    unrolled!(r < R => {
                        let lane = lane + r * 4 * S::LANES;
                        let to = Pointer::U8(all[r % R].as_mut_ptr());
                        self.store_interleaved(simd, &sums[r % R], (lane, 4 * S::LANES), to);
                    });
                    if R == 2 && step == 2 {
                        let to = std::slice::from_raw_parts_mut(to.cast::<[u8; 2]>(), n);
                        for ((to, first), second) in to.iter_mut().zip(&all[0]).zip(&all[1 % R]) {
                            *to = [*first, *second];
                        }
                    } else {
                        for (r, values) in all.iter().enumerate() {
                            for (index, &value) in values.iter().take(n).enumerate() {
                                *to.add(index * step + r) = value;
                            }
                        }
                    }
                }
                Pointer::F32(to) => {
                    let mut all = [[0.0_f32; 4 * MAX_LANES]; R];
                    unrolled!(r < R => {
                        let lane = lane + r * 4 * S::LANES;
                        let to = Pointer::F32(all[r % R].as_mut_ptr());
                        self.store_interleaved(simd, &sums[r % R], (lane, 4 * S::LANES), to);
                    });
                    for (r, values) in all.iter().enumerate() {
                        for (index, &value) in values.iter().take(n).enumerate() {
                            *to.add(index * step + r) = value;
                        }
                    }
                }
            }
        }
    }

    /// Writes the sums of lanes in the order of [`Simd::interleave4`], the first `n` in the order of their bytes.
    ///
    /// # Safety
    /// `n ≤ 4 · LANES` elements can be written at `to`.
    #[inline(always)]
    pub(super) unsafe fn store_interleaved<S: Simd>(
        &self,
        simd: S,
        sums: &[S::I32; 4],
        (lane, n): (usize, usize),
        to: Pointer,
    ) {
        let vectors = Finish::<S, 4>::new(self, simd, lane);
        // SAFETY: the caller's promise; the arrays hold four vectors of any level.
        unsafe {
            match to {
                Pointer::U8(to) if self.unbounded => {
                    vectors.store_interleaved::<false>(simd, sums, to, n);
                }
                Pointer::U8(to) => vectors.store_interleaved::<true>(simd, sums, to, n),
                Pointer::F32(to) => {
                    let mut lanes = [0.0_f32; 4 * MAX_LANES];
                    unrolled!(v < 4 => {
                        let x = vectors.real::<true>(simd, sums[v], v);
                        simd.store(x, lanes.as_mut_ptr().add(v * S::LANES));
                    });
                    let to = std::slice::from_raw_parts_mut(to, n);
                    for (byte, to) in to.iter_mut().enumerate() {
                        *to = lanes[lane_of_byte::<S>(byte)];
                    }
                }
            }
        }
    }
}

pub(super) const MAX_LANES: usize = 16;

/// Where [`Simd::interleave4`] takes a byte: the lane of four vectors in a row.
#[inline(always)]
fn lane_of_byte<S: Simd>(byte: usize) -> usize {
    byte % 16 / 4 * S::LANES + byte / 16 * 4 + byte % 4
}

/// The inverse of where [`Simd::interleave4`] takes a byte, for vectors of `lanes` lanes.
pub(super) fn byte_of_lane(lane: usize, lanes: usize) -> usize {
    let (quarter, lane) = (lane / lanes, lane % lanes);
    lane / 4 * 16 + quarter * 4 + lane % 4
}

/// As the vectors' instructions do it: `b` where `a` and `b` are zeros of either sign.
pub(super) fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let x = if x > low { x } else { low };
    if x < high { x } else { high }
}

/// The numbers of a [`Requantize`], in registers.
pub(super) struct Finish<S: Simd, const V: usize> {
    multiplier: [S::F32; V],
    low: S::F32,
    high: S::F32,
    zero_point: S::I32,
}

impl<S: Simd> Finish<S, 4> {
    /// [`store_interleaved`](Self::store_interleaved) of a whole vector of bytes.
    ///
    /// # Safety
    /// `4 · LANES` bytes can be written at `to`.
    #[inline(always)]
    pub(super) unsafe fn store_interleaved_whole<const BOUNDED: bool>(
        &self,
        simd: S,
        sums: &[S::I32; 4],
        to: *mut u8,
    ) {
        let bytes = self.quantized_vectors::<BOUNDED>(simd, sums);
        // SAFETY: the caller's promise.
        unsafe { simd.store_bytes(simd.narrow4_interleaved_u8(bytes), to) };
    }

    /// Writes the sums of lanes in the order of [`Simd::interleave4`], the first `n` in the order of their bytes.
    ///
    /// # Safety
    /// `n ≤ 4 · LANES` bytes can be written at `to`.
    #[inline(always)]
    pub(super) unsafe fn store_interleaved<const BOUNDED: bool>(
        &self,
        simd: S,
        sums: &[S::I32; 4],
        to: *mut u8,
        n: usize,
    ) {
        let bytes = self.quantized_vectors::<BOUNDED>(simd, sums);
        let bytes = simd.narrow4_interleaved_u8(bytes);
        // SAFETY: the caller's promise.
        unsafe { store_bytes_first(simd, bytes, to, n) };
    }
}

impl<S: Simd, const V: usize> Finish<S, V> {
    #[inline(always)]
    pub(super) fn new(requantize: &Requantize, simd: S, lane: usize) -> Self {
        let numbers = &requantize.multiplier[lane..][..V * S::LANES];
        let mut multiplier = [simd.splat(0.0); V];
        for (v, vector) in multiplier.iter_mut().enumerate() {
            // SAFETY: the slice holds `V` vectors.
            *vector = unsafe { simd.load(numbers.as_ptr().add(v * S::LANES)) };
        }
        Self {
            multiplier,
            low: simd.splat(requantize.low),
            high: simd.splat(requantize.high),
            zero_point: simd.splat_i32(requantize.zero_point.unwrap_or(0).into()),
        }
    }

    /// Of `V` lanes, each in a vector of its own.
    #[inline(always)]
    pub(super) fn of_each(requantize: &Requantize, simd: S, lane: usize) -> Self {
        let numbers = &requantize.multiplier[lane..][..V];
        let mut multiplier = [simd.splat(0.0); V];
        unrolled!(v < V => { multiplier[v % V] = simd.splat(numbers[v % V]); });
        Self {
            multiplier,
            low: simd.splat(requantize.low),
            high: simd.splat(requantize.high),
            zero_point: simd.splat_i32(requantize.zero_point.unwrap_or(0).into()),
        }
    }

    #[inline(always)]
    pub(super) fn real<const BOUNDED: bool>(&self, simd: S, sum: S::I32, v: usize) -> S::F32 {
        let y = simd.mul(simd.to_f32(sum), self.multiplier[v]);
        if BOUNDED {
            simd.min(simd.max(y, self.low), self.high)
        } else {
            y
        }
    }

    /// The bounds before rounding are those after it, for they are integers.
    #[inline(always)]
    pub(super) fn quantized<const BOUNDED: bool>(&self, simd: S, sum: S::I32, v: usize) -> S::I32 {
        let y = self.real::<BOUNDED>(simd, sum, v);
        simd.add_i32(simd.round(y), self.zero_point)
    }

    #[inline(always)]
    fn quantized_vectors<const BOUNDED: bool>(&self, simd: S, sums: &[S::I32; V]) -> [S::I32; V] {
        let mut vectors = *sums;
        unrolled!(v < V => {
            vectors[v % V] = self.quantized::<BOUNDED>(simd, vectors[v % V], v % V);
        });
        vectors
    }

    #[inline(always)]
    unsafe fn store_f32<const P: usize>(
        &self,
        simd: S,
        sums: &[[S::I32; V]; P],
        channels: usize,
        to: *mut f32,
        step: usize,
    ) {
        // SAFETY: the caller's promise, for the lanes below `channels`.
        unsafe {
            unrolled!(p < P => {
                unrolled!(v < V => {
                    let y = self.real::<true>(simd, sums[p % P][v % V], v % V);
                    let n = channels.saturating_sub(v * S::LANES).min(S::LANES);
                    simd.store_first(y, to.add(p * step + (channels - n).min(v * S::LANES)), n);
                });
            });
        }
    }

    #[inline(always)]
    unsafe fn store_u8<const P: usize, const BOUNDED: bool>(
        &self,
        simd: S,
        sums: &[[S::I32; V]; P],
        channels: usize,
        to: *mut u8,
        step: usize,
    ) {
        let mut bytes = [[simd.splat_i32(0); V]; P];
        unrolled!(p < P => {
            bytes[p % P] = self.quantized_vectors::<BOUNDED>(simd, &sums[p % P]);
        });
        // SAFETY: the caller's promise; whole vectors of positions side by side are one run of bytes; the array
        // holds a vector of any level for each position.
        unsafe {
            if channels < V * S::LANES {
                let zero = simd.splat_i32(0);
                let mut all = [[0; 4 * MAX_LANES]; P];
                unrolled!(p < P => {
                    let mut vectors = [zero; 4];
                    unrolled!(v < V => { vectors[v % 4] = bytes[p % P][v % V]; });
                    simd.store_bytes(simd.narrow4_u8(vectors), all[p % P].as_mut_ptr());
                });
                for (p, bytes) in all.iter().enumerate() {
                    let to = std::slice::from_raw_parts_mut(to.add(p * step), channels);
                    to.copy_from_slice(&bytes[..channels]);
                }
            } else if V == 4 || (step == channels && (P * V).is_multiple_of(4)) {
                let step = if V == 4 { step } else { 4 * S::LANES };
                unrolled!(run < (P * V) / 4 => {
                    let mut vectors = [simd.splat_i32(0); 4];
                    unrolled!(i < 4 => {
                        vectors[i] = bytes[(run * 4 + i) / V % P][(run * 4 + i) % V];
                    });
                    simd.store_bytes(simd.narrow4_u8(vectors), to.add(run * step));
                });
            } else {
                unrolled!(p < P => {
                    unrolled!(v < V => {
                        simd.narrow_u8(bytes[p % P][v % V], to.add(p * step + v * S::LANES));
                    });
                });
            }
        }
    }
}

/// # Safety
/// `n ≤ 4 · LANES` bytes can be written at `to`.
#[inline(always)]
unsafe fn store_bytes_first<S: Simd>(simd: S, bytes: S::I32, to: *mut u8, n: usize) {
    // SAFETY: the caller's promise; the array holds a vector of any level.
    unsafe {
        if n == 4 * S::LANES {
            simd.store_bytes(bytes, to);
        } else {
            let mut all = [0_u8; 4 * MAX_LANES];
            simd.store_bytes(bytes, all.as_mut_ptr());
            std::slice::from_raw_parts_mut(to, n).copy_from_slice(&all[..n]);
        }
    }
}
