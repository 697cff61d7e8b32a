//! Operators that make values out of little: constants, shapes, ranges, windows.

use emo_tensor::{ElementType, Tensor};

use super::{
    op::{Op, Outputs, fixed_len},
    value::{CONTENT_LEN, Content, Entry},
};
use crate::{Attribute, Dim, OnnxError};

pub(super) fn constant(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let values = op.node.attributes.iter();
    let mut values = values.filter(|(name, _)| op.schema.attribute(name).is_some());
    let (Some((_, value)), None) = (values.next(), values.next()) else {
        return Err(op.extents(
            "the number of value attributes and one",
            op.node.attributes.len(),
            1,
        ));
    };
    let len = |len: usize| vec![Dim::Fixed(len)];
    let (element_type, shape, content) = match value {
        Attribute::Tensor(tensor) => {
            let shape = tensor.shape().iter().map(|&extent| Dim::Fixed(extent));
            (
                tensor.element_type(),
                shape.collect(),
                Content::of_constant(tensor),
            )
        }
        Attribute::Int(value) => {
            let content = Content::Integers(vec![Entry::Int(*value)]);
            (ElementType::I64, Vec::new(), Some(content))
        }
        Attribute::Float(value) => {
            let content = Content::Floats(vec![f64::from(*value)]);
            (ElementType::F32, Vec::new(), Some(content))
        }
        Attribute::Ints(values) => {
            let content = (values.len() <= CONTENT_LEN)
                .then(|| Content::Integers(values.iter().copied().map(Entry::Int).collect()));
            (ElementType::I64, len(values.len()), content)
        }
        Attribute::Floats(values) => {
            let content = (values.len() <= CONTENT_LEN)
                .then(|| Content::Floats(values.iter().copied().map(f64::from).collect()));
            (ElementType::F32, len(values.len()), content)
        }
        _ => {
            out.element_type(0, None);
            return Ok(());
        }
    };
    out.element_type(0, Some(element_type));
    out.shape(0, shape);
    out.content(0, content);
    Ok(())
}

pub(super) fn constant_of_shape(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let value = match op.node.attributes.get("value") {
        Some(Attribute::Tensor(value)) => Some(value),
        _ => None,
    };
    if op.has_attribute("value") {
        out.element_type(0, value.map(Tensor::element_type));
    } else {
        out.element_type(0, Some(ElementType::F32));
    }
    op.ranked(0, 1..=1)?;
    let shape = match op.entries(0) {
        Some(entries) => {
            let mut shape = Vec::with_capacity(entries.len());
            for entry in &entries {
                let value = entry.int().unwrap_or_default();
                shape.push(
                    entry
                        .dim()
                        .ok_or_else(|| op.setting("input", value, "an extent"))?,
                );
            }
            shape
        }
        None => match op.vector_len(0)? {
            Some(rank) if rank <= crate::limits::RANK => vec![Dim::Unknown; rank],
            _ => return Ok(()),
        },
    };
    if let Some(len @ 0..=CONTENT_LEN) = fixed_len(&shape)
        && let Some(Content::Integers(entries)) = value.and_then(Content::of_constant)
        && let [entry] = entries.as_slice()
    {
        out.content(0, Content::Integers(vec![entry.clone(); len]));
    }
    out.shape(0, shape);
    Ok(())
}

pub(super) fn shape(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        out.shape(0, vec![Dim::Unknown]);
        return Ok(());
    };
    let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
    let clamp = |position: i64| {
        let position = if position < 0 {
            position.saturating_add(rank)
        } else {
            position
        };
        usize::try_from(position.clamp(0, rank)).unwrap_or_default()
    };
    let start = clamp(op.int("start")?);
    let end = match op.has_attribute("end") {
        true => clamp(op.int("end")?),
        false => shape.len(),
    };
    let dims = shape.get(start..end).unwrap_or_default();
    out.shape(0, vec![Dim::Fixed(dims.len())]);
    out.content(0, Content::Integers(dims.iter().map(Entry::of).collect()));
    Ok(())
}

