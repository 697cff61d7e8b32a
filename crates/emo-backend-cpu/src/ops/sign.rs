use super::{Empty, Operator, elementwise::lower_unary_or_integer};
use crate::kernels::unary::{IntegerUnary, Unary};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Sign",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_unary_or_integer(context, Unary::Sign, IntegerUnary::Sign),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
