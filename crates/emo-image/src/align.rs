use ndarray::Array2;

use crate::{
    Affine, EyeCentres, FACE_TEMPLATE_112, FaceBox, GreyImage, ImageError, MAX_SIDE, Plane, Sample,
    error::check_ranges,
    grid::{Square, read_grid},
};

/// How a face is straightened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FaceAlignmentConfig {
    /// Side of the square crop in pixels, 1 to [`MAX_SIDE`]; default 112.
    pub size: usize,
    /// By how much of its side a box is widened on each of its four sides, 0 to 1; default 0.1.
    /// The box of [`CascadeDetector`](crate::CascadeDetector) then shows a face at about the scale
    /// of [`FACE_TEMPLATE_112`].
    pub margin: f64,
    /// The confidence below which [`FaceAlignment::anchor`] does not follow eyes, 0 to 1; default
    /// 0.2.
    pub min_confidence: f32,
}

impl Default for FaceAlignmentConfig {
    fn default() -> Self {
        Self {
            size: 112,
            margin: 0.1,
            min_confidence: 0.2,
        }
    }
}

/// What is known of a face's place, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FaceAnchor {
    /// The five landmarks in the order of [`FACE_TEMPLATE_112`]. They come as close to the template
    /// as a rotation, one scale and a shift can bring them.
    Landmarks([[f64; 2]; 5]),
    /// The left and the right eye, which come to their places on the template.
    Eyes([[f64; 2]; 2]),
    /// A box, and how far the head in it is turned, clockwise on the screen. The square about its
    /// centre is widened, turned and cut out.
    Box {
        /// The box.
        bounds: FaceBox,
        /// The turn in degrees; 0 for an upright crop.
        roll_degrees: f64,
    },
}

/// Makes upright square crops of faces by a similarity: a rotation, one scale and a shift.
///
/// Where the crop is smaller than what it shows, each of its pixels is a mean of the pixels under
/// it, so that nothing is lost between them; beyond the picture its outermost pixels are repeated.
///
/// # Example
/// ```
/// use emo_image::{EyeFinder, FaceAlignment, FaceAlignmentConfig, FaceBox, Plane};
///
/// # let levels = vec![90_u8; 320 * 240];
/// // `levels` holds a frame of 320 × 240 pixels in which a detector found a face.
/// let frame = Plane::new(&levels, 320, 240)?;
/// let bounds = FaceBox { x: 100, y: 60, width: 80, height: 80 };
/// let eyes = EyeFinder::new().find(frame, bounds)?;
/// let alignment = FaceAlignment::new(FaceAlignmentConfig::default())?;
/// let crop = alignment.compute(frame, &alignment.anchor(bounds, eyes))?;
/// assert_eq!((crop.width(), crop.height()), (112, 112));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// S. Umeyama, 1991, *Least-squares estimation of transformation parameters between two point
/// patterns*, IEEE PAMI 13(4), [doi:10.1109/34.88573](https://doi.org/10.1109/34.88573).
#[derive(Debug, Clone)]
pub struct FaceAlignment {
    config: FaceAlignmentConfig,
}

impl FaceAlignment {
    /// An alignment of the configured form.
    ///
    /// # Errors
    /// [`ImageError::Size`] for a side of zero or above [`MAX_SIDE`], [`ImageError::Parameter`] for
    /// a margin or confidence outside 0 to 1.
    pub fn new(config: FaceAlignmentConfig) -> Result<Self, ImageError> {
        if !(1..=MAX_SIDE).contains(&config.size) {
            return Err(ImageError::Size {
                width: config.size,
                height: config.size,
                max: MAX_SIDE,
            });
        }
        check_ranges([
            ("margin", config.margin, 0.0..=1.0, "0 to 1"),
            (
                "min_confidence",
                config.min_confidence.into(),
                0.0..=1.0,
                "0 to 1",
            ),
        ])?;
        Ok(Self { config })
    }

    /// The configuration.
    pub fn config(&self) -> &FaceAlignmentConfig {
        &self.config
    }

