use super::{Empty, Operator, elementwise::lower_chain};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Max",
    inputs: 1..=usize::MAX,
    attributes: &[],
    lower: |context| lower_chain(context, BinaryOp::Max),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
