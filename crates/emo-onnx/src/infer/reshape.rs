//! Operators that arrange the same elements under other axes, or repeat and pad them.

use super::{
    op::{Op, Outputs, fixed_len},
    value::{Content, Entry},
};
use crate::{Dim, OnnxError, limits};

pub(super) fn reshape(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(entries) = op.entries(1) else {
        // The length of the new shape tells how many axes there will be.
        if let Some(rank) = op.vector_len(1)?
            && rank <= limits::RANK
        {
            out.shape(0, vec![Dim::Unknown; rank]);
        }
        return Ok(());
    };
    op.ranked(1, 1..=1)?;
    let copies_zero = op.int("allowzero")? == 0;
    let data = op.shape(0);
    let mut result = Vec::with_capacity(entries.len());
    let mut hole = None;
    let mut copied = Vec::new();
    for (axis, entry) in entries.iter().enumerate() {
        result.push(match entry {
            Entry::Int(0) if copies_zero => match data {
                None => Dim::Unknown,
                Some(shape) => {
                    copied.push(axis);
                    shape.get(axis).cloned().ok_or_else(|| OnnxError::Axis {
                        node: op.node.label(),
                        axis: i64::try_from(axis).unwrap_or(i64::MAX),
                        rank: shape.len(),
                    })?
                }
            },
            Entry::Int(-1) if hole.is_some() => {
                return Err(op.setting("shape", -1, "in one place alone"));
            }
            Entry::Int(-1) => {
                hole = Some(axis);
                Dim::Fixed(1)
            }
            Entry::Int(value) => entry
                .dim()
                .ok_or_else(|| op.setting("shape", *value, "an extent, or -1 once"))?,
            Entry::Symbol(_) | Entry::Unknown => entry.dim().unwrap_or(Dim::Unknown),
        });
    }
    match (hole, data) {
        (Some(axis), data) => {
            let dim = match data {
                Some(data) => {
                    // What is copied is the same on both sides, even where it is unknown.
                    let rest = |dims: &[Dim]| -> Vec<Dim> {
                        let dims = dims.iter().enumerate();
                        let dims = dims.filter(|(axis, _)| !copied.contains(axis));
                        dims.map(|(_, dim)| dim.clone()).collect()
                    };
                    quotient(op, &rest(data), &rest(&result))?
                }
                None => Dim::Unknown,
            };
            if let Some(hole) = result.get_mut(axis) {
                *hole = dim;
            }
        }
        (None, Some(data)) => {
            if let (Some(actual), Some(expected)) = (fixed_len(data), fixed_len(&result))
                && actual != expected
            {
                return Err(op.extents(
                    "the numbers of elements before and after",
                    actual,
                    expected,
                ));
            }
        }
        (None, None) => {}
    }
    out.shape(0, result);
    out.content(0, op.content(0).map(std::borrow::Cow::into_owned));
    Ok(())
}

/// The extent that is left over when elements of shape `from` are laid out in shape `to`.
fn quotient(op: &Op<'_>, from: &[Dim], to: &[Dim]) -> Result<Dim, OnnxError> {
    let mut left = factors(op, from)?;
    let mut right = factors(op, to)?;
    right.symbols.retain(
        |symbol| match left.symbols.iter().position(|other| other == symbol) {
            Some(index) => {
                left.symbols.swap_remove(index);
                false
            }
            None => true,
        },
    );
    if left.has_unknown || right.has_unknown || !right.symbols.is_empty() {
        return Ok(Dim::Unknown);
    }
    match (left.fixed, right.fixed, left.symbols.as_slice()) {
        (0, 0, []) => Ok(Dim::Unknown),
        (left, right, []) if right > 0 && left % right == 0 => Ok(Dim::Fixed(left / right)),
        (left, right, []) => Err(op.extents(
            "the number of elements and the product of the extents given",
            left,
            right,
        )),
        (left, right, [symbol]) if left == right && left > 0 => {
            Ok(Dim::Symbol((*symbol).to_owned()))
        }
        (0, right, _) if right > 0 => Ok(Dim::Fixed(0)),
        _ => Ok(Dim::Unknown),
    }
}

struct Factors<'d> {
    fixed: usize,
    symbols: Vec<&'d str>,
    has_unknown: bool,
}

fn factors<'d>(op: &Op<'_>, shape: &'d [Dim]) -> Result<Factors<'d>, OnnxError> {
    let mut factors = Factors {
        fixed: 1,
        symbols: Vec::new(),
        has_unknown: false,
    };
    for dim in shape {
        match dim {
            Dim::Fixed(extent) => {
                let product = factors.fixed.checked_mul(*extent);
                factors.fixed = product.ok_or_else(|| op.overflow())?;
            }
            Dim::Symbol(name) => factors.symbols.push(name),
            Dim::Unknown => factors.has_unknown = true,
        }
    }
    Ok(factors)
}

