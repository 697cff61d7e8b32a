use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::{broadcast, broadcast_strides, strides},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Expand",
    inputs: 2..=2,
    attributes: &[],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let target = context
        .required_constant::<i64>(1)?
        .iter()
        .map(|&extent| context.extent("an extent of the shape", extent))
        .collect::<Result<Vec<_>, _>>()?;
    let shape = broadcast(input.shape, &target).ok_or_else(|| {
        context.malformed(format!(
            "shapes {:?} and {target:?} do not broadcast",
            input.shape
        ))
    })?;
    if shape == input.shape {
        return Ok(Lowered::alias(input.element_type, shape));
    }
    context.check_memory("the output", &shape)?;
    let part = Part {
        input: 0,
        from: Place::new(0, &broadcast_strides(input.shape, &shape)),
        to: Place::new(0, &strides(&shape)),
        shape: shape.clone(),
    };
    let output = (input.element_type, shape);
    Ok(vec![movement(context, output, None, vec![0], vec![part])?])
}
