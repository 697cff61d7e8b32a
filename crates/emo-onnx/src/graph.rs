use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use emo_tensor::Tensor;

use crate::{Node, OpaqueTensor, ValueInfo};

/// One axis of a value's shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dim {
    /// A fixed extent.
    Fixed(usize),
    /// An extent that is chosen when the model runs; equal names mean equal extents.
    Symbol(String),
    /// An extent of which nothing is said.
    Unknown,
}

impl From<usize> for Dim {
    fn from(extent: usize) -> Self {
        Self::Fixed(extent)
    }
}

impl From<&str> for Dim {
    fn from(symbol: &str) -> Self {
        Self::Symbol(symbol.to_owned())
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(extent) => extent.fmt(f),
            Self::Symbol(name) => f.write_str(name),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// The nodes of a model, or of a subgraph of it, and the constants that they read.
///
/// Every graph that [`Model`](crate::Model) hands out is checked: each value has one producer, each input of
/// a node is produced before it, and the nodes stand in an order in which they can run. A subgraph (an
/// [`Attribute::Graph`](crate::Attribute::Graph) of a node such as `If`) may also read values of the graphs around
/// it, and gives none of their names to a value of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    pub(crate) name: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) inputs: Vec<ValueInfo>,
    pub(crate) outputs: Vec<ValueInfo>,
    pub(crate) initializers: BTreeMap<String, Tensor>,
    pub(crate) opaque_initializers: BTreeMap<String, OpaqueTensor>,
    pub(crate) value_infos: Vec<ValueInfo>,
}

impl Graph {
    /// The graph's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The nodes, each after those whose values it reads.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The values that a caller supplies; constants that a file lists among its inputs are left out.
    pub fn inputs(&self) -> &[ValueInfo] {
        &self.inputs
    }

    /// The values that the graph computes for its caller.
    pub fn outputs(&self) -> &[ValueInfo] {
        &self.outputs
    }

    /// The constants, by name.
    pub fn initializers(&self) -> &BTreeMap<String, Tensor> {
        &self.initializers
    }

    /// The constants whose elements are kept but not interpreted, by name: strings, sparse tensors and such.
    pub fn opaque_initializers(&self) -> &BTreeMap<String, OpaqueTensor> {
        &self.opaque_initializers
    }

    /// What the file declares of intermediate values, in its order; most files declare nothing or not all of them.
    pub fn value_infos(&self) -> &[ValueInfo] {
        &self.value_infos
    }

    /// The names that the graph and its subgraphs read and that nothing in it produces: for a subgraph the values
    /// of the graphs around it, for the graph of a model none.
    ///
    /// *Cost*: in proportion to the graph and all its subgraphs.
    pub fn free_names(&self) -> BTreeSet<&str> {
        let mut free = BTreeSet::new();
        for node in &self.nodes {
            free.extend(node.inputs.iter().map(String::as_str));
            free.extend(node.captures());
        }
        free.extend(self.outputs.iter().map(|info| info.name.as_str()));
        free.remove("");
        for name in self.produced() {
            free.remove(name);
        }
        free
    }

    /// Whether `name` is that of a constant, interpreted or not.
    pub(crate) fn is_initializer(&self, name: &str) -> bool {
        self.initializers.contains_key(name) || self.opaque_initializers.contains_key(name)
    }

    /// The names of all values that the graph itself holds, without those of its subgraphs: inputs, constants and
    /// what nodes write.
    pub(crate) fn produced(&self) -> impl Iterator<Item = &str> {
        let inputs = self.inputs.iter().map(|info| info.name.as_str());
        let constants = self.initializers.keys();
        let constants = constants.chain(self.opaque_initializers.keys());
        let computed = self.nodes.iter().flat_map(|node| &node.outputs);
        inputs
            .chain(constants.chain(computed).map(String::as_str))
            .filter(|name| !name.is_empty())
    }
}

/// The names that stand for a value.
pub(crate) fn present(names: &[String]) -> impl Iterator<Item = &str> {
    names
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty())
}
