use std::{fmt, ops::Range};

use ndarray::Array2;

use crate::{
    FaceBox, GreyImage, ImageError, Plane,
    face_box::Region,
    grey::luma_u8,
    plane::{check_len, check_rows},
};

/// What the stride of a row of bytes may be.
const ROW_BYTES: &str = "the bytes of a row or more";

/// How the pixels of a [`Frame`] lie in memory.
///
/// Rows begin `stride` bytes apart. What lies between the end of a row and the next is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// One byte for each pixel, 0 black to 255 white.
    #[doc(alias = "GRAY8")]
    Grey8,
    /// Three bytes for each pixel: red, green, blue.
    #[doc(alias = "RGB24")]
    Rgb8,
    /// Three bytes for each pixel: blue, green, red, as in OpenCV.
    #[doc(alias = "BGR24")]
    Bgr8,
    /// Four bytes for each pixel: red, green, blue and alpha, which is dropped.
    #[doc(alias = "RGBA32")]
    Rgba8,
    /// Luma for each pixel, and behind its `height` rows `height / 2` rows of the same stride with
    /// Cb, Cr, Cb, Cr … for each square of 2 × 2 pixels. Width and height are even.
    #[doc(alias = "YUV420sp")]
    Nv12,
    /// Luma of a pixel, Cb, luma of its right neighbour, Cr for each pair of pixels. The width is
    /// even.
    #[doc(alias = "YUY2")]
    Yuyv,
}

impl PixelFormat {
    /// Bytes of a row, or of a row of luma, for so many columns; the maximum where that overflows.
    fn row_len(self, width: usize) -> usize {
        let bytes_per_pixel = match self {
            Self::Grey8 | Self::Nv12 => 1,
            Self::Yuyv => 2,
            Self::Rgb8 | Self::Bgr8 => 3,
            Self::Rgba8 => 4,
        };
        width.saturating_mul(bytes_per_pixel)
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grey8 => "GREY8",
            Self::Rgb8 => "RGB8",
            Self::Bgr8 => "BGR8",
            Self::Rgba8 => "RGBA8",
            Self::Nv12 => "NV12",
            Self::Yuyv => "YUYV",
        })
    }
}

/// A camera's frame, borrowed as it lies in memory.
///
/// Nothing is copied: [`plane`](Self::plane) lends what a detector takes where the frame holds it,
/// and the conversions write to the caller's buffer.
///
/// # Conversions
/// All are those of OpenCV's `cvtColor`, to the last bit.
///
/// - *Grey of colour*: the luma of ITU-R BT.601, (9798 R + 19235 G + 3735 B + 2¹⁴) / 2¹⁵ rounded
///   down.
/// - *Grey of NV12 and YUYV*: the luma as it is. Cameras give it in the limited range of BT.601,
///   16 black to 235 white, so it has 0.86 of the contrast of a picture from a file;
///   [`to_rgb`](Self::to_rgb) stretches it.
/// - *Colour of NV12 and YUYV*: BT.601 in the limited range, with 20 fractional bits, halves
///   rounded up and the result limited to 0..255. With y = max(Y − 16, 0), b = Cb − 128 and
///   r = Cr − 128: R = 1.164 y + 1.596 r, G = 1.164 y − 0.813 r − 0.391 b, B = 1.164 y + 2.018 b.
///   Each pixel takes the Cb and Cr of its pair or square; they are not interpolated.
///
/// # Example
/// ```
/// use emo_image::{FaceCrop, FaceCropConfig, Frame, PixelFormat};
///
/// // 4 × 2 pixels of grey in NV12, as a camera gives them.
/// let bytes = [[126; 8].as_slice(), &[128; 4]].concat();
/// let frame = Frame::new(&bytes, 4, 2, 4, PixelFormat::Nv12)?;
/// let luma = frame.plane().expect("NV12 holds luma");
/// assert_eq!(luma.row(1), [126; 4]);
///
/// let mut rgb = [0; 4 * 2 * 3];
/// frame.to_rgb(&mut rgb)?;
/// assert_eq!(rgb, [128; 24]);
///
/// let crop = FaceCrop::new(FaceCropConfig::default())?.compute_frame(&frame, None)?;
/// assert_eq!(crop.shape(), [1, 48, 48]);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// ITU-R Recommendation BT.601-7, 2011, sections 2.5.1 to 2.5.3.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    bytes: &'a [u8],
    width: usize,
    height: usize,
    stride: usize,
    format: PixelFormat,
    /// Cb and Cr of NV12; empty for the other formats.
    chroma: &'a [u8],
    chroma_stride: usize,
}

