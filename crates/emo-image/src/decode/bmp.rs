use std::io::Cursor;

use image::{DynamicImage, codecs::bmp::BmpDecoder};

use super::{
    Claim,
    reading::{failure, upright},
};
use crate::{ImageError, Limits};

const FORMAT: &str = "BMP";

/// The length of the oldest header, whose sizes have 16 bits.
const CORE_HEADER_LEN: u32 = 12;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    let claim = header(bytes).ok_or(ImageError::Truncated {
        format: FORMAT,
        len: bytes.len(),
    })?;
    claim.check(limits)?;
    let decoder =
        BmpDecoder::new(Cursor::new(bytes)).map_err(|e| failure(FORMAT, bytes.len(), e))?;
    upright(claim, decoder, limits)
}

/// The file header takes 14 bytes; then come the length of the second header, width, height, planes
/// and bits of a pixel, and in all but the oldest header the compression.
fn header(bytes: &[u8]) -> Option<Claim> {
    let (header_len, rest) = bytes.get(14..)?.split_first_chunk()?;
    let is_core = u32::from_le_bytes(*header_len) == CORE_HEADER_LEN;
    let (width, height, rest) = if is_core {
        let (width, rest) = rest.split_first_chunk()?;
        let (height, rest) = rest.split_first_chunk()?;
        let [width, height] = [width, height].map(|size| u16::from_le_bytes(*size).into());
        (width, height, rest)
    } else {
        let (width, rest) = rest.split_first_chunk()?;
        let (height, rest) = rest.split_first_chunk()?;
        // A negative height says that the first row is the uppermost.
        let [width, height] = [width, height].map(|size| i32::from_le_bytes(*size).unsigned_abs());
        (width, height, rest)
    };
    let bits = u16::from_le_bytes(*rest.get(2..)?.first_chunk()?);
    let is_run_length = !is_core && matches!(rest.get(4..)?.first_chunk()?, [1 | 2, 0, 0, 0]);
    // Runs may be as short as the end of the picture.
    let row_len = (u64::from(width).saturating_mul(bits.into()))
        .div_ceil(32)
        .saturating_mul(4);
    Some(Claim {
        format: FORMAT,
        len: bytes.len(),
        width,
        height,
        bytes_per_pixel: 3,
        min_len: if is_run_length {
            0
        } else {
            row_len.saturating_mul(height.into())
        },
    })
}
