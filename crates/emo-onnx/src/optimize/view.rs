use std::collections::{BTreeSet, HashMap, HashSet};

use emo_tensor::{ElementType, Tensor};

use crate::{Attribute, Dim, Graph, Inference, Model, Node, OnnxError, graph::present};

/// A model as a [`Pass`](crate::Pass) sees it: its graph, who writes and who reads each value, and what is known of
/// the values' types and shapes.
///
/// What the subgraphs of a node read counts as read by the node.
#[derive(Debug)]
pub struct GraphView<'m> {
    model: &'m Model,
    inference: &'m Inference,
    producers: HashMap<&'m str, usize>,
    readers: HashMap<&'m str, Vec<usize>>,
    outputs: HashSet<&'m str>,
    inputs: HashSet<&'m str>,
    /// The names in use, those of subgraphs among them.
    names: BTreeSet<&'m str>,
}

impl<'m> GraphView<'m> {
    /// A view of a model and of what [`Model::infer`] says of it.
    pub fn new(model: &'m Model, inference: &'m Inference) -> Self {
        let graph = model.graph();
        let mut producers = HashMap::new();
        let mut readers: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut names = BTreeSet::new();
        collect_names(graph, &mut names);
        for (index, node) in graph.nodes().iter().enumerate() {
            producers.extend(present(&node.outputs).map(|name| (name, index)));
            for name in present(&node.inputs).chain(node.captures()) {
                readers.entry(name).or_default().push(index);
            }
        }
        Self {
            model,
            inference,
            producers,
            readers,
            outputs: graph.outputs().iter().map(|i| i.name.as_str()).collect(),
            inputs: graph.inputs().iter().map(|i| i.name.as_str()).collect(),
            names,
        }
    }

    /// The model.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// Its graph.
    pub fn graph(&self) -> &'m Graph {
        self.model.graph()
    }

    /// Its nodes, by the positions that a patch refers to.
    pub fn nodes(&self) -> impl Iterator<Item = (usize, &'m Node)> {
        self.graph().nodes().iter().enumerate()
    }

    /// The version of ONNX's own operators that the nodes are written for.
    pub fn opset(&self) -> i64 {
        self.model.opset()
    }

    /// The nodes of ONNX's own operator `op_type`.
    pub fn nodes_of(&self, op_type: &'static str) -> impl Iterator<Item = (usize, &'m Node)> {
        self.nodes().filter(move |(_, node)| node.is(op_type))
    }

    /// The node that writes a value; none for inputs and constants.
    pub fn producer(&self, name: &str) -> Option<(usize, &'m Node)> {
        let index = *self.producers.get(name)?;
        Some((index, self.graph().nodes().get(index)?))
    }

    /// The positions of the nodes that read a value, once for each time that they do.
    pub fn readers(&self, name: &str) -> &[usize] {
        self.readers.get(name).map_or(&[], Vec::as_slice)
    }

    /// The node that reads a value, if nothing else does: neither another node nor whoever runs the model.
    pub fn only_reader(&self, name: &str) -> Option<(usize, &'m Node)> {
        match self.readers(name) {
            &[index] if !self.is_output(name) => Some((index, self.graph().nodes().get(index)?)),
            _ => None,
        }
    }

    /// Whether the value is an output of the graph.
    pub fn is_output(&self, name: &str) -> bool {
        self.outputs.contains(name)
    }

    /// Whether the value is an input of the graph.
    pub fn is_input(&self, name: &str) -> bool {
        self.inputs.contains(name)
    }

    /// Whether readers of `from` can be made to read `to` without a node that joins them: see
    /// [`Patch::redirect`](crate::Patch::redirect).
    pub fn can_redirect(&self, from: &str, to: &str) -> bool {
        !self.is_output(from) || (self.producers.contains_key(to) && !self.is_output(to))
    }

    /// The constant of that name.
    pub fn constant(&self, name: &str) -> Option<&'m Tensor> {
        self.graph().initializers().get(name)
    }

    /// The constant that a node's input is, if it is one.
    pub fn constant_input(&self, node: &Node, index: usize) -> Option<&'m Tensor> {
        self.constant(node.inputs.get(index)?)
    }

    /// The integers of a constant input, or of the attribute `attribute` where older operator sets have that
    /// instead. `Ok(None)` where neither is there or the input is no constant of `i64`.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if the attribute is no list of integers.
    pub fn integers(
        &self,
        node: &'m Node,
        attribute: &str,
        input: usize,
    ) -> Result<Option<Vec<i64>>, OnnxError> {
        if let Some(values) = node.ints(attribute)? {
            return Ok(Some(values.to_vec()));
        }
        let tensor = self.constant_input(node, input);
        Ok(tensor.and_then(|tensor| {
            Some(match tensor {
                Tensor::I64(array) => array.iter().copied().collect(),
                Tensor::I32(array) => array.iter().map(|&value| value.into()).collect(),
                _ => return None,
            })
        }))
    }

    /// What is known of all values' types and shapes.
    pub fn inference(&self) -> &'m Inference {
        self.inference
    }

    /// The type of a value's elements, if it is known to be a tensor.
    pub fn element_type(&self, name: &str) -> Option<ElementType> {
        if let Some(tensor) = self.constant(name) {
            return Some(tensor.element_type());
        }
        Some(self.inference.value(name)?.tensor()?.0)
    }

    /// A value's axes, if their number is known.
    pub fn shape(&self, name: &str) -> Option<Vec<Dim>> {
        if let Some(tensor) = self.constant(name) {
            return Some(tensor.shape().iter().map(|&n| Dim::Fixed(n)).collect());
        }
        Some(self.inference.value(name)?.tensor()?.1?.to_vec())
    }

    /// The extents of a value's axes, if all are fixed.
    pub fn fixed_shape(&self, name: &str) -> Option<Vec<usize>> {
        fixed(&self.shape(name)?)
    }

    /// The number of a value's axes, if it is known.
    pub fn rank(&self, name: &str) -> Option<usize> {
        Some(self.shape(name)?.len())
    }

    /// Whether two values are known to have the same type and the same extents.
    pub fn same_type(&self, left: &str, right: &str) -> bool {
        let (Some(left_shape), Some(right_shape)) = (self.shape(left), self.shape(right)) else {
            return false;
        };
        let known = !left_shape.contains(&Dim::Unknown);
        let same_elements = self.element_type(left) == self.element_type(right);
        known && same_elements && left_shape == right_shape
    }

    /// A name that nothing in the model has yet: `hint`, or that with a number behind it.
    pub fn fresh_name(&self, hint: &str) -> String {
        fresh_name(&self.names, hint)
    }
}

