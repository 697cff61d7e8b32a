use super::{
    Empty, Operator,
    elementwise::{is_integer, lower_unary},
};
use crate::kernels::{binary::BinaryOp, unary::Unary};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Relu",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| {
        let element_type = context.input(0)?.element_type;
        if is_integer(element_type) {
            let zero = context.scalar(element_type, 0.0)?;
            let result = context.combined(BinaryOp::Max, &context.value(0)?, &zero)?;
            return Ok(result.finish());
        }
        lower_unary(context, Unary::Relu)
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
