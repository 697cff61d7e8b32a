use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext,
    spatial::{Along, Rounding, extents, output_shape, pads, spatial_rank, taps, window},
};
use crate::{
    kernel::Kernel,
    kernels::{
        correlation::{Bias, Channels, Correlation},
        taps::{Taps, WindowAxis},
    },
};

/// A convolution or its transpose, over any number of axes.
#[derive(Debug)]
pub(crate) struct Convolution {
    pub(super) groups: usize,
    pub(super) axes: Vec<WindowAxis>,
    direction: Direction,
    batch: usize,
    inputs: usize,
    outputs: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Sliding,
    Transposed,
}

impl Convolution {
    /// The attributes of `Conv` and its forms on integers.
    pub(super) const SLIDING: &[&str] = &[
        "auto_pad",
        "dilations",
        "group",
        "kernel_shape",
        "pads",
        "strides",
    ];

    /// As `Conv` and its forms on integers describe it; weights are `[outputs, inputs / groups, kernel…]`.
    pub(crate) fn sliding(
        context: &NodeContext<'_>,
        input: &[usize],
        weights: &[usize],
    ) -> Result<Self, BackendError> {
        let groups = context.extent("attribute `group`", context.int("group", 1)?)?;
        if input.len() < 3
            || weights.len() != input.len()
            || groups == 0
            || weights.contains(&0)
            || !weights[0].is_multiple_of(groups)
            || weights[1].checked_mul(groups) != Some(input[1])
        {
            return Err(mismatch(context, input, weights, groups));
        }
        let kernel = kernel(context, weights)?;
        Ok(Self {
            groups,
            axes: window(context, input, kernel, Rounding::Down)?,
            direction: Direction::Sliding,
            batch: input[0],
            inputs: input[1],
            outputs: weights[0],
        })
    }

    /// As `ConvTranspose` describes it; weights are `[inputs, outputs / groups, kernel…]`.
    pub(super) fn transposed(
        context: &NodeContext<'_>,
        input: &[usize],
        weights: &[usize],
    ) -> Result<Self, BackendError> {
        let groups = context.extent("attribute `group`", context.int("group", 1)?)?;
        if input.len() < 3
            || weights.len() != input.len()
            || groups == 0
            || weights.contains(&0)
            || weights[0] != input[1]
            || !input[1].is_multiple_of(groups)
        {
            return Err(mismatch(context, input, weights, groups));
        }
        let kernel = kernel(context, weights)?;
        let outputs = weights[1]
            .checked_mul(groups)
            .ok_or_else(|| mismatch(context, input, weights, groups))?;
        Ok(Self {
            groups,
            axes: transposed_window(context, input, kernel)?,
            direction: Direction::Transposed,
            batch: input[0],
            inputs: input[1],
            outputs,
        })
    }

    pub(crate) fn output_shape(&self) -> Vec<usize> {
        output_shape(&[self.batch], self.outputs, &self.axes)
    }

    /// The node's first inputs: input, weights and perhaps a bias, checked against each other.
    pub(super) fn reads(&self, context: &NodeContext<'_>) -> Result<Vec<usize>, BackendError> {
        let bias = context.optional(2);
        if let Some(bias) = bias
            && bias.shape != [self.outputs]
        {
            return Err(context.malformed(format!(
                "biases of shape {:?} for {} output channels",
                bias.shape, self.outputs
            )));
        }
        let reads = match bias {
            None => vec![0, 1],
            Some(_) => vec![0, 1, 2],
        };
        let first = context.input(0)?.element_type;
        for &index in &reads {
            let element_type = context.input(index)?.element_type;
            if element_type != first {
                return Err(context.malformed(format!(
                    "input {index} holds {element_type} elements, the first {first}"
                )));
            }
        }
        Ok(reads)
    }

    /// Computes it from `reads`: input, weights and perhaps a bias, all of one type.
    pub(super) fn lower(
        &self,
        context: &NodeContext<'_>,
        element_type: ElementType,
        reads: Vec<usize>,
    ) -> Result<Lowered, BackendError> {
        let (group_inputs, group_outputs) = (self.inputs / self.groups, self.outputs / self.groups);
        let plane = |extent: fn(&WindowAxis) -> usize| self.axes.iter().map(extent).product();
        let kernel_plane: usize = plane(|axis| axis.kernel);
        let (output_step, input_step) = match self.direction {
            Direction::Sliding => (group_inputs * kernel_plane, kernel_plane),
            Direction::Transposed => (kernel_plane, group_outputs * kernel_plane),
        };
        let channels = Channels {
            batch: self.batch,
            groups: self.groups,
            group_inputs,
            group_outputs,
            input_plane: plane(|axis| axis.input),
            output_plane: plane(|axis| axis.output),
            kernel_plane,
            group_step: group_inputs * group_outputs * kernel_plane,
            output_step,
            input_step,
        };
        let list = match self.direction {
            Direction::Sliding => Taps::sliding,
            Direction::Transposed => Taps::transposed,
        };
        let taps = taps(context, &self.axes, list)?;
        let bias = match reads.len() {
            2 => Bias::Zero,
            _ => Bias::Input,
        };
        let kernel: Box<dyn Kernel> = match element_type {
            ElementType::F32 => Box::new(Correlation::<f32>::new(channels, taps, bias)),
            ElementType::F64 => Box::new(Correlation::<f64>::new(channels, taps, bias)),
            ElementType::I32 => Box::new(Correlation::<i32>::new(channels, taps, bias)),
            other => return Err(context.unsupported(format!("{other} elements"))),
        };
        Ok(Lowered::new(
            element_type,
            self.output_shape(),
            How::Compute { reads, kernel },
        ))
    }
}

