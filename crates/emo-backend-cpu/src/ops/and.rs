use super::{Empty, Operator, elementwise::lower_logic};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "And",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| lower_logic(context, BinaryOp::And),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