    /// The box turned as far as its eyes say, or upright where they are missing or uncertain.
    ///
    /// The box keeps its place and size: found eyes tell the turn of a head better than its size.
    pub fn anchor(&self, bounds: FaceBox, eyes: Option<EyeCentres>) -> FaceAnchor {
        let sure = eyes.filter(|eyes| eyes.confidence >= self.config.min_confidence);
        FaceAnchor::Box {
            bounds,
            roll_degrees: sure.map_or(0.0, |eyes| eyes.roll_degrees()),
        }
    }

    /// The map from the picture to the crop.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for landmarks that are not finite or coincide, for a box without
    /// pixels, and for a turn that is not finite.
    pub fn map(&self, anchor: &FaceAnchor) -> Result<Affine, ImageError> {
        let scale = self.config.size as f64 / 112.0;
        // The template's pixels have their centres at whole numbers, as the crop's have.
        let template = FACE_TEMPLATE_112.map(|point| point.map(|x| (x + 0.5) * scale - 0.5));
        match anchor {
            FaceAnchor::Landmarks(points) => Affine::similarity(points, &template),
            FaceAnchor::Eyes(eyes) => Affine::similarity(eyes, &template[..2]),
            FaceAnchor::Box { .. } => self.back(anchor)?.inverse(),
        }
    }

    /// The upright crop, `[size, size]`.
    ///
    /// # Errors
    /// Those of [`map`](Self::map).
    pub fn compute<T: Sample>(
        &self,
        plane: Plane<'_, T>,
        anchor: &FaceAnchor,
    ) -> Result<GreyImage, ImageError> {
        let mut levels = Array2::zeros((self.config.size, self.config.size));
        let slice = levels
            .as_slice_mut()
            .expect("a new array is in standard layout");
        self.compute_into(plane, anchor, slice)?;
        GreyImage::new(&levels)
    }

    /// [`compute`](Self::compute) into `out`, row by row; allocates nothing.
    ///
    /// # Errors
    /// Those of [`map`](Self::map), and [`ImageError::BufferLen`] unless `out` has `size × size`
    /// elements.
    pub fn compute_into<T: Sample>(
        &self,
        plane: Plane<'_, T>,
        anchor: &FaceAnchor,
        out: &mut [f32],
    ) -> Result<(), ImageError> {
        let size = self.config.size;
        crate::plane::check_len("the crop", out.len(), size * size)?;
        read_grid(plane, &self.back(anchor)?, size, out);
        // Weights sum to one but for rounding.
        out.iter_mut()
            .for_each(|level| *level = level.clamp(0.0, 255.0));
        Ok(())
    }

