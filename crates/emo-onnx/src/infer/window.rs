//! Convolution and pooling: operators that slide a window over all axes but the first two.

use super::op::{Op, Outputs};
use crate::{Dim, OnnxError};

/// How a window goes along one axis.
struct Step {
    /// How far the window reaches, with its gaps.
    reach: Option<usize>,
    stride: usize,
    /// Padding at both ends together.
    pads: i64,
    /// Padding at the beginning.
    before: i64,
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    Given,
    Same,
    Valid,
}

pub(super) fn conv(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    convolve(op, out, 1, 2)
}

pub(super) fn deform_conv(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    convolve(op, out, 1, 3)
}

pub(super) fn conv_integer(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    convolve(op, out, 1, usize::MAX)
}

pub(super) fn qlinear_conv(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    convolve(op, out, 3, 8)
}

/// Convolution with the weight and the bias at these inputs.
fn convolve(op: &Op<'_>, out: &mut Outputs, weight: usize, bias: usize) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 3..=usize::MAX)? else {
        return convolve_unknown(op, out, weight);
    };
    let rank = shape.len();
    let weight = op.ranked(weight, rank..=rank)?;
    let spatial = shape.get(2..).unwrap_or_default();
    let kernel = kernel(op, spatial.len(), weight)?;
    let group = positive(op, "group", op.int("group")?)?;
    let mut features = Dim::Unknown;
    if let (Some([_, channels, ..]), Some([n_features, per_group, ..])) = (Some(shape), weight) {
        features = n_features.clone();
        if let (Dim::Fixed(channels), Dim::Fixed(per_group)) = (channels, per_group)
            && per_group.checked_mul(group) != Some(*channels)
        {
            return Err(op.extents(
                "the input's channels and the weight's channels for all groups",
                *channels,
                per_group.saturating_mul(group),
            ));
        }
        if let Dim::Fixed(n_features) = n_features
            && n_features % group != 0
        {
            let group = i64::try_from(group).unwrap_or(i64::MAX);
            return Err(op.setting("group", group, "a divisor of the weight's first extent"));
        }
    }
    if let Some([n_biases]) = op.ranked_if_present(bias, 1..=1)? {
        features = op.equal("the numbers of biases and features", &features, n_biases)?;
    }
    let mut result = vec![shape.first().cloned().unwrap_or(Dim::Unknown), features];
    let padding = padding(op)?;
    for (step, dim) in steps(op, &kernel, padding)?.iter().zip(spatial) {
        result.push(slide(op, step, dim, padding, Rounding::Down)?);
    }
    out.shape(0, result);
    Ok(())
}

/// Convolution of which the weight alone tells the number of axes.
fn convolve_unknown(op: &Op<'_>, out: &mut Outputs, weight: usize) -> Result<(), OnnxError> {
    if let Some(weight) = op.ranked(weight, 3..=usize::MAX)? {
        let mut result = vec![Dim::Unknown; weight.len()];
        if let (Some(features), Some(dim)) = (weight.first(), result.get_mut(1)) {
            *dim = features.clone();
        }
        out.shape(0, result);
    }
    Ok(())
}

