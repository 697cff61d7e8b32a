//! In which field of a tensor's message its elements stand, and how many entries they take there.

use emo_tensor::ElementType;

use crate::{
    OnnxError,
    opaque::data_type_name,
    proto::{TensorProto, tensor_proto::DataType},
};

/// A typed field of the message `TensorProto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Float,
    Double,
    Int32,
    Int64,
    Uint64,
    String,
}

/// How elements of one type are laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// The width of an element among the raw bytes, where it may stand there.
    raw_bits: Option<usize>,
    /// The field that is for the type.
    field: Field,
    /// How many elements share an entry of that field.
    per_entry: usize,
    /// How many entries of that field an element takes.
    entries: usize,
}

/// The layout of a type's elements; none for the type that says that there is none.
pub(crate) const fn layout(data_type: DataType) -> Option<Layout> {
    use DataType as D;
    let (bits, field) = match data_type {
        D::Undefined => return None,
        D::String => {
            return Some(Layout {
                raw_bits: None,
                field: Field::String,
                per_entry: 1,
                entries: 1,
            });
        }
        D::Float => (32, Field::Float),
        D::Complex64 => (64, Field::Float),
        D::Double => (64, Field::Double),
        D::Complex128 => (128, Field::Double),
        D::Int64 => (64, Field::Int64),
        D::Uint64 => (64, Field::Uint64),
        D::Uint32 => (32, Field::Uint64),
        D::Int32 => (32, Field::Int32),
        D::Int16 | D::Uint16 | D::Float16 | D::Bfloat16 => (16, Field::Int32),
        D::Int8 | D::Uint8 | D::Bool | D::Float8e8m0 => (8, Field::Int32),
        D::Float8e4m3fn | D::Float8e4m3fnuz | D::Float8e5m2 | D::Float8e5m2fnuz => {
            (8, Field::Int32)
        }
        D::Float6e2m3 | D::Float6e3m2 => (6, Field::Int32),
        D::Int4 | D::Uint4 | D::Float4e2m1 => (4, Field::Int32),
        D::Int2 | D::Uint2 => (2, Field::Int32),
    };
    Some(Layout {
        raw_bits: Some(bits),
        field,
        per_entry: match bits {
            2 | 4 => 8 / bits,
            _ => 1,
        },
        entries: match data_type {
            D::Complex64 | D::Complex128 => 2,
            _ => 1,
        },
    })
}

impl Layout {
    /// How many raw bytes `len` elements take, if they may stand there.
    pub(crate) fn raw_len(&self, len: usize) -> Option<usize> {
        let bits = self.raw_bits?;
        // In this order nothing overflows that fits: 8 elements take as many bytes as one takes bits.
        let whole = (len / 8).checked_mul(bits)?;
        whole.checked_add((len % 8 * bits).div_ceil(8))
    }

    /// Whether any typed field holds something.
    pub(crate) fn has_typed(&self, proto: &TensorProto) -> bool {
        used_fields(proto).next().is_some()
    }

    /// Checks that the data stand in one field, which is for this type, and are as many as `len` elements need.
    pub(crate) fn check(
        &self,
        proto: &TensorProto,
        len: usize,
        place: &str,
    ) -> Result<(), OnnxError> {
        let n_used = used_fields(proto).count() + usize::from(proto.raw_data.is_some());
        let is_other = used_fields(proto).any(|(field, _)| field != self.field);
        let is_wrong_raw = proto.raw_data.is_some() && self.raw_bits.is_none();
        if n_used > 1 || is_other || is_wrong_raw {
            return Err(self.wrong_field(proto, place));
        }
        let (actual, expected, unit) = match &proto.raw_data {
            Some(bytes) => (
                bytes.len(),
                self.raw_len(len).unwrap_or(usize::MAX),
                "bytes",
            ),
            None => {
                let actual = used_fields(proto).map(|(_, len)| len).next().unwrap_or(0);
                let expected = len.saturating_mul(self.entries).div_ceil(self.per_entry);
                let is_plain = self.entries == 1 && self.per_entry == 1;
                (
                    actual,
                    expected,
                    if is_plain { "elements" } else { "entries" },
                )
            }
        };
        if actual == expected {
            return Ok(());
        }
        Err(OnnxError::DataLen {
            place: place.to_owned(),
            actual,
            expected,
            unit,
        })
    }

    /// The error for data in a field that is not for the type.
    pub(crate) fn wrong_field(&self, proto: &TensorProto, place: &str) -> OnnxError {
        OnnxError::DataField {
            place: place.to_owned(),
            data_type: data_type_name(proto.data_type.unwrap_or_default()),
        }
    }
}

/// The typed fields that hold something, and how many entries.
fn used_fields(proto: &TensorProto) -> impl Iterator<Item = (Field, usize)> {
    [
        (Field::Float, proto.float_data.len()),
        (Field::Double, proto.double_data.len()),
        (Field::Int32, proto.int32_data.len()),
        (Field::Int64, proto.int64_data.len()),
        (Field::Uint64, proto.uint64_data.len()),
        (Field::String, proto.string_data.len()),
    ]
    .into_iter()
    .filter(|(_, len)| *len > 0)
}

/// What a tensor's data are; that they are as many as the shape asks for has been checked.
pub(crate) struct Payload<'a> {
    pub(crate) shape: Vec<usize>,
    pub(crate) len: usize,
    pub(crate) element_type: ElementType,
    pub(crate) place: &'a str,
}

impl Payload<'_> {
    /// The elements of a field of a wider type.
    pub(crate) fn narrow<S: Copy + TryInto<i64>, T>(
        &self,
        elements: Vec<S>,
        convert: impl Fn(S) -> Option<T>,
    ) -> Result<Vec<T>, OnnxError> {
        elements
            .into_iter()
            .enumerate()
            .map(|(index, value)| {
                convert(value).ok_or_else(|| OnnxError::Element {
                    place: self.place.to_owned(),
                    index,
                    value: value.try_into().unwrap_or(i64::MAX),
                    element_type: self.element_type,
                })
            })
            .collect()
    }

    /// The bytes of a field whose entries hold one each.
    pub(crate) fn bytes(&self, entries: Vec<i32>) -> Result<Vec<u8>, OnnxError> {
        self.narrow(entries, |entry| entry.try_into().ok())
    }

    /// Two elements of each byte, the lower half first.
    pub(crate) fn nibbles<T>(&self, bytes: Vec<u8>, convert: impl Fn(u8) -> T) -> Vec<T> {
        let halves = bytes.into_iter().flat_map(|byte| [byte & 0x0f, byte >> 4]);
        halves.take(self.len).map(convert).collect()
    }
}

/// Two elements in each byte, the lower half first; the upper half of the last is 0 where their number is odd.
pub(crate) fn pack_nibbles(bits: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut bits = bits;
    while let Some(low) = bits.next() {
        let high = bits.next().unwrap_or(0);
        bytes.push(low & 0x0f | high << 4);
    }
    bytes
}

/// 0 and 1 as truth values.
pub(crate) fn flag(value: impl Into<i64>) -> Option<bool> {
    match value.into() {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
