use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    blocks::{movement, positions},
};
use crate::{
    kernels::{
        blocks::{Blocks, GatherBlocks},
        movement::{Part, Place},
    },
    shape::strides,
};

/// Up to this many constant indices are unrolled into one copy each.
const MAX_UNROLLED: usize = 4096;

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
    let indices_shape = positions(context, 1, &[input.shape[axis]])?.shape;
    let (before, after) = (&input.shape[..axis], &input.shape[axis + 1..]);
    let shape = [before, indices_shape, after].concat();
    context.check_memory("the output", &shape)?;
    let indices = match context.optional(1).and_then(|indices| indices.constant) {
        Some(_) => context.constant_indices(1)?,
        None => None,
    };
    let Some(indices) = indices.filter(|indices| indices.len() <= MAX_UNROLLED) else {
        let block = after.iter().product();
        let blocks = Blocks {
            batches: before.iter().product(),
            batch_len: input.shape[axis] * block,
            tuples: indices_shape.iter().product(),
            tuple_step: 0,
            extents: vec![input.shape[axis]],
            strides: vec![block],
            block,
        };
        let kernel = GatherBlocks(blocks);
        return Ok(Lowered::compute(
            input.element_type,
            shape,
            vec![0, 1],
            kernel,
        ));
    };
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
            let index = context.axis(index, input.shape[axis])?;
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
