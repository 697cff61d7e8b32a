use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, IxDyn};

use crate::{Element, ElementType, for_each_element_type};

macro_rules! tensors {
    ($($variant:ident: $rust:ty, $name:literal;)+) => {
        /// A tensor that owns its elements.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Tensor {
            $(#[doc = concat!("Elements of type `", $name, "`.")] $variant(ArrayD<$rust>),)+
        }

        /// A tensor whose elements are borrowed.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum TensorView<'a> {
            $(#[doc = concat!("Elements of type `", $name, "`.")] $variant(ArrayViewD<'a, $rust>),)+
        }

        /// A tensor whose elements are borrowed to be written.
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum TensorViewMut<'a> {
            $(#[doc = concat!("Elements of type `", $name, "`.")] $variant(ArrayViewMutD<'a, $rust>),)+
        }

        /// Runs `$body` with `$array` bound to the array inside, whatever its element type.
        macro_rules! on_array {
            ($kind:ident, $value:expr, $array:ident => $body:expr) => {
                match $value { $($kind::$variant($array) => $body,)+ }
            };
        }

        impl Tensor {
            /// The type of the elements.
            pub fn element_type(&self) -> ElementType {
                match self { $(Self::$variant(_) => ElementType::$variant,)+ }
            }

            /// A tensor of zeros (`false` for booleans).
            pub fn zeros(element_type: ElementType, shape: &[usize]) -> Self {
                match element_type {
                    $(ElementType::$variant => zeros::<$rust>(shape).into(),)+
                }
            }
        }

        impl TensorView<'_> {
            /// The type of the elements.
            pub fn element_type(&self) -> ElementType {
                match self { $(Self::$variant(_) => ElementType::$variant,)+ }
            }
        }

        impl TensorViewMut<'_> {
            /// The type of the elements.
            pub fn element_type(&self) -> ElementType {
                match self { $(Self::$variant(_) => ElementType::$variant,)+ }
            }
        }
    };
}

for_each_element_type!(tensors);

fn zeros<T: Element>(shape: &[usize]) -> ArrayD<T> {
    let elements = vec![T::default(); shape.iter().product()];
    ArrayD::from_shape_vec(IxDyn(shape), elements)
        .expect("there are as many elements as the shape has")
}

impl Tensor {
    /// The extent along each axis.
    pub fn shape(&self) -> &[usize] {
        on_array!(Tensor, self, array => array.shape())
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        on_array!(Tensor, self, array => array.len())
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The array inside, if its elements are of type `T`.
    pub fn as_array<T: Element>(&self) -> Option<&ArrayD<T>> {
        T::array(self)
    }

    /// Borrows the tensor.
    pub fn view(&self) -> TensorView<'_> {
        on_array!(Tensor, self, array => array.view().into())
    }

    /// Borrows the tensor to write into it.
    pub fn view_mut(&mut self) -> TensorViewMut<'_> {
        on_array!(Tensor, self, array => array.view_mut().into())
    }
}

impl TensorView<'_> {
    /// The extent along each axis.
    pub fn shape(&self) -> &[usize] {
        on_array!(TensorView, self, array => array.shape())
    }

    /// The array inside, if its elements are of type `T`.
    pub fn as_array<T: Element>(&self) -> Option<ArrayViewD<'_, T>> {
        T::view(self)
    }

    /// Copies the elements into a tensor of its own.
    pub fn to_tensor(&self) -> Tensor {
        on_array!(TensorView, self, array => array.to_owned().into())
    }
}

impl TensorViewMut<'_> {
    /// The extent along each axis.
    pub fn shape(&self) -> &[usize] {
        on_array!(TensorViewMut, self, array => array.shape())
    }

    /// The array inside, if its elements are of type `T`.
    pub fn as_array<T: Element>(&mut self) -> Option<ArrayViewMutD<'_, T>> {
        T::view_mut(self)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr1;

    use super::*;
    use crate::{TensorError, TensorInfo};

    #[test]
    fn zeros_has_the_type_and_shape_asked_for() {
        for element_type in [
            ElementType::F32,
            ElementType::I8,
            ElementType::I64,
            ElementType::Bool,
        ] {
            let tensor = Tensor::zeros(element_type, &[2, 3]);
            assert_eq!(tensor.element_type(), element_type);
            assert_eq!(tensor.shape(), [2, 3]);
            assert_eq!(tensor.len(), 6);
        }
    }

    #[test]
    fn an_array_is_reached_by_its_own_type_alone() {
        let mut tensor = Tensor::from(arr1(&[1_i32, 2]).into_dyn());
        assert!(tensor.as_array::<f32>().is_none());
        tensor.view_mut().as_array::<i32>().unwrap()[0] = 7;
        assert_eq!(
            tensor.as_array::<i32>().unwrap().as_slice(),
            Some(&[7, 2][..])
        );
        assert_eq!(tensor.view().to_tensor(), tensor);
    }

    #[test]
    fn a_description_refuses_other_types_and_shapes() {
        let info = TensorInfo::new("x", ElementType::F32, vec![1, 4]);
        assert_eq!(info.len(), 4);
        info.check(&Tensor::zeros(ElementType::F32, &[1, 4]).view())
            .unwrap();
        assert!(matches!(
            info.check(&Tensor::zeros(ElementType::F64, &[1, 4]).view()),
            Err(TensorError::ElementType {
                expected: ElementType::F32,
                actual: ElementType::F64,
                ..
            })
        ));
        let error = info
            .check(&Tensor::zeros(ElementType::F32, &[4, 1]).view())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "tensor `x` has shape [4, 1], expected [1, 4]"
        );
    }
}
