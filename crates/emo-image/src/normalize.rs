use ndarray::{Array2, Array3};

use crate::{Border, ImageError, Plane, Sample, SmoothingKernel, smooth::separable};

/// Levels less their mean, over the greater of their standard deviation and 1/√pixels, as
/// TensorFlow's `per_image_standardization`: a picture of one level becomes 0.
#[doc(alias = "per_image_standardization")]
pub fn standardize<T: Sample>(plane: Plane<'_, T>) -> Array2<f64> {
    let statistics = crate::LevelStatistics::new(plane);
    let least = 1.0 / ((plane.width() * plane.height()) as f64).sqrt();
    (plane.to_f64() - statistics.mean) / statistics.std().max(least)
}

/// Levels from 0, the darkest, to 1, the brightest; 0 for a picture of one level.
pub fn min_max<T: Sample>(plane: Plane<'_, T>) -> Array2<f64> {
    let levels = plane.to_f64();
    let least = levels.fold(f64::INFINITY, |least, level| least.min(*level));
    let most = levels.fold(f64::NEG_INFINITY, |most, level| most.max(*level));
    let range = if most > least { most - least } else { 1.0 };
    (levels - least) / range
}

/// Levels from 0 to 255 raised to `gamma` on the scale from 0 to 1, as scikit-image's
/// `adjust_gamma`.
///
/// # Errors
/// [`ImageError::Parameter`] unless `gamma` is 0 to 100.
pub fn gamma<T: Sample>(plane: Plane<'_, T>, gamma: f64) -> Result<Array2<f64>, ImageError> {
    if !(0.0..=100.0).contains(&gamma) {
        return Err(ImageError::Parameter {
            name: "gamma",
            value: gamma,
            allowed: "0 to 100",
        });
    }
    Ok((plane.to_f64() / 255.0).mapv_into(|level| level.max(0.0).powf(gamma) * 255.0))
}

/// `(level · scale − mean) / std` of each plane, `[planes, rows, columns]`: the input of a network.
/// The order of the planes, RGB or BGR, is the caller's.
///
/// # Errors
/// [`ImageError::BufferLen`] where the planes differ in size or in number from the means and
/// deviations, [`ImageError::Parameter`] for a deviation that is not above 0.
#[doc(alias = "blobFromImage")]
pub fn blob<T: Sample>(
    planes: &[Plane<'_, T>],
    scale: f32,
    mean: &[f32],
    std: &[f32],
) -> Result<Array3<f32>, ImageError> {
    crate::plane::check_len("mean", mean.len(), planes.len())?;
    crate::plane::check_len("std", std.len(), planes.len())?;
    if let Some(bad) = std.iter().find(|std| !std.is_normal() || **std <= 0.0) {
        return Err(ImageError::Parameter {
            name: "std",
            value: f64::from(*bad),
            allowed: "above 0",
        });
    }
    let Some(first) = planes.first() else {
        return Ok(Array3::zeros((0, 0, 0)));
    };
    let mut out = Array3::zeros((planes.len(), first.height(), first.width()));
    for (index, (plane, mut out)) in planes.iter().zip(out.outer_iter_mut()).enumerate() {
        crate::plane::check_len("a row", plane.width(), first.width())?;
        crate::plane::check_len("a column", plane.height(), first.height())?;
        for (row, mut out) in plane.rows().zip(out.outer_iter_mut()) {
            for (out, level) in out.iter_mut().zip(row) {
                *out = (level.to_f32() * scale - mean[index]) / std[index];
            }
        }
    }
    Ok(out)
}

/// The normalisation of illumination by Tan and Triggs with their parameters: gamma 0.2, the
/// difference of Gaussians of 1 and 2 pixels, and contrast equalised with α 0.1 and τ 10. The
/// result lies within −10 to 10; a picture of one level becomes 0.
///
/// # References
/// X. Tan, B. Triggs, 2010, *Enhanced local texture feature sets for face recognition under
/// difficult lighting conditions*, IEEE Trans. Image Process. 19(6),
/// [doi:10.1109/TIP.2010.2042645](https://doi.org/10.1109/TIP.2010.2042645).
pub fn tan_triggs<T: Sample>(plane: Plane<'_, T>) -> Array2<f64> {
    const ALPHA: f64 = 0.1;
    const TAU: f64 = 10.0;
    /// Below this mean there is no contrast to equalise but rounding.
    const FLAT: f64 = 1e-9;
    let levels = plane.to_f64().mapv_into(|level| level.max(0.0).powf(0.2));
    let blur = |sigma: f64| {
        let kernel = SmoothingKernel::gaussian(sigma, 4.0).expect("one and two pixels are widths");
        separable(&levels, kernel.weights(), kernel.weights(), Border::Reflect)
    };
    let mut out = blur(1.0) - blur(2.0);
    for most in [f64::INFINITY, TAU] {
        let sum: f64 = out.iter().map(|v| v.abs().min(most).powf(ALPHA)).sum();
        let mean = (sum / out.len() as f64).powf(1.0 / ALPHA);
        if mean < FLAT {
            return Array2::zeros(out.dim());
        }
        out /= mean;
    }
    out.mapv_into(|value| TAU * (value / TAU).tanh())
}
