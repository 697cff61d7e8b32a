use std::{ops::RangeInclusive, path::PathBuf};

use crate::PixelFormat;

/// What can be wrong with a picture, a box or a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// A file cannot be decoded; the source says why.
    #[error("{}: cannot be decoded", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<ImageError>,
    },
    /// Reading failed.
    #[error("reading failed")]
    Io(#[from] std::io::Error),
    /// The file or buffer has no bytes.
    #[error("no bytes")]
    Empty,
    /// The encoded picture is larger than [`Limits::max_file_len`](crate::Limits::max_file_len).
    #[error("more than {limit} bytes of encoded picture")]
    FileTooLarge {
        /// The largest length allowed.
        limit: u64,
    },
    /// The first bytes are those of no picture format.
    #[error("not a picture: {len} bytes that begin with {start:02x?}")]
    UnknownFormat {
        /// How many bytes there are.
        len: usize,
        /// The first bytes, eight at most.
        start: Vec<u8>,
    },
    /// The picture has a format that this build does not decode.
    #[error("{format} is not supported by this build, which decodes {supported}")]
    UnsupportedFormat {
        /// The picture's format.
        format: String,
        /// The formats that are compiled in.
        supported: String,
    },
    /// The file holds moving pictures and no still one.
    #[error("{format} is animated; only still pictures are decoded")]
    Animated {
        /// The file's format.
        format: &'static str,
    },
    /// The picture ends before its end, or before what its header claims can be there.
    #[error("{format} is truncated after {len} bytes")]
    Truncated {
        /// The picture's format.
        format: &'static str,
        /// How many bytes there are.
        len: usize,
    },
    /// The picture has more columns or rows than the limits allow.
    #[error("{width}x{height} pixels, allowed are {max_width}x{max_height}")]
    TooManyPixels {
        /// Columns of the stored picture, before orientation.
        width: u32,
        /// Rows of the stored picture, before orientation.
        height: u32,
        /// Columns allowed.
        max_width: u32,
        /// Rows allowed.
        max_height: u32,
    },
    /// Decoding would take more memory than the limits allow.
    #[error("decoding takes {required} bytes of memory, allowed are {limit}")]
    TooMuchMemory {
        /// Bytes needed.
        required: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The decoder refused the picture.
    #[error("malformed {format}")]
    Malformed {
        /// The picture's format.
        format: &'static str,
        /// The decoder's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The pixels are of a kind that has no grey conversion here.
    #[error("no grey conversion from {color}")]
    UnsupportedColor {
        /// The kind of pixels.
        color: String,
    },
    /// A picture has no pixels.
    #[error("a picture of {width}x{height} pixels is empty")]
    NoPixels {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// A frame's format does not allow an odd size.
    #[error("{format} needs an even {}, not {width}x{height}", match format {
        PixelFormat::Nv12 => "width and height",
        _ => "width",
    })]
    OddSize {
        /// The frame's format.
        format: PixelFormat,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// A pixel is not finite or outside its range.
    #[error("pixel {column},{row} is {value}, outside 0..={max}")]
    PixelOutOfRange {
        /// Column of the pixel.
        column: usize,
        /// Row of the pixel.
        row: usize,
        /// Its value.
        value: f32,
        /// The largest value allowed.
        max: f32,
    },
    /// A box covers no pixel of the picture.
    #[error(
        "box {width}x{height} at {x},{y} covers no pixel of a {image_width}x{image_height} picture"
    )]
    BoxOutside {
        /// Left edge of the box.
        x: i32,
        /// Upper edge of the box.
        y: i32,
        /// Width of the box.
        width: u32,
        /// Height of the box.
        height: u32,
        /// Columns of the picture.
        image_width: usize,
        /// Rows of the picture.
        image_height: usize,
    },
    /// A size to resize to is zero or above [`MAX_SIDE`](crate::MAX_SIDE).
    #[error("cannot resize to {width}x{height} pixels: each side must be 1 to {max}")]
    Size {
        /// Columns asked for.
        width: usize,
        /// Rows asked for.
        height: usize,
        /// The largest side allowed.
        max: usize,
    },
    /// A buffer has the wrong number of samples.
    #[error("{buffer} holds {actual} samples, {required} are needed")]
    BufferLen {
        /// Which buffer.
        buffer: &'static str,
        /// The samples that it holds.
        actual: usize,
        /// The samples needed.
        required: usize,
    },
    /// A sample is NaN or infinite.
    #[error("pixel {column},{row} is {value}")]
    NotFinite {
        /// Column of the pixel.
        column: usize,
        /// Row of the pixel.
        row: usize,
        /// Its value.
        value: f32,
    },
    /// A picture is smaller than an operation needs.
    #[error("{width}x{height} pixels, at least {min_width}x{min_height} are needed")]
    TooSmall {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// The fewest columns.
        min_width: usize,
        /// The fewest rows.
        min_height: usize,
    },
    /// A face detector's model is damaged or of another kind.
    #[error("{what} of the face model is {actual}, expected {expected}")]
    FaceModel {
        /// What does not fit.
        what: &'static str,
        /// Its value.
        actual: usize,
        /// What it should be, or the nearest value allowed.
        expected: usize,
    },
    /// A parameter is outside its range.
    #[error("{name} is {value}, allowed is {allowed}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

/// Refuses the first of `(name, value, least and most, what is allowed)` whose value is outside, or NaN.
pub(crate) fn check_ranges<T: Copy + PartialOrd + Into<f64>>(
    ranges: impl IntoIterator<Item = (&'static str, T, RangeInclusive<T>, &'static str)>,
) -> Result<(), ImageError> {
    for (name, value, range, allowed) in ranges {
        if !range.contains(&value) {
            return Err(ImageError::Parameter {
                name,
                value: value.into(),
                allowed,
            });
        }
    }
    Ok(())
}
