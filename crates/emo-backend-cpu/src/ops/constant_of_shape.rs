use emo_backend::{BackendError, emo_tensor::ElementType};
use emo_onnx::Attribute;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::buffer::Buffer;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ConstantOfShape",
    inputs: 1..=1,
    attributes: &["value"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let shape = context
        .required_constant::<i64>(0)?
        .iter()
        .map(|&extent| context.extent("an extent", extent))
        .collect::<Result<Vec<_>, _>>()?;
    let value = match context.node.attributes.get("value") {
        None => Buffer::F32(vec![0.0]),
        Some(Attribute::Tensor(tensor)) if tensor.len() == 1 => Buffer::from_tensor(tensor)
            .ok_or_else(|| context.unsupported(format!("{} elements", tensor.element_type())))?,
        Some(_) => return Err(context.malformed("attribute `value` is not one element")),
    };
    let element_type: ElementType = value.element_type();
    let filled = movement(context, (element_type, shape), Some(value), vec![], vec![])?;
    Ok(vec![filled])
}
