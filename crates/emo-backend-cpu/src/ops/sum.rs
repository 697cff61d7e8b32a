use super::{Empty, Operator, elementwise::lower_chain};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Sum",
    inputs: 1..=usize::MAX,
    attributes: &[],
    lower: |context| lower_chain(context, BinaryOp::Add),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
