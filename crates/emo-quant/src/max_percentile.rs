use std::borrow::Cow;

use ndarray::ArrayRefD;

use crate::{
    Calibrator, ClipRange, QuantError,
    largest::keep_largest,
    order_statistics::OrderStatistics,
    percentile::{check_percentile, n_cut},
    sample::Sample,
};

/// Settings of [`MaxPercentile`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct MaxPercentileConfig {
    /// How many percent of the pooled magnitudes are kept, from 0 to 100. Default 99.99, Mobilint's `percentile` of
    /// 0.9999; from 90 on is advised.
    pub percentile: f64,
    /// Which share of a sample's numbers goes into the pool, from 0 to 1; at least one number does. Default 0.01,
    /// Mobilint's `topk_ratio`. With 0 it is the largest magnitude of each sample alone.
    pub top_ratio: f64,
    /// How many of the largest magnitudes of the pool are kept exactly. Default 8,192.
    pub exact_len: usize,
}

impl MaxPercentileConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            percentile: 99.99,
            top_ratio: 0.01,
            exact_len: 8192,
        }
    }
}

impl Default for MaxPercentileConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// A percentile of the largest magnitudes of each sample, so that the many small numbers have no say.
///
/// *Definition*: of a sample of `N` numbers the `k = max(1, ⌈top_ratio · N⌉)` largest magnitudes go into a pool; of the
/// `P` magnitudes in it, `⌊P · (100 − percentile) / 100⌋` are cut off, the largest. The range reaches as far as the
/// largest that is left, on both sides of 0, but not beyond observed numbers. With `k = 1` that is the percentile of the
/// samples' maxima; at 100 nothing is cut off, as with [`Max`](crate::Max). A sample is what one call of
/// [`observe`](Calibrator::observe) brings. Products within 10⁻⁹ (relative) of a whole number count as that number.
///
/// *This is a reading.* Mobilint, whose compiler has a method of this name with these two parameters, publishes no
/// formula: its manual says that the percentile is taken of data which was filtered to its largest values first. Pooling
/// over samples, magnitudes instead of values, and the rounding of `k` are the reading of this crate.
///
/// *Accuracy* and *memory*: as [`Percentile`](crate::Percentile), with the pool's numbers in place of all numbers; while
/// a sample is observed, 4 more bytes for each number that is in the pool or nearly so.
///
/// ```
/// use emo_quant::{Calibrator, MaxPercentile, MaxPercentileConfig};
/// use ndarray::arr1;
///
/// let mut config = MaxPercentileConfig::new();
/// (config.percentile, config.top_ratio) = (75.0, 0.0);
/// let mut calibrator = MaxPercentile::new(config)?;
/// for max in [1.0_f32, 9.0, 2.0, 3.0] {
///     calibrator.observe(&arr1(&[-0.5, max, 0.25]).into_dyn())?;
/// }
/// // One of the four maxima is cut off.
/// assert_eq!(calibrator.range()?.max(), 3.0);
/// assert_eq!(calibrator.range()?.min(), -0.5);
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MaxPercentile {
    config: MaxPercentileConfig,
    /// The lowest and the highest number.
    extent: Option<(f32, f32)>,
    pool: OrderStatistics,
}

impl MaxPercentile {
    /// A calibrator that has seen nothing.
    ///
    /// # Errors
    /// [`QuantError::Setting`] if the percentile is not from 0 to 100 or the ratio not from 0 to 1.
    pub fn new(config: MaxPercentileConfig) -> Result<Self, QuantError> {
        check_percentile(config.percentile)?;
        if !(0.0..=1.0).contains(&config.top_ratio) {
            return Err(QuantError::Setting {
                name: "ratio of the largest magnitudes",
                value: config.top_ratio,
                expected: "from 0 to 1",
            });
        }
        Ok(Self {
            config,
            extent: None,
            pool: OrderStatistics::of_magnitudes(config.exact_len),
        })
    }

    /// The settings.
    pub fn config(&self) -> &MaxPercentileConfig {
        &self.config
    }

    /// The range at another percentile, of the same observations.
    ///
    /// # Errors
    /// - [`QuantError::NoData`] if no number was observed.
    /// - [`QuantError::Setting`] if the percentile is not from 0 to 100.
    pub fn range_at(&self, percentile: f64) -> Result<ClipRange, QuantError> {
        check_percentile(percentile)?;
        let extent = self.extent.ok_or(QuantError::NoData)?;
        let rank = n_cut(self.pool.histogram().count(), percentile)(1.0);
        ClipRange::around_zero(self.pool.nth_largest(rank)?, extent)
    }

    fn widen(&mut self, (low, high): (f32, f32)) {
        let (min, max) = self.extent.unwrap_or((low, high));
        self.extent = Some((min.min(low), max.max(high)));
    }
}

