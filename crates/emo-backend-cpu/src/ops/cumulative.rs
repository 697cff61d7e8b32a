use emo_backend::BackendError;

use super::{Lowered, NodeContext, elementwise::refused};
use crate::{
    kernels::cumulative::{Cumulative, Direction, Own, Total},
    number::with_number,
};

/// Lowers running totals along an axis.
pub(super) fn lower_cumulative(
    context: &NodeContext<'_>,
    total: Total,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    if !with_number!(input.element_type, _T => true, else false) {
        return Err(refused(context, input.element_type));
    }
    let axis = match context.constant_indices(1)?.as_deref() {
        Some(&[axis]) => context.axis(axis, input.shape.len())?,
        _ => return Err(context.malformed("the axis is not one number")),
    };
    let kernel = Cumulative {
        total,
        direction: if context.flag("reverse", 0)? {
            Direction::Backward
        } else {
            Direction::Forward
        },
        own: if context.flag("exclusive", 0)? {
            Own::Excluded
        } else {
            Own::Included
        },
        extent: input.shape[axis],
        // Nothing is computed where an extent is 0.
        inner: input.shape[axis + 1..]
            .iter()
            .fold(1, |inner: usize, &extent| inner.saturating_mul(extent)),
    };
    Ok(Lowered::compute(
        input.element_type,
        input.shape.to_vec(),
        vec![0],
        kernel,
    ))
}
