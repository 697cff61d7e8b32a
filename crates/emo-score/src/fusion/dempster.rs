use super::{Fused, FusionRule, Parts, Scale, check_modalities, select};
use crate::{ScoreError, ScoreTable};

/// What to do where the modalities contradict one another almost completely.
///
/// Dempster's rule divides by what is not in conflict, and of almost nothing makes certainty in what all hold almost
/// impossible: L. A. Zadeh, *Review of Shafer's A Mathematical Theory of Evidence*, AI Magazine 5(3), 1984,
/// doi:10.1609/aimag.v5i3.452.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum ConflictFallback {
    /// The mean of the scores, weighted by reliability and trust; nothing is left in doubt.
    #[default]
    Mean,
    /// The conflict is left to all classes together as ignorance: R. R. Yager, *On the Dempster-Shafer framework
    /// and new combination rules*, Information Sciences 41(2), 1987, doi:10.1016/0020-0255(87)90007-7.
    Yager,
}

/// Dempster's rule on belief masses: a modality's scores hold as far as it is reliable, the rest stays open.
///
/// The masses of a modality are `m_m({c}) = r_m t_m p_m(c)` and `m_m(Θ) = 1 − r_m t_m`, with r its reliability, t its
/// trust and Θ all classes; they are combined by Dempster's rule. A fused score is the pignistic probability: the
/// class's mass and its part of what is left to Θ, `m(c) + m(Θ) / K`. The outcome also has the conflict and the
/// ignorance `m(Θ)`, from which belief and plausibility follow ([`Fused::ignorance`]). Where the conflict is above
/// `max_conflict` the fall-back decides.
///
/// Contributions: of the mass that several modalities give a class together, each has the same share; the baseline
/// is `m(Θ) / K`, which is nobody's.
///
/// # References
/// G. Shafer, *A Mathematical Theory of Evidence*, Princeton University Press, 1976, for combination and discounting.
/// G. Rogova, *Combining the results of several neural network classifiers*, Neural Networks 7(5), 1994,
/// doi:10.1016/0893-6080(94)90099-X. P. Smets, R. Kennes, *The transferable belief model*, Artificial Intelligence
/// 66(2), 1994, doi:10.1016/0004-3702(94)90026-4, for the pignistic probability.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct DempsterShafer {
    reliabilities: Vec<f32>,
    max_conflict: f64,
    fallback: ConflictFallback,
}

impl DempsterShafer {
    /// One reliability per modality in `[0, 1]`, and from which conflict on, in `(0, 1]`, the fall-back decides.
    ///
    /// Scores that are spread over classes conflict by themselves: four modalities that are all undecided between
    /// four classes have a conflict of 0.984. So `max_conflict` should be close to 1. With 1 the fall-back decides
    /// where the conflict is total alone, where Dempster's rule is not defined.
    ///
    /// # Errors
    /// [`ScoreError::Weight`] or [`ScoreError::Parameter`].
    pub fn new(
        reliabilities: impl IntoIterator<Item = f32>,
        max_conflict: f64,
        fallback: ConflictFallback,
    ) -> Result<Self, ScoreError> {
        let rule = Self {
            reliabilities: reliabilities.into_iter().collect(),
            max_conflict,
            fallback,
        };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), ScoreError> {
        if let Some(index) = self
            .reliabilities
            .iter()
            .position(|reliability| !(0.0..=1.0).contains(reliability))
        {
            return Err(ScoreError::Weight {
                index,
                value: self.reliabilities[index],
            });
        }
        if self.max_conflict > 0.0 && self.max_conflict <= 1.0 {
            return Ok(());
        }
        Err(ScoreError::Parameter {
            name: "max_conflict",
            value: self.max_conflict,
            expected: "a number above 0 and up to 1",
        })
    }

