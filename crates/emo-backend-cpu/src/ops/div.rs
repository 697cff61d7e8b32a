use super::{Empty, Operator, elementwise::lower_binary};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Div",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| lower_binary(context, BinaryOp::Div),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
