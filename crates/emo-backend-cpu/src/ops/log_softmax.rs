use super::{Empty, Operator, softmax::lower_softmax};
use crate::kernels::softmax::Scale;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LogSoftmax",
    inputs: 1..=1,
    attributes: &["axis"],
    lower: |context| lower_softmax(context, Scale::Log),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
