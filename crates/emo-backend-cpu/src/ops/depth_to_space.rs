use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::permuted};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "DepthToSpace",
    inputs: 1..=1,
    attributes: &["blocksize", "mode"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (&[n, channels, height, width], block) = image(context)? else {
        return Err(context.malformed("an input without 4 axes"));
    };
    let square = block.checked_mul(block).filter(|square| {
        channels.is_multiple_of(*square)
            && height.checked_mul(block).is_some()
            && width.checked_mul(block).is_some()
    });
    let square = square.ok_or_else(|| {
        context.malformed(format!("{channels} channels in blocks of {block}×{block}"))
    })?;
    let depth = channels / square;
    let shape = vec![n, depth, height * block, width * block];
    let (seen, order) = match context.string("mode", "DCR")? {
        "DCR" => ([n, block, block, depth, height, width], [0, 3, 4, 1, 5, 2]),
        "CRD" => ([n, depth, block, block, height, width], [0, 1, 4, 2, 5, 3]),
        other => return Err(context.unsupported(format!("mode `{other}`"))),
    };
    Ok(vec![permuted(context, &seen, &order, shape)?])
}

/// The shape of an input of images and the side of the blocks that their pixels are sorted by.
pub(super) fn image<'a>(context: &NodeContext<'a>) -> Result<(&'a [usize], usize), BackendError> {
    let shape = context.input(0)?.shape;
    let block = context.extent("attribute `blocksize`", context.int("blocksize", 0)?)?;
    if shape.len() != 4 || block == 0 {
        return Err(context.malformed(format!(
            "an input with {} axes in blocks of {block}×{block}",
            shape.len()
        )));
    }
    Ok((shape, block))
}
