use emo_dsp::{FilterBand, SampleRate, Sos};

use crate::moving_average::{centred_mean, zero_phase_mean};
use crate::peaks::{beats_in, waves};
use crate::signal::{check_len, checked, narrowed, samples_in};
use crate::{Detection, HrError};

/// Seconds over which the steepness of the signal is averaged.
const SMOOTH_SECONDS: f64 = 0.1;
/// Seconds over which that average is averaged again, as the level it has to exceed.
const LEVEL_SECONDS: f64 = 0.75;
/// How far it has to exceed that level.
const LEVEL_FACTOR: f64 = 1.5;
/// Length of a QRS complex relative to the mean, below which it is ignored.
const MIN_RELATIVE_LEN: f64 = 0.4;
/// Seconds to the beat before, below which a peak is ignored.
const MIN_DELAY_SECONDS: f64 = 0.3;
/// The lowest rate at which [`SMOOTH_SECONDS`] hold a sample.
const MIN_RATE_HZ: f64 = 10.0;

/// Settings of [`EcgDetector`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EcgConfig {
    /// Rate of the samples, at least 10 Hz; 100 Hz and more are usual.
    pub sample_rate: SampleRate,
    /// Frequency of the mains in Hz, at most half the sample rate where that is 100 Hz and more. Default: 50 Hz, as
    /// NeuroKit2.
    pub line_hz: f64,
}

impl EcgConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            line_hz: 50.0,
        }
    }
}

/// Finds the R peaks of an electrocardiogram, as NeuroKit2 0.2.13 does by default.
///
/// Cleaning removes what is below 0.5 Hz (Butterworth, order 5, forward and backward) and averages over a period of
/// the mains (two samples below a rate of 100 Hz). A QRS complex is a stretch in which the signal is steeper than 1.5
/// times its surroundings; the most prominent peak in it is the R peak. Peaks within 0.3 s of the one before are
/// dropped, and so is one within the first 0.3 s. Works offline, on a whole signal of one lead in any unit; an
/// inverted lead must be turned first.
///
/// # References
/// D. Makowski et al. (2021). NeuroKit2: a Python toolbox for neurophysiological signal processing. Behavior Research
/// Methods 53. doi:10.3758/s13428-020-01516-y. The detector itself has no publication of its own.
#[derive(Debug, Clone)]
#[doc(alias = "QRS")]
pub struct EcgDetector {
    sample_rate: SampleRate,
    high_pass: Sos,
    line_len: usize,
    smooth_len: usize,
    level_len: usize,
    min_delay: usize,
}

impl EcgDetector {
    /// Designs the filters.
    ///
    /// # Errors
    /// - [`HrError::SampleRateTooLow`] below 10 Hz.
    /// - [`HrError::InvalidSetting`] for a mains frequency out of range.
    /// - [`HrError::Dsp`] for a rate so high that 0.5 Hz cannot be filtered.
    pub fn new(config: &EcgConfig) -> Result<Self, HrError> {
        let hz = config.sample_rate.hz();
        if hz < MIN_RATE_HZ {
            return Err(HrError::SampleRateTooLow {
                actual_hz: hz,
                required_hz: MIN_RATE_HZ,
            });
        }
        let line_len = if hz >= 100.0 {
            hz / config.line_hz
        } else {
            2.0
        };
        if !(config.line_hz.is_finite() && config.line_hz >= 1.0 && line_len >= 2.0) {
            return Err(HrError::InvalidSetting {
                name: "line_hz",
                value: config.line_hz,
                expected: "at least 1 and at most half the sample rate",
            });
        }
        let edge = FilterBand::HighPass { cutoff_hz: 0.5 };
        Ok(Self {
            sample_rate: config.sample_rate,
            high_pass: Sos::butterworth(5, edge, config.sample_rate)?,
            line_len: line_len as usize,
            smooth_len: samples_in(SMOOTH_SECONDS, hz),
            level_len: samples_in(LEVEL_SECONDS, hz),
            min_delay: samples_in(MIN_DELAY_SECONDS, hz),
        })
    }

    /// The shortest signal that is taken, in samples: 0.75 s, or what the filters' padding needs if that is more.
    pub fn min_len(&self) -> usize {
        self.high_pass
            .filtfilt_min_len()
            .max(3 * self.line_len + 1)
            .max(self.level_len)
    }

