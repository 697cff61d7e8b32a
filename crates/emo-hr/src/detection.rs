use emo_dsp::SampleRate;

use crate::quality::beat_quality;
use crate::signal::{check_len, largest, narrowed, samples_in};
use crate::{Beats, EcgConfig, HrError};

/// Amplitude after cleaning, relative to before, up to which it counts as rounding.
///
/// `f32` samples resolve 6e-8 of the largest one, so nothing below 1e-10 was measured.
const ROUNDING: f64 = 1e-10;

/// Seconds around a beat in which its height is taken.
const HEIGHT_SECONDS: f64 = 0.05;

/// What a detector found in a signal.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// The beats.
    pub beats: Beats,
    /// The signal after cleaning, in which they were found; as long as the input and in its unit, turned upright if the
    /// lead is inverted.
    pub cleaned: Vec<f32>,
    /// Whether the lead was taken as inverted; never of a photoplethysmogram.
    pub inverted: bool,
    /// How far the beats can be trusted, from 0 (not at all) to 1.
    ///
    /// The mean over windows of 10 s (the last one takes the remainder) of Orphanidou's index made continuous. A window
    /// counts 0 unless it holds at least three beats, its rate is 40–180 bpm, no gap between beats or to the window's
    /// ends exceeds 3 s, and its longest interval is below 2.2 times its shortest. Otherwise it counts
    /// `(r − 0.4) / 0.6`, clamped to 0–1, with `r` the mean correlation of each beat with the average beat. The paper
    /// calls a window good from `r` = 0.66 (ECG) or 0.86 (PPG), which is 0.43 or 0.77 here.
    ///
    /// # References
    /// C. Orphanidou et al. (2015). Signal-quality indices for the electrocardiogram and photoplethysmogram. IEEE
    /// Journal of Biomedical and Health Informatics 19(3). doi:10.1109/JBHI.2014.2338351.
    pub quality: f32,
    /// By which an electrocardiogram was searched, for the agreement of other detectors.
    pub(crate) ecg: Option<EcgConfig>,
}

impl Detection {
    /// The height of each beat in the signal `given` to the detector: the highest sample within 0.05 s less the lowest, in the
    /// signal's unit. Of an electrocardiogram it rises and falls with the breath, which cleaning would blur.
    ///
    /// # Errors
    /// [`HrError::SignalTooShort`] if `given` is shorter than the signal in which the beats were found.
    pub fn heights(&self, given: &[f32]) -> Result<Vec<f64>, HrError> {
        check_len(given.len(), self.cleaned.len())?;
        let reach = samples_in(HEIGHT_SECONDS, self.beats.sample_rate().hz()).max(1);
        let height = |&beat: &usize| {
            let around = &given[beat.saturating_sub(reach)..(beat + reach + 1).min(given.len())];
            let extremes = (f32::INFINITY, f32::NEG_INFINITY);
            let (low, high) = around
                .iter()
                .fold(extremes, |(low, high), &x| (low.min(x), high.max(x)));
            f64::from(high) - f64::from(low)
        };
        Ok(self.beats.indices().iter().map(height).collect())
    }

    /// The beats of [`beats_of`] with their quality.
    pub(crate) fn new(
        signal: &[f64],
        cleaned: &[f64],
        inverted: bool,
        sample_rate: SampleRate,
        find_beats: impl FnOnce(&[f64]) -> Vec<f64>,
    ) -> Result<Self, HrError> {
        let beats = beats_of(signal, cleaned, sample_rate, find_beats)?;
        Ok(Self {
            quality: beat_quality(cleaned, &beats) as f32,
            beats,
            cleaned: narrowed(cleaned)?,
            inverted,
            ecg: None,
        })
    }
}

/// Runs `find_beats` over the cleaned signal, unless nothing but rounding is left of it, as of a constant.
pub(crate) fn beats_of(
    signal: &[f64],
    cleaned: &[f64],
    sample_rate: SampleRate,
    find_beats: impl FnOnce(&[f64]) -> Vec<f64>,
) -> Result<Beats, HrError> {
    let rounding = ROUNDING * largest(signal);
    let positions = if cleaned.iter().any(|x| x.abs() > rounding) {
        find_beats(cleaned)
    } else {
        Vec::new()
    };
    Beats::at(positions, cleaned.len(), sample_rate)
}
