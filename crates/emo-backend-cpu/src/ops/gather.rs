use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::strides,
};

/// Indices are unrolled into one copy each; beyond this, the plan would outgrow the model.
const MAX_INDICES: usize = 4096;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Gather",
    inputs: 2..=2,
    attributes: &["axis"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let axis = context.axis(context.int("axis", 0)?, input.shape.len())?;
    let indices_shape = context.input(1)?.shape;
    let indices = context.constant_indices(1)?.unwrap_or_default();
    if indices.len() > MAX_INDICES {
        return Err(context.unsupported(format!(
            "{} indices, at most {MAX_INDICES} are executed",
            indices.len()
        )));
    }
    let (before, after) = (&input.shape[..axis], &input.shape[axis + 1..]);
    let shape = [before, indices_shape, after].concat();
    context.check_memory("the output", &shape)?;
    let own = strides(input.shape);
    // The output seen with one axis for all indices.
    let flat = [before, &[indices.len()], after].concat();
    let to = strides(&flat);
    let mut block = flat;
    block[axis] = 1;
    let parts = indices
        .iter()
        .enumerate()
        .map(|(position, &index)| {
            let index = context.axis(index, input.shape[axis]).map_err(|_| {
                context.malformed(format!(
                    "index {index} along an axis of {}",
                    input.shape[axis]
                ))
            })?;
            Ok(Part {
                input: 0,
                shape: block.clone(),
                from: Place::new(index * own[axis], &own),
                to: Place::new(position * to[axis], &to),
            })
        })
        .collect::<Result<_, BackendError>>()?;
    let output = (input.element_type, shape);
    Ok(vec![movement(context, output, None, vec![0], parts)?])
}
