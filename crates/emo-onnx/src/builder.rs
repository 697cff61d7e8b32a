use emo_tensor::{ElementType, Tensor};

use crate::{Attribute, Dim, Graph, Model, Node, OnnxError, ValueInfo};

/// Builds a [`Model`] node by node.
#[derive(Debug, Clone)]
pub struct GraphBuilder {
    graph: Graph,
}

impl GraphBuilder {
    /// Starts an empty graph.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            graph: Graph {
                name: name.into(),
                nodes: Vec::new(),
                inputs: Vec::new(),
                outputs: Vec::new(),
                initializers: Default::default(),
            },
        }
    }

    /// Declares an input of fixed shape and returns its name.
    pub fn input(&mut self, name: &str, element_type: ElementType, shape: &[usize]) -> String {
        self.graph
            .inputs
            .push(value_info(name, element_type, shape));
        name.to_owned()
    }

    /// Adds a constant and returns its name.
    pub fn initializer(&mut self, name: &str, tensor: impl Into<Tensor>) -> String {
        self.graph
            .initializers
            .insert(name.to_owned(), tensor.into());
        name.to_owned()
    }

    /// Adds a node named `name` with one output of the same name, and returns that.
    pub fn node(
        &mut self,
        name: &str,
        op_type: &str,
        inputs: &[&str],
        attributes: impl IntoIterator<Item = (&'static str, Attribute)>,
    ) -> String {
        self.graph.nodes.push(Node {
            name: name.to_owned(),
            op_type: op_type.to_owned(),
            domain: String::new(),
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            outputs: vec![name.to_owned()],
            attributes: attributes
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        });
        name.to_owned()
    }

    /// Declares that the value `name` is an output.
    pub fn output(&mut self, name: &str, element_type: ElementType, shape: &[usize]) {
        self.graph
            .outputs
            .push(value_info(name, element_type, shape));
    }

    /// Checks the graph and makes a model of it, for version `opset` of ONNX's own operators.
    ///
    /// # Errors
    /// As [`Model::from_graph`].
    pub fn build(self, opset: i64) -> Result<Model, OnnxError> {
        Model::from_graph(self.graph, opset)
    }
}

fn value_info(name: &str, element_type: ElementType, shape: &[usize]) -> ValueInfo {
    ValueInfo {
        name: name.to_owned(),
        element_type,
        shape: shape.iter().map(|&extent| Dim::Fixed(extent)).collect(),
    }
}
