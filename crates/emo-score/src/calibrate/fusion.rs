use ndarray::Array2;

use super::{Calibration, CalibrationConfig, CalibrationName};
use crate::{Fused, FusionRule, Rule, RuleConfig, RuleName, Scale, ScoreError, ScoreTable};

/// A fusion rule whose modalities, and whose outcome, are calibrated.
///
/// The outcome needs a calibration of its own: a linear pool of calibrated modalities is underconfident. R. Ranjan,
/// T. Gneiting, *Combining probability forecasts*, JRSS B 72(1), 2010, doi:10.1111/j.1467-9868.2009.00726.x; R. Rahaman,
/// A. H. Thiery, *Uncertainty quantification and deep ensembles*, NeurIPS 2021, arXiv:2007.08792.
///
/// The contributions still explain the scores: on the scale of the scores each class's are stretched alike, on the
/// scale of their logarithms the baseline takes what the calibration changed. Conflict and ignorance stay those of the
/// rule.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CalibratedFusion {
    rule: Rule,
    #[cfg_attr(feature = "serde", serde(default))]
    modalities: Vec<Calibration>,
    #[cfg_attr(feature = "serde", serde(default))]
    outcome: Calibration,
}

impl CalibratedFusion {
    /// Of a rule, one calibration per modality, or none at all, and one of the outcome.
    pub fn new(
        rule: impl Into<Rule>,
        modalities: impl Into<Vec<Calibration>>,
        outcome: Calibration,
    ) -> Self {
        Self {
            rule: rule.into(),
            modalities: modalities.into(),
            outcome,
        }
    }

