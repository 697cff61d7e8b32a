use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

use crate::{Element, ElementType};

/// A tensor that owns its elements.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Tensor {
    /// Elements of type `f32`.
    F32(ArrayD<f32>),
    /// Elements of type `f64`.
    F64(ArrayD<f64>),
    /// Elements of type `i8`.
    I8(ArrayD<i8>),
    /// Elements of type `i16`.
    I16(ArrayD<i16>),
    /// Elements of type `i32`.
    I32(ArrayD<i32>),
    /// Elements of type `i64`.
    I64(ArrayD<i64>),
    /// Elements of type `u8`.
    U8(ArrayD<u8>),
    /// Elements of type `u16`.
    U16(ArrayD<u16>),
    /// Elements of type `u32`.
    U32(ArrayD<u32>),
    /// Elements of type `u64`.
    U64(ArrayD<u64>),
    /// Elements of type `bool`.
    Bool(ArrayD<bool>),
}

/// A tensor whose elements are borrowed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TensorView<'a> {
    /// Elements of type `f32`.
    F32(ArrayViewD<'a, f32>),
    /// Elements of type `f64`.
    F64(ArrayViewD<'a, f64>),
    /// Elements of type `i8`.
    I8(ArrayViewD<'a, i8>),
    /// Elements of type `i16`.
    I16(ArrayViewD<'a, i16>),
    /// Elements of type `i32`.
    I32(ArrayViewD<'a, i32>),
    /// Elements of type `i64`.
    I64(ArrayViewD<'a, i64>),
    /// Elements of type `u8`.
    U8(ArrayViewD<'a, u8>),
    /// Elements of type `u16`.
    U16(ArrayViewD<'a, u16>),
    /// Elements of type `u32`.
    U32(ArrayViewD<'a, u32>),
    /// Elements of type `u64`.
    U64(ArrayViewD<'a, u64>),
    /// Elements of type `bool`.
    Bool(ArrayViewD<'a, bool>),
}

/// A tensor whose elements are borrowed to be written.
#[derive(Debug)]
#[non_exhaustive]
pub enum TensorViewMut<'a> {
    /// Elements of type `f32`.
    F32(ArrayViewMutD<'a, f32>),
    /// Elements of type `f64`.
    F64(ArrayViewMutD<'a, f64>),
    /// Elements of type `i8`.
    I8(ArrayViewMutD<'a, i8>),
    /// Elements of type `i16`.
    I16(ArrayViewMutD<'a, i16>),
    /// Elements of type `i32`.
    I32(ArrayViewMutD<'a, i32>),
    /// Elements of type `i64`.
    I64(ArrayViewMutD<'a, i64>),
    /// Elements of type `u8`.
    U8(ArrayViewMutD<'a, u8>),
    /// Elements of type `u16`.
    U16(ArrayViewMutD<'a, u16>),
    /// Elements of type `u32`.
    U32(ArrayViewMutD<'a, u32>),
    /// Elements of type `u64`.
    U64(ArrayViewMutD<'a, u64>),
    /// Elements of type `bool`.
    Bool(ArrayViewMutD<'a, bool>),
}

/// Runs `$body` with `$array` bound to the array inside, whatever its element type.
macro_rules! on_array {
    ($kind:ident, $value:expr, $array:ident => $body:expr) => {
        match $value {
            $kind::F32($array) => $body,
            $kind::F64($array) => $body,
            $kind::I8($array) => $body,
            $kind::I16($array) => $body,
            $kind::I32($array) => $body,
            $kind::I64($array) => $body,
            $kind::U8($array) => $body,
            $kind::U16($array) => $body,
            $kind::U32($array) => $body,
            $kind::U64($array) => $body,
            $kind::Bool($array) => $body,
        }
    };
}

impl Tensor {
    /// The type of the elements.
    pub fn element_type(&self) -> ElementType {
        self.view().element_type()
    }

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

    /// A tensor of zeros (`false` for booleans).
    pub fn zeros(element_type: ElementType, shape: &[usize]) -> Self {
        match element_type {
            ElementType::F32 => ArrayD::<f32>::zeros(shape).into(),
            ElementType::F64 => ArrayD::<f64>::zeros(shape).into(),
            ElementType::I8 => ArrayD::<i8>::zeros(shape).into(),
            ElementType::I16 => ArrayD::<i16>::zeros(shape).into(),
            ElementType::I32 => ArrayD::<i32>::zeros(shape).into(),
            ElementType::I64 => ArrayD::<i64>::zeros(shape).into(),
            ElementType::U8 => ArrayD::<u8>::zeros(shape).into(),
            ElementType::U16 => ArrayD::<u16>::zeros(shape).into(),
            ElementType::U32 => ArrayD::<u32>::zeros(shape).into(),
            ElementType::U64 => ArrayD::<u64>::zeros(shape).into(),
            ElementType::Bool => ArrayD::<bool>::from_elem(shape, false).into(),
        }
    }
}

impl TensorView<'_> {
    /// The type of the elements.
    pub fn element_type(&self) -> ElementType {
        match self {
            Self::F32(_) => ElementType::F32,
            Self::F64(_) => ElementType::F64,
            Self::I8(_) => ElementType::I8,
            Self::I16(_) => ElementType::I16,
            Self::I32(_) => ElementType::I32,
            Self::I64(_) => ElementType::I64,
            Self::U8(_) => ElementType::U8,
            Self::U16(_) => ElementType::U16,
            Self::U32(_) => ElementType::U32,
            Self::U64(_) => ElementType::U64,
            Self::Bool(_) => ElementType::Bool,
        }
    }

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
    /// The type of the elements.
    pub fn element_type(&self) -> ElementType {
        match self {
            Self::F32(_) => ElementType::F32,
            Self::F64(_) => ElementType::F64,
            Self::I8(_) => ElementType::I8,
            Self::I16(_) => ElementType::I16,
            Self::I32(_) => ElementType::I32,
            Self::I64(_) => ElementType::I64,
            Self::U8(_) => ElementType::U8,
            Self::U16(_) => ElementType::U16,
            Self::U32(_) => ElementType::U32,
            Self::U64(_) => ElementType::U64,
            Self::Bool(_) => ElementType::Bool,
        }
    }

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
