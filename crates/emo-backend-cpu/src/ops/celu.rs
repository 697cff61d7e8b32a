use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Celu",
    inputs: 1..=1,
    attributes: &["alpha"],
    lower: |context| {
        // The operator's defaults.
        let alpha = context.float("alpha", 1.0)?;
        lower_unary(context, Unary::Celu { alpha })
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
