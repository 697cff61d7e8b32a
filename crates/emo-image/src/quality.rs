use ndarray::ArrayRef2;

use crate::{
    EyeCentres, FaceAlignment, FaceAlignmentConfig, FaceAnchor, FaceBox, GreyImage, HeadPose,
    ImageError, Interpolation,
};

/// Side of the crop on which all but size and pose are measured, that of the common template of face
/// recognition.
const CROP_SIDE: usize = 112;

/// Distance of the eyes on that template over its side: (73.53 − 38.29) / 112 (Deng et al. 2019).
const EYE_DISTANCE: f64 = 35.24 / 112.0;

/// How well a face can be seen: marks from 0 (useless) to 1 (good), each for one cause.
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
    /// With landmarks 1 less the yaw of [`HeadPose`] over 45°, 0 beyond. With eyes alone their
    /// [confidence](EyeCentres::confidence), since they look less like the eyes of a frontal face the
    /// more a head is turned. `None` in a box.
    pub pose: Option<f32>,
    /// The correlation of the face's left half with its right half mirrored, which something before
    /// one half lowers, as do light from one side and a turned head: 0 up to 0, 1 from 0.3 on. A
    /// face without any contrast is its own mirror.
    pub symmetry: f32,
}

impl FaceQuality {
    /// The product of sharpness, exposure and size, and of pose and symmetry where landmarks or eyes
    /// were given; from 0 to 1.
    ///
    /// In a box the face is not straightened, so that its halves differ whether or not something
    /// covers them; there symmetry is given but does not count.
    pub fn overall(&self) -> f32 {
        let seen = self.sharpness * self.exposure * self.size;
        self.pose.map_or(seen, |pose| seen * pose * self.symmetry)
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
    let eye_distance = EYE_DISTANCE * image.width().min(image.height()) as f64;
    Ok(marks(crop.levels(), eye_distance, None))
}

/// Marks how well the face with the given landmarks, in the order of
/// [`FACE_TEMPLATE_112`](crate::FACE_TEMPLATE_112), can be seen.
///
/// The face is straightened by [`FaceAlignment`] before it is measured.
///
/// # Errors
/// [`ImageError::Parameter`] for landmarks that are not finite or coincide.
///
/// # Example
/// ```
/// use emo_image::{FACE_TEMPLATE_112, GreyImage, face_quality_at};
///
/// let flat = GreyImage::new(&ndarray::Array2::from_elem((112, 112), 128.0))?;
/// let quality = face_quality_at(&flat, &FACE_TEMPLATE_112)?;
/// assert!(quality.pose.is_some_and(|pose| pose > 0.95));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// Those of [`face_quality`] and [`HeadPose::from_landmarks`].
pub fn face_quality_at(
    image: &GreyImage,
    landmarks: &[[f64; 2]; 5],
) -> Result<FaceQuality, ImageError> {
    let pose = HeadPose::from_landmarks(landmarks)?;
    let [[left_x, left_y], [right_x, right_y], ..] = *landmarks;
    let eye_distance = (right_x - left_x).hypot(right_y - left_y);
    let config = FaceAlignmentConfig {
        size: CROP_SIDE,
        ..FaceAlignmentConfig::default()
    };
    let crop =
        FaceAlignment::new(config)?.compute(image.into(), &FaceAnchor::Landmarks(*landmarks))?;
    let pose = ramp(pose.yaw_degrees.abs(), 45.0, 0.0);
    Ok(marks(crop.levels(), eye_distance, Some(pose as f32)))
}

/// Marks how well the face in a box, whose eyes are where [`EyeFinder`](crate::EyeFinder) found them,
/// can be seen.
///
/// The box is turned by the eyes' roll before the face is measured, where their confidence suffices for
/// [`FaceAlignment::anchor`]. Its size is the box's, which is more certain than the eyes' distance.
///
/// # Errors
/// [`ImageError::BoxOutside`] where the box covers no pixel.
///
/// # Example
/// ```
/// use emo_image::{EyeFinder, FaceBox, GreyImage, Plane, face_quality_with_eyes};
///
/// let dark = |x: f32, y: f32| (x - 31.0).hypot(y - 38.0) < 5.0 || (x - 69.0).hypot(y - 38.0) < 5.0;
/// let image = GreyImage::new(&ndarray::Array2::from_shape_fn((100, 100), |(y, x)| {
///     if dark(x as f32, y as f32) { 30.0 } else { 150.0 }
/// }))?;
/// let face = FaceBox { x: 0, y: 0, width: 100, height: 100 };
/// let eyes = EyeFinder::new().find(Plane::from(&image), face)?;
/// let eyes = eyes.expect("discs are like eyes");
/// let quality = face_quality_with_eyes(&image, face, &eyes)?;
/// assert_eq!(quality.pose, Some(eyes.confidence));
/// assert!(quality.symmetry > 0.9);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// Those of [`face_quality`].
pub fn face_quality_with_eyes(
    image: &GreyImage,
    face: FaceBox,
    eyes: &EyeCentres,
) -> Result<FaceQuality, ImageError> {
    face.clip(image.width(), image.height())?;
    let config = FaceAlignmentConfig {
        size: CROP_SIDE,
        margin: 0.0,
        ..FaceAlignmentConfig::default()
    };
    let alignment = FaceAlignment::new(config)?;
    let crop = alignment.compute(image.into(), &alignment.anchor(face, Some(*eyes)))?;
    let eye_distance = EYE_DISTANCE * f64::from(face.width.min(face.height));
    Ok(marks(crop.levels(), eye_distance, Some(eyes.confidence)))
}

fn marks(levels: &ArrayRef2<f32>, eye_distance: f64, pose: Option<f32>) -> FaceQuality {
    let count = levels.len() as f64;
    let mean = levels.iter().copied().map(f64::from).sum::<f64>() / count;
    let clipped = levels
        .iter()
        .filter(|&&v| !(0.5..254.5).contains(&v))
        .count() as f64
        / count;
    let exposure = ramp(mean, 40.0, 60.0) * ramp(mean, 220.0, 200.0) * ramp(clipped, 0.10, 0.05);
    FaceQuality {
        sharpness: ramp(variance_of_laplacian(levels), 20.0, 150.0) as f32,
        exposure: exposure as f32,
        size: ramp(eye_distance, 12.0, 40.0) as f32,
        pose,
        symmetry: ramp(mirror_correlation(levels), 0.0, 0.3) as f32,
    }
}

/// The correlation of the left half with the right half mirrored, −1 to 1; 1 where both are flat, 0
/// where one is.
fn mirror_correlation(levels: &ArrayRef2<f32>) -> f64 {
    let half = levels.ncols() / 2;
    let count = (half * levels.nrows()) as f64;
    let pairs = || {
        levels.outer_iter().flat_map(move |row| {
            let last = row.len() - 1;
            (0..half).map(move |column| (f64::from(row[column]), f64::from(row[last - column])))
        })
    };
    let (left, right) = pairs().fold((0.0, 0.0), |(l, r), (a, b)| (l + a, r + b));
    let (left, right) = (left / count, right / count);
    let (mut product, mut of_left, mut of_right) = (0.0, 0.0, 0.0);
    for (a, b) in pairs() {
        let (a, b) = (a - left, b - right);
        product += a * b;
        of_left += a * a;
        of_right += b * b;
    }
    /// Below this variance, in squared grey levels, there is nothing but rounding.
    const FLAT: f64 = 1e-6;
    match (of_left > FLAT * count, of_right > FLAT * count) {
        (true, true) => product / (of_left * of_right).sqrt(),
        (false, false) => 1.0,
        _ => 0.0,
    }
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

    /// A face of sorts: eyes, nose and mouth of the template as dark spots, and texture that both
    /// halves share.
    fn face(level: impl Fn(f64, f64, f64) -> f64) -> GreyImage {
        let levels = Array2::from_shape_fn((112, 112), |(row, column)| {
            let (x, y) = (column as f64, row as f64);
            let aside = (x - 55.5).abs();
            let mut light = 130.0 + 25.0 * (aside * 0.9).sin() * (y * 0.8).cos();
            for [u, v] in [[17.6, 51.6], [0.0, 71.7], [14.6, 92.3]] {
                light -= 60.0 * (-((aside - u).powi(2) + (y - v).powi(2)) / 30.0).exp();
            }
            level(light, x, y).clamp(0.0, 255.0) as f32
        });
        GreyImage::new(&levels).unwrap()
    }

    /// Marks of pictures in which a defect grows: from 1 down to 0, never up.
    #[track_caller]
    fn assert_falls(marks: impl IntoIterator<Item = f32>) {
        let marks: Vec<f32> = marks.into_iter().collect();
        assert!(marks.windows(2).all(|pair| pair[0] >= pair[1]), "{marks:?}");
        let (first, last) = (marks[0], *marks.last().unwrap());
        assert!(first > 0.95 && last < 0.05, "{marks:?}");
    }

    fn of(image: &GreyImage) -> FaceQuality {
        face_quality_at(image, &crate::FACE_TEMPLATE_112).unwrap()
    }

    #[test]
    fn blur_lowers_sharpness() {
        let sharp = face(|light, _, _| light);
        assert_falls([0.3, 0.8, 1.2, 1.6, 2.0, 3.0, 5.0].map(|sigma| {
            let kernel = crate::SmoothingKernel::gaussian(sigma, 4.0).unwrap();
            let blurred = crate::smooth((&sharp).into(), &kernel, crate::Border::Reflect);
            of(&GreyImage::new(&blurred.mapv(|level| level as f32)).unwrap()).sharpness
        }));
    }

    #[test]
    fn darkness_light_and_clipping_lower_exposure() {
        for step in [-12.0, 11.0] {
            assert_falls((0..10).map(|n| of(&face(|l, _, _| l + step * f64::from(n))).exposure));
        }
        for level in [0.0, 255.0] {
            assert_falls((0..8).map(|n| {
                let edge = 2.0 * f64::from(n);
                of(&face(|light, _, y| if y < edge { level } else { light })).exposure
            }));
        }
    }

    #[test]
    fn distance_lowers_size() {
        let image = face(|light, _, _| light);
        assert_falls([128, 110, 80, 60, 36].map(|side| {
            let small = image.resize(side, side, Interpolation::Auto).unwrap();
            let scale = side as f64 / 112.0;
            let landmarks = crate::FACE_TEMPLATE_112.map(|point| point.map(|v| v * scale));
            face_quality_at(&small, &landmarks).unwrap().size
        }));
        assert_falls([128, 110, 80, 60, 36].map(|side| {
            let small = image.resize(side, side, Interpolation::Auto).unwrap();
            face_quality(&small, None).unwrap().size
        }));
    }

    #[test]
    fn a_turned_head_lowers_pose() {
        let image = face(|light, _, _| light);
        for side in [-1.0, 1.0] {
            assert_falls([0.0, 2.0, 5.0, 8.0, 11.0, 18.0].map(|shift| {
                let mut landmarks = crate::FACE_TEMPLATE_112;
                landmarks[2][0] += side * shift;
                face_quality_at(&image, &landmarks).unwrap().pose.unwrap()
            }));
        }
    }

    #[test]
    fn what_covers_one_half_lowers_symmetry() {
        // A scarf of grain that the other half does not share.
        let grain = |x: f64, y: f64| ((x * 12.9898 + y * 78.233).sin() * 43_758.5).fract();
        assert_falls([0.0, 12.0, 24.0, 36.0, 48.0, 56.0].map(|edge| {
            let seen = |light, x, y| {
                if x < edge {
                    90.0 + 60.0 * grain(x, y)
                } else {
                    light
                }
            };
            of(&face(seen)).symmetry
        }));
    }

    #[test]
    fn marks_multiply() {
        let image = face(|light, _, _| light);
        let quality = of(&image);
        let product = quality.sharpness * quality.exposure * quality.size;
        let expected = product * quality.pose.unwrap() * quality.symmetry;
        assert_eq!(quality.overall(), expected);
        let in_box = face_quality(&image, None).unwrap();
        assert_eq!(in_box.pose, None);
        let expected = in_box.sharpness * in_box.exposure * in_box.size;
        assert_eq!(in_box.overall(), expected);
    }

    #[test]
    fn a_flat_half_has_no_mirror() {
        let levels =
            Array2::from_shape_fn(
                (8, 8),
                |(row, column)| {
                    if column < 4 { 10.0 * row as f32 } else { 7.0 }
                },
            );
        assert_eq!(mirror_correlation(&levels), 0.0);
        assert_eq!(mirror_correlation(&Array2::from_elem((8, 8), 3.0)), 1.0);
        let own_mirror = Array2::from_shape_fn((8, 8), |(row, column)| {
            (row * 3 + column.min(7 - column) * 5) as f32
        });
        assert!((mirror_correlation(&own_mirror) - 1.0).abs() < 1e-12);
    }
}
