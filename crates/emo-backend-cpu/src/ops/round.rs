use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Round",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_unary(context, Unary::Round),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
