use image::DynamicImage;
use ndarray::{Array2, ArrayRef2, s};

use crate::{
    FaceBox, Frame, ImageError, Plane, Sample,
    resize::{Interpolation, check_size, resample},
};

/// The white level of a [`GreyImage`].
pub(crate) const WHITE: f32 = 255.0;

/// The largest side that a picture can be resized to.
pub const MAX_SIDE: usize = 8192;

/// A grey picture of at least one pixel, its levels from 0 (black) to 255 (white).
///
/// Levels are single-precision numbers, so pictures of 16 bits and resized pictures keep their
/// fractions.
#[derive(Debug, Clone, PartialEq)]
pub struct GreyImage {
    /// `[rows, columns]` in standard layout.
    levels: Array2<f32>,
}

impl GreyImage {
    /// A picture of the given levels, `[rows, columns]`, each from 0 to 255.
    ///
    /// # Errors
    /// [`ImageError::NoPixels`] and [`ImageError::PixelOutOfRange`], the latter also for NaN.
    pub fn new(levels: &ArrayRef2<f32>) -> Result<Self, ImageError> {
        let (height, width) = levels.dim();
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels { width, height });
        }
        for ((row, column), &value) in levels.indexed_iter() {
            check_range(column, row, value, WHITE)?;
        }
        Ok(Self {
            levels: levels.as_standard_layout().into_owned(),
        })
    }

    /// The grey version of a picture by the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B.
    ///
    /// - 8-bit colour is rounded to whole levels as OpenCV's `cvtColor` rounds it, so a colour
    ///   picture gives what the usual 8-bit tools give.
    /// - 16-bit samples are divided by 257 and keep their fraction.
    /// - Floating-point samples from 0 to 1 are multiplied by 255.
    /// - Alpha is dropped, not blended, as OpenCV and Pillow do: what lies under a transparent
    ///   pixel shows.
    ///
    /// # Errors
    /// [`ImageError::NoPixels`] for an empty picture, [`ImageError::PixelOutOfRange`] for a
    /// floating-point sample outside 0 to 1.
    ///
    /// # References
    /// ITU-R Recommendation BT.601-7, 2011, section 2.5.1.
    pub fn from_image(image: &DynamicImage) -> Result<Self, ImageError> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels { width, height });
        }
        let levels: Vec<f32> = match image {
            DynamicImage::ImageLuma8(image) => levels(image, |[level]| f32::from(level)),
            DynamicImage::ImageLumaA8(image) => levels(image, |[level, _]| f32::from(level)),
            DynamicImage::ImageRgb8(image) => levels(image, |rgb| f32::from(luma_u8(rgb))),
            DynamicImage::ImageRgba8(image) => {
                levels(image, |[r, g, b, _]| f32::from(luma_u8([r, g, b])))
            }
            DynamicImage::ImageLuma16(image) => levels(image, |[level]| level_u16(level)),
            DynamicImage::ImageLumaA16(image) => levels(image, |[level, _]| level_u16(level)),
            DynamicImage::ImageRgb16(image) => levels(image, luma_u16),
            DynamicImage::ImageRgba16(image) => levels(image, |[r, g, b, _]| luma_u16([r, g, b])),
            DynamicImage::ImageRgb32F(image) => {
                check_unit_range(image, 3, width)?;
                levels(image, luma_f32)
            }
            DynamicImage::ImageRgba32F(image) => {
                check_unit_range(image, 4, width)?;
                levels(image, |[r, g, b, _]| luma_f32([r, g, b]))
            }
            other => {
                return Err(ImageError::UnsupportedColor {
                    color: format!("{:?}", other.color()),
                });
            }
        };
        let levels = Array2::from_shape_vec((height, width), levels)
            .expect("a picture has one level per pixel");
        Ok(Self { levels })
    }

    /// The levels of a plane, which are copied.
    ///
    /// # Errors
    /// [`ImageError::PixelOutOfRange`] for a level outside 0 to 255, which only `f32` can hold.
    pub fn from_plane<T: Sample>(plane: Plane<'_, T>) -> Result<Self, ImageError> {
        let mut levels = Vec::with_capacity(plane.len());
        for (row, samples) in plane.rows().enumerate() {
            for (column, sample) in samples.iter().enumerate() {
                let level = sample.to_f32();
                check_range(column, row, level, WHITE)?;
                levels.push(level);
            }
        }
        let levels = Array2::from_shape_vec((plane.height(), plane.width()), levels)
            .expect("a plane has one level per pixel");
        Ok(Self { levels })
    }

    /// The grey levels of a camera's frame, converted as [`Frame`] says.
    pub fn from_frame(frame: &Frame<'_>) -> Self {
        frame
            .grey_of(None)
            .expect("only a box can lie outside the frame")
    }

    /// A picture of levels in standard layout that are known to be from 0 to 255.
    pub(crate) fn from_levels(levels: Array2<f32>) -> Self {
        Self { levels }
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.levels.ncols()
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.levels.nrows()
    }

    /// The levels, `[rows, columns]`, each from 0 to 255, in standard layout.
    pub fn levels(&self) -> &ArrayRef2<f32> {
        &self.levels
    }

    /// The levels row by row, rounded to whole numbers: the samples of a [`Plane`] of bytes, as detection takes it.
    pub fn to_u8(&self) -> Vec<u8> {
        let levels = self.levels().iter();
        levels.map(|level| level.round() as u8).collect()
    }

    /// The part of the picture under a box, clipped to the picture.
    ///
    /// # Errors
    /// [`ImageError::BoxOutside`] where the box covers no pixel.
    pub fn crop(&self, face: FaceBox) -> Result<Self, ImageError> {
        let region = face.clip(self.width(), self.height())?;
        let part = self.levels.slice(s![
            region.top..region.top + region.height,
            region.left..region.left + region.width
        ]);
        Ok(Self {
            levels: part.as_standard_layout().into_owned(),
        })
    }

    /// The picture at another size; its aspect ratio is not kept.
    ///
    /// # Errors
    /// [`ImageError::Size`] for a side of zero or above [`MAX_SIDE`].
    #[doc(alias = "INTER_AREA")]
    #[doc(alias = "INTER_LINEAR")]
    pub fn resize(
        &self,
        width: usize,
        height: usize,
        interpolation: Interpolation,
    ) -> Result<Self, ImageError> {
        check_size(width, height)?;
        let mut levels = resample(&self.levels, height, width, interpolation);
        // Weights sum to one but for rounding.
        levels.mapv_inplace(|level| level.clamp(0.0, WHITE));
        Ok(Self { levels })
    }
}

