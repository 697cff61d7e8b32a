use emo_backend::BackendError;

use super::{Forms, Lowered, NodeContext, Operator};
use crate::shape::element_count;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Reshape",
    inputs: 2..=2,
    attributes: &["allowzero"],
    lower,
    forms: Forms::Passed,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let target = context.required_constant::<i64>(1)?;
    let allow_zero = context.flag("allowzero", 0)?;
    let mismatch = || context.malformed(format!("shape {:?} reshaped to {target:?}", input.shape));
    let mut inferred = None;
    let mut shape = Vec::with_capacity(target.len());
    for (axis, &extent) in target.iter().enumerate() {
        shape.push(match extent {
            -1 if inferred.is_none() => {
                inferred = Some(axis);
                1
            }
            0 if !allow_zero => *input.shape.get(axis).ok_or_else(mismatch)?,
            extent => usize::try_from(extent).map_err(|_| mismatch())?,
        });
    }
    let count = element_count(input.shape).ok_or_else(mismatch)?;
    if let Some(axis) = inferred {
        let others = element_count(&shape).ok_or_else(mismatch)?;
        if allow_zero && others == 0 {
            return Err(mismatch());
        }
        shape[axis] = count.checked_div(others).unwrap_or(0);
    }
    if element_count(&shape) != Some(count) {
        return Err(mismatch());
    }
    Ok(Lowered::alias(input.element_type, shape))
}
