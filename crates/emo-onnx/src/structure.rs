//! A look at a file's nesting and number of messages, before they are decoded.
//!
//! A message of two bytes becomes some hundred in memory, so a file's length alone does not bound what
//! decoding it allocates.

use crate::{OnnxError, limits, proto};

/// Checks that `bytes` is well-formed, not too long, not too deeply nested and not too finely divided.
pub(crate) fn check(bytes: &[u8]) -> Result<(), OnnxError> {
    check_as(Kind::Model, bytes)
}

/// Checks, as [`check`] does, a message that is no model.
pub(crate) fn check_as(kind: Kind, bytes: &[u8]) -> Result<(), OnnxError> {
    limit("bytes", bytes.len(), limits::FILE_LEN)?;
    let mut scan = Scan { bytes, decoded: 0 };
    scan.message(kind, 0, bytes.len(), 1)
}

/// The messages of `onnx.proto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Annotation,
    Attribute,
    Configuration,
    Dimension,
    Entry,
    Function,
    Graph,
    IntEntry,
    MapType,
    Model,
    Node,
    NodeConfiguration,
    OpaqueType,
    OperatorSet,
    OptionalType,
    Segment,
    SequenceType,
    Shape,
    ShardedDim,
    Sharding,
    SimpleShardedDim,
    SparseTensor,
    SparseTensorType,
    Tensor,
    TensorType,
    Training,
    Type,
    ValueInfo,
}

