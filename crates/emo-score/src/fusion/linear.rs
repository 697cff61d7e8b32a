use super::{Fused, FusionRule, Scale, check_modalities, check_weights, select};
use crate::{ScoreError, ScoreTable};

/// The mean of the present modalities' scores: the linear opinion pool with equal weights.
///
/// `s(c) = Σ_A t_m p_m(c) / Σ_A t_m` over the modalities A that are present, t being their trust.
///
/// # References
/// J. Kittler, M. Hatef, R. P. W. Duin, J. Matas, *On combining classifiers*, IEEE TPAMI 20(3), 1998,
/// doi:10.1109/34.667881.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mean;

impl FusionRule for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        linear_pool(scores, |_| 1.0, out)
    }
}

/// The weighted mean of the present modalities' scores: the linear opinion pool.
///
/// `s(c) = Σ_A w_m t_m p_m(c) / Σ_A w_m t_m` over the modalities A that are present, t being their trust, so that
/// the weights of absent ones are shared out in proportion.
///
/// # References
/// C. Genest, J. V. Zidek, *Combining probability distributions: a critique and an annotated bibliography*,
/// Statistical Science 1(1), 1986, doi:10.1214/ss/1177013825.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct WeightedMean {
    weights: Vec<f32>,
}

impl WeightedMean {
    /// One weight per modality, finite and not negative, in the order of the table's rows. They need not sum
    /// to 1.
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

    /// The weights, as given.
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

checked_serde!(WeightedMean);

impl FusionRule for WeightedMean {
    fn name(&self) -> &'static str {
        "weighted"
    }

    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError> {
        check_modalities(scores, self.weights.len())?;
        linear_pool(scores, |row| f64::from(self.weights[row]), out)
    }
}

