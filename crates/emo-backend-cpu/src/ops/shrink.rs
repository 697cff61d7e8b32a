use super::{Empty, Operator, elementwise::lower_unary_of_numbers};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Shrink",
    inputs: 1..=1,
    attributes: &["bias", "lambd"],
    lower: |context| {
        // The operator's defaults.
        let bias = context.float("bias", 0.0)?;
        let lambda = context.float("lambd", 0.5)?;
        lower_unary_of_numbers(context, Unary::Shrink { bias, lambda })
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
