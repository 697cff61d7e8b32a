use crate::ElementType;

/// What can be wrong with a tensor that somebody else made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// A type that quantized numbers are not kept in.
    #[error("numbers are not quantized to {element_type}, only to integers of 4, 8 and 16 bits")]
    NotQuantizable {
        /// The type.
        element_type: ElementType,
    },
    /// A scale that is not finite or not above 0.
    #[error("scale {scale} is not a finite number above 0")]
    Scale {
        /// The scale.
        scale: f32,
    },
    /// A zero point that the integers do not hold.
    #[error("zero point {zero_point} is no number of type {element_type}")]
    ZeroPoint {
        /// The zero point.
        zero_point: i32,
        /// The type of the integers.
        element_type: ElementType,
    },
}
