use super::{Empty, Operator, elementwise::lower_swapped};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Greater",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| lower_swapped(context, BinaryOp::Less),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
