use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow},
};

use super::{
    How, Lowered, NodeContext, Operator,
    blocks::lookup,
    resampling::{Antialias, Coordinates, Edge, Filter, Nearest, Resampling, per_axis, scaled},
};
use crate::{
    buffer::{Buffer, Slice},
    kernels::{
        cast::{Cast, convert},
        interpolate::Interpolate,
        lookup::Lookup,
    },
    shape::element_count,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Resize",
    inputs: 1..=4,
    attributes: &[
        "antialias",
        "axes",
        "coordinate_transformation_mode",
        "cubic_coeff_a",
        "exclude_outside",
        "extrapolation_value",
        "keep_aspect_ratio_policy",
        "mode",
        "nearest_mode",
    ],
    lower,
    ..Operator::ANY_TYPE
};

/// How the elements of a resized tensor come of those around them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method {
    Nearest(Nearest),
    Weighted(Filter, Antialias, Edge),
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let method = method(context)?;
    if context.opset == 10 {
        let method = match method {
            // Before opset 11, positions that lie between two elements are cut down where an axis grows, and rounded
            // up where it shrinks.
            Method::Nearest(_) => None,
            weighted => Some(weighted),
        };
        return resize(context, &scales_alone(context, 1)?, method, 0.0);
    }
    if context.opset < 10 {
        return Err(context.malformed("the operator came with opset 10"));
    }
    let axes = resamplings(context)?;
    let outside = context.float("extrapolation_value", 0.0)?;
    resize(context, &axes, Some(method), outside)
}

/// Axes that are resized by the scales in input `index`, as before opset 11.
fn scales_alone(context: &NodeContext<'_>, index: usize) -> Result<Vec<Resampling>, BackendError> {
    asymmetric(context, context.required_constant::<f32>(index)?)
}

/// Axes of which the first elements stay in place.
pub(super) fn asymmetric(
    context: &NodeContext<'_>,
    scales: &[f32],
) -> Result<Vec<Resampling>, BackendError> {
    let shape = context.input(0)?.shape;
    if scales.len() != shape.len() {
        let counts = (scales.len(), shape.len());
        return Err(context.malformed(format!("{} scales for {} axes", counts.0, counts.1)));
    }
    let axes = shape.iter().zip(scales);
    axes.map(|(&extent, &scale)| {
        Ok(Resampling {
            extent,
            resized: scaled_extent(context, extent, scale)?,
            scale,
            width: scale * extent as f32,
            roi: (0.0, 1.0),
            coordinates: Coordinates::Asymmetric,
        })
    })
    .collect()
}

fn scaled_extent(
    context: &NodeContext<'_>,
    extent: usize,
    scale: f32,
) -> Result<usize, BackendError> {
    scaled(extent, scale)
        .ok_or_else(|| context.malformed(format!("an axis of {extent} scaled by {scale}")))
}

fn method(context: &NodeContext<'_>) -> Result<Method, BackendError> {
    let antialias = match context.flag("antialias", 0)? {
        true => Antialias::On,
        false => Antialias::Off,
    };
    let edge = match context.flag("exclude_outside", 0)? {
        true => Edge::Excluded,
        false => Edge::Repeated,
    };
    Ok(match context.string("mode", "nearest")? {
        "nearest" if antialias == Antialias::On => {
            return Err(context.malformed("antialiasing of mode `nearest`"));
        }
        "nearest" => Method::Nearest(nearest(context)?),
        "linear" => Method::Weighted(Filter::Linear, antialias, edge),
        "cubic" => {
            let a = context.float("cubic_coeff_a", -0.75)?;
            Method::Weighted(Filter::Cubic(a.into()), antialias, edge)
        }
        other => return Err(context.unsupported(format!("mode `{other}`"))),
    })
}

fn nearest(context: &NodeContext<'_>) -> Result<Nearest, BackendError> {
    Ok(
        match context.string("nearest_mode", "round_prefer_floor")? {
            "round_prefer_floor" => Nearest::RoundPreferFloor,
            "round_prefer_ceil" => Nearest::RoundPreferCeil,
            "floor" => Nearest::Floor,
            "ceil" => Nearest::Ceil,
            other => return Err(context.unsupported(format!("nearest_mode `{other}`"))),
        },
    )
}

