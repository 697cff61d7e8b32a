use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Cos",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_unary(context, Unary::Cos),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
