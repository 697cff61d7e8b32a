use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::positions, scatter_elements::reduction};
use crate::{
    kernels::blocks::{Blocks, ScatterBlocks},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ScatterND",
    inputs: 3..=3,
    attributes: &["reduction"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, indices, updates) = (context.input(0)?, context.input(1)?, context.input(2)?);
    let mismatch = || {
        context.malformed(format!(
            "data {}{:?}, indices {:?} and updates {}{:?} do not fit together",
            input.element_type, input.shape, indices.shape, updates.element_type, updates.shape
        ))
    };
    let (&depth, outer) = indices.shape.split_last().ok_or_else(mismatch)?;
    let (Some(extents), Some(behind)) = (input.shape.get(..depth), input.shape.get(depth..)) else {
        return Err(mismatch());
    };
    if updates.element_type != input.element_type || updates.shape != [outer, behind].concat() {
        return Err(mismatch());
    }
    positions(context, 1, extents)?;
    let blocks = Blocks {
        batches: 1,
        batch_len: 0,
        tuples: outer.iter().product(),
        tuple_step: 0,
        extents: extents.to_vec(),
        strides: strides(input.shape)[..depth].to_vec(),
        block: behind.iter().product(),
    };
    let kernel = ScatterBlocks {
        blocks,
        reduction: reduction(context)?,
    };
    Ok(Lowered::compute(
        input.element_type,
        input.shape.to_vec(),
        vec![0, 1, 2],
        kernel,
    ))
}
