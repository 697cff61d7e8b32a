#![expect(
    unsafe_code,
    reason = "tiles read and write by pointers into slices whose extents are checked here"
)]

use std::ops::Range;

use super::{aligned::Aligned, epilogue::Epilogue};
use crate::{
    kernels::window::{ConvShape, Window},
    simd::{Simd, Vectorize},
};

/// Weights of a convolution in which each channel has its own input: vectors run over the channels.
#[derive(Debug)]
pub(super) struct Depthwise {
    lanes: usize,
    channels: usize,
    taps: usize,
    /// Per vector of channels, the weights of each tap; the last vector ends in zeros.
    weights: Aligned,
    bias: Aligned,
}

impl Depthwise {
    pub(super) fn new(
        lanes: usize,
        shape: &ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let channels = shape.groups * shape.group_outputs;
        let padded = channels.next_multiple_of(lanes);
        let taps = shape.window.kernel[0] * shape.window.kernel[1];
        let mut result = Self {
            lanes,
            channels,
            taps,
            weights: Aligned::zeros(padded * taps),
            bias: Aligned::zeros(padded),
        };
        for (channel, from) in weights.chunks_exact(taps).enumerate() {
            for (to, &weight) in result.weights_mut(channel).zip(from) {
                *to = weight;
            }
        }
        if let Some(bias) = bias {
            result.bias[..channels].copy_from_slice(bias);
        }
        result
    }

    fn weights_mut(&mut self, channel: usize) -> impl Iterator<Item = &mut f32> {
        let first = channel / self.lanes * self.lanes;
        self.weights[first * self.taps + channel - first..]
            .iter_mut()
            .step_by(self.lanes)
            .take(self.taps)
    }

    pub(super) fn bytes(&self) -> usize {
        self.weights.bytes() + self.bias.bytes()
    }

    /// Multiplies all weights of each channel by `scale` and adds `shift`.
    pub(super) fn fold(&mut self, scale: &[f64], shift: &[f64]) {
        for (channel, (scale, shift)) in scale.iter().zip(shift).enumerate() {
            for weight in self.weights_mut(channel) {
                *weight = (f64::from(*weight) * scale) as f32;
            }
            let bias = &mut self.bias[channel];
            *bias = (f64::from(*bias) * scale + shift) as f32;
        }
    }
}

/// Some positions of one image through a [`Depthwise`] convolution.
pub(super) struct DepthwisePositions<'a> {
    pub(super) depthwise: &'a Depthwise,
    pub(super) window: &'a Window,
    pub(super) epilogue: Epilogue,
    /// Rows of the image, without padding.
    pub(super) rows: &'a [f32],
    /// The first of them.
    pub(super) first_row: usize,
    pub(super) positions: Range<usize>,
    /// Of these positions.
    pub(super) output: &'a mut [f32],
}

impl Vectorize for DepthwisePositions<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let Self {
            depthwise, window, ..
        } = self;
        assert_eq!(depthwise.lanes, S::LANES);
        let channels = depthwise.channels;
        let [_, columns] = window.output;
        let step = match (window.strides[1], window.dilations[1]) {
            (1, 1) => 1,
            (2, 1) => 2,
            _ => 0,
        };
        let mut output = self.output;
        let mut position = self.positions.start;
        while position < self.positions.end {
            let (row, column) = (position / columns, position % columns);
            let count = (columns - column).min(self.positions.end - position);
            let (now, rest) = output.split_at_mut(count * channels);
            let row = Row::new(window, channels, self.rows, self.first_row, row);
            for first in (0..channels).step_by(S::LANES) {
                let lanes = S::LANES.min(channels - first);
                let block = Block {
                    row: &row,
                    first,
                    lanes,
                    weights: &depthwise.weights[first * depthwise.taps..]
                        [..S::LANES * depthwise.taps],
                    bias: &depthwise.bias[first..][..S::LANES],
                    bounds: (self.epilogue.low, self.epilogue.high),
                };
                match (lanes == S::LANES, step) {
                    (true, 1) => block.positions::<S, 1>(simd, column, count, now),
                    (true, 2) => block.positions::<S, 2>(simd, column, count, now),
                    (true, _) => block.positions::<S, 0>(simd, column, count, now),
                    (false, _) => block.narrow_positions(simd, column, count, now),
                }
            }
            if let Some(function) = self.epilogue.function {
                function.apply(now);
            }
            output = rest;
            position += count;
        }
    }
}

