use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::permuted, depth_to_space::image};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "SpaceToDepth",
    inputs: 1..=1,
    attributes: &["blocksize"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (&[n, channels, height, width], block) = image(context)? else {
        return Err(context.malformed("an input without 4 axes"));
    };
    let depth = block
        .checked_mul(block)
        .and_then(|square| square.checked_mul(channels))
        .filter(|_| height.is_multiple_of(block) && width.is_multiple_of(block));
    let depth = depth.ok_or_else(|| {
        context.malformed(format!(
            "{height}×{width} pixels in blocks of {block}×{block}"
        ))
    })?;
    let (rows, columns) = (height / block, width / block);
    let seen = [n, channels, rows, block, columns, block];
    let order = [0, 3, 5, 1, 2, 4];
    let shape = vec![n, depth, rows, columns];
    Ok(vec![permuted(context, &seen, &order, shape)?])
}
