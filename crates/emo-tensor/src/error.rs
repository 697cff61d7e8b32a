use crate::ElementType;

/// What can be wrong with a tensor that somebody else made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// The elements are of another type than the tensor's description says.
    #[error("tensor `{name}` holds {actual} elements, expected {expected}")]
    ElementType {
        /// Name of the tensor.
        name: String,
        /// The type it should have.
        expected: ElementType,
        /// The type it has.
        actual: ElementType,
    },
    /// The shape differs from the tensor's description.
    #[error("tensor `{name}` has shape {actual:?}, expected {expected:?}")]
    Shape {
        /// Name of the tensor.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
        /// The shape it has.
        actual: Vec<usize>,
    },
}
