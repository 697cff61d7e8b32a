use super::{Empty, Operator, elementwise::lower_integer};
use crate::kernels::unary::IntegerUnary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "BitwiseNot",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_integer(context, IntegerUnary::Not),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
