use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::positions};
use crate::kernels::elements::{Elements, GatherElements};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GatherElements",
    inputs: 2..=2,
    attributes: &["axis"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let (axis, elements) = elements(context)?;
    let shape = context.input(1)?.shape.to_vec();
    positions(context, 1, &[input.shape[axis]])?;
    Ok(Lowered::compute(
        input.element_type,
        shape,
        vec![0, 1],
        GatherElements(elements),
    ))
}

/// The axis that the second input's positions count along, and the elements of the first that they name.
pub(super) fn elements(context: &NodeContext<'_>) -> Result<(usize, Elements), BackendError> {
    let (input, indices) = (context.input(0)?, context.input(1)?);
    let rank = input.shape.len();
    let axis = context.axis(context.int("axis", 0)?, rank)?;
    let fits = indices.shape.len() == rank
        && (0..rank)
            .filter(|&other| other != axis)
            .all(|other| indices.shape[other] <= input.shape[other]);
    if !fits {
        return Err(context.malformed(format!(
            "data {:?} and indices {:?} do not fit together along axis {axis}",
            input.shape, indices.shape
        )));
    }
    let elements = Elements::new(indices.shape, input.shape, axis)
        .ok_or_else(|| context.unsupported(format!("a tensor with {rank} axes")))?;
    Ok((axis, elements))
}
