//! Operators that join, cut and pick elements by their positions.

use emo_tensor::ElementType;

use super::{
    op::{Op, Outputs},
    value::{CONTENT_LEN, Content, Entry},
};
use crate::{Dim, OnnxError, limits};

pub(super) fn concat(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let axis = op.int("axis")?;
    let Some(rank) = (0..op.n_inputs()).find_map(|input| Some(op.shape(input)?.len())) else {
        return Ok(());
    };
    if rank == 0 {
        op.ranked(0, 1..=usize::MAX)?;
    }
    let axis = op.axis(axis, rank)?;
    let mut result = vec![Dim::Unknown; rank];
    let mut total = Some(Dim::Fixed(0));
    for input in 0..op.n_inputs() {
        let Some(shape) = op.ranked(input, rank..=rank)? else {
            total = None;
            continue;
        };
        for (index, (dim, known)) in shape.iter().zip(&mut result).enumerate() {
            if index != axis {
                *known = op.equal("the extents beside the axis", known, dim)?;
                continue;
            }
            total = match (total, dim) {
                (Some(Dim::Fixed(sum)), Dim::Fixed(extent)) => {
                    let sum = sum.checked_add(*extent);
                    Some(Dim::Fixed(sum.ok_or_else(|| op.overflow())?))
                }
                (Some(Dim::Fixed(0)), dim) => Some(dim.clone()),
                (Some(dim), Dim::Fixed(0)) => Some(dim),
                _ => None,
            };
        }
    }
    if let Some(dim) = result.get_mut(axis) {
        *dim = total.unwrap_or(Dim::Unknown);
    }
    out.shape(0, result);
    if rank == 1 {
        out.content(0, concat_content(op));
    }
    Ok(())
}

fn concat_content(op: &Op<'_>) -> Option<Content> {
    let mut entries = Vec::new();
    for input in 0..op.n_inputs() {
        match op.entries(input) {
            Some(more) => entries.extend(more),
            // Of some elements nothing may be known but how many they are.
            None => {
                let Dim::Fixed(len) = op.shape(input)?.first()? else {
                    return None;
                };
                op.element_type(input)
                    .filter(|&of| of == ElementType::I64)?;
                let len = (entries.len() + *len <= CONTENT_LEN).then_some(*len)?;
                entries.extend(std::iter::repeat_n(Entry::Unknown, len));
            }
        }
        if entries.len() > CONTENT_LEN {
            return None;
        }
    }
    let is_known = entries.iter().any(|entry| *entry != Entry::Unknown);
    is_known.then_some(Content::Integers(entries))
}

pub(super) fn split(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 1..=usize::MAX)? else {
        return Ok(());
    };
    let axis = op.axis(op.int("axis")?, shape.len())?;
    let extent = match shape.get(axis) {
        Some(Dim::Fixed(extent)) => Some(*extent),
        _ => None,
    };
    let n_outputs = op.n_outputs();
    let given = if op.has(1) {
        match op.entries(1) {
            Some(entries) => Some(entries),
            None => Some(vec![Entry::Unknown; n_outputs]),
        }
    } else {
        let split = op.ints("split")?;
        if let Some(split) = split
            && split.len() != n_outputs
        {
            return Err(op.extents("the numbers of parts and outputs", split.len(), n_outputs));
        }
        split.map(|split| split.iter().copied().map(Entry::Int).collect())
    };
    let dims: Vec<Dim> = if let Some(entries) = given {
        if entries.len() != n_outputs {
            return Err(op.extents("the numbers of parts and outputs", entries.len(), n_outputs));
        }
        let mut dims = Vec::with_capacity(n_outputs);
        let mut total = Some(0_usize);
        for entry in &entries {
            let value = entry.int().unwrap_or_default();
            let dim = entry
                .dim()
                .ok_or_else(|| op.setting("split", value, "an extent"))?;
            total = match (total, &dim) {
                (Some(total), Dim::Fixed(extent)) => {
                    Some(total.checked_add(*extent).ok_or_else(|| op.overflow())?)
                }
                _ => None,
            };
            dims.push(dim);
        }
        if let (Some(total), Some(extent)) = (total, extent)
            && total != extent
        {
            return Err(op.extents("the sum of the parts and the axis's extent", total, extent));
        }
        dims
    } else {
        if op.has_attribute("num_outputs") {
            let count = op.int("num_outputs")?;
            if usize::try_from(count) != Ok(n_outputs) {
                return Err(op.setting("num_outputs", count, "the number of outputs"));
            }
        }
        match extent {
            Some(extent) if extent % n_outputs == 0 => {
                vec![Dim::Fixed(extent / n_outputs); n_outputs]
            }
            Some(extent) if op.since() < 18 => {
                return Err(op.extents("the extent and the number of outputs", extent, n_outputs));
            }
            Some(extent) => {
                let part = extent.div_ceil(n_outputs);
                let start = |index: usize| (part.saturating_mul(index)).min(extent);
                (0..n_outputs)
                    .map(|index| Dim::Fixed(start(index + 1) - start(index)))
                    .collect()
            }
            None if n_outputs == 1 => shape.get(axis).cloned().into_iter().collect(),
            None => vec![Dim::Unknown; n_outputs],
        }
    };
    let entries = if shape.len() == 1 {
        op.entries(0)
    } else {
        None
    };
    let mut rest = entries.as_deref().unwrap_or_default();
    for (output, part) in dims.into_iter().enumerate() {
        if entries.is_some()
            && let Dim::Fixed(len) = part
            && len <= rest.len()
        {
            let (these, others) = rest.split_at(len);
            out.content(output, Content::Integers(these.to_vec()));
            rest = others;
        }
        let mut result = shape.to_vec();
        if let Some(dim) = result.get_mut(axis) {
            *dim = part;
        }
        out.shape(output, result);
    }
    Ok(())
}

