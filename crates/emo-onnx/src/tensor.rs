use emo_tensor::{ElementType, Tensor};
use ndarray::{ArrayD, IxDyn};

use crate::{
    OnnxError, limits,
    proto::{
        TensorProto,
        tensor_proto::{DataLocation, DataType},
    },
};

/// Takes the elements out of `proto`, which is left as a template of the form they stood in.
///
/// This is the only way by which a file's tensor becomes a [`Tensor`]: its payload is measured against its
/// shape before anything is allocated.
pub(crate) fn decode(proto: &mut TensorProto, place: &str) -> Result<Tensor, OnnxError> {
    let element_type = element_type(proto.data_type.unwrap_or_default(), place)?;
    if proto.data_location() == DataLocation::External || !proto.external_data.is_empty() {
        return Err(OnnxError::ExternalData {
            place: place.to_owned(),
        });
    }
    if proto.segment.is_some() {
        return Err(OnnxError::Unsupported {
            place: place.to_owned(),
            what: "a tensor in segments",
        });
    }
    let (shape, len) = extents(&proto.dims, place)?;
    check_fields(proto, element_type, place)?;
    let payload = Payload {
        shape,
        len,
        element_type,
        place,
    };
    let raw = proto.raw_data.as_mut().map(std::mem::take);
    let int32 = std::mem::take(&mut proto.int32_data);
    macro_rules! number {
        ($rust:ty, $typed:expr) => {
            payload.array(match raw {
                None => $typed?,
                Some(bytes) => {
                    payload.check_bytes(&bytes)?;
                    let (elements, _) = bytes.as_chunks::<{ size_of::<$rust>() }>();
                    elements
                        .iter()
                        .map(|&element| <$rust>::from_le_bytes(element))
                        .collect::<Vec<$rust>>()
                }
            })
        };
    }
    Ok(match element_type {
        ElementType::F32 => number!(f32, payload.own(std::mem::take(&mut proto.float_data))),
        ElementType::F64 => number!(f64, payload.own(std::mem::take(&mut proto.double_data))),
        ElementType::I8 => number!(i8, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::I16 => number!(i16, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::I32 => number!(i32, payload.own(int32)),
        ElementType::I64 => number!(i64, payload.own(std::mem::take(&mut proto.int64_data))),
        ElementType::U8 => number!(u8, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::U16 => number!(u16, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::U32 => {
            let uint64 = std::mem::take(&mut proto.uint64_data);
            number!(u32, payload.narrow(uint64, |value| value.try_into().ok()))
        }
        ElementType::U64 => number!(u64, payload.own(std::mem::take(&mut proto.uint64_data))),
        ElementType::Bool => payload.array(match raw {
            None => payload.narrow(int32, flag)?,
            Some(bytes) => payload.narrow(bytes, flag)?,
        }),
        _ => unreachable!("`element_type` names no other type"),
    })
}

/// Writes `tensor` in the form that `template` has: as raw bytes or in the typed field.
pub(crate) fn encode(tensor: &Tensor, template: Option<&TensorProto>) -> TensorProto {
    let mut proto = template.cloned().unwrap_or_else(|| TensorProto {
        raw_data: Some(Vec::new()),
        ..TensorProto::default()
    });
    proto.dims = tensor
        .shape()
        .iter()
        .map(|&extent| i64::try_from(extent).expect("an array's extents fit isize"))
        .collect();
    proto.data_type = data_type(tensor.element_type()).map(i32::from);
    macro_rules! number {
        ($array:expr, $field:ident) => {
            match &mut proto.raw_data {
                Some(raw) => *raw = $array.iter().flat_map(|x| x.to_le_bytes()).collect(),
                None => proto.$field = $array.iter().map(|&element| element.into()).collect(),
            }
        };
    }
    match tensor {
        Tensor::F32(array) => number!(array, float_data),
        Tensor::F64(array) => number!(array, double_data),
        Tensor::I8(array) => number!(array, int32_data),
        Tensor::I16(array) => number!(array, int32_data),
        Tensor::I32(array) => number!(array, int32_data),
        Tensor::I64(array) => number!(array, int64_data),
        Tensor::U8(array) => number!(array, int32_data),
        Tensor::U16(array) => number!(array, int32_data),
        Tensor::U32(array) => number!(array, uint64_data),
        Tensor::U64(array) => number!(array, uint64_data),
        Tensor::Bool(array) => match &mut proto.raw_data {
            Some(raw) => *raw = array.iter().map(|&element| u8::from(element)).collect(),
            None => proto.int32_data = array.iter().map(|&element| element.into()).collect(),
        },
        _ => unreachable!("`check_type` let no other type into the model"),
    }
    proto
}

/// The element type with ONNX's number `data_type`.
pub(crate) fn element_type(data_type: i32, place: &str) -> Result<ElementType, OnnxError> {
    let known = DataType::try_from(data_type);
    Ok(match known {
        Ok(DataType::Float) => ElementType::F32,
        Ok(DataType::Double) => ElementType::F64,
        Ok(DataType::Int8) => ElementType::I8,
        Ok(DataType::Int16) => ElementType::I16,
        Ok(DataType::Int32) => ElementType::I32,
        Ok(DataType::Int64) => ElementType::I64,
        Ok(DataType::Uint8) => ElementType::U8,
        Ok(DataType::Uint16) => ElementType::U16,
        Ok(DataType::Uint32) => ElementType::U32,
        Ok(DataType::Uint64) => ElementType::U64,
        Ok(DataType::Bool) => ElementType::Bool,
        _ => {
            return Err(OnnxError::DataType {
                place: place.to_owned(),
                data_type: known.map_or_else(
                    |_| data_type.to_string(),
                    |other| other.as_str_name().to_owned(),
                ),
            });
        }
    })
}

/// ONNX's number of an element type, if this crate writes it.
pub(crate) fn data_type(element_type: ElementType) -> Option<DataType> {
    Some(match element_type {
        ElementType::F32 => DataType::Float,
        ElementType::F64 => DataType::Double,
        ElementType::I8 => DataType::Int8,
        ElementType::I16 => DataType::Int16,
        ElementType::I32 => DataType::Int32,
        ElementType::I64 => DataType::Int64,
        ElementType::U8 => DataType::Uint8,
        ElementType::U16 => DataType::Uint16,
        ElementType::U32 => DataType::Uint32,
        ElementType::U64 => DataType::Uint64,
        ElementType::Bool => DataType::Bool,
        _ => return None,
    })
}

/// Checks that elements of this type can be written.
pub(crate) fn check_type(element_type: ElementType, place: &str) -> Result<(), OnnxError> {
    match data_type(element_type) {
        Some(_) => Ok(()),
        None => Err(OnnxError::DataType {
            place: place.to_owned(),
            data_type: element_type.name().to_owned(),
        }),
    }
}

/// Checks a tensor's or value's extents and returns the number of elements.
pub(crate) fn checked_len(
    shape: impl IntoIterator<Item = usize>,
    place: &str,
) -> Result<usize, OnnxError> {
    let mut rank = 0;
    let mut len = 1_usize;
    let mut bound = 1_usize;
    for extent in shape {
        rank += 1;
        len = len.saturating_mul(extent);
        bound = bound.saturating_mul(extent.max(1));
    }
    let limits = [
        ("axes", rank, limits::RANK),
        ("elements", bound, limits::ELEMENTS),
    ];
    for (what, actual, limit) in limits {
        if actual > limit {
            return Err(OnnxError::Limit {
                place: place.to_owned(),
                what,
                actual,
                limit,
            });
        }
    }
    Ok(len)
}

/// An axis's extent as a count.
pub(crate) fn extent(axis: usize, extent: i64, place: &str) -> Result<usize, OnnxError> {
    usize::try_from(extent).map_err(|_| {
        let place = place.to_owned();
        if extent < 0 {
            OnnxError::Extent {
                place,
                axis,
                extent,
            }
        } else {
            OnnxError::Limit {
                place,
                what: "elements",
                actual: usize::MAX,
                limit: limits::ELEMENTS,
            }
        }
    })
}

fn extents(dims: &[i64], place: &str) -> Result<(Vec<usize>, usize), OnnxError> {
    let shape = dims
        .iter()
        .enumerate()
        .map(|(axis, &dim)| extent(axis, dim, place))
        .collect::<Result<Vec<_>, _>>()?;
    let len = checked_len(shape.iter().copied(), place)?;
    Ok((shape, len))
}

/// Checks that the data stand in one field, which is for this type.
fn check_fields(
    proto: &TensorProto,
    element_type: ElementType,
    place: &str,
) -> Result<(), OnnxError> {
    use ElementType as E;
    let small = [E::I8, E::I16, E::I32, E::U8, E::U16, E::Bool];
    let fields = [
        (proto.raw_data.is_some(), true),
        (!proto.float_data.is_empty(), element_type == E::F32),
        (!proto.double_data.is_empty(), element_type == E::F64),
        (!proto.int32_data.is_empty(), small.contains(&element_type)),
        (!proto.int64_data.is_empty(), element_type == E::I64),
        (
            !proto.uint64_data.is_empty(),
            [E::U32, E::U64].contains(&element_type),
        ),
        (!proto.string_data.is_empty(), false),
    ];
    let n_used = fields.iter().filter(|(used, _)| *used).count();
    if n_used > 1 || fields.contains(&(true, false)) {
        return Err(OnnxError::DataField {
            place: place.to_owned(),
            element_type,
        });
    }
    Ok(())
}

/// 0 and 1 as truth values.
fn flag(value: impl Into<i64>) -> Option<bool> {
    match value.into() {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// What a tensor's data must be.
struct Payload<'a> {
    shape: Vec<usize>,
    len: usize,
    element_type: ElementType,
    place: &'a str,
}

impl Payload<'_> {
    fn check_bytes(&self, bytes: &[u8]) -> Result<(), OnnxError> {
        let expected = self.len.saturating_mul(self.element_type.size());
        self.check_len(bytes.len(), expected, "bytes")
    }

    fn check_len(
        &self,
        actual: usize,
        expected: usize,
        unit: &'static str,
    ) -> Result<(), OnnxError> {
        if actual == expected {
            return Ok(());
        }
        Err(OnnxError::DataLen {
            place: self.place.to_owned(),
            actual,
            expected,
            unit,
        })
    }

    /// The elements of a field of their own type.
    fn own<T>(&self, elements: Vec<T>) -> Result<Vec<T>, OnnxError> {
        self.check_len(elements.len(), self.len, "elements")?;
        Ok(elements)
    }

    /// The elements of a field of a wider type.
    fn narrow<S: Copy + TryInto<i64>, T>(
        &self,
        elements: Vec<S>,
        convert: impl Fn(S) -> Option<T>,
    ) -> Result<Vec<T>, OnnxError> {
        self.check_len(elements.len(), self.len, "elements")?;
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

    fn array<T>(&self, elements: Vec<T>) -> Tensor
    where
        Tensor: From<ArrayD<T>>,
    {
        ArrayD::from_shape_vec(IxDyn(&self.shape), elements)
            .expect("there are as many elements as the shape has")
            .into()
    }
}
