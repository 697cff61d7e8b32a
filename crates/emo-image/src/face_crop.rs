use image::DynamicImage;
use ndarray::{Array3, Axis};

use crate::{
    FaceBox, Frame, GreyImage, ImageError, Interpolation, Plane, Sample,
    grey::{MAX_SIDE, WHITE},
};

/// How a face becomes the input of a network.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FaceCropConfig {
    /// Side of the square crop in pixels, 1 to [`MAX_SIDE`]; default 48, the size of the faces of
    /// FER2013 and FER+.
    pub size: usize,
}

impl Default for FaceCropConfig {
    fn default() -> Self {
        Self { size: 48 }
    }
}

/// Makes the square grey crop that a face network takes.
///
/// The face is cut out, converted to grey, resized to `size × size` by [`Interpolation::Auto`] and
/// divided by 255. A face that already has this size keeps its levels, so a picture of FER2013
/// gives its pixels divided by 255.
///
/// # References
/// - I. J. Goodfellow et al., 2013, *Challenges in representation learning: a report on three
///   machine learning contests*, [arXiv:1307.0414](https://arxiv.org/abs/1307.0414) (FER2013).
/// - E. Barsoum, C. Zhang, C. Canton Ferrer, Z. Zhang, 2016, *Training deep networks for facial
///   expression recognition with crowd-sourced label distribution*,
///   [arXiv:1608.01041](https://arxiv.org/abs/1608.01041) (FER+).
#[derive(Debug, Clone)]
pub struct FaceCrop {
    config: FaceCropConfig,
}

impl FaceCrop {
    /// A crop of the configured size.
    ///
    /// # Errors
    /// [`ImageError::Size`] for a side of zero or above [`MAX_SIDE`].
    pub fn new(config: FaceCropConfig) -> Result<Self, ImageError> {
        if !(1..=MAX_SIDE).contains(&config.size) {
            return Err(ImageError::Size {
                width: config.size,
                height: config.size,
                max: MAX_SIDE,
            });
        }
        Ok(Self { config })
    }

    /// The configuration.
    pub fn config(&self) -> &FaceCropConfig {
        &self.config
    }

    /// The crop of a grey picture as `[1, size, size]`, each value from 0 (black) to 1 (white).
    ///
    /// A box that reaches beyond the picture is clipped to it. Without a box the whole picture is
    /// taken to be the face. What is cut out is resized to a square whatever its aspect ratio.
    ///
    /// # Errors
    /// [`ImageError::BoxOutside`] where the box covers no pixel.
    pub fn compute(
        &self,
        image: &GreyImage,
        face: Option<FaceBox>,
    ) -> Result<Array3<f32>, ImageError> {
        let size = self.config.size;
        let resized = match face {
            Some(face) => image.crop(face)?.resize(size, size, Interpolation::Auto)?,
            None => image.resize(size, size, Interpolation::Auto)?,
        };
        Ok((resized.levels() / WHITE).insert_axis(Axis(0)))
    }

    /// The crop of a plane, of which only what lies under the box is read; see
    /// [`compute`](Self::compute).
    ///
    /// # Errors
    /// Those of [`compute`](Self::compute) and [`GreyImage::from_plane`].
    pub fn compute_plane<T: Sample>(
        &self,
        plane: Plane<'_, T>,
        face: Option<FaceBox>,
    ) -> Result<Array3<f32>, ImageError> {
        let part = face.map_or(Ok(plane), |face| plane.crop(face))?;
        self.compute(&GreyImage::from_plane(part)?, None)
    }

    /// The crop of a camera's frame, of which only the pixels under the box are converted; see
    /// [`compute`](Self::compute).
    ///
    /// # Errors
    /// Those of [`compute`](Self::compute).
    pub fn compute_frame(
        &self,
        frame: &Frame<'_>,
        face: Option<FaceBox>,
    ) -> Result<Array3<f32>, ImageError> {
        self.compute(&frame.grey_of(face)?, None)
    }

    /// The crop of a picture of any kind; see [`compute`](Self::compute) and
    /// [`GreyImage::from_image`].
    ///
    /// Only the pixels under the box are converted.
    ///
    /// # Errors
    /// Those of [`compute`](Self::compute) and [`GreyImage::from_image`].
    pub fn compute_image(
        &self,
        image: &DynamicImage,
        face: Option<FaceBox>,
    ) -> Result<Array3<f32>, ImageError> {
        let Some(face) = face else {
            return self.compute(&GreyImage::from_image(image)?, None);
        };
        let region = face.clip(image.width() as usize, image.height() as usize)?;
        let pixels =
            |count: usize| u32::try_from(count).expect("a clipped box lies in the picture");
        let part = image.crop_imm(
            pixels(region.left),
            pixels(region.top),
            pixels(region.width),
            pixels(region.height),
        );
        self.compute(&GreyImage::from_image(&part)?, None)
    }
}
