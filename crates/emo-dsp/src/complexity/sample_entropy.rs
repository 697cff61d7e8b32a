use crate::DspError;

use super::moments::check_signal;
use super::template_matches::{Comparison, Matching, Pairs, TemplateMatches};
use super::tolerance::Tolerance;

/// Settings of [`SampleEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SampleEntropyConfig {
    /// Samples in the shorter templates, `m`, 1 or more. Default: 2.
    pub dimension: usize,
    /// Steps from one sample of a template to the next, 1 or more. Default: 1.
    pub delay: usize,
    /// How far apart samples that are alike may be. Default: 0.2 standard deviations.
    pub tolerance: Tolerance,
    /// Whether the tolerance itself is still alike.
    pub comparison: Comparison,
}

impl SampleEntropyConfig {
    /// As antropy 0.2: the standard deviation with `ddof` 0, and `distance < tolerance`.
    pub fn antropy() -> Self {
        Self {
            comparison: Comparison::Below,
            ..Self::with_ddof(0)
        }
    }

    /// As NeuroKit2 0.2: the standard deviation with `ddof` 1, and `distance ≤ tolerance`.
    pub fn neurokit() -> Self {
        Self::with_ddof(1)
    }

    /// As mne-features 0.3, which is as NeuroKit2.
    pub fn mne_features() -> Self {
        Self::with_ddof(1)
    }

    /// As pyHRV 0.5 on nolds 0.5: the standard deviation with `ddof` −1, and `distance < tolerance`.
    pub fn pyhrv() -> Self {
        Self {
            comparison: Comparison::Below,
            ..Self::with_ddof(-1)
        }
    }

    fn with_ddof(ddof: i32) -> Self {
        Self {
            dimension: 2,
            delay: 1,
            tolerance: Tolerance::StandardDeviation { factor: 0.2, ddof },
            comparison: Comparison::AtMost,
        }
    }
}

/// As [`SampleEntropyConfig::neurokit`].
impl Default for SampleEntropyConfig {
    fn default() -> Self {
        Self::neurokit()
    }
}

/// Sample entropy: how rarely patterns that were alike stay alike for one more sample, in nats.
///
/// `−ln(A/B)`, where `B` pairs of templates of `m` samples are alike (every sample within the tolerance of its
/// counterpart) and `A` of these pairs are so for `m + 1` samples. The first `N − m·delay` templates are compared,
/// none with itself. 0 for a periodic signal, 2 and more for noise; from 200 samples the value settles.
///
/// Takes `N²/64` steps, and allocates only for a signal longer than any before.
///
/// ```
/// use emo_dsp::{SampleEntropy, SampleEntropyConfig};
///
/// let mut entropy = SampleEntropy::new(&SampleEntropyConfig::antropy())?;
/// let regular: Vec<f64> = (0..512).map(|n| (0.3 * f64::from(n)).sin()).collect();
/// let mut state = 1_u32;
/// let noise: Vec<f64> = (0..512)
///     .map(|_| {
///         state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
///         f64::from(state)
///     })
///     .collect();
/// assert!(entropy.compute(&regular)? < 0.4);
/// assert!(entropy.compute(&noise)? > 2.0);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// J. S. Richman, J. R. Moorman (2000). Physiological time-series analysis using approximate entropy and sample
/// entropy. American Journal of Physiology 278(6). doi:10.1152/ajpheart.2000.278.6.H2039.
#[derive(Debug, Clone)]
#[doc(alias = "SampEn")]
pub struct SampleEntropy {
    config: SampleEntropyConfig,
    matches: TemplateMatches,
}

impl SampleEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a dimension or delay of 0, or a tolerance that is not above 0.
    pub fn new(config: &SampleEntropyConfig) -> Result<Self, DspError> {
        check_embedding(config.dimension, config.delay)?;
        config.tolerance.check()?;
        Ok(Self {
            config: config.clone(),
            matches: TemplateMatches::default(),
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: two templates of `m + 1`.
    pub fn min_len(&self) -> usize {
        self.config.dimension * self.config.delay + 2
    }

    /// The entropy of `signal` in nats.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if no templates are alike at `m + 1` samples, or if the signal is constant and the
    ///   tolerance a share of its standard deviation.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        let tolerance = self.config.tolerance.of(signal, "sample entropy")?;
        Self::of_pairs(self.count_pairs(signal, tolerance))
    }

    pub(super) fn config(&self) -> &SampleEntropyConfig {
        &self.config
    }

    /// The entropy of so many pairs that are alike at `m` and at `m + 1` samples.
    pub(super) fn of_pairs([short, long]: [u64; 2]) -> Result<f64, DspError> {
        if long == 0 {
            return Err(DspError::Undefined {
                measure: "sample entropy",
                reason: "no patterns are alike",
            });
        }
        Ok((short as f64 / long as f64).ln())
    }

    /// How many pairs are alike at `m` and at `m + 1` samples; the signal is finite and long enough.
    pub(crate) fn count_pairs(&mut self, signal: &[f64], tolerance: f64) -> [u64; 2] {
        let matching = Matching {
            dimension: self.config.dimension,
            delay: self.config.delay,
            tolerance,
            comparison: self.config.comparison,
            pairs: Pairs::EachOnce,
        };
        let counts = self.matches.count(signal, &matching);
        counts.iter().fold([0, 0], |[short, long], &[s, l]| {
            [short + u64::from(s), long + u64::from(l)]
        })
    }
}

pub(crate) fn check_embedding(dimension: usize, delay: usize) -> Result<(), DspError> {
    for (name, value) in [("dimension", dimension), ("delay", delay)] {
        // What is more than this finds no signal to be embedded in, and products of the two must not overflow.
        if value == 0 || value > 1 << 20 {
            return Err(DspError::InvalidSetting {
                name,
                value: value as f64,
                expected: "1 to 2^20",
            });
        }
    }
    Ok(())
}