fn mismatch(
    context: &NodeContext<'_>,
    input: &[usize],
    weights: &[usize],
    groups: usize,
) -> BackendError {
    context.malformed(format!(
        "input {input:?}, weights {weights:?} and {groups} groups do not fit together"
    ))
}

/// The kernel's extents, which the weights have and an attribute may repeat.
fn kernel<'w>(
    context: &NodeContext<'_>,
    weights: &'w [usize],
) -> Result<&'w [usize], BackendError> {
    let kernel = &weights[2..];
    if let Some(stated) = extents(context, "kernel_shape", kernel.len())?
        && stated != kernel
    {
        return Err(context.malformed(format!(
            "kernel_shape is {stated:?}, the weights have {kernel:?}"
        )));
    }
    Ok(kernel)
}

/// The window of the convolution that a `ConvTranspose` reverses.
fn transposed_window(
    context: &NodeContext<'_>,
    shape: &[usize],
    kernel: &[usize],
) -> Result<Vec<WindowAxis>, BackendError> {
    let rank = spatial_rank(context, shape)?;
    let strides = extents(context, "strides", rank)?.unwrap_or_else(|| vec![1; rank]);
    let dilations = extents(context, "dilations", rank)?.unwrap_or_else(|| vec![1; rank]);
    let stated = extents(context, "output_shape", rank)?;
    let pads = pads(context, rank)?;
    let added = match context.ints("output_padding")? {
        None => vec![0; rank],
        Some(values) if values.len() == rank => values
            .iter()
            .map(|&value| context.extent("an output padding", value))
            .collect::<Result<_, _>>()?,
        Some(values) => {
            return Err(context.malformed(format!(
                "output_padding {values:?} over {rank} spatial axes"
            )));
        }
    };
    let auto_pad = context.string("auto_pad", "NOTSET")?;
    let same = match auto_pad {
        "NOTSET" | "VALID" => false,
        "SAME_UPPER" | "SAME_LOWER" => true,
        other => return Err(context.unsupported(format!("auto_pad `{other}`"))),
    };
    let mut window = Vec::with_capacity(rank);
    for axis in 0..rank {
        let along = Along {
            input: shape[axis + 2],
            kernel: kernel[axis],
            stride: strides[axis],
            dilation: dilations[axis],
        };
        let reach = along.reach(context)?;
        let overflow = || {
            context.malformed(format!(
                "an axis of {} with stride {} and a kernel that spans {reach}",
                along.input, along.stride
            ))
        };
        let full = (along.input - 1)
            .checked_mul(along.stride)
            .and_then(|full| full.checked_add(added[axis]))
            .and_then(|full| full.checked_add(reach))
            .and_then(|full| isize::try_from(full).ok())
            .ok_or_else(overflow)?;
        let wanted = match &stated {
            Some(stated) => Some(stated[axis]),
            // Nothing is added where the windows leave gaps between them.
            None if same => {
                let same = along.input.checked_mul(along.stride).ok_or_else(overflow)?;
                Some(same.min(full.unsigned_abs()))
            }
            None => None,
        };
        let (begin, end, output) = match wanted {
            // Padding is cut off as far as the output is shorter than all that the windows reach.
            Some(output) => {
                let wanted = isize::try_from(output).map_err(|_| overflow())?;
                let total = (full - wanted).max(0);
                let (less, more) = (total / 2, total - total / 2);
                match auto_pad {
                    "SAME_UPPER" => (less, more, output),
                    _ => (more, less, output),
                }
            }
            None => {
                let (begin, end) = (pads[axis], pads[rank + axis]);
                let output = full
                    .checked_sub(begin)
                    .and_then(|output| output.checked_sub(end))
                    .and_then(|output| usize::try_from(output).ok())
                    .filter(|&output| output > 0)
                    .ok_or_else(|| {
                        context.malformed(format!(
                            "an output of {full} with pads {begin} and {end} cut off"
                        ))
                    })?;
                (begin, end, output)
            }
        };
        window.push(WindowAxis {
            input: along.input,
            output,
            kernel: along.kernel,
            stride: along.stride,
            dilation: along.dilation,
            begin,
            end,
        });
    }
    let all = |extent: fn(&WindowAxis) -> usize| window.iter().map(extent).collect::<Vec<_>>();
    context.check_memory("the window", &all(|axis| axis.kernel))?;
    context.check_memory("the output", &all(|axis| axis.output))?;
    Ok(window)
}