    /// Fits, one after the other, the modalities' calibrations, the rule on calibrated scores, and the calibration of
    /// its outcome, all on the same held-out samples.
    ///
    /// A modality is calibrated on the samples where it is present, whatever its trust; one that never is stays as it
    /// is. A sample that cannot be fused is left out of the last step.
    ///
    /// # Errors
    /// Those of [`CalibrationName::fit`] and [`RuleName::fit`].
    pub fn fit(
        (rule, rule_config): (RuleName, &RuleConfig),
        (modalities, outcome): (CalibrationName, CalibrationName),
        config: &CalibrationConfig,
        tables: &[ScoreTable],
        truth: &[usize],
    ) -> Result<Self, ScoreError> {
        // The rule's fit refuses what cannot serve, before the samples are taken apart.
        let mut fitted = Self::new(rule.fit(rule_config, tables, truth)?, [], Calibration::None);
        if modalities != CalibrationName::None {
            let n_modalities = tables.first().map_or(0, ScoreTable::n_modalities);
            for modality in 0..n_modalities {
                let present = || {
                    tables
                        .iter()
                        .zip(truth)
                        .filter_map(|(table, class)| Some((table.row(modality)?, *class)))
                };
                let (scores, classes) = stack(present())?;
                fitted.modalities.push(if classes.is_empty() {
                    Calibration::None
                } else {
                    modalities.fit(config, &scores, &classes)?
                });
            }
            let calibrated: Vec<ScoreTable> = tables
                .iter()
                .map(|table| {
                    let mut calibrated = ScoreTable::new(table.n_classes());
                    fitted.calibrate(table, &mut calibrated)?;
                    Ok(calibrated)
                })
                .collect::<Result<_, ScoreError>>()?;
            fitted.rule = rule.fit(rule_config, &calibrated, truth)?;
        }
        if outcome != CalibrationName::None {
            let mut fused = Vec::new();
            for (table, class) in tables.iter().zip(truth) {
                match fitted.fuse(table) {
                    Ok(outcome) => fused.push((outcome.scores.to_vec(), *class)),
                    Err(ScoreError::NoEvidence | ScoreError::Vetoed) => {}
                    Err(error) => return Err(error),
                }
            }
            let (scores, classes) = stack(fused.iter().map(|(row, class)| (&row[..], *class)))?;
            fitted.outcome = outcome.fit(config, &scores, &classes)?;
        }
        Ok(fitted)
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The calibration of each modality; empty where there is none.
    pub fn modalities(&self) -> &[Calibration] {
        &self.modalities
    }

    /// The calibration of the outcome.
    pub fn outcome(&self) -> &Calibration {
        &self.outcome
    }

    /// What it would be for the given modalities alone, in the given order, with the same calibration of the outcome.
    ///
    /// # Errors
    /// [`ScoreError::ModalityIndex`].
    pub fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        let rule = self.rule.select(modalities)?;
        if self.modalities.is_empty() {
            return Ok(Self::new(rule, [], self.outcome.clone()));
        }
        let calibrations = modalities
            .iter()
            .map(|&index| {
                self.modalities
                    .get(index)
                    .cloned()
                    .ok_or(ScoreError::ModalityIndex {
                        index,
                        n_modalities: self.modalities.len(),
                    })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(rule, calibrations, self.outcome.clone()))
    }

    fn calibrate(&self, scores: &ScoreTable, out: &mut ScoreTable) -> Result<(), ScoreError> {
        if self.modalities.len() != scores.n_modalities() {
            return Err(ScoreError::ModalityCount {
                expected: self.modalities.len(),
                actual: scores.n_modalities(),
            });
        }
        out.copy_from(scores);
        for (modality, calibration) in self.modalities.iter().enumerate() {
            if let Some(row) = out.row_mut(modality) {
                calibration.apply(row)?;
            }
        }
        Ok(())
    }
}

impl<R: Into<Rule>> From<R> for CalibratedFusion {
    fn from(rule: R) -> Self {
        Self::new(rule, [], Calibration::None)
    }
}

impl FusionRule for CalibratedFusion {
    fn name(&self) -> &'static str {
        self.rule.name()
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        if self.modalities.is_empty() {
            self.rule.fuse_into(scores, out)?;
        } else {
            let mut calibrated = std::mem::take(&mut out.spare);
            let fused = self
                .calibrate(scores, &mut calibrated)
                .and_then(|()| self.rule.fuse_into(&calibrated, out));
            out.spare = calibrated;
            fused?;
        }
        if self.outcome == Calibration::None {
            return Ok(());
        }
        let Fused {
            scores,
            contributions,
            baseline,
            scale,
            scratch,
            ..
        } = out;
        // The rule is done with the scratch memory.
        scratch.clear();
        scratch.extend(scores.iter().copied().map(f64::from));
        self.outcome
            .apply(scores.as_slice_mut().unwrap_or_default())?;
        for (class, before) in scratch.iter().enumerate() {
            let (before, after) = (*before as f32, scores[class]);
            match scale {
                Scale::Scores if before > 0.0 => {
                    let stretch = after / before;
                    contributions
                        .column_mut(class)
                        .mapv_inplace(|contribution| contribution * stretch);
                    baseline[class] *= stretch;
                }
                Scale::Scores => baseline[class] = after,
                Scale::LogScores => {
                    let floor = f32::MIN_POSITIVE;
                    baseline[class] += after.max(floor).ln() - before.max(floor).ln();
                }
            }
        }
        Ok(())
    }
}

/// Rows as one array, with their classes.
fn stack<'a>(
    rows: impl Iterator<Item = (&'a [f32], usize)>,
) -> Result<(Array2<f32>, Vec<usize>), ScoreError> {
    let (mut scores, mut classes) = (Vec::new(), Vec::new());
    for (row, class) in rows {
        scores.extend_from_slice(row);
        classes.push(class);
    }
    let n_classes = scores.len() / classes.len().max(1);
    Array2::from_shape_vec((classes.len(), n_classes), scores)
        .map(|scores| (scores, classes))
        .map_err(|_| ScoreError::TooFewSamples {
            actual: 0,
            required: 1,
        })
}
