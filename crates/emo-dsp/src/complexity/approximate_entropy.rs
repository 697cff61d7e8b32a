use crate::DspError;

use super::moments::{check_signal, sum_of_logs};
use super::sample_entropy::{SampleEntropyConfig, check_embedding};
use super::template_matches::{Comparison, Matching, Pairs, TemplateMatches};
use super::tolerance::Tolerance;

/// Settings of [`ApproximateEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ApproximateEntropyConfig {
    /// Samples in the shorter templates, `m`, 1 or more. Default: 2.
    pub dimension: usize,
    /// Steps from one sample of a template to the next, 1 or more. Default: 1.
    pub delay: usize,
    /// How far apart samples that are alike may be; samples exactly as far apart are alike. Default: 0.2 standard
    /// deviations.
    pub tolerance: Tolerance,
}

impl ApproximateEntropyConfig {
    /// As antropy 0.2: the standard deviation with `ddof` 0.
    pub fn antropy() -> Self {
        Self::with_ddof(0)
    }

    /// As NeuroKit2 0.2: the standard deviation with `ddof` 1.
    pub fn neurokit() -> Self {
        Self::with_ddof(1)
    }

    /// As mne-features 0.3, which is as NeuroKit2.
    pub fn mne_features() -> Self {
        Self::with_ddof(1)
    }

    fn with_ddof(ddof: i32) -> Self {
        Self {
            dimension: 2,
            delay: 1,
            tolerance: Tolerance::StandardDeviation { factor: 0.2, ddof },
        }
    }
}

/// As [`ApproximateEntropyConfig::neurokit`].
impl Default for ApproximateEntropyConfig {
    fn default() -> Self {
        Self::neurokit()
    }
}

/// Approximate entropy: how rarely patterns that were alike stay alike for one more sample, in nats.
///
/// `Φ(m) − Φ(m + 1)`, where `Φ(m)` is the mean logarithm of the share of templates of `m` samples that are alike to a
/// template, itself among them. Counting itself makes it defined for every signal, and biased towards regularity for
/// short ones; [`SampleEntropy`](crate::SampleEntropy) is its successor.
///
/// Takes `N²/64` steps, and allocates only for a signal longer than any before.
///
/// # References
/// S. M. Pincus (1991). Approximate entropy as a measure of system complexity. PNAS 88(6).
/// doi:10.1073/pnas.88.6.2297.
#[derive(Debug, Clone)]
#[doc(alias = "ApEn")]
pub struct ApproximateEntropy {
    config: ApproximateEntropyConfig,
    matches: TemplateMatches,
}

impl ApproximateEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a dimension or delay of 0, or a tolerance that is not above 0.
    pub fn new(config: &ApproximateEntropyConfig) -> Result<Self, DspError> {
        check_embedding(config.dimension, config.delay)?;
        config.tolerance.check()?;
        Ok(Self {
            config: config.clone(),
            matches: TemplateMatches::default(),
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: one template of `m + 1`.
    pub fn min_len(&self) -> usize {
        self.config.dimension * self.config.delay + 1
    }

    /// The entropy of `signal` in nats; for very short signals it may be negative.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if the signal is constant and the tolerance a share of its standard deviation.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        let matching = Matching {
            dimension: self.config.dimension,
            delay: self.config.delay,
            tolerance: self.config.tolerance.of(signal, "approximate entropy")?,
            comparison: Comparison::AtMost,
            pairs: Pairs::All,
        };
        let counts = self.matches.count(signal, &matching);
        let phi = |length: usize, n_templates: usize| {
            let n = n_templates as f64;
            sum_of_logs(counts[..n_templates].iter().map(|c| c[length])) / n - n.ln()
        };
        let n_short = counts.len();
        Ok(phi(0, n_short) - phi(1, n_short - self.config.delay))
    }

    /// How many pairs are alike at `m` and at `m + 1` samples by the settings of a sample entropy, of the `n_samples` that
    /// were computed last; `None` where what was counted does not say.
    pub(super) fn pairs_once(
        &self,
        config: &SampleEntropyConfig,
        n_samples: usize,
    ) -> Option<[u64; 2]> {
        let ApproximateEntropyConfig {
            dimension,
            delay,
            tolerance,
        } = self.config;
        let is_same = dimension == config.dimension
            && delay == config.delay
            && tolerance == config.tolerance
            && (config.comparison == Comparison::AtMost || !self.matches.has_ties());
        // The shortest signal of an approximate entropy is too short for the other one.
        if !is_same || delay != 1 || n_samples < dimension + 2 {
            return None;
        }
        self.matches.pairs_once()
    }
}
