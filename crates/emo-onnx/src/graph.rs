use std::{collections::BTreeMap, fmt};

use emo_tensor::{ElementType, Tensor};

use crate::Node;

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

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(extent) => extent.fmt(f),
            Self::Symbol(name) => f.write_str(name),
            Self::Unknown => f.write_str("?"),
        }
    }
}

/// Name, element type and shape of a graph's input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueInfo {
    /// The value's name.
    pub name: String,
    /// The type of its elements.
    pub element_type: ElementType,
    /// Its axes, outermost first.
    pub shape: Vec<Dim>,
}

/// The nodes of a model and the constants that they read.
///
/// Every graph that [`Model`](crate::Model) hands out is checked: each value has one producer, each input of
/// a node is produced before it, and the nodes stand in an order in which they can run.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub(crate) name: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) inputs: Vec<ValueInfo>,
    pub(crate) outputs: Vec<ValueInfo>,
    pub(crate) initializers: BTreeMap<String, Tensor>,
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
}
