use std::io::Cursor;

use image::{DynamicImage, codecs::png::PngDecoder};

use super::{
    Claim,
    reading::{decoder_limits, failure, upright},
};
use crate::{ImageError, Limits};

const FORMAT: &str = "PNG";

/// The most that a byte of deflate can stand for: 258 bytes for each quarter of it.
const MAX_INFLATION: u64 = 1032;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    let claim = header(bytes).ok_or(ImageError::Truncated {
        format: FORMAT,
        len: bytes.len(),
    })?;
    claim.check(limits)?;
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), decoder_limits(limits))
        .map_err(|error| failure(FORMAT, bytes.len(), error))?;
    upright(claim, decoder, limits)
}

/// The header chunk is the first: signature 8, length 4, type 4, width 4, height 4, bit depth 1,
/// colour type 1.
fn header(bytes: &[u8]) -> Option<Claim> {
    let (width, rest) = bytes.get(16..)?.split_first_chunk()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (&[depth, color], _) = rest.split_first_chunk()?;
    let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
    let n_samples = match color {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    let row_bits = u64::from(width).saturating_mul(n_samples * u64::from(depth));
    let raw_len = (row_bits / 8).saturating_mul(height.into());
    Some(Claim {
        format: FORMAT,
        len: bytes.len(),
        width,
        height,
        bytes_per_pixel: 1,
        min_len: raw_len / MAX_INFLATION,
    })
}