    pub(super) fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        Ok(Self {
            reliabilities: select(&self.reliabilities, modalities)?,
            ..self.clone()
        })
    }

    /// Fills in what each modality adds to the mass of each class, before normalisation, and returns the mass that
    /// is left to all classes.
    fn combine(&self, scores: &ScoreTable, parts: &mut Parts<'_>) -> f64 {
        let masses = |class: usize| {
            scores.evidence().map(move |(modality, trust, row)| {
                let reliability = trust * f64::from(self.reliabilities[modality]);
                let sum: f64 = row.iter().copied().map(f64::from).sum();
                let mass = reliability * f64::from(row[class]) / sum;
                (modality, mass, 1.0 - reliability)
            })
        };
        for class in 0..parts.n_classes {
            for (modality, own, _) in masses(class) {
                // The mass of a class is Π(a t + b) from t = 0 to 1, each modality's part the integral of
                // a Π'(a t + b) over the others: equal shares in each product of several a.
                let polynomial = &mut *parts.extra;
                polynomial.fill(0.0);
                polynomial[0] = own;
                for (other, mass, open) in masses(class) {
                    if other == modality {
                        continue;
                    }
                    let mut lower = 0.0;
                    for coefficient in polynomial.iter_mut() {
                        let old = *coefficient;
                        *coefficient = open * old + mass * lower;
                        lower = old;
                    }
                }
                let integral: f64 = polynomial
                    .iter()
                    .enumerate()
                    .map(|(power, coefficient)| coefficient / (power + 1) as f64)
                    .sum();
                parts.row(modality)[class] = integral;
            }
        }
        masses(0).map(|(_, _, open)| open).product()
    }
}

checked_serde!(DempsterShafer);

impl FusionRule for DempsterShafer {
    fn name(&self) -> &'static str {
        "dempster-shafer"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_modalities(scores, self.reliabilities.len())?;
        let weight = |modality: usize, trust: f64| trust * f64::from(self.reliabilities[modality]);
        let total: f64 = scores
            .evidence()
            .map(|(modality, trust, _)| weight(modality, trust))
            .sum();
        if total <= 0.0 {
            return Err(ScoreError::NoEvidence);
        }
        let mut parts = out.prepare(scores, Scale::Scores, scores.n_modalities());
        let n_classes = parts.n_classes as f64;
        let mut open = self.combine(scores, &mut parts);
        let held: f64 = parts.addends.iter().sum::<f64>() + open;
        let conflict = (1.0 - held).clamp(0.0, 1.0);
        if held > 0.0 && conflict <= self.max_conflict {
            open /= held;
            parts.base.fill(open * held / n_classes);
            parts.finish_sums(held);
        } else {
            match self.fallback {
                ConflictFallback::Yager => {
                    open += conflict;
                    parts.base.fill(open / n_classes);
                    parts.finish_sums(1.0);
                }
                ConflictFallback::Mean => {
                    open = 0.0;
                    for (modality, trust, row) in scores.evidence() {
                        let weight = weight(modality, trust);
                        for (addend, score) in parts.row(modality).iter_mut().zip(row) {
                            *addend = weight * f64::from(*score);
                        }
                    }
                    parts.finish_sums(total);
                }
            }
        }
        out.conflict = Some(conflict as f32);
        out.ignorance = Some(open as f32);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fuse<const N: usize>(
        rows: &[([f32; N], f32)],
        max_conflict: f64,
        fallback: ConflictFallback,
    ) -> Fused {
        let mut table = ScoreTable::new(N);
        for (row, _) in rows {
            table.push(row).unwrap();
        }
        DempsterShafer::new(rows.iter().map(|row| row.1), max_conflict, fallback)
            .unwrap()
            .fuse(&table)
            .unwrap()
    }

    /// Belief in each class, and what is left open.
    fn beliefs(fused: &Fused) -> (Vec<f32>, f32) {
        let ignorance = fused.ignorance.unwrap();
        let share = ignorance / fused.scores.len() as f32;
        (
            fused.scores.iter().map(|score| score - share).collect(),
            ignorance,
        )
    }

