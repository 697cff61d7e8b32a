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
    let explained = match model {
        LombModel::Sine => square,
        LombModel::SineAndConstant => square - mean * mean,
    };
    let factor = match scale {
        LombScale::Power => n / 2.0,
        LombScale::Share => 1.0 / explained,
    };
    let sums = |omega: &f64| {
        let mut sums = Sums::default();
        for (time, value) in times.iter().zip(values) {
            sums.add((omega * time).sin_cos(), *value);
        }
        sums
    };
    let powers = angular.iter().map(sums);
    Ok(powers
        .map(|sums| factor * sums.fitted(n, mean, model))
        .collect())
}

/// The power (see [`LombScale::Power`]) of values without their mean at `n` frequencies that are multiples of
/// `step_hz`, from the first on.
///
/// Sines of the next frequency follow from those of the last by turning, which rounds; they are taken anew every 64.
pub(super) fn on_grid(times: &[f64], values: &[f64], step_hz: f64, n: usize) -> Vec<f64> {
    let mut sums = vec![Sums::default(); n];
    for (time, value) in times.iter().zip(values) {
        let step = TAU * step_hz * time;
        let turn = step.sin_cos();
        for (block, sums) in sums.chunks_mut(64).enumerate() {
            let mut at = (step * (64 * block + 1) as f64).sin_cos();
            for sums in sums {
                sums.add(at, *value);
                at = (at.0 * turn.1 + at.1 * turn.0, at.1 * turn.1 - at.0 * turn.0);
            }
        }
    }
    let len = values.len() as f64;
    sums.iter()
        .map(|sums| len / 2.0 * sums.fitted(len, 0.0, LombModel::Sine))
        .collect()
}

/// Sums over the values at one frequency.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    c: f64,
    s: f64,
    cc: f64,
    cs: f64,
    yc: f64,
    ys: f64,
}

impl Sums {
    fn add(&mut self, (sin, cos): (f64, f64), value: f64) {
        self.c += cos;
        self.s += sin;
        self.cc += cos * cos;
        self.cs += cos * sin;
        self.yc += value * cos;
        self.ys += value * sin;
    }

    /// Mean square of the fitted sine.
    fn fitted(self, n: f64, mean: f64, model: LombModel) -> f64 {
        let Self {
            c,
            s,
            cc,
            cs,
            yc,
            ys,
        } = self;
        let (mut cc, mut cs, mut yc, mut ys) = (cc / n, cs / n, yc / n, ys / n);
        let mut ss = 1.0 - cc;
        if model == LombModel::SineAndConstant {
            let (c, s) = (c / n, s / n);
            cc -= c * c;
            ss -= s * s;
            cs -= c * s;
            yc -= mean * c;
            ys -= mean * s;
        }
        // The turn by which sine and cosine become orthogonal at these times.
        let (sin, cos) = (0.5 * (2.0 * cs).atan2(cc - ss)).sin_cos();
        let turned = (yc * cos + ys * sin, ys * cos - yc * sin);
        let norm_c = cc * cos * cos + 2.0 * cs * sin * cos + ss * sin * sin;
        let norm_s = cc + ss - norm_c;
        turned.0 * turned.0 / norm_c.max(f64::EPSILON / 2.0)
            + turned.1 * turned.1 / norm_s.max(f64::EPSILON / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_grid_has_the_power_of_its_frequencies(
            steps in prop::collection::vec(0.4_f64..1.5, 10..100),
        ) {
            let mut time = 0.0;
            let times: Vec<f64> = steps.iter().map(|step| { time += step; time }).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            let values: Vec<f64> = steps.iter().map(|step| step - mean).collect();
            let frequencies: Vec<f64> = (1..=200).map(|k| f64::from(k) * 0.0025).collect();
            let alone = lomb_scargle(&times, &values, &frequencies, LombScale::Power, LombModel::Sine);
            let grid = on_grid(&times, &values, 0.0025, 200);
            for (grid, alone) in grid.iter().zip(alone.expect("valid input")) {
                prop_assert!((grid - alone).abs() < 1e-9 * (1.0 + alone));
            }
        }
    }
}
