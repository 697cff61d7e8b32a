//! Operators that work element by element, and those whose output has the shape of an input.

use super::{
    content,
    op::{Op, Outputs},
    value::{Content, Entry, Known},
};
use crate::{Dim, OnnxError};

/// The first output is as the first input.
pub(super) fn same(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, op.shape(0).map(<[Dim]>::to_vec));
    Ok(())
}

/// The same value under another name.
pub(super) fn identity(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some(known) = op.known(0) {
        let content = op.content(0).map(std::borrow::Cow::into_owned);
        out.known(
            0,
            Known {
                content,
                ..known.clone()
            },
        );
    }
    Ok(())
}

/// The same shape with elements of the type that the attribute `to` names.
pub(super) fn cast(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    same(op, out)?;
    if let Some(element_type) = op.element_type_attribute("to")? {
        out.element_type(0, element_type);
        out.content(0, element_type.and_then(|to| content::cast(op, to)));
    }
    Ok(())
}

/// The same shape with elements of the second input's type.
pub(super) fn cast_like(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    same(op, out)?;
    out.content(0, op.element_type(1).and_then(|to| content::cast(op, to)));
    Ok(())
}

/// The same bits as elements of another type of the same width.
pub(super) fn bit_cast(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    same(op, out)?;
    if let Some(element_type) = op.element_type_attribute("to")? {
        out.element_type(0, element_type);
    }
    Ok(())
}

/// The shape of the first input, with elements of the type that `dtype` names or that of the input.
pub(super) fn typed_like(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    same(op, out)?;
    let element_type = op.element_type_attribute("dtype")?;
    out.element_type(0, element_type.unwrap_or_else(|| op.element_type(0)));
    Ok(())
}

/// Every output is as the first input.
pub(super) fn dropout(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    same(op, out)?;
    out.shape(1, op.shape(0).map(<[Dim]>::to_vec));
    Ok(())
}

/// Inputs broadcast against each other.
pub(super) fn broadcast(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let shapes = (0..op.n_inputs()).map(|input| op.shape(input));
    out.shape(0, op.broadcast(shapes)?);
    Ok(())
}

/// Broadcasting arithmetic that shapes are computed with.
pub(super) fn arithmetic(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    broadcast(op, out)?;
    out.content(0, content::arithmetic(op));
    Ok(())
}

/// Elements of the second or the third input.
pub(super) fn choose(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    broadcast(op, out)?;
    out.content(0, content::choose(op));
    Ok(())
}

/// The negative of each element.
pub(super) fn negate(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    same(op, out)?;
    let negative = |entry: &Entry| {
        let value = entry.int().and_then(i64::checked_neg);
        value.map_or(Entry::Unknown, Entry::Int)
    };
    let content = op.entries(0);
    out.content(
        0,
        content.map(|entries| Content::Integers(entries.iter().map(negative).collect())),
    );
    Ok(())
}

/// A rectifier with a slope for each element.
pub(super) fn prelu(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    // The slope is broadcast to the input, never the other way round.
    op.broadcast([op.shape(0), op.shape(1)])?;
    if let (Some(shape), Some(slope)) = (op.shape(0), op.shape(1))
        && slope.len() > shape.len()
    {
        op.ranked(1, 0..=shape.len())?;
    }
    same(op, out)
}

/// One matrix, with elements of the type that `dtype` names or that of the input.
pub(super) fn eye_like(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    op.ranked(0, 2..=2)?;
    typed_like(op, out)
}

/// A lower or upper triangle of each matrix.
pub(super) fn trilu(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    op.ranked(0, 2..=usize::MAX)?;
    same(op, out)
}

/// Operators along the axis that the attribute `axis` names.
pub(super) fn along_axis(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some(shape) = op.shape(0) {
        let axis = op.int("axis")?;
        // Flattened to a matrix before version 13, so that all axes may stand on one side.
        let end = usize::try_from(axis).is_ok_and(|axis| axis == shape.len());
        if !(op.since() < 13 && end) {
            op.axis(axis, shape.len())?;
        }
    }
    same(op, out)
}

/// Operators along the axis that the second input names.
pub(super) fn along_axis_input(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let (Some(shape), Some(axis)) = (op.shape(0), op.entry(1).and_then(|entry| entry.int())) {
        op.axis(axis, shape.len())?;
    }
    same(op, out)
}

/// A single element.
pub(super) fn scalar(_: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    out.shape(0, Vec::new());
    Ok(())
}
