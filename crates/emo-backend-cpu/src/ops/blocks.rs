use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext};
use crate::{
    buffer::{Buffer, with_scalar},
    kernels::movement::{Movement, Part},
};

/// Lowers an operator that copies blocks of its inputs.
pub(super) fn movement(
    context: &NodeContext<'_>,
    (element_type, shape): (ElementType, Vec<usize>),
    fill: Option<Buffer>,
    reads: Vec<usize>,
    parts: Vec<Part>,
) -> Result<Lowered, BackendError> {
    if !with_scalar!(element_type, _T => true, else false) {
        return Err(context.unsupported(format!("{element_type} elements")));
    }
    let kernel = Movement::new(fill, parts)
        .ok_or_else(|| context.unsupported(format!("a tensor with {} axes", shape.len())))?;
    Ok(Lowered {
        element_type,
        shape,
        how: super::How::Compute {
            reads,
            kernel: Box::new(kernel),
        },
    })
}
