use ndarray::{ArrayD, IxDyn};

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

/// Two convolutions of which each filters along one axis and which may change places: see [`ReorderSeparable`].
///
/// What compilers need that reorder by themselves: the conditions and the new weights, without the graph around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeparablePair {
    /// Channels between the two.
    filters: usize,
    /// Channels behind both.
    joined: usize,
    /// Extents of the first one's kernel.
    temporal: [usize; 2],
    /// Extents of the second one's kernel.
    spatial: [usize; 2],
}

impl SeparablePair {
    /// The pair that the nodes `temporal` and `spatial`, which reads the first one's output, are with weights of these
    /// shapes; none if they may not change places.
    pub fn new(
        (temporal, temporal_weight): (&Node, &[usize]),
        (spatial, spatial_weight): (&Node, &[usize]),
    ) -> Option<Self> {
        if !temporal.is("Conv") || !spatial.is("Conv") {
            return None;
        }
        let (&[filters, 1, height, width], &[joined, 1, across_h, across_w]) =
            (temporal_weight, spatial_weight)
        else {
            return None;
        };
        let pair = Self {
            filters,
            joined,
            temporal: [height, width],
            spatial: [across_h, across_w],
        };
        let group = i64::try_from(filters).ok()?;
        if temporal.int("group", 1).ok()? != 1
            || spatial.int("group", 1).ok()? != group
            || filters == 0
            || joined % filters != 0
        {
            return None;
        }
        let space = 1 - pair.time()?;
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
        is_plain.then_some(pair)
    }

    /// Which of the two spatial axes is time.
    fn time(&self) -> Option<usize> {
        match (self.temporal, self.spatial) {
            ([1, _], [_, 1]) => Some(1),
            ([_, 1], [1, _]) => Some(0),
            _ => None,
        }
    }

    /// Whether the other order takes fewer multiplications, where the first convolution makes `[filters, height,
    /// width]` of an `input` of `[channels, height, width]`.
    pub fn pays(&self, input: [usize; 3], between: [usize; 3]) -> bool {
        self.costs(input, between)
            .is_some_and(|(old, new)| new < old)
    }

    /// Multiplications in the order as it is and in the other one.
    fn costs(&self, input: [usize; 3], between: [usize; 3]) -> Option<(usize, usize)> {
        let [channels, height, width] = input;
        let [filters, between_h, between_w] = between;
        if channels != 1 || filters != self.filters {
            return None;
        }
        let output_h = (between_h + 1).checked_sub(self.spatial[0])?;
        let output_w = (between_w + 1).checked_sub(self.spatial[1])?;
        let product = |extents: &[usize]| {
            let mut extents = extents.iter();
            extents.try_fold(1_usize, |product, &extent| product.checked_mul(extent))
        };
        let [n_temporal, n_spatial] = [product(&self.temporal)?, product(&self.spatial)?];
        let first = product(&[filters, between_h, between_w, n_temporal])?;
        let last = [self.joined, output_h, output_w];
        // Joined first: all of the time, but the electrodes as in the end.
        let swapped = match self.time()? {
            1 => [self.joined, output_h, width],
            _ => [self.joined, output_w, height],
        };
        let old = first.checked_add(product(&last)?.checked_mul(n_spatial)?)?;
        let new = product(&swapped)?.checked_mul(n_spatial)?;
        let new = new.checked_add(product(&last)?.checked_mul(n_temporal)?)?;
        Some((old, new))
    }

    /// The filter of each channel behind both, `[joined, 1, height, width]`, of the first one's weights.
    pub fn filters(&self, temporal_weight: &[f64]) -> Vec<f64> {
        let len = self.temporal.iter().product::<usize>().max(1);
        let filters = temporal_weight.chunks_exact(len);
        let depth = self.joined / self.filters;
        filters
            .flat_map(|filter| std::iter::repeat_n(filter, depth).flatten().copied())
            .collect()
    }

    /// What is added in the end: the second one's bias, and the first one's as the second one's weights join it.
    pub fn biases(
        &self,
        spatial_weight: &[f64],
        temporal_bias: Option<&[f64]>,
        spatial_bias: Option<&[f64]>,
    ) -> Vec<f64> {
        let mut biases = match spatial_bias {
            Some(biases) => biases.to_vec(),
            None => vec![0.0; self.joined],
        };
        let len = self.spatial.iter().product::<usize>().max(1);
        let depth = self.joined / self.filters;
        let channels = biases.iter_mut().zip(spatial_weight.chunks_exact(len));
        for (channel, (bias, weights)) in channels.enumerate() {
            let own = temporal_bias.and_then(|biases| biases.get(channel / depth));
            for weight in weights {
                *bias += weight * own.copied().unwrap_or(0.0);
            }
        }
        biases
    }

