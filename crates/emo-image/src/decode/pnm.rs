use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder,
    codecs::pnm::{PnmDecoder, PnmSubtype, SampleEncoding},
};

use super::{
    Claim,
    reading::{failure, upright},
};
use crate::{ImageError, Limits};

const FORMAT: &str = "PNM";

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    let decoder =
        PnmDecoder::new(Cursor::new(bytes)).map_err(|e| failure(FORMAT, bytes.len(), e))?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    let row_len = match decoder.subtype() {
        PnmSubtype::Bitmap(SampleEncoding::Binary) => u64::from(width).div_ceil(8),
        PnmSubtype::Bitmap(SampleEncoding::Ascii) => width.into(),
        // A digit and a blank for each sample, but for the last.
        PnmSubtype::Graymap(SampleEncoding::Ascii) | PnmSubtype::Pixmap(SampleEncoding::Ascii) => {
            (u64::from(width) * u64::from(color.channel_count()) * 2).saturating_sub(1)
        }
        _ => u64::from(width) * u64::from(color.bytes_per_pixel()),
    };
    let claim = Claim {
        format: FORMAT,
        len: bytes.len(),
        width,
        height,
        bytes_per_pixel: color.bytes_per_pixel().into(),
        min_len: row_len.saturating_mul(height.into()),
    };
    claim.check(limits)?;
    upright(claim, decoder, limits)
}