pub(super) fn conv_transpose(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 3..=usize::MAX)? else {
        return Ok(());
    };
    let rank = shape.len();
    let weight = op.ranked(1, rank..=rank)?;
    let spatial = shape.get(2..).unwrap_or_default();
    let kernel = kernel(op, spatial.len(), weight)?;
    let group = positive(op, "group", op.int("group")?)?;
    let mut features = Dim::Unknown;
    if let (Some([_, channels, ..]), Some([n_channels, per_group, ..])) = (Some(shape), weight) {
        op.equal("the channels of input and weight", channels, n_channels)?;
        features = match per_group {
            Dim::Fixed(extent) => {
                Dim::Fixed(extent.checked_mul(group).ok_or_else(|| op.overflow())?)
            }
            other if group == 1 => other.clone(),
            _ => Dim::Unknown,
        };
    }
    if let Some([n_biases]) = op.ranked(2, 1..=1)? {
        features = op.equal("the numbers of biases and features", &features, n_biases)?;
    }
    let mut result = vec![shape.first().cloned().unwrap_or(Dim::Unknown), features];
    let padding = padding(op)?;
    let output_shape = counted(op, "output_shape", spatial.len())?;
    let output_padding = counted(op, "output_padding", spatial.len())?;
    for (axis, (step, dim)) in steps(op, &kernel, padding)?.iter().zip(spatial).enumerate() {
        if let Some(&extent) = output_shape.and_then(|shape| shape.get(axis)) {
            let extent = usize::try_from(extent)
                .map_err(|_| op.setting("output_shape", extent, "an extent"))?;
            result.push(Dim::Fixed(extent));
            continue;
        }
        let extra = output_padding.and_then(|extras| extras.get(axis));
        let extra = extra.copied().unwrap_or_default();
        result.push(match (dim, step.reach, padding) {
            (Dim::Fixed(0), _, _) => {
                return Err(op.extents("the extent to convolve and one at least", 0, 1));
            }
            (Dim::Fixed(extent), Some(reach), _) => {
                let positions = (extent - 1).checked_mul(step.stride);
                let total = positions
                    .and_then(|positions| positions.checked_add(reach))
                    .and_then(|total| i64::try_from(total).ok()?.checked_add(extra))
                    .ok_or_else(|| op.overflow())?;
                let total = match padding {
                    Padding::Same => {
                        let same = extent.checked_mul(step.stride);
                        let same = same.and_then(|same| i64::try_from(same).ok());
                        // Nothing is cut off where windows leave gaps between them.
                        total.min(same.ok_or_else(|| op.overflow())?)
                    }
                    Padding::Given | Padding::Valid => {
                        total.checked_sub(step.pads).ok_or_else(|| op.overflow())?
                    }
                };
                Dim::Fixed(
                    usize::try_from(total).map_err(|_| {
                        op.setting("pads", step.pads, "less than the output's extent")
                    })?,
                )
            }
            (dim, Some(_), Padding::Same) if step.stride == 1 && extra >= 0 => dim.clone(),
            (dim, Some(reach), _) if step.stride == 1 => {
                let grown = i64::try_from(reach - 1)
                    .ok()
                    .and_then(|grown| grown.checked_add(extra));
                if grown == Some(step.pads) {
                    dim.clone()
                } else {
                    Dim::Unknown
                }
            }
            _ => Dim::Unknown,
        });
    }
    out.shape(0, result);
    Ok(())
}

/// Convolution along one axis that looks back alone; the second output is what the next part looks back at.
pub(super) fn causal_conv(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let shape = op.ranked(0, 3..=3)?;
    out.shape(0, shape.map(<[Dim]>::to_vec));
    let (features, kept) = match op.ranked(1, 3..=3)? {
        Some([features, _, Dim::Fixed(reach @ 1..)]) => (features.clone(), Dim::Fixed(reach - 1)),
        _ => (Dim::Unknown, Dim::Unknown),
    };
    if let Some([batch, channels, _]) = shape {
        let channels = op.equal("the channels of input and weight", channels, &features)?;
        let mut result = vec![batch.clone(), channels, kept];
        if let Some(past) = op.ranked_if_present(3, 3..=3)? {
            for (dim, past) in result.iter_mut().zip(past) {
                *dim = op.equal("the extents of state and past state", dim, past)?;
            }
        }
        out.shape(1, result);
    }
    Ok(())
}

/// Pooling over windows; a second output holds positions.
pub(super) fn pool(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 3..=usize::MAX)? else {
        return Ok(());
    };
    let spatial = shape.get(2..).unwrap_or_default();
    let kernel = kernel(op, spatial.len(), None)?;
    let rounding = match op.int("ceil_mode")? {
        0 => Rounding::Down,
        _ => Rounding::Up,
    };
    let padding = padding(op)?;
    let mut result = shape.get(..2).unwrap_or_default().to_vec();
    for (step, dim) in steps(op, &kernel, padding)?.iter().zip(spatial) {
        result.push(slide(op, step, dim, padding, rounding)?);
    }
    if op.n_outputs() > 1 {
        out.shape(1, result.clone());
    }
    out.shape(0, result);
    Ok(())
}

