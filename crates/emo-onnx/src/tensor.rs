use emo_tensor::{
    ElementType, F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, I4, Tensor, U4,
    half::{bf16, f16},
};
use ndarray::{ArrayD, IxDyn};
use prost::bytes::Bytes;

use crate::{
    OnnxError,
    external::Files,
    limits,
    opaque::data_type_name,
    payload::{self, Payload},
    proto::{
        SparseTensorProto, TensorProto,
        tensor_proto::{DataLocation, DataType},
    },
};

/// Takes the elements out of `proto`, which is left as a template of the form they stood in.
///
/// Elements that are not interpreted are checked and stay in `proto`; the result is then `None`. Together with
/// [`check`], which this begins with, it is the only way by which a file's tensor enters a model: its payload is
/// measured against its shape before anything is allocated.
pub(crate) fn decode(
    proto: &mut TensorProto,
    place: &str,
    files: &mut Files<'_>,
) -> Result<Option<Tensor>, OnnxError> {
    let (shape, len) = check(proto, place, files)?;
    let Some(element_type) = element_type(proto.data_type.unwrap_or_default()) else {
        // Without the file around it.
        proto.raw_data = proto.raw_data.as_deref().map(Bytes::copy_from_slice);
        return Ok(None);
    };
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
                    let (elements, _) = bytes.as_chunks::<{ size_of::<$rust>() }>();
                    elements
                        .iter()
                        .map(|&element| <$rust>::from_le_bytes(element))
                        .collect::<Vec<$rust>>()
                }
            })
        };
    }
    macro_rules! byte {
        ($convert:expr) => {
            payload.array(match raw {
                None => payload.narrow(int32, |value| value.try_into().ok().map($convert))?,
                Some(bytes) => bytes.iter().copied().map($convert).collect(),
            })
        };
    }
    macro_rules! half_byte {
        ($convert:expr) => {
            payload.array(match raw {
                None => payload.nibbles(payload.bytes(int32)?, $convert),
                Some(bytes) => payload.nibbles(bytes.to_vec(), $convert),
            })
        };
    }
    Ok(Some(match element_type {
        ElementType::F32 => number!(f32, Ok(std::mem::take(&mut proto.float_data))),
        ElementType::F64 => number!(f64, Ok(std::mem::take(&mut proto.double_data))),
        ElementType::F16 => number!(
            f16,
            payload.narrow(int32, |bits| bits.try_into().ok().map(f16::from_bits))
        ),
        ElementType::BF16 => number!(
            bf16,
            payload.narrow(int32, |bits| bits.try_into().ok().map(bf16::from_bits))
        ),
        ElementType::F8E4M3Fn => byte!(F8E4M3Fn::from_bits),
        ElementType::F8E4M3FnUz => byte!(F8E4M3FnUz::from_bits),
        ElementType::F8E5M2 => byte!(F8E5M2::from_bits),
        ElementType::F8E5M2FnUz => byte!(F8E5M2FnUz::from_bits),
        ElementType::I4 => half_byte!(I4::from_bits),
        ElementType::U4 => half_byte!(U4::from_bits),
        ElementType::I8 => number!(i8, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::I16 => number!(i16, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::I32 => number!(i32, Ok(int32)),
        ElementType::I64 => number!(i64, Ok(std::mem::take(&mut proto.int64_data))),
        ElementType::U8 => number!(u8, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::U16 => number!(u16, payload.narrow(int32, |value| value.try_into().ok())),
        ElementType::U32 => {
            let uint64 = std::mem::take(&mut proto.uint64_data);
            number!(u32, payload.narrow(uint64, |value| value.try_into().ok()))
        }
        ElementType::U64 => number!(u64, Ok(std::mem::take(&mut proto.uint64_data))),
        ElementType::Bool => payload.array(match raw {
            None => payload.narrow(int32, payload::flag)?,
            Some(bytes) => payload.narrow(bytes.to_vec(), payload::flag)?,
        }),
        _ => unreachable!("`element_type` names no other type"),
    }))
}

/// Checks that `proto` holds the data that its type and shape ask for, which are put into it if they stand in
/// another file, and returns the shape and its number of elements.
pub(crate) fn check(
    proto: &mut TensorProto,
    place: &str,
    files: &mut Files<'_>,
) -> Result<(Vec<usize>, usize), OnnxError> {
    let data_type = proto.data_type.unwrap_or_default();
    let layout = DataType::try_from(data_type)
        .ok()
        .and_then(payload::layout)
        .ok_or_else(|| OnnxError::DataType {
            place: place.to_owned(),
            data_type: data_type_name(data_type),
        })?;
    if proto.segment.is_some() {
        return Err(OnnxError::Unsupported {
            place: place.to_owned(),
            what: "a tensor in segments",
        });
    }
    let (shape, len) = extents(&proto.dims, place)?;
    if proto.data_location() == DataLocation::External || !proto.external_data.is_empty() {
        files.check_allowed(place)?;
        let Some(expected) = layout.raw_len(len) else {
            return Err(layout.wrong_field(proto, place));
        };
        // Some writers leave an empty field of raw bytes.
        let has_raw = proto.raw_data.as_ref().is_some_and(|raw| !raw.is_empty());
        if layout.has_typed(proto) || has_raw {
            return Err(layout.wrong_field(proto, place));
        }
        let bytes = files.load(&proto.external_data, expected, place)?;
        proto.raw_data = Some(bytes.into());
        // What is written later stands in the model's own file.
        proto.external_data.clear();
        proto.data_location = None;
    }
    layout.check(proto, len, place)?;
    Ok((shape, len))
}

/// As [`check`] for a tensor whose `raw_len` raw bytes stand elsewhere, with an empty field in their place; `None` for
/// one that is not as it should be.
pub(crate) fn check_elsewhere(proto: &TensorProto, raw_len: usize) -> Option<(Vec<usize>, usize)> {
    let data_type = DataType::try_from(proto.data_type.unwrap_or_default()).ok()?;
    let layout = payload::layout(data_type)?;
    let is_plain = proto.segment.is_none()
        && proto.data_location() != DataLocation::External
        && proto.external_data.is_empty()
        && proto.raw_data.as_ref().is_some_and(|raw| raw.is_empty())
        && !layout.has_typed(proto);
    let (shape, len) = extents(&proto.dims, proto.name()).ok()?;
    (is_plain && layout.raw_len(len) == Some(raw_len)).then_some((shape, len))
}

/// Checks that a sparse tensor's values and their places are tensors that belong together.
pub(crate) fn check_sparse(
    proto: &mut SparseTensorProto,
    place: &str,
    files: &mut Files<'_>,
) -> Result<(), OnnxError> {
    let missing = |what| OnnxError::Missing {
        place: place.to_owned(),
        what,
    };
    let (dims, n_elements) = extents(&proto.dims, place)?;
    let values = proto.values.as_mut().ok_or_else(|| missing("values"))?;
    let (values, n_values) = check(values, &format!("{place}: values"), files)?;
    let Some(indices) = proto.indices.as_mut() else {
        // A tensor without a value that is not zero needs no places.
        return if n_values == 0 {
            Ok(())
        } else {
            Err(missing("indices"))
        };
    };
    let place = format!("{place}: indices");
    let is_int64 = indices.data_type == Some(DataType::Int64.into());
    let (indices, n_indices) = check(indices, &place, files)?;
    let expected = match indices.len() {
        2 => n_values.saturating_mul(dims.len()),
        _ => n_values,
    };
    let is_list = values.len() == 1 && is_int64 && matches!(indices.len(), 1 | 2);
    if !is_list || n_indices != expected || indices.first() != Some(&n_values) {
        return Err(OnnxError::SparseIndices {
            place,
            indices,
            values,
            rank: dims.len(),
        });
    }
    // A place is one number, counted along all axes, or one for each axis.
    let extents = match (indices.len(), dims.len()) {
        (2, 1..) => dims,
        _ => vec![n_elements],
    };
    for ((position, index), extent) in places(proto.indices.as_ref())
        .enumerate()
        .zip(extents.iter().cycle())
    {
        if usize::try_from(index).map_or(true, |index| index >= *extent) {
            return Err(OnnxError::SparseIndex {
                place,
                position,
                index,
                extent: *extent,
            });
        }
    }
    Ok(())
}

/// The numbers of a tensor of `i64` that has been checked.
fn places(proto: Option<&TensorProto>) -> impl Iterator<Item = i64> {
    let raw = proto.and_then(|proto| proto.raw_data.as_deref());
    let (raw, _) = raw.unwrap_or_default().as_chunks::<8>();
    let typed = proto.map_or(&[][..], |proto| &proto.int64_data);
    raw.iter()
        .map(|&bytes| i64::from_le_bytes(bytes))
        .chain(typed.iter().copied())
}

/// Writes `tensor` in the form that `template` has: as raw bytes or in the typed field.
pub(crate) fn encode(tensor: &Tensor, template: Option<&TensorProto>) -> TensorProto {
    let mut proto = template.cloned().unwrap_or_else(|| TensorProto {
        raw_data: Some(Bytes::new()),
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
    macro_rules! bits {
        ($array:expr, $to_bits:expr) => {
            match &mut proto.raw_data {
                Some(raw) => {
                    *raw = $array
                        .iter()
                        .flat_map(|&x| $to_bits(x).to_le_bytes())
                        .collect()
                }
                None => proto.int32_data = $array.iter().map(|&x| $to_bits(x).into()).collect(),
            }
        };
    }
    macro_rules! half_bytes {
        ($array:expr) => {{
            let bytes = payload::pack_nibbles($array.iter().map(|x| x.to_bits()));
            match &mut proto.raw_data {
                Some(raw) => *raw = bytes.into(),
                None => proto.int32_data = bytes.into_iter().map(i32::from).collect(),
            }
        }};
    }
    match tensor {
        Tensor::F32(array) => number!(array, float_data),
        Tensor::F64(array) => number!(array, double_data),
        Tensor::F16(array) => bits!(array, f16::to_bits),
        Tensor::BF16(array) => bits!(array, bf16::to_bits),
        Tensor::F8E4M3Fn(array) => bits!(array, F8E4M3Fn::to_bits),
        Tensor::F8E4M3FnUz(array) => bits!(array, F8E4M3FnUz::to_bits),
        Tensor::F8E5M2(array) => bits!(array, F8E5M2::to_bits),
        Tensor::F8E5M2FnUz(array) => bits!(array, F8E5M2FnUz::to_bits),
        Tensor::I4(array) => half_bytes!(array),
        Tensor::U4(array) => half_bytes!(array),
        Tensor::I8(array) => number!(array, int32_data),
        Tensor::I16(array) => number!(array, int32_data),
        Tensor::I32(array) => number!(array, int32_data),
        Tensor::I64(array) => number!(array, int64_data),
        Tensor::U8(array) => number!(array, int32_data),
        Tensor::U16(array) => number!(array, int32_data),
        Tensor::U32(array) => number!(array, uint64_data),
        Tensor::U64(array) => number!(array, uint64_data),
        Tensor::Bool(array) => bits!(array, u8::from),
        _ => unreachable!("`check_type` let no other type into the model"),
    }
    proto
}

/// The element type with ONNX's number `data_type`, if its elements are interpreted.
pub(crate) fn element_type(data_type: i32) -> Option<ElementType> {
    Some(match DataType::try_from(data_type).ok()? {
        DataType::Float => ElementType::F32,
        DataType::Double => ElementType::F64,
        DataType::Float16 => ElementType::F16,
        DataType::Bfloat16 => ElementType::BF16,
        DataType::Float8e4m3fn => ElementType::F8E4M3Fn,
        DataType::Float8e4m3fnuz => ElementType::F8E4M3FnUz,
        DataType::Float8e5m2 => ElementType::F8E5M2,
        DataType::Float8e5m2fnuz => ElementType::F8E5M2FnUz,
        DataType::Int4 => ElementType::I4,
        DataType::Int8 => ElementType::I8,
        DataType::Int16 => ElementType::I16,
        DataType::Int32 => ElementType::I32,
        DataType::Int64 => ElementType::I64,
        DataType::Uint4 => ElementType::U4,
        DataType::Uint8 => ElementType::U8,
        DataType::Uint16 => ElementType::U16,
        DataType::Uint32 => ElementType::U32,
        DataType::Uint64 => ElementType::U64,
        DataType::Bool => ElementType::Bool,
        _ => return None,
    })
}

/// ONNX's number of an element type, if this crate writes it.
pub(crate) fn data_type(element_type: ElementType) -> Option<DataType> {
    Some(match element_type {
        ElementType::F32 => DataType::Float,
        ElementType::F64 => DataType::Double,
        ElementType::F16 => DataType::Float16,
        ElementType::BF16 => DataType::Bfloat16,
        ElementType::F8E4M3Fn => DataType::Float8e4m3fn,
        ElementType::F8E4M3FnUz => DataType::Float8e4m3fnuz,
        ElementType::F8E5M2 => DataType::Float8e5m2,
        ElementType::F8E5M2FnUz => DataType::Float8e5m2fnuz,
        ElementType::I4 => DataType::Int4,
        ElementType::I8 => DataType::Int8,
        ElementType::I16 => DataType::Int16,
        ElementType::I32 => DataType::Int32,
        ElementType::I64 => DataType::Int64,
        ElementType::U4 => DataType::Uint4,
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

impl Payload<'_> {
    pub(crate) fn array<T>(&self, elements: Vec<T>) -> Tensor
    where
        Tensor: From<ArrayD<T>>,
    {
        ArrayD::from_shape_vec(IxDyn(&self.shape), elements)
            .expect("there are as many elements as the shape has")
            .into()
    }
}
