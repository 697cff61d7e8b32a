#![expect(
    unsafe_code,
    reason = "tiles read and write by pointers into slices whose extents are checked here"
)]

use std::ops::Range;

use super::{
    epilogue::Epilogue,
    tile::{MOST_POSITIONS, Panel, most_positions, tile},
};
use crate::{
    kernels::{aligned::Aligned, window::ConvShape},
    simd::{Simd, Vectorize},
};

/// Vectors of output channels of a tile, where there are as many channels.
const VECTORS: usize = 2;

/// Weights of a convolution in which output channels share their inputs.
#[derive(Debug)]
pub(super) struct Dense {
    lanes: usize,
    /// Where each run of inputs of a position begins, relative to its first input.
    runs: Vec<usize>,
    run_len: usize,
    /// Per group: panels of `VECTORS · lanes` channels, the last of as many vectors as it needs; each panel holds
    /// all its channels' weights of an input side by side, in the order of the runs.
    weights: Aligned,
    /// One per output channel of each group, rounded up to whole vectors.
    bias: Aligned,
}

impl Dense {
    pub(super) fn new(
        lanes: usize,
        shape: &ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let window = &shape.window;
        let [rows, columns] = window.kernel;
        let channels = shape.groups * shape.group_inputs;
        let row_step = window.dilations[0] * window.padded()[1] * channels;
        let column_step = window.dilations[1] * channels;
        let taps: Vec<usize> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| row * row_step + column * column_step))
            .collect();
        let (runs, run_len) = joined(&taps, shape.group_inputs);
        let (m, k) = (shape.group_outputs, taps.len() * shape.group_inputs);
        let padded = m.next_multiple_of(lanes);
        let mut packed = Aligned::zeros(shape.groups * padded * k);
        for (channel, source) in weights.chunks_exact(k).enumerate() {
            let (group, channel) = (channel / m, channel % m);
            let packed = &mut packed[group * padded * k..][..padded * k];
            let (start, step) = column(lanes, padded, k, channel);
            for (index, to) in packed[start..].iter_mut().step_by(step).take(k).enumerate() {
                let (tap, input) = (index / shape.group_inputs, index % shape.group_inputs);
                *to = source[input * taps.len() + tap];
            }
        }
        let mut padded_bias = Aligned::zeros(shape.groups * padded);
        if let Some(bias) = bias {
            for (to, from) in padded_bias
                .chunks_exact_mut(padded)
                .zip(bias.chunks_exact(m))
            {
                to[..m].copy_from_slice(from);
            }
        }
        Self {
            lanes,
            runs,
            run_len,
            weights: packed,
            bias: padded_bias,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.bias) + size_of_val(&*self.runs)
    }

    /// Multiplies all weights of each output channel by `scale` and adds `shift`.
    pub(super) fn fold(&mut self, shape: &ConvShape, scale: &[f64], shift: &[f64]) {
        let m = shape.group_outputs;
        let k = self.runs.len() * self.run_len;
        let padded = m.next_multiple_of(self.lanes);
        for (channel, (scale, shift)) in scale.iter().zip(shift).enumerate() {
            let (group, channel) = (channel / m, channel % m);
            let (start, step) = column(self.lanes, padded, k, channel);
            let weights = &mut self.weights[group * padded * k + start..];
            for weight in weights.iter_mut().step_by(step).take(k) {
                *weight = (f64::from(*weight) * scale) as f32;
            }
            let bias = &mut self.bias[group * padded + channel];
            *bias = (f64::from(*bias) * scale + shift) as f32;
        }
    }
}

/// Joins runs of `len` inputs that follow each other, as long as all joined runs are of one length.
fn joined(taps: &[usize], len: usize) -> (Vec<usize>, usize) {
    let count = taps
        .windows(2)
        .position(|pair| pair[1] != pair[0] + len)
        .map_or(taps.len(), |last| last + 1);
    let whole = taps.chunks(count).all(|run| {
        run.len() == count && run.iter().zip(0..).all(|(&tap, i)| tap == run[0] + i * len)
    });
    if whole {
        (taps.iter().copied().step_by(count).collect(), count * len)
    } else {
        (taps.to_vec(), len)
    }
}

/// Where the weights of a channel lie in those of its group: the first, and the step from each to the next.
fn column(lanes: usize, padded: usize, k: usize, channel: usize) -> (usize, usize) {
    let width = VECTORS * lanes;
    let first = channel / width * width;
    (first * k + channel - first, width.min(padded - first))
}

/// Some positions of one image through a [`Dense`] convolution.
pub(super) struct DensePositions<'a> {
    pub(super) dense: &'a Dense,
    pub(super) shape: &'a ConvShape,
    pub(super) epilogue: Epilogue,
    /// Rows of the padded image.
    pub(super) rows: &'a [f32],
    /// The first of them.
    pub(super) first_row: usize,
    pub(super) positions: Range<usize>,
    /// Of these positions.
    pub(super) output: &'a mut [f32],
}

