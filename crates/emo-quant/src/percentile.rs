use ndarray::ArrayRefD;

use crate::{
    Calibrator, ClipRange, Histogram, QuantError, order_statistics::OrderStatistics, sample::Sample,
};

/// Of what a percentile is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum PercentileOf {
    /// Of the numbers: half of what is cut off is cut off at each end.
    #[default]
    Values,
    /// Of their magnitudes: what is cut off is whatever is furthest from 0.
    Magnitudes,
}

/// Settings of [`Percentile`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct PercentileConfig {
    /// How many percent of the numbers are kept, from 0 to 100. Default 99.99, the lower end of what Mobilint advises
    /// for its method of this name.
    pub percentile: f64,
    /// Of what the percentile is taken. Default: of the values, as ONNX Runtime's calibrator does for ranges that are
    /// not symmetric.
    pub of: PercentileOf,
    /// How many numbers are kept exactly at each end. Default 8,192.
    pub exact_len: usize,
}

impl PercentileConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            percentile: 99.99,
            of: PercentileOf::default(),
            exact_len: 8192,
        }
    }
}

impl Default for PercentileConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// The range that keeps a given share of all observed numbers; the rest, furthest out, is clipped.
///
/// *Convention*, for `n` numbers `x₁ ≤ … ≤ xₙ` and percentile `p`:
/// - [`PercentileOf::Values`]: `c = ⌊n · (100 − p) / 200⌋` numbers are cut off at each end, and the range is the smallest
///   that encloses 0, `x₁₊c` and `xₙ₋c`. So 99.98 keeps the numbers between the 0.01 % and the 99.99 % quantile.
/// - [`PercentileOf::Magnitudes`]: `c = ⌊n · (100 − p) / 100⌋` numbers are cut off, the furthest from 0; the range
///   reaches as far as the largest magnitude that is left, on both sides of 0, but not beyond observed numbers.
///
/// Both are observed numbers, nothing is interpolated; at 100 nothing is cut off, as with [`Max`](crate::Max). Products
/// within 10⁻⁹ of a whole number count as that number.
///
/// *Accuracy*: exact as long as `c` is below [`exact_len`](PercentileConfig::exact_len): with the defaults, up to
/// 164 million numbers. Beyond that the bounds have the proven error of [`Histogram`]: 2⁻¹¹ of themselves, or 2⁻¹⁵ of
/// the largest magnitude for bounds below that. A higher percentile never has a narrower range.
///
/// *Memory*: that of a [`Histogram`], and 16 bytes for each of [`exact_len`](PercentileConfig::exact_len) (rounded up to a
/// power of two): 384 KiB with the defaults.
///
/// # Relation to ONNX Runtime
/// Its `PercentileCalibrater` cuts the same ranks, of the values if not `symmetric` and of the magnitudes if so, but
/// reads them from linear bins (2,048 in the first sample's range): each bound is the edge *below* the rank's bin, up to
/// one bin lower than here. It does not enclose 0 before parameters are made of it.
///
/// ```
/// use emo_quant::{Calibrator, Percentile, PercentileConfig};
/// use ndarray::Array1;
///
/// let mut config = PercentileConfig::new();
/// config.percentile = 98.0;
/// let mut percentile = Percentile::new(config)?;
/// percentile.observe(&Array1::from_iter((0..1000).map(|n| n as f32)).into_dyn())?;
/// assert_eq!(percentile.range()?.max(), 989.0);
/// assert_eq!(percentile.range_at(99.0)?.max(), 994.0);
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Percentile {
    config: PercentileConfig,
    seen: OrderStatistics,
}

impl Percentile {
    /// A calibrator that has seen nothing.
    ///
    /// # Errors
    /// [`QuantError::Setting`] if the percentile is not from 0 to 100.
    pub fn new(config: PercentileConfig) -> Result<Self, QuantError> {
        check_percentile(config.percentile)?;
        Ok(Self {
            config,
            seen: OrderStatistics::new(config.exact_len),
        })
    }

    /// The settings.
    pub fn config(&self) -> &PercentileConfig {
        &self.config
    }

    /// The range at another percentile, of the same observations.
    ///
    /// # Errors
    /// - [`QuantError::NoData`] if no number was observed.
    /// - [`QuantError::Setting`] if the percentile is not from 0 to 100.
    pub fn range_at(&self, percentile: f64) -> Result<ClipRange, QuantError> {
        check_percentile(percentile)?;
        let histogram = self.seen.histogram();
        let extent = histogram.extent().ok_or(QuantError::NoData)?;
        let n_beyond = n_cut(histogram.count(), percentile);
        match self.config.of {
            PercentileOf::Values => {
                let rank = n_beyond(0.5);
                ClipRange::enclosing(self.seen.nth_smallest(rank)?, self.seen.nth_largest(rank)?)
            }
            PercentileOf::Magnitudes => {
                ClipRange::around_zero(self.seen.nth_largest_magnitude(n_beyond(1.0))?, extent)
            }
        }
    }

