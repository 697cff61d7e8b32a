use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator, quantization::quant_axis};
use crate::kernels::quantize::Quantize;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "QuantizeLinear",
    inputs: 2..=3,
    // `saturate` concerns 8-bit floats alone.
    attributes: &["axis", "block_size", "output_dtype", "saturate"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.f32_input(0)?;
    let stated = match context.int("output_dtype", 0)? {
        0 => None,
        // `TensorProto.DataType` in onnx.proto.
        2 => Some(ElementType::U8),
        3 => Some(ElementType::I8),
        other => return Err(context.unsupported(format!("output_dtype {other}"))),
    };
    let implied = context.optional(2).map(|operand| operand.element_type);
    let element_type = match (stated, implied) {
        (Some(stated), Some(implied)) if stated != implied => {
            return Err(context.malformed(format!(
                "output_dtype says {stated}, the zero point is {implied}"
            )));
        }
        (Some(element_type), _) | (None, Some(element_type)) => element_type,
        (None, None) => ElementType::U8,
    };
    if !matches!(element_type, ElementType::I8 | ElementType::U8) {
        return Err(context.unsupported(format!("quantization to {element_type}")));
    }
    Ok(Lowered::compute(
        element_type,
        input.shape.to_vec(),
        vec![0],
        Quantize {
            level: context.level,
            axis: quant_axis(context, element_type)?,
        },
    ))
}
