//! Parts of a model that are kept for writing and not interpreted.

use std::fmt;

use prost::Message as _;

use crate::proto::{
    AttributeProto, SparseTensorProto, TensorProto, TypeProto, attribute_proto::AttributeType,
    tensor_proto::DataType, type_proto,
};

/// A type other than a tensor of an [`ElementType`](emo_tensor::ElementType): a sequence, a map, an optional value,
/// a sparse tensor, or a tensor of strings or other elements that are not interpreted.
///
/// Its `Display` says which, such as `a sequence of tensors of FLOAT`.
#[derive(Debug, Clone, PartialEq)]
pub struct OpaqueType(pub(crate) Box<TypeProto>);

impl fmt::Display for OpaqueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_type(&self.0, f)
    }
}

/// Nesting is bounded: the file's messages are, and these stand in a file.
fn write_type(kind: &TypeProto, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use type_proto::Value;
    let element = |kind: &Option<Box<TypeProto>>, f: &mut fmt::Formatter<'_>| match kind {
        Some(kind) => write_type(kind, f),
        None => f.write_str("unknown"),
    };
    match &kind.value {
        None => f.write_str("an unknown type"),
        Some(Value::TensorType(tensor)) => {
            write!(f, "a tensor of {}", data_type_name(tensor.elem_type()))
        }
        Some(Value::SparseTensorType(tensor)) => {
            let elements = data_type_name(tensor.elem_type());
            write!(f, "a sparse tensor of {elements}")
        }
        Some(Value::SequenceType(sequence)) => {
            f.write_str("a sequence, each element ")?;
            element(&sequence.elem_type, f)
        }
        Some(Value::OptionalType(optional)) => {
            f.write_str("an optional value: ")?;
            element(&optional.elem_type, f)
        }
        Some(Value::MapType(map)) => {
            write!(f, "a map from {} to ", data_type_name(map.key_type()))?;
            element(&map.value_type, f)
        }
        Some(Value::OpaqueType(opaque)) => {
            write!(f, "the opaque type `{}`", opaque.name())
        }
    }
}

/// A constant whose elements are not interpreted: strings, complex numbers, elements of 2 or 6 bits, or a sparse
/// tensor.
///
/// Its `Display` says which, such as `a tensor of STRING`.
#[derive(Debug, Clone, PartialEq)]
pub struct OpaqueTensor(pub(crate) OpaqueTensorProto);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OpaqueTensorProto {
    Dense(Box<TensorProto>),
    Sparse(Box<SparseTensorProto>),
}

impl OpaqueTensor {
    /// The extents; none where a file gives none.
    pub fn shape(&self) -> &[i64] {
        match &self.0 {
            OpaqueTensorProto::Dense(tensor) => &tensor.dims,
            OpaqueTensorProto::Sparse(sparse) => &sparse.dims,
        }
    }

    /// ONNX's name of the type of the elements, such as `STRING`, or its number where it has none.
    pub fn data_type(&self) -> String {
        data_type_name(match &self.0 {
            OpaqueTensorProto::Dense(tensor) => tensor.data_type(),
            OpaqueTensorProto::Sparse(sparse) => sparse
                .values
                .as_ref()
                .map_or(0, |values| values.data_type()),
        })
    }

    /// How long the constant is in a file.
    pub(crate) fn encoded_len(&self) -> usize {
        match &self.0 {
            OpaqueTensorProto::Dense(proto) => proto.encoded_len(),
            OpaqueTensorProto::Sparse(proto) => proto.encoded_len(),
        }
    }

    /// Whether only the elements that are not zero are stored.
    pub fn is_sparse(&self) -> bool {
        matches!(self.0, OpaqueTensorProto::Sparse(_))
    }
}

impl fmt::Display for OpaqueTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_sparse() { "sparse " } else { "" };
        write!(f, "a {kind}tensor of {}", self.data_type())
    }
}

/// An attribute's value that is not interpreted: tensors of strings and such, sparse tensors, types, or bytes that
/// are no text.
///
/// Its `Display` says which, such as `a sparse tensor`.
#[derive(Debug, Clone, PartialEq)]
pub struct OpaqueAttribute(pub(crate) Box<AttributeProto>);

impl OpaqueAttribute {
    /// How long the attribute is in a file.
    pub(crate) fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    /// The attribute of the function around the node that the value is taken from when the function is called.
    ///
    /// Only nodes of a function's body have such attributes.
    pub fn reference(&self) -> Option<&str> {
        Some(self.0.ref_attr_name()).filter(|name| !name.is_empty())
    }
}

impl fmt::Display for OpaqueAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.reference() {
            return write!(f, "the function's attribute `{name}`");
        }
        f.write_str(match self.0.r#type() {
            AttributeType::SparseTensor => "a sparse tensor",
            AttributeType::SparseTensors => "a list of sparse tensors",
            AttributeType::TypeProto => "a type",
            AttributeType::TypeProtos => "a list of types",
            AttributeType::String => "bytes that are no text",
            AttributeType::Strings => "a list of bytes that are no text",
            AttributeType::Tensors => "a list of tensors of elements that are not interpreted",
            _ => {
                let elements = self.0.t.as_ref().map_or(0, |tensor| tensor.data_type());
                return write!(f, "a tensor of {}", data_type_name(elements));
            }
        })
    }
}

/// ONNX's name of an element type, or its number where it has none.
pub(crate) fn data_type_name(data_type: i32) -> String {
    DataType::try_from(data_type).map_or_else(
        |_| data_type.to_string(),
        |known| known.as_str_name().to_owned(),
    )
}