impl<'a> Frame<'a> {
    /// A frame of `width` × `height` pixels whose rows begin `stride` bytes apart.
    ///
    /// The last row may end with its last pixel; bytes behind it are ignored.
    ///
    /// # Errors
    /// [`ImageError::NoPixels`]; [`ImageError::OddSize`] for an odd width of NV12 or YUYV and an odd
    /// height of NV12; [`ImageError::Parameter`] for a stride below the bytes of a row;
    /// [`ImageError::BufferLen`] where there are fewer bytes than that takes.
    pub fn new(
        bytes: &'a [u8],
        width: usize,
        height: usize,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, ImageError> {
        let n_rows = match format {
            PixelFormat::Nv12 => height.saturating_add(height / 2),
            _ => height,
        };
        let frame = Self::checked(bytes, width, height, stride, format, n_rows)?;
        let chroma = match format {
            // The check of the length has shown that this does not overflow.
            PixelFormat::Nv12 => &bytes[stride * height..],
            _ => &[],
        };
        Ok(Self { chroma, ..frame })
    }

    /// An NV12 frame whose luma and chroma lie apart, as hardware decoders give them: the rows of
    /// luma `stride` bytes apart, those of Cb and Cr `chroma_stride`.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), for each of the two.
    pub fn nv12(
        luma: &'a [u8],
        stride: usize,
        chroma: &'a [u8],
        chroma_stride: usize,
        width: usize,
        height: usize,
    ) -> Result<Self, ImageError> {
        let frame = Self::checked(luma, width, height, stride, PixelFormat::Nv12, height)?;
        check_rows(
            "the chroma",
            chroma.len(),
            [width, height / 2, chroma_stride],
            ROW_BYTES,
        )?;
        Ok(Self {
            chroma,
            chroma_stride,
            ..frame
        })
    }

    fn checked(
        bytes: &'a [u8],
        width: usize,
        height: usize,
        stride: usize,
        format: PixelFormat,
        n_rows: usize,
    ) -> Result<Self, ImageError> {
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels { width, height });
        }
        let pairs = matches!(format, PixelFormat::Nv12 | PixelFormat::Yuyv);
        if pairs && width % 2 == 1 || format == PixelFormat::Nv12 && height % 2 == 1 {
            return Err(ImageError::OddSize {
                format,
                width,
                height,
            });
        }
        check_rows(
            "the frame",
            bytes.len(),
            [format.row_len(width), n_rows, stride],
            ROW_BYTES,
        )?;
        Ok(Self {
            bytes,
            width,
            height,
            stride,
            format,
            chroma: &[],
            chroma_stride: stride,
        })
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Bytes from the beginning of a row to that of the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// How the pixels lie.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The grey levels where the frame holds them by themselves, borrowed: all of Grey8, the luma of
    /// NV12. `None` for the other formats, which [`to_grey`](Self::to_grey) converts.
    pub fn plane(&self) -> Option<Plane<'a, u8>> {
        match self.format {
            PixelFormat::Grey8 | PixelFormat::Nv12 => {
                let plane = Plane::with_stride(self.bytes, self.width, self.height, self.stride);
                Some(plane.expect("the frame was checked"))
            }
            _ => None,
        }
    }

    /// Writes the grey levels to `out`, row by row without gaps, and lends them as a plane.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] unless `out` holds `width · height` bytes.
    #[doc(alias = "cvtColor")]
    pub fn to_grey<'b>(&self, out: &'b mut [u8]) -> Result<Plane<'b, u8>, ImageError> {
        check_len(
            "the output",
            out.len(),
            self.width.saturating_mul(self.height),
        )?;
        for (row, out) in out.chunks_exact_mut(self.width).enumerate() {
            self.grey_row(row, 0..self.width, out);
        }
        Plane::new(out, self.width, self.height)
    }

    /// Writes red, green and blue of each pixel to `out`, row by row without gaps.
    ///
    /// # Errors
    /// [`ImageError::BufferLen`] unless `out` holds `3 · width · height` bytes.
    #[doc(alias = "cvtColor")]
    pub fn to_rgb(&self, out: &mut [u8]) -> Result<(), ImageError> {
        let row_len = self.width.saturating_mul(3);
        check_len("the output", out.len(), row_len.saturating_mul(self.height))?;
        for (row, out) in out.chunks_exact_mut(row_len).enumerate() {
            self.rgb_row(row, out);
        }
        Ok(())
    }

    /// The grey levels of the part of the frame under a box, clipped to the frame.
    pub(crate) fn grey_of(&self, face: Option<FaceBox>) -> Result<GreyImage, ImageError> {
        let Region {
            left,
            top,
            width,
            height,
        } = match face {
            Some(face) => face.clip(self.width, self.height)?,
            None => Region {
                left: 0,
                top: 0,
                width: self.width,
                height: self.height,
            },
        };
        let mut line = vec![0; width];
        let mut levels = Vec::with_capacity(width * height);
        for row in top..top + height {
            self.grey_row(row, left..left + width, &mut line);
            levels.extend(line.iter().copied().map(f32::from));
        }
        let levels = Array2::from_shape_vec((height, width), levels);
        Ok(GreyImage::from_levels(
            levels.expect("there is one level for each pixel"),
        ))
    }

    /// The bytes of some columns of a row.
    fn row(&self, row: usize, columns: Range<usize>) -> &'a [u8] {
        let first = row * self.stride;
        &self.bytes[first + self.format.row_len(columns.start)..]
            [..self.format.row_len(columns.len())]
    }

    fn grey_row(&self, row: usize, columns: Range<usize>, out: &mut [u8]) {
        let bytes = self.row(row, columns);
        match self.format {
            PixelFormat::Grey8 | PixelFormat::Nv12 => out.copy_from_slice(bytes),
            PixelFormat::Yuyv => fill(out, bytes, |[level, _]| level),
            PixelFormat::Rgb8 => fill(out, bytes, luma_u8),
            PixelFormat::Bgr8 => fill(out, bytes, |[b, g, r]| luma_u8([r, g, b])),
            PixelFormat::Rgba8 => fill(out, bytes, |[r, g, b, _]| luma_u8([r, g, b])),
        }
    }

    fn rgb_row(&self, row: usize, out: &mut [u8]) {
        let bytes = self.row(row, 0..self.width);
        match self.format {
            PixelFormat::Rgb8 => out.copy_from_slice(bytes),
            PixelFormat::Grey8 => fill_rgb(out, bytes, |[level]| [level; 3]),
            PixelFormat::Bgr8 => fill_rgb(out, bytes, |[b, g, r]| [r, g, b]),
            PixelFormat::Rgba8 => fill_rgb(out, bytes, |[r, g, b, _]| [r, g, b]),
            PixelFormat::Yuyv => {
                for (out, [left, cb, right, cr]) in
                    out.as_chunks_mut::<6>().0.iter_mut().zip(chunks(bytes))
                {
                    pair(out, [left, right], Chroma::new(cb, cr));
                }
            }
            PixelFormat::Nv12 => {
                let chroma = &self.chroma[row / 2 * self.chroma_stride..][..self.width];
                for ((out, luma), [cb, cr]) in out
                    .as_chunks_mut::<6>()
                    .0
                    .iter_mut()
                    .zip(chunks(bytes))
                    .zip(chunks(chroma))
                {
                    pair(out, luma, Chroma::new(cb, cr));
                }
            }
        }
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks().0.iter().copied()
}

