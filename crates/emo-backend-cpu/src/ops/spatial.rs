use std::marker::PhantomData;

use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{How, Lowered, NodeContext, integer::byte_scale};
use crate::{
    form::Form,
    kernel::Kernel,
    kernels::{
        channels_last_pool::ChannelsLastPool,
        integer_mean::IntegerMean,
        pool::{Pool, Reduction},
        real::with_real,
        taps::{MAX_SPATIAL, Taps, WindowAxis},
        window::Window,
        window_pool::{PlanePool, PlaneReduction, Planes, Summary, WindowSum},
    },
    shape::element_count,
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
) -> Result<Vec<WindowAxis>, BackendError> {
    let input = shape.get(2..).unwrap_or(&[]);
    let rank = spatial_rank(context, shape)?;
    if kernel.len() != rank {
        return Err(context.malformed(format!(
            "a kernel with {} axes over {rank} spatial axes",
            kernel.len()
        )));
    }
    let strides = extents(context, "strides", rank)?.unwrap_or_else(|| vec![1; rank]);
    let dilations = extents(context, "dilations", rank)?.unwrap_or_else(|| vec![1; rank]);
    let pads = pads(context, rank)?;
    let auto_pad = context.string("auto_pad", "NOTSET")?;
    let mut window = Vec::with_capacity(rank);
    for axis in 0..rank {
        let along = Along {
            input: input[axis],
            kernel: kernel[axis],
            stride: strides[axis],
            dilation: dilations[axis],
        };
        let (begin, end) = along.pads(context, auto_pad, (pads[axis], pads[rank + axis]))?;
        let output = along.output(context, (begin, end), rounding)?;
        window.push(WindowAxis {
            input: along.input,
            output,
            kernel: along.kernel,
            // What nothing is multiplied with may be of any size.
            stride: if output > 1 { along.stride } else { 1 },
            dilation: if along.kernel > 1 { along.dilation } else { 1 },
            begin,
            end,
        });
    }
    let all = |extent: fn(&WindowAxis) -> usize| window.iter().map(extent).collect::<Vec<_>>();
    let padded = [&shape[1..2], &all(WindowAxis::padded)].concat();
    context.check_memory("the padded input", &padded)?;
    context.check_memory("the window", &all(|axis| axis.kernel))?;
    context.check_memory("the output", &all(|axis| axis.output))?;
    Ok(window)
}

/// How many axes lie behind batch and channels.
pub(super) fn spatial_rank(
    context: &NodeContext<'_>,
    shape: &[usize],
) -> Result<usize, BackendError> {
    match shape.len().saturating_sub(2) {
        0 => Err(context.malformed(format!("an input with {} axes", shape.len()))),
        rank if rank > MAX_SPATIAL => Err(context.unsupported(format!(
            "an input with {} axes, at most {MAX_SPATIAL} spatial axes are executed",
            shape.len()
        ))),
        rank => Ok(rank),
    }
}

/// The pads that the attribute states: all at the beginnings of axes, then all at their ends.
pub(super) fn pads(context: &NodeContext<'_>, rank: usize) -> Result<Vec<isize>, BackendError> {
    let Some(pads) = context.ints("pads")? else {
        return Ok(vec![0; 2 * rank]);
    };
    if pads.len() != 2 * rank {
        return Err(context.malformed(format!("{} pads, expected {}", pads.len(), 2 * rank)));
    }
    let auto_pad = context.string("auto_pad", "NOTSET")?;
    if auto_pad != "NOTSET" && pads.iter().any(|&pad| pad != 0) {
        return Err(context.malformed(format!("pads together with auto_pad {auto_pad}")));
    }
    pads.iter()
        .map(|&pad| isize::try_from(pad).map_err(|_| context.malformed(format!("a pad is {pad}"))))
        .collect()
}

/// A window over one or two axes that cuts nothing off, as the faster kernels take it.
pub(super) fn flat_window(axes: &[WindowAxis]) -> Option<Window> {
    let mut window = Window {
        input: [1; 2],
        output: [1; 2],
        kernel: [1; 2],
        strides: [1; 2],
        dilations: [1; 2],
        pads_begin: [0; 2],
        pads_end: [0; 2],
    };
    let first = 2_usize.checked_sub(axes.len())?;
    for (place, axis) in (first..).zip(axes) {
        window.input[place] = axis.input;
        window.output[place] = axis.output;
        window.kernel[place] = axis.kernel;
        window.strides[place] = axis.stride;
        window.dilations[place] = axis.dilation;
        window.pads_begin[place] = usize::try_from(axis.begin).ok()?;
        window.pads_end[place] = usize::try_from(axis.end).ok()?;
    }
    Some(window)
}

