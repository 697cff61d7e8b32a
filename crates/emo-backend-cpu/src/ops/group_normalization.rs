use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    normalization::{epsilon, moments, per_channel, sets, standardized},
};
use crate::kernels::{
    binary::BinaryOp,
    moments::{About, Spread},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "GroupNormalization",
    inputs: 3..=3,
    // `stash_type` is the type to compute in at least; sums are taken in `f64`.
    attributes: &["epsilon", "num_groups", "stash_type"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let &[batch, channels, ref spatial @ ..] = &*input.shape else {
        return Err(context.malformed(format!("an input with {} axes", input.shape.len())));
    };
    let groups = context.extent("attribute `num_groups`", context.int("num_groups", 0)?)?;
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(context.malformed(format!("{channels} channels in {groups} groups")));
    }
    let inner: usize = spatial.iter().product();
    let grouped = vec![batch, groups, channels / groups * inner];
    let x = context.reshaped(&input, grouped.clone());
    let sets = sets(context, &grouped, &[2])?;
    let moments = moments(context, &x, &sets, About::Mean)?;
    let spread = Spread::Inside(epsilon(context)?);
    let result = standardized(context, &x, &moments, sets, spread)?;
    // In opset 18, scale and bias go with the groups, from 21 on with the channels.
    let shape = if context.opset < 21 {
        grouped
    } else {
        vec![batch, channels, inner]
    };
    let scale = per_channel(context, 1, &shape)?;
    let bias = per_channel(context, 2, &shape)?;
    let result = context.reshaped(&result, shape);
    let scaled = context.combined(BinaryOp::Mul, &result, &scale)?;
    let shifted = context.combined(BinaryOp::Add, &scaled, &bias)?;
    Ok(context.reshaped(&shifted, input.shape.clone()).finish())
}
