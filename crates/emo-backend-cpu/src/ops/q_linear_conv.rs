use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operator,
    convolution::Convolution,
    quantization::{Repeat, centred, requantized},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "QLinearConv",
    inputs: 8..=9,
    attributes: Convolution::SLIDING,
    lower,
    ..Operator::NUMERIC
};

/// Inputs: x, its scale and zero point, the weights, theirs, the output's scale and zero point, and a bias.
fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let shapes = (context.input(0)?.shape, context.input(3)?.shape);
    let convolution = Convolution::sliding(context, shapes.0, shapes.1)?;
    let input = centred(context, 0, 2, Repeat::Single)?;
    let weights = centred(context, 3, 5, Repeat::Along(0))?;
    let mut reads = vec![input.number(), weights.number()];
    if let Some(bias) = context.optional(8) {
        if (bias.element_type, bias.shape) != (ElementType::I32, &[shapes.1[0]]) {
            return Err(context.malformed(format!(
                "biases of type {} and shape {:?} for {} output channels",
                bias.element_type, bias.shape, shapes.1[0]
            )));
        }
        reads.push(8);
    }
    let sums = context.push(convolution.lower(context, ElementType::I32, reads)?);
    let factors = [(1, Repeat::Single), (4, Repeat::Along(1))];
    requantized(context, &sums, factors, 6, 7)
}
