use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext};
use crate::kernels::{
    conv::Window,
    pool::{GlobalPool, Pool, Reduction, counts},
};

/// How an output's extent is rounded where the windows do not fill the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    Down,
    Up,
}

/// The sliding window that `Conv` and the pools describe by the same attributes, over the axes behind batch
/// and channels.
pub(super) fn window(
    context: &NodeContext<'_>,
    shape: &[usize],
    kernel: &[usize],
    rounding: Rounding,
) -> Result<Window, BackendError> {
    let input = shape.get(2..).unwrap_or(&[]);
    let rank = input.len();
    if !(1..=2).contains(&rank) {
        return Err(context.unsupported(format!(
            "an input with {} axes, only one or two spatial axes are executed",
            shape.len()
        )));
    }
    if kernel.len() != rank {
        return Err(context.malformed(format!(
            "a kernel with {} axes over {rank} spatial axes",
            kernel.len()
        )));
    }
    let strides = extents(context, "strides", rank)?.unwrap_or_else(|| vec![1; rank]);
    let dilations = extents(context, "dilations", rank)?.unwrap_or_else(|| vec![1; rank]);
    let pads = match context.ints("pads")? {
        None => vec![0; 2 * rank],
        Some(pads) if pads.len() == 2 * rank => pads.to_vec(),
        Some(pads) => {
            return Err(context.malformed(format!("{} pads, expected {}", pads.len(), 2 * rank)));
        }
    };
    if pads.iter().any(|&pad| pad < 0) {
        return Err(context.unsupported(format!("negative pads {pads:?}")));
    }
    let auto_pad = context.string("auto_pad", "NOTSET")?;
    if auto_pad != "NOTSET" && pads.iter().any(|&pad| pad != 0) {
        return Err(context.malformed(format!("pads together with auto_pad {auto_pad}")));
    }
    let mut window = Window {
        input: [1; 2],
        output: [1; 2],
        kernel: [1; 2],
        strides: [1; 2],
        dilations: [1; 2],
        pads_begin: [0; 2],
        pads_end: [0; 2],
    };
    for axis in 0..rank {
        let given = (
            context.extent("a pad", pads[axis])?,
            context.extent("a pad", pads[rank + axis])?,
        );
        let along = Along {
            input: input[axis],
            kernel: kernel[axis],
            stride: strides[axis],
            dilation: dilations[axis],
        };
        let (begin, end) = along.pads(context, auto_pad, given)?;
        let place = axis + 2 - rank;
        window.input[place] = along.input;
        window.kernel[place] = along.kernel;
        window.strides[place] = along.stride;
        window.dilations[place] = along.dilation;
        window.pads_begin[place] = begin;
        window.pads_end[place] = end;
        window.output[place] = along.output(context, (begin, end), rounding)?;
    }
    let [height, width] = window.padded();
    context.check_memory("the padded input", &[shape[1], height, width])?;
    context.check_memory("the window", &window.kernel)?;
    context.check_memory("the output", &window.output)?;
    Ok(window)
}

/// The shape of what a window yields: batch, channels and the window's spatial axes.
pub(super) fn output_shape(shape: &[usize], channels: usize, window: &Window) -> Vec<usize> {
    let mut output = vec![shape[0], channels];
    output.extend(&window.output[4 - shape.len()..]);
    output
}

/// A list of positive extents, one per spatial axis.
pub(super) fn extents(
    context: &NodeContext<'_>,
    name: &str,
    rank: usize,
) -> Result<Option<Vec<usize>>, BackendError> {
    let Some(values) = context.ints(name)? else {
        return Ok(None);
    };
    let extents: Option<Vec<usize>> = values
        .iter()
        .map(|&value| usize::try_from(value).ok().filter(|&value| value > 0))
        .collect();
    match extents {
        Some(extents) if extents.len() == rank => Ok(Some(extents)),
        _ => Err(context.malformed(format!(
            "attribute `{name}` is {values:?} over {rank} spatial axes"
        ))),
    }
}