/// Which inputs each output of a window is computed from, if the list of them is small enough.
pub(super) fn taps(
    context: &NodeContext<'_>,
    axes: &[WindowAxis],
    list: fn(&[WindowAxis]) -> Taps,
) -> Result<Taps, BackendError> {
    for axis in axes {
        // Each tap takes two numbers of 8 bytes; memory is counted in elements of 4.
        context.check_memory("the window's positions", &[4, axis.output, axis.kernel])?;
    }
    Ok(list(axes))
}

/// The shape of what a window yields: batch, channels and the window's spatial axes.
pub(super) fn output_shape(shape: &[usize], channels: usize, window: &[WindowAxis]) -> Vec<usize> {
    let mut output = vec![shape[0], channels];
    output.extend(window.iter().map(|axis| axis.output));
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
pub(super) struct Along {
    pub(super) input: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) dilation: usize,
}

impl Along {
    /// The extent that a dilated kernel spans.
    pub(super) fn reach(self, context: &NodeContext<'_>) -> Result<usize, BackendError> {
        (self.kernel - 1)
            .checked_mul(self.dilation)
            .and_then(|reach| reach.checked_add(1))
            .filter(|&reach| isize::try_from(reach).is_ok())
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
        given: (isize, isize),
    ) -> Result<(isize, isize), BackendError> {
        let same = || {
            // As many windows as strides begin inside the input.
            let covered = (self.input.div_ceil(self.stride) - 1).saturating_mul(self.stride);
            let total = covered
                .saturating_add(self.reach(context)?)
                .saturating_sub(self.input);
            Ok::<_, BackendError>(isize::try_from(total).unwrap_or(isize::MAX))
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
        (begin, end): (isize, isize),
        rounding: Rounding,
    ) -> Result<usize, BackendError> {
        let reach = self.reach(context)?;
        let free = self
            .input
            .checked_add_signed(begin)
            .and_then(|sum| sum.checked_add_signed(end))
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
                let inside = self.input.saturating_add_signed(begin);
                if (output - 1).saturating_mul(self.stride) >= inside {
                    output - 1
                } else {
                    output
                }
            }
        };
        Ok(output)
    }
}

/// The window that a pool's attributes describe.
pub(super) fn pool_window(
    context: &NodeContext<'_>,
    shape: &[usize],
) -> Result<Vec<WindowAxis>, BackendError> {
    let rank = shape.len().saturating_sub(2);
    let kernel = extents(context, "kernel_shape", rank)?
        .ok_or_else(|| context.malformed("attribute `kernel_shape` is missing"))?;
    let rounding = if context.flag("ceil_mode", 0)? {
        Rounding::Up
    } else {
        Rounding::Down
    };
    window(context, shape, &kernel, rounding)
}

/// The elements of one plane of a window's input and of its output.
pub(super) fn planes(axes: &[WindowAxis]) -> Planes {
    Planes {
        input: axes.iter().map(|axis| axis.input).product(),
        output: axes.iter().map(|axis| axis.output).product(),
    }
}

/// What a pool sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    /// The mean over the elements inside the input.
    Mean,
    /// The mean over the elements inside the input and its padding, which is zero.
    MeanWithPadding,
    /// The norm with this exponent.
    Lp(i32),
}

/// Lowers a pool of `f32`, or the maximum of bytes, if the input has its channels last.
pub(super) fn pool(
    context: &NodeContext<'_>,
    axes: &[WindowAxis],
    reduction: Reduction,
) -> Result<Option<Vec<Lowered>>, BackendError> {
    let input = context.input(0)?;
    let is_bytes = matches!(input.element_type, ElementType::I8 | ElementType::U8);
    let is_executed = match (reduction, input.scales) {
        (Reduction::Max, _) => is_bytes || input.element_type == ElementType::F32,
        (_, Some(_)) => is_bytes,
        (_, None) => input.element_type == ElementType::F32,
    };
    if !is_executed || input.form.interleaved.is_none() && input.scales.is_none() {
        return Ok(None);
    }
    let (Some(window), Some(read)) = (flat_window(axes), context.channels_last(0)?) else {
        return Ok(None);
    };
    let channels = input.shape[1];
    let shape = output_shape(input.shape, channels, axes);
    let form = Form::channels_last(&shape);
    let computed = |kernel: Box<dyn Kernel>| How::Compute {
        reads: vec![read],
        kernel,
    };
    if let (Some(scales), true) = (input.scales, reduction != Reduction::Max) {
        let mean = byte_scale(input.element_type, scales).and_then(|of| {
            let of = (of.scale, of.zero_point);
            IntegerMean::new(context.level, reduction, window, channels, of)
        });
        return Ok(mean.map(|mean| {
            let how = computed(Box::new(mean));
            vec![Lowered::new(ElementType::F32, shape, how).in_form(form)]
        }));
    }
    let kernel = ChannelsLastPool::new(context.level, reduction, window, channels);
    Ok(Some(vec![Lowered {
        element_type: input.element_type,
        shape,
        form: form.with_shift(input.element_type == ElementType::I8),
        how: computed(Box::new(kernel)),
        scales: input.scales.cloned(),
    }]))
}

