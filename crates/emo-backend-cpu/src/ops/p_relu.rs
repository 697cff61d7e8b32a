use super::{Empty, Operator};
use crate::kernels::binary::BinaryOp;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "PRelu",
    inputs: 2..=2,
    attributes: &[],
    lower: |context| {
        let (x, slope) = (context.value(0)?, context.value(1)?);
        let result = context.combined(BinaryOp::LeakyRelu, &x, &slope)?;
        if result.shape != x.shape {
            return Err(context.malformed(format!(
                "a slope of shape {:?} for an input of shape {:?}",
                slope.shape, x.shape
            )));
        }
        Ok(result.finish())
    },
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};
