use super::{Empty, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Selu",
    inputs: 1..=1,
    attributes: &["alpha", "gamma"],
    lower: |context| {
        // The operator's defaults.
        let alpha = context.float("alpha", 1.673_263_2)?;
        let gamma = context.float("gamma", 1.050_701)?;
        lower_unary(context, Unary::Selu { alpha, gamma })
    },
    empty: Empty::Accepted,
    ..Operator::ELEMENTWISE
};