pub(super) fn slice(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let Some(shape) = op.ranked(0, 1..=usize::MAX)? else {
        return Ok(());
    };
    let attribute = |name: &str| -> Result<Option<Vec<Entry>>, OnnxError> {
        let list = op.ints(name)?;
        if let Some(list) = list
            && list.len() > shape.len()
        {
            return Err(op.extents("the numbers of cuts and axes", list.len(), shape.len()));
        }
        Ok(list.map(|list| list.iter().copied().map(Entry::Int).collect()))
    };
    let by_attributes = op.since() < 10;
    let (starts, ends) = if by_attributes {
        (attribute("starts")?, attribute("ends")?)
    } else {
        (op.entries(1), op.entries(2))
    };
    let given_axes = match by_attributes {
        true => op.ints("axes")?.map(<[i64]>::to_vec),
        false => op.integers(3),
    };
    if op.has(3) && given_axes.is_none() {
        out.shape(0, vec![Dim::Unknown; shape.len()]);
        return Ok(());
    }
    // The number of cuts, where any of the lists tells it.
    let lens = [
        given_axes.as_ref().map(Vec::len),
        starts.as_ref().map(Vec::len),
        ends.as_ref().map(Vec::len),
    ];
    let Some(n_cuts) = lens.into_iter().flatten().next().or(op.vector_len(1)?) else {
        out.shape(0, vec![Dim::Unknown; shape.len()]);
        return Ok(());
    };
    for len in lens.into_iter().flatten() {
        if len != n_cuts {
            return Err(op.extents("the numbers of starts, ends and axes", len, n_cuts));
        }
    }
    if n_cuts > shape.len() {
        return Err(op.extents("the numbers of cuts and axes", n_cuts, shape.len()));
    }
    let axes = match given_axes {
        Some(axes) => op.axes("axes", &axes, shape.len())?,
        None => (0..n_cuts).collect(),
    };
    let steps = match op.has(4) {
        true => op
            .entries(4)
            .unwrap_or_else(|| vec![Entry::Unknown; n_cuts]),
        false => vec![Entry::Int(1); n_cuts],
    };
    if steps.len() != n_cuts {
        return Err(op.extents("the numbers of starts and steps", n_cuts, steps.len()));
    }
    let mut result = shape.to_vec();
    let mut ranges = Vec::new();
    for (cut, &axis) in axes.iter().enumerate() {
        let entry = |list: &Option<Vec<Entry>>| {
            let entry = list.as_ref().and_then(|list| list.get(cut));
            entry.cloned().unwrap_or(Entry::Unknown)
        };
        let step = steps.get(cut).cloned().unwrap_or(Entry::Unknown);
        if step == Entry::Int(0) {
            return Err(op.setting("steps", 0, "other than 0"));
        }
        let Some(dim) = result.get_mut(axis) else {
            continue;
        };
        let (start, end) = (entry(&starts), entry(&ends));
        *dim = match (&*dim, &start, &end, step.int()) {
            (Dim::Fixed(extent), Entry::Int(start), Entry::Int(end), Some(step)) => {
                let (first, len) =
                    cut_of(*extent, *start, *end, step).ok_or_else(|| op.overflow())?;
                ranges.push((first, len, step));
                Dim::Fixed(len)
            }
            // All of an axis, whatever its extent.
            (Dim::Symbol(name), Entry::Int(0), Entry::Symbol(end), Some(1)) if name == end => {
                Dim::Symbol(name.clone())
            }
            (dim, Entry::Int(0), Entry::Int(end), Some(1)) if *end >= i64::from(i32::MAX) => {
                dim.clone()
            }
            _ => Dim::Unknown,
        };
    }
    if let ([Dim::Fixed(_)], [(first, len, step)], Some(entries)) =
        (shape, ranges.as_slice(), op.entries(0))
    {
        let mut content = Vec::with_capacity((*len).min(CONTENT_LEN));
        let mut position = i64::try_from(*first).unwrap_or(i64::MAX);
        for _ in 0..*len {
            let entry = usize::try_from(position)
                .ok()
                .and_then(|position| entries.get(position));
            content.push(entry.cloned().unwrap_or(Entry::Unknown));
            position = position.saturating_add(*step);
        }
        out.content(0, Content::Integers(content));
    }
    out.shape(0, result);
    Ok(())
}