fn fill<const N: usize>(out: &mut [u8], bytes: &[u8], level: impl Fn([u8; N]) -> u8) {
    for (out, pixel) in out.iter_mut().zip(chunks(bytes)) {
        *out = level(pixel);
    }
}

fn fill_rgb<const N: usize>(out: &mut [u8], bytes: &[u8], rgb: impl Fn([u8; N]) -> [u8; 3]) {
    for (out, pixel) in out.as_chunks_mut().0.iter_mut().zip(chunks(bytes)) {
        *out = rgb(pixel);
    }
}

const FRACTIONAL_BITS: u32 = 20;

/// 255 / 219 in 20 fractional bits, as OpenCV rounds it.
const LUMA_TO_RGB: i32 = 1_220_542;

/// What a pair's chroma adds to red, green and blue, half a level up, in 20 fractional bits.
struct Chroma {
    rgb: [i32; 3],
}

impl Chroma {
    fn new(cb: u8, cr: u8) -> Self {
        const HALF: i32 = 1 << (FRACTIONAL_BITS - 1);
        let (blue, red) = (i32::from(cb) - 128, i32::from(cr) - 128);
        Self {
            rgb: [
                HALF + 1_673_527 * red,
                HALF - 852_492 * red - 409_993 * blue,
                HALF + 2_116_026 * blue,
            ],
        }
    }
}

