use super::{Empty, Operator, elementwise::lower_binary};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Add",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| lower_binary(context, BinaryOp::Add),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
