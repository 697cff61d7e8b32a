use emo_dsp::{FilterBand, SampleRate, Sos};

use crate::detection::beats_of;
use crate::fiducial::Search;
use crate::signal::{check_len, checked, narrowed, samples_in};
use crate::{BeatStream, BeatStreamConfig, Beats, Detection, HrError, Refinement};

mod elgendi;
mod msptd;

/// How systolic peaks are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PpgMethod {
    /// Two averages: where a short one (0.111 s) of the squared positive signal exceeds a long one (0.667 s) by 2 % of
    /// the mean there is a wave, whose most prominent peak is the beat. Waves shorter than 0.111 s are dropped, and
    /// peaks within 0.3 s of the one before or of the signal's start. As NeuroKit2 0.2.13.
    ///
    /// # References
    /// M. Elgendi, I. Norton, M. Brearley, D. Abbott, D. Schuurmans (2013). Systolic peak detection in acceleration
    /// photoplethysmograms measured from emergency responders in tropical conditions. PLoS ONE 8(10).
    /// doi:10.1371/journal.pone.0076585.
    Elgendi2013,
    /// Multi-scale peak detection in windows of 6 s, at 20 Hz and more, of pulses from 30 bpm upward (MSPTDfast,
    /// version 2). Follows the rhythm of each window instead of a threshold.
    ///
    /// # References
    /// - S. M. Bishop, A. Ercole (2018). Multi-scale peak and trough detection optimised for periodic and quasi-periodic
    ///   neuroscience data. Acta Neurochirurgica Supplement 126. doi:10.1007/978-3-319-65798-1_39.
    /// - P. H. Charlton et al. (2025). The MSPTDfast photoplethysmography beat detection algorithm: design, benchmarking,
    ///   and open-source distribution. Physiological Measurement 46, 035002. doi:10.1088/1361-6579/adb89e.
    #[doc(alias = "MSPTD")]
    MsptdFast,
    /// Ours, and that of [`BeatStream`](crate::BeatStream): the likeliest sequence of peaks of the mean rise of the signal
    /// between 0.7 and 5 Hz, by their heights and by how evenly they follow. The beats are those of a stream with the same
    /// settings that is given the whole signal. The cleaned signal, and with it the quality, is as for the other methods.
    #[default]
    Rhythm,
}

/// Settings of [`PpgDetector`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PpgConfig {
    /// Rate of the samples, above 16 Hz and at most 50 kHz; 25 Hz and more are usual.
    pub sample_rate: SampleRate,
    /// How systolic peaks are found. Default: [`PpgMethod::Rhythm`].
    pub method: PpgMethod,
    /// Where in a beat it is placed. Default: on its peak, to a fraction of a sample.
    pub refinement: Refinement,
}

impl PpgConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            method: PpgMethod::default(),
            refinement: Refinement::default(),
        }
    }
}

/// Finds the systolic peaks of a photoplethysmogram.
///
/// Cleaning is a Butterworth band-pass of 0.5–8 Hz, order 2, forward and backward. Works offline, on a whole signal in
/// any unit; the systole must point upward.
#[derive(Debug, Clone)]
pub struct PpgDetector {
    config: PpgConfig,
    band_pass: Sos,
    /// The method [`PpgMethod::Rhythm`] before its first sample.
    stream: BeatStream,
}

impl PpgDetector {
    /// Designs the filter.
    ///
    /// # Errors
    /// - [`HrError::SampleRateTooLow`] below 10 Hz, [`HrError::SampleRateTooHigh`] above 50 kHz.
    /// - [`HrError::Dsp`] for a rate of 16 Hz or below.
    pub fn new(config: &PpgConfig) -> Result<Self, HrError> {
        let band = FilterBand::BandPass {
            low_hz: 0.5,
            high_hz: 8.0,
        };
        let stream = BeatStream::new(&BeatStreamConfig {
            refinement: config.refinement,
            ..BeatStreamConfig::ppg(config.sample_rate)
        })?;
        Ok(Self {
            stream,
            band_pass: Sos::butterworth(2, band, config.sample_rate)?,
            config: config.clone(),
        })
    }

    /// The shortest signal that is taken, in samples: 0.667 s, or what the filter's padding needs if that is more.
    pub fn min_len(&self) -> usize {
        let beat_len = samples_in(elgendi::BEAT_SECONDS, self.config.sample_rate.hz());
        self.band_pass.filtfilt_min_len().max(beat_len)
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
    pub fn detect(&self, narrow: &[f32]) -> Result<Detection, HrError> {
        let ppg = checked(narrow)?;
        let cleaned = self.cleaned(&ppg)?;
        let rate = self.config.sample_rate;
        Detection::new(&ppg, &cleaned, false, rate, |cleaned| {
            self.positions(narrow, cleaned)
        })
    }

    /// The systolic peaks alone, those of [`detect`](Self::detect), in less time.
    ///
    /// # Errors
    /// As [`clean`](Self::clean), but for results beyond the range of `f32`.
    pub fn beats(&self, narrow: &[f32]) -> Result<Beats, HrError> {
        let ppg = checked(narrow)?;
        let cleaned = self.cleaned(&ppg)?;
        beats_of(&ppg, &cleaned, self.config.sample_rate, |cleaned| {
            self.positions(narrow, cleaned)
        })
    }

    fn positions(&self, ppg: &[f32], cleaned: &[f64]) -> Vec<f64> {
        let hz = self.config.sample_rate.hz();
        let marks = match self.config.method {
            PpgMethod::Rhythm => return self.stream.clone().beats_of(ppg).0,
            PpgMethod::Elgendi2013 => elgendi::marks(cleaned, hz),
            PpgMethod::MsptdFast => msptd::marks(cleaned, hz),
        };
        let refinement = self.config.refinement;
        refinement.positions(&marks, cleaned, Search::AtMark, hz)
    }

    pub(crate) fn cleaned(&self, ppg: &[f64]) -> Result<Vec<f64>, HrError> {
        check_len(ppg.len(), self.min_len())?;
        Ok(self.band_pass.filtfilt(ppg)?)
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
        for (signal, hz) in [("ppg_100", 100.0), ("ppg_64_motion", 64.0)] {
            let ppg = golden(&format!("in_{signal}"));
            let narrow: Vec<f32> = ppg.iter().map(|&x| x as f32).collect();
            for (name, method) in [
                ("elgendi", PpgMethod::Elgendi2013),
                ("charlton", PpgMethod::MsptdFast),
            ] {
                let mut config = PpgConfig::new(SampleRate::from_hz(hz).expect("a valid rate"));
                config.method = method;
                config.refinement = Refinement::AsMarked;
                let detector = PpgDetector::new(&config).expect("a valid configuration");
                let cleaned = detector.cleaned(&ppg).expect("a valid signal");
                let expected = golden(&format!("hr_ppgclean_elgendi_{signal}_every7"));
                assert_close(
                    cleaned.iter().copied().step_by(7),
                    expected.iter().copied(),
                    1e-6,
                    1.26e-9,
                );
                let detection = detector.detect(&narrow).expect("a valid signal");
                let peaks = golden(&format!("hr_ppgpeaks_{name}_{signal}"));
                assert_eq!(detection.beats.positions(), peaks, "{name} on {signal}");
                let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
                let actual = detection.cleaned.iter().copied().step_by(7);
                assert_close(actual, expected, 1e-6, 2e-5 * largest);
            }
        }
    }
}