/// The product of extents, where it has a name.
fn product(op: &Op<'_>, shape: &[Dim]) -> Result<Dim, OnnxError> {
    let factors = factors(op, shape)?;
    Ok(match (factors.fixed, factors.symbols.as_slice()) {
        (0, _) => Dim::Fixed(0),
        _ if factors.has_unknown => Dim::Unknown,
        (fixed, []) => Dim::Fixed(fixed),
        (1, [symbol]) => Dim::Symbol((*symbol).to_owned()),
        _ => Dim::Unknown,
    })
}

pub(super) fn flatten(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        out.shape(0, vec![Dim::Unknown; 2]);
        return Ok(());
    };
    let axis = op.int("axis")?;
    // All axes may stand on one side.
    let axis = match usize::try_from(axis) {
        Ok(axis) if axis == shape.len() => axis,
        _ => op.axis(axis, shape.len())?,
    };
    let (rows, columns) = shape.split_at(axis);
    out.shape(0, vec![product(op, rows)?, product(op, columns)?]);
    Ok(())
}

/// The axes that an operator of this kind works on: an attribute or, in later versions, the second input.
enum Axes {
    Absent,
    Known(Vec<i64>),
    /// So many of them, if that is known.
    Unknown(Option<usize>),
}

fn axes(op: &Op<'_>) -> Result<Axes, OnnxError> {
    if !op.has(1) {
        let axes = op.ints("axes")?;
        return Ok(axes.map_or(Axes::Absent, |axes| Axes::Known(axes.to_vec())));
    }
    op.ranked(1, 0..=1)?;
    Ok(match op.integers(1) {
        Some(axes) => Axes::Known(axes),
        None => Axes::Unknown(op.shape(1).and_then(fixed_len)),
    })
}

pub(super) fn squeeze(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let axes = axes(op)?;
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let one = Dim::Fixed(1);
    let result: Option<Vec<Dim>> = match axes {
        Axes::Absent => shape
            .iter()
            .all(|dim| matches!(dim, Dim::Fixed(_)))
            .then(|| shape.iter().filter(|dim| **dim != one).cloned().collect()),
        Axes::Known(axes) => {
            let positions = op.axes("axes", &axes, shape.len())?;
            for dim in positions.iter().filter_map(|&axis| shape.get(axis)) {
                op.equal("the extent of an axis to be removed and one", dim, &one)?;
            }
            let kept = shape.iter().enumerate();
            let kept = kept.filter(|(axis, _)| !positions.contains(axis));
            Some(kept.map(|(_, dim)| dim.clone()).collect())
        }
        Axes::Unknown(n_axes) => n_axes
            .and_then(|n_axes| shape.len().checked_sub(n_axes))
            .map(|rank| vec![Dim::Unknown; rank]),
    };
    out.shape(0, result);
    out.content(0, op.content(0).map(std::borrow::Cow::into_owned));
    Ok(())
}

pub(super) fn unsqueeze(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let axes = axes(op)?;
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    match axes {
        Axes::Absent => {}
        Axes::Known(axes) => {
            let rank = shape.len().saturating_add(axes.len());
            if rank > limits::RANK {
                return Err(OnnxError::Limit {
                    place: format!("node {}", op.node.label()),
                    what: "axes",
                    actual: rank,
                    limit: limits::RANK,
                });
            }
            let positions = op.axes("axes", &axes, rank)?;
            let mut kept = shape.iter();
            let dim = |axis| match positions.contains(&axis) {
                true => Some(Dim::Fixed(1)),
                false => kept.next().cloned(),
            };
            out.shape(0, (0..rank).filter_map(dim).collect::<Vec<_>>());
        }
        Axes::Unknown(Some(n_axes)) if n_axes <= limits::RANK => {
            out.shape(0, vec![Dim::Unknown; shape.len() + n_axes]);
        }
        Axes::Unknown(_) => {}
    }
    out.content(0, op.content(0).map(std::borrow::Cow::into_owned));
    Ok(())
}

