//! From the bytes of a file to an upright picture, within limits.

#![deny(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing
)]

#[cfg(feature = "bmp")]
mod bmp;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "jpeg")]
mod jpeg_markers;
#[cfg(feature = "png")]
mod png;
#[cfg(feature = "pnm")]
mod pnm;
#[cfg(feature = "webp")]
mod webp;
#[cfg(feature = "webp")]
mod webp_codes;

use std::{
    fs::File,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use image::{DynamicImage, ImageFormat};

use crate::{ImageError, Limits};

/// The formats that are compiled in.
const SUPPORTED: &[&str] = &[
    #[cfg(feature = "bmp")]
    "BMP",
    #[cfg(feature = "jpeg")]
    "JPEG",
    #[cfg(feature = "png")]
    "PNG",
    #[cfg(feature = "pnm")]
    "PNM",
    #[cfg(feature = "webp")]
    "WebP",
];

/// Decodes a picture file and turns it upright.
///
/// The format is told by the content, whatever the file is called. See [`decode_bytes`] for what
/// the picture holds.
///
/// # Errors
/// [`ImageError::File`] with the path, around [`ImageError::Io`] where the file cannot be read or what
/// [`decode_bytes`] found.
///
/// # Example
/// ```
/// use emo_image::{decode_file, Limits};
///
/// let error = decode_file("no/such/face.jpg", &Limits::default()).unwrap_err();
/// assert_eq!(error.to_string(), "no/such/face.jpg: cannot be decoded");
/// ```
pub fn decode_file(path: impl AsRef<Path>, limits: &Limits) -> Result<DynamicImage, ImageError> {
    let path = path.as_ref();
    let decode = || decode_bytes(&read_bounded(path, limits.max_file_len)?, limits);
    decode().map_err(|source| ImageError::File {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// Decodes the bytes of a picture file and turns the picture upright.
///
/// The format is told by the first bytes: JPEG, PNG, and with the features of their names BMP, PNM
/// and WebP.
///
/// The pixels come in the file's own kind: 8 or 16 bits, grey or RGB, with or without alpha;
/// palettes and fewer than 8 bits are expanded, CMYK becomes RGB. The EXIF orientation (1 to 8) of
/// JPEG, PNG (where it stands before the pixels) and WebP is applied, so columns and rows are those
/// that a viewer shows. Colour profiles are ignored. Of an animated PNG the default picture is
/// decoded; an animated WebP, which has none, is refused.
///
/// # Errors
/// - [`ImageError::Empty`], [`ImageError::UnknownFormat`], [`ImageError::UnsupportedFormat`],
///   [`ImageError::Animated`]: not a still picture of a format that is compiled in.
/// - [`ImageError::FileTooLarge`], [`ImageError::TooManyPixels`], [`ImageError::TooMuchMemory`]:
///   beyond `limits`, found before the pixels are decoded.
/// - [`ImageError::NoPixels`], [`ImageError::Truncated`], [`ImageError::Malformed`]: the picture is
///   damaged. One whose bytes cannot hold the pixels that its header claims is truncated, before
///   memory is taken for them. A JPEG without its end is refused, where many decoders fill the rest
///   with grey.
pub fn decode_bytes(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    // The decoders have assertions that damaged files can reach; none of their state outlives the
    // call.
    catch_unwind(AssertUnwindSafe(|| decode_known(bytes, limits))).unwrap_or_else(|_| {
        Err(ImageError::Malformed {
            format: "picture",
            source: Box::new(DecoderPanicked),
        })
    })
}

/// A decoder ran into one of its own assertions.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the decoder panicked")]
struct DecoderPanicked;

fn decode_known(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    if bytes.len() as u64 > limits.max_file_len {
        return Err(ImageError::FileTooLarge {
            limit: limits.max_file_len,
        });
    }
    match image::guess_format(bytes) {
        #[cfg(feature = "bmp")]
        Ok(ImageFormat::Bmp) => bmp::decode(bytes, limits),
        #[cfg(feature = "jpeg")]
        Ok(ImageFormat::Jpeg) => jpeg::decode(bytes, limits),
        #[cfg(feature = "png")]
        Ok(ImageFormat::Png) => png::decode(bytes, limits),
        #[cfg(feature = "pnm")]
        Ok(ImageFormat::Pnm) => pnm::decode(bytes, limits),
        #[cfg(feature = "webp")]
        Ok(ImageFormat::WebP) => webp::decode(bytes, limits),
        Ok(other) => Err(ImageError::UnsupportedFormat {
            format: name_of(other),
            supported: list(SUPPORTED),
        }),
        Err(_) => Err(ImageError::UnknownFormat {
            len: bytes.len(),
            start: bytes.iter().copied().take(8).collect(),
        }),
    }
}

/// Reads at most one byte more than `limit`, so that the caller sees that there is more.
fn read_bounded(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn name_of(format: ImageFormat) -> String {
    match format {
        ImageFormat::Jpeg => "JPEG".to_owned(),
        ImageFormat::Pnm => "PNM".to_owned(),
        ImageFormat::WebP => "WebP".to_owned(),
        other => other
            .extensions_str()
            .first()
            .map_or_else(|| format!("{other:?}"), |name| name.to_uppercase()),
    }
}

/// `BMP, JPEG and PNG`.
fn list(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}

/// What a file says of itself before its pixels are decoded.
#[derive(Debug, Clone, Copy)]
struct Claim {
    format: &'static str,
    /// Bytes of the whole file.
    len: usize,
    width: u32,
    height: u32,
    /// Memory that decoding takes.
    bytes_per_pixel: u64,
    /// The fewest bytes that can hold so many pixels.
    min_len: u64,
}

#[cfg_attr(
    not(any(
        feature = "bmp",
        feature = "jpeg",
        feature = "png",
        feature = "pnm",
        feature = "webp"
    )),
    expect(dead_code, reason = "there is nothing to decode")
)]
impl Claim {
    /// The bytes that decoding takes.
    fn required(&self) -> u64 {
        (u64::from(self.width) * u64::from(self.height)).saturating_mul(self.bytes_per_pixel)
    }

    fn check(&self, limits: &Limits) -> Result<(), ImageError> {
        let (width, height) = (self.width, self.height);
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels {
                width: width as usize,
                height: height as usize,
            });
        }
        if width > limits.max_width || height > limits.max_height {
            return Err(ImageError::TooManyPixels {
                width,
                height,
                max_width: limits.max_width,
                max_height: limits.max_height,
            });
        }
        let required = self.required();
        if required > limits.max_alloc {
            return Err(ImageError::TooMuchMemory {
                required,
                limit: limits.max_alloc,
            });
        }
        if (self.len as u64) < self.min_len {
            return Err(ImageError::Truncated {
                format: self.format,
                len: self.len,
            });
        }
        Ok(())
    }
}

#[cfg(any(
    feature = "bmp",
    feature = "jpeg",
    feature = "png",
    feature = "pnm",
    feature = "webp"
))]
mod reading {
    use super::*;

