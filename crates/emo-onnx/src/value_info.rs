use crate::{
    Dim, OnnxError, ValueInfo,
    proto::{
        TensorShapeProto, TypeProto, ValueInfoProto,
        tensor_shape_proto::{Dimension, dimension},
        type_proto,
    },
    tensor,
};

/// Reads the declaration of a graph's input or output; `role` says which.
pub(crate) fn decode(proto: &ValueInfoProto, role: &str) -> Result<ValueInfo, OnnxError> {
    let place = format!("{role} `{}`", proto.name());
    let missing = |what| OnnxError::Missing {
        place: place.clone(),
        what,
    };
    let unsupported = |what| OnnxError::Unsupported {
        place: place.clone(),
        what,
    };
    use type_proto::Value;
    let value = proto.r#type.as_ref().and_then(|kind| kind.value.as_ref());
    let tensor = match value.ok_or_else(|| missing("type"))? {
        Value::TensorType(tensor) => tensor,
        Value::SequenceType(_) => return Err(unsupported("a sequence")),
        Value::MapType(_) => return Err(unsupported("a map")),
        Value::OptionalType(_) => return Err(unsupported("an optional value")),
        Value::SparseTensorType(_) => return Err(unsupported("a sparse tensor")),
        Value::OpaqueType(_) => return Err(unsupported("an opaque type")),
    };
    let shape = tensor.shape.as_ref().ok_or_else(|| missing("shape"))?;
    Ok(ValueInfo {
        name: proto.name().to_owned(),
        element_type: tensor::element_type(tensor.elem_type(), &place)?,
        shape: shape
            .dim
            .iter()
            .enumerate()
            .map(|(axis, dim)| match &dim.value {
                Some(dimension::Value::DimValue(extent)) => {
                    Ok(Dim::Fixed(tensor::extent(axis, *extent, &place)?))
                }
                Some(dimension::Value::DimParam(name)) if !name.is_empty() => {
                    Ok(Dim::Symbol(name.clone()))
                }
                _ => Ok(Dim::Unknown),
            })
            .collect::<Result<_, OnnxError>>()?,
    })
}

/// Writes the declaration of a graph's input or output, as `template` has it where that says the same.
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
    ValueInfoProto {
        name: Some(info.name.clone()),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(type_proto::Tensor {
                elem_type: tensor::data_type(info.element_type).map(i32::from),
                shape: Some(TensorShapeProto {
                    dim: info.shape.iter().map(dim).collect(),
                }),
            })),
            denotation: None,
        }),
        ..ValueInfoProto::default()
    }
}