pub(super) fn transpose(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let order = op.ints("perm")?;
    let Some(shape) = op.shape(0) else {
        if let Some(order) = order
            && order.len() <= limits::RANK
        {
            out.shape(0, vec![Dim::Unknown; order.len()]);
        }
        return Ok(());
    };
    let Some(order) = order else {
        out.shape(0, shape.iter().rev().cloned().collect::<Vec<_>>());
        return Ok(());
    };
    if order.len() != shape.len() {
        return Err(op.extents(
            "the length of `perm` and the axes",
            order.len(),
            shape.len(),
        ));
    }
    if let Some(&axis) = order.iter().find(|axis| **axis < 0) {
        return Err(op.setting("perm", axis, "a position counted from the first axis"));
    }
    let positions = op.axes("perm", order, shape.len())?;
    let dims = positions
        .iter()
        .filter_map(|&axis| shape.get(axis).cloned());
    out.shape(0, dims.collect::<Vec<_>>());
    Ok(())
}

pub(super) fn expand(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(entries) = op.entries(1) else {
        if let (Some(shape), Some(rank)) = (op.shape(0), op.vector_len(1)?)
            && rank <= limits::RANK
        {
            // A number that is not known may be 1, and leaves other extents than 1 as they are.
            let unknown = vec![Dim::Unknown; rank];
            out.shape(0, op.broadcast([Some(shape), Some(&unknown)])?);
        }
        return Ok(());
    };
    let mut target = Vec::with_capacity(entries.len());
    for entry in &entries {
        let value = entry.int().unwrap_or_default();
        target.push(
            entry
                .dim()
                .ok_or_else(|| op.setting("shape", value, "an extent"))?,
        );
    }
    let shape = op.broadcast([op.shape(0), Some(&target)])?;
    let len = shape.as_deref().and_then(fixed_len);
    out.shape(0, shape);
    if let (Some(entry), Some(len @ 1..=super::value::CONTENT_LEN)) = (op.entry(0), len) {
        out.content(0, Content::Integers(vec![entry; len]));
    }
    Ok(())
}

pub(super) fn tile(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let Some(repeats) = op.entries(1) else {
        out.shape(0, vec![Dim::Unknown; shape.len()]);
        return Ok(());
    };
    if repeats.len() != shape.len() {
        return Err(op.extents(
            "the numbers of repeats and axes",
            repeats.len(),
            shape.len(),
        ));
    }
    let mut result = Vec::with_capacity(shape.len());
    for (dim, repeat) in shape.iter().zip(&repeats) {
        let value = repeat.int().unwrap_or_default();
        let repeat = repeat
            .dim()
            .ok_or_else(|| op.setting("repeats", value, "a count"))?;
        result.push(match (dim, repeat) {
            (Dim::Fixed(extent), Dim::Fixed(repeat)) => {
                Dim::Fixed(extent.checked_mul(repeat).ok_or_else(|| op.overflow())?)
            }
            (dim, Dim::Fixed(1)) => dim.clone(),
            (Dim::Fixed(1), repeat) => repeat,
            (_, Dim::Fixed(0)) | (Dim::Fixed(0), _) => Dim::Fixed(0),
            _ => Dim::Unknown,
        });
    }
    out.shape(0, result);
    Ok(())
}

pub(super) fn pad(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let pads = if op.since() < 11 {
        let pads = op.ints("pads")?.unwrap_or_default();
        if pads.len() != 2 * shape.len() {
            let what = "the length of `pads` and twice the axes";
            return Err(op.extents(what, pads.len(), 2 * shape.len()));
        }
        Some(pads.iter().copied().map(Entry::Int).collect())
    } else {
        op.entries(1)
    };
    let axes = if op.has(3) {
        op.integers(3)
            .map(|axes| op.axes("axes", &axes, shape.len()))
            .transpose()?
    } else {
        Some((0..shape.len()).collect())
    };
    let (Some(pads), Some(axes)) = (pads, axes) else {
        out.shape(0, vec![Dim::Unknown; shape.len()]);
        return Ok(());
    };
    if pads.len() != 2 * axes.len() {
        return Err(op.extents(
            "the length of `pads` and twice the axes",
            pads.len(),
            2 * axes.len(),
        ));
    }
    let (before, after) = pads.split_at(axes.len());
    let mut result = shape.to_vec();
    for (&axis, (before, after)) in axes.iter().zip(before.iter().zip(after)) {
        let Some(dim) = result.get_mut(axis) else {
            continue;
        };
        *dim = match (&*dim, before.int(), after.int()) {
            (dim, Some(0), Some(0)) => dim.clone(),
            (Dim::Fixed(extent), Some(before), Some(after)) => {
                let padded = i64::try_from(*extent)
                    .ok()
                    .and_then(|extent| extent.checked_add(before)?.checked_add(after))
                    .ok_or_else(|| op.overflow())?;
                let extent = usize::try_from(padded);
                Dim::Fixed(
                    extent.map_err(|_| op.setting("the padded extent", padded, "0 or more"))?,
                )
            }
            _ => Dim::Unknown,
        };
    }
    out.shape(0, result);
    Ok(())
}

