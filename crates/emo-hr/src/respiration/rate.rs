use std::f64::consts::TAU;

use emo_dsp::{FilterBand, Sos, Welch, WelchConfig};

use super::Respiration;
use crate::interpolation::Knots;
use crate::{Beats, HrError, Interpolation};

/// Seconds of the window that is compared with sines.
const WINDOW_S: f64 = 10.0;
/// The first sine and the step to the next, in breaths per minute, and how many there are.
const SINES: (f64, f64, usize) = (5.0, 0.25, 101);
/// Rate at which the slopes are taken, or the nearest that divides the signal's.
const SLOPES_HZ: f64 = 10.0;
/// Frequencies at which breathing is looked for in a spectrum, in Hz.
const SPECTRUM_HZ: [f64; 2] = [0.1, 0.5];
/// Seconds of a segment of that spectrum, and values of its transform at least.
const SEGMENT_S: f64 = 60.0;
const MIN_FFT_LEN: usize = 4096;

impl Respiration {
    /// Breaths per minute at each sample, from one trough to the next; as NeuroKit2's `rsp_rate`.
    ///
    /// # Errors
    /// [`HrError::TooFewBeats`] below four breaths.
    pub fn rate_by_breaths(&self) -> Result<Vec<f32>, HrError> {
        Ok(narrow(self.breath_rate()?))
    }

    pub(crate) fn breath_rate(&self) -> Result<Vec<f64>, HrError> {
        let troughs = self.breaths().troughs().to_vec();
        Beats::new(troughs, self.signal().len(), self.sample_rate())?
            .rate_per_sample(Interpolation::MonotoneCubic)
    }

    /// Breaths per minute at each sample, from 5 to 30: the frequency of the sine that goes best with the slope of the
    /// next 10 s, smoothed below 0.1 Hz; as NeuroKit2's `rsp_rate(method="xcorr")`.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] below 10 s and two samples.
    /// - [`HrError::Dsp`] for a signal shorter than the filter's padding.
    pub fn rate_by_correlation(&self) -> Result<Vec<f32>, HrError> {
        Ok(narrow(self.correlation_rate()?))
    }

    pub(crate) fn correlation_rate(&self) -> Result<Vec<f64>, HrError> {
        let stride = ((self.sample_rate().hz() / SLOPES_HZ).round() as usize).max(1);
        let coarse: Vec<f64> = self.signal().iter().copied().step_by(stride).collect();
        let len = (WINDOW_S * self.sample_rate().hz() / stride as f64) as usize;
        if coarse.len() < len + 2 {
            return Err(HrError::SignalTooShort {
                actual: self.signal().len(),
                required: (len + 1) * stride + 1,
            });
        }
        let sines = sines(len - 1);
        let slopes: Vec<f64> = coarse.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let hz: Vec<f64> = slopes
            .windows(len - 1)
            .map(|slopes| (SINES.0 + SINES.1 * best(&sines, slopes) as f64) / 60.0)
            .collect();
        // The rates of the windows, spread over the whole signal.
        let n = self.signal().len();
        let step = (hz.len() - 1) as f64 / (n - 1) as f64;
        let at = (0..hz.len()).map(|i| i as f64).collect();
        let knots = Knots::new(at, hz, Interpolation::MonotoneCubic);
        let spread: Vec<f64> = (0..n).map(|i| knots.at(i as f64 * step)).collect();
        let low = FilterBand::LowPass { cutoff_hz: 0.1 };
        let smooth = Sos::butterworth(4, low, self.sample_rate())?.filtfilt(&spread)?;
        Ok(smooth.into_iter().map(|hz| 60.0 * hz).collect())
    }

    /// Breaths per minute over the whole signal, from 6 to 30: where its spectrum is highest (Welch, Hann segments of
    /// 60 s); `None` for a signal without power there.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] below 10 s.
    /// - [`HrError::Dsp`] for a segment that has no transform.
    pub fn rate(&self) -> Result<Option<f64>, HrError> {
        let signal = self.signal();
        let hz = self.sample_rate().hz();
        let required = (WINDOW_S * hz) as usize;
        if signal.len() < required {
            return Err(HrError::SignalTooShort {
                actual: signal.len(),
                required,
            });
        }
        let mean = signal.iter().sum::<f64>() / signal.len() as f64;
        let centred: Vec<f64> = signal.iter().map(|value| value - mean).collect();
        let segment = ((SEGMENT_S * hz) as usize).min(signal.len());
        let mut config = WelchConfig::new(self.sample_rate(), segment);
        config.fft_len = segment.max(MIN_FFT_LEN);
        let welch = Welch::new(&config)?;
        let density = welch.compute(&centred)?;
        let bins = density.iter().enumerate();
        Ok(bins
            .map(|(k, power)| (k as f64 * welch.bin_hz(), *power))
            .filter(|(hz, power)| (SPECTRUM_HZ[0]..=SPECTRUM_HZ[1]).contains(hz) && *power > 0.0)
            .reduce(|best, bin| if bin.1 > best.1 { bin } else { best })
            .map(|(hz, _)| 60.0 * hz))
    }
}

/// Sines over the window, without their mean and of length 1.
fn sines(len: usize) -> Vec<Vec<f64>> {
    let (first, step, n) = SINES;
    (0..n)
        .map(|i| {
            let hz = (first + step * i as f64) / 60.0;
            let time = |k: usize| WINDOW_S * k as f64 / (len - 1) as f64;
            let sine: Vec<f64> = (0..len).map(|k| (TAU * hz * time(k)).sin()).collect();
            let mean = sine.iter().sum::<f64>() / len as f64;
            let length = sine.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt();
            sine.iter().map(|x| (x - mean) / length).collect()
        })
        .collect()
}

/// The sine that goes best with the slopes; their mean and length do not change which one.
fn best(sines: &[Vec<f64>], slopes: &[f64]) -> usize {
    let likeness = |sine: &[f64]| sine.iter().zip(slopes).map(|(a, b)| a * b).sum::<f64>();
    let mut best = (0, f64::NEG_INFINITY);
    for (i, sine) in sines.iter().enumerate() {
        let likeness = likeness(sine);
        if likeness > best.1 {
            best = (i, likeness);
        }
    }
    best.0
}

fn narrow(values: Vec<f64>) -> Vec<f32> {
    values.into_iter().map(|value| value as f32).collect()
}
