use emo_backend::{
    BackendError,
    emo_tensor::{ElementType, Overflow},
};

use super::{How, Lowered, NodeContext, parts::optional, value_ref::ValueRef};
use crate::{
    buffer::{Scalar, Slice},
    kernels::{
        binary::BinaryOp,
        granular::{GranularQuantize, Granularity, Precision},
        quantize::QuantAxis,
    },
    shape::broadcast,
};

/// Which elements of the first input share a scale of the second, whose shape the third's agrees with.
pub(super) fn granularity(
    context: &NodeContext<'_>,
    quantized: ElementType,
) -> Result<Granularity, BackendError> {
    let shape = context.input(0)?.shape;
    let scales = context.input(1)?;
    if !matches!(
        scales.element_type,
        ElementType::F32 | ElementType::F16 | ElementType::BF16 | ElementType::I32
    ) {
        return Err(context.unsupported(format!("scales of type {}", scales.element_type)));
    }
    if let Some(zero_points) = context.optional(2) {
        if zero_points.element_type != quantized {
            return Err(context.malformed(format!(
                "zero points of type {} for {quantized} elements",
                zero_points.element_type
            )));
        }
        let is_single = |shape: &[usize]| matches!(shape, [] | [1]);
        if zero_points.shape != scales.shape
            && !(is_single(zero_points.shape) && is_single(scales.shape))
        {
            return Err(context.malformed(format!(
                "scales of shape {:?} and zero points of shape {:?}",
                scales.shape, zero_points.shape
            )));
        }
    }
    refuse_scales(context, 1)?;
    let block = context.extent("attribute `block_size`", context.int("block_size", 0)?)?;
    let axis = || context.axis(context.int("axis", 1)?, shape.len());
    match (scales.shape, block) {
        ([] | [1], 0) => Ok(Granularity::Tensor),
        (&[steps], 0) => {
            let axis = axis()?;
            if shape[axis] != steps {
                return Err(
                    context.malformed(format!("{steps} scales along an axis of {}", shape[axis]))
                );
            }
            Ok(Granularity::Axis {
                extent: steps,
                inner: shape[axis + 1..].iter().product(),
            })
        }
        (scale_shape, 0) => {
            Err(context.malformed(format!("scales of shape {scale_shape:?} without blocks")))
        }
        (scale_shape, block) => {
            let axis = axis()?;
            let mut expected = shape.to_vec();
            expected[axis] = expected[axis].div_ceil(block);
            if scale_shape != expected {
                return Err(context.malformed(format!(
                    "scales of shape {scale_shape:?}, expected {expected:?} for blocks of {block}"
                )));
            }
            Ok(Granularity::Block {
                extent: shape[axis],
                inner: shape[axis + 1..].iter().product(),
                block,
            })
        }
    }
}

/// Refuses constant scales that are not positive.
pub(super) fn refuse_scales(context: &NodeContext<'_>, index: usize) -> Result<(), BackendError> {
    let bad = |scale: f32| !(scale.is_finite() && scale > 0.0);
    let found = match context.input(index)?.constant {
        Some(Slice::F32(scales)) => scales.iter().copied().find(|&scale| bad(scale)),
        Some(Slice::F16(scales)) => scales.iter().map(|s| s.to_f32()).find(|&scale| bad(scale)),
        Some(Slice::BF16(scales)) => scales.iter().map(|s| s.to_f32()).find(|&scale| bad(scale)),
        Some(Slice::I32(scales)) => scales.iter().map(|&s| s as f32).find(|&scale| bad(scale)),
        _ => None,
    };
    match found {
        Some(scale) => Err(context.malformed(format!("scale {scale}"))),
        None => Ok(()),
    }
}

/// The scales and zero points that inputs 1 and 2 hold, if they are of the form that the faster kernels take.
pub(super) fn quant_axis(
    context: &NodeContext<'_>,
    granularity: Granularity,
) -> Result<Option<QuantAxis>, BackendError> {
    let shape = context.input(0)?.shape;
    let Some(Slice::F32(scales)) = context.input(1)?.constant else {
        return Ok(None);
    };
    let zero_points = match context.optional(2).map(|operand| operand.constant) {
        None => vec![0; scales.len()],
        Some(Some(Slice::I8(points))) => widen(points),
        Some(Some(Slice::U8(points))) => widen(points),
        Some(Some(Slice::I32(points))) => widen(points),
        Some(_) => return Ok(None),
    };
    let inner = match granularity {
        Granularity::Tensor => shape.iter().product(),
        Granularity::Axis { inner, .. } => inner,
        Granularity::Block { .. } => return Ok(None),
    };
    Ok(Some(QuantAxis {
        scales: scales.to_vec(),
        zero_points,
        inner,
    }))
}