fn coordinates(context: &NodeContext<'_>) -> Result<Coordinates, BackendError> {
    Ok(
        match context.string("coordinate_transformation_mode", "half_pixel")? {
            "half_pixel" => Coordinates::HalfPixel,
            "half_pixel_symmetric" => Coordinates::HalfPixelSymmetric,
            "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
            "align_corners" => Coordinates::AlignCorners,
            "asymmetric" => Coordinates::Asymmetric,
            "tf_half_pixel_for_nn" => Coordinates::TfHalfPixelForNn,
            "tf_crop_and_resize" => Coordinates::TfCropAndResize,
            other => {
                return Err(
                    context.unsupported(format!("coordinate_transformation_mode `{other}`"))
                );
            }
        },
    )
}

/// How every axis is resized, from opset 11 on.
fn resamplings(context: &NodeContext<'_>) -> Result<Vec<Resampling>, BackendError> {
    let shape = context.input(0)?.shape;
    let rank = shape.len();
    let axes: Vec<usize> = match context.ints("axes")? {
        None => (0..rank).collect(),
        Some(axes) => {
            context.axes(axes, rank)?;
            axes.iter()
                .map(|&axis| context.axis(axis, rank))
                .collect::<Result<_, _>>()?
        }
    };
    let coordinates = coordinates(context)?;
    let (mut starts, mut ends) = (vec![0.0; rank], vec![1.0; rank]);
    if coordinates == Coordinates::TfCropAndResize {
        let roi = context.constant_as::<f32>(1)?;
        let (first, last) = roi.split_at(roi.len() / 2);
        starts = per_axis(context, ("starts of `roi`", first), &axes, starts)?;
        ends = per_axis(context, ("ends of `roi`", last), &axes, ends)?;
    }
    let given = |index| {
        let operand = context.optional(index)?;
        (operand.shape != [0]).then_some(index)
    };
    let extents: Vec<(usize, f32, f32)> = match (given(2), given(3)) {
        (Some(index), None) => {
            let scales = ("scales", context.required_constant::<f32>(index)?);
            let scales = per_axis(context, scales, &axes, vec![1.0; rank])?;
            let axes = shape.iter().zip(scales);
            axes.map(|(&extent, scale)| {
                let resized = scaled_extent(context, extent, scale)?;
                Ok((resized, scale, scale * extent as f32))
            })
            .collect::<Result<_, BackendError>>()?
        }
        (None, Some(index)) => sized(context, context.required_constant(index)?, &axes)?,
        (scales, sizes) => {
            let count = usize::from(scales.is_some()) + usize::from(sizes.is_some());
            return Err(context.malformed(format!("{count} of `scales` and `sizes`, expected one")));
        }
    };
    let rois = starts.into_iter().zip(ends);
    Ok(shape
        .iter()
        .zip(extents)
        .zip(rois)
        .map(|((&extent, (resized, scale, width)), roi)| Resampling {
            extent,
            resized,
            scale,
            width,
            roi,
            coordinates,
        })
        .collect())
}

/// The extent, the scale and the extent before it was rounded of every axis, where `sizes` are wanted.
fn sized(
    context: &NodeContext<'_>,
    sizes: &[i64],
    axes: &[usize],
) -> Result<Vec<(usize, f32, f32)>, BackendError> {
    let shape = context.input(0)?.shape;
    let sizes: Vec<usize> = sizes
        .iter()
        .map(|&size| context.extent("a size", size))
        .collect::<Result<_, _>>()?;
    let resized = per_axis(context, ("sizes", &sizes), axes, shape.to_vec())?;
    let scale = |axis: usize| resized[axis] as f32 / shape[axis] as f32;
    let scales = axes.iter().map(|&axis| scale(axis));
    let common = match context.string("keep_aspect_ratio_policy", "stretch")? {
        "stretch" => None,
        "not_larger" => Some(scales.fold(f32::INFINITY, f32::min)),
        "not_smaller" => Some(scales.fold(0.0, f32::max)),
        other => return Err(context.unsupported(format!("keep_aspect_ratio_policy `{other}`"))),
    };
    (0..shape.len())
        .map(|axis| match common {
            Some(scale) if axes.contains(&axis) => {
                let width = scale * shape[axis] as f32;
                // Halves are rounded up.
                let resized = scaled_extent(context, 1, width + 0.5)?;
                Ok((resized, scale, width))
            }
            _ => Ok((resized[axis], scale(axis), resized[axis] as f32)),
        })
        .collect()
}

