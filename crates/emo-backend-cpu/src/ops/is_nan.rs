use super::{Empty, Operator, elementwise::lower_question};
use crate::kernels::unary::Question;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "IsNaN",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_question(context, Question::Nan),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
