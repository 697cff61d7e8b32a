//! Reading NumPy's `.npy` files of `f32` in row-major order.
//!
//! # References
//! NumPy, "numpy.lib.format", <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::{fs::File, io::Read, path::Path};

use crate::Failure;

/// More than NumPy writes for any shape.
const MAX_HEADER_LEN: usize = 1 << 16;
/// The most bytes of elements, 1 GiB.
const MAX_BYTES: usize = 1 << 30;

/// The shape and the elements of the array in a file.
pub(crate) fn read(path: &Path) -> Result<(Vec<usize>, Vec<f32>), Failure> {
    let in_file = |error: Failure| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| in_file(error.into()))?;
    read_from(file).map_err(|error| in_file(error).into())
}

fn read_from(mut file: impl Read) -> Result<(Vec<usize>, Vec<f32>), Failure> {
    let mut start = [0; 8];
    file.read_exact(&mut start)?;
    if start[..6] != *b"\x93NUMPY" {
        return Err("not a .npy file".into());
    }
    let header_len = if start[6] == 1 {
        let mut len = [0; 2];
        file.read_exact(&mut len)?;
        usize::from(u16::from_le_bytes(len))
    } else {
        let mut len = [0; 4];
        file.read_exact(&mut len)?;
        usize::try_from(u32::from_le_bytes(len))?
    };
    if header_len > MAX_HEADER_LEN {
        return Err(format!("a header of {header_len} bytes").into());
    }
    let mut header = vec![0; header_len];
    file.read_exact(&mut header)?;
    let header = String::from_utf8(header)?;
    if !header.contains("'descr': '<f4'") || !header.contains("'fortran_order': False") {
        return Err("not an array of f32 in row-major order".into());
    }
    let (_, shape) = header.split_once("'shape': (").ok_or("no shape")?;
    let (shape, _) = shape.split_once(')').ok_or("no end of the shape")?;
    let extents = shape.split(',').map(str::trim).filter(|x| !x.is_empty());
    let shape = extents.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let n_bytes = shape
        .iter()
        .try_fold(size_of::<f32>(), |bytes, &extent| bytes.checked_mul(extent))
        .filter(|&bytes| bytes <= MAX_BYTES)
        .ok_or_else(|| format!("an array of shape {shape:?}"))?;

    let mut bytes = Vec::new();
    file.take(n_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() != n_bytes {
        return Err(format!("shape {shape:?} takes {n_bytes} bytes of elements").into());
    }
    let elements = bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes);
    Ok((shape, elements.collect()))
}
