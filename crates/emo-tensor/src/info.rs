use std::fmt;

use crate::{ElementType, TensorError, TensorView};

/// Name, element type and shape of a tensor, without its elements.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TensorInfo {
    /// The name that the model gives it.
    pub name: String,
    /// The type of its elements.
    pub element_type: ElementType,
    /// Its extent along each axis, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
}

impl TensorInfo {
    /// Describes a tensor.
    pub fn new(name: impl Into<String>, element_type: ElementType, shape: Vec<usize>) -> Self {
        Self {
            name: name.into(),
            element_type,
            shape,
        }
    }

    /// The number of elements; 1 for a scalar.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a description is not a container"
    )]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Checks that `tensor` is of this element type and shape.
    ///
    /// # Errors
    /// [`TensorError::ElementType`] or [`TensorError::Shape`], with this tensor's name.
    pub fn check(&self, tensor: &TensorView<'_>) -> Result<(), TensorError> {
        self.check_parts(tensor.element_type(), tensor.shape())
    }

    /// Checks an element type and a shape, as [`check`](Self::check) does for a view.
    ///
    /// # Errors
    /// [`TensorError::ElementType`] or [`TensorError::Shape`], with this tensor's name.
    pub fn check_parts(
        &self,
        element_type: ElementType,
        shape: &[usize],
    ) -> Result<(), TensorError> {
        if element_type != self.element_type {
            return Err(TensorError::ElementType {
                name: self.name.clone(),
                expected: self.element_type,
                actual: element_type,
            });
        }
        if shape != self.shape {
            return Err(TensorError::Shape {
                name: self.name.clone(),
                expected: self.shape.clone(),
                actual: shape.to_vec(),
            });
        }
        Ok(())
    }
}

impl fmt::Display for TensorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{:?}", self.name, self.element_type, self.shape)
    }
}
