#![expect(
    unsafe_code,
    reason = "tiles of registers are read and written by pointers whose extents are checked at the entry"
)]

use std::ops::Range;

use crate::{
    buffer::{LINE_LEN, SliceMut},
    kernels::integer::requantize::{Requantize, Target},
    simd::{Level, Simd, Vectorize},
};

/// Products of bytes with constant weights, where each output position reads the same runs of bytes from a start
/// of its own.
///
/// A tile is some positions by some vectors of channels, whose sums stay in registers. Weights are packed in panels
/// of as many channels; four bytes of a run stand at a channel's lane, so that one load serves all positions, and
/// one broadcast of four bytes of input all vectors.
#[derive(Debug)]
pub(super) struct Tiles {
    level: Level,
    shape: TileShape,
    panels: Vec<Panel>,
    weights: Vec<Line>,
    /// How many groups of four bytes a run has.
    quads: usize,
}

/// Bytes of input that all panels read before the next ones: with a panel's weights, well within a second-level
/// cache of 512 KiB.
const BLOCK: usize = 96 << 10;

/// What a [`Tiles`] reads and writes.
#[derive(Debug)]
pub(super) struct TileShape {
    pub(super) groups: usize,
    /// Output channels of one group.
    pub(super) group_outputs: usize,
    /// Bytes from a group's start to the next one's.
    pub(super) group_step: usize,
    /// Where each run starts, relative to its position's start.
    pub(super) runs: Vec<usize>,
    pub(super) run_len: usize,
    pub(super) positions: Positions,
}

/// Output positions in rows, and where each starts to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Positions {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_step: usize,
    pub(super) column_step: usize,
}

impl Positions {
    pub(super) fn len(&self) -> usize {
        self.rows * self.columns
    }

    pub(super) fn start(&self, position: usize) -> usize {
        position / self.columns * self.row_step + position % self.columns * self.column_step
    }

    fn from(&self, position: usize) -> Walk {
        let column = position % self.columns;
        Walk {
            start: self.start(position),
            left: self.columns - column,
            columns: self.columns,
            column_step: self.column_step,
            skip: self.row_step.wrapping_sub(self.columns * self.column_step),
        }
    }
}

/// The starts of successive positions.
#[derive(Debug, Clone, Copy)]
struct Walk {
    start: usize,
    left: usize,
    columns: usize,
    column_step: usize,
    skip: usize,
}

impl Walk {
    #[inline(always)]
    fn step(&mut self) -> usize {
        let start = self.start;
        self.start += self.column_step;
        self.left -= 1;
        if self.left == 0 {
            self.left = self.columns;
            self.start = self.start.wrapping_add(self.skip);
        }
        start
    }
}

/// A cache line, so that no vector of weights lies in two.
#[derive(Debug, Clone, Copy)]
// As many as `LINE_LEN`.
#[repr(C, align(64))]
struct Line([i8; LINE_LEN]);

/// Some vectors of channels of one group.
#[derive(Debug, Clone, Copy)]
struct Panel {
    group: usize,
    /// The first channel, of all.
    channel: usize,
    channels: usize,
    vectors: usize,
    /// The first lane, of all.
    lane: usize,
    /// Where its weights start, in bytes.
    weights: usize,
}

