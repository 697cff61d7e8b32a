use ndarray::{Array2, ArrayRef2};

use crate::{Border, ImageError, Plane, Sample};

/// The most taps of a kernel.
const MAX_TAPS: usize = 1025;

/// A smoothing kernel along one axis, of an odd number of weights that sum to one.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothingKernel {
    weights: Vec<f64>,
}

impl SmoothingKernel {
    /// Equal weights.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless `len` is odd and at most 1025.
    #[doc(alias = "blur")]
    pub fn moving_average(len: usize) -> Result<Self, ImageError> {
        check_taps(len)?;
        Ok(Self {
            weights: vec![1.0 / len as f64; len],
        })
    }

    /// A Gaussian of `len` taps with the width that OpenCV takes where none is given: binomial
    /// weights up to seven taps, above a standard deviation of 0.3 · ((len − 1)/2 − 1) + 0.8.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] unless `len` is odd and at most 1025.
    #[doc(alias = "getGaussianKernel")]
    pub fn gaussian_of_len(len: usize) -> Result<Self, ImageError> {
        check_taps(len)?;
        let weights = match len {
            1 => vec![1.0],
            3 => vec![0.25, 0.5, 0.25],
            5 => vec![0.0625, 0.25, 0.375, 0.25, 0.0625],
            7 => vec![
                0.03125, 0.109_375, 0.218_75, 0.28125, 0.218_75, 0.109_375, 0.03125,
            ],
            _ => gaussian(0.3 * ((len - 1) as f64 * 0.5 - 1.0) + 0.8, len / 2),
        };
        Ok(Self { weights })
    }

    /// A Gaussian of standard deviation `sigma` in pixels, cut off at `truncate · sigma`: 4 is the
    /// default of SciPy's `gaussian_filter`, and what OpenCV takes for pictures of floating point.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a width that is not above 0 or takes more than 1025 taps.
    #[doc(alias = "gaussian_filter")]
    pub fn gaussian(sigma: f64, truncate: f64) -> Result<Self, ImageError> {
        let radius = (sigma * truncate).round();
        if !(sigma > 0.0 && (0.0..=512.0).contains(&radius)) {
            return Err(ImageError::Parameter {
                name: "sigma",
                value: sigma,
                allowed: "above 0, and 512 pixels until it is cut off",
            });
        }
        Ok(Self {
            weights: gaussian(sigma, radius as usize),
        })
    }

