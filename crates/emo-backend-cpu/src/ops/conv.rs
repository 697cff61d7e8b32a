use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operator,
    spatial::{Rounding, extents, output_shape, window},
};
use crate::kernels::conv::{Conv, ConvShape};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Conv",
    inputs: 2..=3,
    attributes: &[
        "auto_pad",
        "dilations",
        "group",
        "kernel_shape",
        "pads",
        "strides",
    ],
    lower,
    ..Operator::NUMERIC
};

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.f32_input(0)?;
    let weights_shape = context.f32_input(1)?.shape;
    let weights = context.required_constant::<f32>(1)?;
    let bias = context.constant::<f32>(2)?;
    let groups = context.extent("attribute `group`", context.int("group", 1)?)?;
    let mismatch = || {
        context.malformed(format!(
            "input {:?}, weights {weights_shape:?} and {groups} groups do not fit together",
            input.shape
        ))
    };
    if input.shape.len() < 3
        || weights_shape.len() != input.shape.len()
        || groups == 0
        || weights_shape.contains(&0)
        || weights_shape[0] % groups != 0
        || weights_shape[1].checked_mul(groups) != Some(input.shape[1])
    {
        return Err(mismatch());
    }
    let kernel = &weights_shape[2..];
    if let Some(stated) = extents(context, "kernel_shape", kernel.len())?
        && stated != kernel
    {
        return Err(context.malformed(format!(
            "kernel_shape is {stated:?}, the weights have {kernel:?}"
        )));
    }
    if let Some(bias) = bias
        && bias.len() != weights_shape[0]
    {
        return Err(context.malformed(format!(
            "{} biases for {} output channels",
            bias.len(),
            weights_shape[0]
        )));
    }
    let window = window(context, input.shape, kernel, Rounding::Down)?;
    let shape = ConvShape {
        batch: input.shape[0],
        groups,
        group_inputs: weights_shape[1],
        group_outputs: weights_shape[0] / groups,
        window,
    };
    Ok(Lowered::compute(
        ElementType::F32,
        output_shape(input.shape, weights_shape[0], &window),
        vec![0],
        Conv::new(context.level, shape, weights, bias),
    ))
}
