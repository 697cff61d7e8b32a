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
    op_type: "InstanceNormalization",
    inputs: 3..=3,
    attributes: &["epsilon"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    if input.shape.len() < 3 {
        return Err(context.malformed(format!("an input with {} axes", input.shape.len())));
    }
    let axes: Vec<usize> = (2..input.shape.len()).collect();
    let sets = sets(context, &input.shape, &axes)?;
    let moments = moments(context, &input, &sets, About::Mean)?;
    let spread = Spread::Inside(epsilon(context)?);
    let result = standardized(context, &input, &moments, sets, spread)?;
    let scale = per_channel(context, 1, &input.shape)?;
    let bias = per_channel(context, 2, &input.shape)?;
    let scaled = context.combined(BinaryOp::Mul, &result, &scale)?;
    Ok(context.combined(BinaryOp::Add, &scaled, &bias)?.finish())
}
