use std::marker::PhantomData;

use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::{real::Term, taps::Taps},
};

/// Extents of a [`Correlation`], and how its weights lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channels {
    pub(crate) batch: usize,
    pub(crate) groups: usize,
    /// Input channels of one group.
    pub(crate) group_inputs: usize,
    /// Output channels of one group.
    pub(crate) group_outputs: usize,
    /// Elements of one channel of the input, of the output and of the kernel.
    pub(crate) input_plane: usize,
    pub(crate) output_plane: usize,
    pub(crate) kernel_plane: usize,
    /// Steps between the weights of neighbouring groups, output channels and input channels.
    pub(crate) group_step: usize,
    pub(crate) output_step: usize,
    pub(crate) input_step: usize,
}

/// Convolution and its transpose over any number of axes: input, weights and perhaps a bias are operands.
#[derive(Debug)]
pub(crate) struct Correlation<T> {
    channels: Channels,
    taps: Taps,
    bias: Bias,
    element: PhantomData<T>,
}

/// What sums start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bias {
    Zero,
    /// The kernel's third operand, one element per output channel.
    Input,
}

impl<T: Term> Correlation<T> {
    pub(crate) fn new(channels: Channels, taps: Taps, bias: Bias) -> Self {
        Self {
            channels,
            taps,
            bias,
            element: PhantomData,
        }
    }
}

impl<T: Term> Kernel for Correlation<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let Channels {
            groups,
            group_inputs,
            group_outputs,
            input_plane,
            output_plane,
            ..
        } = self.channels;
        let (input, weights) = (inputs.get::<T>(0), inputs.get::<T>(1));
        let bias = match self.bias {
            Bias::Zero => None,
            Bias::Input => Some(inputs.get::<T>(2)),
        };
        for (plane, output) in output.of::<T>().chunks_exact_mut(output_plane).enumerate() {
            let channel = plane % (groups * group_outputs);
            let image = plane / (groups * group_outputs);
            let (group, member) = (channel / group_outputs, channel % group_outputs);
            let input = &input[(image * groups + group) * group_inputs * input_plane..];
            let weights =
                &weights[group * self.channels.group_step + member * self.channels.output_step..];
            let start = bias.map_or(T::ZERO, |bias| bias[channel].start());
            for (index, y) in output.iter_mut().enumerate() {
                let mut sum = start;
                self.taps.for_each(index, |tap, position| {
                    for channel in 0..group_inputs {
                        sum = T::add_product(
                            sum,
                            input[channel * input_plane + position],
                            weights[channel * self.channels.input_step + tap],
                        );
                    }
                });
                *y = T::finish(sum);
            }
        }
    }

    fn macs(&self) -> u64 {
        let Channels {
            batch,
            groups,
            group_inputs,
            group_outputs,
            output_plane,
            kernel_plane,
            ..
        } = self.channels;
        [
            groups,
            group_inputs,
            group_outputs,
            output_plane,
            kernel_plane,
        ]
        .iter()
        .fold(batch as u64, |macs, &extent| {
            macs.saturating_mul(extent as u64)
        })
    }

    fn constant_bytes(&self) -> usize {
        self.taps.bytes()
    }
}
