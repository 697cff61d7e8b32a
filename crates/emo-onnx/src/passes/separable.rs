use ndarray::{ArrayD, Dimension, IxDyn};

use super::numbers;
use crate::{Attribute, GraphView, Node, OnnxError, Pass, Patch};

/// Lets the spatial convolution of an EEGNet come before the temporal one, where that takes fewer multiplications.
///
/// EEGNet filters each of C electrodes in time with F filters of length K and then joins the electrodes with D
/// depthwise filters per temporal filter. There is nothing but linear operations between the two, so the electrodes
/// can be joined first and F · D signals be filtered instead of F · C. The forms are
/// ```text
/// before  Conv 1×K, 1 → F          behind  Conv C×1, 1 → F·D, no bias
///         Conv C×1, F → F·D, group F       Conv 1×K, F·D → F·D, group F·D
/// ```
/// with or without biases; [`FoldAffine`](crate::passes::FoldAffine) first takes in the normalizations. The same
/// holds with the two axes exchanged.
///
/// The conditions are checked for each pair: one input channel; kernels that span one axis each; a second
/// convolution that is depthwise, with stride 1, dilation 1 and no padding; a first one with stride 1 and no padding
/// across its kernel; constant weights, and nobody else who reads the values between. Padding of the first
/// convolution along its kernel goes along: joined zeros are zeros.
///
/// # References
/// V. J. Lawhern et al., "EEGNet: a compact convolutional neural network for EEG-based brain–computer interfaces",
/// Journal of Neural Engineering 15(5), 2018, DOI 10.1088/1741-2552/aace8c.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReorderSeparable;

impl Pass for ReorderSeparable {
    fn name(&self) -> &'static str {
        "reorder separable"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes_of("Conv") {
            patches.extend(reorder(view, index, node));
        }
        Ok(patches)
    }
}

fn own_constant(view: &GraphView<'_>, node: &Node, index: usize) -> Option<ArrayD<f64>> {
    let name = node.input(index)?;
    view.only_reader(name)?;
    numbers::read(view.constant(name)?)
}

fn bias(view: &GraphView<'_>, node: &Node, len: usize) -> Option<Vec<f64>> {
    match node.input(2) {
        None => Some(vec![0.0; len]),
        Some(_) => {
            let bias = own_constant(view, node, 2)?;
            (bias.shape() == [len]).then(|| bias.into_raw_vec_and_offset().0)
        }
    }
}

/// Whether the entries of an attribute that belong to `axis` (0 or 1) all have this value.
fn all(node: &Node, name: &str, axis: usize, expected: i64) -> Option<bool> {
    let values = node.ints(name).ok()?.unwrap_or_default();
    let of_axis = values.iter().skip(axis).step_by(2);
    Some(of_axis.into_iter().all(|&value| value == expected))
}

