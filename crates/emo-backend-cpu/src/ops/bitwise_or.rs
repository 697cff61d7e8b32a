use super::{Empty, Operator, elementwise::lower_bitwise};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "BitwiseOr",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| lower_bitwise(context, BinaryOp::Or),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
