use emo_tensor::Tensor;

use super::numbers;
use crate::{Attribute, GraphView, Node, OnnxError, Pass, Patch};

/// Moves a `Pad` with zeros into the convolution or pool that reads it.
///
/// Only where the result is the same to the bit: the padding is constant, of the spatial axes alone and nowhere
/// negative, and what is added is what the operator adds itself: 0 for `Conv` and for an `AveragePool` that counts
/// its padding, −∞ for `MaxPool`, or 0 where the values before are known not to be negative.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergePads;

impl Pass for MergePads {
    fn name(&self) -> &'static str {
        "merge pads"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes_of("Pad") {
            if let Some(patch) = merge(view, index, node)? {
                patches.push(patch);
            }
        }
        Ok(patches)
    }
}

fn merge(view: &GraphView<'_>, index: usize, pad: &Node) -> Result<Option<Patch>, OnnxError> {
    let (Some(x), Some(output)) = (pad.input(0), pad.output(0)) else {
        return Ok(None);
    };
    let Some((reader_index, reader)) = view.only_reader(output) else {
        return Ok(None);
    };
    if pad.string("mode", "constant")? != "constant" || reader.input(0) != Some(output) {
        return Ok(None);
    }
    let (Some(value), Some(pads), Some(rank)) =
        (value(view, pad)?, pads(view, pad, x)?, view.rank(x))
    else {
        return Ok(None);
    };
    let is_zero = value == 0.0;
    let fits = if reader.is("Conv") {
        is_zero
    } else if reader.is("AveragePool") {
        let had_pads = reader
            .ints("pads")?
            .is_some_and(|pads| pads.iter().any(|&pad| pad != 0));
        is_zero
            && reader.int("ceil_mode", 0)? == 0
            && keeps_windows_inside(reader, &pads, rank)?
            && (!had_pads || reader.int("count_include_pad", 0)? == 1)
    } else if reader.is("MaxPool") {
        let is_least = value == f64::NEG_INFINITY || (is_zero && is_not_negative(view, x));
        is_least
            && reader.only_output().is_some()
            && reader.int("ceil_mode", 0)? == 0
            && keeps_windows_inside(reader, &pads, rank)?
    } else {
        false
    };
    if !fits || !matches!(reader.string("auto_pad", "NOTSET")?, "NOTSET" | "VALID") {
        return Ok(None);
    }
    let Some(sum) = joined(reader, &pads, rank)? else {
        return Ok(None);
    };
    let mut node = reader.clone();
    node.attributes.remove("auto_pad");
    node = node.with("pads", Attribute::Ints(sum));
    if node.is("AveragePool") {
        node = node.with("count_include_pad", Attribute::Int(1));
    }
    if let Some(input) = node.inputs.first_mut() {
        x.clone_into(input);
    }
    let reason = format!("{} takes in {}", reader.label(), pad.label());
    Ok(Some(
        Patch::new(reason).remove(index).replace(reader_index, node),
    ))
}

/// The value that is added, if it is known.
fn value(view: &GraphView<'_>, pad: &Node) -> Result<Option<f64>, OnnxError> {
    if view.opset() < 11 {
        return Ok(Some(pad.float("value", 0.0)?.into()));
    }
    let Some(name) = pad.input(2) else {
        return Ok(Some(0.0));
    };
    Ok(match view.constant(name) {
        Some(Tensor::F32(array)) => array.first().map(|&value| value.into()),
        Some(Tensor::F64(array)) => array.first().copied(),
        Some(tensor) => numbers::read(tensor).and_then(|array| array.first().copied()),
        None => None,
    })
}

/// How much is added at the begin and at the end of each axis, if that is known and nowhere negative.
fn pads(view: &GraphView<'_>, pad: &Node, x: &str) -> Result<Option<Vec<i64>>, OnnxError> {
    let (Some(given), Some(rank)) = (view.integers(pad, "pads", 1)?, view.rank(x)) else {
        return Ok(None);
    };
    let axes: Option<Vec<usize>> = match pad.input(3) {
        None => Some((0..rank).collect()),
        Some(_) => view.integers(pad, "axes", 3)?.and_then(|axes| {
            let position = |axis: i64| match axis < 0 {
                true => rank.checked_sub(usize::try_from(axis.unsigned_abs()).ok()?),
                false => usize::try_from(axis).ok(),
            };
            axes.into_iter().map(position).collect()
        }),
    };
    let Some(axes) = axes else {
        return Ok(None);
    };
    let mut pads = vec![0; 2 * rank];
    let (begins, ends) = given.split_at(given.len() / 2);
    for ((axis, &begin), &end) in axes.iter().zip(begins).zip(ends) {
        let places = [(*axis, begin), (*axis + rank, end)];
        for (place, amount) in places {
            match pads.get_mut(place) {
                Some(pad) if amount >= 0 => *pad = amount,
                _ => return Ok(None),
            }
        }
    }
    Ok((axes.len() == begins.len()).then_some(pads))
}

/// The padding of `reader` together with `pads`; none if those are not of the spatial axes alone.
fn joined(reader: &Node, pads: &[i64], rank: usize) -> Result<Option<Vec<i64>>, OnnxError> {
    let Some(n_spatial) = rank.checked_sub(2).filter(|&n| n > 0) else {
        return Ok(None);
    };
    let old = reader.ints("pads")?.unwrap_or_default();
    let mut sum = Vec::with_capacity(2 * n_spatial);
    for (index, &pad) in pads.iter().enumerate() {
        match index % rank {
            0 | 1 if pad != 0 => return Ok(None),
            0 | 1 => {}
            _ => {
                let before = old.get(sum.len()).copied().unwrap_or(0);
                sum.push(before.saturating_add(pad));
            }
        }
    }
    Ok(Some(sum))
}

/// Whether every window still holds an element that is no padding, as pools demand.
fn keeps_windows_inside(reader: &Node, pads: &[i64], rank: usize) -> Result<bool, OnnxError> {
    let Some(kernel) = reader.ints("kernel_shape")? else {
        return Ok(false);
    };
    let Some(sum) = joined(reader, pads, rank)? else {
        return Ok(false);
    };
    let extents = kernel.iter().chain(kernel);
    Ok(sum.iter().zip(extents).all(|(pad, extent)| pad < extent))
}

/// Whether a value is what an operator gives that gives nothing negative.
fn is_not_negative(view: &GraphView<'_>, name: &str) -> bool {
    view.producer(name).is_some_and(|(_, node)| {
        ["Relu", "Sigmoid", "HardSigmoid", "Softmax", "Abs", "Exp"]
            .iter()
            .any(|op_type| node.is(op_type))
    })
}
