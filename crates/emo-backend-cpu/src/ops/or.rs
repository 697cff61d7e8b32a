use super::{Empty, Operator, elementwise::lower_logic};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Or",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| lower_logic(context, BinaryOp::Or),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