impl Kind {
    /// The message in field `number` of this one, if that holds messages.
    pub(crate) const fn child(self, number: u64) -> Option<Self> {
        Some(match (self, number) {
            (Self::Annotation, 2) => Self::Entry,
            (Self::Attribute, 5 | 10) => Self::Tensor,
            (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Attribute, 14 | 15) => Self::Type,
            (Self::Attribute, 22 | 23) => Self::SparseTensor,
            (Self::Function, 7) => Self::Node,
            (Self::Function, 9) => Self::OperatorSet,
            (Self::Function, 11) => Self::Attribute,
            (Self::Function, 12) => Self::ValueInfo,
            (Self::Function, 14) => Self::Entry,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph, 5) => Self::Tensor,
            (Self::Graph, 11..=13) => Self::ValueInfo,
            (Self::Graph, 14) => Self::Annotation,
            (Self::Graph, 15) => Self::SparseTensor,
            (Self::Graph, 16) => Self::Entry,
            (Self::MapType, 2) => Self::Type,
            (Self::Model, 7) => Self::Graph,
            (Self::Model, 8) => Self::OperatorSet,
            (Self::Model, 14) => Self::Entry,
            (Self::Model, 20) => Self::Training,
            (Self::Model, 25) => Self::Function,
            (Self::Model, 26) => Self::Configuration,
            (Self::Node, 5) => Self::Attribute,
            (Self::Node, 9) => Self::Entry,
            (Self::Node, 10) => Self::NodeConfiguration,
            (Self::NodeConfiguration, 2) => Self::Sharding,
            (Self::OptionalType | Self::SequenceType, 1) => Self::Type,
            (Self::Shape, 1) => Self::Dimension,
            (Self::ShardedDim, 2) => Self::SimpleShardedDim,
            (Self::Sharding, 3) => Self::IntEntry,
            (Self::Sharding, 4) => Self::ShardedDim,
            (Self::SparseTensor, 1 | 2) => Self::Tensor,
            (Self::SparseTensorType | Self::TensorType, 2) => Self::Shape,
            (Self::Tensor, 3) => Self::Segment,
            (Self::Tensor, 13 | 16) => Self::Entry,
            (Self::Training, 1 | 2) => Self::Graph,
            (Self::Training, 3 | 4) => Self::Entry,
            (Self::Type, 1) => Self::TensorType,
            (Self::Type, 4) => Self::SequenceType,
            (Self::Type, 5) => Self::MapType,
            (Self::Type, 7) => Self::OpaqueType,
            (Self::Type, 8) => Self::SparseTensorType,
            (Self::Type, 9) => Self::OptionalType,
            (Self::ValueInfo, 2) => Self::Type,
            (Self::ValueInfo, 4) => Self::Entry,
            _ => return None,
        })
    }

    /// What a decoded message of this kind takes in its parent.
    const fn size(self) -> usize {
        use proto::{tensor_proto, tensor_shape_proto, type_proto};
        match self {
            Self::Annotation => size_of::<proto::TensorAnnotation>(),
            Self::Attribute => size_of::<proto::AttributeProto>(),
            Self::Configuration => size_of::<proto::DeviceConfigurationProto>(),
            Self::Dimension => size_of::<tensor_shape_proto::Dimension>(),
            Self::Entry => size_of::<proto::StringStringEntryProto>(),
            Self::Function => size_of::<proto::FunctionProto>(),
            Self::Graph => size_of::<proto::GraphProto>(),
            Self::IntEntry => size_of::<proto::IntIntListEntryProto>(),
            Self::MapType => size_of::<type_proto::Map>(),
            Self::Model => size_of::<proto::ModelProto>(),
            Self::Node => size_of::<proto::NodeProto>(),
            Self::NodeConfiguration => size_of::<proto::NodeDeviceConfigurationProto>(),
            Self::OpaqueType => size_of::<type_proto::Opaque>(),
            Self::OperatorSet => size_of::<proto::OperatorSetIdProto>(),
            Self::OptionalType => size_of::<type_proto::Optional>(),
            Self::Segment => size_of::<tensor_proto::Segment>(),
            Self::SequenceType => size_of::<type_proto::Sequence>(),
            Self::Shape => size_of::<proto::TensorShapeProto>(),
            Self::ShardedDim => size_of::<proto::ShardedDimProto>(),
            Self::Sharding => size_of::<proto::ShardingSpecProto>(),
            Self::SimpleShardedDim => size_of::<proto::SimpleShardedDimProto>(),
            Self::SparseTensor => size_of::<proto::SparseTensorProto>(),
            Self::SparseTensorType => size_of::<type_proto::SparseTensor>(),
            Self::Tensor => size_of::<proto::TensorProto>(),
            Self::TensorType => size_of::<type_proto::Tensor>(),
            Self::Training => size_of::<proto::TrainingInfoProto>(),
            Self::Type => size_of::<proto::TypeProto>(),
            Self::ValueInfo => size_of::<proto::ValueInfoProto>(),
        }
    }

    /// What `len` bytes in field `number` take once decoded, where that holds no messages.
    const fn payload_size(self, number: u64, len: usize) -> usize {
        match (self, number) {
            // The tensor's elements of fixed width, which are as long decoded; the file's length bounds them.
            (Self::Tensor, 4 | 9 | 10) => 0,
            // Elements of variable width: one byte may become an `i32` or an `i64`.
            (Self::Tensor, 5) => len.saturating_mul(size_of::<i32>()),
            (Self::Tensor, 7 | 11) => len.saturating_mul(size_of::<i64>()),
            // Other numbers are not packed, but may be.
            (Self::Attribute, 7 | 8) | (Self::IntEntry | Self::Sharding, 2) => {
                len.saturating_mul(size_of::<i64>())
            }
            (Self::Tensor, 1) | (Self::SparseTensor, 3) => len.saturating_mul(size_of::<i64>()),
            _ => len.saturating_add(size_of::<String>()),
        }
    }
}

/// The wire types of protobuf that ONNX uses.
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LEN: u64 = 2;
const FIXED_32: u64 = 5;

struct Scan<'a> {
    bytes: &'a [u8],
    decoded: usize,
}