    /// The observed numbers as bins.
    pub fn histogram(&self) -> &Histogram {
        self.seen.histogram()
    }
}

impl Calibrator for Percentile {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            self.seen.observe(&sample);
        }
        Ok(())
    }

    fn range(&self) -> Result<ClipRange, QuantError> {
        self.range_at(self.config.percentile)
    }

    fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if self.config != other.config {
            return Err(QuantError::Merge {
                what: "settings of the percentile",
            });
        }
        self.seen.merge(&other.seen)
    }
}

/// Refuses what is no percentile.
pub(crate) fn check_percentile(percentile: f64) -> Result<(), QuantError> {
    if (0.0..=100.0).contains(&percentile) {
        return Ok(());
    }
    Err(QuantError::Setting {
        name: "percentile",
        value: percentile,
        expected: "from 0 to 100",
    })
}

/// How many of `n` numbers a percentile cuts off, of which an end gets a share.
pub(crate) fn n_cut(n: u64, percentile: f64) -> impl Fn(f64) -> u64 {
    // Decimal percentages are not exact in binary: 100 − 99.9 is a little less than 0.1.
    move |share| ((100.0 - percentile) * n as f64 * share / 100.0 + 1e-9).floor() as u64
}

#[cfg(test)]
mod tests {
    use ndarray::arr1;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_percentages_cut_what_they_say() {
        for (n, percentile, share, expected) in [
            (1000, 99.9, 1.0, 1),
            (1000, 99.8, 0.5, 1),
            (10_000, 99.99, 1.0, 1),
            (100_000_000, 99.9999, 1.0, 100),
            (1000, 100.0, 1.0, 0),
            (999, 99.9, 1.0, 0),
            (7, 0.0, 1.0, 7),
        ] {
            assert_eq!(n_cut(n, percentile)(share), expected, "{n} at {percentile}");
        }
    }

    fn calibrator(of: PercentileOf, exact_len: usize, values: &[f32]) -> Percentile {
        let config = PercentileConfig {
            percentile: 99.0,
            of,
            exact_len,
        };
        let mut calibrator = Percentile::new(config).unwrap();
        calibrator.observe(&arr1(values).into_dyn()).unwrap();
        calibrator
    }

    proptest! {
        #[test]
        fn ranges_are_those_of_sorted_numbers(
            values in prop::collection::vec(prop_oneof![-3.0_f32..9.0, Just(0.0), -1e-6_f32..1e-6], 1..400),
            percentile in 0.0_f64..=100.0,
            exact_len in 0_usize..500,
        ) {
            let n = values.len();
            let largest = values.iter().fold(0.0_f32, |a, x| a.max(x.abs()));
            let error = |exact: f32, len_cut: usize| {
                if len_cut == 0 || len_cut < exact_len { 0.0 }
                else { (exact.abs() / 2047.0).max(largest / 32_768.0) }
            };
            let mut sorted = values.clone();
            sorted.sort_by(f32::total_cmp);
            let cut = n_cut(n as u64, percentile)(0.5) as usize;
            let range = calibrator(PercentileOf::Values, exact_len, &values).range_at(percentile).unwrap();
            let (low, high) = (sorted[cut.min(n - 1)], sorted[n - 1 - cut.min(n - 1)]);
            prop_assert!((range.min() - low.min(0.0)).abs() <= error(low, cut));
            prop_assert!((range.max() - high.max(0.0)).abs() <= error(high, cut));

            let (lowest, highest) = (sorted[0], sorted[n - 1]);
            sorted.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
            let cut = (n_cut(n as u64, percentile)(1.0) as usize).min(n - 1);
            let range = calibrator(PercentileOf::Magnitudes, exact_len, &values).range_at(percentile).unwrap();
            let magnitude = sorted[cut].abs();
            let error = error(magnitude, cut);
            prop_assert!((range.min() - lowest.max(-magnitude).min(0.0)).abs() <= error);
            prop_assert!((range.max() - highest.min(magnitude).max(0.0)).abs() <= error);
        }

        #[test]
        fn a_higher_percentile_is_never_narrower(
            values in prop::collection::vec(-3.0_f32..9.0, 1..400),
            exact_len in 0_usize..20,
            a in 0.0_f64..=100.0,
            b in 0.0_f64..=100.0,
        ) {
            for of in [PercentileOf::Values, PercentileOf::Magnitudes] {
                let calibrator = calibrator(of, exact_len, &values);
                let narrow = calibrator.range_at(a.min(b)).unwrap();
                let wide = calibrator.range_at(a.max(b)).unwrap();
                prop_assert!(wide.min() <= narrow.min() && narrow.max() <= wide.max());
            }
        }
    }

    #[test]
    fn settings_are_checked() {
        for percentile in [-0.1, 100.1, f64::NAN] {
            let mut config = PercentileConfig::new();
            config.percentile = percentile;
            assert!(matches!(
                Percentile::new(config),
                Err(QuantError::Setting { .. })
            ));
        }
    }
}
