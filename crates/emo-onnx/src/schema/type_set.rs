use std::fmt;

use emo_tensor::ElementType;

use crate::{ValueType, proto::type_proto, tensor};

/// A set of types that a value may have: of tensors' element types, and all that is no tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeSet(pub(super) u64);

impl TypeSet {
    /// Whether tensors of this element type are among it.
    pub fn contains(self, element_type: ElementType) -> bool {
        self.0 & bit(element_type) != 0
    }

    /// Whether it has types that [`ElementType`] does not tell: tensors of texts or complex numbers, sequences,
    /// optional values.
    pub fn has_others(self) -> bool {
        let told = ELEMENT_TYPES
            .iter()
            .fold(0, |bits, &element_type| bits | bit(element_type));
        self.0 & !told != 0
    }

    /// The one element type in it, if it has no other.
    pub fn only(self) -> Option<ElementType> {
        let first = self.element_types().next()?;
        (self.0.count_ones() == 1).then_some(first)
    }

    /// The element types in it that [`ElementType`] tells.
    pub fn element_types(self) -> impl Iterator<Item = ElementType> {
        ELEMENT_TYPES
            .iter()
            .copied()
            .filter(move |&element_type| self.contains(element_type))
    }

    /// Whether a value of this type is among it; none where nothing is said of the type.
    pub(crate) fn admits(self, value_type: &ValueType) -> Option<bool> {
        let bits = match value_type {
            ValueType::Unknown => return None,
            ValueType::Tensor { element_type, .. } => bit(*element_type),
            ValueType::Opaque(opaque) => match &opaque.0.value {
                Some(type_proto::Value::TensorType(tensor)) => 1 << (tensor.elem_type() & 63),
                _ => 1,
            },
        };
        Some(self.0 & bits != 0)
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

macro_rules! element_types {
    ($($variant:ident: $rust:ty, $name:literal;)+) => { &[$(ElementType::$variant),+] };
}

const ELEMENT_TYPES: &[ElementType] = emo_tensor::for_each_element_type!(element_types);

fn bit(element_type: ElementType) -> u64 {
    tensor::data_type(element_type).map_or(0, |number| 1 << i32::from(number))
}
