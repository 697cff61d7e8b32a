use crate::{ScoreError, ScoreTable, table::check_scores};

/// From which scores on a decision is taken rather than none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct AbstentionConfig {
    /// The lowest highest score, in `[0, 1]`. Default: 0.
    pub min_score: f32,
    /// The least distance between the two highest scores, in `[0, 1]`. Default: 0.
    pub min_margin: f32,
    /// The highest entropy of the scores, in parts of the entropy of scores that are all alike, in `[0, 1]`. Default:
    /// 1.
    pub max_entropy: f32,
    /// The highest conflict of the modalities, in `[0, 1]`. Default: 1.
    pub max_conflict: f32,
}

impl Default for AbstentionConfig {
    fn default() -> Self {
        Self {
            min_score: 0.0,
            min_margin: 0.0,
            max_entropy: 1.0,
            max_conflict: 1.0,
        }
    }
}

/// A class, or the reason why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The class with the highest score; among equals the first.
    Class(usize),
    /// No decision.
    Abstain(AbstentionReason),
}

/// Why there is no decision: the first of these that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum AbstentionReason {
    /// The modalities contradict one another.
    Conflict,
    /// The highest score is too low.
    Score,
    /// The highest two scores are too close.
    Margin,
    /// The scores are spread too widely.
    Entropy,
}

/// The option to reject: no decision where the scores do not warrant one.
///
/// # References
/// C. K. Chow, *On optimum recognition error and reject tradeoff*, IEEE Trans. Information Theory 16(1), 1970,
/// doi:10.1109/TIT.1970.1054406, for the highest score. Y. Geifman, R. El-Yaniv, *Selective classification for deep neural
/// networks*, NeurIPS 2017, arXiv:1705.08500, for the choice of a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Abstention {
    config: AbstentionConfig,
}

impl Abstention {
    /// Takes thresholds in `[0, 1]`.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(config: AbstentionConfig) -> Result<Self, ScoreError> {
        for (name, value) in [
            ("min_score", config.min_score),
            ("min_margin", config.min_margin),
            ("max_entropy", config.max_entropy),
            ("max_conflict", config.max_conflict),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(ScoreError::Parameter {
                    name,
                    value: f64::from(value),
                    expected: "a number from 0 to 1",
                });
            }
        }
        Ok(Self { config })
    }

    /// Decides, or not. The conflict is [`Fused::conflict`](crate::Fused::conflict), or [`disagreement`] for rules
    /// without one.
    ///
    /// # Errors
    /// [`ScoreError::ConflictUnknown`] if there is a threshold below 1 for the conflict but none is given, and
    /// [`ScoreError::Score`] or [`ScoreError::NotNormalized`] if the scores are none.
    pub fn decide(&self, scores: &[f32], conflict: Option<f32>) -> Result<Decision, ScoreError> {
        check_scores(scores, scores.len(), 0)?;
        let config = &self.config;
        if config.max_conflict < 1.0 {
            let conflict = conflict.ok_or(ScoreError::ConflictUnknown)?;
            // A conflict that is not a number warrants nothing.
            if conflict.is_nan() || conflict > config.max_conflict {
                return Ok(Decision::Abstain(AbstentionReason::Conflict));
            }
        }
        let (mut class, mut first, mut second) = (0, f32::NEG_INFINITY, f32::NEG_INFINITY);
        for (index, &score) in scores.iter().enumerate() {
            if score > first {
                (class, second, first) = (index, first, score);
            } else if score > second {
                second = score;
            }
        }
        let reason = if first < config.min_score {
            AbstentionReason::Score
        } else if first - second.max(0.0) < config.min_margin {
            AbstentionReason::Margin
        } else if config.max_entropy < 1.0 && relative_entropy(scores) > config.max_entropy {
            AbstentionReason::Entropy
        } else {
            return Ok(Decision::Class(class));
        };
        Ok(Decision::Abstain(reason))
    }
}

