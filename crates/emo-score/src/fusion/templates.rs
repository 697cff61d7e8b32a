use super::{Fused, FusionRule, Scale, check_shape, select, training::Training};
use crate::{ScoreError, ScoreTable};

/// The distance of the modalities' scores to each class's typical scores: its decision template.
///
/// A class's template is the mean of the scores of its training samples, per modality over those where it is
/// present. The score is `1 − d(c)`, over the sum of these, with the mean squared distance
/// `d(c) = Σ_A t_m Σ_k (p_m(k) − T_c,m(k))² / (K Σ_A t_m)`, t being the trust. As the distances are small, so are the
/// differences between the scores: what counts is their order, or [stacking](crate::Stacking) on top.
///
/// A single modality is not returned as it is: it is compared too.
///
/// # References
/// L. I. Kuncheva, J. C. Bezdek, R. P. W. Duin, *Decision templates for multiple classifier fusion: an experimental
/// comparison*, Pattern Recognition 34(2), 2001, doi:10.1016/S0031-3203(99)00223-X.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct DecisionTemplates {
    n_classes: usize,
    /// `[modalities][true class][class]`
    templates: Vec<Vec<Vec<f64>>>,
}

impl DecisionTemplates {
    /// Of the classes' typical scores, `[modalities][true class][class]`, each in `[0, 1]`.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] or [`ScoreError::Parameter`].
    pub fn new(n_classes: usize, templates: Vec<Vec<Vec<f64>>>) -> Result<Self, ScoreError> {
        let rule = Self {
            n_classes,
            templates,
        };
        rule.check()?;
        Ok(rule)
    }

    /// Takes the mean scores of samples whose classes are known.
    ///
    /// # Errors
    /// [`ScoreError::ClassWithoutSamples`] if a modality is present in no sample of some class, and those that
    /// [`RuleName::fit`](crate::RuleName::fit) names for samples that cannot serve.
    pub fn fit(tables: &[ScoreTable], truth: &[usize]) -> Result<Self, ScoreError> {
        let training = Training::new(tables, truth)?;
        let n_classes = training.n_classes;
        let mut templates = vec![vec![vec![0.0; n_classes]; n_classes]; training.n_modalities];
        for (modality, templates) in templates.iter_mut().enumerate() {
            let mut counts = vec![0_usize; n_classes];
            for (table, class) in training.samples() {
                let Some(row) = table.row(modality) else {
                    continue;
                };
                counts[class] += 1;
                for (sum, score) in templates[class].iter_mut().zip(row) {
                    *sum += f64::from(*score);
                }
            }
            for (class, (template, count)) in templates.iter_mut().zip(counts).enumerate() {
                if count == 0 {
                    return Err(ScoreError::ClassWithoutSamples { class, modality });
                }
                for sum in template {
                    *sum = (*sum / count as f64).min(1.0);
                }
            }
        }
        Self::new(n_classes, templates)
    }

    fn check(&self) -> Result<(), ScoreError> {
        let expected = self.n_classes;
        for matrix in &self.templates {
            let bad_length = std::iter::once(matrix.len())
                .chain(matrix.iter().map(Vec::len))
                .find(|len| *len != expected);
            if let Some(actual) = bad_length {
                return Err(ScoreError::RuleClasses { expected, actual });
            }
            if let Some(value) = matrix.iter().flatten().find(|p| !(0.0..=1.0).contains(*p)) {
                return Err(ScoreError::Parameter {
                    name: "score of a template",
                    value: *value,
                    expected: "a number from 0 to 1",
                });
            }
        }
        Ok(())
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            n_classes: self.n_classes,
            templates: select(&self.templates, modalities)?,
        })
    }
}

checked_serde!(DecisionTemplates);

impl FusionRule for DecisionTemplates {
    fn name(&self) -> &'static str {
        "templates"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_shape(scores, self.templates.len(), self.n_classes)?;
        let total: f64 = scores.evidence().map(|(_, trust, _)| trust).sum();
        if total <= 0.0 {
            return Err(ScoreError::NoEvidence);
        }
        let mut parts = out.prepare(scores, Scale::Scores, 0);
        for (modality, trust, row) in scores.evidence() {
            for (addend, template) in parts
                .row(modality)
                .iter_mut()
                .zip(&self.templates[modality])
            {
                let squares: f64 = template
                    .iter()
                    .zip(row)
                    .map(|(typical, score)| (f64::from(*score) - typical).powi(2))
                    .sum();
                *addend = trust * (1.0 - squares / self.n_classes as f64);
            }
        }
        parts.finish_normalized()
    }
}
