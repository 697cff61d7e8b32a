#![deny(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing
)]

use std::{fs::File, io::Read, path::Path};

use image::DynamicImage;

use crate::{ImageError, Limits};

const SUPPORTED: &str = match (cfg!(feature = "jpeg"), cfg!(feature = "png")) {
    (true, true) => "JPEG and PNG",
    (true, false) => "JPEG",
    (false, true) => "PNG",
    (false, false) => "nothing",
};

/// Decodes a JPEG or PNG file and turns it upright.
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

/// Decodes the bytes of a JPEG or PNG file and turns the picture upright.
///
/// The pixels come in the file's own kind: 8 or 16 bits, grey or RGB, with or without alpha;
/// palettes and fewer than 8 bits are expanded, CMYK becomes RGB. The EXIF orientation (1 to 8) is
/// applied, so columns and rows are those that a viewer shows. Colour profiles are ignored. Of an
/// animated PNG the first picture is decoded.
///
/// # Errors
/// - [`ImageError::Empty`], [`ImageError::UnknownFormat`], [`ImageError::UnsupportedFormat`]: not
///   a picture of a format that is compiled in.
/// - [`ImageError::FileTooLarge`], [`ImageError::TooManyPixels`], [`ImageError::TooMuchMemory`]:
///   beyond `limits`, found before the pixels are decoded.
/// - [`ImageError::Truncated`], [`ImageError::Malformed`]: the picture is damaged. A JPEG without
///   its end is refused, where many decoders fill the rest with grey.
pub fn decode_bytes(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::Empty);
    }
    if bytes.len() as u64 > limits.max_file_len {
        return Err(ImageError::FileTooLarge {
            limit: limits.max_file_len,
        });
    }
    match image::guess_format(bytes) {
        #[cfg(feature = "jpeg")]
        Ok(image::ImageFormat::Jpeg) => jpeg(bytes, limits),
        #[cfg(feature = "png")]
        Ok(image::ImageFormat::Png) => png(bytes, limits),
        Ok(other) => Err(ImageError::UnsupportedFormat {
            format: other
                .extensions_str()
                .first()
                .map_or_else(|| format!("{other:?}"), |name| name.to_uppercase()),
            supported: SUPPORTED,
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

#[cfg(feature = "jpeg")]
fn jpeg(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    use crate::jpeg::{JpegScanError, scan_jpeg};

    let header = scan_jpeg(bytes).map_err(|error| match error {
        JpegScanError::Truncated => ImageError::Truncated {
            format: "JPEG",
            len: bytes.len(),
        },
        other => ImageError::Malformed {
            format: "JPEG",
            source: Box::new(other),
        },
    })?;
    // A progressive file's coefficients, two bytes each, are all held until the last scan.
    let bytes_per_sample = if header.progressive { 3 } else { 1 };
    check_size(
        header.width.into(),
        header.height.into(),
        u64::from(header.components) * bytes_per_sample,
        limits,
    )?;
    let decoder = image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(bytes))
        .map_err(|error| decoder_error("JPEG", bytes.len(), error))?;
    upright("JPEG", bytes.len(), decoder, limits)
}

#[cfg(feature = "png")]
fn png(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, ImageError> {
    let truncated = ImageError::Truncated {
        format: "PNG",
        len: bytes.len(),
    };
    // The header chunk is the first: signature 8, length 4, type 4, width 4, height 4.
    let Some((_, rest)) = bytes.split_first_chunk::<16>() else {
        return Err(truncated);
    };
    let Some((width, rest)) = rest.split_first_chunk::<4>() else {
        return Err(truncated);
    };
    let Some((height, _)) = rest.split_first_chunk::<4>() else {
        return Err(truncated);
    };
    check_size(
        u32::from_be_bytes(*width),
        u32::from_be_bytes(*height),
        1,
        limits,
    )?;
    let decoder = image::codecs::png::PngDecoder::with_limits(
        std::io::Cursor::new(bytes),
        decoder_limits(limits),
    )
    .map_err(|error| decoder_error("PNG", bytes.len(), error))?;
    upright("PNG", bytes.len(), decoder, limits)
}

#[cfg(any(feature = "jpeg", feature = "png"))]
fn upright(
    format: &'static str,
    len: usize,
    mut decoder: impl image::ImageDecoder,
    limits: &Limits,
) -> Result<DynamicImage, ImageError> {
    let (width, height) = decoder.dimensions();
    let bytes_per_pixel = decoder.color_type().bytes_per_pixel();
    check_size(width, height, bytes_per_pixel.into(), limits)?;
    let fail = |error| decoder_error(format, len, error);
    decoder.set_limits(decoder_limits(limits)).map_err(fail)?;
    let orientation = decoder.orientation().map_err(fail)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(fail)?;
    image.apply_orientation(orientation);
    Ok(image)
}

#[cfg(any(feature = "jpeg", feature = "png"))]
fn check_size(
    width: u32,
    height: u32,
    bytes_per_pixel: u64,
    limits: &Limits,
) -> Result<(), ImageError> {
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
    let required = (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel);
    if required > limits.max_alloc {
        return Err(ImageError::TooMuchMemory {
            required,
            limit: limits.max_alloc,
        });
    }
    Ok(())
}

#[cfg(any(feature = "jpeg", feature = "png"))]
fn decoder_limits(limits: &Limits) -> image::Limits {
    let mut decoder_limits = image::Limits::no_limits();
    decoder_limits.max_image_width = Some(limits.max_width);
    decoder_limits.max_image_height = Some(limits.max_height);
    decoder_limits.max_alloc = Some(limits.max_alloc);
    decoder_limits
}

#[cfg(any(feature = "jpeg", feature = "png"))]
fn decoder_error(format: &'static str, len: usize, error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            ImageError::Truncated { format, len }
        }
        other => ImageError::Malformed {
            format,
            source: Box::new(other),
        },
    }
}