    /// The two nodes in the other order; `between` is the value that the first one writes, and the second one's
    /// weights and bias are the constants of these names.
    pub fn nodes(
        &self,
        (temporal, spatial): (&Node, &Node),
        between: &str,
        (weight, bias): (&str, Option<&str>),
    ) -> Option<[Node; 2]> {
        let first = Node {
            inputs: vec![temporal.input(0)?.to_owned(), spatial.input(1)?.to_owned()],
            outputs: vec![between.to_owned()],
            ..spatial.clone()
        };
        let inputs = [Some(between), Some(weight), bias];
        let second = Node {
            inputs: inputs.into_iter().flatten().map(str::to_owned).collect(),
            outputs: spatial.outputs.clone(),
            ..temporal.clone()
        };
        let group = i64::try_from(self.joined).ok()?;
        Some([
            first.with("group", Attribute::Int(1)),
            second.with("group", Attribute::Int(group)),
        ])
    }
}

fn own_constant(view: &GraphView<'_>, node: &Node, index: usize) -> Option<ArrayD<f64>> {
    let name = node.input(index)?;
    view.only_reader(name)?;
    numbers::read(view.constant(name)?)
}

/// A layer's bias, if it has one; `None` if that is not `len` constants of its own.
fn bias(view: &GraphView<'_>, node: &Node, len: usize) -> Option<Option<Vec<f64>>> {
    match node.input(2) {
        None => Some(None),
        Some(_) => {
            let bias = own_constant(view, node, 2)?;
            (bias.shape() == [len]).then(|| Some(bias.into_raw_vec_and_offset().0))
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
    let temporal_weight = own_constant(view, temporal, 1)?;
    let spatial_weight = own_constant(view, spatial, 1)?;
    let pair = SeparablePair::new(
        (temporal, temporal_weight.shape()),
        (spatial, spatial_weight.shape()),
    )?;
    let extents = |name: &str| {
        let shape = view.shape(name)?;
        // The batch multiplies everything.
        let extents = crate::optimize::fixed(shape.get(1..)?)?;
        <[usize; 3]>::try_from(extents).ok()
    };
    if !pair.pays(extents(temporal.input(0)?)?, extents(between)?) {
        return None;
    }
    let filters = pair.filters(temporal_weight.as_slice()?);
    let [temporal_bias, spatial_bias] = [
        bias(view, temporal, pair.filters)?,
        bias(view, spatial, pair.joined)?,
    ];
    let biases = pair.biases(
        spatial_weight.as_slice()?,
        temporal_bias.as_deref(),
        spatial_bias.as_deref(),
    );
    let [height, width] = pair.temporal;
    let filters = ArrayD::from_shape_vec(IxDyn(&[pair.joined, 1, height, width]), filters).ok()?;
    let element_type = view.element_type(temporal.input(1)?)?;
    let weight = |array: &ArrayD<f64>| numbers::write(array, element_type);

    let output = spatial.output(0)?;
    let joined_name = view.fresh_name(&format!("{output}.joined"));
    let temporal_name = temporal.input(1)?;
    let reason = format!("{} before {}", spatial.label(), temporal.label());
    let mut patch = Patch::new(reason)
        .remove_constant(temporal_name)
        .add_constant(temporal_name, weight(&filters)?);
    let bias_name = biases.iter().any(|&bias| bias != 0.0).then(|| {
        let old = spatial.input(2).or_else(|| temporal.input(2));
        old.map_or_else(|| view.fresh_name(&format!("{output}.bias")), str::to_owned)
    });
    if let Some(name) = &bias_name {
        let array = ArrayD::from_shape_vec(IxDyn(&[pair.joined]), biases).ok()?;
        patch = patch
            .remove_constant(name.as_str())
            .add_constant(name, weight(&array)?);
    }
    let constants = (temporal_name, bias_name.as_deref());
    let [first, second] = pair.nodes((temporal, spatial), &joined_name, constants)?;
    Some(patch.replace(temporal_index, first).replace(index, second))
}
