use ndarray::Array2;

use crate::{FaceBox, ImageError, Plane};

/// Sums over all rectangles that begin at a picture's corner, one row and one column larger than
/// the picture.
///
/// # Example
/// ```
/// use emo_image::{FaceBox, IntegralImage, Plane};
///
/// let levels = [1_u8, 2, 3, 4];
/// let integral = IntegralImage::new(Plane::new(&levels, 2, 2)?);
/// let lower = FaceBox { x: 0, y: 1, width: 2, height: 1 };
/// assert_eq!(integral.mean_and_variance(lower)?, (3.5, 0.25));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// P. Viola, M. Jones, 2001, *Rapid object detection using a boosted cascade of simple features*,
/// CVPR, [doi:10.1109/CVPR.2001.990517](https://doi.org/10.1109/CVPR.2001.990517).
#[doc(alias = "integral")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegralImage {
    sums: Array2<u64>,
    squares: Array2<u64>,
}

impl IntegralImage {
    /// The sums of a picture.
    pub fn new(plane: Plane<'_, u8>) -> Self {
        Self {
            sums: accumulate(plane, u64::from),
            squares: accumulate(plane, |level| u64::from(level) * u64::from(level)),
        }
    }

    /// The sum of the levels above and left of each corner, `[rows + 1, columns + 1]`.
    pub fn sums(&self) -> &Array2<u64> {
        &self.sums
    }

    /// The sum of the squared levels above and left of each corner, `[rows + 1, columns + 1]`.
    pub fn squares(&self) -> &Array2<u64> {
        &self.squares
    }

    /// Mean and population variance of the levels under a box, clipped to the picture, in constant
    /// time.
    ///
    /// # Errors
    /// [`ImageError::BoxOutside`] where the box covers no pixel.
    pub fn mean_and_variance(&self, area: FaceBox) -> Result<(f64, f64), ImageError> {
        let (rows, columns) = self.sums.dim();
        let region = area.clip(columns - 1, rows - 1)?;
        let (top, left) = (region.top, region.left);
        let (bottom, right) = (top + region.height, left + region.width);
        let sum = |of: &Array2<u64>| {
            of[[bottom, right]] + of[[top, left]] - of[[top, right]] - of[[bottom, left]]
        };
        let count = (region.width * region.height) as f64;
        let mean = sum(&self.sums) as f64 / count;
        let variance = sum(&self.squares) as f64 / count - mean * mean;
        Ok((mean, variance.max(0.0)))
    }
}

fn accumulate(plane: Plane<'_, u8>, value: impl Fn(u8) -> u64) -> Array2<u64> {
    let stride = plane.width() + 1;
    let mut sums = Array2::zeros((plane.height() + 1, stride));
    let all = sums
        .as_slice_mut()
        .expect("a new array is in standard layout");
    for (row, levels) in plane.rows().enumerate() {
        let (before, after) = all.split_at_mut((row + 1) * stride);
        let above = &before[row * stride + 1..];
        let mut sum = 0;
        for ((out, above), &level) in after[1..].iter_mut().zip(above).zip(levels) {
            sum += value(level);
            *out = above + sum;
        }
    }
    sums
}