/// Lowers a mean over sliding windows, of an input with the channels last.
pub(super) fn channels_last_mean(
    context: &NodeContext<'_>,
) -> Result<Option<Vec<Lowered>>, BackendError> {
    let reduction = if context.flag("count_include_pad", 0)? {
        Reduction::MeanWithPadding
    } else {
        Reduction::Mean
    };
    let axes = pool_window(context, context.input(0)?.shape)?;
    if taps(context, &axes, Taps::sliding)?.leave_gaps() {
        return Ok(None);
    }
    pool(context, &axes, reduction)
}

/// Lowers a maximum or mean over all positions, of an input with the channels last.
pub(super) fn channels_last_global(
    context: &NodeContext<'_>,
    reduction: Reduction,
) -> Result<Option<Vec<Lowered>>, BackendError> {
    let Some(spatial) = context.input(0)?.shape.get(2..) else {
        return Ok(None);
    };
    let axes: Vec<WindowAxis> = spatial
        .iter()
        .map(|&extent| WindowAxis {
            input: extent,
            output: 1,
            kernel: extent,
            stride: 1,
            dilation: 1,
            begin: 0,
            end: 0,
        })
        .collect();
    pool(context, &axes, reduction)
}

/// Lowers a pool that sums over sliding windows.
pub(super) fn lower_sum_pool(
    context: &NodeContext<'_>,
    sum: Sum,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let axes = pool_window(context, input.shape)?;
    let shape = output_shape(input.shape, input.shape[1], &axes);
    let taps = taps(context, &axes, Taps::sliding)?;
    if sum == Sum::Mean && taps.leave_gaps() {
        return Err(context.unsupported("windows that lie in the padding alone"));
    }
    let fast = match sum {
        Sum::Mean => Some(Reduction::Mean),
        Sum::MeanWithPadding if !taps.leave_gaps() => Some(Reduction::MeanWithPadding),
        _ => None,
    };
    if let (ElementType::F32, Some(reduction), Some(window)) =
        (input.element_type, fast, flat_window(&axes))
    {
        let kernel = Pool::new(context.level, reduction, window);
        return Ok(Lowered::compute(ElementType::F32, shape, vec![0], kernel));
    }
    let summary = match sum {
        Sum::Mean => Summary::Mean(taps.counts()),
        Sum::MeanWithPadding => Summary::Mean(axes.iter().map(WindowAxis::padded_counts).collect()),
        Sum::Lp(p) => Summary::Lp(p),
    };
    with_real!(
        input.element_type,
        T => {
            let kernel = WindowSum::<T>::new(planes(&axes), taps, summary);
            Ok(Lowered::compute(input.element_type, shape, vec![0], kernel))
        },
        else Err(context.unsupported(format!("{} elements", input.element_type)))
    )
}

/// Lowers a pool over all spatial axes.
pub(super) fn lower_global_pool(
    context: &NodeContext<'_>,
    reduction: PlaneReduction,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    if input.shape.len() < 3 {
        return Err(context.malformed(format!("an input with {} axes", input.shape.len())));
    }
    let mut output = input.shape[..2].to_vec();
    output.resize(input.shape.len(), 1);
    let plane = element_count(&input.shape[2..]).unwrap_or(usize::MAX);
    with_real!(
        input.element_type,
        T => {
            let kernel = PlanePool::<T> { reduction, plane, element: PhantomData };
            Ok(Lowered::compute(input.element_type, output, vec![0], kernel))
        },
        else Err(context.unsupported(format!("{} elements", input.element_type)))
    )
}

/// The exponent of a norm: a positive integer of moderate size.
pub(super) fn exponent(context: &NodeContext<'_>) -> Result<i32, BackendError> {
    let p = context.int("p", 2)?;
    i32::try_from(p)
        .ok()
        .filter(|&p| p > 0)
        .ok_or_else(|| context.malformed(format!("attribute `p` is {p}")))
}
