use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext, Operator,
    cast::{element_type, overflow},
    integer::{byte_scale, constant_scales},
    quantization::{granularity, quant_axis, refuse_scales},
};
use crate::kernels::{
    granular::{GranularQuantize, Precision, is_quantized},
    quantize::{QuantAxis, Quantize},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "QuantizeLinear",
    inputs: 2..=3,
    attributes: &[
        "axis",
        "block_size",
        "output_dtype",
        "precision",
        "saturate",
    ],
    lower,
    any_form: Some(any_form),
    half: super::Half::Native,
    ..Operator::NUMERIC
};

/// To 8 bits with one scale: numbers in any order, or integers that have this scale already.
fn any_form(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let (input, scale) = (context.input(0)?, context.input(1)?);
    let is_plain = ["block_size", "output_dtype", "precision"]
        .iter()
        .all(|name| !context.node.attributes.contains_key(*name));
    let (true, Some(points), ElementType::F32) = (
        is_plain && matches!(scale.shape, [] | [1]),
        context.optional(2),
        scale.element_type,
    ) else {
        return Ok(None);
    };
    refuse_scales(context, 1)?;
    let (Some(scales), [] | [1]) = (constant_scales(context, 1, 2)?, points.shape) else {
        return Ok(None);
    };
    let shape = input.shape.to_vec();
    if let Some(own) = input.scales {
        let is_same = *own == scales && input.element_type == points.element_type;
        return Ok(is_same.then(|| Lowered::alias(input.element_type, shape)));
    }
    if byte_scale(points.element_type, &scales).is_none() || input.element_type != ElementType::F32
    {
        return Ok(None);
    }
    let shifted = points.element_type == ElementType::I8;
    let axis = QuantAxis {
        scales: scales.scales,
        zero_points: scales.zero_points,
        inner: usize::MAX,
    };
    let kernel = match shifted {
        true => Quantize::shifted(context.level, &axis),
        false => Quantize::unsigned(context.level, &axis),
    };
    let form = input.form.with_shift(shifted);
    let outputs = Lowered::compute(points.element_type, shape, vec![0], kernel);
    Ok(Some(
        outputs
            .into_iter()
            .map(|lowered| lowered.in_form(form))
            .collect(),
    ))
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, scales) = (context.input(0)?, context.input(1)?);
    if !matches!(
        input.element_type,
        ElementType::F32 | ElementType::F16 | ElementType::BF16 | ElementType::I32
    ) {
        return Err(context.unsupported(format!("quantization of {}", input.element_type)));
    }
    let stated = match context.int("output_dtype", 0)? {
        0 => None,
        number => Some(element_type(context, number)?),
    };
    let implied = context.optional(2).map(|operand| operand.element_type);
    let quantized = match (stated, implied) {
        (Some(stated), Some(implied)) if stated != implied => {
            return Err(context.malformed(format!(
                "output_dtype says {stated}, the zero point is {implied}"
            )));
        }
        (Some(quantized), _) | (None, Some(quantized)) => quantized,
        (None, None) => ElementType::U8,
    };
    let granularity = granularity(context, quantized)?;
    let precision = match context.int("precision", 0)? {
        0 => scales.element_type,
        number => element_type(context, number)?,
    };
    let precision = match precision {
        ElementType::F32 | ElementType::I32 => Precision::F32,
        ElementType::F16 => Precision::F16,
        ElementType::BF16 => Precision::BF16,
        other => return Err(context.unsupported(format!("division in {other}"))),
    };
    let shape = input.shape.to_vec();
    if input.element_type == ElementType::F32
        && precision == Precision::F32
        && matches!(quantized, ElementType::I8 | ElementType::U8)
        && let Some(axis) = quant_axis(context, granularity)?
    {
        let kernel = match quantized {
            ElementType::I8 => Quantize::signed(context.level, &axis),
            _ => Quantize::unsigned(context.level, &axis),
        };
        return Ok(Lowered::compute(quantized, shape, vec![0], kernel));
    }
    let overflow = overflow(context)?;
    let x = context.converted(&context.value(0)?, ElementType::F32);
    let y_scale = context.converted(&context.value(1)?, ElementType::F32);
    let mut reads = vec![x.number(), y_scale.number()];
    let zero_point = context.optional(2).map(|_| 2);
    reads.extend(zero_point);
    if quantized == ElementType::I32 {
        return Err(context.unsupported("quantization to i32"));
    }
    if !is_quantized(quantized) {
        return Err(context.unsupported(format!("quantization to {quantized}")));
    }
    let kernel = GranularQuantize {
        granularity,
        scale: Some(1),
        zero_point,
        precision,
        overflow,
    };
    let how = How::Compute {
        reads,
        kernel: Box::new(kernel),
    };
    Ok(vec![Lowered::new(quantized, shape, how)])
}
