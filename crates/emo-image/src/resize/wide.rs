//! OpenCV's arithmetic of 8-bit levels in vectors of 32 bytes.

#![expect(
    unsafe_code,
    reason = "calling a function compiled for more than the build's target is unsafe"
)]

use std::{arch::x86_64::*, ops::Range};

use super::taps::Taps;

/// Target pixels that one step across makes.
const BLOCK: usize = 16;
/// Target pixels that one step down makes.
const BYTES: usize = 32;
/// Source pixels of a window.
const WINDOW: usize = 16;

/// The pass across.
///
/// Each window of 16 source pixels is brought into the order of the taps by one shuffle, and
/// multiplied and added in pairs by one instruction. Taps that lie too far apart for a window are
/// divided among several.
#[derive(Debug, Clone)]
pub(super) struct Shuffles {
    /// Of each block of target pixels, the last of which may overlap the one before it.
    pairs: Vec<Pair>,
    n_taps: usize,
    /// How many windows share the eight taps of half a vector: 1, 2 or 4.
    n_parts: usize,
    width: usize,
}

/// The pass down.
#[derive(Debug, Clone)]
pub(super) struct Columns(());

/// Two windows, one in each half of a vector.
#[derive(Debug, Clone)]
struct Pair {
    firsts: [u32; 2],
    /// Where the low byte of each 16-bit number comes from; its high byte is 0, and both are where
    /// the tap lies in another window.
    order: [u8; 32],
    weights: [i16; 16],
}

impl Pair {
    const EMPTY: Self = Self {
        firsts: [0; 2],
        order: [0x80; 32],
        weights: [0; 16],
    };
}

impl Shuffles {
    /// The pass for 2, 4 or 8 taps over rows of `source` pixels; `None` where the machine lacks the
    /// instructions or a row is shorter than a step.
    pub(super) fn new(columns: &Taps<i16>, source: usize) -> Option<Self> {
        let (n_taps, width) = (columns.n_taps, columns.firsts.len());
        let fits = [2, 4, 8].contains(&n_taps) && width >= BLOCK && source >= WINDOW;
        if !(fits && is_x86_feature_detected!("avx2")) {
            return None;
        }
        let with = |n_parts| {
            Some(Self {
                pairs: pairs(columns, source, n_parts)?,
                n_taps,
                n_parts,
                width,
            })
        };
        [1, 2, 4].into_iter().find_map(with)
    }

    /// A row resampled across; `offset` is added before the bits are shifted out.
    pub(super) fn run(&self, source: &[u8], offset: i32, shift: u32, line: &mut [i16]) {
        assert_eq!(line.len(), self.width);
        // SAFETY: a value of this type exists only where the instructions do.
        unsafe {
            let pairs = &self.pairs;
            match (self.n_taps, self.n_parts) {
                (2, 1) => across::<1, 1>(pairs, source, offset, shift, line),
                (2, 2) => across::<1, 2>(pairs, source, offset, shift, line),
                (2, _) => across::<1, 4>(pairs, source, offset, shift, line),
                (4, 1) => across::<2, 1>(pairs, source, offset, shift, line),
                (4, _) => across::<2, 2>(pairs, source, offset, shift, line),
                _ => across::<4, 1>(pairs, source, offset, shift, line),
            }
        }
    }
}

impl Columns {
    /// The pass from 2, 4 or 8 rows to one of `width` pixels; `None` where the machine lacks the
    /// instructions or a row is shorter than a step.
    pub(super) fn new(rows: &Taps<i16>, width: usize) -> Option<Self> {
        let fits = [2, 4, 8].contains(&rows.n_taps) && width >= BYTES;
        (fits && is_x86_feature_detected!("avx2")).then_some(Self(()))
    }

    /// The levels of a target row from as many lines as there are weights.
    pub(super) fn run<'a>(
        &self,
        line: impl Fn(usize) -> &'a [i16],
        weights: &[i16],
        half: i32,
        shift: u32,
        out: &mut [u8],
    ) {
        // SAFETY: a value of this type exists only where the instructions do.
        unsafe {
            match *weights {
                [a, b] => down::<1>([[line(0), line(1)]], [[a, b]], half, shift, out),
                [a, b, c, d] => down::<2>(
                    [[line(0), line(1)], [line(2), line(3)]],
                    [[a, b], [c, d]],
                    half,
                    shift,
                    out,
                ),
                _ => down::<4>(
                    [0, 2, 4, 6].map(|tap| [line(tap), line(tap + 1)]),
                    [0, 2, 4, 6].map(|tap| [weights[tap], weights[tap + 1]]),
                    half,
                    shift,
                    out,
                ),
            }
        }
    }
}

