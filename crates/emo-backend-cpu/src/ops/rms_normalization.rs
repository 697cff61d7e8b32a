use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    normalization::{epsilon, moments, sets, standardized},
    parts::wide,
};
use crate::{
    kernels::{
        binary::BinaryOp,
        moments::{About, Spread},
    },
    shape::broadcast,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "RMSNormalization",
    inputs: 2..=2,
    // `stash_type` is the type to compute in at least; sums are taken in `f64`.
    attributes: &["axis", "epsilon", "stash_type"],
    lower,
    // Input and scale may differ in type; the output is of the scale's.
    half: super::Half::Native,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, scale) = (context.value(0)?, context.value(1)?);
    let rank = input.shape.len();
    let axis = context.axis(context.int("axis", -1)?, rank)?;
    if broadcast(&scale.shape, &input.shape).as_ref() != Some(&input.shape) {
        return Err(context.malformed(format!(
            "a scale of shape {:?} for elements of shape {:?}",
            scale.shape, input.shape
        )));
    }
    let x = context.converted(&input, wide(input.element_type));
    let axes: Vec<usize> = (axis..rank).collect();
    let sets = sets(context, &x.shape, &axes)?;
    let squares = moments(context, &x, &sets, About::Zero)?;
    let spread = Spread::Inside(epsilon(context)?);
    let result = standardized(context, &x, &squares, sets, spread)?;
    let output_type = scale.element_type;
    let result = context.converted(&result, wide(output_type));
    let scale = context.converted(&scale, wide(output_type));
    let scaled = context.combined(BinaryOp::Mul, &result, &scale)?;
    Ok(context.converted(&scaled, output_type).finish())
}