impl Tiles {
    /// `weight` gives that of a channel at a byte of a run.
    pub(super) fn new(
        level: Level,
        shape: TileShape,
        weight: impl Fn(usize, usize, usize) -> i8,
    ) -> Self {
        let lanes = level.lanes();
        let quads = shape.run_len.div_ceil(4);
        let widest = if level.registers() < 32 { 2 } else { 4 };
        let mut panels = Vec::new();
        let (mut lane, mut bytes) = (0, 0);
        for group in 0..shape.groups {
            let mut first = 0;
            while first < shape.group_outputs {
                let left = (shape.group_outputs - first).div_ceil(lanes);
                let vectors = [4, 2, 1]
                    .into_iter()
                    .find(|&vectors| vectors <= left.min(widest))
                    .unwrap_or(1);
                let channels = (shape.group_outputs - first).min(vectors * lanes);
                panels.push(Panel {
                    group,
                    channel: group * shape.group_outputs + first,
                    channels,
                    vectors,
                    lane,
                    weights: bytes,
                });
                first += channels;
                lane += vectors * lanes;
                bytes += shape.runs.len() * quads * vectors * lanes * 4;
            }
        }
        let mut lines = vec![Line([0; LINE_LEN]); bytes.div_ceil(LINE_LEN)];
        for panel in &panels {
            let width = panel.vectors * lanes;
            for run in 0..shape.runs.len() {
                // A line of the cache of each channel, which are lines of as many rows: each is fetched once.
                for first in (0..shape.run_len).step_by(LINE_LEN) {
                    let block = first..shape.run_len.min(first + LINE_LEN);
                    for channel in 0..panel.channels {
                        for byte in block.clone().step_by(4) {
                            let row = run * quads + byte / 4;
                            let at = panel.weights + (row * width + channel) * 4;
                            let quad = &mut lines[at / LINE_LEN].0[at % LINE_LEN..][..4];
                            for (to, byte) in quad.iter_mut().zip(byte..block.end) {
                                *to = weight(panel.channel + channel, run, byte);
                            }
                        }
                    }
                }
            }
        }
        Self {
            level,
            shape,
            panels,
            weights: lines,
            quads,
        }
    }

    /// The channel of each lane.
    pub(super) fn lanes(&self) -> impl Iterator<Item = Option<usize>> {
        let lanes = self.level.lanes();
        self.panels.iter().flat_map(move |panel| {
            (0..panel.vectors * lanes)
                .map(move |lane| (lane < panel.channels).then_some(panel.channel + lane))
        })
    }

    pub(super) fn constant_bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.panels)
    }

    pub(super) fn positions(&self) -> usize {
        self.shape.positions.len()
    }

    fn channels(&self) -> usize {
        self.shape.groups * self.shape.group_outputs
    }

    pub(super) fn n_panels(&self) -> usize {
        self.panels.len()
    }

    /// The first channel of a panel; for the number of panels, how many channels there are.
    pub(super) fn first_channel(&self, panel: usize) -> usize {
        let panel = self.panels.get(panel);
        panel.map_or(self.channels(), |panel| panel.channel)
    }

    /// How many bytes of input are read: the last run's last group of four bytes may reach beyond the run.
    pub(super) fn reach(&self) -> usize {
        let shape = &self.shape;
        shape.positions.start(shape.positions.len() - 1)
            + (shape.groups - 1) * shape.group_step
            + shape
                .runs
                .iter()
                .max()
                .map_or(0, |run| run + 4 * self.quads)
    }

    /// Writes the positions of `range` to `output`, which holds them alone.
    pub(super) fn run(
        &self,
        requantize: &Requantize,
        input: &[u8],
        range: Range<usize>,
        output: SliceMut<'_>,
    ) {
        self.run_panels(requantize, input, range, 0..self.panels.len(), output);
    }

    /// As [`run`](Self::run), the channels of some panels alone.
    pub(super) fn run_panels(
        &self,
        requantize: &Requantize,
        input: &[u8],
        range: Range<usize>,
        panels: Range<usize>,
        mut output: SliceMut<'_>,
    ) {
        let first_channel = self.first_channel(panels.start);
        let channels = self.first_channel(panels.end) - first_channel;
        assert!(range.end <= self.positions() && input.len() >= self.reach());
        assert!(output.len() >= range.len() * channels);
        assert!(self.panels.last().map_or(0, |panel| panel.lane) < requantize.lanes().max(1));
        self.level.run_with_dot_products(TilesRun {
            tiles: self,
            requantize,
            input,
            target: requantize.target(&mut output, channels),
            range,
            panels: &self.panels[panels],
            first_channel,
        });
    }
}

/// Some positions through a [`Tiles`].
struct TilesRun<'a> {
    tiles: &'a Tiles,
    requantize: &'a Requantize,
    input: &'a [u8],
    range: Range<usize>,
    target: Target,
    panels: &'a [Panel],
    /// That of the first panel.
    first_channel: usize,
}

impl Vectorize for TilesRun<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        if self.range.is_empty() {
            return;
        }
        // A multiple of all heights of tiles.
        let block = BLOCK / self.tiles.shape.positions.column_step.max(1);
        let block = block.next_multiple_of(24).max(48);
        for start in self.range.clone().step_by(block) {
            let range = start..self.range.end.min(start.saturating_add(block));
            for panel in self.panels {
                let range = range.clone();
                match panel.vectors {
                    4 if S::REGISTERS >= 32 => self.panel::<S, 4>(simd, panel, range),
                    2 => self.panel::<S, 2>(simd, panel, range),
                    _ => self.panel::<S, 1>(simd, panel, range),
                }
            }
        }
    }
}