/// The windows of all blocks, in the order in which [`across`] takes them; `None` where `n_parts` do
/// not reach all taps.
fn pairs(columns: &Taps<i16>, source: usize, n_parts: usize) -> Option<Vec<Pair>> {
    let width = columns.firsts.len();
    // The vectors that make four target pixels, and the target pixels of half a vector.
    let (per_four, per_half) = (columns.n_taps / 2, 8 / columns.n_taps);
    let mut all = Vec::new();
    for start in (0..width).step_by(BLOCK) {
        let start = start.min(width - BLOCK);
        // The last step narrows two vectors to one within their halves: the first holds the first
        // and the third four pixels, the second the others.
        for four in [0, 1] {
            for vector in 0..per_four {
                let parts = all.len();
                all.resize(parts + n_parts, Pair::EMPTY);
                for half in [0, 1] {
                    let pixel = start + 4 * (four + 2 * half) + vector * per_half;
                    let pixels = pixel..pixel + per_half;
                    set(&mut all[parts..], half, columns, pixels, source)?;
                }
            }
        }
    }
    Some(all)
}

/// Divides the taps of a few target pixels among windows.
fn set(
    parts: &mut [Pair],
    half: usize,
    columns: &Taps<i16>,
    pixels: Range<usize>,
    source: usize,
) -> Option<()> {
    let mut used = 0;
    let mut first = 0;
    for (index, pixel) in pixels.enumerate() {
        let (place, weights) = columns.of(pixel);
        let within = first..=first + WINDOW - weights.len();
        if used == 0 || !within.contains(&place) {
            used += 1;
            first = place.min(source - WINDOW);
        }
        let part = parts.get_mut(used - 1)?;
        part.firsts[half] = u32::try_from(first).ok()?;
        for (tap, &weight) in weights.iter().enumerate() {
            let number = 8 * half + index * weights.len() + tap;
            part.order[2 * number] = u8::try_from(place + tap - first).ok()?;
            part.weights[number] = weight;
        }
    }
    Some(())
}

#[target_feature(enable = "avx2")]
fn across<const PER_FOUR: usize, const PARTS: usize>(
    pairs: &[Pair],
    source: &[u8],
    offset: i32,
    shift: u32,
    line: &mut [i16],
) {
    let offset = _mm256_set1_epi32(offset);
    let shift = _mm_cvtsi32_si128(shift as i32);
    let last = line.len() - BLOCK;
    for (block, pairs) in pairs.chunks_exact(2 * PER_FOUR * PARTS).enumerate() {
        let (first, second) = pairs.split_at(PER_FOUR * PARTS);
        let first = _mm256_add_epi32(sums::<PER_FOUR, PARTS>(first, source), offset);
        let second = _mm256_add_epi32(sums::<PER_FOUR, PARTS>(second, source), offset);
        let first = _mm256_sra_epi32(first, shift);
        let second = _mm256_sra_epi32(second, shift);
        let start = (BLOCK * block).min(last);
        if let Some(out) = line[start..].first_chunk_mut::<BLOCK>() {
            let packed = _mm256_packs_epi32(first, second);
            // SAFETY: 32 bytes are written to an array of 32 bytes.
            unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), packed) };
        }
    }
}

/// The sums over the taps of four pixels in each half.
#[target_feature(enable = "avx2")]
#[inline]
fn sums<const PER_FOUR: usize, const PARTS: usize>(pairs: &[Pair], source: &[u8]) -> __m256i {
    let zero = _mm256_setzero_si256();
    let mut vectors = [zero; 4];
    for (vector, parts) in vectors.iter_mut().zip(pairs.chunks_exact(PARTS)) {
        for pair in parts {
            *vector = _mm256_add_epi32(*vector, products(pair, source));
        }
    }
    let [a, b, c, d] = vectors;
    match PER_FOUR {
        1 => a,
        2 => _mm256_hadd_epi32(a, b),
        _ => _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d)),
    }
}

/// The taps of two windows times their weights, added in twos.
#[target_feature(enable = "avx2")]
#[inline]
fn products(pair: &Pair, source: &[u8]) -> __m256i {
    let [low, high] = pair.firsts;
    let windows = _mm256_set_m128i(window(source, high), window(source, low));
    // SAFETY: 32 bytes are read of arrays of 32 bytes.
    let (order, weights) = unsafe {
        (
            _mm256_loadu_si256(pair.order.as_ptr().cast()),
            _mm256_loadu_si256(pair.weights.as_ptr().cast()),
        )
    };
    _mm256_madd_epi16(_mm256_shuffle_epi8(windows, order), weights)
}

