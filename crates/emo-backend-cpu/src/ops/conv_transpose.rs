use emo_backend::BackendError;

use super::{Lowered, NodeContext, Operator, convolution::Convolution};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "ConvTranspose",
    inputs: 2..=3,
    attributes: &[
        "auto_pad",
        "dilations",
        "group",
        "kernel_shape",
        "output_padding",
        "output_shape",
        "pads",
        "strides",
    ],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let (input, weights) = (context.input(0)?, context.input(1)?);
    let convolution = Convolution::transposed(context, input.shape, weights.shape)?;
    let reads = convolution.reads(context)?;
    Ok(vec![convolution.lower(
        context,
        input.element_type,
        reads,
    )?])
}