/// Pooling over all of an image.
pub(super) fn global_pool(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some(shape) = op.ranked(0, 2..=usize::MAX)? {
        let mut result = shape.to_vec();
        result
            .iter_mut()
            .skip(2)
            .for_each(|dim| *dim = Dim::Fixed(1));
        out.shape(0, result);
    }
    Ok(())
}

/// The reverse of max pooling.
pub(super) fn unpool(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 3..=usize::MAX)? else {
        return Ok(());
    };
    let spatial = shape.get(2..).unwrap_or_default();
    let mut result = shape.get(..2).unwrap_or_default().to_vec();
    if op.has(2) {
        let entries = op.entries(2).filter(|entries| entries.len() == shape.len());
        result = match entries {
            Some(entries) => entries
                .iter()
                .map(|entry| entry.dim().unwrap_or(Dim::Unknown))
                .collect(),
            None => vec![Dim::Unknown; shape.len()],
        };
        out.shape(0, result);
        return Ok(());
    }
    let kernel = kernel(op, spatial.len(), None)?;
    for (step, dim) in steps(op, &kernel, Padding::Given)?.iter().zip(spatial) {
        result.push(match (dim, step.reach) {
            (Dim::Fixed(extent @ 1..), Some(reach)) => {
                let total = (extent - 1)
                    .checked_mul(step.stride)
                    .and_then(|positions| positions.checked_add(reach))
                    .and_then(|total| i64::try_from(total).ok())
                    .and_then(|total| usize::try_from(total.checked_sub(step.pads)?).ok());
                Dim::Fixed(total.ok_or_else(|| op.overflow())?)
            }
            _ => Dim::Unknown,
        });
    }
    out.shape(0, result);
    Ok(())
}

/// The extents of the window.
fn kernel(
    op: &Op<'_>,
    rank: usize,
    weight: Option<&[Dim]>,
) -> Result<Vec<Option<usize>>, OnnxError> {
    let of_weight = weight.and_then(|weight| weight.get(2..));
    let Some(given) = counted(op, "kernel_shape", rank)? else {
        return Ok(match of_weight {
            Some(dims) => dims
                .iter()
                .map(|dim| match dim {
                    Dim::Fixed(extent) => Some(*extent),
                    Dim::Symbol(_) | Dim::Unknown => None,
                })
                .collect(),
            None => vec![None; rank],
        });
    };
    let mut kernel = Vec::with_capacity(rank);
    for &extent in given {
        kernel.push(Some(positive(op, "kernel_shape", extent)?));
    }
    for (given, dim) in kernel.iter().zip(of_weight.unwrap_or_default()) {
        if let (Some(given), Dim::Fixed(extent)) = (given, dim)
            && given != extent
        {
            return Err(op.extents("the extents of `kernel_shape` and weight", *given, *extent));
        }
    }
    Ok(kernel)
}

fn padding(op: &Op<'_>) -> Result<Padding, OnnxError> {
    Ok(match op.text("auto_pad", "NOTSET")? {
        "SAME_UPPER" | "SAME_LOWER" => Padding::Same,
        "VALID" => Padding::Valid,
        _ => Padding::Given,
    })
}

