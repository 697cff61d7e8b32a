use super::{Operator, scatter_elements};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Scatter",
    inputs: 3..=3,
    attributes: &["axis"],
    lower: |context| {
        if context.opset >= 11 {
            return Err(context.malformed("the operator was withdrawn in opset 11"));
        }
        scatter_elements::lower(context)
    },
    ..Operator::ANY_TYPE
};
