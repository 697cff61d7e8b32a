use emo_backend::BackendError;
use emo_onnx::Attribute;

use super::{How, Lowered, NodeContext, Operator};
use crate::buffer::Buffer;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Constant",
    inputs: 0..=0,
    attributes: &[
        "value",
        "value_float",
        "value_floats",
        "value_int",
        "value_ints",
    ],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let mut attributes = context.node.attributes.values();
    let (Some(value), None) = (attributes.next(), attributes.next()) else {
        return Err(context.malformed("not exactly one value"));
    };
    let (shape, buffer) = match value {
        Attribute::Tensor(tensor) => {
            let buffer = Buffer::from_tensor(tensor).ok_or_else(|| {
                context.unsupported(format!("{} elements", tensor.element_type()))
            })?;
            (tensor.shape().to_vec(), buffer)
        }
        Attribute::Float(value) => (vec![], Buffer::F32(vec![*value])),
        Attribute::Int(value) => (vec![], Buffer::I64(vec![*value])),
        Attribute::Floats(values) => (vec![values.len()], Buffer::F32(values.clone())),
        Attribute::Ints(values) => (vec![values.len()], Buffer::I64(values.clone())),
        _ => return Err(context.unsupported("a constant of this kind")),
    };
    Ok(vec![Lowered::new(
        buffer.element_type(),
        shape,
        How::Constant(buffer),
    )])
}
