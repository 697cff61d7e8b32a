use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operator,
    cast::element_type,
    normalization::{epsilon, moments, sets, standardized},
    parts::part,
};
use crate::{
    kernels::{
        binary::BinaryOp,
        moments::{About, InverseSpread, Spread},
    },
    shape::broadcast,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LayerNormalization",
    inputs: 2..=3,
    attributes: &["axis", "epsilon", "stash_type"],
    lower,
    // The mean and the inverse deviation are of the type that `stash_type` names.
    half: super::Half::Widened { rounded: 1 },
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let rank = input.shape.len();
    let axis = context.axis(context.int("axis", -1)?, rank)?;
    // 1 is `TensorProto.FLOAT` in onnx.proto.
    let stash = element_type(context, context.int("stash_type", 1)?)?;
    if !matches!(
        stash,
        ElementType::F32 | ElementType::F64 | ElementType::F16 | ElementType::BF16
    ) {
        return Err(context.unsupported(format!("statistics of type {stash}")));
    }
    let axes: Vec<usize> = (axis..rank).collect();
    let sets = sets(context, &input.shape, &axes)?;
    let moments = moments(context, &input, &sets, About::Mean)?;
    let spread = Spread::Inside(epsilon(context)?);
    let mut result = standardized(context, &input, &moments, sets, spread)?;
    for (index, op) in [(1, BinaryOp::Mul), (2, BinaryOp::Add)] {
        if context.optional(index).is_none() {
            continue;
        }
        let parameter = context.value(index)?;
        if broadcast(&parameter.shape, &input.shape).as_ref() != Some(&input.shape) {
            return Err(context.malformed(format!(
                "input {index} has shape {:?} for elements of shape {:?}",
                parameter.shape, input.shape
            )));
        }
        result = context.combined(op, &result, &parameter)?;
    }
    let mut shape = input.shape.clone();
    shape[axis..].fill(1);
    let mean = part(context, &moments, 0, shape.clone())?;
    let kernel = InverseSpread(spread);
    let inverse = context.computed(ElementType::F64, shape, &[&moments], kernel);
    Ok(vec![
        result.lowered(),
        context.converted(&mean, stash).lowered(),
        context.converted(&inverse, stash).lowered(),
    ])
}