/// Lowers a node whose first input is resized along each axis. `method` is `None` for the rounding of opset 10, and
/// `outside` the value of elements that lie outside of the input.
pub(super) fn resize(
    context: &NodeContext<'_>,
    axes: &[Resampling],
    method: Option<Method>,
    outside: f32,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let shape: Vec<usize> = axes.iter().map(|axis| axis.resized).collect();
    context.check_memory("the output", &shape)?;
    if input.shape.contains(&0) && !shape.contains(&0) {
        return Err(context.malformed(format!("shape {:?} resized to {shape:?}", input.shape)));
    }
    let fill = |element_type| {
        convert(Slice::F32(&[outside]), ElementType::F32, 1, element_type)
            .ok_or_else(|| context.unsupported(format!("{element_type} elements")))
    };
    let own_fill = fill(input.element_type)?;
    let rule = |axis: &Resampling| match method {
        Some(Method::Nearest(rule)) => rule,
        _ if axis.scale < 1.0 => Nearest::Ceil,
        _ => Nearest::Floor,
    };
    match method {
        _ if shape.contains(&0) => lookup(context, shape, None, |_| vec![]),
        None | Some(Method::Nearest(_)) => lookup(context, shape, Some(own_fill), |_| {
            axes.iter()
                .map(|axis| match axis.is_identity() {
                    true => (0..axis.extent).map(Some).collect(),
                    false => axis.nearest(rule(axis)),
                })
                .collect()
        }),
        Some(Method::Weighted(filter, antialias, edge)) => {
            let (from, computed) = match input.element_type {
                ElementType::F16 | ElementType::BF16 => (input.element_type, ElementType::F32),
                ElementType::F32 | ElementType::F64 => (input.element_type, input.element_type),
                other => {
                    return Err(context.unsupported(format!(
                        "{other} elements, which only mode `nearest` resizes"
                    )));
                }
            };
            let overflow = Overflow::Saturate;
            let cast = |to, shape: &[usize], value, from| {
                context.step(to, shape.to_vec(), vec![value], Cast { from, overflow })
            };
            let mut value = 0;
            if from != computed {
                value = cast(computed, input.shape, value, from);
            }
            value = weighted(context, axes, (filter, antialias, edge), (computed, value))?;
            value = extrapolated(context, axes, fill(computed)?, (computed, value))?;
            if from != computed {
                value = cast(from, &shape, value, computed);
            }
            Ok(vec![Lowered::new(from, shape, How::Alias(value))])
        }
    }
}

/// Resizes one axis after another, and returns the value that comes of it.
fn weighted(
    context: &NodeContext<'_>,
    axes: &[Resampling],
    (filter, antialias, edge): (Filter, Antialias, Edge),
    (element_type, mut value): (ElementType, usize),
) -> Result<usize, BackendError> {
    let mut shape: Vec<usize> = axes.iter().map(|axis| axis.extent).collect();
    for (index, axis) in axes.iter().enumerate() {
        if axis.is_identity() {
            continue;
        }
        context.check_memory("the weights", &[axis.n_taps(filter, antialias), 4])?;
        shape[index] = axis.resized;
        context.check_memory("an intermediate result", &shape)?;
        let inner = element_count(&shape[index + 1..]).unwrap_or(usize::MAX);
        let kernel = Interpolate::new(axis.extent, inner, axis.taps(filter, antialias, edge));
        value = context.step(element_type, shape.clone(), vec![value], kernel);
    }
    Ok(value)
}

/// Overwrites what lies outside of the input along any axis, where it is not extended.
fn extrapolated(
    context: &NodeContext<'_>,
    axes: &[Resampling],
    fill: Buffer,
    (element_type, value): (ElementType, usize),
) -> Result<usize, BackendError> {
    let inside: Vec<Vec<Option<usize>>> = axes
        .iter()
        .map(|axis| match axis.is_identity() {
            true => (0..axis.extent).map(Some).collect(),
            false => axis.inside(),
        })
        .collect();
    if inside.iter().flatten().all(Option::is_some) {
        return Ok(value);
    }
    let shape: Vec<usize> = axes.iter().map(|axis| axis.resized).collect();
    let kernel = Lookup::new(fill, &shape, inside);
    let kernel =
        kernel.ok_or_else(|| context.unsupported(format!("a tensor with {} axes", shape.len())))?;
    Ok(context.step(element_type, shape, vec![value], kernel))
}
