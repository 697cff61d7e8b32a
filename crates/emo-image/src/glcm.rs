use ndarray::Array2;

use crate::{ImageError, Plane, error::check_ranges};

/// How often two levels stand next to each other at a given distance and direction.
///
/// Each pair counts both ways, and the shares sum to one, as in scikit-image's `graycomatrix` with
/// `symmetric` and `normed`.
///
/// # Example
/// ```
/// use emo_image::{Cooccurrence, Plane};
///
/// let levels = [0_u8, 0, 255, 255];
/// let pairs = Cooccurrence::new(Plane::new(&levels, 2, 2)?, 2, 1.0, 0.0)?;
/// assert_eq!(pairs.shares()[[0, 0]], 0.5);
/// assert_eq!(pairs.contrast(), 0.0);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// R. M. Haralick, K. Shanmugam, I. Dinstein, 1973, *Textural features for image classification*,
/// IEEE Trans. SMC 3(6), [doi:10.1109/TSMC.1973.4309314](https://doi.org/10.1109/TSMC.1973.4309314).
#[doc(alias = "GLCM")]
#[derive(Debug, Clone, PartialEq)]
pub struct Cooccurrence {
    shares: Array2<f64>,
}

impl Cooccurrence {
    /// The pairs of levels, cut into `n_levels` equal parts, at `distance` pixels in the direction
    /// `angle` in radians, 0 to the right and π/2 below. A picture without such a pair has shares
    /// of 0.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless there are 2 to 256 levels, the distance is 1 to 8192 and
    /// the angle is finite.
    pub fn new(
        plane: Plane<'_, u8>,
        n_levels: usize,
        distance: f64,
        angle: f64,
    ) -> Result<Self, ImageError> {
        check_ranges([
            ("n_levels", n_levels as f64, 2.0..=256.0, "2 to 256"),
            ("distance", distance, 1.0..=8192.0, "1 to 8192"),
            ("angle", angle, -1e6..=1e6, "within 1e6"),
        ])?;
        let down = (angle.sin() * distance).round_ties_even() as isize;
        let right = (angle.cos() * distance).round_ties_even() as isize;
        let part = |level: u8| usize::from(level) * n_levels / 256;
        let mut counts = Array2::<u64>::zeros((n_levels, n_levels));
        for (row, levels) in plane.rows().enumerate() {
            let Some(other) = row
                .checked_add_signed(down)
                .filter(|row| *row < plane.height())
            else {
                continue;
            };
            let others = plane.row(other);
            for (column, &level) in levels.iter().enumerate() {
                let other = column.checked_add_signed(right).and_then(|c| others.get(c));
                if let Some(&other) = other {
                    counts[[part(level), part(other)]] += 1;
                    counts[[part(other), part(level)]] += 1;
                }
            }
        }
        let total = counts.sum().max(1) as f64;
        Ok(Self {
            shares: counts.mapv(|count| count as f64 / total),
        })
    }

    /// The share of each pair, `[level, level]`.
    pub fn shares(&self) -> &Array2<f64> {
        &self.shares
    }

    fn weighted(&self, weight: impl Fn(f64, f64) -> f64) -> f64 {
        let pairs = self.shares.indexed_iter();
        pairs
            .map(|((i, j), share)| share * weight(i as f64, j as f64))
            .sum()
    }

    /// The mean squared difference of the levels.
    pub fn contrast(&self) -> f64 {
        self.weighted(|i, j| (i - j) * (i - j))
    }

    /// The mean difference of the levels.
    pub fn dissimilarity(&self) -> f64 {
        self.weighted(|i, j| (i - j).abs())
    }

    /// The mean of 1 / (1 + difference²), from 0 to 1.
    pub fn homogeneity(&self) -> f64 {
        self.weighted(|i, j| 1.0 / (1.0 + (i - j) * (i - j)))
    }

    /// The sum of squared shares, from 0 to 1.
    #[doc(alias = "ASM")]
    pub fn angular_second_moment(&self) -> f64 {
        self.shares.iter().map(|share| share * share).sum()
    }

    /// The root of [`angular_second_moment`](Self::angular_second_moment).
    pub fn energy(&self) -> f64 {
        self.angular_second_moment().sqrt()
    }

    /// The correlation of the levels, from −1 to 1; 1 for a picture of one level.
    pub fn correlation(&self) -> f64 {
        let (mean_i, mean_j) = (self.weighted(|i, _| i), self.weighted(|_, j| j));
        let std_i = self.weighted(|i, _| (i - mean_i).powi(2)).sqrt();
        let std_j = self.weighted(|_, j| (j - mean_j).powi(2)).sqrt();
        if std_i < 1e-15 || std_j < 1e-15 {
            return 1.0;
        }
        self.weighted(|i, j| (i - mean_i) * (j - mean_j)) / (std_i * std_j)
    }
}
