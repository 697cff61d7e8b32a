use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Gelu",
    inputs: 1..=1,
    attributes: &["approximate"],
    lower: |context| {
        let function = match context.string("approximate", "none")? {
            "none" => Unary::Gelu,
            "tanh" => Unary::GeluTanh,
            other => return Err(context.malformed(format!("approximation `{other}`"))),
        };
        lower_unary(context, function)
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
