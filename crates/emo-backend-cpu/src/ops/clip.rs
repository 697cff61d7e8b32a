use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Empty, Lowered, NodeContext, Operator, elementwise::lower_unary};
use crate::{
    kernels::{binary::BinaryOp, unary::Unary},
    shape::element_count,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Clip",
    inputs: 1..=3,
    attributes: &["max", "min"],
    lower,
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    if context.opset < 11 {
        let min = context.float("min", f32::MIN)?;
        let max = context.float("max", f32::MAX)?;
        return lower_unary(context, Unary::Clip { min, max });
    }
    if !context.node.attributes.is_empty() {
        return Err(context.malformed("`min` and `max` became inputs in opset 11"));
    }
    let is_known = |index| {
        context
            .optional(index)
            .is_none_or(|bound| bound.constant.is_some())
    };
    if context.input(0)?.element_type == ElementType::F32 && is_known(1) && is_known(2) {
        let (min, max) = (bound(context, 1, f32::MIN)?, bound(context, 2, f32::MAX)?);
        return lower_unary(context, Unary::Clip { min, max });
    }
    let mut value = context.value(0)?;
    for (index, op) in [(1, BinaryOp::Max), (2, BinaryOp::Min)] {
        if context.optional(index).is_some() {
            let bound = context.value(index)?;
            let count = element_count(&bound.shape).unwrap_or(usize::MAX);
            check_count(context, index, count)?;
            value = context.combined(op, &value, &context.reshaped(&bound, vec![]))?;
        }
    }
    Ok(value.finish())
}

fn bound(context: &NodeContext<'_>, index: usize, default: f32) -> Result<f32, BackendError> {
    let Some(bounds) = context.constant::<f32>(index)? else {
        return Ok(default);
    };
    check_count(context, index, bounds.len())?;
    Ok(bounds[0])
}

fn check_count(context: &NodeContext<'_>, index: usize, count: usize) -> Result<(), BackendError> {
    if count == 1 {
        return Ok(());
    }
    Err(context.malformed(format!("input {index} has {count} elements, expected 1")))
}