/// How much the modalities that have a say disagree, in `[0, 1]`: the Jensen–Shannon divergence of their scores,
/// weighted by trust, in parts of the highest that it could be.
///
/// 0 where all scores are the same, or there is but one modality; 1 where each is certain of another class.
///
/// # Errors
/// [`ScoreError::NoEvidence`].
///
/// # References
/// J. Lin, *Divergence measures based on the Shannon entropy*, IEEE Trans. Information Theory 37(1), 1991,
/// doi:10.1109/18.61115.
pub fn disagreement(scores: &ScoreTable) -> Result<f32, ScoreError> {
    let total: f64 = scores.evidence().map(|(_, trust, _)| trust).sum();
    if total <= 0.0 {
        return Err(ScoreError::NoEvidence);
    }
    let highest = entropy(scores.evidence().map(|(_, trust, _)| trust / total));
    if highest <= 0.0 {
        return Ok(0.0);
    }
    let mean = |class: usize| -> f64 {
        scores
            .evidence()
            .map(|(_, trust, row)| trust / total * f64::from(row[class]))
            .sum()
    };
    let of_mean = entropy((0..scores.n_classes()).map(mean));
    let mean_of: f64 = scores
        .evidence()
        .map(|(_, trust, row)| trust / total * entropy(row.iter().copied().map(f64::from)))
        .sum();
    Ok(((of_mean - mean_of) / highest).clamp(0.0, 1.0) as f32)
}

fn entropy(shares: impl Iterator<Item = f64>) -> f64 {
    shares
        .filter(|share| *share > 0.0)
        .map(|share| -share * share.ln())
        .sum()
}

fn relative_entropy(scores: &[f32]) -> f32 {
    let highest = (scores.len() as f64).ln();
    (entropy(scores.iter().copied().map(f64::from)) / highest) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(change: impl Fn(&mut AbstentionConfig), scores: &[f32]) -> Decision {
        let mut config = AbstentionConfig::default();
        change(&mut config);
        let abstention = Abstention::new(config).unwrap();
        abstention.decide(scores, Some(0.5)).unwrap()
    }

    #[test]
    fn each_threshold_has_its_reason() {
        let scores = [0.2, 0.5, 0.3, 0.0];
        assert_eq!(decide(|_| (), &scores), Decision::Class(1));
        assert_eq!(decide(|c| c.min_score = 0.5, &scores), Decision::Class(1));
        let abstain = Decision::Abstain;
        assert_eq!(
            decide(|c| c.min_score = 0.51, &scores),
            abstain(AbstentionReason::Score)
        );
        assert_eq!(
            decide(|c| c.min_margin = 0.25, &scores),
            abstain(AbstentionReason::Margin)
        );
        // By hand: 1.0297 nats of ln 4 = 1.3863 are 0.7428.
        assert_eq!(
            decide(|c| c.max_entropy = 0.75, &scores),
            Decision::Class(1)
        );
        assert_eq!(
            decide(|c| c.max_entropy = 0.74, &scores),
            abstain(AbstentionReason::Entropy)
        );
        assert_eq!(
            decide(|c| c.max_conflict = 0.4, &scores),
            abstain(AbstentionReason::Conflict)
        );
        let tied = [0.25, 0.375, 0.375, 0.0];
        assert_eq!(decide(|_| (), &tied), Decision::Class(1));
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        let config = AbstentionConfig {
            max_conflict: 0.5,
            ..Default::default()
        };
        let abstention = Abstention::new(config).unwrap();
        assert_eq!(
            abstention.decide(&[0.5, 0.5], None),
            Err(ScoreError::ConflictUnknown)
        );
        assert!(abstention.decide(&[f32::NAN, 0.5], Some(0.0)).is_err());
        assert!(abstention.decide(&[], Some(0.0)).is_err());
        let config = AbstentionConfig {
            min_score: 1.5,
            ..Default::default()
        };
        assert!(Abstention::new(config).is_err());
    }

    #[test]
    fn disagreement_runs_from_none_to_complete() {
        let mut table = ScoreTable::new(3);
        assert_eq!(disagreement(&table), Err(ScoreError::NoEvidence));
        table.push(&[1.0, 0.0, 0.0]).unwrap();
        assert_eq!(disagreement(&table), Ok(0.0));
        table.push(&[0.0, 1.0, 0.0]).unwrap();
        assert_eq!(disagreement(&table), Ok(1.0));
        table.push_trusted(&[0.0, 0.0, 1.0], 0.0).unwrap();
        assert_eq!(disagreement(&table), Ok(1.0));
        // By hand: of (1, 0) and (1/2, 1/2), H(3/4, 1/4) − ln 2 / 2 = 0.2158 nats of ln 2.
        let mut table = ScoreTable::new(2);
        table.push(&[1.0, 0.0]).unwrap();
        table.push(&[0.5, 0.5]).unwrap();
        assert!((disagreement(&table).unwrap() - 0.311_278).abs() < 1e-5);
    }
}