/// One axis of a window.
#[derive(Debug, Clone, Copy)]
struct Along {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
}

impl Along {
    /// The extent that a dilated kernel spans.
    fn reach(self, context: &NodeContext<'_>) -> Result<usize, BackendError> {
        (self.kernel - 1)
            .checked_mul(self.dilation)
            .and_then(|reach| reach.checked_add(1))
            .ok_or_else(|| {
                context.malformed(format!(
                    "a kernel of {} with dilation {}",
                    self.kernel, self.dilation
                ))
            })
    }

    fn pads(
        self,
        context: &NodeContext<'_>,
        auto_pad: &str,
        given: (usize, usize),
    ) -> Result<(usize, usize), BackendError> {
        let same = || {
            // As many windows as strides begin inside the input.
            let covered = (self.input.div_ceil(self.stride) - 1).saturating_mul(self.stride);
            Ok::<_, BackendError>(
                covered
                    .saturating_add(self.reach(context)?)
                    .saturating_sub(self.input),
            )
        };
        match auto_pad {
            "NOTSET" => Ok(given),
            "VALID" => Ok((0, 0)),
            "SAME_UPPER" => same().map(|total| (total / 2, total - total / 2)),
            "SAME_LOWER" => same().map(|total| (total - total / 2, total / 2)),
            other => Err(context.unsupported(format!("auto_pad `{other}`"))),
        }
    }

    fn output(
        self,
        context: &NodeContext<'_>,
        (begin, end): (usize, usize),
        rounding: Rounding,
    ) -> Result<usize, BackendError> {
        let reach = self.reach(context)?;
        let free = self
            .input
            .checked_add(begin)
            .and_then(|sum| sum.checked_add(end))
            .and_then(|padded| padded.checked_sub(reach))
            .ok_or_else(|| {
                context.malformed(format!(
                    "a kernel that spans {reach} over an axis of {} with pads {begin} and {end}",
                    self.input
                ))
            })?;
        let output = match rounding {
            Rounding::Down => free / self.stride + 1,
            Rounding::Up => {
                let output = free.div_ceil(self.stride) + 1;
                // A window that would begin in the padding behind the input is left out.
                if (output - 1).saturating_mul(self.stride) >= self.input + begin {
                    output - 1
                } else {
                    output
                }
            }
        };
        Ok(output)
    }
}

/// Lowers a pool over sliding windows.
pub(super) fn lower_pool(
    context: &NodeContext<'_>,
    reduction: Reduction,
) -> Result<Vec<Lowered>, BackendError> {
    let shape = context.f32_input(0)?.shape;
    let rank = shape.len().saturating_sub(2);
    let kernel = extents(context, "kernel_shape", rank)?
        .ok_or_else(|| context.malformed("attribute `kernel_shape` is missing"))?;
    let rounding = if context.flag("ceil_mode", 0)? {
        Rounding::Up
    } else {
        Rounding::Down
    };
    let window = window(context, shape, &kernel, rounding)?;
    if [0, 1]
        .iter()
        .any(|&axis| counts(Reduction::Max, &window, axis).contains(&0))
    {
        return Err(context.unsupported("windows that lie in the padding alone"));
    }
    Ok(Lowered::compute(
        ElementType::F32,
        output_shape(shape, shape[1], &window),
        vec![0],
        Pool::new(context.level, reduction, window),
    ))
}

/// Lowers a pool over all spatial axes.
pub(super) fn lower_global_pool(
    context: &NodeContext<'_>,
    reduction: Reduction,
) -> Result<Vec<Lowered>, BackendError> {
    let shape = context.f32_input(0)?.shape;
    if shape.len() < 3 {
        return Err(context.malformed(format!("an input with {} axes", shape.len())));
    }
    let mut output = shape[..2].to_vec();
    output.resize(shape.len(), 1);
    let plane = shape[2..].iter().product();
    Ok(Lowered::compute(
        ElementType::F32,
        output,
        vec![0],
        GlobalPool { reduction, plane },
    ))
}
