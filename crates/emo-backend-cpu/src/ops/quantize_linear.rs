use std::marker::PhantomData;

use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext, Operator,
    cast::{element_type, overflow},
    quantization::{granularity, quant_axis},
};
use crate::kernels::{
    granular::{GranularQuantize, Precision, with_quantized},
    quantize::Quantize,
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
    half: super::Half::Native,
    ..Operator::NUMERIC
};

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
    with_quantized!(
        quantized,
        T => {
            let kernel = GranularQuantize::<T> {
                granularity,
                scale: Some(1),
                zero_point,
                precision,
                overflow,
                element: PhantomData,
            };
            Ok(vec![Lowered {
                element_type: quantized,
                shape,
                how: How::Compute { reads, kernel: Box::new(kernel) },
            }])
        },
        else Err(context.unsupported(format!("quantization to {quantized}")))
    )
}