    /// Decodes the pixels and turns them upright.
    ///
    /// The claim was checked before the decoder was made; it is checked again for the kind of pixels
    /// that the decoder gives.
    pub(super) fn upright(
        mut claim: Claim,
        mut decoder: impl image::ImageDecoder,
        limits: &Limits,
    ) -> Result<DynamicImage, ImageError> {
        (claim.width, claim.height) = decoder.dimensions();
        claim.bytes_per_pixel = claim
            .bytes_per_pixel
            .max(decoder.color_type().bytes_per_pixel().into());
        claim.check(limits)?;
        let fail = |error| failure(claim.format, claim.len, error);
        decoder.set_limits(decoder_limits(limits)).map_err(fail)?;
        let orientation = decoder.orientation().map_err(fail)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(fail)?;
        image.apply_orientation(orientation);
        Ok(image)
    }

    pub(super) fn decoder_limits(limits: &Limits) -> image::Limits {
        let mut decoder_limits = image::Limits::no_limits();
        decoder_limits.max_image_width = Some(limits.max_width);
        decoder_limits.max_image_height = Some(limits.max_height);
        decoder_limits.max_alloc = Some(limits.max_alloc);
        decoder_limits
    }

    pub(super) fn failure(
        format: &'static str,
        len: usize,
        error: image::ImageError,
    ) -> ImageError {
        match error {
            image::ImageError::IoError(error)
                if error.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                ImageError::Truncated { format, len }
            }
            other => ImageError::Malformed {
                format,
                source: Box::new(other),
            },
        }
    }

    #[cfg(any(feature = "jpeg", feature = "webp"))]
    pub(super) fn malformed(
        format: &'static str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> ImageError {
        ImageError::Malformed {
            format,
            source: Box::new(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_listed_as_in_a_sentence() {
        assert_eq!(list(&[]), "nothing");
        assert_eq!(list(&["PNG"]), "PNG");
        assert_eq!(list(&["BMP", "JPEG", "PNG"]), "BMP, JPEG and PNG");
    }
}