fn reorder(view: &GraphView<'_>, index: usize, spatial: &Node) -> Option<Patch> {
    let between = spatial.input(0)?;
    view.only_reader(between)?;
    let (temporal_index, temporal) = view.producer(between)?;
    if !temporal.is("Conv") {
        return None;
    }
    let (x, output) = (temporal.input(0)?, spatial.output(0)?);
    let temporal_weight = own_constant(view, temporal, 1)?;
    let spatial_weight = own_constant(view, spatial, 1)?;
    let (&[filters, 1, height, width], &[joined, 1, across_h, across_w]) =
        (temporal_weight.shape(), spatial_weight.shape())
    else {
        return None;
    };
    // Which of the two spatial axes is time.
    let time = match (height, width, across_h, across_w) {
        (1, _, _, 1) => 1,
        (_, 1, 1, _) => 0,
        _ => return None,
    };
    let space = 1 - time;
    let group = i64::try_from(filters).ok()?;
    if temporal.int("group", 1).ok()? != 1
        || spatial.int("group", 1).ok()? != group
        || filters == 0
        || joined % filters != 0
    {
        return None;
    }
    let spatial_pad = spatial.string("auto_pad", "NOTSET").ok()?;
    let is_plain = matches!(spatial_pad, "NOTSET" | "VALID")
        && all(spatial, "pads", 0, 0)?
        && all(spatial, "pads", 1, 0)?
        && all(spatial, "strides", 0, 1)?
        && all(spatial, "strides", 1, 1)?
        && all(spatial, "dilations", 0, 1)?
        && all(spatial, "dilations", 1, 1)?
        && all(temporal, "pads", space, 0)?
        && all(temporal, "strides", space, 1)?;
    if !is_plain {
        return None;
    }
    let (before, after) = costs(view, x, between, output, joined, time)?;
    let (n_temporal, n_spatial) = (height * width, across_h * across_w);
    let old = before.0 * n_temporal + before.1 * n_spatial;
    let new = after.0 * n_spatial + after.1 * n_temporal;
    if new >= old {
        return None;
    }
    let depth = joined / filters;
    let temporal_bias = bias(view, temporal, filters)?;
    let mut biases = bias(view, spatial, joined)?;
    for (index, &weight) in spatial_weight.indexed_iter() {
        let channel = index.slice().first().copied()?;
        *biases.get_mut(channel)? += weight * temporal_bias.get(channel / depth)?;
    }
    let mut repeated = Vec::with_capacity(joined * n_temporal);
    for channel in 0..joined {
        let filter = temporal_weight.index_axis(ndarray::Axis(0), channel / depth);
        repeated.extend(filter.iter().copied());
    }
    let repeated = ArrayD::from_shape_vec(IxDyn(&[joined, 1, height, width]), repeated).ok()?;
    let element_type = view.element_type(temporal.input(1)?)?;
    let weight = |array: &ArrayD<f64>| numbers::write(array, element_type);

    let joined_name = view.fresh_name(&format!("{output}.joined"));
    let (spatial_name, temporal_name) = (spatial.input(1)?, temporal.input(1)?);
    let first = Node {
        name: spatial.name.clone(),
        inputs: vec![x.to_owned(), spatial_name.to_owned()],
        outputs: vec![joined_name.clone()],
        ..spatial.clone()
    }
    .with("group", Attribute::Int(1));
    let mut second = Node {
        inputs: vec![joined_name, temporal_name.to_owned()],
        outputs: spatial.outputs.clone(),
        ..temporal.clone()
    }
    .with("group", Attribute::Int(i64::try_from(joined).ok()?));
    let reason = format!("{} before {}", spatial.label(), temporal.label());
    let mut patch = Patch::new(reason)
        .remove_constant(temporal_name)
        .add_constant(temporal_name, weight(&repeated)?);
    if biases.iter().any(|&bias| bias != 0.0) {
        let old = spatial.input(2).or_else(|| temporal.input(2));
        let name = match old {
            Some(name) => name.to_owned(),
            None => view.fresh_name(&format!("{output}.bias")),
        };
        second.inputs.push(name.clone());
        let array = ArrayD::from_shape_vec(IxDyn(&[joined]), biases).ok()?;
        patch = patch
            .remove_constant(name.as_str())
            .add_constant(name, weight(&array)?);
    }
    Some(patch.replace(temporal_index, first).replace(index, second))
}

/// How many outputs the two convolutions have, in the order as it is and in the other one.
fn costs(
    view: &GraphView<'_>,
    x: &str,
    between: &str,
    output: &str,
    joined: usize,
    time: usize,
) -> Option<((usize, usize), (usize, usize))> {
    let extents = |name: &str| {
        let shape = view.shape(name)?;
        // The batch multiplies everything.
        let extents = crate::optimize::fixed(shape.get(1..)?)?;
        <[usize; 3]>::try_from(extents).ok()
    };
    let [channels, height, width] = extents(x)?;
    let [filters, between_h, between_w] = extents(between)?;
    let [_, output_h, output_w] = extents(output)?;
    if channels != 1 {
        return None;
    }
    let last = joined.checked_mul(output_h)?.checked_mul(output_w)?;
    let first = filters.checked_mul(between_h)?.checked_mul(between_w)?;
    // Joined first: all of the time, but the electrodes as in the end.
    let swapped = match time {
        1 => output_h.checked_mul(width)?,
        _ => output_w.checked_mul(height)?,
    };
    Some(((first, last), (swapped.checked_mul(joined)?, last)))
}
