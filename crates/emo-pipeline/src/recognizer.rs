use std::time::{Duration, Instant};

use emo_backend::Backend;
use emo_score::{FusionRule, Labels, ScoreTable, argmax};
use ndarray::Array1;

use crate::{
    Bundle, Inputs, ModalityReport, PipelineError, Recognition,
    branch::{Branch, EegExtractor, Extractor, HrExtractor, ImageExtractor, SpeechExtractor},
    bundle::BundledModel,
    inputs::Input,
};

/// How far a modality's scores are trusted.
#[derive(Debug, Clone, Copy)]
enum Trust {
    Full,
    Quality,
}

/// Recognizes an emotion from any subset of a bundle's modalities.
///
/// All models are loaded, and all tables computed, once; [`recognize`](Self::recognize) then runs feature
/// extraction, the models and the fusion in the calling thread.
#[derive(Debug)]
pub struct Recognizer {
    labels: Labels,
    backend: &'static str,
    fusion: Box<dyn FusionRule>,
    trust: Trust,
    hr: Option<Branch<HrExtractor>>,
    eeg: Option<Branch<EegExtractor>>,
    speech: Option<Branch<SpeechExtractor>>,
    image: Option<Branch<ImageExtractor>>,
}

impl Recognizer {
    /// Loads a bundle's models on `backend`, to be fused by the weighted mean with the bundle's weights.
    ///
    /// # Errors
    /// [`PipelineError::Backend`] if the backend does not work here or cannot run a model.
    pub fn new(bundle: &Bundle, backend: &dyn Backend) -> Result<Self, PipelineError> {
        Ok(Self {
            labels: bundle.labels().clone(),
            backend: backend.name(),
            fusion: bundle.fusion_rule("weighted")?,
            trust: Trust::Full,
            hr: branch(bundle.hr.as_ref(), backend)?,
            eeg: branch(bundle.eeg.as_ref(), backend)?,
            speech: branch(bundle.speech.as_ref(), backend)?,
            image: branch(bundle.image.as_ref(), backend)?,
        })
    }

    /// Fuses by another rule, such as [`Bundle::fusion_rule`]`("mean")`. Its modalities are those of
    /// [`Modality::ALL`](crate::Modality::ALL), in that order.
    #[must_use]
    pub fn with_fusion(mut self, rule: Box<dyn FusionRule>) -> Self {
        self.fusion = rule;
        self
    }

    /// Trusts each modality as far as the [quality](ModalityReport::quality) of its input, by which fusion scales its
    /// weight; otherwise all are trusted fully. A modality of quality 0 has no say.
    #[must_use]
    pub fn weighing_quality(mut self) -> Self {
        self.trust = Trust::Quality;
        self
    }

    /// The names of the classes, in the order of all scores.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Makes features of each input that is present, scores them and fuses the scores.
    ///
    /// # Errors
    /// [`PipelineError::Input`] if no features can be made of an input, [`PipelineError::NoModel`] if the bundle
    /// has no model for it, [`PipelineError::Backend`] if a model fails, and [`PipelineError::Fusion`] with
    /// [`NoEvidence`](emo_score::ScoreError::NoEvidence) if there is no input, or none that is trusted.
    pub fn recognize(&mut self, inputs: &Inputs) -> Result<Recognition, PipelineError> {
        let start = Instant::now();
        let mut reports = [
            report(&mut self.hr, inputs.hr.as_ref(), self.backend)?,
            report(&mut self.eeg, inputs.eeg.as_ref(), self.backend)?,
            report(&mut self.speech, inputs.speech.as_ref(), self.backend)?,
            report(&mut self.image, inputs.image.as_ref(), self.backend)?,
        ];
        let mut table = ScoreTable::new(self.labels.len());
        for report in &mut reports {
            match report {
                Some(report) => {
                    if let Trust::Quality = self.trust {
                        report.trust = report.quality;
                    }
                    table.push_trusted(&report.scores.to_vec(), report.trust)?;
                }
                None => table.push_absent(),
            }
        }
        let fused = self.fusion.fuse(&table)?;
        let modalities: Vec<ModalityReport> = reports
            .into_iter()
            .zip(fused.contributions.outer_iter())
            .filter_map(|(report, row)| {
                Some(ModalityReport {
                    contributions: row.to_owned(),
                    ..report?
                })
            })
            .collect();
        let decode: Duration = modalities.iter().map(|report| report.decode).sum();
        Ok(Recognition {
            labels: self.labels.clone(),
            decision: argmax(&fused.scores),
            scores: fused.scores,
            baseline: fused.baseline,
            scale: fused.scale,
            conflict: fused.conflict,
            modalities,
            fusion: self.fusion.name(),
            backend: self.backend,
            total: decode + start.elapsed(),
        })
    }
}

fn branch<E: Extractor>(
    model: Option<&BundledModel<E::Section>>,
    backend: &dyn Backend,
) -> Result<Option<Branch<E>>, PipelineError> {
    model.map(|model| Branch::new(model, backend)).transpose()
}

fn report<E: Extractor>(
    branch: &mut Option<Branch<E>>,
    input: Option<&Input<E::Signal>>,
    backend: &'static str,
) -> Result<Option<ModalityReport>, PipelineError> {
    let Some(input) = input else { return Ok(None) };
    let Some(branch) = branch else {
        return Err(PipelineError::NoModel {
            modality: E::MODALITY,
            origin: input.source.clone(),
        });
    };
    let start = Instant::now();
    let features = branch
        .extract(&input.signal)
        .map_err(|source| PipelineError::Input {
            modality: E::MODALITY,
            origin: input.source.clone(),
            source: Box::new(source),
        })?;
    let extracted = Instant::now();
    let scores = branch.score(&features.values, backend)?;
    let inference = extracted.elapsed();
    Ok(Some(ModalityReport {
        modality: E::MODALITY,
        source: input.source.clone(),
        scores,
        contributions: Array1::zeros(0),
        quality: features.quality,
        trust: 1.0,
        decode: input.decode,
        features: extracted - start,
        inference,
    }))
}
