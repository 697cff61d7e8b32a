use super::{NodeContext, Operator, elementwise::lower_unary};
use crate::kernels::unary::Unary;
use emo_backend::BackendError;

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Clip",
    inputs: 1..=3,
    attributes: &["max", "min"],
    lower: |context| {
        let (min, max) = if context.opset < 11 {
            (
                context.float("min", f32::MIN)?,
                context.float("max", f32::MAX)?,
            )
        } else {
            if !context.node.attributes.is_empty() {
                return Err(context.malformed("`min` and `max` became inputs in opset 11"));
            }
            (bound(context, 1, f32::MIN)?, bound(context, 2, f32::MAX)?)
        };
        lower_unary(context, Unary::Clip { min, max })
    },
    ..Operator::NUMERIC
};

fn bound(context: &NodeContext<'_>, index: usize, default: f32) -> Result<f32, BackendError> {
    match context.constant::<f32>(index)? {
        None => Ok(default),
        Some(&[bound]) => Ok(bound),
        Some(bounds) => Err(context.malformed(format!(
            "input {index} has {} elements, expected 1",
            bounds.len()
        ))),
    }
}
