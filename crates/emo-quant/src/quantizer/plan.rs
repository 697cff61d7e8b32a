use std::collections::{BTreeMap, BTreeSet};

use emo_onnx::{GraphView, Node};
use emo_tensor::ElementType;

use super::{
    config::{Ends, Precision, QuantizeConfig},
    layer::Layer,
};

/// What is quantized, of a folded model.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// All layers with constant weights, in the order of the graph.
    pub(crate) layers: Vec<Layer>,
    /// How each of them is computed.
    pub(crate) precisions: Vec<Precision>,
    /// The values that are wanted as integers, each with the one whose scale it has: itself or, where nodes that only
    /// move elements lie between, another.
    pub(crate) roots: BTreeMap<String, String>,
    /// The positions of the nodes that move elements and move integers here.
    pub(crate) movers: BTreeSet<usize>,
}

/// Operators that move elements and compute nothing, for integers as well, of their first input.
const MOVERS: &[&str] = &[
    "MaxPool",
    "Flatten",
    "Reshape",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Identity",
    "Slice",
    "Gather",
    "DepthToSpace",
    "SpaceToDepth",
];

/// Operators without weights that engines compute with integers.
const INTEGER_OPERATORS: &[&str] = &[
    "Add",
    "Mul",
    "AveragePool",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Concat",
    "MatMul",
];

/// Whether the node moves elements: with one output, or joins such as are all computed.
fn is_mover(view: &GraphView<'_>, node: &Node) -> bool {
    let present = node.outputs.iter().filter(|name| !name.is_empty()).count();
    let computed = |name: &String| view.constant(name).is_none();
    present == 1
        && (MOVERS.iter().any(|op| node.is(op))
            && node
                .input(0)
                .is_some_and(|name| view.constant(name).is_none())
            || node.is("Concat") && node.inputs.iter().all(computed))
}

/// The values that a mover moves.
pub(super) fn moved(node: &Node) -> &[String] {
    match node.is("Concat") {
        true => &node.inputs,
        false => node.inputs.get(..1).unwrap_or_default(),
    }
}

/// The values that an operator without weights takes as integers; none unless all that it computes with are.
fn operands<'m>(view: &GraphView<'_>, node: &'m Node) -> Vec<&'m str> {
    if !INTEGER_OPERATORS.iter().any(|op| node.is(op)) {
        return Vec::new();
    }
    let names: Vec<&str> = node.inputs.iter().map(String::as_str).collect();
    let all_real = names.iter().all(|name| {
        view.constant(name).is_none() && view.element_type(name) == Some(ElementType::F32)
    });
    if all_real { names } else { Vec::new() }
}

impl Plan {
    pub(crate) fn new(view: &GraphView<'_>, config: &QuantizeConfig) -> Self {
        let layers: Vec<Layer> = view
            .nodes()
            .filter_map(|(index, node)| Layer::read(view, index, node))
            .collect();
        let mut precisions: Vec<Precision> = layers
            .iter()
            .map(|layer| {
                let stays = config.exclude.contains(&layer.name)
                    || layer.weight.len() < config.min_weights
                    || view.element_type(&layer.input) != Some(ElementType::F32);
                match config.precisions.get(&layer.name) {
                    Some(&precision) => precision,
                    None if stays => Precision::Float,
                    None => config.precision,
                }
            })
            .collect();
        let mut ends = Vec::new();
        if matches!(config.ends, Ends::FirstFloat | Ends::BothFloat) {
            ends.extend(precisions.iter().position(|&p| p != Precision::Float));
        }
        if matches!(config.ends, Ends::LastFloat | Ends::BothFloat) {
            ends.extend(precisions.iter().rposition(|&p| p != Precision::Float));
        }
        for index in ends {
            if !config.precisions.contains_key(&layers[index].name) {
                precisions[index] = Precision::Float;
            }
        }
        let mut plan = Self {
            layers,
            precisions,
            roots: BTreeMap::new(),
            movers: BTreeSet::new(),
        };
        plan.choose_values(view, config);
        plan
    }

