use ndarray::ArrayRef2;

use crate::{FaceBox, GreyImage, ImageError, Interpolation};

/// Side of the crop on which sharpness and exposure are measured, that of the common template of
/// face recognition.
const CROP_SIDE: usize = 112;

/// Distance of the eyes on that template over its side: (73.53 − 38.29) / 112 (Deng et al. 2019).
const EYE_DISTANCE: f64 = 35.24 / 112.0;

/// How well a face can be seen: three marks from 0 (useless) to 1 (good).
///
/// The ramps are this crate's engineering values, not fitted to recognition errors.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FaceQuality {
    /// Rises with the variance of the Laplacian of the face at 112 × 112 pixels, in squared grey
    /// levels: 0 up to 20, 1 from 150 on.
    pub sharpness: f32,
    /// A ramp on the mean level, 0 up to 40, 1 from 60 to 200, 0 from 220 on, times a ramp on the
    /// share of black (≤ 0.5) and white (≥ 254.5) levels, 1 up to 5 %, 0 from 10 % on.
    pub exposure: f32,
    /// Rises with the distance of the eyes in pixels, 0 up to 12, 1 from 40 on. Without landmarks
    /// it is taken as 0.315 of the shorter side, as on the 112-pixel recognition template.
    pub size: f32,
}

impl FaceQuality {
    /// The product of the three marks, from 0 to 1.
    pub fn overall(&self) -> f32 {
        self.sharpness * self.exposure * self.size
    }
}

/// Marks how well the face in a box, or else in the whole picture, can be seen.
///
/// # Errors
/// [`ImageError::BoxOutside`] where the box covers no pixel.
///
/// # Example
/// ```
/// use emo_image::{GreyImage, face_quality};
///
/// let flat = GreyImage::new(&ndarray::Array2::from_elem((64, 64), 128.0))?;
/// let quality = face_quality(&flat, None)?;
/// assert_eq!((quality.sharpness, quality.exposure), (0.0, 1.0));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// - J. L. Pech-Pacheco et al., 2000, *Diatom autofocusing in brightfield microscopy: a comparative
///   study*, ICPR, [doi:10.1109/ICPR.2000.903548](https://doi.org/10.1109/ICPR.2000.903548)
///   (variance of the Laplacian).
/// - J. Deng, J. Guo, N. Xue, S. Zafeiriou, 2019, *ArcFace: additive angular margin loss for deep
///   face recognition*, CVPR, [arXiv:1801.07698](https://arxiv.org/abs/1801.07698) (the template).
pub fn face_quality(image: &GreyImage, face: Option<FaceBox>) -> Result<FaceQuality, ImageError> {
    let cropped = face.map(|face| image.crop(face)).transpose()?;
    let image = cropped.as_ref().unwrap_or(image);
    let crop = image.resize(CROP_SIDE, CROP_SIDE, Interpolation::Auto)?;
    let levels = crop.levels();
    let count = levels.len() as f64;
    let mean = levels.iter().copied().map(f64::from).sum::<f64>() / count;
    let clipped = levels
        .iter()
        .filter(|&&v| !(0.5..254.5).contains(&v))
        .count() as f64
        / count;
    let eye_distance = EYE_DISTANCE * image.width().min(image.height()) as f64;

    let exposure = ramp(mean, 40.0, 60.0) * ramp(mean, 220.0, 200.0) * ramp(clipped, 0.10, 0.05);
    Ok(FaceQuality {
        sharpness: ramp(variance_of_laplacian(levels), 20.0, 150.0) as f32,
        exposure: exposure as f32,
        size: ramp(eye_distance, 12.0, 40.0) as f32,
    })
}

/// 0 at `zero` and beyond, 1 at `one` and beyond, a straight line between.
fn ramp(value: f64, zero: f64, one: f64) -> f64 {
    ((value - zero) / (one - zero)).clamp(0.0, 1.0)
}

/// The population variance of the four-neighbour Laplacian in squared grey levels, the picture
/// mirrored about its outermost pixels: OpenCV's measure of sharpness.
pub fn laplacian_variance(image: &GreyImage) -> f64 {
    variance_of_laplacian(image.levels())
}

