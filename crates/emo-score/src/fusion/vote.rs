use super::{
    Fused, FusionRule, Scale, check_modalities, check_weights, select, training::decision,
};
use crate::{ScoreError, ScoreTable};

/// The share of the present modalities that decide for a class.
///
/// A vote weighs as much as its modality is trusted; a modality whose highest score is shared by several classes
/// splits its vote among them.
///
/// # References
/// L. Lam, C. Y. Suen, *Application of majority voting to pattern recognition*, IEEE Trans. SMC A 27(5), 1997,
/// doi:10.1109/3468.618255.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Majority;

impl FusionRule for Majority {
    fn name(&self) -> &'static str {
        "majority"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        count(scores, |_| 1.0, ballot, out)
    }
}

/// The share of the votes' weight that a class gets.
///
/// Votes are cast as in [`Majority`]; each is multiplied by its modality's weight.
///
/// # References
/// L. I. Kuncheva, J. J. Rodríguez, *A weighted voting framework for classifiers ensembles*, Knowledge and
/// Information Systems 38, 2014, doi:10.1007/s10115-012-0586-6.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct WeightedVote {
    weights: Vec<f32>,
}

impl WeightedVote {
    /// One weight per modality, finite and not negative.
    ///
    /// # Errors
    /// [`ScoreError::Weight`].
    pub fn new(weights: impl IntoIterator<Item = f32>) -> Result<Self, ScoreError> {
        let rule = Self {
            weights: weights.into_iter().collect(),
        };
        rule.check()?;
        Ok(rule)
    }

    /// The weights that are best for voters that err independently: `ln(acc / (1 − acc)) + ln(K − 1)` for a share
    /// `acc` of right decisions among K classes, which for two classes is the classic `ln(acc / (1 − acc))`.
    ///
    /// Who is no better than chance has no say: below zero the weight is 0. Shares are taken as at most 0.999, so
    /// that nobody is infallible.
    ///
    /// # Errors
    /// [`ScoreError::Weight`] if a share is not in `[0, 1]`.
    pub fn from_accuracies(accuracies: &[f32], n_classes: usize) -> Result<Self, ScoreError> {
        if let Some(index) = accuracies.iter().position(|a| !(0.0..=1.0).contains(a)) {
            return Err(ScoreError::Weight {
                index,
                value: accuracies[index],
            });
        }
        let others = n_classes.saturating_sub(1).max(1) as f64;
        Self::new(accuracies.iter().map(|accuracy| {
            let accuracy = f64::from(*accuracy).min(0.999);
            (accuracy / (1.0 - accuracy) * others).ln().max(0.0) as f32
        }))
    }

    /// The weights.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_weights(&self.weights)
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            weights: select(&self.weights, modalities)?,
        })
    }
}

checked_serde!(WeightedVote);

impl FusionRule for WeightedVote {
    fn name(&self) -> &'static str {
        "vote"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_modalities(scores, self.weights.len())?;
        count(scores, |row| f64::from(self.weights[row]), ballot, out)
    }
}

/// The Borda count: each present modality gives a class one point for each class that it ranks below it.
///
/// `s(c) ∝ Σ_A t_m (K − rank_m(c))` with mean ranks among equals and t the trust, over the sum of all points.
///
/// # References
/// T. K. Ho, J. J. Hull, S. N. Srihari, *Decision combination in multiple classifier systems*, IEEE TPAMI 16(1),
/// 1994, doi:10.1109/34.273716.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Borda;

impl FusionRule for Borda {
    fn name(&self) -> &'static str {
        "borda"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        count(scores, |_| 1.0, points, out)
    }
}

/// A vote for the class of the highest score, split among equals.
fn ballot(row: &[f32], addends: &mut [f64]) {
    let (best, n_tied) = decision(row);
    for (addend, score) in addends.iter_mut().zip(row) {
        *addend = if *score == best {
            1.0 / n_tied as f64
        } else {
            0.0
        };
    }
}

/// One point for each class below, half a point for each other class alike.
fn points(row: &[f32], addends: &mut [f64]) {
    for (addend, score) in addends.iter_mut().zip(row) {
        let below = row.iter().filter(|other| *other < score).count();
        let alike = row.iter().filter(|other| *other == score).count();
        *addend = below as f64 + 0.5 * (alike - 1) as f64;
    }
}

fn count(
    scores: &ScoreTable,
    weight: impl Fn(usize) -> f64,
    cast: impl Fn(&[f32], &mut [f64]),
    out: &mut Fused,
) -> Result<(), ScoreError> {
    let mut parts = out.prepare(scores, Scale::Scores, 0);
    let mut total = 0.0;
    for (modality, trust, row) in scores.evidence() {
        let weight = trust * weight(modality);
        total += weight;
        let addends = parts.row(modality);
        cast(row, addends);
        for addend in addends {
            *addend *= weight;
        }
    }
    if total <= 0.0 {
        return Err(ScoreError::NoEvidence);
    }
    parts.finish_normalized()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_split_votes_and_ranks() {
        let mut table = ScoreTable::new(4);
        table.push(&[0.4, 0.4, 0.2, 0.0]).unwrap();
        table.push(&[0.1, 0.2, 0.3, 0.4]).unwrap();
        let fused = Majority.fuse(&table).unwrap();
        assert_eq!(fused.scores.to_vec(), [0.25, 0.25, 0.0, 0.5]);
        // Points by hand: 2.5, 2.5, 1, 0 and 0, 1, 2, 3, of 12.
        let fused = Borda.fuse(&table).unwrap();
        let expected = [2.5 / 12.0, 3.5 / 12.0, 3.0 / 12.0, 3.0 / 12.0];
        for (actual, expected) in fused.scores.iter().zip(expected) {
            assert!((actual - expected).abs() < 1e-7);
        }
    }

    #[test]
    fn weights_of_voters_are_their_log_odds() {
        let vote = WeightedVote::from_accuracies(&[0.9, 0.5, 0.4], 2).unwrap();
        assert!((vote.weights()[0] - 9.0_f32.ln()).abs() < 1e-5);
        assert_eq!(vote.weights()[1..], [0.0, 0.0]);
        // Of four classes, chance is a quarter.
        let vote = WeightedVote::from_accuracies(&[0.25, 0.5], 4).unwrap();
        assert!(vote.weights()[0].abs() < 1e-6);
        assert!((vote.weights()[1] - 3.0_f32.ln()).abs() < 1e-6);
        assert!(WeightedVote::from_accuracies(&[1.5], 2).is_err());
    }
}
