use crate::{GraphView, Model, Node, OnnxError};

/// A layer and the activation behind it, which a backend may compute in one go: nothing else reads what is between.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FusibleActivation {
    /// The position of the layer among the graph's nodes.
    pub layer: usize,
    /// The position of the activation.
    pub activation: usize,
}

const LAYERS: &[&str] = &["Conv", "ConvTranspose", "Gemm", "MatMul"];

/// Activations of one value that work element by element with constant settings.
const ACTIVATIONS: &[&str] = &[
    "Celu",
    "Clip",
    "Elu",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "LeakyRelu",
    "Mish",
    "Relu",
    "Selu",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Tanh",
    "ThresholdedRelu",
];

impl Model {
    /// The activations that directly follow a `Conv`, `ConvTranspose`, `Gemm` or `MatMul` and could be computed
    /// together with it.
    ///
    /// The graph is not changed: ONNX's own operators have none that does both.
    ///
    /// # Errors
    /// Those of [`infer`](Model::infer).
    pub fn fusible_activations(&self) -> Result<Vec<FusibleActivation>, OnnxError> {
        let inference = self.infer()?;
        let view = GraphView::new(self, &inference);
        let is_one_of = |node: &Node, op_types: &[&str]| op_types.iter().any(|op| node.is(op));
        let mut found = Vec::new();
        for (layer, node) in view.nodes() {
            if !is_one_of(node, LAYERS) {
                continue;
            }
            let reader = node.output(0).and_then(|output| view.only_reader(output));
            let Some((activation, reader)) = reader else {
                continue;
            };
            let settings = reader.inputs.iter().skip(1);
            let mut settings = settings.filter(|name| !name.is_empty());
            if is_one_of(reader, ACTIVATIONS)
                && reader.input(0) == node.output(0)
                && settings.all(|name| view.constant(name).is_some())
            {
                found.push(FusibleActivation { layer, activation });
            }
        }
        Ok(found)
    }
}
