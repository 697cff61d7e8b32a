use super::{Forms, Lowered, Operator};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Flatten",
    inputs: 1..=1,
    attributes: &["axis"],
    lower: |context| {
        let input = context.input(0)?;
        let rank = input.shape.len();
        // Unlike elsewhere, the axis may stand behind the last one.
        let axis = match context.int("axis", 1)? {
            axis if usize::try_from(axis).ok() == Some(rank) => rank,
            axis => context.axis(axis, rank)?,
        };
        let (outer, inner) = input.shape.split_at(axis);
        let shape = vec![outer.iter().product(), inner.iter().product()];
        Ok(Lowered::alias(input.element_type, shape))
    },
    forms: Forms::Passed,
    ..Operator::ANY_TYPE
};
