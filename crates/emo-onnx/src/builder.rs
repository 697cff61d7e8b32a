use emo_tensor::{ElementType, Tensor};

use crate::{Attribute, Dim, Graph, Model, Node, OnnxError, ValueInfo};

/// Builds a [`Model`] node by node.
///
/// Each method returns the name of the value that it adds, for later nodes to read. Names are checked when the
/// model is built, so values may also be named before they are added.
///
/// # Example
/// ```
/// use emo_onnx::{Attribute, GraphBuilder};
/// use emo_tensor::ElementType;
///
/// let mut graph = GraphBuilder::new("scores");
/// let x = graph.input("x", ElementType::F32, &[1, 4]);
/// let y = graph.node("y", "Softmax", &[&x], [("axis", Attribute::Int(1))]);
/// graph.output(&y, ElementType::F32, &[1, 4]);
/// let model = graph.build(17)?;
/// assert_eq!(model.graph().nodes()[0].int("axis", -1)?, 1);
/// # Ok::<(), emo_onnx::OnnxError>(())
/// ```
#[derive(Debug, Clone)]
pub struct GraphBuilder {
    graph: Graph,
    /// What was added twice under one name where the graph can hold it once.
    duplicate: Option<Duplicate>,
}

/// Where, what and which name.
type Duplicate = (String, &'static str, String);

impl GraphBuilder {
    /// Starts an empty graph.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            graph: Graph {
                name: name.into(),
                ..Graph::default()
            },
            duplicate: None,
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
        let former = self
            .graph
            .initializers
            .insert(name.to_owned(), tensor.into());
        if former.is_some() {
            self.note_duplicate("the graph".to_owned(), "initializer", name);
        }
        name.to_owned()
    }

    /// Adds a node named `name` with one output of the same name, and returns that.
    ///
    /// An empty name among `inputs` stands for an optional input that is absent.
    pub fn node(
        &mut self,
        name: &str,
        op_type: &str,
        inputs: &[&str],
        attributes: impl IntoIterator<Item = (&'static str, Attribute)>,
    ) -> String {
        let mut node = Node {
            name: name.to_owned(),
            op_type: op_type.to_owned(),
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            outputs: vec![name.to_owned()],
            ..Node::default()
        };
        for (key, value) in attributes {
            if node.attributes.insert(key.to_owned(), value).is_some() {
                self.note_duplicate(format!("node {}", node.label()), "attribute", key);
            }
        }
        self.graph.nodes.push(node);
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
    /// Whether operators exist and get what they need is not checked here: a backend does so when it loads the
    /// model.
    ///
    /// # Errors
    /// As [`Model::from_graph`], and [`OnnxError::Duplicate`] for initializers or attributes of one node that
    /// have the same name.
    pub fn build(self, opset: i64) -> Result<Model, OnnxError> {
        if let Some((place, what, name)) = self.duplicate {
            return Err(OnnxError::Duplicate { place, what, name });
        }
        Model::from_graph(self.graph, opset)
    }

    fn note_duplicate(&mut self, place: String, what: &'static str, name: &str) {
        self.duplicate
            .get_or_insert_with(|| (place, what, name.to_owned()));
    }
}

fn value_info(name: &str, element_type: ElementType, shape: &[usize]) -> ValueInfo {
    let shape = shape.iter().map(|&extent| Dim::Fixed(extent)).collect();
    ValueInfo::tensor_of(name, element_type, Some(shape))
}
