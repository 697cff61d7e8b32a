use super::{Empty, Operator, elementwise::lower_unary_of_numbers};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Erf",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| lower_unary_of_numbers(context, Unary::Erf),
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