    /// The weights.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

fn check_taps(len: usize) -> Result<(), ImageError> {
    if len % 2 == 1 && len <= MAX_TAPS {
        return Ok(());
    }
    Err(ImageError::Parameter {
        name: "kernel length",
        value: len as f64,
        allowed: "odd and at most 1025",
    })
}

/// The weights of a Gaussian, cut off at `radius` pixels, which sum to one.
pub(crate) fn gaussian(sigma: f64, radius: usize) -> Vec<f64> {
    let radius = radius as isize;
    let weights = (-radius..=radius).map(|x| (-0.5 * (x * x) as f64 / (sigma * sigma)).exp());
    let weights: Vec<f64> = weights.collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// The picture smoothed along both axes, `[rows, columns]`, in double precision.
///
/// # Example
/// ```
/// use emo_image::{Border, Plane, SmoothingKernel, smooth};
///
/// let flat = [7_u8; 25];
/// let kernel = SmoothingKernel::gaussian(1.5, 4.0)?;
/// let smoothed = smooth(Plane::new(&flat, 5, 5)?, &kernel, Border::Reflect);
/// assert!(smoothed.iter().all(|level| (level - 7.0).abs() < 1e-12));
/// # Ok::<(), emo_image::ImageError>(())
/// ```
#[doc(alias = "GaussianBlur")]
pub fn smooth<T: Sample>(
    plane: Plane<'_, T>,
    kernel: &SmoothingKernel,
    border: Border,
) -> Array2<f64> {
    separable(&plane.to_f64(), &kernel.weights, &kernel.weights, border)
}

/// Correlation with `rows` along the rows' direction (down) and with `columns` across.
pub(crate) fn separable(
    source: &ArrayRef2<f64>,
    rows: &[f64],
    columns: &[f64],
    border: Border,
) -> Array2<f64> {
    let (height, width) = source.dim();
    let radius = columns.len() / 2;
    let outside = f64::from(border.constant());
    let mut padded = vec![0.0; width + 2 * radius];
    let mut target = Array2::zeros((height, width));
    for (row, mut target) in target.outer_iter_mut().enumerate() {
        let middle = &mut padded[radius..radius + width];
        middle.fill(0.0);
        for (tap, weight) in rows.iter().enumerate() {
            let index = (row + tap) as isize - (rows.len() / 2) as isize;
            match border.index(index, height) {
                Some(index) => middle
                    .iter_mut()
                    .zip(source.row(index))
                    .for_each(|(sum, level)| *sum += weight * level),
                None => middle.iter_mut().for_each(|sum| *sum += weight * outside),
            }
        }
        let beyond_value = outside * rows.iter().sum::<f64>();
        for beyond in 1..=radius {
            let at = |index: isize, line: &[f64]| {
                let index = border.index(index, width);
                index.map_or(beyond_value, |index| line[radius + index])
            };
            padded[radius - beyond] = at(-(beyond as isize), &padded);
            padded[radius + width - 1 + beyond] = at((width - 1 + beyond) as isize, &padded);
        }
        for (tap, weight) in columns.iter().enumerate() {
            for (sum, value) in target.iter_mut().zip(&padded[tap..]) {
                *sum += weight * value;
            }
        }
    }
    target
}

/// The median of each pixel and its eight neighbours, `[rows, columns]`, the outermost pixels
/// repeated, as OpenCV's `medianBlur` with three pixels.
#[doc(alias = "medianBlur")]
pub fn median3<T: Sample>(plane: Plane<'_, T>) -> Array2<T> {
    let (width, height) = (plane.width(), plane.height());
    let order = |a: &mut T, b: &mut T| {
        if *b < *a {
            std::mem::swap(a, b);
        }
    };
    Array2::from_shape_fn((height, width), |(row, column)| {
        let columns = [
            column.saturating_sub(1),
            column,
            (column + 1).min(width - 1),
        ];
        let rows = [row.saturating_sub(1), row, (row + 1).min(height - 1)];
        let [mut a, mut b, mut c] = rows.map(|row| columns.map(|column| plane.row(row)[column]));
        for [x, y, z] in [&mut a, &mut b, &mut c] {
            order(x, y);
            order(y, z);
            order(x, y);
        }
        // The largest of the least, the middle of the middles and the least of the largest.
        let [mut low, _, _] = a;
        for [candidate, _, _] in [b, c] {
            if candidate > low {
                low = candidate;
            }
        }
        let [_, _, mut high] = a;
        for [_, _, candidate] in [b, c] {
            if candidate < high {
                high = candidate;
            }
        }
        let (mut x, mut y, mut z) = (a[1], b[1], c[1]);
        order(&mut x, &mut y);
        order(&mut y, &mut z);
        order(&mut x, &mut y);
        order(&mut low, &mut high);
        if y < low {
            low
        } else if y > high {
            high
        } else {
            y
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_median_is_that_of_sorting(levels in prop::collection::vec(any::<u8>(), 35)) {
            let plane = Plane::new(&levels, 7, 5).unwrap();
            for ((row, column), &actual) in median3(plane).indexed_iter() {
                let mut window = Vec::new();
                for dy in 0..3 {
                    for dx in 0..3 {
                        let row = (row + dy).saturating_sub(1).min(4);
                        window.push(plane.row(row)[(column + dx).saturating_sub(1).min(6)]);
                    }
                }
                window.sort_unstable();
                prop_assert_eq!(actual, window[4]);
            }
        }
    }

    #[test]
    fn widths_are_checked() {
        for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert!(SmoothingKernel::gaussian(sigma, 4.0).is_err());
        }
        assert!(SmoothingKernel::moving_average(4).is_err());
        assert!(SmoothingKernel::gaussian_of_len(usize::MAX).is_err());
    }
}
