use super::Measure;
use crate::frames::Frame;
use crate::{Frames, MelBank, MelBankConfig, SpeechError};

/// A bin without power counts as this much, so that a silent band has the centroid of its filter.
const MIN_POWER: f64 = f64::EPSILON;

#[derive(Debug)]
pub(super) struct Subbands {
    bank: MelBank,
    /// As python_speech_features numbers the bins: evenly from 1 Hz to half the sample rate.
    hz: Vec<f64>,
    power: Vec<f64>,
    weighted: Vec<f64>,
    bands: Vec<f64>,
}

impl Subbands {
    pub(super) fn new(config: &MelBankConfig, frames: &Frames) -> Result<Self, SpeechError> {
        let n_bins = frames.n_bins();
        let settings = frames.config();
        let nyquist = f64::from(settings.sample_rate) / 2.0;
        let step = (nyquist - 1.0) / (n_bins - 1) as f64;
        Ok(Self {
            bank: MelBank::new(config.clone(), settings.sample_rate, settings.n_fft)?,
            hz: (0..n_bins).map(|bin| 1.0 + step * bin as f64).collect(),
            power: vec![0.0; n_bins],
            weighted: vec![0.0; n_bins],
            bands: vec![0.0; config.n_mels],
        })
    }
}

impl Measure for Subbands {
    fn names(&self) -> Vec<String> {
        (0..self.bands.len())
            .map(|band| format!("subband_{band:02}_hz"))
            .collect()
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        for (i, &power) in frame.power.iter().enumerate() {
            self.power[i] = if power > 0.0 { power } else { MIN_POWER };
            self.weighted[i] = self.power[i] * self.hz[i];
        }
        self.bank.apply(&self.power, &mut self.bands);
        self.bank.apply(&self.weighted, raw);
        for (centroid, band) in raw.iter_mut().zip(&self.bands) {
            // A filter without a bin has no centroid.
            *centroid = if *band > 0.0 { *centroid / band } else { 0.0 };
        }
    }
}
