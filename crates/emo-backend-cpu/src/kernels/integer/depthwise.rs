#![expect(
    unsafe_code,
    reason = "vectors are read and written by pointers whose extents are checked at the entry"
)]

use std::ops::Range;

use crate::{
    buffer::SliceMut,
    kernels::integer::{
        requantize::{Requantize, Target, byte_of_lane},
        tile::Positions,
    },
    simd::{Level, Simd, Vectorize},
};

/// Products of the bytes of each channel with constant weights of its own.
///
/// Vectors run over channels, and over positions where these lie side by side: then a row of output is one run of
/// bytes, and each tap reads a run of input. Four taps at a time are interleaved, so that the four bytes of a lane
/// belong to one channel. Where four rows under one column of the kernel hold the windows of two rows of output,
/// both are computed from them.
#[derive(Debug)]
pub(super) struct Depthwise {
    level: Level,
    channels: usize,
    positions: Positions,
    /// Where four taps at a time read, relative to their position's start. Weights of zero fill the last ones.
    taps: Vec<[usize; 4]>,
    /// The same, with a row of taps more for the next row of output, if that can be computed as well.
    pair: Option<Vec<[usize; 4]>>,
    /// Per block and four taps: four vectors; then as many for the next row of output.
    weights: Vec<Line>,
    /// How many blocks the channels take.
    blocks: usize,
    /// Whether a row of output is written as one run.
    rows: bool,
}

/// A vector of any level, aligned.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([i8; 64]);

impl Depthwise {
    /// `weight` gives that of a channel at a tap.
    pub(super) fn new(
        level: Level,
        channels: usize,
        positions: Positions,
        (taps, columns): (&[usize], usize),
        weight: impl Fn(usize, usize) -> i8,
    ) -> Self {
        let block = 4 * level.lanes();
        let rows = taps.len() / columns;
        let step = positions.row_step;
        let paired = matches!(rows, 2 | 3) && taps[columns] - taps[0] == step;
        // Tap `i` of four, if there is one; the weights of others are zero.
        let tap = |quad: usize, i: usize| {
            if paired {
                (i < rows).then(|| i * columns + quad)
            } else {
                Some(4 * quad + i).filter(|&tap| tap < taps.len())
            }
        };
        let quads = if paired {
            columns
        } else {
            taps.len().div_ceil(4)
        };
        let last = |quad: usize| {
            if paired {
                taps[(rows - 1) * columns + quad]
            } else {
                taps[0]
            }
        };
        let single: Vec<[usize; 4]> = (0..quads)
            .map(|quad| [0, 1, 2, 3].map(|i| tap(quad, i).map_or(last(quad), |tap| taps[tap])))
            .collect();
        let pair = paired.then(|| {
            (0..quads)
                .map(|quad| {
                    [0, 1, 2, 3].map(|i| tap(quad, i).map_or(last(quad) + step, |tap| taps[tap]))
                })
                .collect()
        });
        let mut depthwise = Self {
            level,
            channels,
            positions,
            rows: positions.column_step == channels && fills(channels, block),
            taps: single,
            pair,
            weights: Vec::new(),
            blocks: channels.div_ceil(block),
        };
        let sets = if paired { 2 } else { 1 };
        let mut lines =
            vec![Line([0; 64]); (depthwise.blocks * quads * sets * block * 4).div_ceil(64)];
        for (lane, channel) in depthwise.lanes().enumerate() {
            let Some(channel) = channel else { continue };
            for (quad, i) in
                (0..quads).flat_map(|quad| [(quad, 0), (quad, 1), (quad, 2), (quad, 3)])
            {
                let Some(tap) = tap(quad, i) else { continue };
                for set in 0..sets {
                    let row = (lane / block * quads + quad) * sets + set;
                    let at = (row * block + lane % block) * 4 + i + set;
                    lines[at / 64].0[at % 64] = weight(channel, tap);
                }
            }
        }
        depthwise.weights = lines;
        depthwise
    }

