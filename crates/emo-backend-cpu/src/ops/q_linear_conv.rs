use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    Lowered, NodeContext, Operand, Operator, Scales,
    convolution::Convolution,
    integer::{self, Integers, Layer, constant_scales},
    quantization::{Repeat, centred, refuse_scales, requantized},
};

pub(super) const OPERATOR: Operator = Operator {
    op_type: "QLinearConv",
    inputs: 8..=9,
    attributes: Convolution::SLIDING,
    lower,
    any_form: Some(of_constants),
    ..Operator::NUMERIC
};

/// With constant weights and scales.
fn of_constants(context: &NodeContext<'_>) -> Result<Option<Vec<Lowered>>, BackendError> {
    for index in [1, 4, 6] {
        refuse_scales(context, index)?;
    }
    let (Some(input), Some(weights)) = (
        constant_scales(context, 1, 2)?,
        constant_scales(context, 4, 5)?,
    ) else {
        return Ok(None);
    };
    let units: Vec<f32> = weights
        .scales
        .iter()
        .map(|weight| input.scales[0] * weight)
        .collect();
    let unit = Scales {
        axis: weights.axis,
        zero_points: vec![0; units.len()],
        scales: units,
    };
    let bias = context.optional(8).map(|bias| Operand {
        scales: Some(&unit),
        ..bias
    });
    let layer = Layer {
        input: Integers {
            index: 0,
            scales: &input,
        },
        weights: Integers {
            index: 3,
            scales: &weights,
        },
        bias,
    };
    let Some(lowered) = integer::convolution(context, layer)? else {
        return Ok(None);
    };
    Ok(integer::quantized(context, lowered, (6, 7))?.map(|lowered| vec![lowered]))
}

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
