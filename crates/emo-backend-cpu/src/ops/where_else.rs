use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator};
use crate::{
    kernels::{select::Select, walk::Walk},
    shape::{broadcast, broadcast_strides},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Where",
    inputs: 3..=3,
    attributes: &[],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (condition, yes, no) = (context.input(0)?, context.input(1)?, context.input(2)?);
    if condition.element_type != ElementType::Bool || yes.element_type != no.element_type {
        return Err(context.malformed(format!(
            "a condition of type {} between operands of types {} and {}",
            condition.element_type, yes.element_type, no.element_type
        )));
    }
    let shape = broadcast(condition.shape, yes.shape)
        .and_then(|shape| broadcast(&shape, no.shape))
        .ok_or_else(|| {
            context.malformed(format!(
                "shapes {:?}, {:?} and {:?} do not broadcast",
                condition.shape, yes.shape, no.shape
            ))
        })?;
    let strides = [condition, yes, no].map(|operand| broadcast_strides(operand.shape, &shape));
    let walk = Walk::new(&shape, strides.each_ref().map(Vec::as_slice))
        .ok_or_else(|| context.unsupported(format!("broadcasting to {} axes", shape.len())))?;
    Ok(Lowered::compute(
        yes.element_type,
        shape,
        vec![0, 1, 2],
        Select { walk },
    ))
}
