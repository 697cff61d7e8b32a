use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "LeakyRelu",
    inputs: 1..=1,
    attributes: &["alpha"],
    lower: |context| {
        // The operator's defaults.
        let alpha = context.float("alpha", 0.01)?;
        lower_unary(context, Unary::LeakyRelu { alpha })
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
