use ndarray::{Array1, ArrayView1};

use crate::ScoreError;

/// How far the sum of a modality's scores may be from 1: room for a softmax in half precision.
pub(crate) const SUM_TOLERANCE: f32 = 2e-3;

/// The scores of each modality, or the note that it is absent.
///
/// Rows are in the order in which they were pushed; that order is the one of a rule's weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTable {
    n_classes: usize,
    rows: Vec<Option<Array1<f32>>>,
}

impl ScoreTable {
    /// An empty table for `n_classes` classes.
    pub fn new(n_classes: usize) -> Self {
        Self {
            n_classes,
            rows: Vec::new(),
        }
    }

    /// Adds a modality that is present, with one score per class in `[0, 1]` that sum to 1.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`], [`ScoreError::Score`] or [`ScoreError::NotNormalized`] (further than 0.002
    /// from 1).
    pub fn push(&mut self, scores: &[f32]) -> Result<(), ScoreError> {
        let row = self.rows.len();
        if scores.len() != self.n_classes {
            return Err(ScoreError::ClassCount {
                row,
                expected: self.n_classes,
                actual: scores.len(),
            });
        }
        if let Some((class, &value)) = scores
            .iter()
            .enumerate()
            .find(|(_, score)| !score.is_finite() || **score < 0.0)
        {
            return Err(ScoreError::Score { row, class, value });
        }
        let sum: f32 = scores.iter().sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(ScoreError::NotNormalized { row, sum });
        }
        self.rows.push(Some(Array1::from(scores.to_vec())));
        Ok(())
    }

    /// Adds a modality that is absent.
    pub fn push_absent(&mut self) {
        self.rows.push(None);
    }

    /// How many classes there are.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// How many modalities there are, the absent ones included.
    pub fn n_modalities(&self) -> usize {
        self.rows.len()
    }

    /// Each modality's scores, `None` where it is absent.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Option<ArrayView1<'_, f32>>> {
        self.rows
            .iter()
            .map(|row| row.as_ref().map(|scores| scores.view()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_scores_are_refused_with_their_place() {
        let mut table = ScoreTable::new(3);
        table.push_absent();
        for (scores, class) in [
            ([f32::NAN, 0.5, 0.5], 0),
            ([0.5, f32::INFINITY, 0.5], 1),
            ([0.6, 0.6, -0.2], 2),
        ] {
            assert!(
                matches!(table.push(&scores), Err(ScoreError::Score { row: 1, class: c, .. }) if c == class)
            );
        }
        assert_eq!(
            table.push(&[0.5, 0.5]),
            Err(ScoreError::ClassCount {
                row: 1,
                expected: 3,
                actual: 2
            })
        );
        assert!(matches!(
            table.push(&[0.5, 0.2, 0.2]),
            Err(ScoreError::NotNormalized { row: 1, .. })
        ));
        assert_eq!(table.n_modalities(), 1);
    }
}
