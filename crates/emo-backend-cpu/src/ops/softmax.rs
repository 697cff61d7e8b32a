use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Empty, Lowered, NodeContext, Operator, elementwise::refused};
use crate::kernels::softmax::{Scale, Softmax};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Softmax",
    inputs: 1..=1,
    attributes: &["axis"],
    lower: |context| lower_softmax(context, Scale::Linear),
    empty: Empty::Accepted,
    ..Operator::NUMERIC
};

/// Before opset 13 the axes from `axis` on are taken as one; since then, only that axis is normalised.
pub(super) fn lower_softmax(
    context: &NodeContext<'_>,
    scale: Scale,
) -> Result<Vec<Lowered>, BackendError> {
    let input = context.input(0)?;
    let (element_type, shape) = (input.element_type, input.shape);
    if !matches!(element_type, ElementType::F32 | ElementType::F64) {
        return Err(refused(context, element_type));
    }
    let default = if context.opset < 13 { 1 } else { -1 };
    let axis = context.axis(context.int("axis", default)?, shape.len())?;
    if shape.contains(&0) {
        return Ok(Lowered::alias(element_type, shape.to_vec()));
    }
    let inner: usize = shape[axis + 1..].iter().product();
    let kernel = if context.opset < 13 {
        Softmax {
            level: context.level,
            scale,
            extent: shape[axis] * inner,
            inner: 1,
        }
    } else {
        Softmax {
            level: context.level,
            scale,
            extent: shape[axis],
            inner,
        }
    };
    Ok(Lowered::compute(
        element_type,
        shape.to_vec(),
        vec![0],
        kernel,
    ))
}
