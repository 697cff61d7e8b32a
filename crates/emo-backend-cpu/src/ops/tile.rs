use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Tile",
    inputs: 2..=2,
    attributes: &[],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let repeats = context.required_constant::<i64>(1)?;
    if repeats.len() != input.shape.len() {
        return Err(context.malformed(format!(
            "{} repeats of {} axes",
            repeats.len(),
            input.shape.len()
        )));
    }
    // Each axis is seen as two: one over the repeats, on which the input stands still, and its own.
    let (mut shape, mut seen, mut from) = (Vec::new(), Vec::new(), Vec::new());
    for ((&extent, &step), &count) in input.shape.iter().zip(&strides(input.shape)).zip(repeats) {
        let count = context.extent("a repeat", count)?;
        let repeated = extent.checked_mul(count).ok_or_else(|| {
            context.malformed(format!("an axis of {extent} repeated {count} times"))
        })?;
        shape.push(repeated);
        seen.extend([count, extent]);
        from.extend([0, step]);
    }
    context.check_memory("the output", &shape)?;
    let part = Part {
        input: 0,
        from: Place::new(0, &from),
        to: Place::new(0, &strides(&seen)),
        shape: seen,
    };
    let output = (input.element_type, shape);
    Ok(vec![movement(context, output, None, vec![0], vec![part])?])
}