pub(super) fn depth_to_space(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let block = block_size(op)?;
    let Some([batch, channels, height, width]) = op.ranked(0, 4..=4)? else {
        return Ok(());
    };
    let area = block.checked_mul(block).ok_or_else(|| op.overflow())?;
    let channels = divided(op, channels, area, "the channels and the block's area")?;
    let mut result = vec![batch.clone(), channels];
    for dim in [height, width] {
        result.push(multiplied(op, dim, block)?);
    }
    out.shape(0, result);
    Ok(())
}

pub(super) fn space_to_depth(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let block = block_size(op)?;
    let Some([batch, channels, height, width]) = op.ranked(0, 4..=4)? else {
        return Ok(());
    };
    let area = block.checked_mul(block).ok_or_else(|| op.overflow())?;
    let mut result = vec![batch.clone(), multiplied(op, channels, area)?];
    for dim in [height, width] {
        result.push(divided(op, dim, block, "the extent and the block's")?);
    }
    out.shape(0, result);
    Ok(())
}

fn block_size(op: &Op<'_>) -> Result<usize, OnnxError> {
    let size = op.int("blocksize")?;
    usize::try_from(size)
        .ok()
        .filter(|&size| size > 0)
        .ok_or_else(|| op.setting("blocksize", size, "positive"))
}

fn multiplied(op: &Op<'_>, dim: &Dim, factor: usize) -> Result<Dim, OnnxError> {
    Ok(match dim {
        Dim::Fixed(extent) => Dim::Fixed(extent.checked_mul(factor).ok_or_else(|| op.overflow())?),
        dim if factor == 1 => dim.clone(),
        Dim::Symbol(_) | Dim::Unknown => Dim::Unknown,
    })
}

fn divided(op: &Op<'_>, dim: &Dim, divisor: usize, what: &'static str) -> Result<Dim, OnnxError> {
    Ok(match dim {
        Dim::Fixed(extent) if extent % divisor == 0 => Dim::Fixed(extent / divisor),
        Dim::Fixed(extent) => return Err(op.extents(what, *extent, divisor)),
        dim if divisor == 1 => dim.clone(),
        Dim::Symbol(_) | Dim::Unknown => Dim::Unknown,
    })
}

/// Cutting off or padding to a given shape.
pub(super) fn center_crop_pad(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.shape(0) else {
        return Ok(());
    };
    let axes = match op.ints("axes")? {
        Some(axes) => op.axes("axes", axes, shape.len())?,
        None => (0..shape.len()).collect(),
    };
    let entries = op.entries(1);
    if let Some(entries) = &entries
        && entries.len() != axes.len()
    {
        return Err(op.extents("the numbers of extents and axes", entries.len(), axes.len()));
    }
    let mut result = shape.to_vec();
    for (index, &axis) in axes.iter().enumerate() {
        let entry = entries.as_ref().and_then(|entries| entries.get(index));
        if let Some(dim) = result.get_mut(axis) {
            *dim = entry.and_then(Entry::dim).unwrap_or(Dim::Unknown);
        }
    }
    out.shape(0, result);
    Ok(())
}

/// Blocks put back into an image.
pub(super) fn col2im(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let shape = op.ranked(0, 3..=3)?;
    let image = match (op.entries(1), op.vector_len(1)?) {
        (Some(image), _) => image,
        (None, Some(len)) if len <= limits::RANK => vec![Entry::Unknown; len],
        (None, _) => return Ok(()),
    };
    let area = op.integers(2).and_then(|block| {
        block.iter().try_fold(1_usize, |area, &extent| {
            area.checked_mul(usize::try_from(extent).ok()?)
        })
    });
    let (batch, channels) = match (shape, area) {
        (Some([batch, columns, _]), Some(area @ 1..)) => {
            let what = "the columns and the block's area";
            (batch.clone(), divided(op, columns, area, what)?)
        }
        (Some([batch, ..]), _) => (batch.clone(), Dim::Unknown),
        _ => (Dim::Unknown, Dim::Unknown),
    };
    let spatial = image
        .iter()
        .map(|entry| entry.dim().unwrap_or(Dim::Unknown));
    out.shape(
        0,
        [batch, channels]
            .into_iter()
            .chain(spatial)
            .collect::<Vec<_>>(),
    );
    Ok(())
}