    /// The channel of each lane.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Option<usize>> {
        let lanes = self.level.lanes();
        let block = 4 * lanes;
        let (channels, rows) = (self.channels, self.rows);
        (0..self.blocks * block).map(move |lane| {
            let channel = lane / block * block + byte_of_lane(lane % block, lanes);
            if rows {
                Some(channel % channels)
            } else {
                (channel < channels).then_some(channel)
            }
        })
    }

    pub(super) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights)
            + (1 + usize::from(self.pair.is_some())) * size_of_val(&*self.taps)
    }

    pub(super) fn positions(&self) -> usize {
        self.positions.len()
    }

    /// How many bytes of input are read.
    pub(super) fn reach(&self) -> usize {
        let block = 4 * self.level.lanes();
        let last = self.positions.start(self.positions.len() - 1);
        // A run begins at a position's start, and so does each block of it that holds more than one position.
        last + self.taps.iter().flatten().max().unwrap_or(&0)
            + self.channels.next_multiple_of(block)
    }

    /// Writes the positions of `range` to `output`, which holds them alone.
    pub(super) fn run(
        &self,
        requantize: &Requantize,
        input: &[u8],
        range: Range<usize>,
        mut output: SliceMut<'_>,
    ) {
        assert!(range.end <= self.positions() && input.len() >= self.reach());
        assert!(output.len() >= range.len() * self.channels);
        self.level.run_with_dot_products(DepthwiseRun {
            depthwise: self,
            requantize,
            input,
            target: requantize.target(&mut output, self.channels),
            range,
        });
    }
}

/// Whether channels, over and over, have the same places in each block.
pub(super) fn fills(channels: usize, block: usize) -> bool {
    channels.is_multiple_of(block) || block.is_multiple_of(channels)
}

/// Some positions through a [`Depthwise`].
struct DepthwiseRun<'a> {
    depthwise: &'a Depthwise,
    requantize: &'a Requantize,
    input: &'a [u8],
    range: Range<usize>,
    target: Target,
}

impl Vectorize for DepthwiseRun<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let Depthwise {
            channels,
            positions,
            rows,
            ..
        } = *self.depthwise;
        let (start, end) = (self.range.start, self.range.end);
        let mut position = start;
        while position < end {
            let column = position % positions.columns;
            let n = (positions.columns - column).min(end - position);
            let next = position + positions.columns;
            let paired = self.depthwise.pair.as_deref();
            let paired = paired.filter(|_| n == positions.columns && next + n <= end);
            let (runs, len) = if rows {
                (1, n * channels)
            } else {
                (n, channels)
            };
            for run in 0..runs {
                let from = positions.start(position) + run * positions.column_step;
                let done = (position - start + run) * channels;
                // SAFETY: `run` has checked the extents; the next row is in the range if there are taps of a pair.
                unsafe {
                    match paired {
                        Some(taps) => self.run_of::<S, 2>(simd, taps, (from, done, len)),
                        None => self.run_of::<S, 1>(simd, &self.depthwise.taps, (from, done, len)),
                    }
                }
            }
            position += n * if paired.is_some() { 2 } else { 1 };
        }
    }
}

impl DepthwiseRun<'_> {
    /// # Safety
    /// `len` bytes from `start` on are a position's channels, or those of some positions side by side, and `len`
    /// elements can be written from the target's element `done` on; the same holds a row further if `R` is 2, for
    /// which `taps` are those of a pair.
    #[inline(always)]
    unsafe fn run_of<S: Simd, const R: usize>(
        &self,
        simd: S,
        taps: &[[usize; 4]],
        (start, done, len): (usize, usize, usize),
    ) {
        let depthwise = self.depthwise;
        let block = 4 * S::LANES;
        let set_len = 4 * block;
        let quad_len = set_len * if depthwise.pair.is_some() { 2 } else { 1 };
        let row = depthwise.positions.columns * depthwise.channels;
        let weights: *const u8 = depthwise.weights.as_ptr().cast();
        let mut index = 0;
        for at in (0..len).step_by(block) {
            let lane = index * block;
            let mut sums = [self.requantize.initial::<S, 4>(simd, lane); R];
            // SAFETY: each tap's vector ends within the reach; a block has one or two sets of four vectors of
            // weights for four taps.
            unsafe {
                let from = self.input.as_ptr().add(start + at);
                let mut weights = weights.add(index * taps.len() * quad_len);
                for taps in taps {
                    let bytes = simd.interleave4([
                        simd.load_bytes(from.add(taps[0])),
                        simd.load_bytes(from.add(taps[1])),
                        simd.load_bytes(from.add(taps[2])),
                        simd.load_bytes(from.add(taps[3])),
                    ]);
                    unrolled!(r < R => {
                        unrolled!(q < 4 => {
                            let row = simd.load_bytes(weights.add(r * set_len + q * block));
                            sums[r % R][q] = simd.dot4(sums[r % R][q], bytes[q], row);
                        });
                    });
                    weights = weights.add(quad_len);
                }
                let n = block.min(len - at);
                unrolled!(r < R => {
                    let to = self.target.to.add(done + r * row + at);
                    self.requantize.store_interleaved(simd, &sums[r % R], (lane, n), to);
                });
            }
            index += 1;
            if index == depthwise.blocks {
                index = 0;
            }
        }
    }
}
