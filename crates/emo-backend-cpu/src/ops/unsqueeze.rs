use super::{Forms, Lowered, Operator};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Unsqueeze",
    inputs: 1..=2,
    attributes: &["axes"],
    lower: |context| {
        let input = context.input(0)?;
        let axes = context
            .ints_or_input("axes", 13, 1)?
            .ok_or_else(|| context.malformed("`axes` is missing"))?;
        let rank = input.shape.len() + axes.len();
        let axes = context.axes(&axes, rank)?;
        let mut own = input.shape.iter().copied();
        let shape = (0..rank)
            .map(|axis| match axes.contains(&axis) {
                true => 1,
                false => own.next().unwrap_or(1),
            })
            .collect();
        Ok(Lowered::alias(input.element_type, shape))
    },
    forms: Forms::Passed,
    ..Operator::ANY_TYPE
};
