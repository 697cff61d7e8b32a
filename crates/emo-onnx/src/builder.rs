mod layers;

use emo_tensor::{ElementType, Tensor};

pub use self::layers::{BatchNorm, Window};

use crate::{Attribute, Dim, Graph, Model, Node, OnnxError, ValueInfo};

/// Builds a [`Model`] node by node.
///
/// Each method returns the name of the value that it adds, for later nodes to read. Names are checked when the
/// model is built, so values may also be named before they are added.
///
/// # Example
/// A convolutional network in ten lines; the shape of the output is inferred:
/// ```
/// use emo_onnx::{Dim, GraphBuilder, Window};
/// use emo_tensor::ElementType;
/// use ndarray::{Array1, Array2, Array4};
///
/// let mut graph = GraphBuilder::new("faces");
/// let x = graph.input_of("x", ElementType::F32, [Dim::from("batch"), 1.into(), 48.into(), 48.into()]);
/// let same = Window::default().with_pads([1, 1]);
/// let conv = graph.conv("conv", &x, Array4::zeros((8, 1, 3, 3)), Some(Array1::zeros(8)), &same);
/// let relu = graph.relu("relu", &conv);
/// let pool = graph.max_pool("pool", &relu, &[2, 2], &Window::default().with_strides([2, 2]));
/// let flat = graph.flatten("flat", &pool);
/// let dense = graph.dense("dense", &flat, Array2::zeros((4, 8 * 24 * 24)), Some(Array1::zeros(4)));
/// let scores = graph.softmax("scores", &dense);
/// graph.output_of(&scores);
/// let model = graph.build(17)?;
/// assert_eq!(model.graph().outputs()[0].value_type.to_string(), "f32[batch, 4]");
/// # Ok::<(), emo_onnx::OnnxError>(())
/// ```
///
/// Any operator, by its name:
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

    /// Adds a node as it is: with any number of outputs, subgraphs, or of another domain.
    pub fn push(&mut self, node: Node) {
        self.graph.nodes.push(node);
    }

    /// Declares that the value `name` is an output.
    pub fn output(&mut self, name: &str, element_type: ElementType, shape: &[usize]) {
        self.graph
            .outputs
            .push(value_info(name, element_type, shape));
    }

    /// Checks the graph and makes a model of it, for version `opset` of ONNX's own operators.
    ///
    /// Whether operators exist and get what they need is checked only where an output's type is to be inferred
    /// ([`output_of`](Self::output_of)); otherwise [`Model::check`] does.
    ///
    /// # Errors
    /// As [`Model::from_graph`], [`OnnxError::Duplicate`] for initializers or attributes of one node that have the
    /// same name, and for outputs whose type is to be inferred those of [`Model::infer`], and
    /// [`OnnxError::Missing`] if nothing is known of one.
    pub fn build(self, opset: i64) -> Result<Model, OnnxError> {
        if let Some((place, what, name)) = self.duplicate {
            return Err(OnnxError::Duplicate { place, what, name });
        }
        Model::from_open_graph(self.graph, opset)
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