fn linear_pool(
    scores: &ScoreTable,
    weight: impl Fn(usize) -> f64,
    out: &mut Fused,
) -> Result<(), ScoreError> {
    let mut parts = out.prepare(scores, Scale::Scores, 0);
    let mut total = 0.0;
    for (modality, trust, row) in scores.evidence() {
        let weight = trust * weight(modality);
        total += weight;
        for (addend, score) in parts.row(modality).iter_mut().zip(row) {
            *addend = weight * f64::from(*score);
        }
    }
    if total <= 0.0 {
        return Err(ScoreError::NoEvidence);
    }
    parts.finish_sums(total);
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Axis};
    use proptest::prelude::*;

    use super::*;

    /// A score vector of `n` classes, made by normalising arbitrary non-negative numbers.
    fn scores(n: usize) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(0.0_f32..1.0, n).prop_filter_map("all zero", |raw| {
            let sum: f32 = raw.iter().sum();
            (sum > 1e-3).then(|| raw.iter().map(|score| score / sum).collect())
        })
    }

    /// Whole numbers of hundredths: proptest 1.12 asserts wrongly, if rarely, on ranges of floats that do not start at 0.
    fn weight() -> impl Strategy<Value = f32> {
        (1_u16..1000).prop_map(|weight| f32::from(weight) / 100.0)
    }

    type Rows = Vec<(Option<Vec<f32>>, f32)>;

    fn rows() -> impl Strategy<Value = Rows> {
        prop::collection::vec((prop::option::weighted(0.8, scores(4)), weight()), 1..6)
    }

    fn table(rows: &Rows) -> ScoreTable {
        let mut table = ScoreTable::new(4);
        for (scores, _) in rows {
            match scores {
                Some(scores) => table.push(scores).unwrap(),
                None => table.push_absent(),
            }
        }
        table
    }

    fn weighted(rows: &Rows) -> Result<Fused, ScoreError> {
        WeightedMean::new(rows.iter().map(|row| row.1))
            .unwrap()
            .fuse(&table(rows))
    }

    fn near(a: &Array1<f32>, b: &Array1<f32>) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-6)
    }

    proptest! {
        #[test]
        fn scores_are_not_negative_and_sum_to_one(rows in rows()) {
            prop_assume!(rows.iter().any(|row| row.0.is_some()));
            for fused in [weighted(&rows).unwrap(), Mean.fuse(&table(&rows)).unwrap()] {
                prop_assert!(fused.scores.iter().all(|score| score.is_finite() && *score >= 0.0));
                prop_assert!((fused.scores.sum() - 1.0).abs() <= 1e-5);
                prop_assert!(near(&fused.contributions.sum_axis(Axis(0)), &fused.scores));
            }
        }

        #[test]
        fn the_order_of_the_modalities_does_not_matter(rows in rows(), seed in any::<u64>()) {
            prop_assume!(rows.iter().any(|row| row.0.is_some()));
            let mut shuffled = rows.clone();
            let len = shuffled.len();
            for i in 0..len {
                shuffled.swap(i, (seed.rotate_left(i as u32 * 7) % len as u64) as usize);
            }
            prop_assert!(near(&weighted(&rows).unwrap().scores, &weighted(&shuffled).unwrap().scores));
        }

        #[test]
        fn an_absent_modality_is_as_if_it_never_was(rows in rows()) {
            let present: Rows = rows.iter().filter(|row| row.0.is_some()).cloned().collect();
            prop_assume!(!present.is_empty());
            prop_assert_eq!(weighted(&rows).unwrap().scores, weighted(&present).unwrap().scores);
        }

        #[test]
        fn equal_weights_are_the_mean(rows in rows(), weight in weight()) {
            prop_assume!(rows.iter().any(|row| row.0.is_some()));
            let equal: Rows = rows.iter().map(|row| (row.0.clone(), weight)).collect();
            let mean = Mean.fuse(&table(&rows)).unwrap().scores;
            prop_assert!(near(&weighted(&equal).unwrap().scores, &mean));
        }

        #[test]
        fn equal_rows_and_a_single_row_are_returned_as_they_are(row in scores(4), n in 1_usize..5) {
            let rows: Rows = (0..n).map(|i| (Some(row.clone()), 0.5 + i as f32)).collect();
            prop_assert!(near(&weighted(&rows).unwrap().scores, &Array1::from(row.clone())));
            let single: Rows = vec![(Some(row.clone()), 0.3)];
            prop_assert_eq!(weighted(&single).unwrap().scores, Array1::from(row));
        }
    }

    #[test]
    fn the_weights_of_the_present_modalities_count() {
        let rows = vec![
            (Some(vec![1.0, 0.0, 0.0, 0.0]), 3.0),
            (None, 100.0),
            (Some(vec![0.0, 1.0, 0.0, 0.0]), 1.0),
        ];
        let fused = weighted(&rows).unwrap();
        assert_eq!(fused.scores.to_vec(), [0.75, 0.25, 0.0, 0.0]);
        assert_eq!(fused.contributions.column(0).to_vec(), [0.75, 0.0, 0.0]);
    }

    #[test]
    fn without_evidence_there_is_no_guess() {
        let absent: Rows = vec![(None, 1.0), (None, 1.0)];
        assert_eq!(weighted(&absent), Err(ScoreError::NoEvidence));
        assert_eq!(Mean.fuse(&table(&absent)), Err(ScoreError::NoEvidence));
        let weightless: Rows = vec![(Some(vec![0.25; 4]), 0.0)];
        assert_eq!(weighted(&weightless), Err(ScoreError::NoEvidence));
    }

    #[test]
    fn weights_must_fit() {
        assert!(matches!(
            WeightedMean::new([0.5, f32::NAN]),
            Err(ScoreError::Weight { index: 1, .. })
        ));
        assert!(matches!(
            WeightedMean::new([-0.5]),
            Err(ScoreError::Weight { index: 0, .. })
        ));
        let rule = WeightedMean::new([1.0]).unwrap();
        assert_eq!(
            rule.fuse(&ScoreTable::new(2)),
            Err(ScoreError::ModalityCount {
                expected: 1,
                actual: 0
            })
        );
    }
}
