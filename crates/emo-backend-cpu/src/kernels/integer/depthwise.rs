#![expect(
    unsafe_code,
    reason = "vectors are read and written by pointers whose extents are checked at the entry"
)]

use std::ops::Range;

use crate::{
    buffer::SliceMut,
    kernels::integer::{
        requantize::{MAX_LANES, Requantize, Target, byte_of_lane},
        tile::Positions,
    },
    simd::{Level, Simd, Vectorize},
};

/// Products of the bytes of each channel with constant weights of its own.
///
/// Vectors run over channels, and over positions where these lie side by side: then a row of output is one run of
/// bytes, and each tap reads a run of input. Four taps at a time are interleaved, so that the four bytes of a lane
/// belong to one channel, and serve all outputs of it. Where four rows under one column of the kernel hold the windows of two rows of output,
/// both are computed from them.
#[derive(Debug)]
pub(super) struct Depthwise {
    level: Level,
    /// Of the input.
    channels: usize,
    /// Of each channel.
    outputs: usize,
    positions: Positions,
    /// Where four taps at a time read, relative to their position's start. Weights of zero fill the last ones.
    taps: Vec<[usize; 4]>,
    /// The same, with a row of taps more for the next row of output, if that can be computed as well.
    pair: Option<Vec<[usize; 4]>>,
    /// Per block and four taps: four vectors; then as many for the next row of output, or for each other output.
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
    /// `weight` gives that of an output of all at a tap.
    pub(super) fn new(
        level: Level,
        (channels, outputs): (usize, usize),
        positions: Positions,
        (taps, columns): (&[usize], usize),
        weight: impl Fn(usize, usize) -> i8,
    ) -> Self {
        let block = 4 * level.lanes();
        let rows = taps.len() / columns;
        let step = positions.row_step;
        let paired = outputs == 1 && matches!(rows, 2 | 3) && taps[columns] - taps[0] == step;
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
            outputs,
            positions,
            rows: positions.column_step == channels && fills(channels, block),
            taps: single,
            pair,
            weights: Vec::new(),
            blocks: channels.div_ceil(block),
        };
        let sets = depthwise.sets();
        let mut lines =
            vec![Line([0; 64]); (depthwise.blocks * quads * sets * block * 4).div_ceil(64)];
        for (lane, output) in depthwise.lanes().enumerate() {
            let Some(output) = output else { continue };
            // Outputs of a channel have lanes of their own, rows share them.
            let row = lane / block;
            let (row, own) = (row / outputs * quads * sets, row % outputs);
            for (quad, i) in
                (0..quads).flat_map(|quad| [(quad, 0), (quad, 1), (quad, 2), (quad, 3)])
            {
                let Some(tap) = tap(quad, i) else { continue };
                for next in 0..if paired { 2 } else { 1 } {
                    let row = row + quad * sets + own + next;
                    let at = (row * block + lane % block) * 4 + i + next;
                    lines[at / 64].0[at % 64] = weight(output, tap);
                }
            }
        }
        depthwise.weights = lines;
        depthwise
    }

    /// How many times four vectors of weights there are for a block and four taps.
    fn sets(&self) -> usize {
        if self.pair.is_some() { 2 } else { self.outputs }
    }

    /// The output of each lane: those of a block's first outputs, then of its second ones.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Option<usize>> {
        let lanes = self.level.lanes();
        let block = 4 * lanes;
        let (channels, outputs, rows) = (self.channels, self.outputs, self.rows);
        (0..self.blocks * outputs * block).map(move |lane| {
            let (row, lane) = (lane / block, lane % block);
            let channel = row / outputs * block + byte_of_lane(lane, lanes);
            let channel = if rows { channel % channels } else { channel };
            (channel < channels).then_some(channel * outputs + row % outputs)
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
        let last = self.positions.start(self.positions.len() - 1);
        last + self.taps.iter().flatten().max().unwrap_or(&0) + self.channels
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
        assert!(output.len() >= range.len() * self.channels * self.outputs);
        self.level.run_with_dot_products(DepthwiseRun {
            depthwise: self,
            requantize,
            input,
            target: requantize.target(&mut output, self.channels * self.outputs),
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
            outputs,
            positions,
            rows,
            ..
        } = *self.depthwise;
        let block = 4 * S::LANES;
        let farthest = |taps: &[[usize; 4]]| taps.iter().flatten().copied().max().unwrap_or(0);
        let far = farthest(&self.depthwise.taps);
        let far_of_pair = self.depthwise.pair.as_deref().map_or(0, farthest);
        let (start, end) = (self.range.start, self.range.end);
        let mut position = start;
        while position < end {
            let column = position % positions.columns;
            let n = (positions.columns - column).min(end - position);
            let next = position + positions.columns;
            let (runs, len) = if rows {
                (1, n * channels)
            } else {
                (n, channels)
            };
            let from = positions.start(position);
            // Where the last run's last block ends, but for its taps.
            let last = from + (runs - 1) * positions.column_step + len.next_multiple_of(block);
            let paired = self.depthwise.pair.as_deref().filter(|_| {
                n == positions.columns && next + n <= end && last + far_of_pair <= self.input.len()
            });
            for run in 0..runs {
                let from = from + run * positions.column_step;
                let done = (position - start + run) * channels;
                let extent = (from, done, len);
                let taps = &*self.depthwise.taps;
                // SAFETY: `run` has checked the extents; the next row is in the range if there are taps of a pair;
                // whether all blocks are in the input was looked at.
                unsafe {
                    if let Some(taps) = paired {
                        self.run_of::<S, 2, false>(simd, taps, extent, 0);
                        continue;
                    }
                    let mut output = 0;
                    while output < outputs {
                        if last + far > self.input.len() {
                            self.run_of::<S, 1, true>(simd, taps, extent, output);
                            output += 1;
                        } else if output + 1 < outputs {
                            self.run_of::<S, 2, false>(simd, taps, extent, output);
                            output += 2;
                        } else {
                            self.run_of::<S, 1, false>(simd, taps, extent, output);
                            output += 1;
                        }
                    }
                }
            }
            position += n * if paired.is_some() { 2 } else { 1 };
        }
    }
}

impl DepthwiseRun<'_> {
    /// Computes `R` outputs of each channel, from `output` on, or two rows of a single one.
    ///
    /// # Safety
    /// `len` bytes from `start` on are a position's channels, or those of some positions side by side, and the
    /// outputs of as many can be written after those of `done`; the same holds a row further if `taps` are those of
    /// a pair. At each tap whole blocks can be read, or `TAIL` says that the input may end before.
    #[inline(always)]
    unsafe fn run_of<S: Simd, const R: usize, const TAIL: bool>(
        &self,
        simd: S,
        taps: &[[usize; 4]],
        (start, done, len): (usize, usize, usize),
        output: usize,
    ) {
        let depthwise = self.depthwise;
        let block = 4 * S::LANES;
        let set_len = 4 * block;
        let sets = depthwise.sets();
        let quad_len = set_len * sets;
        let outputs = depthwise.outputs;
        // Rows have the same lanes.
        let lane_step = if outputs > 1 { block } else { 0 };
        let row = depthwise.positions.columns * depthwise.channels;
        let weights: *const u8 = depthwise.weights.as_ptr().cast();
        let mut index = 0;
        for at in (0..len).step_by(block) {
            let lane = (index * outputs + output) * block;
            let mut sums = [[simd.splat_i32(0); 4]; R];
            unrolled!(r < R => {
                sums[r % R] = self.requantize.initial::<S, 4>(simd, lane + r * lane_step);
            });
            // SAFETY: each tap's vector ends within the input; a block has `sets` times four vectors of weights for
            // four taps.
            unsafe {
                let mut weights = weights.add(index * taps.len() * quad_len + output * set_len);
                for taps in taps {
                    let mut bytes = [simd.splat_i32(0); 4];
                    unrolled!(i < 4 => {
                        let from = start + at + taps[i];
                        bytes[i] = if TAIL {
                            let mut all = [0; 4 * MAX_LANES];
                            let rest = &self.input[from..];
                            let n = rest.len().min(block);
                            all[..n].copy_from_slice(&rest[..n]);
                            simd.load_bytes(all.as_ptr())
                        } else {
                            simd.load_bytes(self.input.as_ptr().add(from))
                        };
                    });
                    let bytes = simd.interleave4(bytes);
                    unrolled!(r < R => {
                        unrolled!(q < 4 => {
                            let row = simd.load_bytes(weights.add(r * set_len + q * block));
                            sums[r % R][q] = simd.dot4(sums[r % R][q], bytes[q], row);
                        });
                    });
                    weights = weights.add(quad_len);
                }
                let n = block.min(len - at);
                if outputs == 1 {
                    unrolled!(r < R => {
                        let to = self.target.to.add(done + r * row + at);
                        self.requantize.store_interleaved(simd, &sums[r % R], (lane, n), to);
                    });
                } else {
                    let to = self.target.to.add((done + at) * outputs + output);
                    let target = Target { to, step: outputs };
                    self.requantize
                        .store_by_turns(simd, &sums, (lane, n), target);
                }
            }
            index += 1;
            if index == depthwise.blocks {
                index = 0;
            }
        }
    }
}
