//! Convolution of values whose channels lie side by side, with constant weights.

mod channel_tile;
mod dense;
mod depthwise;
mod epilogue;
mod padding;

#[cfg(test)]
mod tests;
mod tile;

use std::ops::Range;

use self::{
    dense::{Dense, DensePositions},
    depthwise::{Depthwise, DepthwisePositions},
    epilogue::Epilogue,
};
#[cfg(feature = "threads")]
use crate::kernels::divide::Divide;
use crate::{
    Instructions,
    buffer::SliceMut,
    kernel::{Follower, Inputs, Kernel},
    kernels::window::ConvShape,
    simd::Level,
};

/// Convolution with constant weights, from `[batch, rows, columns, channels]` to the same.
///
/// No matrix is made of the input: a tile of output positions and channels stays in registers while the inputs
/// under the window go by, row by row of the kernel.
#[derive(Debug)]
pub(crate) struct DirectConv {
    level: Level,
    shape: ConvShape,
    form: Form,
    epilogue: Option<Epilogue>,
}

#[derive(Debug)]
enum Form {
    Dense(Dense),
    /// One input channel per group, and few output channels.
    Depthwise(Depthwise),
}

impl DirectConv {
    /// `weights` as `[groups · group_outputs, group_inputs, kernel…]`, `bias` one per output channel.
    pub(crate) fn new(
        level: Level,
        shape: ConvShape,
        weights: &[f32],
        bias: Option<&[f32]>,
    ) -> Self {
        let window = &shape.window;
        let (padded, reach) = (window.padded(), window.reach());
        for axis in 0..2 {
            assert!(
                (window.output[axis] - 1) * window.strides[axis] + reach[axis] <= padded[axis],
                "the window's last position lies in the padded input"
            );
        }
        let is_depthwise =
            shape.groups > 1 && shape.group_inputs == 1 && shape.group_outputs < level.lanes();
        let (level, form) = if is_depthwise {
            let level = suited(level, shape.groups);
            let depthwise = Depthwise::new(level.lanes(), &shape, weights, bias);
            (level, Form::Depthwise(depthwise))
        } else {
            let level = suited(level, shape.group_outputs);
            (
                level,
                Form::Dense(Dense::new(level.lanes(), &shape, weights, bias)),
            )
        };
        Self {
            level,
            shape,
            form,
            epilogue: None,
        }
    }

    /// How many output positions there are, over all images of the batch.
    pub(crate) fn positions(&self) -> usize {
        self.shape.batch * self.image_positions()
    }

    fn image_positions(&self) -> usize {
        self.shape.window.output.iter().product()
    }

    fn input_channels(&self) -> usize {
        self.shape.groups * self.shape.group_inputs
    }

    fn output_channels(&self) -> usize {
        self.shape.groups * self.shape.group_outputs
    }

    /// Computes some of the output positions, of which `output` is to hold the channels, from the whole input.
    ///
    /// Calls for different positions may run at the same time, each with scratch memory of its own.
    pub(crate) fn run_part(
        &self,
        input: &[f32],
        positions: Range<usize>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let count = self.image_positions();
        let image_len = self.input_channels() * self.shape.window.input.iter().product::<usize>();
        let channels = self.output_channels();
        let mut output = &mut output[..positions.len() * channels];
        let mut start = positions.start;
        while start < positions.end {
            let image = start / count;
            let end = positions.end.min((image + 1) * count);
            let (now, rest) = output.split_at_mut((end - start) * channels);
            self.run_image(
                &input[image * image_len..][..image_len],
                start - image * count..end - image * count,
                now,
                scratch,
            );
            output = rest;
            start = end;
        }
    }

