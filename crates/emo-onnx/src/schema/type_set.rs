use std::fmt;

use emo_tensor::ElementType;

use crate::{proto::tensor_proto::DataType, tensor};

/// A set of types that a value may have: of tensors' element types, and "no tensor at all".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeSet(pub(super) u64);

impl TypeSet {
    /// Whether tensors of this element type are among it.
    pub fn contains(self, element_type: ElementType) -> bool {
        tensor::data_type(element_type).is_some_and(|number| self.0 & bit(number) != 0)
    }

    /// Whether it has types that [`ElementType`] does not tell: tensors of texts or complex numbers, sequences,
    /// optional values.
    pub fn has_others(self) -> bool {
        let told = DATA_TYPES
            .into_iter()
            .filter(|&number| tensor::element_type(number.into(), "").is_ok())
            .fold(0, |bits, number| bits | bit(number));
        self.0 & !told != 0
    }

    /// The one element type in it, if it has no other.
    pub fn only(self) -> Option<ElementType> {
        let number = i32::try_from(self.0.trailing_zeros()).ok()?;
        let element_type = tensor::element_type(number, "").ok()?;
        (self.0.count_ones() == 1).then_some(element_type)
    }

    /// The element types in it that [`ElementType`] tells, in the order of ONNX's numbers for them.
    pub fn element_types(self) -> impl Iterator<Item = ElementType> {
        DATA_TYPES
            .into_iter()
            .filter(move |&number| self.0 & bit(number) != 0)
            .filter_map(|number| tensor::element_type(number.into(), "").ok())
    }
}

impl fmt::Display for TypeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for element_type in self.element_types() {
            write!(f, "{separator}{element_type}")?;
            separator = ", ";
        }
        if self.has_others() {
            write!(f, "{separator}types that this crate does not hold")?;
        }
        Ok(())
    }
}

/// ONNX's types of tensors' elements.
const DATA_TYPES: [DataType; 26] = [
    DataType::Float,
    DataType::Uint8,
    DataType::Int8,
    DataType::Uint16,
    DataType::Int16,
    DataType::Int32,
    DataType::Int64,
    DataType::String,
    DataType::Bool,
    DataType::Float16,
    DataType::Double,
    DataType::Uint32,
    DataType::Uint64,
    DataType::Complex64,
    DataType::Complex128,
    DataType::Bfloat16,
    DataType::Float8e4m3fn,
    DataType::Float8e4m3fnuz,
    DataType::Float8e5m2,
    DataType::Float8e5m2fnuz,
    DataType::Uint4,
    DataType::Int4,
    DataType::Float4e2m1,
    DataType::Float8e8m0,
    DataType::Uint2,
    DataType::Int2,
];

fn bit(number: DataType) -> u64 {
    1 << i32::from(number)
}
