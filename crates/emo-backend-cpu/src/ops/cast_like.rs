use super::{Operator, cast::lower_cast};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "CastLike",
    inputs: 2..=2,
    attributes: &["round_mode", "saturate"],
    lower: |context| {
        let to = context.input(1)?.element_type;
        lower_cast(context, to)
    },
    ..Operator::ANY_TYPE
};
