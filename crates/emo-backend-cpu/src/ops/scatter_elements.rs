use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, blocks::positions, gather_elements::elements};
use crate::kernels::{elements::ScatterElements, reduction::Reduction};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ScatterElements",
    inputs: 3..=3,
    attributes: &["axis", "reduction"],
    lower,
    ..Operator::ANY_TYPE
};

/// Lowers a node that scatters single elements.
pub(super) fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, updates) = (context.input(0)?, context.input(2)?);
    let (axis, elements) = elements(context)?;
    let indices = positions(context, 1, &[input.shape[axis]])?;
    if updates.element_type != input.element_type || updates.shape != indices.shape {
        return Err(context.malformed(format!(
            "updates {}{:?} for indices {:?} into {}",
            updates.element_type, updates.shape, indices.shape, input.element_type
        )));
    }
    let kernel = ScatterElements {
        elements,
        reduction: reduction(context)?,
    };
    Ok(Lowered::compute(
        input.element_type,
        input.shape.to_vec(),
        vec![0, 1, 2],
        kernel,
    ))
}

/// What the attribute `reduction` says.
pub(super) fn reduction(context: &NodeContext<'_>) -> Result<Reduction, BackendError> {
    let name = context.string("reduction", "none")?;
    let reduction = match name {
        "none" => Reduction::Replace,
        "add" => Reduction::Add,
        "mul" => Reduction::Mul,
        "max" => Reduction::Max,
        "min" => Reduction::Min,
        other => return Err(context.unsupported(format!("reduction `{other}`"))),
    };
    let element_type = context.input(0)?.element_type;
    if !reduction.takes(element_type) {
        return Err(context.unsupported(format!("reduction `{name}` of {element_type} elements")));
    }
    Ok(reduction)
}
