use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operator,
    convolution::Convolution,
    quantization::{Repeat, centred},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ConvInteger",
    inputs: 2..=4,
    attributes: Convolution::SLIDING,
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let shapes = (context.input(0)?.shape, context.input(1)?.shape);
    let convolution = Convolution::sliding(context, shapes.0, shapes.1)?;
    let input = centred(context, 0, 2, Repeat::Single)?;
    let weights = centred(context, 1, 3, Repeat::Along(0))?;
    let reads = vec![input.number(), weights.number()];
    Ok(vec![convolution.lower(context, ElementType::I32, reads)?])
}