fn steps(op: &Op<'_>, kernel: &[Option<usize>], padding: Padding) -> Result<Vec<Step>, OnnxError> {
    let rank = kernel.len();
    let strides = counted(op, "strides", rank)?;
    let dilations = counted(op, "dilations", rank)?;
    let pads = counted(op, "pads", 2 * rank)?;
    let number = |list: Option<&[i64]>, axis: usize, default: i64| {
        list.and_then(|list| list.get(axis))
            .copied()
            .unwrap_or(default)
    };
    kernel
        .iter()
        .enumerate()
        .map(|(axis, extent)| {
            let stride = positive(op, "strides", number(strides, axis, 1))?;
            let dilation = positive(op, "dilations", number(dilations, axis, 1))?;
            let reach = match extent {
                None => None,
                Some(0) => return Err(op.setting("kernel_shape", 0, "positive")),
                Some(extent) => Some(
                    (extent - 1)
                        .checked_mul(dilation)
                        .and_then(|gaps| gaps.checked_add(1))
                        .ok_or_else(|| op.overflow())?,
                ),
            };
            let (before, after) = match padding {
                Padding::Given => (number(pads, axis, 0), number(pads, axis + rank, 0)),
                Padding::Same | Padding::Valid => (0, 0),
            };
            let pads = before.checked_add(after).ok_or_else(|| op.overflow())?;
            Ok(Step {
                reach,
                stride,
                pads,
                before,
            })
        })
        .collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Rounding {
    Down,
    Up,
}

/// How often a window fits along an axis.
fn slide(
    op: &Op<'_>,
    step: &Step,
    dim: &Dim,
    padding: Padding,
    rounding: Rounding,
) -> Result<Dim, OnnxError> {
    let stride = step.stride;
    let extent = match (dim, padding) {
        (Dim::Fixed(extent), Padding::Same) => return Ok(Dim::Fixed(extent.div_ceil(stride))),
        (_, Padding::Same) if stride == 1 => return Ok(dim.clone()),
        (Dim::Fixed(extent), _) => *extent,
        // What the window takes away, padding may give back.
        (Dim::Symbol(_), _) => {
            let kept = step.reach.is_some_and(|reach| {
                i64::try_from(reach).is_ok_and(|reach| reach - 1 == step.pads)
            });
            return Ok(if stride == 1 && kept {
                dim.clone()
            } else {
                Dim::Unknown
            });
        }
        (Dim::Unknown, _) => return Ok(Dim::Unknown),
    };
    let Some(reach) = step.reach else {
        return Ok(Dim::Unknown);
    };
    let padded = i64::try_from(extent)
        .ok()
        .and_then(|extent| extent.checked_add(step.pads))
        .ok_or_else(|| op.overflow())?;
    let room = usize::try_from(padded)
        .ok()
        .and_then(|padded| padded.checked_sub(reach));
    let Some(room) = room else {
        let reach = i64::try_from(reach).unwrap_or(i64::MAX);
        return Err(op.setting(
            "the extent of the window",
            reach,
            "at most that of the padded input",
        ));
    };
    if rounding == Rounding::Down {
        return Ok(Dim::Fixed(room / stride + 1));
    }
    let count = room.div_ceil(stride) + 1;
    // A window that would begin in the padding at the end is left out.
    let begin = extent.saturating_add_signed(isize::try_from(step.before).unwrap_or_default());
    let last = (count - 1).saturating_mul(stride);
    Ok(Dim::Fixed(if last >= begin { count - 1 } else { count }))
}

/// The attribute `name`, which must have `len` numbers.
fn counted<'o>(
    op: &'o Op<'_>,
    name: &'static str,
    len: usize,
) -> Result<Option<&'o [i64]>, OnnxError> {
    match op.ints(name)? {
        // An empty list is what some writers make of an absent one.
        None | Some([]) => Ok(None),
        Some(list) if list.len() == len => Ok(Some(list)),
        Some(list) => {
            let what = match name {
                "kernel_shape" => "the length of `kernel_shape` and the axes of the window",
                "strides" => "the length of `strides` and the axes of the window",
                "dilations" => "the length of `dilations` and the axes of the window",
                "pads" => "the length of `pads` and twice the axes of the window",
                _ => "the length of a list and the axes of the window",
            };
            Err(op.extents(what, list.len(), len))
        }
    }
}

fn positive(op: &Op<'_>, name: &'static str, value: i64) -> Result<usize, OnnxError> {
    usize::try_from(value)
        .ok()
        .filter(|&value| value > 0)
        .ok_or_else(|| op.setting(name, value, "positive"))
}
