use std::borrow::Cow;

use emo_tensor::{ElementType, Tensor};

use crate::{Dim, OpaqueTensor, ValueType};

/// The most elements of a value that are followed through the graph: shapes and their parts are far shorter.
pub(super) const CONTENT_LEN: usize = 1024;
/// The longest name of an extent that is followed, in bytes; a longer one counts as unknown.
pub(super) const SYMBOL_LEN: usize = 256;

/// The most that inferred types and contents may take, in bytes.
pub(super) const KNOWN_LEN: usize = 64 << 20;

/// What is known of a value.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) value_type: ValueType,
    /// The shape of a tensor whose elements are not interpreted.
    pub(super) opaque_shape: Option<Vec<Dim>>,
    pub(super) content: Option<Content>,
}

/// Elements of a value in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Integers, and truth values as 0 and 1.
    Integers(Vec<Entry>),
    Floats(Vec<f64>),
}

/// An integer of which more or less is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    Int(i64),
    /// The extent of that name.
    Symbol(String),
    Unknown,
}

impl Known {
    pub(super) const NOTHING: Self = Self {
        value_type: ValueType::Unknown,
        opaque_shape: None,
        content: None,
    };

    /// A value that is declared as this, or of which nothing else is known.
    pub(super) fn of(value_type: &ValueType) -> Self {
        let mut value_type = value_type.clone();
        let mut opaque_shape = match &value_type {
            ValueType::Opaque(opaque) => opaque.shape(),
            _ => None,
        };
        let shape = match &mut value_type {
            ValueType::Tensor { shape, .. } => shape,
            _ => &mut opaque_shape,
        };
        for dim in shape.iter_mut().flatten() {
            if matches!(dim, Dim::Symbol(name) if name.len() > SYMBOL_LEN) {
                *dim = Dim::Unknown;
            }
        }
        Self {
            value_type,
            opaque_shape,
            content: None,
        }
    }

    pub(super) fn of_constant(tensor: &Tensor) -> Self {
        Self {
            value_type: ValueType::Tensor {
                element_type: tensor.element_type(),
                shape: Some(tensor.shape().iter().map(|&n| Dim::Fixed(n)).collect()),
            },
            opaque_shape: None,
            content: None,
        }
    }

    /// A constant whose elements are not interpreted.
    pub(super) fn of_opaque(tensor: &OpaqueTensor) -> Self {
        let extents = tensor
            .shape()
            .iter()
            .map(|&extent| usize::try_from(extent).ok());
        let dims = extents.map(|extent| extent.map_or(Dim::Unknown, Dim::Fixed));
        Self {
            opaque_shape: Some(dims.collect()),
            ..Self::NOTHING
        }
    }

    pub(super) fn element_type(&self) -> Option<ElementType> {
        Some(self.value_type.tensor()?.0)
    }

    pub(super) fn shape(&self) -> Option<&[Dim]> {
        match &self.value_type {
            ValueType::Tensor { shape, .. } => shape.as_deref(),
            _ => self.opaque_shape.as_deref(),
        }
    }
}

impl Content {
    /// The elements of a constant, if they are few enough.
    pub(super) fn of_constant(tensor: &Tensor) -> Option<Self> {
        if tensor.len() > CONTENT_LEN {
            return None;
        }
        let int = |value: i64| Entry::Int(value);
        Some(match tensor {
            Tensor::F32(array) => Self::Floats(array.iter().map(|&x| f64::from(x)).collect()),
            Tensor::F64(array) => Self::Floats(array.iter().copied().collect()),
            Tensor::F16(array) => Self::Floats(array.iter().map(|&x| f64::from(x)).collect()),
            Tensor::BF16(array) => Self::Floats(array.iter().map(|&x| f64::from(x)).collect()),
            Tensor::I8(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            Tensor::I16(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            Tensor::I32(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            Tensor::I64(array) => Self::Integers(array.iter().map(|&x| int(x)).collect()),
            Tensor::U8(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            Tensor::U16(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            Tensor::U32(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            Tensor::U64(array) => Self::Integers(
                array
                    .iter()
                    .map(|&x| i64::try_from(x).map_or(Entry::Unknown, Entry::Int))
                    .collect(),
            ),
            Tensor::Bool(array) => Self::Integers(array.iter().map(|&x| int(x.into())).collect()),
            _ => return None,
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Integers(entries) => entries.len(),
            Self::Floats(values) => values.len(),
        }
    }

    /// The integers, if all of them are known.
    pub(super) fn integers(&self) -> Option<Vec<i64>> {
        match self {
            Self::Integers(entries) => entries.iter().map(Entry::int).collect(),
            Self::Floats(_) => None,
        }
    }

    pub(super) fn into_entries(content: Cow<'_, Self>) -> Option<Vec<Entry>> {
        match content.into_owned() {
            Self::Integers(entries) => Some(entries),
            Self::Floats(_) => None,
        }
    }
}

impl Entry {
    pub(super) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Symbol(_) | Self::Unknown => None,
        }
    }

    /// What an extent is as a number.
    pub(super) fn of(dim: &Dim) -> Self {
        match dim {
            Dim::Fixed(extent) => i64::try_from(*extent).map_or(Self::Unknown, Self::Int),
            Dim::Symbol(name) => Self::Symbol(name.clone()),
            Dim::Unknown => Self::Unknown,
        }
    }

    /// The extent that a number gives; none if it is negative.
    pub(super) fn dim(&self) -> Option<Dim> {
        Some(match self {
            Self::Int(value) => Dim::Fixed(usize::try_from(*value).ok()?),
            Self::Symbol(name) => Dim::Symbol(name.clone()),
            Self::Unknown => Dim::Unknown,
        })
    }
}