    fn near(actual: &[f32], expected: &[f64]) -> bool {
        actual
            .iter()
            .zip(expected)
            .all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6)
    }

    /// Betty and Sally are each reliable with a chance of 0.9. G. Shafer, *Perspectives on the theory and practice of
    /// belief functions*, IJAR 4(5–6), 1990, doi:10.1016/0888-613X(90)90012-Q.
    #[test]
    fn two_witnesses() {
        let agree = [([1.0, 0.0], 0.9), ([1.0, 0.0], 0.9)];
        let fused = fuse(&agree, 1.0, ConflictFallback::Yager);
        let (belief, open) = beliefs(&fused);
        assert!(near(&belief, &[0.99, 0.0]), "{belief:?}");
        assert!(near(&[open, fused.conflict.unwrap()], &[0.01, 0.0]));

        let contradict = [([1.0, 0.0], 0.9), ([0.0, 1.0], 0.9)];
        let fused = fuse(&contradict, 1.0, ConflictFallback::Yager);
        let (belief, open) = beliefs(&fused);
        assert!(near(&belief, &[9.0 / 19.0, 9.0 / 19.0]), "{belief:?}");
        assert!(near(&[open, fused.conflict.unwrap()], &[1.0 / 19.0, 0.81]));
    }

    /// Conflicting simple support functions of degrees s and t: belief s (1 − t) / (1 − s t) in the first. Shafer
    /// 1976, section 4.4.
    #[test]
    fn conflicting_simple_support() {
        let (s, t) = (0.75_f64, 0.5_f64);
        let rows = [([1.0, 0.0, 0.0], s as f32), ([0.0, 1.0, 0.0], t as f32)];
        let (belief, open) = beliefs(&fuse(&rows, 1.0, ConflictFallback::Yager));
        let rest = 1.0 - s * t;
        assert!(near(
            &belief,
            &[s * (1.0 - t) / rest, t * (1.0 - s) / rest, 0.0]
        ));
        assert!(near(&[open], &[(1.0 - s) * (1.0 - t) / rest]));
    }

    /// Two physicians: meningitis 0.99 or a tumour 0.01, and concussion 0.99 or a tumour 0.01. Zadeh 1984.
    #[test]
    fn zadehs_paradox() {
        let rows = [([0.99, 0.0, 0.01], 1.0), ([0.0, 0.99, 0.01], 1.0)];
        let fused = fuse(&rows, 1.0, ConflictFallback::Mean);
        assert!(near(fused.scores.as_slice().unwrap(), &[0.0, 0.0, 1.0]));
        assert!(near(&[fused.conflict.unwrap()], &[0.9999]));

        let fused = fuse(&rows, 0.999, ConflictFallback::Mean);
        assert!(near(
            fused.scores.as_slice().unwrap(),
            &[0.495, 0.495, 0.01]
        ));
        assert_eq!(fused.ignorance, Some(0.0));

        // Yager 1987: the tumour keeps its 0.0001, all else is open.
        let fused = fuse(&rows, 0.999, ConflictFallback::Yager);
        let (belief, open) = beliefs(&fused);
        assert!(near(&belief, &[0.0, 0.0, 0.0001]), "{belief:?}");
        assert!(near(&[open], &[0.9999]));
    }

    #[test]
    fn total_conflict_falls_back_whatever_the_limit() {
        let rows = [([1.0, 0.0], 1.0), ([0.0, 1.0], 1.0)];
        let fused = fuse(&rows, 1.0, ConflictFallback::Mean);
        assert_eq!(fused.scores.to_vec(), [0.5, 0.5]);
        assert_eq!(fused.conflict, Some(1.0));
    }

    /// By hand: 0.6 and 0.5 for one class; 0.3 is held by both, 0.3 by the first alone, 0.2 by the second alone.
    #[test]
    fn what_is_held_together_is_shared() {
        let rows = [([1.0, 0.0], 0.6), ([1.0, 0.0], 0.5)];
        let fused = fuse(&rows, 1.0, ConflictFallback::Yager);
        assert!(near(&fused.contributions.column(0).to_vec(), &[0.45, 0.35]));
    }
}
