use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, elementwise::refused};
use crate::{
    kernels::rank::{Extreme, Order, Tie},
    number::with_number,
};

/// Lowers the search for the place of an extreme along an axis.
pub(super) fn lower_extreme(
    context: &NodeContext<'_>,
    order: Order,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let element_type = input.element_type;
    if !with_number!(element_type, _T => true, else false) {
        return Err(refused(context, element_type));
    }
    let axis = context.axis(context.int("axis", 0)?, input.shape.len())?;
    let tie = if context.flag("select_last_index", 0)? {
        Tie::Last
    } else {
        Tie::First
    };
    let extent = input.shape[axis];
    if extent == 0 {
        return Err(context.malformed(format!("axis {axis} has no elements")));
    }
    let mut shape = input.shape.to_vec();
    if context.flag("keepdims", 1)? {
        shape[axis] = 1;
    } else {
        shape.remove(axis);
    }
    let kernel = Extreme {
        order,
        tie,
        extent,
        // Nothing is computed where another extent is 0.
        inner: input.shape[axis + 1..]
            .iter()
            .fold(1, |inner: usize, &extent| inner.saturating_mul(extent)),
    };
    Ok(Lowered::compute(ElementType::I64, shape, vec![0], kernel))
}