    fn run_image(
        &self,
        image: &[f32],
        positions: Range<usize>,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let window = &self.shape.window;
        let columns = window.output[1];
        let (first, last) = (positions.start / columns, (positions.end - 1) / columns);
        let epilogue = self.epilogue.unwrap_or(Epilogue::NONE);
        match &self.form {
            Form::Dense(dense) => {
                let channels = self.input_channels();
                let (rows, first_row) = if window.is_padded() {
                    let start = first * window.strides[0];
                    let end = last * window.strides[0] + window.reach()[0];
                    let len = (end - start) * window.padded()[1] * channels;
                    let padded = &mut scratch[..len];
                    padding::pad(image, window, channels, start..end, padded);
                    (&*padded, start)
                } else {
                    (image, 0)
                };
                self.level.run(DensePositions {
                    dense,
                    shape: &self.shape,
                    epilogue,
                    rows,
                    first_row,
                    positions,
                    output,
                });
            }
            Form::Depthwise(depthwise) => {
                self.level.run(DepthwisePositions {
                    depthwise,
                    window,
                    epilogue,
                    image,
                    positions,
                    output,
                    scratch,
                });
            }
        }
    }
}

/// Half as wide vectors where whole ones would be half empty.
fn suited(level: Level, channels: usize) -> Level {
    if level.lanes() == 16 && matches!(channels % 16, 1..=8) && channels < 32 {
        return Level::of(Instructions::Avx2).unwrap_or(level);
    }
    level
}

/// By output positions.
#[cfg(feature = "threads")]
impl Divide for DirectConv {
    fn nanos(&self) -> u64 {
        match self.form {
            Form::Dense(_) => self.macs() / 55,
            Form::Depthwise(_) => self.macs() / 35,
        }
    }

    fn units(&self) -> usize {
        self.positions()
    }

    fn start(&self, unit: usize) -> usize {
        unit * self.output_channels()
    }

    fn units_scratch_len(&self) -> usize {
        self.scratch_len()
    }

    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        _: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        scratch: &mut [f32],
    ) {
        self.run_part(inputs.get(0), units, output.of(), scratch);
    }
}

impl Kernel for DirectConv {
    #[cfg(feature = "threads")]
    fn divide(&self) -> Option<&dyn Divide> {
        Some(self)
    }

    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, scratch: &mut [f32]) {
        self.run_part(
            inputs.get::<f32>(0),
            0..self.positions(),
            output.of(),
            scratch,
        );
    }

    fn scratch_len(&self) -> usize {
        let window = &self.shape.window;
        let positions = |extents: [usize; 2], channels: usize| {
            extents[0]
                .saturating_mul(extents[1])
                .saturating_mul(channels)
        };
        match &self.form {
            Form::Dense(_) if window.is_padded() => {
                positions(window.padded(), self.input_channels())
            }
            Form::Depthwise(_) if self.shape.group_outputs > 1 => {
                positions([1, window.output[1]], self.output_channels())
            }
            _ => 0,
        }
    }

    fn macs(&self) -> u64 {
        let taps = self.shape.window.kernel;
        [
            self.positions(),
            self.output_channels(),
            self.shape.group_inputs,
            taps[0],
            taps[1],
        ]
        .iter()
        .fold(1, |macs: u64, &extent| macs.saturating_mul(extent as u64))
    }

    fn constant_bytes(&self) -> usize {
        match &self.form {
            Form::Dense(dense) => dense.bytes(),
            Form::Depthwise(depthwise) => depthwise.bytes(),
        }
    }

    fn absorb(&mut self, follower: &Follower) -> bool {
        if self.epilogue.is_some() {
            return false;
        }
        match follower {
            Follower::Quantize { .. } | Follower::MaxPool(_) | Follower::Columns(_) => {
                return false;
            }
            Follower::Activation(activation) => self.epilogue = Some(Epilogue::of(*activation)),
            Follower::Affine { scale, .. } if scale.len() != self.output_channels() => {
                return false;
            }
            Follower::Affine { scale, shift, .. } => match &mut self.form {
                Form::Dense(dense) => dense.fold(&self.shape, scale, shift),
                Form::Depthwise(depthwise) => depthwise.fold(scale, shift),
            },
        }
        true
    }
}
