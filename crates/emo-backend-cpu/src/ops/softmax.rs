use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator};
use crate::kernels::softmax::{Scale, Softmax};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Softmax",
    inputs: 1..=1,
    attributes: &["axis"],
    lower: |context| lower_softmax(context, Scale::Linear),
    ..Operator::NUMERIC
};

/// Before opset 13 the axes from `axis` on are taken as one; since then, only that axis is normalised.
pub(super) fn lower_softmax(
    context: &NodeContext<'_>,
    scale: Scale,
) -> Result<Vec<Lowered>, BackendError> {
    let shape = context.f32_input(0)?.shape;
    let kernel = if context.opset < 13 {
        let axis = context.axis(context.int("axis", 1)?, shape.len())?;
        Softmax {
            scale,
            extent: shape[axis..].iter().product(),
            inner: 1,
        }
    } else {
        let axis = context.axis(context.int("axis", -1)?, shape.len())?;
        Softmax {
            scale,
            extent: shape[axis],
            inner: shape[axis + 1..].iter().product(),
        }
    };
    Ok(Lowered::compute(
        ElementType::F32,
        shape.to_vec(),
        vec![0],
        kernel,
    ))
}
