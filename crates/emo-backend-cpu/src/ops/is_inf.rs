use super::{Empty, Operator, elementwise::lower_question};
use crate::kernels::unary::Question;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "IsInf",
    inputs: 1..=1,
    attributes: &["detect_negative", "detect_positive"],
    lower: |context| {
        let negative = context.flag("detect_negative", 1)?;
        let positive = context.flag("detect_positive", 1)?;
        lower_question(context, Question::Infinite { negative, positive })
    },
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
