use super::{Empty, Operator, elementwise::lower_unary_or_integer};
use crate::kernels::unary::{IntegerUnary, Unary};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Abs",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_unary_or_integer(context, Unary::Abs, IntegerUnary::Abs),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
