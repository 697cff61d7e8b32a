use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operator, Scales,
    cast::element_type,
    parts::optional,
    quantization::{granularity, quant_axis},
    value_ref::ValueRef,
};
use crate::kernels::{
    granular::{GranularDequantize, Granularity, is_quantized},
    quantize::Dequantize,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "DequantizeLinear",
    inputs: 2..=3,
    attributes: &["axis", "block_size", "output_dtype"],
    lower,
    any_form: Some(any_form),
    half: super::Half::Native,
    ..Operator::NUMERIC
};

/// Integers that stand for numbers, until somebody needs those.
fn any_form(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let (input, scales) = (context.input(0)?, context.input(1)?);
    if context.int("output_dtype", 0)? != 0
        || scales.element_type != ElementType::F32
        || !matches!(
            input.element_type,
            ElementType::I8 | ElementType::U8 | ElementType::I32
        )
    {
        return Ok(None);
    }
    let granularity = granularity(context, input.element_type)?;
    let Some(axis) = quant_axis(context, granularity)? else {
        return Ok(None);
    };
    let scales = Scales {
        axis: match granularity {
            Granularity::Tensor => None,
            _ => Some(context.axis(context.int("axis", 1)?, input.shape.len())?),
        },
        scales: axis.scales,
        zero_points: axis.zero_points,
    };
    let outputs = Lowered::alias(input.element_type, input.shape.to_vec());
    Ok(Some(
        outputs
            .into_iter()
            .map(|lowered| lowered.standing_for(scales.clone()))
            .collect(),
    ))
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, scales) = (context.input(0)?, context.input(1)?);
    let output_type = match context.int("output_dtype", 0)? {
        0 => scales.element_type,
        number => element_type(context, number)?,
    };
    if !matches!(
        output_type,
        ElementType::F32 | ElementType::F16 | ElementType::BF16
    ) {
        return Err(context.unsupported(format!("dequantization to {output_type}")));
    }
    let granularity = granularity(context, input.element_type)?;
    let shape = input.shape.to_vec();
    if scales.element_type == ElementType::F32
        && output_type == ElementType::F32
        && matches!(
            input.element_type,
            ElementType::I8 | ElementType::U8 | ElementType::I32
        )
        && let Some(axis) = quant_axis(context, granularity)?
    {
        let kernel = Dequantize::new(context.level, axis);
        return Ok(Lowered::compute(output_type, shape, vec![0], kernel));
    }
    let x = context.value(0)?;
    let x_scale = context.converted(&context.value(1)?, ElementType::F32);
    let points = optional(context, 2)?;
    let zero_point = points.as_ref().map(|_| 2);
    let reads: Vec<&ValueRef> = [&x, &x_scale].into_iter().chain(&points).collect();
    if !is_quantized(input.element_type) {
        return Err(context.unsupported(format!("dequantization of {}", input.element_type)));
    }
    let kernel = GranularDequantize {
        granularity,
        zero_point,
    };
    let y = context.computed(ElementType::F32, shape, &reads, kernel);
    Ok(context.converted(&y, output_type).finish())
}
