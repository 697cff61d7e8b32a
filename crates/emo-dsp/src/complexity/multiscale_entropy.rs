use crate::DspError;

use super::moments::check_signal;
use super::sample_entropy::{SampleEntropy, SampleEntropyConfig};
use super::tolerance::Tolerance;

/// How a scale's series come about, and how their entropies become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MultiscaleMethod {
    /// One series: the means of neighbouring samples. MSE of Costa et al.; NeuroKit2's `MSEn`.
    Means,
    /// The mean of the entropies of `scale` series: every `scale`-th sample, from the first, the second and so on. As
    /// NeuroKit2's `CMSEn`, which takes samples where Wu et al. (2013) take means.
    Composite,
    /// The same series; the shares of alike pairs are averaged before the logarithm. As NeuroKit2's `RCMSEn`.
    RefinedComposite,
}

/// Settings of [`MultiscaleEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MultiscaleEntropyConfig {
    /// Samples in the shorter templates, 1 or more. Default: 2.
    pub dimension: usize,
    /// How far apart samples that are alike may be, at every scale the same: a share refers to the signal itself.
    /// Default: 0.2 standard deviations with `ddof` 1.
    pub tolerance: Tolerance,
    /// The largest scale, 1 or more. Default: none, which stands for `N / (dimension + 10) − 1`.
    pub max_scale: Option<usize>,
    /// Default: [`MultiscaleMethod::Means`].
    pub method: MultiscaleMethod,
}

/// As NeuroKit2 0.2 with `dimension=2`.
impl Default for MultiscaleEntropyConfig {
    fn default() -> Self {
        Self {
            dimension: 2,
            tolerance: Tolerance::StandardDeviation {
                factor: 0.2,
                ddof: 1,
            },
            max_scale: None,
            method: MultiscaleMethod::Means,
        }
    }
}

/// Multiscale entropy: sample entropy of the signal at coarser and coarser scales, and the area under it, in nats.
///
/// Noise loses entropy with the scale; a signal with structure at all scales keeps it.
///
/// Allocates only for a signal longer than any before.
///
/// # References
/// - M. Costa, A. L. Goldberger, C.-K. Peng (2002). Multiscale entropy analysis of complex physiologic time series.
///   Physical Review Letters 89. doi:10.1103/PhysRevLett.89.068102.
/// - S.-D. Wu, C.-W. Wu, S.-G. Lin, C.-C. Wang, K.-Y. Lee (2013). Time series analysis using composite multiscale
///   entropy. Entropy 15(3). doi:10.3390/e15031069.
#[derive(Debug, Clone)]
#[doc(alias = "MSE")]
pub struct MultiscaleEntropy {
    config: MultiscaleEntropyConfig,
    entropy: SampleEntropy,
    coarse: Vec<f64>,
    scales: Vec<Option<f64>>,
}

impl MultiscaleEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a dimension or largest scale of 0, or a tolerance that is not above 0.
    pub fn new(config: &MultiscaleEntropyConfig) -> Result<Self, DspError> {
        if config.max_scale == Some(0) {
            return Err(DspError::InvalidSetting {
                name: "max_scale",
                value: 0.0,
                expected: "1 or more",
            });
        }
        let mut entropy = SampleEntropyConfig::neurokit();
        entropy.dimension = config.dimension;
        entropy.tolerance = config.tolerance;
        Ok(Self {
            config: config.clone(),
            entropy: SampleEntropy::new(&entropy)?,
            coarse: Vec::new(),
            scales: Vec::new(),
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples.
    ///
    /// By default two scales' worth, `2·(dimension + 10)`; with a largest scale, what leaves two templates at it.
    pub fn min_len(&self) -> usize {
        match self.config.max_scale {
            None => 2 * (self.config.dimension + 10),
            Some(scale) => scale.saturating_mul(self.entropy.min_len()),
        }
    }

    /// The area under the entropies of scales 1, 2, … by the trapezoid rule, divided by the number of scales.
    ///
    /// Scales without alike patterns, whose entropy is undefined, are left out.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if the entropy of every scale is, or if the signal is constant and the tolerance a
    ///   share of its standard deviation.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        let tolerance = self.config.tolerance.of(signal, "multiscale entropy")?;
        let max_scale = self
            .config
            .max_scale
            .unwrap_or_else(|| signal.len() / (self.config.dimension + 10) - 1);
        self.scales.clear();
        for scale in 1..=max_scale {
            let entropy = self.entropy_at(signal, scale, tolerance);
            self.scales.push(entropy);
        }
        let mut defined = self.scales.iter().flatten().peekable();
        let Some(&&first) = defined.peek() else {
            return Err(DspError::Undefined {
                measure: "multiscale entropy",
                reason: "no patterns are alike at any scale",
            });
        };
        let (mut sum, mut last, mut count) = (0.0, first, 0.0);
        for &entropy in defined {
            sum += entropy;
            last = entropy;
            count += 1.0;
        }
        Ok((sum - 0.5 * (first + last)) / count)
    }

    /// The entropy of each scale of the signal computed last, from scale 1; none where it is undefined.
    pub fn scales(&self) -> &[Option<f64>] {
        &self.scales
    }

    fn entropy_at(&mut self, signal: &[f64], scale: usize, tolerance: f64) -> Option<f64> {
        if scale == 1 || self.config.method == MultiscaleMethod::Means {
            self.coarse.clear();
            let means = signal.chunks_exact(scale);
            self.coarse
                .extend(means.map(|chunk| chunk.iter().sum::<f64>() / scale as f64));
            return ratio(self.entropy.count_pairs(&self.coarse, tolerance));
        }
        let whole = signal.len() / scale * scale;
        let (mut sum, mut count) = (0.0, 0.0);
        let mut pairs = [0; 2];
        for start in 0..scale {
            self.coarse.clear();
            self.coarse
                .extend(signal[start..whole].iter().step_by(scale));
            let [short, long] = self.entropy.count_pairs(&self.coarse, tolerance);
            pairs = [pairs[0] + short, pairs[1] + long];
            if let Some(entropy) = ratio([short, long]) {
                sum += entropy;
                count += 1.0;
            }
        }
        match self.config.method {
            MultiscaleMethod::RefinedComposite => ratio(pairs),
            _ if count > 0.0 => Some(sum / count),
            _ => None,
        }
    }
}

fn ratio([short, long]: [u64; 2]) -> Option<f64> {
    (long > 0).then(|| (short as f64 / long as f64).ln())
}
