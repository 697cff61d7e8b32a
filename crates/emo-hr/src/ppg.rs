use emo_dsp::{FilterBand, SampleRate, Sos};

use crate::moving_average::centred_mean;
use crate::peaks::{beats_in, waves};
use crate::signal::{check_len, checked, narrowed, samples_in};
use crate::{Detection, HrError};

/// Length of the average that follows a systolic peak, in seconds; the shortest wave as well.
const PEAK_SECONDS: f64 = 0.111;
/// Length of the average that follows a beat, in seconds.
const BEAT_SECONDS: f64 = 0.667;
/// How far the first has to exceed the second, relative to the mean square.
const OFFSET: f64 = 0.02;
/// Seconds to the beat before, below which a peak is ignored.
const MIN_DELAY_SECONDS: f64 = 0.3;

/// Settings of [`PpgDetector`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PpgConfig {
    /// Rate of the samples, above 16 Hz; 25 Hz and more are usual.
    pub sample_rate: SampleRate,
}

impl PpgConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self { sample_rate }
    }
}

/// Finds the systolic peaks of a photoplethysmogram by the method of Elgendi et al., as NeuroKit2 0.2.13.
///
/// Cleaning is a Butterworth band-pass of 0.5–8 Hz, order 2, forward and backward. Where a short average (0.111 s) of
/// the squared positive signal exceeds a long one (0.667 s) by 2 % of the mean there is a wave, whose most prominent
/// peak is the beat. Waves shorter than 0.111 s are dropped, and peaks within 0.3 s of the one before or of the
/// signal's start. Works offline, on a whole signal in any unit; the systole must point upward.
///
/// # References
/// M. Elgendi, I. Norton, M. Brearley, D. Abbott, D. Schuurmans (2013). Systolic peak detection in acceleration
/// photoplethysmograms measured from emergency responders in tropical conditions. PLoS ONE 8(10).
/// doi:10.1371/journal.pone.0076585.
#[derive(Debug, Clone)]
pub struct PpgDetector {
    sample_rate: SampleRate,
    band_pass: Sos,
    peak_len: usize,
    beat_len: usize,
    min_delay: usize,
}

impl PpgDetector {
    /// Designs the filter.
    ///
    /// # Errors
    /// [`HrError::Dsp`] for a rate of 16 Hz or below, or so high that 0.5 Hz cannot be filtered.
    pub fn new(config: &PpgConfig) -> Result<Self, HrError> {
        let band = FilterBand::BandPass {
            low_hz: 0.5,
            high_hz: 8.0,
        };
        let hz = config.sample_rate.hz();
        Ok(Self {
            sample_rate: config.sample_rate,
            band_pass: Sos::butterworth(2, band, config.sample_rate)?,
            peak_len: samples_in(PEAK_SECONDS, hz),
            beat_len: samples_in(BEAT_SECONDS, hz),
            min_delay: samples_in(MIN_DELAY_SECONDS, hz),
        })
    }

    /// The shortest signal that is taken, in samples: 0.667 s, or what the filter's padding needs if that is more.
    pub fn min_len(&self) -> usize {
        self.band_pass.filtfilt_min_len().max(self.beat_len)
    }

    /// The signal between 0.5 and 8 Hz, as long as the input and in its unit.
    ///
    /// # Errors
    /// - [`HrError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`HrError::NonFinite`] for a NaN or infinite sample.
    /// - [`HrError::Dsp`] if the result leaves the range of `f32`.
    pub fn clean(&self, ppg: &[f32]) -> Result<Vec<f32>, HrError> {
        narrowed(&self.cleaned(&checked(ppg)?)?)
    }

    /// The systolic peaks, the cleaned signal and its quality. No beat at all is a result, with quality 0.
    ///
    /// # Errors
    /// As [`clean`](Self::clean).
    pub fn detect(&self, ppg: &[f32]) -> Result<Detection, HrError> {
        let ppg = checked(ppg)?;
        let cleaned = self.cleaned(&ppg)?;
        Detection::new(&ppg, &cleaned, self.sample_rate, |cleaned| {
            self.systolic_peaks(cleaned)
        })
    }

    fn cleaned(&self, ppg: &[f64]) -> Result<Vec<f64>, HrError> {
        check_len(ppg, self.min_len())?;
        Ok(self.band_pass.filtfilt(ppg)?)
    }

    fn systolic_peaks(&self, cleaned: &[f64]) -> Vec<usize> {
        let squared: Vec<f64> = cleaned.iter().map(|x| x.max(0.0).powi(2)).collect();
        let peak = centred_mean(&squared, self.peak_len);
        let beat = centred_mean(&squared, self.beat_len);
        let offset = OFFSET * squared.iter().sum::<f64>() / squared.len() as f64;
        let above: Vec<bool> = peak
            .iter()
            .zip(&beat)
            .map(|(peak, beat)| *peak > beat + offset)
            .collect();
        let long_enough = waves(&above)
            .into_iter()
            .filter(|wave| wave.len() >= self.peak_len);
        beats_in(cleaned, long_enough, self.min_delay)
    }
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
    fn cleaned_signals_and_systolic_peaks_are_neurokits() {
        for (name, hz) in [("ppg_100", 100.0), ("ppg_64_motion", 64.0)] {
            let rate = SampleRate::from_hz(hz).expect("a valid rate");
            let detector = PpgDetector::new(&PpgConfig::new(rate)).expect("a valid configuration");
            let ppg = golden(&format!("in_{name}"));
            let cleaned = detector.cleaned(&ppg).expect("a valid signal");
            let expected = golden(&format!("hr_ppgclean_elgendi_{name}_every7"));
            assert_close(
                cleaned.iter().copied().step_by(7),
                expected.iter().copied(),
                1e-6,
                1.26e-9,
            );
            let peaks: Vec<usize> = golden(&format!("hr_ppgpeaks_elgendi_{name}"))
                .iter()
                .map(|&index| index as usize)
                .collect();
            assert_eq!(detector.systolic_peaks(&cleaned), peaks, "{name}");

            let narrow: Vec<f32> = ppg.iter().map(|&x| x as f32).collect();
            let detection = detector.detect(&narrow).expect("a valid signal");
            assert_eq!(detection.beats.indices(), peaks, "{name} in f32");
            let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            let actual = detection.cleaned.iter().copied().step_by(7);
            assert_close(actual, expected, 1e-6, 2e-5 * largest);
        }
    }
}
