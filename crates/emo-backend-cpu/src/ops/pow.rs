use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Empty, Half, Lowered, NodeContext, Operator, elementwise::is_integer};
use crate::{buffer::Slice, kernels::binary::BinaryOp};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Pow",
    inputs: 2..=2,
    attributes: &[],
    lower,
    // The exponent's type does not bear on the result's.
    half: Half::Native,
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    use ElementType::{BF16, F16, F32, F64, I64};
    let (base, exponent) = (context.value(0)?, context.value(1)?);
    if let Some(Slice::F32(&[2.0])) = context.input(1)?.constant
        && base.element_type == F32
        && exponent.shape.len() <= base.shape.len()
    {
        return Ok(context.combined(BinaryOp::Mul, &base, &base)?.finish());
    }
    let common = match (base.element_type, exponent.element_type) {
        (F32 | F16 | BF16, F32 | F16 | BF16) => F32,
        (a, b) if a == b => a,
        // The low bits of a power in 64 bits are those of the power in fewer.
        (a, b) if is_integer(a) && is_integer(b) => I64,
        _ => F64,
    };
    let power = context.combined(
        BinaryOp::Pow,
        &context.converted(&base, common),
        &context.converted(&exponent, common),
    )?;
    Ok(context.converted(&power, base.element_type).finish())
}
