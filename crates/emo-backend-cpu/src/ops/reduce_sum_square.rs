use super::{Empty, Operator, reduce::lower_reduce};
use crate::kernels::reduce::ReduceOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ReduceSumSquare",
    inputs: 1..=2,
    attributes: &["axes", "keepdims", "noop_with_empty_axes"],
    lower: |context| lower_reduce(context, ReduceOp::SumSquare, 18),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