fn variance_of_laplacian(levels: &ArrayRef2<f32>) -> f64 {
    let (height, width) = levels.dim();
    let at = |row: usize, column: usize| f64::from(levels[[row, column]]);
    let before = |index: usize, len: usize| index.checked_sub(1).unwrap_or(1.min(len - 1));
    let after = |index: usize, len: usize| match index + 1 {
        next if next < len => next,
        _ => len.saturating_sub(2),
    };
    let (mut sum, mut sum_of_squares) = (0.0, 0.0);
    for row in 0..height {
        let (above, below) = (before(row, height), after(row, height));
        for column in 0..width {
            let (left, right) = (before(column, width), after(column, width));
            let value = at(above, column) + at(below, column) + at(row, left) + at(row, right)
                - 4.0 * at(row, column);
            sum += value;
            sum_of_squares += value * value;
        }
    }
    let count = levels.len() as f64;
    let mean = sum / count;
    (sum_of_squares / count - mean * mean).max(0.0)
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use ndarray::Array2;

    use super::*;

    #[cfg(feature = "png")]
    #[test]
    fn laplacian_variance_is_that_of_opencv() {
        let names = [
            "face48_gray",
            "face64_gray",
            "face200x300_gray",
            "texture64_gray",
            "gradient64_gray",
            "constant64_gray",
            "checker64_gray",
            "lowcontrast64_gray",
        ];
        let variances = names.map(|name| {
            let path = emo_testing::fixture(format!("emo-image/{name}.png"));
            let image = crate::decode_file(path, &crate::Limits::default()).unwrap();
            laplacian_variance(&GreyImage::from_image(&image).unwrap())
        });
        let expected =
            emo_testing::load_npy(emo_testing::fixture("emo-image/cv_laplacian1_variance.npy"));
        assert_close(variances, expected, 1e-9, 1e-9);
    }

    #[test]
    fn a_single_pixel_has_no_edges() {
        assert_eq!(variance_of_laplacian(&Array2::from_elem((1, 1), 7.0)), 0.0);
    }

    #[test]
    fn ramps_run_both_ways() {
        for (value, expected) in [(10.0, 0.0), (50.0, 0.5), (90.0, 1.0)] {
            assert_eq!(ramp(value, 40.0, 60.0), expected);
            assert_eq!(ramp(value, 60.0, 40.0), 1.0 - expected);
        }
    }

    #[test]
    fn marks_fall_with_each_defect() {
        struct Case {
            level: fn(usize, usize) -> f32,
            side: usize,
            expected: [f32; 3],
        }
        let checker = |row: usize, column: usize| {
            if (row + column).is_multiple_of(2) {
                100.0
            } else {
                150.0
            }
        };
        let cases = [
            Case {
                level: checker,
                side: 112,
                expected: [1.0, 1.0, (35.24 - 12.0) / 28.0],
            },
            Case {
                level: |_, _| 128.0,
                side: 128,
                expected: [0.0, 1.0, 1.0],
            },
            Case {
                level: |_, _| 30.0,
                side: 128,
                expected: [0.0, 0.0, 1.0],
            },
            Case {
                level: |_, _| 210.0,
                side: 128,
                expected: [0.0, 0.5, 1.0],
            },
            // 8 of 112 rows are black, 7.14 %: 0.57 of the ramp from 10 % to 5 %.
            Case {
                level: |row, _| if row < 8 { 0.0 } else { 128.0 },
                side: 112,
                expected: [1.0, 0.571_428_6, (35.24 - 12.0) / 28.0],
            },
            Case {
                level: |_, _| 128.0,
                side: 30,
                expected: [0.0, 1.0, 0.0],
            },
        ];
        for Case {
            level,
            side,
            expected,
        } in cases
        {
            let levels = Array2::from_shape_fn((side, side), |(row, column)| level(row, column));
            let quality = face_quality(&GreyImage::new(&levels).unwrap(), None).unwrap();
            let actual = [quality.sharpness, quality.exposure, quality.size];
            assert_close(actual, expected, 0.0, 1e-6);
        }
    }
}
