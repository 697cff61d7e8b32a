use emo_dsp::SampleRate;
use emo_eeg::{
    Band, DifferentialEntropy, DifferentialEntropyConfig, Quality, QualityConfig, last_window,
    pick_channels,
};
use ndarray::Axis;

use super::{Extractor, Features};
use crate::{EegSignal, InputError, Modality, manifest::EegSection};

/// Differential entropy of the model's channels in the last seconds of an EEG.
#[derive(Debug)]
pub(crate) struct EegExtractor {
    section: EegSection,
    plan: Plan,
}

/// What depends on the signal's rate.
#[derive(Debug)]
struct Plan {
    sample_rate: SampleRate,
    entropy: DifferentialEntropy,
    quality: Quality,
}

impl Plan {
    fn new(section: &EegSection, sample_rate: SampleRate) -> Result<Self, InputError> {
        let mut config = DifferentialEntropyConfig::new(sample_rate);
        config.bands = section
            .bands
            .iter()
            .map(|band| Band::new(&band.name, band.low_hz, band.high_hz))
            .collect();
        config.order = section.filter_order;
        Ok(Self {
            sample_rate,
            entropy: DifferentialEntropy::new(&config)?,
            quality: Quality::new(&QualityConfig::new(sample_rate))?,
        })
    }
}

impl Extractor for EegExtractor {
    const MODALITY: Modality = Modality::Eeg;
    type Signal = EegSignal;
    type Section = EegSection;

    fn new(section: &EegSection) -> Result<Self, InputError> {
        if section.channels.is_empty() {
            return Err(InputError::Config {
                problem: "no channels are named".to_owned(),
            });
        }
        // A wanted channel that is named twice is ambiguous in itself.
        pick_channels(&section.channels, &section.channels)?;
        if !(section.window_s.is_finite() && section.window_s > 0.0) {
            let problem = format!("window_s = {}: not a time above 0", section.window_s);
            return Err(InputError::Config { problem });
        }
        // Any rate above twice the highest band edge shows whether the bands can be; signals bring their own.
        let highest = section
            .bands
            .iter()
            .map(|band| band.high_hz)
            .fold(64.0, f64::max);
        let plan = Plan::new(section, SampleRate::from_hz(4.0 * highest)?)?;
        Ok(Self {
            section: section.clone(),
            plan,
        })
    }

    fn definition(&self) -> String {
        format!("eeg.de.{}bands", self.section.bands.len())
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.section.channels.len(), self.section.bands.len()]
    }

    fn extract(&mut self, signal: &EegSignal) -> Result<Features, InputError> {
        if signal.channels.len() != signal.samples.nrows() {
            return Err(InputError::Channel {
                problem: format!(
                    "{} channel names for {} channels",
                    signal.channels.len(),
                    signal.samples.nrows()
                ),
            });
        }
        if signal.sample_rate != self.plan.sample_rate {
            self.plan = Plan::new(&self.section, signal.sample_rate)?;
        }
        let picked = pick_channels(&signal.channels, &self.section.channels)?;
        let window = last_window(&signal.samples, signal.sample_rate, self.section.window_s)?;
        let window = window.select(Axis(0), &picked);
        Ok(Features {
            values: self.plan.entropy.compute(&window)?.into_dyn(),
            quality: self.plan.quality.compute(&window)?.mean(),
        })
    }
}
