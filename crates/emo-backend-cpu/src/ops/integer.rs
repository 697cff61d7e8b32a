//! Layers that are computed with the integers that quantized operands hold.

use std::borrow::Cow;

use emo_backend::{BackendError, emo_tensor::ElementType};

use super::{
    How, Lowered, NodeContext, Operand, Scales, convolution::Convolution, spatial::flat_window,
};
use crate::{
    buffer::{CORE_CACHE_LEN, Slice},
    form::Form,
    kernel::{Follower, Kernel},
    kernels::{
        gemm::Strided,
        integer::{IntegerConv, IntegerDense},
        window::ConvShape,
    },
};

/// An operand whose integers stand for numbers: where it is and what they stand for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integers<'a> {
    pub(super) index: usize,
    pub(super) scales: &'a Scales,
}

/// A scale, and a zero point of bytes without sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ByteScale {
    pub(super) scale: f32,
    pub(super) zero_point: u8,
}

/// The scale of a whole tensor of 8-bit integers.
pub(super) fn byte_scale(element_type: ElementType, scales: &Scales) -> Option<ByteScale> {
    let (&[scale], &[zero_point]) = (&scales.scales[..], &scales.zero_points[..]) else {
        return None;
    };
    let shift = match element_type {
        ElementType::U8 => 0,
        ElementType::I8 => 128,
        _ => return None,
    };
    let zero_point = u8::try_from(zero_point + shift).ok()?;
    Some(ByteScale { scale, zero_point })
}

/// Constant weights with sign, of which zero stands for zero, and the scale of each of `n` outputs, which count
/// along `axis`.
fn weights<'a>(
    operand: Operand<'a>,
    scales: &Scales,
    axis: usize,
    n: usize,
) -> Option<(Cow<'a, [i8]>, Vec<f32>)> {
    let (elements, zero_point): (Cow<'_, [i8]>, i32) = match operand.constant? {
        Slice::I8(elements) => (elements.into(), 0),
        Slice::U8(elements) => (elements.iter().map(|&w| (w ^ 0x80) as i8).collect(), 128),
        _ => return None,
    };
    if scales.zero_points.iter().any(|&point| point != zero_point) {
        return None;
    }
    let scales = match scales.axis {
        None => vec![*scales.scales.first()?; n],
        Some(own) if own == axis && scales.scales.len() == n => scales.scales.clone(),
        Some(_) => return None,
    };
    Some((elements, scales))
}

/// Biases in units of each output's `multiplier`: as they are stored if that is their unit, else rounded to it.
fn bias(operand: Operand<'_>, multiplier: &[f32]) -> Option<Vec<i32>> {
    let n = multiplier.len();
    let in_units = |value: f64, unit: f32| {
        let rounded = (value / f64::from(unit)).round_ties_even();
        (rounded.abs() <= f64::from(1 << 30)).then_some(rounded as i32)
    };
    match (operand.constant?, operand.scales) {
        (Slice::I32(elements), Some(scales)) if elements.len() == n => {
            if scales.zero_points.iter().any(|&point| point != 0) {
                return None;
            }
            let own = |index: usize| scales.scales[if scales.axis.is_some() { index } else { 0 }];
            (0..n)
                .map(|index| {
                    let (element, unit) = (elements[index], multiplier[index]);
                    // A unit that was computed in another precision is the same unit.
                    if (own(index) - unit).abs() <= 1e-6 * unit {
                        return (element.unsigned_abs() <= 1 << 30).then_some(element);
                    }
                    in_units(f64::from(element) * f64::from(own(index)), unit)
                })
                .collect()
        }
        (Slice::F32(elements), None) if elements.len() == n => elements
            .iter()
            .zip(multiplier)
            .map(|(&value, &unit)| in_units(value.into(), unit))
            .collect(),
        _ => None,
    }
}

/// The inputs of a layer of integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    pub(super) input: Integers<'a>,
    pub(super) weights: Integers<'a>,
    pub(super) bias: Option<Operand<'a>>,
}

impl<'a> Layer<'a> {
    /// Those of a node whose inputs 0, 1 and perhaps 2 stand for input, weights and bias.
    pub(super) fn of_scaled(context: &NodeContext<'a>) -> Option<Self> {
        let integers = |index: usize| {
            let scales = context.optional(index)?.scales?;
            Some(Integers { index, scales })
        };
        Some(Self {
            input: integers(0)?,
            weights: integers(1)?,
            bias: context.optional(2),
        })
    }

    /// Weights, the unit of the sums of each output, and biases in it.
    fn constants<'c>(
        self,
        context: &NodeContext<'c>,
        axis: usize,
        n: usize,
    ) -> Result<Option<LayerConstants<'c>>, BackendError> {
        let input = context.input(self.input.index)?;
        let Some(input) = byte_scale(input.element_type, self.input.scales) else {
            return Ok(None);
        };
        let operand = context.input(self.weights.index)?;
        let Some((weights, scales)) = weights(operand, self.weights.scales, axis, n) else {
            return Ok(None);
        };
        let multiplier: Vec<f32> = scales.iter().map(|scale| input.scale * scale).collect();
        if multiplier.iter().any(|unit| !unit.is_normal()) {
            return Ok(None);
        }
        let bias = match self.bias {
            None => None,
            Some(operand) => match bias(operand, &multiplier) {
                None => return Ok(None),
                bias => bias,
            },
        };
        Ok(Some(LayerConstants {
            zero_point: input.zero_point,
            weights,
            multiplier,
            bias,
        }))
    }
}

