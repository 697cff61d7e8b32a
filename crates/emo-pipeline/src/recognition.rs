use std::time::Duration;

use emo_score::{Labels, Scale};
use ndarray::Array1;
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};

use crate::Modality;

/// The outcome of recognizing one emotion, with everything that led to it.
///
/// Serializes as one object: `label`, `scores` by label, `contributions` by modality (to the score of the
/// decision), `modalities` by name, `fusion`, `scale` (of the contributions), `baseline` (of the decision), `conflict`,
/// `backend` and `total_us`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recognition {
    /// The names of the classes, in the order of all scores.
    pub labels: Labels,
    /// The class with the highest fused score.
    pub decision: usize,
    /// The fused score of each class, in `[0, 1]`, summing to 1.
    pub scores: Array1<f32>,
    /// What no modality added to the score of each class: a prior, or what is left in doubt.
    pub baseline: Array1<f32>,
    /// What the modalities' contributions and the baseline add up to.
    pub scale: Scale,
    /// How much the modalities contradict one another, in `[0, 1]`, if the fusion rule says so.
    pub conflict: Option<f32>,
    /// The modalities that were present, in the order of [`Modality::ALL`].
    pub modalities: Vec<ModalityReport>,
    /// The name of the fusion rule.
    pub fusion: &'static str,
    /// The name of the backend that ran the models.
    pub backend: &'static str,
    /// Decoding, features, inference and fusion together.
    pub total: Duration,
}

/// What one modality had to say.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModalityReport {
    /// The modality.
    pub modality: Modality,
    /// Where its input came from.
    pub source: String,
    /// Its score of each class, in `[0, 1]`, summing to 1.
    pub scores: Array1<f32>,
    /// What it added to the fused score of each class, on the scale that [`Recognition::scale`] names.
    pub contributions: Array1<f32>,
    /// How far its input can be trusted, in `[0, 1]`.
    pub quality: f32,
    /// How far its scores were trusted, in `[0, 1]`: 1, or its quality
    /// ([`weighing_quality`](crate::Recognizer::weighing_quality)).
    pub trust: f32,
    /// Reading and decoding; zero for an input that came decoded.
    pub decode: Duration,
    /// From samples to features.
    pub features: Duration,
    /// From features to scores.
    pub inference: Duration,
}

impl Recognition {
    /// The name of the class with the highest fused score.
    pub fn label(&self) -> &str {
        &self.labels[self.decision]
    }

    /// The report of one modality, if it was present.
    pub fn modality(&self, modality: Modality) -> Option<&ModalityReport> {
        self.modalities
            .iter()
            .find(|report| report.modality == modality)
    }
}

impl Serialize for Recognition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Recognition", 10)?;
        object.serialize_field("label", self.label())?;
        object.serialize_field("scores", &ByLabel(&self.labels, &self.scores))?;
        object.serialize_field(
            "contributions",
            &Map(|| {
                self.modalities
                    .iter()
                    .map(|report| (report.modality, report.contributions[self.decision]))
            }),
        )?;
        object.serialize_field(
            "modalities",
            &Map(|| {
                self.modalities
                    .iter()
                    .map(|report| (report.modality, Report(&self.labels, report)))
            }),
        )?;
        object.serialize_field("fusion", self.fusion)?;
        object.serialize_field("scale", &self.scale)?;
        object.serialize_field("baseline", &self.baseline[self.decision])?;
        object.serialize_field("conflict", &self.conflict)?;
        object.serialize_field("backend", self.backend)?;
        object.serialize_field("total_us", &micros(self.total))?;
        object.end()
    }
}

/// Microseconds, rounded to the nearest whole number.
fn micros(duration: Duration) -> u64 {
    u64::try_from((duration.as_nanos() + 500) / 1000).unwrap_or(u64::MAX)
}

struct ByLabel<'a>(&'a Labels, &'a Array1<f32>);

impl Serialize for ByLabel<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

struct Map<F>(F);

impl<K: Serialize, V: Serialize, I: Iterator<Item = (K, V)>, F: Fn() -> I> Serialize for Map<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map((self.0)())
    }
}

struct Report<'a>(&'a Labels, &'a ModalityReport);

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(labels, report) = self;
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("scores", &ByLabel(labels, &report.scores))?;
        map.serialize_entry("quality", &report.quality)?;
        map.serialize_entry("trust", &report.trust)?;
        map.serialize_entry("decode_us", &micros(report.decode))?;
        map.serialize_entry("features_us", &micros(report.features))?;
        map.serialize_entry("inference_us", &micros(report.inference))?;
        map.serialize_entry("source", &report.source)?;
        map.end()
    }
}
