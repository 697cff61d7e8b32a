use std::collections::{BTreeMap, BTreeSet};

use emo_tensor::Tensor;

use crate::{Graph, OnnxError, OpaqueAttribute};

/// The value of a node's attribute.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// A single number.
    Float(f32),
    /// A single integer; ONNX writes flags as 0 and 1.
    Int(i64),
    /// UTF-8 text.
    String(String),
    /// A tensor, as in `Constant`.
    Tensor(Tensor),
    /// A list of numbers.
    Floats(Vec<f32>),
    /// A list of integers, as in `pads`.
    Ints(Vec<i64>),
    /// A list of texts.
    Strings(Vec<String>),
    /// A list of tensors.
    Tensors(Vec<Tensor>),
    /// A subgraph, as in `If`, `Loop` and `Scan`.
    Graph(Graph),
    /// A list of subgraphs.
    Graphs(Vec<Graph>),
    /// A value that is kept but not interpreted: tensors of strings, sparse tensors, types and such.
    Opaque(OpaqueAttribute),
}

impl Attribute {
    /// The subgraphs that the value holds.
    pub fn graphs(&self) -> &[Graph] {
        match self {
            Self::Graph(graph) => std::slice::from_ref(graph),
            Self::Graphs(graphs) => graphs,
            _ => &[],
        }
    }

    pub(crate) fn graphs_mut(&mut self) -> &mut [Graph] {
        match self {
            Self::Graph(graph) => std::slice::from_mut(graph),
            Self::Graphs(graphs) => graphs,
            _ => &mut [],
        }
    }
}

/// One operator of a graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// The node's name; may be empty, and need not be unique.
    pub name: String,
    /// The operator, as ONNX spells it (`Conv`, `Gemm`, …).
    pub op_type: String,
    /// The operator set's domain; empty for ONNX's own.
    pub domain: String,
    /// Which of several functions of one name is called; empty for operators and in most files.
    pub overload: String,
    /// Names of the values read, in the operator's order; an empty name stands for an absent optional input.
    pub inputs: Vec<String>,
    /// Names of the values written, in the operator's order; an empty name stands for one that nobody reads.
    pub outputs: Vec<String>,
    /// The attributes that are present.
    pub attributes: BTreeMap<String, Attribute>,
}

impl Node {
    /// How errors call this node: its name and operator, or its first output where it has no name.
    pub fn label(&self) -> String {
        let name = if self.name.is_empty() {
            self.outputs.first().map_or("", String::as_str)
        } else {
            &self.name
        };
        format!("{name} ({})", self.op_type)
    }

    /// The subgraphs in the node's attributes, in the order of the attributes' names.
    pub fn subgraphs(&self) -> impl Iterator<Item = &Graph> {
        self.attributes.values().flat_map(Attribute::graphs)
    }

    pub(crate) fn subgraphs_mut(&mut self) -> impl Iterator<Item = &mut Graph> {
        self.attributes.values_mut().flat_map(Attribute::graphs_mut)
    }

    /// The values of the graph around the node, or of one around that, that the node's subgraphs read.
    ///
    /// They are read as the node's own inputs are: whatever follows the flow of values must follow these as well.
    ///
    /// *Cost*: in proportion to the subgraphs.
    pub fn captures(&self) -> BTreeSet<&str> {
        let mut captured = BTreeSet::new();
        for graph in self.subgraphs() {
            captured.extend(graph.free_names());
        }
        captured
    }

    /// The integer `name`, or `default` where it is absent.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn int(&self, name: &str, default: i64) -> Result<i64, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Int(value)) => Ok(*value),
            Some(_) => Err(self.wrong_attribute(name, "an integer")),
        }
    }

    /// The number `name`, or `default` where it is absent.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn float(&self, name: &str, default: f32) -> Result<f32, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Float(value)) => Ok(*value),
            Some(_) => Err(self.wrong_attribute(name, "a number")),
        }
    }

    /// The list of integers `name`, if it is present.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn ints(&self, name: &str) -> Result<Option<&[i64]>, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Ints(values)) => Ok(Some(values)),
            Some(_) => Err(self.wrong_attribute(name, "a list of integers")),
        }
    }

    /// The text `name`, or `default` where it is absent.
    ///
    /// # Errors
    /// [`OnnxError::Attribute`] if it is present as something else.
    pub fn string<'n>(&'n self, name: &str, default: &'n str) -> Result<&'n str, OnnxError> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::String(value)) => Ok(value),
            Some(_) => Err(self.wrong_attribute(name, "a text")),
        }
    }

    fn wrong_attribute(&self, attribute: &str, expected: &'static str) -> OnnxError {
        OnnxError::Attribute {
            node: self.label(),
            attribute: attribute.to_owned(),
            expected,
        }
    }
}