/// The rows of the input under one row of output positions.
struct Row<'a> {
    window: &'a Window,
    channels: usize,
    /// Rows of the kernel that are not in the padding.
    kernel_rows: Range<usize>,
    /// The input under them, from the first to the last.
    input: &'a [f32],
}

impl<'a> Row<'a> {
    #[inline(always)]
    fn new(
        window: &'a Window,
        channels: usize,
        rows: &'a [f32],
        first_row: usize,
        row: usize,
    ) -> Self {
        let kernel_rows = kernel_rows(window, row);
        let row_len = window.input[1] * channels;
        let input = if kernel_rows.is_empty() {
            &[]
        } else {
            let at = |tap: usize| {
                row * window.strides[0] + tap * window.dilations[0] - window.pads_begin[0]
            };
            let (start, end) = (at(kernel_rows.start), at(kernel_rows.end - 1) + 1);
            &rows[(start - first_row) * row_len..(end - first_row) * row_len]
        };
        Self {
            window,
            channels,
            kernel_rows,
            input,
        }
    }
}

/// Rows of the kernel that lie on the image at a row of output positions.
fn kernel_rows(window: &Window, row: usize) -> Range<usize> {
    let [top, dilation] = [window.pads_begin[0], window.dilations[0]];
    let at = row * window.strides[0];
    let start = top.saturating_sub(at).div_ceil(dilation);
    let end = (top + window.input[0])
        .saturating_sub(at)
        .div_ceil(dilation);
    start.min(window.kernel[0])..end.min(window.kernel[0])
}

/// One vector of channels of a row of positions.
struct Block<'a> {
    row: &'a Row<'a>,
    /// The first channel.
    first: usize,
    /// Channels that there are.
    lanes: usize,
    weights: &'a [f32],
    bias: &'a [f32],
    bounds: (f32, f32),
}