    /// Finds the values that are wanted as integers: backwards, from who reads them.
    fn choose_values(&mut self, view: &GraphView<'_>, config: &QuantizeConfig) {
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let any_integer = self.precisions.contains(&Precision::Integer);
        let layer_of: BTreeMap<usize, usize> = self
            .layers
            .iter()
            .enumerate()
            .map(|(index, layer)| (layer.node, index))
            .collect();
        for (index, node) in view.nodes().collect::<Vec<_>>().into_iter().rev() {
            if let Some(&layer) = layer_of.get(&index) {
                if self.precisions[layer] == Precision::Integer {
                    wanted.extend(node.input(0));
                }
            } else if is_mover(view, node) {
                if node.output(0).is_some_and(|output| wanted.contains(output)) {
                    wanted.extend(moved(node).iter().map(String::as_str));
                    self.movers.insert(index);
                }
            } else if any_integer
                && !config.exclude.contains(super::layer::layer_name(node))
                && node
                    .output(0)
                    .is_some_and(|output| leads_to(view, output, &wanted))
            {
                wanted.extend(operands(view, node));
            }
        }
        // Movers share the scale of what they move.
        let mut roots: BTreeMap<String, String> = wanted
            .iter()
            .map(|name| ((*name).to_owned(), (*name).to_owned()))
            .collect();
        for (index, node) in view.nodes() {
            if !self.movers.contains(&index) {
                continue;
            }
            let (Some(output), Some(first)) = (node.output(0), moved(node).first()) else {
                continue;
            };
            let root = roots.get(first).cloned().unwrap_or_else(|| first.clone());
            let others: Vec<String> = moved(node)
                .iter()
                .chain([&output.to_owned()])
                .filter_map(|name| roots.get(name).cloned())
                .collect();
            for value in roots.values_mut() {
                if others.contains(value) {
                    value.clone_from(&root);
                }
            }
        }
        self.roots = roots;
    }

    /// The layers that take the values of this root as integers.
    pub(crate) fn readers_of<'p>(&'p self, root: &'p str) -> impl Iterator<Item = usize> + 'p {
        self.layers
            .iter()
            .enumerate()
            .filter_map(move |(index, layer)| {
                let reads = self.precisions[index] == Precision::Integer
                    && self.roots.get(&layer.input).is_some_and(|own| own == root);
                reads.then_some(index)
            })
    }
}

/// Whether a value goes, through operators of one element or directly, to somebody who wants integers. Sums and pools
/// in front of nothing but scores are not worth two roundings.
fn leads_to(view: &GraphView<'_>, value: &str, wanted: &BTreeSet<&str>) -> bool {
    const ELEMENTWISE: &[&str] = &[
        "Relu",
        "LeakyRelu",
        "PRelu",
        "Clip",
        "Elu",
        "Celu",
        "Selu",
        "Sigmoid",
        "Tanh",
        "HardSigmoid",
        "HardSwish",
        "Gelu",
        "Mish",
        "Softplus",
        "Swish",
        "Erf",
    ];
    if wanted.contains(value) {
        return true;
    }
    view.readers(value).iter().any(|&index| {
        view.graph().nodes().get(index).is_some_and(|node| {
            ELEMENTWISE.iter().any(|op| node.is(op))
                && node
                    .output(0)
                    .is_some_and(|output| leads_to(view, output, wanted))
        })
    })
}

impl Plan {
    /// Whether a value is what a node moved, and so holds nothing that another one does not.
    pub(crate) fn is_moved(&self, float: &emo_onnx::Model, value: &str) -> bool {
        self.movers.iter().any(|&index| {
            let node = float.graph().nodes().get(index);
            node.is_some_and(|node| node.output(0) == Some(value))
        })
    }
}
