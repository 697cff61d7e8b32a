use emo_backend::BackendError;

use super::{
    Lowered, NodeContext, Operator,
    normalization::{moments, sets, standardized},
};
use crate::kernels::moments::{About, Spread};

/// What ONNX adds to the deviation in the operator's definition by other operators.
const EPSILON: f64 = 1e-9;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "MeanVarianceNormalization",
    inputs: 1..=1,
    attributes: &["axes"],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let axes = context.ints("axes")?.unwrap_or(&[0, 2, 3]);
    let axes = context.axes(axes, input.shape.len())?;
    let sets = sets(context, &input.shape, &axes)?;
    let moments = moments(context, &input, &sets, About::Mean)?;
    let spread = Spread::Outside(EPSILON);
    Ok(standardized(context, &input, &moments, sets, spread)?.finish())
}