impl Block<'_> {
    /// `count` positions from `column` on, of whole vectors.
    #[inline(always)]
    fn positions<S: Simd, const STEP: usize>(
        &self,
        simd: S,
        column: usize,
        count: usize,
        output: &mut [f32],
    ) {
        let mut done = 0;
        macro_rules! tiles {
            ($($positions:literal)+) => { $(
                if $positions <= S::REGISTERS / 8 * 3 {
                    while count - done >= $positions {
                        self.tile::<S, $positions, STEP, true>(simd, column + done, &mut output[done * self.row.channels..]);
                        done += $positions;
                    }
                }
            )+ };
        }
        tiles!(12 8 6 4 3 2 1);
    }

    /// `count` positions from `column` on, of vectors that are not whole.
    #[inline(always)]
    fn narrow_positions<S: Simd>(&self, simd: S, column: usize, count: usize, output: &mut [f32]) {
        let mut done = 0;
        while count - done >= 4 {
            self.tile::<S, 4, 0, false>(
                simd,
                column + done,
                &mut output[done * self.row.channels..],
            );
            done += 4;
        }
        while count - done >= 1 {
            self.tile::<S, 1, 0, false>(
                simd,
                column + done,
                &mut output[done * self.row.channels..],
            );
            done += 1;
        }
    }

    /// `P` positions from `column` on.
    ///
    /// `STEP` is from one position to the next where taps lie side by side, or zero; `WHOLE`, that the vector is.
    #[inline(always)]
    fn tile<S: Simd, const P: usize, const STEP: usize, const WHOLE: bool>(
        &self,
        simd: S,
        column: usize,
        output: &mut [f32],
    ) {
        let (window, channels) = (self.row.window, self.row.channels);
        let [_, width] = window.input;
        let stride = window.strides[1];
        let begin = column * stride;
        let inside = begin >= window.pads_begin[1]
            && begin + (P - 1) * stride + window.reach()[1] <= window.pads_begin[1] + width;
        // SAFETY: the vector has as many numbers.
        let mut sums = [unsafe { simd.load(self.bias[..S::LANES].as_ptr()) }; P];
        // Where the first position's first tap lies.
        let begin = begin.wrapping_sub(window.pads_begin[1]);
        if inside {
            self.rows::<S, P, STEP, WHOLE, true>(simd, begin, &mut sums);
        } else {
            self.rows::<S, P, STEP, WHOLE, false>(simd, begin, &mut sums);
        }
        let (low, high) = (simd.splat(self.bounds.0), simd.splat(self.bounds.1));
        let output = output[self.first..][..(P - 1) * channels + self.lanes].as_mut_ptr();
        for (p, sum) in sums.into_iter().enumerate() {
            // The order of the operands keeps NaN.
            let sum = simd.min(high, simd.max(low, sum));
            // SAFETY: the slice has as many channels at each position.
            unsafe {
                if WHOLE {
                    simd.store(sum, output.add(p * channels));
                } else {
                    simd.store_first(sum, output.add(p * channels), self.lanes);
                }
            }
        }
    }

    #[inline(always)]
    fn rows<S: Simd, const P: usize, const STEP: usize, const WHOLE: bool, const INSIDE: bool>(
        &self,
        simd: S,
        begin: usize,
        sums: &mut [S::F32; P],
    ) {
        let window = self.row.window;
        let [_, kernel] = window.kernel;
        let row_step = window.dilations[0] * window.input[1] * self.row.channels;
        let mut local = *sums;
        for (index, row) in self.row.kernel_rows.clone().enumerate() {
            let input = &self.row.input[index * row_step..];
            let weights = &self.weights[row * kernel * S::LANES..][..kernel * S::LANES];
            let mut tap = 0;
            if STEP > 0 {
                while kernel - tap >= 4 {
                    self.taps::<S, P, STEP, 4, WHOLE, INSIDE>(
                        simd,
                        (input, weights),
                        (begin, tap),
                        &mut local,
                    );
                    tap += 4;
                }
                if kernel - tap == 3 {
                    self.taps::<S, P, STEP, 3, WHOLE, INSIDE>(
                        simd,
                        (input, weights),
                        (begin, tap),
                        &mut local,
                    );
                    tap += 3;
                }
            }
            while tap < kernel {
                self.taps::<S, P, STEP, 1, WHOLE, INSIDE>(
                    simd,
                    (input, weights),
                    (begin, tap),
                    &mut local,
                );
                tap += 1;
            }
        }
        *sums = local;
    }

    /// `T` taps of a row of the kernel from `tap` on; each input is read once for all of them.
    #[inline(always)]
    fn taps<
        S: Simd,
        const P: usize,
        const STEP: usize,
        const T: usize,
        const WHOLE: bool,
        const INSIDE: bool,
    >(
        &self,
        simd: S,
        (input, weights): (&[f32], &[f32]),
        (begin, tap): (usize, usize),
        sums: &mut [S::F32; P],
    ) {
        let window = self.row.window;
        let [_, width] = window.input;
        let weights = &weights[tap * S::LANES..][..T * S::LANES];
        let mut factors = [simd.splat(0.0); T];
        for (t, factor) in factors.iter_mut().enumerate() {
            // SAFETY: the slice holds as many vectors.
            *factor = unsafe { simd.load(weights.as_ptr().add(t * S::LANES)) };
        }
        let (stride, inputs) = match STEP {
            0 => (window.strides[1], P),
            step => (1, (P - 1) * step + T),
        };
        let step = STEP.max(1);
        let begin = begin.wrapping_add(tap * window.dilations[1]);
        let input = input[self.first..].as_ptr();
        for j in 0..inputs {
            let at = begin.wrapping_add(j * stride);
            if !INSIDE && at >= width {
                continue;
            }
            // SAFETY: `at` is a column of the image.
            let x = unsafe {
                let from = input.add(at * self.row.channels);
                if WHOLE {
                    simd.load(from)
                } else {
                    simd.load_first(from, self.lanes)
                }
            };
            for (p, sum) in sums.iter_mut().enumerate() {
                if let Some(t) = j.checked_sub(p * step)
                    && t < T
                {
                    *sum = simd.mul_add(x, factors[t], *sum);
                }
            }
        }
    }
}
