use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::movement};
use crate::{
    kernels::movement::{Part, Place},
    shape::strides,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Concat",
    inputs: 1..=usize::MAX,
    attributes: &["axis"],
    lower,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    if !context.node.attributes.contains_key("axis") {
        return Err(context.malformed("attribute `axis` is missing"));
    }
    let first = context.input(0)?;
    let axis = context.axis(context.int("axis", 0)?, first.shape.len())?;
    let operands = (0..context.inputs.len())
        .map(|index| context.input(index))
        .collect::<Result<Vec<_>, _>>()?;
    let mut shape = first.shape.to_vec();
    shape[axis] = 0;
    for operand in &operands {
        let fits = operand.element_type == first.element_type
            && operand.shape.len() == shape.len()
            && (0..shape.len()).all(|other| other == axis || operand.shape[other] == shape[other]);
        let joined = fits
            .then(|| shape[axis].checked_add(operand.shape[axis]))
            .flatten();
        shape[axis] = joined.ok_or_else(|| {
            context.malformed(format!(
                "{}{:?} and {}{:?} do not join along axis {axis}",
                first.element_type, first.shape, operand.element_type, operand.shape
            ))
        })?;
    }
    context.check_memory("the output", &shape)?;
    let to = strides(&shape);
    let mut start = 0;
    let parts = operands
        .iter()
        .enumerate()
        .map(|(input, operand)| {
            let offset = start * to[axis];
            start += operand.shape[axis];
            Part {
                input,
                shape: operand.shape.to_vec(),
                from: Place::new(0, &strides(operand.shape)),
                to: Place::new(offset, &to),
            }
        })
        .collect();
    let reads = (0..operands.len()).collect();
    let output = (first.element_type, shape);
    Ok(vec![movement(context, output, None, reads, parts)?])
}