impl TilesRun<'_> {
    /// All positions of a part of the range, by as many at a time as leave registers for operands.
    #[inline(always)]
    fn panel<S: Simd, const V: usize>(&self, simd: S, panel: &Panel, range: Range<usize>) {
        let mut walk = self.tiles.shape.positions.from(range.start);
        let mut done = range.start - self.range.start;
        let end = range.end - self.range.start;
        while done < end {
            let left = end - done;
            let walk = &mut walk;
            // SAFETY: `run` has checked the extents.
            done += unsafe {
                if S::REGISTERS < 32 {
                    match left {
                        4.. => self.tile::<S, 4, V>(simd, panel, walk, done),
                        2.. => self.tile::<S, 2, V>(simd, panel, walk, done),
                        _ => self.tile::<S, 1, V>(simd, panel, walk, done),
                    }
                } else if V == 4 {
                    match left {
                        6 | 12.. => self.tile::<S, 6, V>(simd, panel, walk, done),
                        5 | 9.. => self.tile::<S, 5, V>(simd, panel, walk, done),
                        4 | 7.. => self.tile::<S, 4, V>(simd, panel, walk, done),
                        3 => self.tile::<S, 3, V>(simd, panel, walk, done),
                        2 => self.tile::<S, 2, V>(simd, panel, walk, done),
                        _ => self.tile::<S, 1, V>(simd, panel, walk, done),
                    }
                } else {
                    match left {
                        12.. if V == 1 => self.tile::<S, 12, V>(simd, panel, walk, done),
                        8.. => self.tile::<S, 8, V>(simd, panel, walk, done),
                        4.. => self.tile::<S, 4, V>(simd, panel, walk, done),
                        2.. => self.tile::<S, 2, V>(simd, panel, walk, done),
                        _ => self.tile::<S, 1, V>(simd, panel, walk, done),
                    }
                }
            };
        }
    }

    /// # Safety
    /// The input holds [`Tiles::reach`] bytes, `P` positions of the range are left after the first `done`, and the
    /// output holds all of the range.
    #[inline(always)]
    unsafe fn tile<S: Simd, const P: usize, const V: usize>(
        &self,
        simd: S,
        panel: &Panel,
        walk: &mut Walk,
        done: usize,
    ) -> usize {
        let tiles = self.tiles;
        let input = self.input.as_ptr();
        let mut starts = [input; P];
        for start in &mut starts {
            // SAFETY: positions start below the reach.
            *start = unsafe { input.add(walk.step() + panel.group * tiles.shape.group_step) };
        }
        let mut sums = [self.requantize.initial::<S, V>(simd, panel.lane); P];
        // SAFETY: a panel has `quads` rows of `V` vectors for each run, and each run as many groups of four bytes.
        unsafe {
            let mut weights: *const u8 = tiles.weights.as_ptr().cast::<u8>().add(panel.weights);
            for &run in &tiles.shape.runs {
                for quad in 0..tiles.quads {
                    let mut row = [simd.splat_i32(0); V];
                    unrolled!(v < V => {
                        row[v % V] = simd.load_bytes(weights.add(v * S::LANES * 4));
                    });
                    weights = weights.add(V * S::LANES * 4);
                    unrolled!(p < P => {
                        let x = starts[p % P].add(run + 4 * quad).cast::<i32>().read_unaligned();
                        let x = simd.splat_i32(i32::from_le(x));
                        unrolled!(v < V => {
                            sums[p % P][v % V] = simd.dot4(sums[p % P][v % V], x, row[v % V]);
                        });
                    });
                }
            }
        }
        // SAFETY: the caller's promise; a position has `step` elements, of which the panel's end below its last.
        unsafe {
            let channel = panel.channel - self.first_channel;
            let to = self.target.to.add(done * self.target.step + channel);
            self.requantize.store::<S, P, V>(
                simd,
                &sums,
                (panel.lane, panel.channels),
                Target { to, ..self.target },
            );
        }
        P
    }
}
