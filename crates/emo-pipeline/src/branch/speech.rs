use std::time::Duration;

use emo_speech::{SeedFeatures, SeedFeaturesConfig, quality};

use super::{Extractor, Features};
use crate::{InputError, Modality, SpeechSignal, manifest::SpeechSection};

/// Zero-crossing rate, RMS and MFCC of a segment of speech.
#[derive(Debug)]
pub(crate) struct SpeechExtractor {
    features: SeedFeatures,
}

impl Extractor for SpeechExtractor {
    const MODALITY: Modality = Modality::Speech;
    type Signal = SpeechSignal;
    type Section = SpeechSection;

    fn new(section: &SpeechSection) -> Result<Self, InputError> {
        let seconds = |name, value| {
            Duration::try_from_secs_f64(value).map_err(|_| InputError::Config {
                problem: format!("{name} = {value}: not a time in seconds"),
            })
        };
        let mut config = SeedFeaturesConfig::default();
        config.sample_rate = section.sample_rate;
        config.offset = seconds("offset_s", section.offset_s)?;
        config.duration = seconds("duration_s", section.duration_s)?;
        config.n_mfcc = section.n_mfcc;
        Ok(Self {
            features: SeedFeatures::new(config)?,
        })
    }

    fn definition(&self) -> String {
        "speech.zcr-rms-mfcc".to_owned()
    }

    fn shape(&self) -> Vec<usize> {
        vec![self.features.n_features()]
    }

    fn extract(&mut self, signal: &SpeechSignal) -> Result<Features, InputError> {
        let values = self
            .features
            .compute(&signal.samples, signal.sample_rate)?
            .into_dyn();
        let quality = quality(&signal.samples, signal.sample_rate)?.score as f32;
        Ok(Features { values, quality })
    }
}
