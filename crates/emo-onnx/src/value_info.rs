use std::fmt;

use emo_tensor::ElementType;

use crate::{
    Dim, OnnxError, OpaqueType,
    proto::{
        TensorShapeProto, TypeProto, ValueInfoProto,
        tensor_shape_proto::{Dimension, dimension},
        type_proto,
    },
    tensor,
};

/// What is declared of a value: its name and type.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueInfo {
    /// The value's name.
    pub name: String,
    /// Its type.
    pub value_type: ValueType,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueType {
    /// A tensor.
    Tensor {
        /// The type of its elements.
        element_type: ElementType,
        /// Its axes, outermost first, if their number is known.
        shape: Option<Vec<Dim>>,
    },
    /// A type that is kept but not interpreted: a sequence, an optional value, a tensor of strings and such.
    Opaque(OpaqueType),
    /// Nothing is said of the type, as of most inputs and outputs of subgraphs and functions.
    Unknown,
}

impl ValueInfo {
    /// Declares a tensor; a `shape` of `None` leaves open how many axes it has.
    pub fn tensor_of(
        name: impl Into<String>,
        element_type: ElementType,
        shape: Option<Vec<Dim>>,
    ) -> Self {
        Self {
            name: name.into(),
            value_type: ValueType::Tensor {
                element_type,
                shape,
            },
        }
    }

    /// Element type and shape, if the value is a tensor whose elements are interpreted.
    pub fn tensor(&self) -> Option<(ElementType, Option<&[Dim]>)> {
        self.value_type.tensor()
    }
}

impl ValueType {
    /// Element type and shape, if this is a tensor whose elements are interpreted.
    pub fn tensor(&self) -> Option<(ElementType, Option<&[Dim]>)> {
        match self {
            Self::Tensor {
                element_type,
                shape,
            } => Some((*element_type, shape.as_deref())),
            Self::Opaque(_) | Self::Unknown => None,
        }
    }
}

/// As `f32[1, batch, ?]`, `f32[…]` where the axes are unknown, and `a sequence, …` for what is no tensor.
impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tensor {
                element_type,
                shape: None,
            } => write!(f, "{element_type}[…]"),
            Self::Tensor {
                element_type,
                shape: Some(shape),
            } => {
                write!(f, "{element_type}[")?;
                for (axis, dim) in shape.iter().enumerate() {
                    let comma = if axis == 0 { "" } else { ", " };
                    write!(f, "{comma}{dim}")?;
                }
                f.write_str("]")
            }
            Self::Opaque(opaque) => opaque.fmt(f),
            Self::Unknown => f.write_str("an unknown type"),
        }
    }
}

/// Reads the declaration of a value; `role` says what it is in the graph.
pub(crate) fn decode(proto: &ValueInfoProto, role: &str) -> Result<ValueInfo, OnnxError> {
    let place = format!("{role} `{}`", proto.name());
    Ok(ValueInfo {
        name: proto.name().to_owned(),
        value_type: decode_type(proto.r#type.as_ref(), &place)?,
    })
}

fn decode_type(proto: Option<&TypeProto>, place: &str) -> Result<ValueType, OnnxError> {
    let opaque = |proto: &TypeProto| Ok(ValueType::Opaque(OpaqueType(Box::new(proto.clone()))));
    let Some(proto) = proto else {
        return Ok(ValueType::Unknown);
    };
    let tensor = match &proto.value {
        None => return Ok(ValueType::Unknown),
        Some(type_proto::Value::TensorType(tensor)) => tensor,
        Some(_) => return opaque(proto),
    };
    let shape = tensor.shape.as_ref().map(|shape| {
        let dims = shape.dim.iter().enumerate();
        dims.map(|(axis, dim)| match &dim.value {
            Some(dimension::Value::DimValue(extent)) => {
                Ok(Dim::Fixed(tensor::extent(axis, *extent, place)?))
            }
            Some(dimension::Value::DimParam(name)) if !name.is_empty() => {
                Ok(Dim::Symbol(name.clone()))
            }
            _ => Ok(Dim::Unknown),
        })
        .collect::<Result<Vec<_>, OnnxError>>()
    });
    // The extents are checked even where the elements are not interpreted.
    let shape = shape.transpose()?;
    match tensor::element_type(tensor.elem_type()) {
        Some(element_type) => Ok(ValueType::Tensor {
            element_type,
            shape,
        }),
        None => opaque(proto),
    }
}

/// Writes the declaration of a value, as `template` has it where that says the same.
pub(crate) fn encode(info: &ValueInfo, template: Option<&ValueInfoProto>) -> ValueInfoProto {
    let same = |template: &&ValueInfoProto| decode(template, "").is_ok_and(|read| read == *info);
    if let Some(template) = template.filter(same) {
        return template.clone();
    }
    let dim = |dim: &Dim| Dimension {
        value: match dim {
            Dim::Fixed(extent) => Some(dimension::Value::DimValue(
                i64::try_from(*extent).unwrap_or(i64::MAX),
            )),
            Dim::Symbol(name) => Some(dimension::Value::DimParam(name.clone())),
            Dim::Unknown => None,
        },
        denotation: None,
    };
    let kind = match &info.value_type {
        ValueType::Unknown => None,
        ValueType::Opaque(opaque) => Some((*opaque.0).clone()),
        ValueType::Tensor {
            element_type,
            shape,
        } => Some(TypeProto {
            value: Some(type_proto::Value::TensorType(type_proto::Tensor {
                elem_type: tensor::data_type(*element_type).map(i32::from),
                shape: shape.as_ref().map(|shape| TensorShapeProto {
                    dim: shape.iter().map(dim).collect(),
                }),
            })),
            denotation: None,
        }),
    };
    ValueInfoProto {
        name: Some(info.name.clone()),
        r#type: kind,
        ..ValueInfoProto::default()
    }
}
