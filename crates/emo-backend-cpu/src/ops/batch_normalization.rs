use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext, Operator,
    normalization::{epsilon, moments, sets, standardized},
    parts::{part, wide},
    value_ref::ValueRef,
};
use crate::{
    buffer::{Scalar, Slice},
    form::Form,
    kernels::{
        affine::Affine,
        binary::BinaryOp,
        moments::{About, Blend, Spread},
        movement::{Movement, Part, Place},
    },
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "BatchNormalization",
    inputs: 5..=5,
    attributes: &["epsilon", "momentum", "spatial", "training_mode"],
    lower,
    any_form: Some(interleaved),
    // Its inputs may be of several types, and the statistics keep theirs.
    half: super::Half::Native,
    ..Operator::NUMERIC
};

/// With constant parameters, of an input with the channels last.
fn interleaved(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    let operand = context.input(0)?;
    if context.is_scaled()
        || operand.form == Form::PLAIN
        || operand.form != Form::channels_last(operand.shape)
    {
        return Ok(None);
    }
    let outputs = lower(context)?;
    let [
        Lowered {
            how: How::Compute { reads, .. },
            ..
        },
    ] = &outputs[..]
    else {
        return Ok(None);
    };
    let is_affine = context.steps.borrow().is_empty() && reads[..] == [0];
    Ok(is_affine.then(|| {
        outputs
            .into_iter()
            .map(|lowered| lowered.in_form(operand.form))
            .collect()
    }))
}

fn lower(context: &NodeContext<'_>) -> Result<Vec<Lowered>, BackendError> {
    let input = context.value(0)?;
    if input.shape.len() < 2 {
        return Err(context.malformed(format!("an input with {} axes", input.shape.len())));
    }
    // Before opset 9, statistics may be kept per element instead of per channel.
    let spatial = context.flag("spatial", 1)?;
    let own: &[usize] = if spatial {
        &input.shape[1..2]
    } else {
        &input.shape[1..]
    };
    for index in 1..5 {
        let parameter = context.input(index)?.shape;
        if parameter != own {
            return Err(context.malformed(format!(
                "input {index} has shape {parameter:?}, expected {own:?}"
            )));
        }
    }
    // Before opset 14, training is what more than one output tells.
    let training = if context.opset < 14 {
        context.wanted > 1
    } else {
        context.flag("training_mode", 0)?
    };
    if training {
        return lower_training(context, &input, own);
    }
    if context.wanted > 1 {
        return Err(context.malformed("statistics as outputs without training"));
    }
    if let Some(kernel) = constant_affine(context, &input, spatial)? {
        return Ok(Lowered::compute(
            ElementType::F32,
            input.shape,
            vec![0],
            kernel,
        ));
    }
    let statistics = [3, 4].map(|index| -> Result<ValueRef, BackendError> {
        Ok(context.converted(&context.value(index)?, ElementType::F64))
    });
    let [mean, variance] = statistics;
    let moments = joined(context, &mean?, &variance?)?;
    Ok(normalized(context, &input, &moments, own)?.finish())
}

/// Scale and shift, where all parameters are constants of type `f32`.
fn constant_affine(
    context: &NodeContext<'_>,
    input: &ValueRef,
    spatial: bool,
) -> Result<Option<Affine>, BackendError> {
    let mut parameters = [&[][..]; 4];
    for (index, parameter) in parameters.iter_mut().enumerate() {
        match context.input(index + 1)?.constant {
            Some(Slice::F32(values)) if input.element_type == f32::TYPE => *parameter = values,
            _ => return Ok(None),
        }
    }
    let [gamma, beta, mean, variance] = parameters;
    let epsilon = epsilon(context)?;
    let mut scale = Vec::with_capacity(gamma.len());
    let mut shift = Vec::with_capacity(gamma.len());
    for channel in 0..gamma.len() {
        let spread = f64::from(variance[channel]) + epsilon;
        if spread <= 0.0 {
            return Err(context.malformed(format!(
                "variance {} of channel {channel} with epsilon {epsilon}",
                variance[channel]
            )));
        }
        let factor = f64::from(gamma[channel]) / spread.sqrt();
        scale.push(factor);
        shift.push(f64::from(beta[channel]) - f64::from(mean[channel]) * factor);
    }
    // What a layer before would take over counts channels along axis 1.
    if !spatial && input.shape.len() > 2 {
        return Ok(None);
    }
    let inner = match context.input(0)?.form.interleaved {
        None => input.shape[2..].iter().product(),
        Some(_) => 1,
    };
    Ok(Some(Affine::new(scale, shift, inner)))
}