/// The first position and the number of elements of a cut, as ONNX's `Slice` clamps them.
fn cut_of(extent: usize, start: i64, end: i64, step: i64) -> Option<(usize, usize)> {
    let extent = i64::try_from(extent).ok()?;
    let from_end = |position: i64| {
        if position < 0 {
            position.saturating_add(extent)
        } else {
            position
        }
    };
    let (start, end) = (from_end(start), from_end(end));
    let (first, len) = if step > 0 {
        let (start, end) = (start.clamp(0, extent), end.clamp(0, extent));
        (
            start,
            end.saturating_sub(start)
                .max(0)
                .unsigned_abs()
                .div_ceil(step.unsigned_abs()),
        )
    } else {
        let start = start.clamp((extent - 1).min(0), extent - 1);
        let end = end.clamp(-1, extent - 1);
        (
            start.max(0),
            (start - end)
                .max(0)
                .unsigned_abs()
                .div_ceil(step.unsigned_abs()),
        )
    };
    Some((usize::try_from(first).ok()?, usize::try_from(len).ok()?))
}

pub(super) fn gather(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let (data, indices) = (op.ranked(0, 1..=usize::MAX)?, op.shape(1));
    let (Some(data), Some(indices)) = (data, indices) else {
        return Ok(());
    };
    let axis = op.axis(op.int("axis")?, data.len())?;
    let (before, rest) = data.split_at(axis);
    let after = rest.get(1..).unwrap_or_default();
    let extent = rest.first();
    if let (Some(Dim::Fixed(extent)), Some(positions)) = (extent, op.integers(1)) {
        for position in positions {
            let magnitude = if position < 0 {
                position.checked_neg()
            } else {
                position.checked_add(1)
            };
            let fits = magnitude.and_then(|least| usize::try_from(least).ok());
            if fits.is_none_or(|least| least > *extent) {
                return Err(op.setting("indices", position, "a position along the axis"));
            }
        }
    }
    out.shape(
        0,
        before
            .iter()
            .chain(indices)
            .chain(after)
            .cloned()
            .collect::<Vec<_>>(),
    );
    if let ([_], Some(entries), Some(positions)) = (data, op.entries(0), op.integers(1)) {
        let pick = |position: i64| {
            let len = i64::try_from(entries.len()).ok()?;
            let position = if position < 0 {
                position.checked_add(len)?
            } else {
                position
            };
            entries.get(usize::try_from(position).ok()?).cloned()
        };
        let picked = positions.into_iter().map(pick).collect::<Option<Vec<_>>>();
        out.content(0, picked.map(Content::Integers));
    }
    Ok(())
}

