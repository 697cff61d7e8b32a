/// What can be wrong with an ONNX model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// A node's attribute is of another kind than its operator defines.
    #[error("node {node}: attribute `{attribute}` is not {expected}")]
    Attribute {
        /// The node's label.
        node: String,
        /// The attribute's name.
        attribute: String,
        /// What it should be.
        expected: &'static str,
    },
}
