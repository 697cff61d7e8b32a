use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{NodeContext, value_ref::ValueRef};
use crate::{
    kernels::movement::{Movement, Part, Place},
    shape::strides,
};

/// The elements of `value` from `offset` on, as an array of `shape`.
pub(super) fn part(
    context: &NodeContext<'_>,
    value: &ValueRef,
    offset: usize,
    shape: Vec<usize>,
) -> Result<ValueRef, BackendError> {
    let steps = strides(&shape);
    view(context, value, (offset, &steps), shape)
}

/// The elements of `value` from an offset on, read with these steps into an array of `shape`.
pub(super) fn view(
    context: &NodeContext<'_>,
    value: &ValueRef,
    (offset, steps): (usize, &[usize]),
    shape: Vec<usize>,
) -> Result<ValueRef, BackendError> {
    let part = Part {
        input: 0,
        shape: shape.clone(),
        from: Place::new(offset, steps),
        to: Place::new(0, &strides(&shape)),
    };
    let kernel = Movement::new(None, vec![part])
        .ok_or_else(|| context.unsupported(format!("a tensor with {} axes", shape.len())))?;
    Ok(context.computed(value.element_type, shape, &[value], kernel))
}

/// An input that may be left out.
pub(super) fn optional(
    context: &NodeContext<'_>,
    index: usize,
) -> Result<Option<ValueRef>, BackendError> {
    match context.optional(index) {
        None => Ok(None),
        Some(_) => context.value(index).map(Some),
    }
}

/// `f32` for half precision, else the type itself: what floats are computed in.
pub(super) fn wide(element_type: ElementType) -> ElementType {
    match element_type {
        ElementType::F16 | ElementType::BF16 => ElementType::F32,
        other => other,
    }
}
