use super::{Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Elu",
    inputs: 1..=1,
    attributes: &["alpha"],
    lower: |context| {
        let alpha = context.float("alpha", 1.0)?;
        lower_unary(context, Unary::Elu { alpha })
    },
    ..Operator::NUMERIC
};
