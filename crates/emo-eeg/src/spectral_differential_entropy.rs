use std::f64::consts::{E, TAU};

use emo_dsp::{Detrend, SampleRate, Welch, WelchConfig, Window, WindowSymmetry};

use crate::statistics::check_channel;
use crate::window::check_rate;
use crate::{Band, EegError};

/// `½·ln(2πe·σ²)` in nats of a signal of variance `variance`, which is that of a band's power by Parseval's theorem.
///
/// The form of differential entropy that needs a spectrum instead of a filter. It sees no transients of a filter at the
/// window's ends, and cuts bands sharper, so it differs from [`DifferentialEntropy`](crate::DifferentialEntropy): train
/// and run a model with one of them. `None` for a variance that is not a number above 0.
///
/// ```
/// # use emo_eeg::gaussian_entropy;
/// // A normal distribution with variance 1 has ½·ln(2πe) nats.
/// assert!((gaussian_entropy(1.0).unwrap() - 1.4189385).abs() < 1e-7);
/// assert_eq!(gaussian_entropy(0.0), None);
/// ```
pub fn gaussian_entropy(variance: f64) -> Option<f64> {
    (variance > 0.0 && variance.is_finite()).then(|| 0.5 * (TAU * E * variance).ln())
}

/// Differential entropy as SEED's programs take it from a spectrum: `log₂(100·mean |X|²)` over a band's bins.
///
/// Each channel is weighted by a symmetric Hann window and transformed over one second (`rate` bins, so that bins stand
/// 1 Hz apart); a band from `a` to `b` Hz holds the bins `a − 1` to `b − 1`. TorchEEG's `BandDifferentialEntropyV1`.
///
/// # References
/// R.-N. Duan, J.-Y. Zhu, B.-L. Lu (2013). Differential entropy feature for EEG-based emotion classification. NER.
/// doi:10.1109/NER.2013.6695876.
#[derive(Debug, Clone)]
pub struct SeedDifferentialEntropy {
    window: Vec<f64>,
    welch: Welch,
    bins: Vec<(usize, usize)>,
    names: Vec<String>,
    len: usize,
}

impl SeedDifferentialEntropy {
    /// Prepares windows of `len` samples, up to one second of them.
    ///
    /// # Errors
    /// - [`EegError::NoBands`] without bands.
    /// - [`EegError::InvalidSetting`] for a rate that is not a whole number of hertz up to 100,000, a length of fewer than 2 samples
    ///   or more than a second, or a band that does not begin at 1 Hz or more and end below the Nyquist frequency.
    pub fn new(bands: &[Band], rate: SampleRate, len: usize) -> Result<Self, EegError> {
        let invalid = |name: &'static str, value: f64, expected: &'static str| {
            Err(EegError::InvalidSetting {
                name,
                value,
                expected,
            })
        };
        if bands.is_empty() {
            return Err(EegError::NoBands);
        }
        check_rate(rate)?;
        let fft_len = rate.hz() as usize;
        if fft_len as f64 != rate.hz() {
            return invalid("sample_rate", rate.hz(), "a whole number of hertz");
        }
        if !(2..=fft_len).contains(&len) {
            return invalid("len", len as f64, "2 samples to one second");
        }
        let mut bins = Vec::new();
        for band in bands {
            if !(band.low_hz >= 1.0 && band.low_hz < band.high_hz) {
                return invalid("low_hz", band.low_hz, "1 or more, and below the upper edge");
            }
            if band.high_hz >= rate.nyquist_hz() {
                return invalid("high_hz", band.high_hz, "below the Nyquist frequency");
            }
            bins.push((band.low_hz as usize - 1, band.high_hz as usize));
        }
        // The spectrum of a window that is given, which a boxcar leaves as it is.
        let mut config = WelchConfig::periodogram(rate, len);
        config.fft_len = fft_len;
        config.detrend = Detrend::None;
        Ok(Self {
            window: Window::Hann.samples(len, WindowSymmetry::Symmetric)?,
            welch: Welch::new(&config)?,
            bins,
            names: bands.iter().map(|band| band.name.clone()).collect(),
            len,
        })
    }

    /// The entropy of a channel in each band.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] unless `samples` has the length of [`new`](Self::new).
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::NoBandPower`] for a channel without power in a band.
    pub fn compute(&self, samples: &[f64]) -> Result<Vec<f64>, EegError> {
        check_channel(samples, self.len)?;
        if samples.len() != self.len {
            return Err(EegError::SignalTooShort {
                actual: self.len,
                required: samples.len(),
            });
        }
        let weighted: Vec<f64> = samples
            .iter()
            .zip(&self.window)
            .map(|(x, w)| x * w)
            .collect();
        let density = self.welch.compute(&weighted)?;
        // A density of one segment is |X|² over rate and length, doubled where two signs share a bin.
        let scale = self.welch.bin_hz() * (density.len() as f64 - 1.0) * 2.0 * self.len as f64;
        let square = |bin: usize| density[bin] * scale / if bin == 0 { 1.0 } else { 2.0 };
        let entropy = |(&(from, to), name): (&(usize, usize), &String)| {
            let mean = (from..to).map(square).sum::<f64>() / (to - from) as f64;
            if mean > 0.0 {
                return Ok((100.0 * mean).log2());
            }
            Err(EegError::NoBandPower {
                channel: 0,
                band: name.clone(),
                variance: mean,
                floor: 0.0,
            })
        };
        self.bins.iter().zip(&self.names).map(entropy).collect()
    }
}

/// Vasicek's estimate of the differential entropy of samples of any distribution, in nats; divide by ln 2 for bits.
///
/// From the spacing of sorted samples `⌊√n + ½⌋` apart, as SciPy's `differential_entropy(method="vasicek")` and
/// NeuroKit2's `entropy_differential`. Of a raw channel, not of a band. `sorted` is memory that is used over again.
///
/// # Errors
/// - [`EegError::SignalTooShort`] below 3 samples.
/// - [`EegError::NonFinite`] for a NaN or infinite sample.
/// - [`EegError::Undefined`] if as many samples are equal as lie between two of them.
///
/// # References
/// O. Vasicek (1976). A test for normality based on sample entropy. Journal of the Royal Statistical Society B 38(1).
/// doi:10.1111/j.2517-6161.1976.tb01566.x.
pub fn vasicek_entropy(samples: &[f64], sorted: &mut Vec<f64>) -> Result<f64, EegError> {
    check_channel(samples, 3)?;
    sorted.clear();
    sorted.extend_from_slice(samples);
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let spacing = ((n as f64).sqrt() + 0.5) as usize;
    let sum: f64 = (0..n)
        .map(|i| {
            let high = sorted[(i + spacing).min(n - 1)];
            let low = sorted[i.saturating_sub(spacing)];
            ((high - low) * n as f64 / (2.0 * spacing as f64)).ln()
        })
        .sum();
    if sum.is_finite() {
        return Ok(sum / n as f64);
    }
    Err(EegError::Undefined {
        measure: "Vasicek's entropy",
        reason: "too many samples are equal",
    })
}
