use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::positions};
use crate::{
    kernels::blocks::{Blocks, GatherBlocks},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GatherND",
    inputs: 2..=2,
    attributes: &["batch_dims"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, indices) = (context.input(0)?, context.input(1)?);
    let batch_axes = context.extent("batch_dims", context.int("batch_dims", 0)?)?;
    let mismatch = || {
        context.malformed(format!(
            "data {:?}, indices {:?} and {batch_axes} batch axes do not fit together",
            input.shape, indices.shape
        ))
    };
    let (&depth, outer) = indices.shape.split_last().ok_or_else(mismatch)?;
    let named_end = batch_axes.checked_add(depth).ok_or_else(mismatch)?;
    if batch_axes > outer.len()
        || named_end > input.shape.len()
        || input.shape[..batch_axes] != outer[..batch_axes]
    {
        return Err(mismatch());
    }
    let extents = &input.shape[batch_axes..named_end];
    positions(context, 1, extents)?;
    let behind = &input.shape[named_end..];
    let shape = [outer, behind].concat();
    context.check_memory("the output", &shape)?;
    let tuples = outer[batch_axes..].iter().product();
    let blocks = Blocks {
        batches: outer[..batch_axes].iter().product(),
        batch_len: input.shape[batch_axes..].iter().product(),
        tuples,
        tuple_step: tuples,
        extents: extents.to_vec(),
        strides: strides(input.shape)[batch_axes..named_end].to_vec(),
        block: behind.iter().product(),
    };
    let kernel = GatherBlocks(blocks);
    Ok(Lowered::compute(
        input.element_type,
        shape,
        vec![0, 1],
        kernel,
    ))
}
