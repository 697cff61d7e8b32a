use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{Lowered, NodeContext, Operator, convolution::Convolution, spatial::flat_window};
use crate::kernels::conv::{Conv, ConvShape};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Conv",
    inputs: 2..=3,
    attributes: Convolution::SLIDING,
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, weights) = (context.input(0)?, context.input(1)?);
    let convolution = Convolution::sliding(context, input.shape, weights.shape)?;
    let reads = convolution.reads(context)?;
    if let (ElementType::F32, Some(_), true, Some(window)) = (
        input.element_type,
        weights.constant,
        context
            .optional(2)
            .is_none_or(|bias| bias.constant.is_some()),
        flat_window(&convolution.axes),
    ) {
        let shape = ConvShape {
            batch: input.shape[0],
            groups: convolution.groups,
            group_inputs: weights.shape[1],
            group_outputs: weights.shape[0] / convolution.groups,
            window,
        };
        let weights = context.required_constant::<f32>(1)?;
        let kernel = Conv::new(context.level, shape, weights, context.constant::<f32>(2)?);
        let shape = convolution.output_shape();
        return Ok(Lowered::compute(ElementType::F32, shape, vec![0], kernel));
    }
    Ok(vec![convolution.lower(
        context,
        input.element_type,
        reads,
    )?])
}
