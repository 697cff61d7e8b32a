use crate::DspError;

use super::dfa::logarithmic_from_10;
use super::line_fit::LineFit;
use super::moments::{check_signal, mean, standard_deviation};

/// How rescaled ranges become an exponent; the values of the two packages are far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HurstConvention {
    /// As mne-features 0.3: windows of 16 samples to half the signal (up to 20 lengths, equally spaced by their
    /// logarithm); in each, the range up to every sample over the standard deviation up to it, and the mean of these;
    /// less what white noise is expected to have by Anis and Lloyd.
    MneFeatures,
    /// As NeuroKit2 0.2: windows of 10 samples to a tenth of the signal; the range of each over its standard
    /// deviation; less what white noise is expected to have, and ½ more.
    NeuroKitCorrected,
    /// As NeuroKit2 0.2 with `corrected=False`: the slope itself, which is too large for short windows.
    NeuroKit,
}

/// The Hurst exponent by rescaled ranges: whether what rose goes on rising.
///
/// The slope of the logarithm of the rescaled range over that of the window's length: ½ for white noise, up to 1 where
/// trends persist. (mne-features is lower by construction.) Allocates only when the length of the signal changes.
///
/// # References
/// - H. E. Hurst (1951). Long-term storage capacity of reservoirs. Transactions of the American Society of Civil
///   Engineers 116. doi:10.1061/TACEAT.0006518.
/// - A. A. Anis, E. H. Lloyd (1976). The expected value of the adjusted rescaled Hurst range of independent normal
///   summands. Biometrika 63(1). doi:10.1093/biomet/63.1.111.
#[derive(Debug, Clone)]
pub struct Hurst {
    convention: HurstConvention,
    planned_len: usize,
    windows: Vec<usize>,
    /// The logarithm of what white noise is expected to have, for each of `windows`.
    expected: Vec<f64>,
    points: Vec<(f64, f64)>,
}

impl Hurst {
    /// An exponent by `convention`.
    pub fn new(convention: HurstConvention) -> Self {
        Self {
            convention,
            planned_len: 0,
            windows: Vec::new(),
            expected: Vec::new(),
            points: Vec::new(),
        }
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: one with windows of two lengths.
    pub fn min_len(&self) -> usize {
        match self.convention {
            HurstConvention::MneFeatures => 34,
            HurstConvention::NeuroKitCorrected | HurstConvention::NeuroKit => 110,
        }
    }

    /// The exponent of `signal`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if fewer than two lengths have a window in which the signal varies.
    pub fn compute(&mut self, signal: &[f64]) -> Result<f64, DspError> {
        check_signal(signal, self.min_len())?;
        self.plan(signal.len());
        self.points.clear();
        for (&len, &expected) in self.windows.iter().zip(&self.expected) {
            let range = match self.convention {
                HurstConvention::MneFeatures => mean_running_range(signal, len),
                _ => mean_range(signal, len),
            };
            if let Some(range) = range {
                self.points.push(((len as f64).ln(), range.ln() - expected));
            }
        }
        match LineFit::through(self.points.iter().copied()) {
            Ok(line) if self.convention == HurstConvention::NeuroKitCorrected => {
                Ok(line.slope + 0.5)
            }
            Ok(line) => Ok(line.slope),
            Err(_) => Err(DspError::Undefined {
                measure: "Hurst exponent",
                reason: "the signal varies in the windows of fewer than two lengths",
            }),
        }
    }

    fn plan(&mut self, len: usize) {
        if self.planned_len == len {
            return;
        }
        self.planned_len = len;
        self.expected.clear();
        match self.convention {
            HurstConvention::MneFeatures => {
                let last = (len as f64 / 2.0).log2();
                self.windows.clear();
                self.windows.extend((0..20_u32).map(|i| {
                    let log = if i == 19 {
                        last
                    } else {
                        4.0 + f64::from(i) * ((last - 4.0) / 19.0)
                    };
                    log.exp2().floor() as usize
                }));
                self.windows.dedup();
                let expected = |&n: &usize| {
                    let n_f = n as f64;
                    // The correction for few samples, which there is applied twice where it hardly matters.
                    let times = if n <= LONGEST_EXACT { 1 } else { 2 };
                    let correction = ((n_f - 0.5) / n_f).powi(times);
                    (expected_range(n) * correction).ln() - n_f.ln() / 2.0
                };
                self.expected.extend(self.windows.iter().map(expected));
            }
            HurstConvention::NeuroKitCorrected => {
                logarithmic_from_10(len, &mut self.windows);
                let expected = |&n: &usize| expected_range(n).ln();
                self.expected.extend(self.windows.iter().map(expected));
            }
            HurstConvention::NeuroKit => {
                logarithmic_from_10(len, &mut self.windows);
                self.expected.resize(self.windows.len(), 0.0);
            }
        }
    }
}

/// The mean, over windows in which the signal varies, of the walk's range over the standard deviation.
fn mean_range(signal: &[f64], len: usize) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for window in signal.chunks_exact(len) {
        let centre = mean(window);
        let (mut walk, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for x in window {
            walk += x - centre;
            low = low.min(walk);
            high = high.max(walk);
        }
        if window.iter().any(|&x| x != window[0]) {
            sum += (high - low) / standard_deviation(window, 1);
            count += 1.0;
        }
    }
    (count > 0.0).then(|| sum / count)
}

/// The mean over all windows and all their samples but the first of the walk's range so far over the standard
/// deviation so far, where that is not 0.
fn mean_running_range(signal: &[f64], len: usize) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for window in signal.chunks_exact(len) {
        let centre = mean(window);
        let mut walk = window[0] - centre;
        let (mut low, mut high) = (walk, walk);
        // Welford's running mean and sum of squares.
        let (mut running_mean, mut squares) = (window[0], 0.0);
        let mut n = 1.0;
        for x in &window[1..] {
            walk += x - centre;
            low = low.min(walk);
            high = high.max(walk);
            n += 1.0;
            let delta = x - running_mean;
            running_mean += delta / n;
            squares += delta * (x - running_mean);
            if squares > 0.0 {
                sum += (high - low) / (squares / (n - 1.0)).sqrt();
                count += 1.0;
            }
        }
    }
    (count > 0.0).then(|| sum / count)
}

/// Up to this length, both packages have the exact expectation.
const LONGEST_EXACT: usize = 340;

/// Anis and Lloyd's expectation of the rescaled range of `n` normal numbers, asymptotic beyond [`LONGEST_EXACT`].
fn expected_range(n: usize) -> f64 {
    let n_f = n as f64;
    let sum: f64 = (1..n).map(|i| ((n_f - i as f64) / i as f64).sqrt()).sum();
    let factor = if n <= LONGEST_EXACT {
        gamma_ratio(n) / std::f64::consts::PI.sqrt()
    } else {
        1.0 / (n_f * std::f64::consts::FRAC_PI_2).sqrt()
    };
    factor * sum
}

/// `Γ((n − 1)/2) / Γ(n/2)` for `n` of 2 or more, by `Γ(z + 1) = z·Γ(z)`.
fn gamma_ratio(n: usize) -> f64 {
    let root = std::f64::consts::PI.sqrt();
    let (mut ratio, mut at) = if n.is_multiple_of(2) {
        (root, 2)
    } else {
        (2.0 / root, 3)
    };
    while at < n {
        ratio *= (at - 1) as f64 / at as f64;
        at += 2;
    }
    ratio
}
