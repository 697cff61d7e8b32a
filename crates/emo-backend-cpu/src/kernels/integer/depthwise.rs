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
/// belong to one channel.
#[derive(Debug)]
pub(super) struct Depthwise {
    level: Level,
    channels: usize,
    positions: Positions,
    /// Where each tap reads, relative to its position's start; the last is repeated to a multiple of four.
    taps: Vec<usize>,
    /// Per block of four vectors: its weights, and those of the next four taps, …
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
        mut taps: Vec<usize>,
        weight: impl Fn(usize, usize) -> i8,
    ) -> Self {
        let lanes = level.lanes();
        let block = 4 * lanes;
        let blocks = channels.div_ceil(block);
        let n = taps.len();
        taps.resize(n.next_multiple_of(4), taps.last().copied().unwrap_or(0));
        let mut depthwise = Self {
            level,
            channels,
            positions,
            rows: positions.column_step == channels && fills(channels, block),
            taps,
            weights: Vec::new(),
            blocks,
        };
        let lane_channels: Vec<Option<usize>> = depthwise.lanes().collect();
        let quads = depthwise.taps.len() / 4;
        let mut bytes = vec![Line([0; 64]); (blocks * quads * block * 4).div_ceil(64)];
        for (lane, channel) in lane_channels.iter().enumerate() {
            let Some(channel) = *channel else { continue };
            for tap in 0..n {
                let at = ((lane / block * quads + tap / 4) * block + lane % block) * 4 + tap % 4;
                bytes[at / 64].0[at % 64] = weight(channel, tap);
            }
        }
        depthwise.weights = bytes;
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
        size_of_val(&*self.weights) + size_of_val(&*self.taps)
    }

    pub(super) fn positions(&self) -> usize {
        self.positions.len()
    }

    /// How many bytes of input are read.
    pub(super) fn reach(&self) -> usize {
        let block = 4 * self.level.lanes();
        let last = self.positions.start(self.positions.len() - 1);
        // A run begins at a position's start, and so does each block of it that holds more than one position.
        last + self.taps.iter().max().unwrap_or(&0) + self.channels.next_multiple_of(block)
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
        self.level.run(DepthwiseRun {
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
    channels % block == 0 || block % channels == 0
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
        let mut position = self.range.start;
        while position < self.range.end {
            let n = if rows {
                (positions.columns - position % positions.columns).min(self.range.end - position)
            } else {
                1
            };
            let done = (position - self.range.start) * channels;
            // SAFETY: `run` has checked the extents.
            unsafe { self.run_of(simd, positions.start(position), done, n * channels) };
            position += n;
        }
    }
}

impl DepthwiseRun<'_> {
    /// # Safety
    /// `len` bytes from `start` on are a position's channels, or those of some positions side by side, and `len`
    /// elements can be written from the target's element `done` on.
    #[inline(always)]
    unsafe fn run_of<S: Simd>(&self, simd: S, start: usize, done: usize, len: usize) {
        let depthwise = self.depthwise;
        let block = 4 * S::LANES;
        let quads = depthwise.taps.len() / 4;
        let weights: *const u8 = depthwise.weights.as_ptr().cast();
        let mut at = 0;
        let mut index = 0;
        while at < len {
            let lane = index * block;
            let mut sums = self.requantize.initial::<S, 4>(simd, lane);
            // SAFETY: each tap's vector ends within the reach; a block has four vectors of weights for four taps.
            unsafe {
                let from = self.input.as_ptr().add(start + at);
                let mut weights = weights.add(index * quads * block * 4);
                for taps in depthwise.taps.as_chunks::<4>().0 {
                    let bytes = simd.interleave4([
                        simd.load_bytes(from.add(taps[0])),
                        simd.load_bytes(from.add(taps[1])),
                        simd.load_bytes(from.add(taps[2])),
                        simd.load_bytes(from.add(taps[3])),
                    ]);
                    for (q, sum) in sums.iter_mut().enumerate() {
                        let row = simd.load_bytes(weights.add(q * block));
                        *sum = simd.dot4(*sum, bytes[q], row);
                    }
                    weights = weights.add(4 * block);
                }
                let to = self.target.to.add(done + at);
                let n = block.min(len - at);
                self.requantize
                    .store_interleaved(simd, &sums, (lane, n), to);
            }
            at += block;
            index += 1;
            if index == depthwise.blocks {
                index = 0;
            }
        }
    }
}
