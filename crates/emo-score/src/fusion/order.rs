use super::{Fused, FusionRule, Scale};
use crate::{ScoreError, ScoreTable};

/// The highest score that any present modality gives a class, over the sum of these.
///
/// Trust does not scale it; a modality without any trust is left out. A class's score is the contribution of the
/// modality that gave the highest, in equal parts where several did.
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Max;

impl FusionRule for Max {
    fn name(&self) -> &'static str {
        "max"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        extreme(scores, f32::max, out)
    }
}

/// The lowest score that any present modality gives a class, over the sum of these.
///
/// Trust does not scale it; a modality without any trust is left out. Where each class is ruled out by some
/// modality the outcome is [`ScoreError::Vetoed`]. Contributions are as those of [`Max`].
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Min;

impl FusionRule for Min {
    fn name(&self) -> &'static str {
        "min"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        extreme(scores, f32::min, out)
    }
}

fn extreme(
    scores: &ScoreTable,
    better: impl Fn(f32, f32) -> f32,
    out: &mut Fused,
) -> Result<(), ScoreError> {
    if scores.evidence().next().is_none() {
        return Err(ScoreError::NoEvidence);
    }
    let mut parts = out.prepare(scores, Scale::Scores, 0);
    for class in 0..parts.n_classes {
        let best = scores
            .evidence()
            .map(|(_, _, row)| row[class])
            .reduce(&better)
            .unwrap_or_default();
        let holders = || {
            scores
                .evidence()
                .filter(move |(_, _, row)| row[class] == best)
        };
        let share = f64::from(best) / holders().count() as f64;
        for (modality, _, _) in holders() {
            parts.row(modality)[class] = share;
        }
    }
    parts.finish_normalized()
}

/// The median of the scores that the present modalities give a class, over the sum of these.
///
/// Trust is the weight of a weighted median; with equal trust and an even number of modalities it is the mean of the
/// middle two. The modalities in the middle contribute, those of equal score in proportion to their trust.
/// [`ScoreError::Vetoed`] where most modalities rule out each class.
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Median;

impl FusionRule for Median {
    fn name(&self) -> &'static str {
        "median"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        order_statistic(scores, out, |below, equal, total| {
            let (half, above) = (total / 2.0, total - below - equal);
            // Rounding of a sum of trusts must not turn the middle two into the middle one.
            let slack = total * 1e-12;
            let reaches_down = (below - half).abs() <= slack;
            let reaches_up = (above - half).abs() <= slack;
            if below > half + slack || above > half + slack {
                0.0
            } else if reaches_down || reaches_up {
                0.5
            } else {
                1.0
            }
        })
    }
}

/// The mean of the scores that the present modalities give a class without the highest and the lowest share of them,
/// over the sum of these.
///
/// Trust is the weight: with a total trust T, the parts of the sorted modalities between `trim · T` and
/// `(1 − trim) · T` count, in parts of a modality where a bound falls within one. So `trim` 0 is the mean, and 1/4 of
/// four equally trusted modalities leaves out one at each end. Of modalities with equal scores each keeps the same
/// share. [`ScoreError::Vetoed`] where what is left rules out each class.
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct TrimmedMean {
    trim: f64,
}

impl TrimmedMean {
    /// With the share to leave out at each end, in `[0, 0.5)`.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(trim: f64) -> Result<Self, ScoreError> {
        let rule = Self { trim };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), ScoreError> {
        if (0.0..0.5).contains(&self.trim) {
            return Ok(());
        }
        Err(ScoreError::Parameter {
            name: "trim",
            value: self.trim,
            expected: "a number from 0 and below 0.5",
        })
    }
}

checked_serde!(TrimmedMean);

impl FusionRule for TrimmedMean {
    fn name(&self) -> &'static str {
        "trimmed"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        order_statistic(scores, out, |below, equal, total| {
            let (low, high) = (self.trim * total, (1.0 - self.trim) * total);
            (high.min(below + equal) - low.max(below)).max(0.0)
        })
    }
}