/// One element for each index.
pub(super) fn gather_elements(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let (Some(data), Some(indices)) = (op.ranked(0, 1..=usize::MAX)?, op.shape(1)) {
        op.ranked(1, data.len()..=data.len())?;
        op.axis(op.int("axis")?, data.len())?;
        out.shape(0, indices.to_vec());
    } else {
        out.shape(0, op.shape(1).map(<[Dim]>::to_vec));
    }
    Ok(())
}

pub(super) fn gather_nd(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let (data, indices) = (op.ranked(0, 1..=usize::MAX)?, op.ranked(1, 1..=usize::MAX)?);
    let (Some(data), Some([outer @ .., depth])) = (data, indices) else {
        return Ok(());
    };
    let batch = op.int("batch_dims")?;
    let batch = usize::try_from(batch).map_err(|_| op.setting("batch_dims", batch, "a count"))?;
    let Dim::Fixed(depth) = depth else {
        return Ok(());
    };
    let Some(rest) = batch
        .checked_add(*depth)
        .and_then(|first| data.get(first..))
    else {
        return Err(op.extents(
            "the axes indexed and present",
            batch.saturating_add(*depth),
            data.len(),
        ));
    };
    let mut result = outer.to_vec();
    for (dim, other) in result.iter_mut().zip(data).take(batch) {
        *dim = op.equal("the extents of a batch", dim, other)?;
    }
    result.extend_from_slice(rest);
    out.shape(0, result);
    Ok(())
}

/// The first input with some elements replaced.
pub(super) fn scatter(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some(shape) = op.ranked(0, 1..=usize::MAX)? {
        op.axis(op.int("axis")?, shape.len())?;
        op.ranked(1, shape.len()..=shape.len())?;
        op.ranked(2, shape.len()..=shape.len())?;
        out.shape(0, shape.to_vec());
    }
    if let (Some(indices), Some(updates)) = (op.shape(1), op.shape(2)) {
        for (index, update) in indices.iter().zip(updates) {
            op.equal("the extents of indices and updates", index, update)?;
        }
    }
    Ok(())
}

pub(super) fn scatter_nd(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    let data = op.ranked(0, 1..=usize::MAX)?;
    out.shape(0, data.map(<[Dim]>::to_vec));
    let indices = op.ranked(1, 1..=usize::MAX)?;
    if let (Some(data), Some([outer @ .., Dim::Fixed(depth)])) = (data, indices) {
        let Some(rest) = data.get(*depth..) else {
            return Err(op.extents("the axes indexed and present", *depth, data.len()));
        };
        let rank = outer.len() + rest.len();
        if let Some(updates) = op.ranked(2, rank..=rank)? {
            for (update, dim) in updates.iter().zip(outer.iter().chain(rest)) {
                op.equal("the extents of updates and what they replace", update, dim)?;
            }
        }
    }
    Ok(())
}

/// The elements, or slices along an axis, that a mask chooses.
pub(super) fn compress(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if !op.has_attribute("axis") {
        out.shape(0, vec![Dim::Unknown]);
    } else if let Some(shape) = op.ranked(0, 1..=usize::MAX)? {
        let axis = op.axis(op.int("axis")?, shape.len())?;
        let mut result = shape.to_vec();
        if let Some(dim) = result.get_mut(axis) {
            *dim = Dim::Unknown;
        }
        out.shape(0, result);
    }
    Ok(())
}

pub(super) fn one_hot(op: &Op<'_>, out: &mut Outputs) -> Result<(), OnnxError> {
    if let Some(len) = op.ranked(2, 1..=1)?.and_then(super::op::fixed_len)
        && len != 2
    {
        return Err(op.extents("the number of values and two", len, 2));
    }
    let Some(indices) = op.shape(0) else {
        return Ok(());
    };
    let depth = op.floats(1).and_then(|depth| match depth.as_slice() {
        [depth] if *depth >= 0.0 && *depth < f64::from(i32::MAX) =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative and less than 2³¹; ONNX cuts off what is no integer"
            )]
            Some(Dim::Fixed(*depth as usize))
        }
        _ => None,
    });
    let depth = depth.or_else(|| op.entry(1)?.dim()).unwrap_or(Dim::Unknown);
    let rank = indices.len() + 1;
    if rank > limits::RANK {
        return Err(op.overflow());
    }
    let axis = op.axis(op.int("axis")?, rank)?;
    let mut result = indices.to_vec();
    result.insert(axis, depth);
    out.shape(0, result);
    Ok(())
}
