use std::f64::consts::TAU;

use crate::HrError;

/// Scale of a Lomb–Scargle periodogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LombScale {
    /// A sine of amplitude `a` gives `n·a²/4` at its frequency, `n` being the number of values; SciPy's default.
    #[default]
    Power,
    /// The share of the sum of squares that a sine of that frequency explains, from 0 to 1.
    Share,
}

/// What stands beside the sine that is fitted at each frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LombModel {
    /// Nothing: the values' mean should have been taken off.
    #[default]
    Sine,
    /// A constant, fitted along; SciPy's `floating_mean`.
    SineAndConstant,
}

/// The Lomb–Scargle periodogram of `values` at `times`, both of any unit, at each of `frequencies`, in cycles per unit
/// of time: power of the best fitting sine, without interpolation.
///
/// As SciPy 1.17's `lombscargle`, whose values it has.
///
/// # Errors
/// - [`HrError::LengthsDiffer`] unless there is a time for each value.
/// - [`HrError::TooFewIntervals`] for an empty series.
///
/// # References
/// - N. R. Lomb (1976). Least-squares frequency analysis of unequally spaced data. Astrophysics and Space Science 39.
///   doi:10.1007/BF00648343.
/// - J. D. Scargle (1982). Studies in astronomical time series analysis II. The Astrophysical Journal 263.
///   doi:10.1086/160554.
/// - M. Zechmeister, M. Kürster (2009). The generalised Lomb–Scargle periodogram. Astronomy and Astrophysics 496(2).
///   doi:10.1051/0004-6361:200811296.
pub fn lomb_scargle(
    times: &[f64],
    values: &[f64],
    frequencies: &[f64],
    scale: LombScale,
    model: LombModel,
) -> Result<Vec<f64>, HrError> {
    let angular: Vec<f64> = frequencies
        .iter()
        .map(|frequency| TAU * frequency)
        .collect();
    at_angular(times, values, &angular, scale, model)
}

/// The same at angular frequencies.
pub(super) fn at_angular(
    times: &[f64],
    values: &[f64],
    angular: &[f64],
    scale: LombScale,
    model: LombModel,
) -> Result<Vec<f64>, HrError> {
    if times.len() != values.len() {
        return Err(HrError::LengthsDiffer {
            intervals: values.len(),
            times: times.len(),
        });
    }
    if values.is_empty() {
        return Err(HrError::TooFewIntervals {
            actual: 0,
            required: 1,
        });
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|value| value * value).sum::<f64>() / n;
    let (offset, explained) = match model {
        LombModel::Sine => (0.0, square),
        LombModel::SineAndConstant => (mean, square - mean * mean),
    };
    let factor = match scale {
        LombScale::Power => n / 2.0,
        LombScale::Share => 1.0 / explained,
    };
    Ok(angular
        .iter()
        .map(|&omega| factor * fitted(times, values, omega, offset, model))
        .collect())
}

/// Mean square of the fitted sine.
fn fitted(times: &[f64], values: &[f64], omega: f64, offset: f64, model: LombModel) -> f64 {
    let n = times.len() as f64;
    let (mut c, mut s, mut cc, mut cs, mut yc, mut ys) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (time, value) in times.iter().zip(values) {
        let (sin, cos) = (omega * time).sin_cos();
        c += cos;
        s += sin;
        cc += cos * cos;
        cs += cos * sin;
        yc += value * cos;
        ys += value * sin;
    }
    for sum in [&mut c, &mut s, &mut cc, &mut cs, &mut yc, &mut ys] {
        *sum /= n;
    }
    let mut ss = 1.0 - cc;
    if model == LombModel::SineAndConstant {
        cc -= c * c;
        ss -= s * s;
        cs -= c * s;
        yc -= offset * c;
        ys -= offset * s;
    }
    // The turn by which sine and cosine become orthogonal at these times.
    let (sin, cos) = (0.5 * (2.0 * cs).atan2(cc - ss)).sin_cos();
    let turned = (yc * cos + ys * sin, ys * cos - yc * sin);
    let norm_c = cc * cos * cos + 2.0 * cs * sin * cos + ss * sin * sin;
    let norm_s = cc + ss - norm_c;
    turned.0 * turned.0 / norm_c.max(f64::EPSILON / 2.0)
        + turned.1 * turned.1 / norm_s.max(f64::EPSILON / 2.0)
}
