use burn::{module::Module, tensor::Tensor};

use crate::{GraphWriter, TrainError};

/// An architecture: what it computes while training, and the same as nodes of an ONNX graph.
///
/// # For implementors
/// Derive [`Module`], lay out the flat input with reshapes inside [`forward`](Self::forward), and keep
/// [`write`](Self::write) beside it, layer by layer: the tests compare both on random input. Dropout and the
/// batch statistics of normalization exist in training alone.
pub trait Network: Module {
    /// The shape of one sample's features; its product is the width of the input.
    fn feature_shape(&self) -> Vec<usize>;

    /// The number of classes that the network tells apart.
    fn n_classes(&self) -> usize;

    /// Maps standardized features `[batch, values]` to logits `[batch, classes]`.
    fn forward(&self, input: Tensor<2>) -> Tensor<2>;

    /// Writes the inference graph from the value `input`, `[1]` + feature shape, and returns the name of the
    /// logits, `[1, classes]`.
    ///
    /// # Errors
    /// [`TrainError`] if weights cannot be read from the device.
    fn write(&self, graph: &mut GraphWriter, input: &str) -> Result<String, TrainError>;
}
