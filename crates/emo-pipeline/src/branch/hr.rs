use std::borrow::Cow;

use emo_dsp::SampleRate;
use emo_hr::{
    Detection, EcgConfig, EcgDetector, HeartRateWindow, HeartRateWindowConfig, HrError,
    Interpolation, PpgConfig, PpgDetector, series_quality,
};

use super::{Extractor, Features};
use crate::{HrSignal, InputError, Modality, manifest::HrSection};

/// The last seconds of the heart rate, scaled to their own range.
#[derive(Debug)]
pub(crate) struct HrExtractor {
    section: HrSection,
    window: HeartRateWindow,
    /// For the rate that came last.
    ecg: Option<(SampleRate, EcgDetector)>,
    ppg: Option<(SampleRate, PpgDetector)>,
}

impl Extractor for HrExtractor {
    const MODALITY: Modality = Modality::Hr;
    type Signal = HrSignal;
    type Section = HrSection;

    fn new(section: &HrSection) -> Result<Self, InputError> {
        let mut config = HeartRateWindowConfig::default();
        config.window_len = section.window_s;
        let window = HeartRateWindow::new(&config)?;
        Ok(Self {
            section: section.clone(),
            window,
            ecg: None,
            ppg: None,
        })
    }

    fn definition(&self) -> String {
        format!("hr.window.{}s.minmax", self.section.window_s)
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.section.window_s, 1]
    }

    fn extract(&mut self, signal: &HrSignal) -> Result<Features, InputError> {
        let (bpm, quality) = match signal {
            HrSignal::HeartRate(bpm) => {
                let window = &bpm[bpm.len().saturating_sub(self.section.window_s)..];
                (Cow::Borrowed(&bpm[..]), series_quality(window))
            }
            HrSignal::Ecg {
                samples,
                sample_rate,
            } => {
                let detector = planned(&mut self.ecg, *sample_rate, |rate| {
                    EcgDetector::new(&EcgConfig::new(rate))
                })?;
                rate_of(detector.detect(samples)?)?
            }
            HrSignal::Ppg {
                samples,
                sample_rate,
            } => {
                let detector = planned(&mut self.ppg, *sample_rate, |rate| {
                    PpgDetector::new(&PpgConfig::new(rate))
                })?;
                rate_of(detector.detect(samples)?)?
            }
        };
        Ok(Features {
            values: self.window.compute(&bpm)?.into_dyn(),
            quality,
        })
    }
}

/// The detector for `sample_rate`, made anew where the last signal had another rate.
fn planned<D>(
    slot: &mut Option<(SampleRate, D)>,
    sample_rate: SampleRate,
    new: impl FnOnce(SampleRate) -> Result<D, HrError>,
) -> Result<&D, HrError> {
    let plan = match slot.take() {
        Some(plan) if plan.0 == sample_rate => plan,
        _ => (sample_rate, new(sample_rate)?),
    };
    Ok(&slot.insert(plan).1)
}

fn rate_of(detection: Detection) -> Result<(Cow<'static, [f32]>, f32), HrError> {
    let bpm = detection.beats.heart_rate_1hz(Interpolation::default())?;
    Ok((Cow::Owned(bpm), detection.quality))
}