/// `scale · (input − mean) / √(variance + ε) + bias`, from means and variances `[2, channels]` in `f64`.
fn normalized(
    context: &NodeContext<'_>,
    input: &ValueRef,
    moments: &ValueRef,
    own: &[usize],
) -> Result<ValueRef, BackendError> {
    let x = context.converted(input, wide(input.element_type));
    let sets = sets(context, &x.shape, &shared_axes(&x.shape, own))?;
    let spread = Spread::Inside(epsilon(context)?);
    let mut result = standardized(context, &x, moments, sets, spread)?;
    let mut shape = own.to_vec();
    shape.resize(x.shape.len() - 1, 1);
    for (index, op) in [(1, BinaryOp::Mul), (2, BinaryOp::Add)] {
        let parameter = context.converted(&context.value(index)?, x.element_type);
        let parameter = context.reshaped(&parameter, shape.clone());
        result = context.combined(op, &result, &parameter)?;
    }
    Ok(context.converted(&result, input.element_type))
}

/// The axes along which statistics are shared.
fn shared_axes(shape: &[usize], own: &[usize]) -> Vec<usize> {
    let mut axes = vec![0];
    axes.extend(1 + own.len()..shape.len());
    axes
}

/// With the batch's own statistics; outputs are the result, the running mean and variance, and before opset 14 the
/// batch's mean and variance.
fn lower_training(
    context: &NodeContext<'_>,
    input: &ValueRef,
    own: &[usize],
) -> Result<Vec<Lowered>, BackendError> {
    let x = context.converted(input, wide(input.element_type));
    let sets = sets(context, &x.shape, &shared_axes(&x.shape, own))?;
    let batch = moments(context, &x, &sets, About::Mean)?;
    let result = normalized(context, input, &batch, own)?;
    let statistics = [3, 4].map(|index| -> Result<ValueRef, BackendError> {
        Ok(context.converted(&context.value(index)?, ElementType::F64))
    });
    let [mean, variance] = statistics;
    let before = joined(context, &mean?, &variance?)?;
    let weight = f64::from(context.float("momentum", 0.9)?);
    let kernel = Blend { weight };
    let running = context.computed(
        ElementType::F64,
        before.shape.clone(),
        &[&before, &batch],
        kernel,
    );
    let channels = own.iter().product();
    let mut outputs = vec![result.lowered()];
    let kinds = if context.opset < 14 { 2 } else { 1 };
    for both in [&running, &batch].into_iter().take(kinds) {
        for (offset, index) in [(0, 3), (channels, 4)] {
            let statistic = part(context, both, offset, own.to_vec())?;
            let element_type = context.input(index)?.element_type;
            outputs.push(context.converted(&statistic, element_type).lowered());
        }
    }
    Ok(outputs)
}

/// Two arrays of `f64` with as many elements, one behind the other.
fn joined(
    context: &NodeContext<'_>,
    first: &ValueRef,
    second: &ValueRef,
) -> Result<ValueRef, BackendError> {
    let len: usize = first.shape.iter().product();
    let parts = [0, 1].map(|input| Part {
        input,
        shape: vec![len],
        from: Place::new(0, &[1]),
        to: Place::new(input * len, &[1]),
    });
    let kernel = Movement::new(None, parts.into())
        .ok_or_else(|| context.unsupported(format!("statistics of shape {:?}", first.shape)))?;
    let shape = vec![2, len];
    Ok(context.computed(ElementType::F64, shape, &[first, second], kernel))
}