/// One level for each `N` samples.
fn levels<T: Copy, const N: usize>(samples: &[T], level: impl Fn([T; N]) -> f32) -> Vec<f32> {
    let (pixels, _) = samples.as_chunks();
    pixels.iter().map(|pixel| level(*pixel)).collect()
}

/// The luma of an 8-bit pixel as OpenCV computes it: weights of 15 fractional bits, half a level up.
pub(crate) fn luma_u8(samples: [u8; 3]) -> u8 {
    let [r, g, b] = samples.map(u32::from);
    ((9798 * r + 19235 * g + 3735 * b + (1 << 14)) >> 15) as u8
}

fn level_u16(level: u16) -> f32 {
    f32::from(level) / 257.0
}

fn luma_u16(samples: [u16; 3]) -> f32 {
    (weighted(samples.map(f64::from)) / 257.0) as f32
}

fn luma_f32(samples: [f32; 3]) -> f32 {
    (weighted(samples.map(f64::from)) * f64::from(WHITE)).clamp(0.0, WHITE.into()) as f32
}

fn weighted([r, g, b]: [f64; 3]) -> f64 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// Checks red, green and blue; a fourth sample is alpha, which is dropped.
fn check_unit_range(samples: &[f32], n_channels: usize, width: usize) -> Result<(), ImageError> {
    for (index, pixel) in samples.chunks_exact(n_channels).enumerate() {
        for &value in &pixel[..3] {
            check_range(index % width, index / width, value, 1.0)?;
        }
    }
    Ok(())
}

fn check_range(column: usize, row: usize, value: f32, max: f32) -> Result<(), ImageError> {
    if (0.0..=max).contains(&value) {
        Ok(())
    } else {
        Err(ImageError::PixelOutOfRange {
            column,
            row,
            value,
            max,
        })
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgb32FImage, RgbImage};
    use ndarray::array;

    use super::*;

    #[test]
    fn grey_stays_grey() {
        for level in 0..=255_u8 {
            assert_eq!(luma_u8([level; 3]), level);
            let sixteen = u16::from(level) * 257;
            assert_eq!(luma_u16([sixteen; 3]), f32::from(level));
        }
    }

    #[test]
    fn bad_levels_are_refused_with_their_place() {
        let error = GreyImage::new(&array![[0.0, 255.0], [1.0, f32::NAN]]).unwrap_err();
        assert_eq!(error.to_string(), "pixel 1,1 is NaN, outside 0..=255");
        let error = GreyImage::new(&array![[0.0, 255.5]]).unwrap_err();
        assert_eq!(error.to_string(), "pixel 1,0 is 255.5, outside 0..=255");
        let error = GreyImage::new(&Array2::zeros((0, 3))).unwrap_err();
        assert_eq!(error.to_string(), "a picture of 3x0 pixels is empty");
    }

    #[test]
    fn bad_pictures_are_refused() {
        let empty = DynamicImage::ImageRgb8(RgbImage::new(0, 4));
        assert!(matches!(
            GreyImage::from_image(&empty),
            Err(ImageError::NoPixels {
                width: 0,
                height: 4
            })
        ));
        let bright = Rgb32FImage::from_pixel(2, 1, Rgb([0.0, 1.5, 0.0]));
        assert!(matches!(
            GreyImage::from_image(&DynamicImage::ImageRgb32F(bright)),
            Err(ImageError::PixelOutOfRange {
                column: 0,
                row: 0,
                ..
            })
        ));
    }

    #[test]
    fn sizes_have_bounds() {
        let image = GreyImage::new(&array![[1.0]]).unwrap();
        for (width, height) in [(0, 1), (1, 0), (MAX_SIDE + 1, 1), (1, usize::MAX)] {
            assert!(matches!(
                image.resize(width, height, Interpolation::Auto),
                Err(ImageError::Size { .. })
            ));
        }
    }

    #[test]
    fn a_transposed_array_is_read_by_its_axes() {
        let levels = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let image = GreyImage::new(&levels.t()).unwrap();
        assert_eq!((image.width(), image.height()), (2, 3));
        assert_eq!(image.levels(), levels.t());
    }
}
