use ndarray::ArrayRefD;

use crate::{Calibrator, ClipRange, QuantError, sample::Sample};

/// Settings of [`MovingAverage`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct MovingAverageConfig {
    /// The weight of the newest sample, above 0 and at most 1. Default 0.01, as in PyTorch's
    /// `MovingAverageMinMaxObserver` and ONNX Runtime's `averaging_constant`.
    pub constant: f64,
}

impl MovingAverageConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self { constant: 0.01 }
    }
}

impl Default for MovingAverageConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// The exponential moving average of the minima and of the maxima of the samples: one outlier does not decide.
///
/// The first sample starts both averages; every later one moves them by `constant` of the way to its own extremes:
/// `m ← m + constant · (x − m)`. A sample is what one call of [`observe`](Calibrator::observe) brings.
///
/// *Order matters here, by definition*: later samples weigh more. [`merge`](Calibrator::merge) takes the other's
/// samples as having come after one's own, and gives what one calibrator would have that saw both in this order, up to
/// the rounding of `f64`. So it is associative, but not commutative.
///
/// Memory: five numbers.
///
/// ```
/// use emo_quant::{Calibrator, MovingAverage, MovingAverageConfig};
/// use ndarray::arr1;
///
/// let mut config = MovingAverageConfig::new();
/// config.constant = 0.25;
/// let mut average = MovingAverage::new(config)?;
/// average.observe(&arr1(&[-1.0_f32, 2.0]).into_dyn())?;
/// average.observe(&arr1(&[-3.0_f32, 4.0]).into_dyn())?;
/// assert_eq!((average.range()?.min(), average.range()?.max()), (-1.5, 2.5));
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
///
/// # References
/// Jacob et al. (2018). *Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference*,
/// section 3.1. CVPR. <https://doi.org/10.1109/CVPR.2018.00286>
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MovingAverage {
    config: MovingAverageConfig,
    averages: Option<Averages>,
}

/// A moving average that can be continued by another one: `sum + rest · first`, for lower and upper extremes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Averages {
    /// The extremes of the first sample.
    first: (f64, f64),
    /// The weighted extremes of all samples, the first one included, as if 0 had been before them.
    sum: (f64, f64),
    /// What weight is left for that 0: `(1 − constant)` to the power of the number of samples.
    rest: f64,
}

impl MovingAverage {
    /// A calibrator that has seen nothing.
    ///
    /// # Errors
    /// [`QuantError::Setting`] if the constant is not above 0 and at most 1.
    pub fn new(config: MovingAverageConfig) -> Result<Self, QuantError> {
        if !(config.constant > 0.0 && config.constant <= 1.0) {
            return Err(QuantError::Setting {
                name: "constant of the moving average",
                value: config.constant,
                expected: "above 0 and at most 1",
            });
        }
        Ok(Self {
            config,
            averages: None,
        })
    }

    /// The settings.
    pub fn config(&self) -> &MovingAverageConfig {
        &self.config
    }

    fn append(&mut self, later: Averages) {
        self.averages = Some(match self.averages {
            None => later,
            Some(earlier) => Averages {
                first: earlier.first,
                sum: (
                    later.rest * earlier.sum.0 + later.sum.0,
                    later.rest * earlier.sum.1 + later.sum.1,
                ),
                rest: earlier.rest * later.rest,
            },
        });
    }
}

impl Calibrator for MovingAverage {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            let constant = self.config.constant;
            let (min, max) = (f64::from(sample.min), f64::from(sample.max));
            self.append(Averages {
                first: (min, max),
                sum: (constant * min, constant * max),
                rest: 1.0 - constant,
            });
        }
        Ok(())
    }

    fn range(&self) -> Result<ClipRange, QuantError> {
        let Averages { first, sum, rest } = self.averages.ok_or(QuantError::NoData)?;
        ClipRange::enclosing(
            (sum.0 + rest * first.0) as f32,
            (sum.1 + rest * first.1) as f32,
        )
    }

    fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if self.config != other.config {
            return Err(QuantError::Merge {
                what: "constants of the moving average",
            });
        }
        if let Some(later) = other.averages {
            self.append(later);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use ndarray::arr1;
    use proptest::prelude::*;

    use super::*;

    fn average(constant: f64, samples: &[(f32, f32)]) -> MovingAverage {
        let mut average = MovingAverage::new(MovingAverageConfig { constant }).unwrap();
        for &(low, high) in samples {
            average.observe(&arr1(&[low, high]).into_dyn()).unwrap();
        }
        average
    }

    proptest! {
        #[test]
        fn it_is_the_recursion_and_merging_continues_it(
            constant in 0.001_f64..=1.0,
            samples in prop::collection::vec((-100.0_f32..-1.0, 1.0_f32..100.0), 1..40),
            cut in 0.0_f64..1.0,
        ) {
            let (mut low, mut high) = (f64::from(samples[0].0), f64::from(samples[0].1));
            for &(min, max) in &samples[1..] {
                low += constant * (f64::from(min) - low);
                high += constant * (f64::from(max) - high);
            }
            let cut = (cut * samples.len() as f64) as usize;
            let mut merged = average(constant, &samples[..cut]);
            merged.merge(&average(constant, &samples[cut..])).unwrap();
            for range in [average(constant, &samples).range().unwrap(), merged.range().unwrap()] {
                assert_close([range.min(), range.max()], [low, high], 1e-6, 0.0);
            }
        }
    }

    #[test]
    fn settings_are_checked() {
        for constant in [0.0, -0.1, 1.1, f64::NAN] {
            assert!(matches!(
                MovingAverage::new(MovingAverageConfig { constant }),
                Err(QuantError::Setting { .. })
            ));
        }
        let mut a = average(0.1, &[]);
        assert!(matches!(
            a.merge(&average(0.2, &[])),
            Err(QuantError::Merge { .. })
        ));
    }
}
