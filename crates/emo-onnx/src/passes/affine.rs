use ndarray::{ArrayD, IxDyn, arr0};

use super::{layer::Layer, numbers};
use crate::{Dim, GraphView, Node, OnnxError, Pass, Patch};

/// Folds multiplications and additions of constants, batch normalization among them, into the layer before or
/// behind, or into each other.
///
/// What is folded are nodes that compute `x · scale + shift` with constants: `Mul`, `Div`, `Add`, `Sub` and
/// `BatchNormalization` as it is after training. They go, by the channels' weights and biases,
/// - into a `Conv`, `ConvTranspose`, `Gemm` or `MatMul` before them;
/// - into a `Conv`, `Gemm` or `MatMul` behind them, such as the first layer behind `(x − mean) / std`. A shift goes
///   into a convolution only if that adds no padding, since the padding's zeros would have to be shifted as well; a
///   scale always does.
/// - Chains of them become one `Mul` and one `Add`, or none where they cancel.
///
/// Weights are computed in `f64` and rounded once. Where a shift in the layer behind would be cancelled by large
/// inputs (a mean of more than 32 standard deviations) nothing is folded, since that would cost precision. Layers
/// whose weights another node reads as well are left alone, and so are weights that are computed, as those of
/// quantized models are.
///
/// # References
/// B. Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
/// CVPR 2018, section 3.2, arXiv:1712.05877.
#[derive(Debug, Clone, Copy, Default)]
pub struct FoldAffine;

/// The largest shift, in units of what follows, that is moved behind the multiplication of a layer's inputs. The
/// sum of products then cancels it, which costs as many bits as the shift has: 5 of the 24 of an `f32`.
const MAX_SHIFT: f64 = 32.0;

/// What a node multiplies its input with and then adds to it, broadcast against that.
#[derive(Debug, Clone)]
pub(super) struct Affine {
    pub(super) scale: ArrayD<f64>,
    pub(super) shift: ArrayD<f64>,
}

impl Affine {
    /// What this and then `next` do.
    fn then(&self, next: &Self) -> Option<Self> {
        let scale = numbers::combine(&self.scale, &next.scale, |a, b| a * b)?;
        let shift = numbers::combine(&self.shift, &next.scale, |a, b| a * b)?;
        let shift = numbers::combine(&shift, &next.shift, |a, b| a + b)?;
        Some(Self { scale, shift })
    }

    pub(super) fn has_scale(&self) -> bool {
        self.scale.iter().any(|&value| value != 1.0)
    }

    pub(super) fn has_shift(&self) -> bool {
        self.shift.iter().any(|&value| value != 0.0)
    }
}

/// The input of a node that multiplies and adds constants, and what it does with it.
pub(super) fn read<'m>(view: &GraphView<'m>, node: &'m Node) -> Option<(&'m str, Affine)> {
    let output = node.only_output()?;
    if node.is("BatchNormalization") {
        return batch_norm(view, node);
    }
    let is = |op_type| node.is(op_type);
    if !(is("Mul") || is("Div") || is("Add") || is("Sub")) {
        return None;
    }
    let (x, constant, is_first) = match (node.input(0)?, node.input(1)?) {
        (x, c) if view.constant(c).is_some() && view.constant(x).is_none() => (x, c, true),
        (c, x) if view.constant(c).is_some() && view.constant(x).is_none() => (x, c, false),
        _ => return None,
    };
    let values = numbers::read(view.constant(constant)?)?;
    keeps_shape(view, x, output, &values)?;
    let one = arr0(1.0).into_dyn();
    let zero = arr0(0.0).into_dyn();
    let (scale, shift) = match (node.op_type.as_str(), is_first) {
        ("Mul", _) => (values, zero),
        ("Add", _) => (one, values),
        ("Sub", true) => (one, values.mapv(|value| -value)),
        ("Sub", false) => (arr0(-1.0).into_dyn(), values),
        ("Div", true) if values.iter().all(|&value| value != 0.0) => {
            (values.mapv(f64::recip), zero)
        }
        _ => return None,
    };
    let is_finite = scale.iter().all(|value| value.is_finite());
    is_finite.then_some((x, Affine { scale, shift }))
}

/// Checks that a constant is broadcast to the value that it meets, and not the other way round.
fn keeps_shape(view: &GraphView<'_>, x: &str, output: &str, values: &ArrayD<f64>) -> Option<()> {
    let shape = view.shape(x)?;
    let offset = shape.len().checked_sub(values.ndim())?;
    let fits = shape
        .iter()
        .skip(offset)
        .zip(values.shape())
        .all(|(dim, &extent)| extent == 1 || *dim == Dim::Fixed(extent));
    (fits && view.element_type(x)? == view.element_type(output)?).then_some(())
}

