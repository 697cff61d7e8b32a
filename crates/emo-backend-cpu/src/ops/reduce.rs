use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, elementwise::refused};
use crate::{
    kernels::{
        reduce::{Reduce, ReduceOp},
        walk::Walk,
    },
    number::with_number,
    shape::{element_count, strides},
};

use super::value_ref::ValueRef;

/// Lowers a reduction whose axes became an input in opset `since`.
pub(super) fn lower_reduce(
    context: &NodeContext<'_>,
    op: ReduceOp,
    since: i64,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let rank = input.shape.len();
    let keep = context.flag("keepdims", 1)?;
    let axes = context
        .ints_or_input("axes", since, 1)?
        .filter(|axes| !axes.is_empty());
    let axes = match axes {
        Some(axes) => context.axes(&axes, rank)?,
        None if context.flag("noop_with_empty_axes", 0)? => vec![],
        None => (0..rank).collect(),
    };
    // Truth values have an order, false before true, but no sum.
    if input.element_type == ElementType::Bool && matches!(op, ReduceOp::Max | ReduceOp::Min) {
        let bytes = context.converted(&input, ElementType::U8);
        let result = reduced(context, op, &bytes, &axes, keep)?;
        return Ok(context.converted(&result, ElementType::Bool).finish());
    }
    Ok(reduced(context, op, &input, &axes, keep)?.finish())
}

/// The value with some of its axes, in ascending order, reduced to extent 1, or dropped unless `keep` is set.
fn reduced(
    context: &NodeContext<'_>,
    op: ReduceOp,
    value: &ValueRef,
    axes: &[usize],
    keep: bool,
) -> Result<ValueRef, BackendError> {
    if !with_number!(value.element_type, _T => true, else false) {
        return Err(refused(context, value.element_type));
    }
    let (mut kept, mut taken) = ((vec![], vec![]), (vec![], vec![]));
    let mut shape = Vec::with_capacity(value.shape.len());
    for (axis, (&extent, &step)) in value.shape.iter().zip(&strides(&value.shape)).enumerate() {
        let side = if axes.contains(&axis) {
            if keep {
                shape.push(1);
            }
            &mut taken
        } else {
            shape.push(extent);
            &mut kept
        };
        side.0.push(extent);
        side.1.push(step);
    }
    let too_many = || context.unsupported(format!("a tensor with {} axes", value.shape.len()));
    let count = element_count(&taken.0).unwrap_or(usize::MAX);
    if op == ReduceOp::Mean && count == 0 && !shape.contains(&0) {
        return Err(context.unsupported("the mean of no elements"));
    }
    let kernel = Reduce {
        op,
        element_type: value.element_type,
        kept: Walk::new(&kept.0, [&kept.1]).ok_or_else(too_many)?,
        reduced: Walk::new(&taken.0, [&taken.1]).ok_or_else(too_many)?,
        count,
    };
    Ok(context.computed(value.element_type, shape, &[value], kernel))
}

/// The sums over some axes, in ascending order, which are dropped.
pub(super) fn summed(
    context: &NodeContext<'_>,
    value: &ValueRef,
    axes: &[usize],
) -> Result<ValueRef, BackendError> {
    reduced(context, ReduceOp::Sum, value, axes, false)
}