/// Two neighbours that share their chroma.
fn pair(out: &mut [u8; 6], luma: [u8; 2], chroma: Chroma) {
    let [left, right] = luma.map(|luma| {
        let luma = i32::from(luma.saturating_sub(16)) * LUMA_TO_RGB;
        chroma
            .rgb
            .map(|part| ((luma + part) >> FRACTIONAL_BITS).clamp(0, 255) as u8)
    });
    let (first, second) = out.split_at_mut(3);
    first.copy_from_slice(&left);
    second.copy_from_slice(&right);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [PixelFormat; 6] = [
        PixelFormat::Grey8,
        PixelFormat::Rgb8,
        PixelFormat::Bgr8,
        PixelFormat::Rgba8,
        PixelFormat::Nv12,
        PixelFormat::Yuyv,
    ];

    #[track_caller]
    fn check(len: usize, size: [usize; 3], format: PixelFormat, reason: &str) {
        let [width, height, stride] = size;
        let error = Frame::new(&vec![0; len], width, height, stride, format).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }

    #[test]
    fn frames_are_checked() {
        use PixelFormat::*;
        let stride = |stride| format!("stride is {stride}, allowed is the bytes of a row or more");
        let bytes = |n, required| format!("the frame holds {n} samples, {required} are needed");
        let odd = |size| format!("NV12 needs an even width and height, not {size}");
        check(9, [0, 3, 3], Grey8, "a picture of 0x3 pixels is empty");
        check(9, [3, 3, 2], Grey8, &stride(2));
        check(10, [3, 3, 4], Grey8, &bytes(10, 11));
        check(9, [2, 2, 5], Rgb8, &stride(5));
        check(13, [2, 2, 8], Bgr8, &bytes(13, 14));
        check(15, [2, 2, 8], Rgba8, &bytes(15, 16));
        check(99, [3, 2, 4], Nv12, &odd("3x2"));
        check(99, [2, 3, 4], Nv12, &odd("2x3"));
        check(9, [2, 2, 4], Nv12, &bytes(9, 10));
        check(99, [3, 2, 6], Yuyv, "YUYV needs an even width, not 3x2");
        check(7, [2, 2, 4], Yuyv, &bytes(7, 8));
        let max = usize::MAX;
        check(8, [max / 2, 2, max], Rgba8, &bytes(8, max));
        check(8, [1, max, 3], Rgb8, &bytes(8, max));
        let error = Frame::nv12(&[0; 8], 4, &[0; 3], 4, 4, 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the chroma holds 3 samples, 4 are needed"
        );
    }

    #[test]
    fn outputs_are_checked() {
        let bytes = [0; 16];
        let frame = Frame::new(&bytes, 2, 2, 8, PixelFormat::Rgba8).unwrap();
        assert!(frame.to_grey(&mut [0; 5]).is_err());
        assert!(frame.to_rgb(&mut [0; 11]).is_err());
        assert!(frame.plane().is_none());
    }

    #[test]
    fn grey_and_luma_are_lent() {
        let bytes: Vec<u8> = (0..24).collect();
        for format in [PixelFormat::Grey8, PixelFormat::Nv12] {
            let frame = Frame::new(&bytes, 2, 4, 4, format).unwrap();
            let plane = frame.plane().unwrap();
            for row in 0..4 {
                assert!(std::ptr::eq(plane.row(row), &bytes[4 * row..4 * row + 2]));
            }
        }
    }

    #[test]
    fn planes_that_lie_apart_are_those_that_lie_together() {
        let bytes: Vec<u8> = (0..48).map(|n| n * 5).collect();
        let (luma, chroma) = bytes.split_at(32);
        // Padded below, as decoders that round the height up do.
        let padded = [luma, &[77; 16], chroma].concat();
        let (mut together, mut apart) = ([0; 72], [0; 72]);
        let frame = Frame::new(&bytes, 6, 4, 8, PixelFormat::Nv12).unwrap();
        frame.to_rgb(&mut together).unwrap();
        let frame = Frame::nv12(&padded, 8, &padded[48..], 8, 6, 4).unwrap();
        frame.to_rgb(&mut apart).unwrap();
        assert_eq!(together, apart);
    }

    /// Bytes that hold a frame of each format and size with gaps between its rows.
    fn strided() -> impl Strategy<Value = (PixelFormat, usize, usize, usize, Vec<u8>)> {
        (0..6_usize, 1..6_usize, 1..6_usize, 0..4_usize).prop_flat_map(|(format, w, h, gap)| {
            let (format, width, height) = (FORMATS[format], 2 * w, 2 * h);
            let stride = format.row_len(width) + gap;
            let bytes = prop::collection::vec(any::<u8>(), stride * height * 3 / 2);
            bytes.prop_map(move |bytes| (format, width, height, stride, bytes))
        })
    }

    proptest! {
        #[test]
        fn gaps_between_rows_do_not_matter((format, width, height, stride, bytes) in strided()) {
            let frame = Frame::new(&bytes, width, height, stride, format).unwrap();
            let row_len = format.row_len(width);
            let n_rows = if format == PixelFormat::Nv12 { height * 3 / 2 } else { height };
            let rows = bytes.chunks(stride).take(n_rows);
            let tight: Vec<u8> = rows.flat_map(|row| &row[..row_len]).copied().collect();
            let tight = Frame::new(&tight, width, height, row_len, format).unwrap();
            let (mut a, mut b) = (vec![0; width * height], vec![1; width * height]);
            frame.to_grey(&mut a).unwrap();
            tight.to_grey(&mut b).unwrap();
            prop_assert_eq!(&a, &b);
            if let Some(plane) = frame.plane() {
                prop_assert!(plane.rows().flatten().eq(&a));
            }
            let (mut a, mut b) = (vec![0; 3 * width * height], vec![1; 3 * width * height]);
            frame.to_rgb(&mut a).unwrap();
            tight.to_rgb(&mut b).unwrap();
            prop_assert_eq!(a, b);
        }

        #[test]
        fn a_part_is_that_of_the_whole(
            (format, width, height, stride, bytes) in strided(),
            x in -3..8_i32, y in -3..8_i32, part_width in 1..9_u32, part_height in 1..9_u32,
        ) {
            let frame = Frame::new(&bytes, width, height, stride, format).unwrap();
            let face = FaceBox { x, y, width: part_width, height: part_height };
            let whole = frame.grey_of(None).unwrap();
            match whole.crop(face) {
                Ok(part) => prop_assert_eq!(frame.grey_of(Some(face)).unwrap(), part),
                Err(_) => prop_assert!(frame.grey_of(Some(face)).is_err()),
            }
        }
    }
}
