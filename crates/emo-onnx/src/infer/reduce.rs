//! Reductions along axes, and searches along one.

use emo_tensor::ElementType;

use super::{
    op::{Op, Outputs},
    value::Entry,
};
use crate::{Dim, OnnxError};

/// Sums, means and the like; the axes are an attribute or, in later versions, the second input.
pub(super) fn reduce(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let keep = op.int("keepdims")? != 0;
    let axes = if op.has(1) {
        match op.integers(1) {
            Some(axes) => Some(axes),
            None => return reduce_unknown(op, out, keep),
        }
    } else {
        op.ints("axes")?.map(<[i64]>::to_vec)
    };
    let axes = axes.unwrap_or_default();
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    if axes.is_empty() && op.int("noop_with_empty_axes")? != 0 {
        out.shape(0, shape.to_vec());
        return Ok(());
    }
    let positions = if axes.is_empty() {
        (0..shape.len()).collect()
    } else {
        op.axes("axes", &axes, shape.len())?
    };
    out.shape(0, without(shape, &positions, keep));
    Ok(())
}

/// Along axes that are not known.
fn reduce_unknown(op: &Op<'_>, out: &mut Outputs, keep: bool) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    if keep {
        let dim = |dim: &Dim| match dim {
            Dim::Fixed(1) => Dim::Fixed(1),
            _ => Dim::Unknown,
        };
        out.shape(0, shape.iter().map(dim).collect::<Vec<_>>());
    } else if let Some(n_axes @ 1..) = op.vector_len(1)? {
        let rank = shape.len().checked_sub(n_axes);
        let rank = rank.ok_or_else(|| {
            op.extents("the numbers of axes named and present", n_axes, shape.len())
        })?;
        out.shape(0, vec![Dim::Unknown; rank]);
    }
    Ok(())
}

/// The shape without the axes at these positions, or with extent 1 there.
fn without(shape: &[Dim], positions: &[usize], keep: bool) -> Vec<Dim> {
    let dim = |(index, dim): (usize, &Dim)| match (positions.contains(&index), keep) {
        (false, _) => Some(dim.clone()),
        (true, true) => Some(Dim::Fixed(1)),
        (true, false) => None,
    };
    shape.iter().enumerate().filter_map(dim).collect()
}

/// The position of the greatest or least element along one axis.
pub(super) fn arg(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some(shape) = op.shape(0) {
        let axis = op.axis(op.int("axis")?, shape.len())?;
        out.shape(0, without(shape, &[axis], op.int("keepdims")? != 0));
    }
    Ok(())
}

pub(super) fn top_k(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let k = if op.since() < 10 {
        Entry::Int(op.int("k")?)
    } else {
        if let Some(len) = op.vector_len(1)?
            && len != 1
        {
            return Err(op.extents("the number of elements of `K` and one", len, 1));
        }
        op.entry(1).unwrap_or(Entry::Unknown)
    };
    let Some(shape) = op.ranked(0, 1..=usize::MAX)? else {
        return Ok(());
    };
    let axis = op.axis(op.int("axis")?, shape.len())?;
    let Some(k_dim) = k.dim() else {
        return Err(op.setting("K", k.int().unwrap_or_default(), "a count"));
    };
    let mut result = shape.to_vec();
    if let Some(dim) = result.get_mut(axis) {
        if let (Dim::Fixed(k), Dim::Fixed(extent)) = (&k_dim, &*dim)
            && k > extent
        {
            let k = i64::try_from(*k).unwrap_or(i64::MAX);
            return Err(op.setting("K", k, "at most the axis's extent"));
        }
        *dim = k_dim;
    }
    out.shape(1, result.clone());
    out.shape(0, result);
    Ok(())
}

/// The positions of elements that are not zero, one column each.
pub(super) fn non_zero(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let rank = op
        .shape(0)
        .map_or(Dim::Unknown, |shape| Dim::Fixed(shape.len()));
    out.shape(0, vec![rank, Dim::Unknown]);
    Ok(())
}

/// Elements, or slices along an axis, that differ from each other.
pub(super) fn unique(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if !op.has_attribute("axis") {
        out.shape(0, vec![Dim::Unknown]);
    } else if let Some(shape) = op.shape(0) {
        let axis = op.axis(op.int("axis")?, shape.len())?;
        let mut result = shape.to_vec();
        if let Some(dim) = result.get_mut(axis) {
            *dim = Dim::Unknown;
        }
        out.shape(0, result);
    }
    for output in 1..op.n_outputs() {
        out.shape(output, vec![Dim::Unknown]);
    }
    Ok(())
}

/// Loss for each element, or over all of them.
pub(super) fn loss(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if op.text("reduction", "mean")? == "none" {
        out.shape(0, op.shape(1).map(<[Dim]>::to_vec));
    } else {
        out.shape(0, Vec::new());
    }
    out.shape(1, op.shape(0).map(<[Dim]>::to_vec));
    Ok(())
}

/// One sample of each row.
pub(super) fn multinomial(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let rows = match op.ranked(0, 2..=2)? {
        Some([rows, _]) => rows.clone(),
        _ => Dim::Unknown,
    };
    let size = op.int("sample_size")?;
    let Ok(n_samples) = usize::try_from(size) else {
        return Err(op.setting("sample_size", size, "a count"));
    };
    let element_type = op.element_type_attribute("dtype")?;
    out.element_type(0, element_type.unwrap_or(Some(ElementType::I32)));
    out.shape(0, vec![rows, Dim::Fixed(n_samples)]);
    Ok(())
}
