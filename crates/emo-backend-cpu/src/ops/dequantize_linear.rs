use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator, quantization::quant_axis};
use crate::kernels::quantize::Dequantize;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "DequantizeLinear",
    inputs: 2..=3,
    attributes: &["axis", "block_size", "output_dtype"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    // 1 is `TensorProto.FLOAT` in onnx.proto, 0 the type of the scale.
    let output_type = context.int("output_dtype", 0)?;
    if !(0..=1).contains(&output_type) {
        return Err(context.unsupported(format!("output_dtype {output_type}")));
    }
    let shape = input.shape.to_vec();
    let axis = quant_axis(context, input.element_type)?;
    let reads = vec![0];
    Ok(match input.element_type {
        ElementType::I8 => {
            Lowered::compute(ElementType::F32, shape, reads, Dequantize::<i8>::new(axis))
        }
        ElementType::U8 => {
            Lowered::compute(ElementType::F32, shape, reads, Dequantize::<u8>::new(axis))
        }
        ElementType::I32 => {
            Lowered::compute(ElementType::F32, shape, reads, Dequantize::<i32>::new(axis))
        }
        other => return Err(context.unsupported(format!("dequantization of {other}"))),
    })
}
