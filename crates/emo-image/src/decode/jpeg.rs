use std::io::Cursor;

use image::{DynamicImage, codecs::jpeg::JpegDecoder};

use super::{
    Claim,
    jpeg_markers::{JpegScanError, scan_jpeg},
    reading::{failure, malformed, upright},
};
use crate::{ImageError, Limits};

const FORMAT: &str = "JPEG";

/// Each block of 8 × 8 samples of the component sampled most densely takes a bit or more, and that
/// component has a sample for each 2 × 2 pixels at least.
const MAX_PIXELS_PER_BYTE: u64 = 8 * 64 * 4;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    let header = scan_jpeg(bytes).map_err(|error| match error {
        JpegScanError::Truncated => ImageError::Truncated {
            format: FORMAT,
            len: bytes.len(),
        },
        other => malformed(FORMAT, other),
    })?;
    // A progressive file's coefficients, two bytes each, are all held until the last scan.
    let bytes_per_sample = if header.progressive { 3 } else { 1 };
    let claim = Claim {
        format: FORMAT,
        len: bytes.len(),
        width: header.width.into(),
        height: header.height.into(),
        bytes_per_pixel: u64::from(header.components) * bytes_per_sample,
        min_len: u64::from(header.width) * u64::from(header.height) / MAX_PIXELS_PER_BYTE,
    };
    claim.check(limits)?;
    let decoder =
        JpegDecoder::new(Cursor::new(bytes)).map_err(|e| failure(FORMAT, bytes.len(), e))?;
    upright(claim, decoder, limits)
}