/// The extents, if all are fixed.
pub(crate) fn fixed(shape: &[Dim]) -> Option<Vec<usize>> {
    shape
        .iter()
        .map(|dim| match dim {
            Dim::Fixed(extent) => Some(*extent),
            Dim::Symbol(_) | Dim::Unknown => None,
        })
        .collect()
}

/// `hint`, or that with a number behind it where it is taken.
pub(crate) fn fresh_name<S: AsRef<str> + Ord + std::borrow::Borrow<str>>(
    names: &BTreeSet<S>,
    hint: &str,
) -> String {
    let mut name = hint.to_owned();
    let mut number = 1_u32;
    while names.contains(name.as_str()) {
        number = number.saturating_add(1);
        name = format!("{hint}_{number}");
    }
    name
}

/// Collects the names of all values of a graph and its subgraphs.
pub(crate) fn collect_names<'g>(graph: &'g Graph, names: &mut BTreeSet<&'g str>) {
    names.extend(graph.produced());
    for node in &graph.nodes {
        names.extend(present(&node.inputs));
        for subgraph in node.subgraphs() {
            collect_names(subgraph, names);
        }
    }
}

impl Node {
    /// Whether this is ONNX's own operator `op_type`.
    pub fn is(&self, op_type: &str) -> bool {
        self.op_type == op_type && matches!(self.domain.as_str(), "" | "ai.onnx")
    }

    /// The name of the input at position `index`, if it is there.
    pub fn input(&self, index: usize) -> Option<&str> {
        present_at(&self.inputs, index)
    }

    /// The name of the output at position `index`, if it is there.
    pub fn output(&self, index: usize) -> Option<&str> {
        present_at(&self.outputs, index)
    }

    /// The node's only output; none if it has several.
    pub(crate) fn only_output(&self) -> Option<&str> {
        let mut outputs = present(&self.outputs);
        match (outputs.next(), outputs.next(), self.output(0)) {
            (Some(output), None, Some(_)) => Some(output),
            _ => None,
        }
    }

    /// The same node with this attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: Attribute) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }

    /// A node of one of ONNX's own operators, named after its output.
    pub fn new<'a>(op_type: &str, inputs: impl IntoIterator<Item = &'a str>, output: &str) -> Self {
        Self {
            name: output.to_owned(),
            op_type: op_type.to_owned(),
            inputs: inputs.into_iter().map(str::to_owned).collect(),
            outputs: vec![output.to_owned()],
            ..Self::default()
        }
    }
}

fn present_at(names: &[String], index: usize) -> Option<&str> {
    let name = names.get(index)?;
    (!name.is_empty()).then_some(name)
}