impl Calibrator for MaxPercentile {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            self.widen((sample.min, sample.max));
            let k = top_len(self.config.top_ratio, sample.values.len());
            let top = match k {
                1 => vec![sample.magnitude()],
                _ => largest_magnitudes(&sample.values, k),
            };
            self.pool.observe(&Sample {
                min: top.iter().copied().fold(f32::INFINITY, f32::min),
                max: sample.magnitude(),
                values: Cow::Owned(top),
            });
        }
        Ok(())
    }

    fn range(&self) -> Result<ClipRange, QuantError> {
        self.range_at(self.config.percentile)
    }

    fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if self.config != other.config {
            return Err(QuantError::Merge {
                what: "settings of the percentile of maxima",
            });
        }
        if let Some(extent) = other.extent {
            self.widen(extent);
            self.pool.merge(&other.pool)?;
        }
        Ok(())
    }
}

/// How many of `n` numbers go into the pool.
fn top_len(ratio: f64, n: usize) -> usize {
    // Decimal ratios are not exact in binary: 0.01 · 700 is a little more than 7.
    let exact = ratio * n as f64 * (1.0 - 1e-9);
    (exact.ceil() as usize).clamp(1, n.max(1))
}

/// Exponent and this many bits of the mantissa tell apart the groups that magnitudes are counted in.
const GROUP_BITS: u32 = 3;
const GROUP_SHIFT: u32 = f32::MANTISSA_DIGITS - 1 - GROUP_BITS;
const N_GROUPS: usize = 256 << GROUP_BITS;
/// Neighbours are counted in different places, so that none waits for the other.
const LANES: usize = 4;

/// The `k` largest magnitudes, in no order.
///
/// Magnitudes are counted in groups first, so that only the groups at the top have to be looked at closely.
fn largest_magnitudes(values: &[f32], k: usize) -> Vec<f32> {
    let mut counts = vec![[0_u32; LANES]; N_GROUPS];
    for chunk in values.chunks(LANES) {
        for (lane, x) in chunk.iter().enumerate() {
            counts[group(*x)][lane] += 1;
        }
    }
    let mut len = 0;
    let lowest = (0..N_GROUPS)
        .rev()
        .find(|&n| {
            len += counts[n].iter().map(|&n| n as usize).sum::<usize>();
            len >= k
        })
        .unwrap_or(0);
    let least = f32::from_bits((lowest as u32) << GROUP_SHIFT);
    let mut top = Vec::with_capacity(len);
    for chunk in values.chunks(32) {
        // Of all at once: a loop that stops at the first looks at one after the other.
        if chunk
            .iter()
            .fold(false, |some, x| some | (x.abs() >= least))
        {
            top.extend(chunk.iter().map(|x| x.abs()).filter(|&x| x >= least));
        }
    }
    keep_largest(&mut top, k);
    top
}

fn group(x: f32) -> usize {
    ((x.to_bits() & 0x7fff_ffff) >> GROUP_SHIFT) as usize
}

#[cfg(test)]
mod tests {
    use ndarray::arr1;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ratios_round_up_and_leave_at_least_one() {
        for (ratio, n, k) in [
            (0.01, 100, 1),
            (0.01, 101, 2),
            (0.01, 700, 7),
            (0.01, 3, 1),
            (0.0, 1000, 1),
            (1.0, 1000, 1000),
            (0.07, 100, 7),
        ] {
            assert_eq!(top_len(ratio, n), k, "{ratio} of {n}");
        }
    }

    proptest! {
        #[test]
        fn the_pool_is_what_sorting_finds(
            samples in prop::collection::vec(
                prop::collection::vec(prop_oneof![-5.0_f32..3.0, Just(0.0), prop::num::f32::NORMAL], 1..120),
                1..12,
            ),
            percentile in 0.0_f64..=100.0,
            top_ratio in 0.0_f64..=1.0,
        ) {
            let config = MaxPercentileConfig { percentile, top_ratio, exact_len: 8192 };
            let mut calibrator = MaxPercentile::new(config).unwrap();
            let mut pool: Vec<f32> = Vec::new();
            for sample in &samples {
                calibrator.observe(&arr1(sample).into_dyn()).unwrap();
                let mut sorted: Vec<f32> = sample.iter().map(|x| x.abs()).collect();
                sorted.sort_by(|a, b| b.total_cmp(a));
                pool.extend(&sorted[..top_len(top_ratio, sorted.len())]);
            }
            pool.sort_by(|a, b| b.total_cmp(a));
            let cut = n_cut(pool.len() as u64, percentile)(1.0) as usize;
            let magnitude = pool[cut.min(pool.len() - 1)];
            let min = samples.iter().flatten().copied().fold(0.0, f32::min);
            let max = samples.iter().flatten().copied().fold(0.0, f32::max);
            let range = calibrator.range().unwrap();
            prop_assert_eq!((range.min(), range.max()), (min.max(-magnitude), max.min(magnitude)));
        }
    }

    #[test]
    fn settings_are_checked() {
        for (percentile, top_ratio) in [(101.0, 0.1), (99.0, -0.1), (99.0, 1.1), (99.0, f64::NAN)] {
            let config = MaxPercentileConfig {
                percentile,
                top_ratio,
                exact_len: 10,
            };
            assert!(matches!(
                MaxPercentile::new(config),
                Err(QuantError::Setting { .. })
            ));
        }
    }
}
