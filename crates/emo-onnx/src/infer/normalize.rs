//! Normalisation, quantization and what else keeps its input's shape and gives statistics beside it.

use super::op::{Op, Outputs};
use crate::{Dim, OnnxError};
use emo_tensor::ElementType;

/// Batch normalisation; further outputs hold one number for each channel.
pub(super) fn batch(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let shape = op.ranked(0, 1..=usize::MAX)?;
    // Before version 9 each element could have statistics of its own.
    if op.has_attribute("spatial") && op.int("spatial")? == 0 {
        out.shape(0, shape.map(<[Dim]>::to_vec));
        return Ok(());
    }
    // A vector has one channel.
    let mut channels = match shape {
        Some([_, channels, ..]) => channels.clone(),
        Some(_) => Dim::Fixed(1),
        None => Dim::Unknown,
    };
    for input in 1..5 {
        if let Some([dim]) = op.ranked(input, 1..=1)? {
            channels = op.equal("the numbers of channels", &channels, dim)?;
        }
    }
    out.shape(0, shape.map(<[Dim]>::to_vec));
    for output in 1..op.n_outputs() {
        out.shape(output, vec![channels.clone()]);
    }
    Ok(())
}

/// Instance and group normalisation.
pub(super) fn instance(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let shape = op.ranked(0, 2..=usize::MAX)?;
    out.shape(0, shape.map(<[Dim]>::to_vec));
    let instance = op.schema.op_type() == "InstanceNormalization";
    let mut channels = match shape {
        Some([_, channels, ..]) if instance || op.since() >= 21 => channels.clone(),
        _ => Dim::Unknown,
    };
    for input in 1..3 {
        if let Some([dim]) = op.ranked(input, 1..=1)? {
            channels = op.equal("the numbers of channels", &channels, dim)?;
        }
    }
    Ok(())
}

/// Layer and RMS normalisation; further outputs hold statistics of what lies behind the axis.
pub(super) fn layer(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let stash_type = op.element_type_attribute("stash_type")?;
    for output in 1..op.n_outputs() {
        out.element_type(output, stash_type.unwrap_or(Some(ElementType::F32)));
    }
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let axis = op.axis(op.int("axis")?, shape.len())?;
    out.shape(0, shape.to_vec());
    let statistics = |(index, dim): (usize, &Dim)| match index < axis {
        true => dim.clone(),
        false => Dim::Fixed(1),
    };
    for output in 1..op.n_outputs() {
        out.shape(
            output,
            shape.iter().enumerate().map(statistics).collect::<Vec<_>>(),
        );
    }
    Ok(())
}

pub(super) fn quantize(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let chosen = match op.int("output_dtype")? {
        0 => None,
        _ => op.element_type_attribute("output_dtype")?,
    };
    let zero_point = op.has(2).then(|| op.element_type(2));
    out.element_type(0, zero_point.or(chosen).unwrap_or(Some(ElementType::U8)));
    scaled(op, out)
}

pub(super) fn dequantize(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let chosen = match op.int("output_dtype")? {
        0 => None,
        _ => op.element_type_attribute("output_dtype")?,
    };
    match chosen {
        Some(chosen) => out.element_type(0, chosen),
        None if op.since() >= 19 => out.element_type(0, op.element_type(1)),
        None => {}
    }
    scaled(op, out)
}

/// The shape of the first input, whose scales must fit it.
fn scaled(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    out.shape(0, shape.to_vec());
    let block_size = op.int("block_size")?;
    if let Some([scales]) = op.shape(1)
        && block_size == 0
        && *scales != Dim::Fixed(1)
        && op.since() >= 13
    {
        let axis = op.axis(op.int("axis")?, shape.len())?;
        if let Some(dim) = shape.get(axis) {
            op.equal("the numbers of scales and of slices", scales, dim)?;
        }
    }
    if let (Some(scales), Some(zero_points)) = (op.shape(1), op.shape(2))
        && scales.len() == zero_points.len()
    {
        for (scale, zero_point) in scales.iter().zip(zero_points) {
            op.equal("the numbers of scales and zero points", scale, zero_point)?;
        }
    }
    Ok(())
}

pub(super) fn dynamic_quantize(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, op.shape(0).map(<[Dim]>::to_vec));
    out.shape(1, Vec::new());
    out.shape(2, Vec::new());
    Ok(())
}
