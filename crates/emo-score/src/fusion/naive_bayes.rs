use super::{
    Fused, FusionRule, Scale, check_shape,
    log_pool::check_prior,
    select,
    training::{Training, decision},
};
use crate::{ScoreError, ScoreTable};

/// Naive Bayes on the modalities' decisions: what each decision says about the class, by the confusion matrices.
///
/// `s(c) ∝ P(c) Π_A P(d_m | c)^t_m` with d_m the class of the modality's highest score and t the trust. Of classes
/// that share the highest score the mean of the logarithms is taken. The baseline of the outcome is the prior.
///
/// # References
/// L. Xu, A. Krzyżak, C. Y. Suen, *Methods of combining multiple classifiers and their applications to handwriting
/// recognition*, IEEE Trans. SMC 22(3), 1992, doi:10.1109/21.155943.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct NaiveBayes {
    prior: Vec<f32>,
    /// `[modalities][true class][decision]`: P(decision | true class).
    decisions: Vec<Vec<Vec<f64>>>,
}

impl NaiveBayes {
    /// Of a prior, one probability per class, and the probability of each decision given the true class,
    /// `[modalities][true class][decision]`. All are above zero; rows need not sum to 1.
    ///
    /// # Errors
    /// [`ScoreError::Prior`], [`ScoreError::RuleClasses`] or [`ScoreError::Parameter`].
    pub fn new(
        prior: impl IntoIterator<Item = f32>,
        decisions: Vec<Vec<Vec<f64>>>,
    ) -> Result<Self, ScoreError> {
        let rule = Self {
            prior: prior.into_iter().collect(),
            decisions,
        };
        rule.check()?;
        Ok(rule)
    }

    /// Counts decisions on samples whose classes are known.
    ///
    /// `P(d | c) = (n_cd + smoothing) / (n_c + K · smoothing)` over the samples where the modality is present, and
    /// `P(c)` likewise over all samples.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] if `smoothing` is not above zero, and those that
    /// [`RuleName::fit`](crate::RuleName::fit) names for samples that cannot serve.
    pub fn fit(tables: &[ScoreTable], truth: &[usize], smoothing: f64) -> Result<Self, ScoreError> {
        if !(smoothing.is_finite() && smoothing > 0.0) {
            return Err(ScoreError::Parameter {
                name: "smoothing",
                value: smoothing,
                expected: "a number above 0",
            });
        }
        let training = Training::new(tables, truth)?;
        let mut decisions = training.confusions();
        for counts in decisions.iter_mut().flatten() {
            let total = counts.iter().sum::<f64>() + smoothing * counts.len() as f64;
            for count in counts {
                *count = (*count + smoothing) / total;
            }
        }
        let (n, n_classes) = (truth.len() as f64, training.n_classes as f64);
        let prior = training
            .prior()
            .into_iter()
            .map(|share| ((f64::from(share) * n + smoothing) / (n + n_classes * smoothing)) as f32);
        Self::new(prior, decisions)
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_prior(&self.prior)?;
        let expected = self.prior.len();
        for matrix in &self.decisions {
            let bad_length = std::iter::once(matrix.len())
                .chain(matrix.iter().map(Vec::len))
                .find(|len| *len != expected);
            if let Some(actual) = bad_length {
                return Err(ScoreError::RuleClasses { expected, actual });
            }
            if let Some(value) = matrix
                .iter()
                .flatten()
                .find(|p| !p.is_finite() || **p <= 0.0)
            {
                return Err(ScoreError::Parameter {
                    name: "probability of a decision",
                    value: *value,
                    expected: "a number above 0",
                });
            }
        }
        Ok(())
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            prior: self.prior.clone(),
            decisions: select(&self.decisions, modalities)?,
        })
    }
}

checked_serde!(NaiveBayes);

impl FusionRule for NaiveBayes {
    fn name(&self) -> &'static str {
        "naive-bayes"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_shape(scores, self.decisions.len(), self.prior.len())?;
        if scores.evidence().next().is_none() {
            return Err(ScoreError::NoEvidence);
        }
        let mut parts = out.prepare(scores, Scale::LogScores, 0);
        for (modality, trust, row) in scores.evidence() {
            let (best, n_tied) = decision(row);
            for (addend, likelihoods) in parts
                .row(modality)
                .iter_mut()
                .zip(&self.decisions[modality])
            {
                let sum: f64 = likelihoods
                    .iter()
                    .zip(row)
                    .filter(|(_, score)| **score == best)
                    .map(|(likelihood, _)| likelihood.ln())
                    .sum();
                *addend = trust * sum / n_tied as f64;
            }
        }
        for (base, prior) in parts.base.iter_mut().zip(&self.prior) {
            *base = f64::from(*prior).ln();
        }
        parts.finish_softmax();
        Ok(())
    }
}