pub(super) fn size(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, Vec::new());
    if let Some(shape) = op.shape(0) {
        let entry = match (fixed_len(shape), shape) {
            (Some(len), _) => Entry::of(&Dim::Fixed(len)),
            (None, [dim]) => Entry::of(dim),
            _ => Entry::Unknown,
        };
        out.content(0, Content::Integers(vec![entry]));
    }
    Ok(())
}

pub(super) fn range(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, vec![Dim::Unknown]);
    for input in 0..3 {
        op.ranked(input, 0..=1)?;
    }
    let entries = [op.entry(0), op.entry(1), op.entry(2)];
    if let [
        Some(Entry::Int(0)),
        Some(limit @ Entry::Symbol(_)),
        Some(Entry::Int(1)),
    ] = &entries
    {
        out.shape(0, vec![limit.dim().unwrap_or(Dim::Unknown)]);
        return Ok(());
    }
    if let [
        Some(Entry::Int(start)),
        Some(Entry::Int(limit)),
        Some(Entry::Int(delta)),
    ] = entries
    {
        if delta == 0 {
            return Err(op.setting("delta", 0, "other than 0"));
        }
        let far = limit.checked_sub(start).ok_or_else(|| op.overflow())?;
        let count = if (far > 0) == (delta > 0) {
            far.unsigned_abs().div_ceil(delta.unsigned_abs())
        } else {
            0
        };
        let count = usize::try_from(count).map_err(|_| op.overflow())?;
        out.shape(0, vec![Dim::Fixed(count)]);
        if count <= CONTENT_LEN {
            let mut next = start;
            let mut entries = Vec::with_capacity(count);
            for _ in 0..count {
                entries.push(Entry::Int(next));
                next = next.saturating_add(delta);
            }
            out.content(0, Content::Integers(entries));
        }
        return Ok(());
    }
    let floats = [op.floats(0), op.floats(1), op.floats(2)];
    if let [Some(start), Some(limit), Some(delta)] = &floats
        && let ([start], [limit], [delta]) = (start.as_slice(), limit.as_slice(), delta.as_slice())
    {
        if *delta == 0.0 {
            return Err(op.setting("delta", 0, "other than 0"));
        }
        let count = ((limit - start) / delta).ceil().max(0.0);
        if count < f64::from(i32::MAX) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number from 0 to 2³¹"
            )]
            out.shape(0, vec![Dim::Fixed(count as usize)]);
        }
    }
    Ok(())
}

/// Random numbers of the shape that the attribute names.
pub(super) fn random(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let element_type = op.element_type_attribute("dtype")?;
    out.element_type(0, element_type.unwrap_or(Some(ElementType::F32)));
    let extents = op.ints("shape")?.unwrap_or_default();
    if extents.len() > crate::limits::RANK {
        return Err(op.extents(
            "the number of axes and at most",
            extents.len(),
            crate::limits::RANK,
        ));
    }
    let mut shape = Vec::with_capacity(extents.len());
    for &extent in extents {
        let extent =
            usize::try_from(extent).map_err(|_| op.setting("shape", extent, "an extent"))?;
        shape.push(Dim::Fixed(extent));
    }
    out.shape(0, shape);
    Ok(())
}

/// A window function of the length that the input gives.
pub(super) fn window(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let element_type = op.element_type_attribute("output_datatype")?;
    out.element_type(0, element_type.unwrap_or(Some(ElementType::F32)));
    op.ranked(0, 0..=1)?;
    let len = match op.entry(0) {
        Some(entry) => {
            let value = entry.int().unwrap_or_default();
            entry
                .dim()
                .ok_or_else(|| op.setting("size", value, "a length"))?
        }
        None => Dim::Unknown,
    };
    out.shape(0, vec![len]);
    Ok(())
}

pub(super) fn mel_weight_matrix(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let element_type = op.element_type_attribute("output_datatype")?;
    out.element_type(0, element_type.unwrap_or(Some(ElementType::F32)));
    let bands = op
        .entry(0)
        .and_then(|entry| entry.dim())
        .unwrap_or(Dim::Unknown);
    let bins = match op.entry(1).and_then(|entry| entry.dim()) {
        Some(Dim::Fixed(len)) => Dim::Fixed(len / 2 + 1),
        _ => Dim::Unknown,
    };
    out.shape(0, vec![bins, bands]);
    Ok(())
}
