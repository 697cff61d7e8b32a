use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "HardSigmoid",
    inputs: 1..=1,
    attributes: &["alpha", "beta"],
    lower: |context| {
        // The operator's defaults.
        let alpha = context.float("alpha", 0.2)?;
        let beta = context.float("beta", 0.5)?;
        lower_unary(context, Unary::HardSigmoid { alpha, beta })
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