impl Scan<'_> {
    /// Looks through the message that stands from `start` to `end`.
    fn message(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        depth: usize,
    ) -> Result<(), OnnxError> {
        limit("levels of nesting", depth, limits::DEPTH)?;
        self.decode(kind.size())?;
        let mut at = start;
        while at < end {
            let key = self.varint(&mut at, end)?;
            let number = key >> 3;
            match key & 7 {
                VARINT => {
                    self.varint(&mut at, end)?;
                    self.decode(size_of::<i64>())?;
                }
                FIXED_64 => {
                    self.skip(&mut at, end, size_of::<u64>())?;
                    self.decode(size_of::<u64>())?;
                }
                FIXED_32 => {
                    self.skip(&mut at, end, size_of::<u32>())?;
                    self.decode(size_of::<u32>())?;
                }
                LEN => {
                    let declared = self.varint(&mut at, end)?;
                    let len = usize::try_from(declared).unwrap_or(usize::MAX);
                    let payload = at;
                    self.skip(&mut at, end, len)?;
                    match kind.child(number) {
                        Some(child) => self.message(child, payload, at, depth + 1)?,
                        None => self.decode(kind.payload_size(number, len))?,
                    }
                }
                _ => return Err(OnnxError::Malformed { offset: at }),
            }
        }
        Ok(())
    }

    /// Counts what decoding will take.
    fn decode(&mut self, len: usize) -> Result<(), OnnxError> {
        self.decoded = self.decoded.saturating_add(len);
        limit(
            "bytes of structure, once decoded,",
            self.decoded,
            limits::STRUCTURE_LEN,
        )
    }

    fn skip(&self, at: &mut usize, end: usize, len: usize) -> Result<(), OnnxError> {
        match at.checked_add(len) {
            Some(next) if next <= end => {
                *at = next;
                Ok(())
            }
            _ => Err(OnnxError::Malformed { offset: *at }),
        }
    }

    fn varint(&self, at: &mut usize, end: usize) -> Result<u64, OnnxError> {
        let start = *at;
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        let mut value = 0;
        // Ten bytes of seven bits hold any 64-bit number.
        for (index, &byte) in bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                *at = start + index + 1;
                return Ok(value);
            }
        }
        Err(OnnxError::Malformed { offset: start })
    }
}

fn limit(what: &'static str, actual: usize, limit: usize) -> Result<(), OnnxError> {
    if actual <= limit {
        return Ok(());
    }
    Err(OnnxError::Limit {
        place: "the file".to_owned(),
        what,
        actual,
        limit,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn kind(name: &str) -> Option<Kind> {
        Some(match name {
            "AttributeProto" => Kind::Attribute,
            "DeviceConfigurationProto" => Kind::Configuration,
            "Dimension" => Kind::Dimension,
            "FunctionProto" => Kind::Function,
            "GraphProto" => Kind::Graph,
            "IntIntListEntryProto" => Kind::IntEntry,
            "Map" => Kind::MapType,
            "ModelProto" => Kind::Model,
            "NodeDeviceConfigurationProto" => Kind::NodeConfiguration,
            "NodeProto" => Kind::Node,
            "Opaque" => Kind::OpaqueType,
            "OperatorSetIdProto" => Kind::OperatorSet,
            "Optional" => Kind::OptionalType,
            "Segment" => Kind::Segment,
            "Sequence" => Kind::SequenceType,
            "ShardedDimProto" => Kind::ShardedDim,
            "ShardingSpecProto" => Kind::Sharding,
            "SimpleShardedDimProto" => Kind::SimpleShardedDim,
            "SparseTensor" => Kind::SparseTensorType,
            "SparseTensorProto" => Kind::SparseTensor,
            "StringStringEntryProto" => Kind::Entry,
            "Tensor" => Kind::TensorType,
            "TensorAnnotation" => Kind::Annotation,
            "TensorProto" => Kind::Tensor,
            "TensorShapeProto" => Kind::Shape,
            "TrainingInfoProto" => Kind::Training,
            "TypeProto" => Kind::Type,
            "ValueInfoProto" => Kind::ValueInfo,
            _ => return None,
        })
    }

    #[test]
    fn every_message_of_the_definition_is_known() {
        /// The number by which protobuf's descriptors call a field that holds messages.
        const TYPE_MESSAGE: i32 = 11;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto");
        let mut descriptors = protox::compile(["onnx.proto"], [folder]).unwrap();
        let mut messages = std::mem::take(&mut descriptors.file[0].message_type);
        let mut n_fields = 0;
        while let Some(mut message) = messages.pop() {
            let parent = kind(message.name()).unwrap_or_else(|| panic!("{}", message.name()));
            for field in &message.field {
                let number = u64::try_from(field.number()).unwrap();
                let is_message = field.r#type == Some(TYPE_MESSAGE);
                let name = field.type_name().rsplit('.').next().unwrap();
                let child = is_message.then(|| kind(name).unwrap());
                assert_eq!(
                    parent.child(number),
                    child,
                    "{}.{}",
                    message.name(),
                    field.name()
                );
                n_fields += usize::from(is_message);
            }
            messages.append(&mut message.nested_type);
        }
        assert!(n_fields > 40);
    }
}
