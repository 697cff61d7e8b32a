use std::path::Path;

use emo_tensor::Tensor;
use prost::Message;

use crate::{OnnxError, external::Files, file, limits, proto::TensorProto, structure, tensor};

/// Reads a file that holds one tensor (`TensorProto`), as ONNX's own test data and many tools write them.
///
/// The name, which may be empty, comes with it.
///
/// # Errors
/// [`OnnxError::Read`] if the file cannot be read, [`OnnxError::InFile`] with the reason if it holds no tensor that
/// [`Tensor`] can hold.
pub fn read_tensor(path: impl AsRef<Path>) -> Result<(String, Tensor), OnnxError> {
    let path = path.as_ref();
    let bytes = file::read(path, limits::FILE_LEN).map_err(|source| OnnxError::Read {
        path: path.to_owned(),
        source,
    })?;
    decode(&bytes).map_err(|error| OnnxError::InFile {
        path: path.to_owned(),
        source: Box::new(error),
    })
}

fn decode(bytes: &[u8]) -> Result<(String, Tensor), OnnxError> {
    structure::check_as(structure::Kind::Tensor, bytes)?;
    let mut proto = TensorProto::decode(bytes).map_err(|error| OnnxError::Protobuf {
        source: Box::new(error),
    })?;
    let name = proto.name().to_owned();
    let place = format!("tensor `{name}`");
    let tensor = tensor::decode(&mut proto, &place, &mut Files::none())?;
    let tensor = tensor.ok_or(OnnxError::Unsupported {
        place,
        what: "its element type",
    })?;
    Ok((name, tensor))
}