struct LayerConstants<'a> {
    zero_point: u8,
    weights: Cow<'a, [i8]>,
    multiplier: Vec<f32>,
    bias: Option<Vec<i32>>,
}

/// A convolution of integers, whose outputs are numbers.
pub(super) fn convolution(
    context: &NodeContext<'_>,
    layer: Layer<'_>,
) -> Result<Option<Lowered>, BackendError> {
    let (input, weights) = (
        context.input(layer.input.index)?,
        context.input(layer.weights.index)?,
    );
    let convolution = Convolution::sliding(context, input.shape, weights.shape)?;
    let n = weights.shape[0];
    let (Some(window), Some(constants)) = (
        flat_window(&convolution.axes),
        layer.constants(context, 0, n)?,
    ) else {
        return Ok(None);
    };
    let shape = ConvShape {
        batch: input.shape[0],
        groups: convolution.groups,
        group_inputs: weights.shape[1],
        group_outputs: n / convolution.groups,
        window,
    };
    let kernel = IntegerConv::new(
        context.level,
        shape,
        constants.zero_point,
        &constants.weights,
        constants.bias.as_deref(),
        constants.multiplier,
    );
    let (Some(kernel), Some(read)) = (kernel, context.channels_last(layer.input.index)?) else {
        return Ok(None);
    };
    let shape = convolution.output_shape();
    let form = Form::channels_last(&shape);
    Ok(Some(computed(shape, read, kernel).in_form(form)))
}

/// A row of integers times a constant `k × n` matrix, whose outputs of `shape` are numbers; the scales of the
/// weights count along `axis`.
pub(super) fn dense(
    context: &NodeContext<'_>,
    layer: Layer<'_>,
    (k, n): (usize, usize),
    (strides, axis): (Strided, usize),
    shape: Vec<usize>,
) -> Result<Option<Lowered>, BackendError> {
    let Some(mut constants) = layer.constants(context, axis, n)? else {
        return Ok(None);
    };
    let index = layer.input.index;
    let (strides, read) = match context.input(index)?.form.interleaved {
        None => (strides, context.as_bytes(index)?),
        Some(order) if order.channels * order.positions != k => return Ok(None),
        // Putting some inputs in order in each run is nothing beside waiting for as many weights.
        Some(_) if strides.columns_lie_together(k) && k * n > CORE_CACHE_LEN => {
            (strides, context.row_major_bytes(index)?)
        }
        Some(order) => {
            let weights = order.rows_in_memory(&constants.weights, (k, n), strides);
            constants.weights = weights.into();
            (Strided { row: n, column: 1 }, context.as_bytes(index)?)
        }
    };
    let kernel = IntegerDense::new(
        context.level,
        (k, n),
        constants.zero_point,
        &constants.weights,
        strides,
        constants.bias.as_deref(),
        constants.multiplier,
    );
    Ok(kernel.map(|kernel| computed(shape, read, kernel)))
}

fn computed(shape: Vec<usize>, read: usize, kernel: impl Kernel + 'static) -> Lowered {
    let how = How::Compute {
        reads: vec![read],
        kernel: Box::new(kernel),
    };
    Lowered::new(ElementType::F32, shape, how)
}

/// Lets a layer's kernel round its outputs to integers of 8 bits, as the inputs `scale` and `zero_point` say.
pub(super) fn quantized(
    context: &NodeContext<'_>,
    mut lowered: Lowered,
    (scale, zero_point): (usize, usize),
) -> Result<Option<Lowered>, BackendError> {
    let Some(scales) = constant_scales(context, scale, zero_point)? else {
        return Ok(None);
    };
    let element_type = context.input(zero_point)?.element_type;
    let (Some(to), How::Compute { kernel, .. }) =
        (byte_scale(element_type, &scales), &mut lowered.how)
    else {
        return Ok(None);
    };
    let follower = Follower::Quantize {
        scale: to.scale,
        zero_point: to.zero_point,
    };
    if !kernel.absorb(&follower) {
        return Ok(None);
    }
    let form = lowered.form.with_shift(element_type == ElementType::I8);
    Ok(Some(Lowered {
        element_type,
        ..lowered.in_form(form)
    }))
}

/// Scales that two constant inputs hold, those of a whole tensor or along axis 0.
pub(super) fn constant_scales(
    context: &NodeContext<'_>,
    scale: usize,
    zero_point: usize,
) -> Result<Option<Scales>, BackendError> {
    let (scales, points) = (context.input(scale)?, context.input(zero_point)?);
    let (Some(Slice::F32(values)), Some(points)) = (scales.constant, points.constant) else {
        return Ok(None);
    };
    let mut zero_points: Vec<i32> = match points {
        Slice::I8(points) => points.iter().map(|&point| point.into()).collect(),
        Slice::U8(points) => points.iter().map(|&point| point.into()).collect(),
        _ => return Ok(None),
    };
    if zero_points.len() == 1 {
        zero_points = vec![zero_points[0]; values.len()];
    }
    if zero_points.len() != values.len() || scales.shape.len() > 1 {
        return Ok(None);
    }
    Ok(Some(Scales {
        axis: (values.len() > 1).then_some(0),
        scales: values.to_vec(),
        zero_points,
    }))
}
