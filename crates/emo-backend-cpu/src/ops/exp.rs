use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Exp",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_unary(context, Unary::Exp),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
