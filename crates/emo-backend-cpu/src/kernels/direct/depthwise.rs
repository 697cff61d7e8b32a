#![expect(
    unsafe_code,
    reason = "tiles read and write by pointers into slices whose extents are checked here"
)]

use std::ops::Range;

use super::{
    channel_tile::{Row, tile},
    epilogue::Epilogue,
};
use crate::{
    kernels::{
        aligned::Aligned,
        window::{ConvShape, Window},
    },
    simd::{Simd, Vectorize},
};

/// Weights of a convolution in which each output channel has one input: vectors run over the inputs.
///
/// With several outputs per input, the first outputs of all inputs are computed, then the second ones, and so on.
#[derive(Debug)]
pub(super) struct Depthwise {
    lanes: usize,
    /// Input channels.
    inputs: usize,
    /// Output channels of each input.
    multiplier: usize,
    taps: usize,
    /// Per output of an input and vector of inputs, the weights of each tap; the last vector ends in zeros.
    weights: Aligned,
    /// Per output of an input, one for each input.
    bias: Aligned,
}

impl Depthwise {
    pub(super) fn new(
        lanes: usize,
        shape: &ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let multiplier = shape.group_outputs;
        let padded = multiplier * shape.groups.next_multiple_of(lanes);
        let taps = shape.window.kernel[0] * shape.window.kernel[1];
        let mut result = Self {
            lanes,
            inputs: shape.groups,
            multiplier,
            taps,
            weights: Aligned::zeros(padded * taps),
            bias: Aligned::zeros(padded),
        };
        for (channel, from) in weights.chunks_exact(taps).enumerate() {
            for (to, &weight) in result.weights_mut(channel).zip(from) {
                *to = weight;
            }
        }
        for (channel, &bias) in bias.unwrap_or(&[]).iter().enumerate() {
            let at = result.place(channel);
            result.bias[at] = bias;
        }
        result
    }

    /// Where an output channel lies among the packed ones.
    fn place(&self, channel: usize) -> usize {
        channel % self.multiplier * self.inputs.next_multiple_of(self.lanes)
            + channel / self.multiplier
    }

    fn weights_mut(&mut self, channel: usize) -> impl Iterator<Item = &mut f32> {
        let at = self.place(channel);
        let first = at / self.lanes * self.lanes;
        self.weights[first * self.taps + at - first..]
            .iter_mut()
            .step_by(self.lanes)
            .take(self.taps)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.weights) + size_of_val(&*self.bias)
    }

    /// Multiplies all weights of each channel by `scale` and adds `shift`.
    pub(super) fn fold(&mut self, scale: &[f64], shift: &[f64]) {
        for (channel, (scale, shift)) in scale.iter().zip(shift).enumerate() {
            for weight in self.weights_mut(channel) {
                *weight = (f64::from(*weight) * scale) as f32;
            }
            let at = self.place(channel);
            let bias = &mut self.bias[at];
            *bias = (f64::from(*bias) * scale + shift) as f32;
        }
    }
}

/// Some positions of one image through a [`Depthwise`] convolution.
pub(super) struct DepthwisePositions<'a> {
    pub(super) depthwise: &'a Depthwise,
    pub(super) window: &'a Window,
    pub(super) epilogue: Epilogue,
    /// Without padding.
    pub(super) image: &'a [f32],
    pub(super) positions: Range<usize>,
    /// Of these positions.
    pub(super) output: &'a mut [f32],
    /// As much as a row of the output, with several outputs per input.
    pub(super) scratch: &'a mut [f32],
}

impl Vectorize for DepthwisePositions<'_> {
    #[inline(always)]
    fn run<S: Simd, const NR: usize>(self, simd: S) {
        let (depthwise, window) = (self.depthwise, self.window);
        assert_eq!(depthwise.lanes, S::LANES);
        let (inputs, multiplier) = (depthwise.inputs, depthwise.multiplier);
        let channels = inputs * multiplier;
        let [_, columns] = window.output;
        let [_, kernel_columns] = window.kernel;
        let row_len = window.input[1] * inputs;
        let mut output = self.output;
        let mut position = self.positions.start;
        while position < self.positions.end {
            let (row, column) = (position / columns, position % columns);
            let count = (columns - column).min(self.positions.end - position);
            let (now, rest) = output.split_at_mut(count * channels);
            let sums = if multiplier > 1 {
                &mut self.scratch[..count * channels]
            } else {
                &mut *now
            };
            let taps = kernel_rows(window, row);
            let input = if taps.is_empty() {
                &[]
            } else {
                let at = |tap: usize| {
                    let padded = row * window.strides[0] + tap * window.dilations[0];
                    (padded - window.pads_begin[0]) * row_len
                };
                &self.image[at(taps.start)..at(taps.end - 1) + row_len]
            };
            for output in 0..multiplier {
                for first in (0..inputs).step_by(S::LANES) {
                    let packed = output * inputs.next_multiple_of(S::LANES) + first;
                    let vectors = kernel_columns * taps.start..kernel_columns * taps.end;
                    let weights = &depthwise.weights[packed * depthwise.taps..]
                        [vectors.start * S::LANES..vectors.end * S::LANES];
                    let row = Row {
                        window,
                        input_step: inputs,
                        output_step: channels,
                        lanes: S::LANES.min(inputs - first),
                        kernel_rows: taps.len(),
                        input: input[first.min(input.len())..].as_ptr(),
                        weights: weights.as_ptr(),
                        bias: depthwise.bias[packed..][..S::LANES].as_ptr(),
                        bounds: (self.epilogue.low, self.epilogue.high),
                    };
                    let to = sums[output * inputs + first..].as_mut_ptr();
                    // SAFETY: the slices hold the rows of the input and the weights that lie under the window, and
                    // the channels of `count` positions of this row.
                    unsafe { positions(simd, row, column, count, to) };
                }
            }
            if multiplier > 1 {
                for (now, sums) in now
                    .chunks_exact_mut(channels)
                    .zip(self.scratch.chunks_exact(channels))
                {
                    for (output, sums) in sums.chunks_exact(inputs).enumerate() {
                        for (now, sum) in now[output..].iter_mut().step_by(multiplier).zip(sums) {
                            *now = *sum;
                        }
                    }
                }
            }
            if let Some(function) = self.epilogue.function {
                function.apply(simd, now);
            }
            output = rest;
            position += count;
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
        .div_ceil(dilation)
        .min(window.kernel[0]);
    start.min(end)..end
}

/// `count` positions of a row from `column` on.
///
/// # Safety
/// As for [`tile`], for all of them.
#[inline(always)]
unsafe fn positions<S: Simd>(simd: S, row: Row<'_>, column: usize, count: usize, output: *mut f32) {
    let mut done = 0;
    macro_rules! tiles {
        ($step:literal, $whole:literal, $($count:literal)+) => {{ $(
            // Sums take three eighths of the registers at most, so that weights and inputs have room.
            if $count <= S::REGISTERS / 8 * 3 {
                while count - done >= $count {
                    let output = output.wrapping_add(done * row.output_step);
                    // SAFETY: the caller's promise.
                    unsafe { tile::<S, $count, $step, $whole>(simd, row, column + done, output) };
                    done += $count;
                }
            }
        )+ }};
    }
    match (row.window.strides[1], row.window.dilations[1]) {
        _ if row.lanes < S::LANES => tiles!(0, false, 6 1),
        (1, 1) => tiles!(1, true, 12 6 3 1),
        (2, 1) => tiles!(2, true, 12 6 3 1),
        _ => tiles!(0, true, 6 1),
    }
}