impl Vectorize for DensePositions<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let (dense, shape, output) = (self.dense, self.shape, self.output);
        let positions = self.positions.len();
        assert_eq!(dense.lanes, S::LANES);
        let (m, k) = (shape.group_outputs, dense.runs.len() * dense.run_len);
        let padded = m.next_multiple_of(S::LANES);
        for group in 0..shape.groups {
            let weights = &dense.weights[group * padded * k..][..padded * k];
            let bias = &dense.bias[group * padded..][..padded];
            for first in (0..m).step_by(VECTORS * S::LANES) {
                let channels = (m - first).min(VECTORS * S::LANES);
                let vectors = channels.div_ceil(S::LANES);
                let panel = Panel {
                    runs: &dense.runs,
                    run_len: dense.run_len,
                    weights: weights[first * k..][..vectors * S::LANES * k].as_ptr(),
                    bias: bias[first..][..vectors * S::LANES].as_ptr(),
                    channels,
                    output_step: shape.groups * m,
                    bounds: (self.epilogue.low, self.epilogue.high),
                };
                let mut walk = Walk::new(
                    (dense, shape),
                    (self.rows, self.first_row),
                    &self.positions,
                    group,
                );
                let most = most_positions(S::REGISTERS, vectors);
                let tiles = positions.div_ceil(most);
                let mut done = 0;
                for index in 0..tiles {
                    let count = (positions - done).div_ceil(tiles - index);
                    let at = done * panel.output_step + group * m + first;
                    let len = (count - 1) * panel.output_step + channels;
                    let to = output[at..][..len].as_mut_ptr();
                    // SAFETY: the walk's positions are in the rows; the panel and the output are cut above.
                    unsafe {
                        if vectors == VECTORS {
                            tile_of::<S, VECTORS>(simd, panel, count, &mut walk, to);
                        } else {
                            tile_of::<S, 1>(simd, panel, count, &mut walk, to);
                        }
                    }
                    if let Some(function) = self.epilogue.function {
                        let written = &mut output[at..][..len];
                        if channels == panel.output_step {
                            function.apply(simd, written);
                        } else {
                            for written in written.chunks_mut(panel.output_step) {
                                function.apply(simd, &mut written[..channels]);
                            }
                        }
                    }
                    done += count;
                }
            }
        }
    }
}

/// A tile of the next `count` positions.
///
/// # Safety
/// As for [`tile`]; the walk has as many positions left.
#[inline(always)]
unsafe fn tile_of<S: Simd, const V: usize>(
    simd: S,
    panel: Panel<'_>,
    count: usize,
    walk: &mut Walk<'_>,
    output: *mut f32,
) {
    macro_rules! counts {
        ($($count:literal)+) => {
            const { assert!([$($count),+].len() == MOST_POSITIONS) };
            match count {
                $($count if $count <= const { most_positions(S::REGISTERS, V) } => {
                    let mut inputs = [std::ptr::null(); $count];
                    inputs.iter_mut().for_each(|input| *input = walk.next());
                    // SAFETY: the caller's promise.
                    unsafe { tile::<S, $count, V>(simd, panel, inputs, output) }
                })+
                _ => unreachable!("tiles are of at most so many positions"),
            }
        };
    }
    counts!(1 2 3 4 5 6 7 8 9 10 11 12);
}

/// The first inputs of one output position after the other.
struct Walk<'a> {
    rows: &'a [f32],
    /// Of the first column of this row of output positions.
    row: usize,
    column: usize,
    columns: usize,
    column_step: usize,
    row_step: usize,
}

impl<'a> Walk<'a> {
    /// Checks that all positions' inputs are there.
    #[inline(always)]
    fn new(
        (dense, shape): (&Dense, &ConvShape),
        (rows, first_row): (&'a [f32], usize),
        positions: &Range<usize>,
        group: usize,
    ) -> Self {
        let window = &shape.window;
        let columns = window.output[1];
        let channels = shape.groups * shape.group_inputs;
        let width = window.padded()[1] * channels;
        let row = |position: usize| {
            (position / columns * window.strides[0] - first_row) * width
                + group * shape.group_inputs
        };
        let column_step = window.strides[1] * channels;
        let last_run = dense.runs[dense.runs.len() - 1];
        let end = row(positions.end - 1) + (columns - 1) * column_step + last_run + dense.run_len;
        Self {
            rows: &rows[..end],
            row: row(positions.start),
            column: positions.start % columns,
            columns,
            column_step,
            row_step: window.strides[0] * width,
        }
    }

    #[inline(always)]
    fn next(&mut self) -> *const f32 {
        let at = self.row + self.column * self.column_step;
        self.column += 1;
        if self.column == self.columns {
            self.column = 0;
            self.row += self.row_step;
        }
        self.rows.as_ptr().wrapping_add(at)
    }
}