    /// The signal without drift and mains, as long as the input and in its unit.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`HrError::NonFinite`] for a NaN or infinite sample.
    /// - [`HrError::Dsp`] if the result leaves the range of `f32`.
    pub fn clean(&self, ecg: &[f32]) -> Result<Vec<f32>, HrError> {
        narrowed(&self.cleaned(&checked(ecg)?)?)
    }

    /// The R peaks, the cleaned signal and its quality. No beat at all is a result, with quality 0.
    ///
    /// # Errors
    /// As [`clean`](Self::clean).
    pub fn detect(&self, ecg: &[f32]) -> Result<Detection, HrError> {
        let ecg = checked(ecg)?;
        let cleaned = self.cleaned(&ecg)?;
        Detection::new(&ecg, &cleaned, self.sample_rate, |cleaned| {
            self.r_peaks(cleaned)
        })
    }

    fn cleaned(&self, ecg: &[f64]) -> Result<Vec<f64>, HrError> {
        check_len(ecg, self.min_len())?;
        let without_drift = self.high_pass.filtfilt(ecg)?;
        Ok(zero_phase_mean(&without_drift, self.line_len))
    }

    fn r_peaks(&self, cleaned: &[f64]) -> Vec<usize> {
        let steepness: Vec<f64> = gradient(cleaned).into_iter().map(f64::abs).collect();
        let smooth = centred_mean(&steepness, self.smooth_len);
        let level = centred_mean(&smooth, self.level_len);
        let above: Vec<bool> = smooth
            .iter()
            .zip(&level)
            .map(|(smooth, level)| *smooth > LEVEL_FACTOR * level)
            .collect();
        let complexes = waves(&above);
        let total: usize = complexes.iter().map(ExactSizeIterator::len).sum();
        let min_len = MIN_RELATIVE_LEN * total as f64 / complexes.len() as f64;
        let long_enough = complexes
            .into_iter()
            .filter(|complex| complex.len() as f64 >= min_len);
        beats_in(cleaned, long_enough, self.min_delay)
    }
}

/// Central differences, one-sided at the ends; `signal` has at least two samples.
fn gradient(signal: &[f64]) -> Vec<f64> {
    let n = signal.len();
    let inner = signal.windows(3).map(|w| (w[2] - w[0]) / 2.0);
    std::iter::once(signal[1] - signal[0])
        .chain(inner)
        .chain(std::iter::once(signal[n - 1] - signal[n - 2]))
        .collect()
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    fn golden(name: &str) -> Vec<f64> {
        load_npy(fixture(format!("emo-hr/{name}.npy")))
            .iter()
            .copied()
            .collect()
    }

    #[test]
    fn cleaned_signals_and_r_peaks_are_neurokits() {
        for (name, hz) in [
            ("ecg_250", 250.0),
            ("ecg_500_noisy", 500.0),
            ("ecg_128", 128.0),
        ] {
            let rate = SampleRate::from_hz(hz).expect("a valid rate");
            let detector = EcgDetector::new(&EcgConfig::new(rate)).expect("a valid configuration");
            let ecg = golden(&format!("in_{name}"));
            let cleaned = detector.cleaned(&ecg).expect("a valid signal");
            let expected = golden(&format!("hr_clean_neurokit_{name}_every7"));
            assert_close(
                cleaned.iter().copied().step_by(7),
                expected.iter().copied(),
                1e-6,
                1.3e-9,
            );
            let peaks: Vec<usize> = golden(&format!("hr_rpeaks_neurokit_{name}"))
                .iter()
                .map(|&index| index as usize)
                .collect();
            assert_eq!(detector.r_peaks(&cleaned), peaks, "{name}");

            let narrow: Vec<f32> = ecg.iter().map(|&x| x as f32).collect();
            let detection = detector.detect(&narrow).expect("a valid signal");
            assert_eq!(detection.beats.indices(), peaks, "{name} in f32");
            let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            let actual = detection.cleaned.iter().copied().step_by(7);
            assert_close(actual, expected, 1e-6, 2e-5 * largest);
        }
    }
}
