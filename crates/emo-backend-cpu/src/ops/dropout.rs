use super::{Lowered, Operator};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Dropout",
    inputs: 1..=3,
    attributes: &["ratio", "seed"],
    lower: |context| {
        let input = context.input(0)?;
        if context.wanted > 1 {
            return Err(context.unsupported("the output `mask`"));
        }
        if let Some(training) = context.constant::<bool>(2)?
            && training.contains(&true)
        {
            return Err(context.unsupported("training mode"));
        }
        Ok(Lowered::alias(input.element_type, input.shape.to_vec()))
    },
    ..Operator::ANY_TYPE
};
