use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext, Operator,
    convolution::Convolution,
    integer::{self, Layer},
    spatial::flat_window,
};
use crate::{
    form::Form,
    kernel::Kernel,
    kernels::{direct::DirectConv, window::ConvShape, winograd::Winograd},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "Conv",
    inputs: 2..=3,
    attributes: Convolution::SLIDING,
    lower,
    any_form: Some(any_form),
    ..Operator::NUMERIC
};

fn any_form(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    if let Some(layer) = Layer::of_scaled(context) {
        return Ok(integer::convolution(context, layer)?.map(|lowered| vec![lowered]));
    }
    if context.is_scaled() {
        Ok(None)
    } else {
        of_constants(context)
    }
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    if let Some(lowered) = of_constants(context)? {
        return Ok(lowered);
    }
    let (input, weights) = (context.input(0)?, context.input(1)?);
    let convolution = Convolution::sliding(context, input.shape, weights.shape)?;
    let reads = convolution.reads(context)?;
    Ok(vec![convolution.lower(
        context,
        input.element_type,
        reads,
    )?])
}

/// With constant weights of type `f32`, over one or two axes.
fn of_constants(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let (input, weights) = (context.input(0)?, context.input(1)?);
    if input.element_type != ElementType::F32
        || weights.constant.is_none()
        || context
            .optional(2)
            .is_some_and(|bias| bias.constant.is_none())
    {
        return Ok(None);
    }
    let convolution = Convolution::sliding(context, input.shape, weights.shape)?;
    convolution.reads(context)?;
    let (Some(window), Some(read)) = (flat_window(&convolution.axes), context.channels_last(0)?)
    else {
        return Ok(None);
    };
    let shape = ConvShape {
        batch: input.shape[0],
        groups: convolution.groups,
        group_inputs: weights.shape[1],
        group_outputs: weights.shape[0] / convolution.groups,
        window,
    };
    let weights = context.required_constant::<f32>(1)?;
    let bias = context.constant::<f32>(2)?;
    let kernel: Box<dyn Kernel> = if Winograd::fits(&shape) {
        Box::new(Winograd::new(context.level, shape, weights, bias))
    } else {
        Box::new(DirectConv::new(context.level, shape, weights, bias))
    };
    let shape = convolution.output_shape();
    let form = Form::channels_last(&shape);
    let how = How::Compute {
        reads: vec![read],
        kernel,
    };
    Ok(Some(vec![
        Lowered::new(ElementType::F32, shape, how).in_form(form),
    ]))
}