    /// The map from the crop to the picture.
    fn back(&self, anchor: &FaceAnchor) -> Result<Affine, ImageError> {
        let &FaceAnchor::Box {
            bounds,
            roll_degrees,
        } = anchor
        else {
            return self.map(anchor)?.inverse();
        };
        for (name, value, is_good) in [
            ("the box's width", f64::from(bounds.width), bounds.width > 0),
            (
                "the box's height",
                f64::from(bounds.height),
                bounds.height > 0,
            ),
            ("the roll", roll_degrees, roll_degrees.is_finite()),
        ] {
            if !is_good {
                return Err(ImageError::Parameter {
                    name,
                    value,
                    allowed: "finite, and a side above 0",
                });
            }
        }
        let mut square = Square::around(bounds);
        square.half *= 1.0 + 2.0 * self.config.margin;
        square.degrees = roll_degrees;
        Ok(square.grid(self.config.size))
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    fn alignment(size: usize, margin: f64) -> FaceAlignment {
        FaceAlignment::new(FaceAlignmentConfig {
            size,
            margin,
            ..FaceAlignmentConfig::default()
        })
        .unwrap()
    }

    #[test]
    fn landmarks_come_to_the_template_at_any_size() {
        let turned = Affine::rotation([50.0, 40.0], -22.0, 1.7);
        let points = FACE_TEMPLATE_112.map(|point| turned.apply(point));
        for size in [48, 112, 224] {
            let scale = size as f64 / 112.0;
            let expected = FACE_TEMPLATE_112.map(|p| p.map(|x| (x + 0.5) * scale - 0.5));
            let map = alignment(size, 0.1).map(&FaceAnchor::Landmarks(points));
            let map = map.unwrap();
            let eyes = alignment(size, 0.1).map(&FaceAnchor::Eyes([points[0], points[1]]));
            assert_close(
                eyes.unwrap().matrix.concat(),
                map.matrix.concat(),
                1e-9,
                1e-9,
            );
            for (point, expected) in points.iter().zip(expected) {
                assert_close(map.apply(*point), expected, 0.0, 1e-9);
            }
        }
    }

    #[test]
    fn a_box_is_squared_widened_and_turned() {
        // Columns 100 to 139, rows 40 to 89: the centre is at 119.5, 64.5, the side 50 + 2 · 5.
        let bounds = FaceBox {
            x: 100,
            y: 40,
            width: 40,
            height: 50,
        };
        let alignment = alignment(60, 0.1);
        for roll_degrees in [0.0, 30.0] {
            let anchor = FaceAnchor::Box {
                bounds,
                roll_degrees,
            };
            let map = alignment.map(&anchor).unwrap();
            assert_close(map.apply([119.5, 64.5]), [29.5, 29.5], 0.0, 1e-9);
            let (sin, cos) = roll_degrees.to_radians().sin_cos();
            // Ten pixels along a line that falls to the right as the head does.
            let point = [119.5 + 10.0 * cos, 64.5 + 10.0 * sin];
            assert_close(map.apply(point), [39.5, 29.5], 0.0, 1e-9);
        }
    }

    #[test]
    fn a_turned_crop_is_the_upright_crop_of_a_picture_turned_back() {
        let level = |x: f64, y: f64| 120.0 + 60.0 * (x / 9.0).sin() + 50.0 * (y / 7.0).cos();
        let (sin, cos) = 20_f64.to_radians().sin_cos();
        let picture = |turn: bool| -> Vec<f32> {
            (0..200 * 200)
                .map(|i| {
                    let (x, y) = (f64::from(i % 200) - 99.5, f64::from(i / 200) - 99.5);
                    let (x, y) = match turn {
                        true => (x * cos + y * sin, y * cos - x * sin),
                        false => (x, y),
                    };
                    level(x, y) as f32
                })
                .collect()
        };
        let bounds = FaceBox {
            x: 60,
            y: 60,
            width: 80,
            height: 80,
        };
        let crop = |levels: &[f32], roll_degrees: f64| {
            let plane = Plane::new(levels, 200, 200).unwrap();
            let anchor = FaceAnchor::Box {
                bounds,
                roll_degrees,
            };
            alignment(48, 0.1).compute(plane, &anchor).unwrap()
        };
        let upright = crop(&picture(false), 0.0);
        let turned = crop(&picture(true), 20.0);
        // Straight lines between pixels are off by the bend of the waves.
        assert_close(
            turned.levels().iter().copied(),
            upright.levels().iter().copied(),
            0.0,
            1.5,
        );
    }

    #[test]
    fn bad_values_are_refused() {
        for (size, margin, min_confidence) in [
            (0, 0.1, 0.2),
            (9000, 0.1, 0.2),
            (48, -0.1, 0.2),
            (48, 0.1, f32::NAN),
        ] {
            let config = FaceAlignmentConfig {
                size,
                margin,
                min_confidence,
            };
            assert!(FaceAlignment::new(config).is_err());
        }
        let plane = Plane::new(&[0_u8; 64], 8, 8).unwrap();
        let alignment = alignment(16, 0.1);
        let bounds = |width| FaceBox {
            x: 1,
            y: 1,
            width,
            height: 4,
        };
        for anchor in [
            FaceAnchor::Eyes([[3.0, 3.0]; 2]),
            FaceAnchor::Landmarks([[f64::NAN; 2]; 5]),
            FaceAnchor::Box {
                bounds: bounds(0),
                roll_degrees: 0.0,
            },
            FaceAnchor::Box {
                bounds: bounds(4),
                roll_degrees: f64::INFINITY,
            },
        ] {
            assert!(alignment.compute(plane, &anchor).is_err());
            assert!(alignment.map(&anchor).is_err());
        }
        let anchor = alignment.anchor(bounds(4), None);
        assert!(
            alignment
                .compute_into(plane, &anchor, &mut [0.0; 255])
                .is_err()
        );
        assert!(
            alignment
                .compute_into(plane, &anchor, &mut [0.0; 256])
                .is_ok()
        );
    }
}
