use crate::DspError;

use super::approximate_entropy::{ApproximateEntropy, ApproximateEntropyConfig};
use super::sample_entropy::{SampleEntropy, SampleEntropyConfig};

/// [`SampleEntropy`] and [`ApproximateEntropy`] of the same signal, for which its patterns are compared once.
///
/// The values are those of the two by themselves, bit for bit. Where their settings differ in more than the comparison,
/// the delay is not 1, or two samples lie exactly the tolerance apart, each is computed by itself.
///
/// ```
/// use emo_dsp::{
///     ApproximateEntropyConfig, PatternEntropies, SampleEntropy, SampleEntropyConfig,
/// };
///
/// let config = SampleEntropyConfig::antropy();
/// let signal: Vec<f64> = (0..512).map(|n| (0.3 * f64::from(n)).sin()).collect();
/// let mut both = PatternEntropies::new(&config, &ApproximateEntropyConfig::antropy())?;
/// let [sample, _approximate] = both.compute(&signal);
/// assert_eq!(sample?, SampleEntropy::new(&config)?.compute(&signal)?);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PatternEntropies {
    sample: SampleEntropy,
    approximate: ApproximateEntropy,
}

impl PatternEntropies {
    /// Checks the settings.
    ///
    /// # Errors
    /// Those of [`SampleEntropy::new`] and [`ApproximateEntropy::new`].
    pub fn new(
        sample: &SampleEntropyConfig,
        approximate: &ApproximateEntropyConfig,
    ) -> Result<Self, DspError> {
        Ok(Self {
            sample: SampleEntropy::new(sample)?,
            approximate: ApproximateEntropy::new(approximate)?,
        })
    }

    /// The sample entropy and the approximate entropy of `signal` in nats, each with the errors of its own.
    pub fn compute(&mut self, signal: &[f64]) -> [Result<f64, DspError>; 2] {
        let approximate = self.approximate.compute(signal);
        let shared = approximate
            .is_ok()
            .then(|| {
                self.approximate
                    .pairs_once(self.sample.config(), signal.len())
            })
            .flatten();
        let sample = match shared {
            Some(pairs) => SampleEntropy::of_pairs(pairs),
            None => self.sample.compute(signal),
        };
        [sample, approximate]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Tolerance;

    fn check(signal: &[f64], sample: &SampleEntropyConfig, approximate: &ApproximateEntropyConfig) {
        let both = PatternEntropies::new(sample, approximate)
            .unwrap()
            .compute(signal);
        let alone = [
            SampleEntropy::new(sample).unwrap().compute(signal),
            ApproximateEntropy::new(approximate)
                .unwrap()
                .compute(signal),
        ];
        assert_eq!(both, alone, "{sample:?} {approximate:?}");
    }

    proptest! {
        #[test]
        fn both_are_those_by_themselves(
            // Halves, so that some distances are the tolerance.
            steps in prop::collection::vec(-8_i32..8, 0..300),
            noise in prop::collection::vec(-1.0..1.0, 300),
            dimension in 1_usize..4,
            delay in 1_usize..4,
            half in 1_u8..5,
        ) {
            let exact: Vec<f64> = steps.iter().map(|&x| f64::from(x) / 2.0).collect();
            let noisy: Vec<f64> = exact.iter().zip(&noise).map(|(x, y)| x + y).collect();
            for signal in [exact, noisy] {
                for sample in [SampleEntropyConfig::antropy(), SampleEntropyConfig::neurokit()] {
                    let approximate = ApproximateEntropyConfig::antropy();
                    check(&signal, &sample, &approximate);
                    let tolerance = Tolerance::Absolute(f64::from(half) / 2.0);
                    let sample = SampleEntropyConfig { dimension, delay, tolerance, ..sample };
                    check(&signal, &sample, &approximate);
                    let approximate =
                        ApproximateEntropyConfig { dimension, delay, tolerance };
                    check(&signal, &sample, &approximate);
                }
            }
        }
    }
}