fn batch_norm<'m>(view: &GraphView<'m>, node: &'m Node) -> Option<(&'m str, Affine)> {
    if node.int("training_mode", 0).ok()? != 0 || node.int("spatial", 1).ok()? != 1 {
        return None;
    }
    // With further outputs it is one that is trained.
    node.only_output()?;
    let x = node.input(0)?;
    let rank = view.rank(x)?;
    let parameter = |index| {
        let array = numbers::read(view.constant_input(node, index)?)?;
        (array.ndim() == 1).then(|| array.into_raw_vec_and_offset().0)
    };
    let (gamma, beta) = (parameter(1)?, parameter(2)?);
    let (mean, variance) = (parameter(3)?, parameter(4)?);
    let epsilon = f64::from(node.float("epsilon", 1e-5).ok()?);
    let len = gamma.len();
    if [&beta, &mean, &variance]
        .iter()
        .any(|values| values.len() != len)
        || rank < 2
    {
        return None;
    }
    let mut scales = Vec::with_capacity(len);
    let mut shifts = Vec::with_capacity(len);
    let parameters = gamma.iter().zip(&beta).zip(mean.iter().zip(&variance));
    for ((gamma, beta), (mean, variance)) in parameters {
        let scale = gamma / (variance + epsilon).sqrt();
        scales.push(scale);
        shifts.push(beta - mean * scale);
    }
    let is_finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    if !is_finite(&scales) || !is_finite(&shifts) {
        return None;
    }
    Some((
        x,
        Affine {
            scale: numbers::vector(scales, rank, 1)?,
            shift: numbers::vector(shifts, rank, 1)?,
        },
    ))
}

/// Nodes that multiply and add constants, one behind the other.
struct Chain<'m> {
    nodes: Vec<(usize, &'m Node)>,
    input: &'m str,
    output: &'m str,
    affine: Affine,
}

/// The longest chain that ends with the node at `index`, whose inner values nobody else reads.
fn chain<'m>(view: &GraphView<'m>, index: usize, node: &'m Node) -> Option<Chain<'m>> {
    let (mut input, mut affine) = read(view, node)?;
    let output = node.only_output()?;
    let mut nodes = vec![(index, node)];
    while let Some((before, node)) = view.producer(input)
        && view.only_reader(input).is_some()
        && let Some((earlier, first)) = read(view, node)
        && let Some(joined) = first.then(&affine)
    {
        nodes.push((before, node));
        input = earlier;
        affine = joined;
    }
    nodes.reverse();
    Some(Chain {
        nodes,
        input,
        output,
        affine,
    })
}

impl Pass for FoldAffine {
    fn name(&self) -> &'static str {
        "fold affine"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes() {
            let Some(chain) = chain(view, index, node) else {
                continue;
            };
            let next = view.only_reader(chain.output);
            if next.is_some_and(|(_, next)| read(view, next).is_some()) {
                // The chain goes on.
                continue;
            }
            let patch = into_layer_before(view, &chain)
                .or_else(|| into_layer_behind(view, &chain))
                .or_else(|| shorten(view, &chain));
            patches.extend(patch);
        }
        Ok(patches)
    }
}

/// Puts the first node of a chain into the layer that it reads.
fn into_layer_before(view: &GraphView<'_>, chain: &Chain<'_>) -> Option<Patch> {
    let &(index, node) = chain.nodes.first()?;
    let (x, affine) = read(view, node)?;
    let (layer_index, layer_node) = view.producer(x)?;
    view.only_reader(x)?;
    let mut layer = Layer::read(view, layer_node)?;
    if layer.has_bias() || !affine.has_shift() {
        layer.absorb_behind(&affine)?;
    } else if affine.has_scale() {
        // A matrix product has no place for a shift: that stays behind as an addition.
        let scale = Affine {
            shift: arr0(0.0).into_dyn(),
            ..affine.clone()
        };
        layer.absorb_behind(&scale)?;
        let name = view.fresh_name(&format!("{}.shift", node.only_output()?));
        let shift = numbers::write(&affine.shift, layer.element_type())?;
        let add = Node {
            name: node.name.clone(),
            ..Node::new("Add", [x, name.as_str()], node.only_output()?)
        };
        let patch = Patch::new(reason(layer_node, node))
            .replace(index, add)
            .add_constant(name, shift);
        return layer.replace(view, patch, layer_index, layer_node.clone());
    } else {
        return None;
    }
    let output = node.only_output()?;
    let patch = Patch::new(reason(layer_node, node))
        .remove(index)
        .redirect(output, x);
    layer.replace(view, patch, layer_index, layer_node.clone())
}

