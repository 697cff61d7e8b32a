use crate::DspError;

use super::decaying_exp::decaying_exp;
use super::moments::check_signal;
use super::sample_entropy::check_embedding;
use super::tolerance::Tolerance;

/// Settings of [`FuzzyEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FuzzyEntropyConfig {
    /// Samples in the shorter templates, `m`, 1 or more. Default: 2.
    pub dimension: usize,
    /// Steps from one sample of a template to the next, 1 or more. Default: 1.
    pub delay: usize,
    /// The distance at which likeness has fallen to 1/e. Default: 0.2 standard deviations with `ddof` 1.
    pub tolerance: Tolerance,
}

/// As NeuroKit2 0.2.
impl Default for FuzzyEntropyConfig {
    fn default() -> Self {
        Self {
            dimension: 2,
            delay: 1,
            tolerance: Tolerance::StandardDeviation {
                factor: 0.2,
                ddof: 1,
            },
        }
    }
}

/// Fuzzy entropy: sample entropy with a likeness that fades with distance instead of ending at one, in nats.
///
/// The mean is taken from each template; two of them are alike by `e^(−d/r)`, with `d` the largest distance of their
/// samples and `r` the tolerance. `−ln` of the mean likeness at `m + 1` samples over that at `m`, as NeuroKit2.
///
/// Takes `N²` steps, and allocates only for a signal longer than any before.
///
/// # References
/// W. Chen, Z. Wang, H. Xie, W. Yu (2007). Characterization of surface EMG signal based on fuzzy entropy. IEEE
/// Transactions on Neural Systems and Rehabilitation Engineering 15(2). doi:10.1109/TNSRE.2007.897025.
#[derive(Debug, Clone)]
#[doc(alias = "FuzzyEn")]
pub struct FuzzyEntropy {
    config: FuzzyEntropyConfig,
    /// Templates without their mean, `[samples of a template, templates]`.
    templates: Vec<f64>,
    distances: Vec<f64>,
}

impl FuzzyEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a dimension or delay of 0, or a tolerance that is not above 0.
    pub fn new(config: &FuzzyEntropyConfig) -> Result<Self, DspError> {
        check_embedding(config.dimension, config.delay)?;
        config.tolerance.check()?;
        Ok(Self {
            config: config.clone(),
            templates: Vec::new(),
            distances: Vec::new(),
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
    /// - [`DspError::Undefined`] if the tolerance is a share of the standard deviation of a constant signal, or so
    ///   small that nothing is alike.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        let tolerance = self.config.tolerance.of(signal, "fuzzy entropy")?;
        let short = self.likeness(signal, self.config.dimension, tolerance);
        let long = self.likeness(signal, self.config.dimension + 1, tolerance);
        let entropy = (short / long).ln();
        if entropy.is_finite() {
            return Ok(entropy);
        }
        Err(DspError::Undefined {
            measure: "fuzzy entropy",
            reason: "no patterns are alike",
        })
    }

    /// The likeness of all pairs of templates of `len` samples, summed; as many templates for each `len`.
    fn likeness(&mut self, signal: &[f64], len: usize, tolerance: f64) -> f64 {
        let delay = self.config.delay;
        let n = signal.len() - self.config.dimension * delay;
        self.templates.clear();
        for k in 0..len {
            self.templates
                .extend_from_slice(&signal[k * delay..k * delay + n]);
        }
        for i in 0..n {
            let sum: f64 = self.templates[i..].iter().step_by(n).sum();
            let mean = sum / len as f64;
            for k in 0..len {
                self.templates[k * n + i] -= mean;
            }
        }
        let scale = 1.0 / tolerance;
        let mut total = 0.0;
        for i in 0..n - 1 {
            self.distances.clear();
            self.distances.resize(n - 1 - i, 0.0);
            for samples in self.templates.chunks_exact(n) {
                let own = samples[i];
                for (distance, sample) in self.distances.iter_mut().zip(&samples[i + 1..]) {
                    *distance = distance.max((sample - own).abs());
                }
            }
            total += sum_of_decays(&self.distances, scale);
        }
        total
    }
}

/// `Σ e^(−scale·d)`, in four sums side by side.
fn sum_of_decays(distances: &[f64], scale: f64) -> f64 {
    let mut sums = [0.0; 4];
    let mut chunks = distances.chunks_exact(4);
    for chunk in &mut chunks {
        for (sum, distance) in sums.iter_mut().zip(chunk) {
            *sum += decaying_exp(distance * scale);
        }
    }
    let rest = chunks.remainder().iter();
    sums.iter().sum::<f64>() + rest.map(|d| decaying_exp(d * scale)).sum::<f64>()
}
