use ndarray::Array2;

use super::{Report, check_units};
use crate::{
    Bootstrap, CalibratedFusion, ConfusionMatrix, Fused, FusionRule, Groups, Interval, Predictions,
    ScoreError, ScoreTable, Units,
};

/// Tables beyond this many modalities would have more than 255 rows.
const MAX_MODALITIES: usize = 8;

/// What a subset of the modalities reaches, fused by the rule that would be there without the others.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Subset {
    /// The modalities' names.
    pub modalities: Vec<String>,
    /// How many samples have evidence from them. Where the numbers differ, the figures are of different samples.
    pub n_samples: usize,
    /// The share of right decisions.
    pub accuracy: Option<f64>,
    /// Its interval.
    pub accuracy_interval: Option<Interval>,
    /// The mean recall of the classes that occur.
    pub balanced_accuracy: Option<f64>,
    /// Its interval.
    pub balanced_accuracy_interval: Option<Interval>,
    /// The mean F1 of the classes that occur.
    pub macro_f1: Option<f64>,
    /// Its interval.
    pub macro_f1_interval: Option<Interval>,
}

impl Report {
    /// Adds what each non-empty subset of the modalities reaches on the same samples: few modalities first.
    ///
    /// `fusion` is a rule (`&rule.into()`) or a rule with calibrations, of which a subset takes its part; the
    /// calibration of the outcome stays that of all modalities. `tables` are the samples before fusion, `units` what
    /// is drawn for intervals. Samples for which a subset has
    /// no evidence, or rules out every class, are left out of its row.
    ///
    /// # Errors
    /// [`ScoreError::TooManySubsets`] for more than 8 modalities, [`ScoreError::Count`] if `names`, `tables`,
    /// `truth` or `units` do not fit each other, and those of the rule.
    pub fn with_subsets(
        mut self,
        fusion: &CalibratedFusion,
        names: &[String],
        tables: &[ScoreTable],
        truth: &[usize],
        units: Units<'_>,
    ) -> Result<Self, ScoreError> {
        if names.len() > MAX_MODALITIES {
            return Err(ScoreError::TooManySubsets {
                actual: names.len(),
                max: MAX_MODALITIES,
            });
        }
        if truth.len() != tables.len() {
            return Err(ScoreError::Count {
                what: "true classes",
                expected: tables.len(),
                actual: truth.len(),
            });
        }
        check_units(units, tables.len())?;
        let mut sets: Vec<u32> = (1..1 << names.len()).collect();
        // Bits are turned round so that, among sets of one size, those with the first modality come first.
        sets.sort_by_key(|set| (set.count_ones(), u32::MAX - set.reverse_bits()));
        for set in sets {
            let modalities: Vec<usize> = (0..names.len())
                .filter(|&modality| set & (1 << modality) != 0)
                .collect();
            let chosen = modalities.iter().map(|&m| names[m].clone()).collect();
            let fusion = fusion.select(&modalities)?;
            let subset = self.subset(chosen, &fusion, &modalities, tables, truth, units)?;
            self.subsets.push(subset);
        }
        Ok(self)
    }

    fn subset(
        &self,
        names: Vec<String>,
        fusion: &CalibratedFusion,
        modalities: &[usize],
        tables: &[ScoreTable],
        truth: &[usize],
        units: Units<'_>,
    ) -> Result<Subset, ScoreError> {
        let mut fused = Fused::default();
        let (mut samples, mut scores) = (Vec::new(), Vec::new());
        for (sample, table) in tables.iter().enumerate() {
            match fusion.fuse_into(&table.select(modalities)?, &mut fused) {
                Ok(()) => {
                    samples.push(sample);
                    scores.extend(fused.scores.iter().copied());
                }
                Err(ScoreError::NoEvidence | ScoreError::Vetoed) => {}
                Err(error) => return Err(error),
            }
        }
        let mut subset = Subset {
            modalities: names,
            n_samples: samples.len(),
            accuracy: None,
            accuracy_interval: None,
            balanced_accuracy: None,
            balanced_accuracy_interval: None,
            macro_f1: None,
            macro_f1_interval: None,
        };
        if samples.is_empty() {
            return Ok(subset);
        }
        let scores =
            Array2::from_shape_vec((samples.len(), self.labels.len()), scores).map_err(|_| {
                ScoreError::RuleClasses {
                    expected: self.labels.len(),
                    actual: fused.scores.len(),
                }
            })?;
        let classes = samples.iter().map(|&sample| truth[sample]).collect();
        let predictions = Predictions::new(scores, classes)?;
        [subset.accuracy, subset.balanced_accuracy, subset.macro_f1] =
            decisions(&predictions.confusion());
        let groups: Groups;
        let units = match units {
            Units::Samples(_) => Units::Samples(samples.len()),
            Units::Groups(all) => {
                groups = all.select(&samples);
                Units::Groups(&groups)
            }
        };
        if let Some(config) = self.bootstrap {
            let n_classes = self.labels.len();
            [
                subset.accuracy_interval,
                subset.balanced_accuracy_interval,
                subset.macro_f1_interval,
            ] = Bootstrap::new(config)?.intervals(units, |drawn| {
                let pick = |classes: &[usize]| -> Vec<usize> {
                    drawn.iter().map(|&sample| classes[sample]).collect()
                };
                ConfusionMatrix::new(
                    &pick(predictions.truth()),
                    &pick(predictions.predicted()),
                    n_classes,
                )
                .map_or([None; 3], |matrix| decisions(&matrix))
            })?;
        }
        Ok(subset)
    }
}

fn decisions(matrix: &ConfusionMatrix) -> [Option<f64>; 3] {
    [
        matrix.accuracy(),
        matrix.balanced_accuracy(),
        matrix.macro_f1(),
    ]
}
