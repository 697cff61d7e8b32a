use emo_backend::{
    BackendError,
    emo_tensor::half::{bf16, f16},
};

use super::{Forms, Lowered, NodeContext, Operator};
use crate::{
    buffer::{Buffer, Slice},
    shape::element_count,
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Dropout",
    inputs: 1..=3,
    attributes: &["ratio", "seed"],
    lower,
    forms: Forms::Passed,
    ..Operator::ANY_TYPE
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    let training = context.constant::<bool>(2)?;
    if training.is_some_and(|training| training.contains(&true)) && !drops_nothing(context)? {
        return Err(context.unsupported("training mode, which draws random numbers"));
    }
    let mut outputs = input.clone().finish();
    if context.wanted > 1 {
        context.check_memory("the mask", &input.shape)?;
        let count = element_count(&input.shape).unwrap_or(usize::MAX);
        let mask = context.fixed(input.shape.clone(), Buffer::Bool(vec![true; count]));
        // The mask became one of truth values in opset 10.
        let mask = if context.opset < 10 {
            context.converted(&mask, input.element_type)
        } else {
            mask
        };
        outputs.push(mask.lowered());
    }
    Ok(outputs)
}

/// Whether the ratio of elements to drop is 0; it is 0.5 where it is left out.
fn drops_nothing(context: &NodeContext<'_>) -> Result<bool, BackendError> {
    let Some(ratio) = context.optional(1) else {
        return Ok(false);
    };
    Ok(
        match ratio.constant.ok_or_else(|| context.not_constant(1))? {
            Slice::F32(ratio) => ratio == [0.0],
            Slice::F64(ratio) => ratio == [0.0],
            Slice::F16(ratio) => ratio == [f16::ZERO],
            Slice::BF16(ratio) => ratio == [bf16::ZERO],
            _ => return Err(context.malformed("the ratio is no float")),
        },
    )
}
