use ndarray::{Array2, ArrayView2, Axis};

use crate::{ConfusionMatrix, ScoreError, table::SUM_TOLERANCE};

/// Scores of samples with their true classes: what all metrics are computed from.
///
/// The predicted class is the one with the highest score, among equals the one that comes first in the labels;
/// its score is the confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    scores: Array2<f32>,
    truth: Vec<usize>,
    predicted: Vec<usize>,
}

impl Predictions {
    /// Takes scores `[samples, classes]` in `[0, 1]` whose rows sum to 1, and the class of each row.
    ///
    /// # Errors
    /// [`ScoreError::NoSamples`], [`ScoreError::TooFewLabels`] with fewer than two classes,
    /// [`ScoreError::Count`], [`ScoreError::SampleScore`], [`ScoreError::SampleNotNormalized`] (further than
    /// 0.002 from 1) or [`ScoreError::ClassIndex`].
    pub fn new(scores: Array2<f32>, truth: Vec<usize>) -> Result<Self, ScoreError> {
        let (n_samples, n_classes) = scores.dim();
        if n_samples == 0 {
            return Err(ScoreError::NoSamples);
        }
        if n_classes < 2 {
            return Err(ScoreError::TooFewLabels { actual: n_classes });
        }
        if truth.len() != n_samples {
            return Err(ScoreError::Count {
                what: "true classes",
                expected: n_samples,
                actual: truth.len(),
            });
        }
        let mut predicted = Vec::with_capacity(n_samples);
        for (sample, row) in scores.outer_iter().enumerate() {
            let (mut best, mut sum) = (0, 0.0);
            for (class, &value) in row.iter().enumerate() {
                if !value.is_finite() || value < 0.0 {
                    return Err(ScoreError::SampleScore {
                        sample,
                        class,
                        value,
                    });
                }
                if value > row[best] {
                    best = class;
                }
                sum += value;
            }
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(ScoreError::SampleNotNormalized { sample, sum });
            }
            if truth[sample] >= n_classes {
                return Err(ScoreError::ClassIndex {
                    index: sample,
                    class: truth[sample],
                    n_classes,
                });
            }
            predicted.push(best);
        }
        Ok(Self {
            scores,
            truth,
            predicted,
        })
    }

    /// How many samples there are, at least one.
    pub fn n_samples(&self) -> usize {
        self.truth.len()
    }

    /// How many classes there are, at least two.
    pub fn n_classes(&self) -> usize {
        self.scores.ncols()
    }

    /// The scores, `[samples, classes]`.
    pub fn scores(&self) -> ArrayView2<'_, f32> {
        self.scores.view()
    }

    /// The true class of each sample.
    pub fn truth(&self) -> &[usize] {
        &self.truth
    }

    /// The class with the highest score of each sample.
    pub fn predicted(&self) -> &[usize] {
        &self.predicted
    }

    /// Whether each prediction is right.
    pub fn correct(&self) -> impl ExactSizeIterator<Item = bool> {
        self.truth
            .iter()
            .zip(&self.predicted)
            .map(|(truth, predicted)| truth == predicted)
    }

    /// The highest score of each sample.
    pub fn confidence(&self) -> impl ExactSizeIterator<Item = f64> {
        self.scores
            .outer_iter()
            .zip(&self.predicted)
            .map(|(row, &class)| f64::from(row[class]))
    }

    /// Counts which class was taken for which.
    pub fn confusion(&self) -> ConfusionMatrix {
        ConfusionMatrix::new(&self.truth, &self.predicted, self.n_classes())
            .expect("the constructor compared lengths and classes")
    }

    /// The samples at `indices`, in that order; an index may come more than once.
    ///
    /// # Panics
    /// If `indices` is empty or one is out of range.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        assert!(!indices.is_empty(), "a selection has at least one sample");
        let pick = |classes: &[usize]| indices.iter().map(|&index| classes[index]).collect();
        Self {
            scores: self.scores.select(Axis(0), indices),
            truth: pick(&self.truth),
            predicted: pick(&self.predicted),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn what_is_no_score_is_refused_with_its_place() {
        let new = |rows: [[f32; 2]; 2], truth: &[usize]| {
            Predictions::new(arr2(&rows), truth.to_vec()).map(|_| ())
        };
        assert_eq!(new([[0.5, 0.5], [0.2, 0.8]], &[0, 1]), Ok(()));
        assert!(matches!(
            new([[0.5, 0.5], [f32::NAN, 0.8]], &[0, 1]),
            Err(ScoreError::SampleScore {
                sample: 1,
                class: 0,
                ..
            })
        ));
        assert!(matches!(
            new([[1.5, -0.5], [0.2, 0.8]], &[0, 1]),
            Err(ScoreError::SampleScore {
                sample: 0,
                class: 1,
                ..
            })
        ));
        assert!(matches!(
            new([[0.5, 0.5], [0.2, 0.7]], &[0, 1]),
            Err(ScoreError::SampleNotNormalized { sample: 1, .. })
        ));
        assert!(matches!(
            new([[0.5, 0.5], [0.2, 0.8]], &[0, 2]),
            Err(ScoreError::ClassIndex {
                index: 1,
                class: 2,
                n_classes: 2
            })
        ));
        assert!(matches!(
            new([[0.5, 0.5], [0.2, 0.8]], &[0]),
            Err(ScoreError::Count {
                expected: 2,
                actual: 1,
                ..
            })
        ));
        assert_eq!(
            Predictions::new(Array2::zeros((0, 2)), vec![]),
            Err(ScoreError::NoSamples)
        );
        assert_eq!(
            Predictions::new(Array2::ones((1, 1)), vec![0]),
            Err(ScoreError::TooFewLabels { actual: 1 })
        );
    }

    #[test]
    fn ties_go_to_the_first_class() {
        let predictions =
            Predictions::new(arr2(&[[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]]), vec![0, 2]).unwrap();
        assert_eq!(predictions.predicted(), [0, 1]);
        assert_eq!(predictions.correct().collect::<Vec<_>>(), [true, false]);
        assert_eq!(predictions.select(&[1, 1, 0]).truth(), [2, 2, 0]);
    }
}