/// Puts a chain into the layer that reads it.
fn into_layer_behind(view: &GraphView<'_>, chain: &Chain<'_>) -> Option<Patch> {
    let (layer_index, layer_node) = view.only_reader(chain.output)?;
    let mut layer = Layer::read(view, layer_node)?;
    if layer_node.input(0) != Some(chain.output) {
        return None;
    }
    let mut layer_node = layer_node.clone();
    let (first, last) = (chain.nodes.first()?.1, chain.nodes.last()?.1);
    let what = match chain.nodes.len() {
        1 => last.label(),
        _ => format!("{} to {}", first.label(), last.label()),
    };
    let mut patch = Patch::new(format!("{} takes in {what}", layer_node.label()));
    let largest = chain
        .affine
        .shift
        .iter()
        .fold(0.0, |max: f64, x| max.max(x.abs()));
    if largest > MAX_SHIFT {
        return None;
    }
    if chain.affine.has_shift() && !layer.has_bias() {
        // The shift becomes an addition behind the matrix product, which should not be one node more.
        let output = layer_node.only_output()?.to_owned();
        let next = view.only_reader(&output).map(|(_, next)| next);
        if chain.nodes.len() < 2 && next.is_none_or(|next| read(view, next).is_none()) {
            return None;
        }
        let shift = layer.shift_before(&chain.affine)?;
        let name = view.fresh_name(&format!("{output}.shift"));
        let product = view.fresh_name(&format!("{output}.product"));
        let shift = numbers::write(&shift, layer.element_type())?;
        let add = Node::new("Add", [product.as_str(), name.as_str()], &output);
        layer_node.outputs = vec![product.clone()];
        patch = patch.insert(add).add_constant(name, shift);
    }
    layer.absorb_before(&chain.affine)?;
    for &(index, _) in &chain.nodes {
        patch = patch.remove(index);
    }
    if let Some(input) = layer_node.inputs.first_mut() {
        chain.input.clone_into(input);
    }
    layer.replace(view, patch, layer_index, layer_node)
}

/// Writes a chain as one multiplication and one addition, or as nothing, where that is shorter.
fn shorten(view: &GraphView<'_>, chain: &Chain<'_>) -> Option<Patch> {
    let affine = &chain.affine;
    let (_, first) = chain.nodes.first()?;
    let (_, last) = chain.nodes.last()?;
    let n_needed = usize::from(affine.has_scale()) + usize::from(affine.has_shift());
    if n_needed >= chain.nodes.len() {
        return None;
    }
    if n_needed == 0 && !view.can_redirect(chain.output, chain.input) {
        return None;
    }
    let what = match chain.nodes.len() {
        1 => format!("{} changes nothing", last.label()),
        n => format!(
            "{} to {}: {n_needed} operations for {n}",
            first.label(),
            last.label()
        ),
    };
    let element_type = view.element_type(chain.input)?;
    let mut patch = Patch::new(what);
    for &(index, _) in &chain.nodes {
        patch = patch.remove(index);
    }
    let output = chain.output;
    let mut x = chain.input.to_owned();
    let operations = [
        ("Mul", "scale", affine.has_scale(), &affine.scale),
        ("Add", "shift", affine.has_shift(), &affine.shift),
    ];
    let mut left = n_needed;
    for (op_type, suffix, needed, values) in operations {
        if !needed {
            continue;
        }
        left = left.saturating_sub(1);
        let name = view.fresh_name(&format!("{output}.{suffix}"));
        let result = match left {
            0 => output.to_owned(),
            _ => view.fresh_name(&format!("{output}.scaled")),
        };
        let node = Node::new(op_type, [x.as_str(), name.as_str()], &result);
        patch = patch
            .insert(node)
            .add_constant(name, numbers::write(values, element_type)?);
        x = result;
    }
    if n_needed == 0 {
        patch = patch.redirect(output, x);
    }
    Some(patch)
}

fn reason(layer: &Node, node: &Node) -> String {
    format!("{} takes in {}", layer.label(), node.label())
}

/// A vector as the shape that broadcasting expects of a bias.
pub(super) fn flat(values: Vec<f64>) -> ArrayD<f64> {
    let len = values.len();
    ArrayD::from_shape_vec(IxDyn(&[len]), values).unwrap_or_default()
}
