use super::{Forms, Lowered, Operator};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Identity",
    inputs: 1..=1,
    attributes: &[],
    lower: |context| {
        let input = context.input(0)?;
        Ok(Lowered::alias(input.element_type, input.shape.to_vec()))
    },
    forms: Forms::Passed,
    ..Operator::ANY_TYPE
};
