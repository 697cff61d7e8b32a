use super::{Empty, Operator};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Mean",
    inputs: 1..=usize::MAX,
    attributes: &[],
    lower: |context| {
        let mut sum = context.value(0)?;
        for index in 1..context.inputs.len() {
            sum = context.combined(BinaryOp::Add, &sum, &context.value(index)?)?;
        }
        let count = context.scalar(sum.element_type, context.inputs.len() as f64)?;
        Ok(context.combined(BinaryOp::Div, &sum, &count)?.finish())
    },
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