fn widen<T: Scalar + Into<i32>>(values: &[T]) -> Vec<i32> {
    values.iter().map(|&value| value.into()).collect()
}

/// How scales or zero points are repeated over a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// One for the whole tensor.
    Single,
    /// One, or a vector along this axis.
    Along(usize),
    /// Whatever broadcasts to the tensor, or a vector along this axis.
    Broadcast { vector: Option<usize> },
}

/// Scales or zero points under a shape that broadcasts to `shape`.
fn repeated(
    context: &NodeContext<'_>,
    value: &ValueRef,
    repeat: Repeat,
    shape: &[usize],
) -> Result<ValueRef, BackendError> {
    match (&*value.shape, repeat) {
        ([] | [1], _) => return Ok(context.reshaped(value, Vec::new())),
        (&[steps], Repeat::Along(axis) | Repeat::Broadcast { vector: Some(axis) })
            if shape.get(axis) == Some(&steps) =>
        {
            let mut own = vec![1; shape.len() - axis];
            own[0] = steps;
            return Ok(context.reshaped(value, own));
        }
        (own, Repeat::Broadcast { .. }) if broadcast(own, shape).as_deref() == Some(shape) => {
            return Ok(value.clone());
        }
        _ => {}
    }
    Err(context.malformed(format!(
        "scales or zero points of shape {:?} for a tensor of shape {shape:?}",
        value.shape
    )))
}

/// `input − zero_point` as 32-bit integers; both are of 8 bits.
pub(super) fn centred(
    context: &NodeContext<'_>,
    index: usize,
    zero_point: usize,
    repeat: Repeat,
) -> Result<ValueRef, BackendError> {
    let input = context.value(index)?;
    if !matches!(input.element_type, ElementType::I8 | ElementType::U8) {
        return Err(context.unsupported(format!(
            "input {index} holds {} elements, only i8 and u8 are executed",
            input.element_type
        )));
    }
    let wide = context.converted(&input, ElementType::I32);
    let Some(points) = optional(context, zero_point)? else {
        return Ok(wide);
    };
    if points.element_type != input.element_type {
        return Err(context.malformed(format!(
            "zero points of type {} for {} elements",
            points.element_type, input.element_type
        )));
    }
    let points = repeated(context, &points, repeat, &input.shape)?;
    let points = context.converted(&points, ElementType::I32);
    context.combined(BinaryOp::Sub, &wide, &points)
}

/// `saturate(round(sums · (factors[0] · factors[1] / divisor)) + zero_point)`: how QLinearConv and QLinearMatMul make
/// their outputs.
///
/// Factors are inputs with their repetition, `divisor` and `zero_point` single elements.
pub(super) fn requantized(
    context: &NodeContext<'_>,
    sums: &ValueRef,
    factors: [(usize, Repeat); 2],
    divisor: usize,
    zero_point: usize,
) -> Result<Vec<Lowered>, BackendError> {
    let scale = |index: usize, repeat: Repeat| -> Result<ValueRef, BackendError> {
        let value = context.value(index)?;
        if !matches!(
            value.element_type,
            ElementType::F32 | ElementType::F16 | ElementType::BF16
        ) {
            return Err(context.unsupported(format!("scales of type {}", value.element_type)));
        }
        refuse_scales(context, index)?;
        let value = repeated(context, &value, repeat, &sums.shape)?;
        Ok(context.converted(&value, ElementType::F32))
    };
    let [(a, a_repeat), (b, b_repeat)] = factors;
    let product = context.combined(BinaryOp::Mul, &scale(a, a_repeat)?, &scale(b, b_repeat)?)?;
    let divisor = scale(divisor, Repeat::Single)?;
    let multiplier = context.combined(BinaryOp::Div, &product, &divisor)?;
    let sums = context.converted(sums, ElementType::F32);
    let scaled = context.combined(BinaryOp::Mul, &sums, &multiplier)?;
    let point = context.value(zero_point)?;
    repeated(context, &point, Repeat::Single, &sums.shape)?;
    let (element_type, shape) = (point.element_type, sums.shape);
    if !matches!(element_type, ElementType::I8 | ElementType::U8) {
        return Err(context.unsupported(format!("an output of {element_type} elements")));
    }
    // Rounds, and adds the zero point.
    let kernel = GranularQuantize {
        granularity: Granularity::Tensor,
        scale: None,
        zero_point: Some(1),
        precision: Precision::F32,
        overflow: Overflow::Saturate,
    };
    Ok(vec![Lowered::new(
        element_type,
        shape,
        How::Compute {
            reads: vec![scaled.number(), zero_point],
            kernel: Box::new(kernel),
        },
    )])
}