/// A sum of scores weighted by their place in the order: `weight(below, equal, total)` is the weight of all
/// modalities of one score together, of what trust is below it, at it and in all. These weights have the same sum for
/// each class, so that normalisation takes care of it.
///
/// Each modality looks at all others: with the handful there are, that is cheaper than to sort.
fn order_statistic(
    scores: &ScoreTable,
    out: &mut Fused,
    weight: impl Fn(f64, f64, f64) -> f64,
) -> Result<(), ScoreError> {
    let total: f64 = scores.evidence().map(|(_, trust, _)| trust).sum();
    if total <= 0.0 {
        return Err(ScoreError::NoEvidence);
    }
    let n_modalities = scores.n_modalities();
    let parts = out.prepare(scores, Scale::Scores, 2 * n_modalities);
    let n_classes = parts.n_classes;
    // Side by side in memory; who has no say has the trust 0, which counts nowhere.
    let (trusts, values) = parts.extra.split_at_mut(n_modalities);
    for (modality, trust, _) in scores.evidence() {
        trusts[modality] = trust;
    }
    for class in 0..n_classes {
        for (modality, _, row) in scores.evidence() {
            values[modality] = f64::from(row[class]);
        }
        let column = parts.addends[class..].iter_mut().step_by(n_classes);
        for ((addend, trust), value) in column.zip(&*trusts).zip(&*values) {
            if *trust == 0.0 {
                continue;
            }
            let (mut below, mut equal) = (0.0, 0.0);
            for (other_trust, other) in trusts.iter().zip(&*values) {
                below += if other < value { *other_trust } else { 0.0 };
                equal += if other == value { *other_trust } else { 0.0 };
            }
            *addend = weight(below, equal, total) * trust / equal * value;
        }
    }
    parts.finish_normalized()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fuse(rule: &dyn FusionRule, rows: &[[f32; 3]]) -> Result<Vec<f32>, ScoreError> {
        let mut table = ScoreTable::new(3);
        for row in rows {
            table.push(row).unwrap();
        }
        Ok(rule.fuse(&table)?.scores.to_vec())
    }

    fn near(actual: &[f32], expected: &[f32]) -> bool {
        actual
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-6)
    }

    const ROWS: [[f32; 3]; 4] = [
        [0.5, 0.3, 0.2],
        [0.25, 0.5, 0.25],
        [0.75, 0.125, 0.125],
        [0.25, 0.25, 0.5],
    ];

    /// By hand; each expectation is divided by its sum.
    #[test]
    fn order_statistics_agree_with_a_hand_count() {
        let cases: [(&dyn FusionRule, [f32; 3]); 5] = [
            (&Max, [0.75, 0.5, 0.5]),
            (&Min, [0.25, 0.125, 0.125]),
            (&Median, [0.375, 0.275, 0.225]),
            (&TrimmedMean { trim: 0.25 }, [0.375, 0.275, 0.225]),
            (&TrimmedMean { trim: 0.0 }, [0.4375, 0.29375, 0.26875]),
        ];
        for (rule, expected) in cases {
            let sum: f32 = expected.iter().sum();
            let scores = fuse(rule, &ROWS).unwrap();
            assert!(
                near(&scores, &expected.map(|x| x / sum)),
                "{}: {scores:?}",
                rule.name()
            );
        }
        let odd = fuse(&Median, &ROWS[..3]).unwrap();
        assert!(near(&odd, &[0.5, 0.3, 0.2]));
        // A share of 1/8 of four leaves half of the outer two.
        let part = fuse(&TrimmedMean { trim: 0.125 }, &ROWS).unwrap();
        let first = (0.125 + 0.25 + 0.5 + 0.375) / 3.0;
        let second = (0.0625 + 0.25 + 0.3 + 0.25) / 3.0;
        let third = (0.0625 + 0.2 + 0.25 + 0.25) / 3.0;
        let sum = first + second + third;
        assert!(near(&part, &[first / sum, second / sum, third / sum]));
    }

    #[test]
    fn when_every_class_is_ruled_out_there_is_no_guess() {
        let rows = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(fuse(&Min, &rows), Err(ScoreError::Vetoed));
        assert_eq!(fuse(&Median, &rows), Err(ScoreError::Vetoed));
    }
}
