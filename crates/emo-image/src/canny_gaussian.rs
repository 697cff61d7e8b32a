use ndarray::{Array2, ArrayRef2};

use crate::{Border, ImageError, Plane, Sample, SmoothingKernel, smooth::separable};

/// How [`GaussianCanny`] finds edges.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GaussianCannyConfig {
    /// Standard deviation of the smoothing before, in pixels; default 1.
    pub sigma: f64,
    /// The strength at which an edge is continued, of levels from 0 to 1; default 0.1.
    pub low: f64,
    /// The strength that an edge must reach somewhere; default 0.2.
    pub high: f64,
}

impl Default for GaussianCannyConfig {
    fn default() -> Self {
        Self {
            sigma: 1.0,
            low: 0.1,
            high: 0.2,
        }
    }
}

/// Thin edges as scikit-image's `feature.canny` finds them: a Gaussian before, and strengths
/// between pixels by interpolation along the gradient.
///
/// [`Canny`](crate::Canny) is OpenCV's form, in whole numbers and without smoothing.
///
/// # References
/// J. Canny, 1986, *A computational approach to edge detection*, IEEE PAMI 8(6),
/// [doi:10.1109/TPAMI.1986.4767851](https://doi.org/10.1109/TPAMI.1986.4767851).
#[derive(Debug, Clone)]
pub struct GaussianCanny {
    config: GaussianCannyConfig,
    kernel: SmoothingKernel,
}

impl GaussianCanny {
    /// A detector with the given thresholds.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a width that is not above 0, or unless 0 ≤ low ≤ high.
    pub fn new(config: GaussianCannyConfig) -> Result<Self, ImageError> {
        let kernel = SmoothingKernel::gaussian(config.sigma, 4.0)?;
        if !(0.0 <= config.low && config.low <= config.high) {
            return Err(ImageError::Parameter {
                name: "the low threshold",
                value: config.low,
                allowed: "0 up to the high threshold",
            });
        }
        Ok(Self { config, kernel })
    }

    /// The edges, `[rows, columns]`, 255 on an edge and 0 elsewhere.
    pub fn compute<T: Sample>(&self, plane: Plane<'_, T>) -> Array2<u8> {
        let weights = self.kernel.weights();
        let zero = Border::Constant(0.0);
        let mut levels = separable(&(plane.to_f64() / 255.0), weights, weights, zero);
        // What the smoothing lost at the edges is given back.
        let shares = Array2::ones(levels.dim());
        levels.zip_mut_with(
            &separable(&shares, weights, weights, zero),
            |level, share| {
                *level /= share + f64::EPSILON;
            },
        );
        let (blur, slope) = (&[1.0, 2.0, 1.0][..], &[-1.0, 0.0, 1.0][..]);
        let down = separable(&levels, slope, blur, Border::Reflect);
        let across = separable(&levels, blur, slope, Border::Reflect);
        let strength = Array2::from_shape_fn(levels.dim(), |at| {
            (down[at] * down[at] + across[at] * across[at]).sqrt()
        });
        self.link(&down, &across, &strength)
    }

    fn link(
        &self,
        down: &ArrayRef2<f64>,
        across: &ArrayRef2<f64>,
        strength: &ArrayRef2<f64>,
    ) -> Array2<u8> {
        let (height, width) = strength.dim();
        let mut weak = Array2::from_elem((height, width), false);
        let mut edges = Array2::zeros((height, width));
        let mut stack = Vec::new();
        for row in 1..height.saturating_sub(1) {
            for column in 1..width.saturating_sub(1) {
                let at = (row, column);
                if strength[at] < self.config.low || !is_ridge(down[at], across[at], strength, at) {
                    continue;
                }
                if strength[at] >= self.config.high {
                    edges[at] = 255;
                    stack.push(at);
                } else {
                    weak[at] = true;
                }
            }
        }
        // Ridges lie off the frame, so that each neighbour is in the picture.
        while let Some((row, column)) = stack.pop() {
            for row in row - 1..=row + 1 {
                for column in column - 1..=column + 1 {
                    let at = (row, column);
                    if std::mem::take(&mut weak[at]) {
                        edges[at] = 255;
                        stack.push(at);
                    }
                }
            }
        }
        edges
    }
}

/// Whether the strength is nowhere greater one pixel along the gradient and against it.
fn is_ridge(
    down: f64,
    across: f64,
    strength: &ArrayRef2<f64>,
    (row, column): (usize, usize),
) -> bool {
    let same_sign = (down >= 0.0) == (across >= 0.0) || down == 0.0 || across == 0.0;
    let side = if same_sign { 1 } else { -1_isize };
    let steep = down.abs() > across.abs();
    let here = strength[(row, column)];
    let share = if steep {
        across.abs() / down.abs()
    } else if across == 0.0 {
        return false;
    } else {
        down.abs() / across.abs()
    };
    let at = |dy: isize, dx: isize| {
        strength[(row.wrapping_add_signed(dy), column.wrapping_add_signed(dx))]
    };
    [1_isize, -1].iter().all(|&way| {
        let (near, diagonal) = if steep {
            (at(way, 0), at(way, way * side))
        } else {
            (at(0, way * side), at(way, way * side))
        };
        diagonal * share + near * (1.0 - share) <= here
    })
}