#[target_feature(enable = "avx2")]
#[inline]
fn window(source: &[u8], first: u32) -> __m128i {
    let window = source[first as usize..].first_chunk::<WINDOW>();
    let window = window.expect("a window ends within the row");
    // SAFETY: 16 bytes are read of an array of 16 bytes.
    unsafe { _mm_loadu_si128(window.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn down<const PAIRS: usize>(
    lines: [[&[i16]; 2]; PAIRS],
    weights: [[i16; 2]; PAIRS],
    half: i32,
    shift: u32,
    out: &mut [u8],
) {
    let half = _mm256_set1_epi32(half);
    let shift = _mm_cvtsi32_si128(shift as i32);
    let mut both = [_mm256_setzero_si256(); PAIRS];
    for (both, [a, b]) in both.iter_mut().zip(weights) {
        *both = _mm256_set1_epi32(i32::from(b) << 16 | i32::from(a.cast_unsigned()));
    }
    let width = out.len();
    for start in (0..width).step_by(BYTES) {
        let start = start.min(width - BYTES);
        let first = sixteen(&lines, &both, start, half, shift);
        let second = sixteen(&lines, &both, start + 16, half, shift);
        let levels = _mm256_packus_epi16(first, second);
        let levels = _mm256_permute4x64_epi64::<0b11_01_10_00>(levels);
        if let Some(out) = out[start..].first_chunk_mut::<BYTES>() {
            // SAFETY: 32 bytes are written to an array of 32 bytes.
            unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), levels) };
        }
    }
}

/// Sixteen levels, not yet cut off at 0 and 255.
#[target_feature(enable = "avx2")]
#[inline]
fn sixteen<const PAIRS: usize>(
    lines: &[[&[i16]; 2]; PAIRS],
    weights: &[__m256i; PAIRS],
    start: usize,
    half: __m256i,
    shift: __m128i,
) -> __m256i {
    let (mut low, mut high) = (half, half);
    for ([a, b], &weights) in lines.iter().zip(weights) {
        let (a, b) = (values(a, start), values(b, start));
        let products = _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), weights);
        low = _mm256_add_epi32(low, products);
        let products = _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), weights);
        high = _mm256_add_epi32(high, products);
    }
    _mm256_packs_epi32(_mm256_sra_epi32(low, shift), _mm256_sra_epi32(high, shift))
}

#[target_feature(enable = "avx2")]
#[inline]
fn values(line: &[i16], start: usize) -> __m256i {
    let values = line[start..].first_chunk::<16>();
    let values = values.expect("lines are as long as the row");
    // SAFETY: 32 bytes are read of an array of 32 bytes.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn across_is_the_sum_over_taps(
            source in prop::collection::vec(any::<u8>(), 16..300),
            width in 16_usize..120,
            n_taps in prop::sample::select(vec![2_usize, 4, 8]),
            weights in prop::collection::vec(-512_i16..1024, 8 * 120),
            shift in 0_u32..5,
        ) {
            let scale = (source.len() - n_taps) as f64 / width as f64;
            let columns = Taps {
                firsts: (0..width).map(|i| (i as f64 * scale) as usize).collect(),
                weights: weights[..n_taps * width].to_vec(),
                n_taps,
            };
            let Some(shuffles) = Shuffles::new(&columns, source.len()) else {
                return Ok(());
            };
            let offset = (1 << shift >> 1) - (128 << 11);
            let mut actual = vec![0; width];
            shuffles.run(&source, offset, shift, &mut actual);
            for (pixel, actual) in actual.iter().enumerate() {
                let (first, weights) = columns.of(pixel);
                let taps = source[first..].iter().zip(weights);
                let sum: i32 = taps.map(|(level, weight)| i32::from(*level) * i32::from(*weight)).sum();
                let expected = (sum + offset) >> shift;
                prop_assert_eq!(i32::from(*actual), expected.clamp(-32768, 32767));
            }
        }

        #[test]
        fn down_is_the_sum_over_rows(
            values in prop::collection::vec(any::<i16>(), 8 * 200),
            width in 32_usize..200,
            n_taps in prop::sample::select(vec![2_usize, 4, 8]),
            weights in prop::collection::vec(-512_i16..1024, 8),
        ) {
            let rows = Taps { firsts: vec![0], weights: weights[..n_taps].to_vec(), n_taps };
            let Some(columns) = Columns::new(&rows, width) else {
                return Ok(());
            };
            let (shift, half) = (18, (128 << 18) + (1 << 17));
            let mut actual = vec![0; width];
            let line = |tap: usize| &values[200 * tap..][..width];
            columns.run(line, &rows.weights, half, shift, &mut actual);
            for (column, actual) in actual.iter().enumerate() {
                let taps = rows.weights.iter().enumerate();
                let products = taps.map(|(tap, weight)| i32::from(*weight) * i32::from(line(tap)[column]));
                let expected = (products.sum::<i32>() + half) >> shift;
                prop_assert_eq!(i32::from(*actual), expected.clamp(0, 255));
            }
        }
    }
}
