use std::fmt;

use ndarray::{Array2, ArrayView2};

use crate::{Labels, ScoreError};

/// How often each true class was predicted as each class, and the metrics that follow from it.
///
/// A class that never occurs has no recall, and one that is never predicted no precision: such metrics are
/// `None`, and averages over classes leave out the classes that do not occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    counts: Array2<usize>,
}

/// The metrics of one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassMetrics {
    /// How many samples are of the class.
    pub support: usize,
    /// The share of the predictions of this class that are right.
    pub precision: Option<f64>,
    /// The share of the samples of this class that were found.
    pub recall: Option<f64>,
    /// The harmonic mean of precision and recall, 0 if none was found.
    pub f1: Option<f64>,
}

impl ConfusionMatrix {
    /// Counts pairs of a true and a predicted class, each below `n_classes`.
    ///
    /// # Errors
    /// [`ScoreError::LengthMismatch`] or [`ScoreError::ClassIndex`].
    pub fn new(truth: &[usize], predicted: &[usize], n_classes: usize) -> Result<Self, ScoreError> {
        if truth.len() != predicted.len() {
            return Err(ScoreError::LengthMismatch {
                truth: truth.len(),
                predicted: predicted.len(),
            });
        }
        let mut counts = Array2::zeros((n_classes, n_classes));
        for (index, (&truth, &predicted)) in truth.iter().zip(predicted).enumerate() {
            match counts.get_mut((truth, predicted)) {
                Some(count) => *count += 1,
                None => {
                    return Err(ScoreError::ClassIndex {
                        index,
                        class: truth.max(predicted),
                        n_classes,
                    });
                }
            }
        }
        Ok(Self { counts })
    }

    /// The counts, `[true class, predicted class]`.
    pub fn counts(&self) -> ArrayView2<'_, usize> {
        self.counts.view()
    }

    /// How many samples there are.
    pub fn n_samples(&self) -> usize {
        self.counts.sum()
    }

    /// The share of right predictions, `None` without samples.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.counts.diag().sum(), self.n_samples())
    }

    /// The metrics of one class.
    ///
    /// # Panics
    /// If `class` is out of range.
    pub fn class(&self, class: usize) -> ClassMetrics {
        let hits = self.counts[[class, class]];
        let support = self.counts.row(class).sum();
        let predictions = self.counts.column(class).sum();
        ClassMetrics {
            support,
            precision: ratio(hits, predictions),
            recall: ratio(hits, support),
            f1: ratio(2 * hits, support + predictions),
        }
    }

    /// The mean recall of the classes that occur, `None` without samples.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        self.mean_over_occurring(|metrics| metrics.recall)
    }

    /// The mean F1 of the classes that occur, `None` without samples.
    pub fn macro_f1(&self) -> Option<f64> {
        self.mean_over_occurring(|metrics| metrics.f1)
    }

    /// The matrix as a Markdown table with the classes' names: one row per true class.
    ///
    /// # Panics
    /// If there are fewer labels than classes.
    pub fn to_markdown<'a>(&'a self, labels: &'a Labels) -> impl fmt::Display + 'a {
        Markdown {
            matrix: self,
            labels,
        }
    }

    fn mean_over_occurring(&self, metric: impl Fn(ClassMetrics) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = (0..self.counts.nrows())
            .map(|class| self.class(class))
            .filter(|metrics| metrics.support > 0)
            .filter_map(metric)
            .collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

struct Markdown<'a> {
    matrix: &'a ConfusionMatrix,
    labels: &'a Labels,
}

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.matrix.counts.nrows();
        write!(f, "| true \\ predicted |")?;
        for class in 0..n {
            write!(f, " {} |", &self.labels[class])?;
        }
        write!(
            f,
            " recall | precision | F1 |\n|---|{}\n",
            "---:|".repeat(n + 3)
        )?;
        for class in 0..n {
            write!(f, "| {} |", &self.labels[class])?;
            for count in self.matrix.counts.row(class) {
                write!(f, " {count} |")?;
            }
            let metrics = self.matrix.class(class);
            for value in [metrics.recall, metrics.precision, metrics.f1] {
                match value {
                    Some(value) => write!(f, " {value:.3} |")?,
                    None => write!(f, " – |")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked by hand: rows are [[2, 1, 0], [0, 1, 0], [1, 0, 0]].
    fn matrix() -> ConfusionMatrix {
        ConfusionMatrix::new(&[0, 0, 0, 1, 2], &[0, 0, 1, 1, 0], 3).unwrap()
    }

    #[test]
    fn metrics_agree_with_a_hand_count() {
        let matrix = matrix();
        assert_eq!(matrix.n_samples(), 5);
        assert_eq!(matrix.accuracy(), Some(0.6));
        let class = matrix.class(0);
        assert_eq!(
            (class.support, class.precision, class.recall),
            (3, Some(2.0 / 3.0), Some(2.0 / 3.0))
        );
        assert_eq!(matrix.class(1).f1, Some(2.0 / 3.0));
        assert_eq!(matrix.class(2).precision, None);
        assert_eq!(matrix.class(2).f1, Some(0.0));
        assert!((matrix.balanced_accuracy().unwrap() - (2.0 / 3.0 + 1.0) / 3.0).abs() < 1e-12);
        assert!((matrix.macro_f1().unwrap() - (2.0 / 3.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_class_that_does_not_occur_is_left_out_of_the_means() {
        let matrix = ConfusionMatrix::new(&[0, 1], &[0, 1], 3).unwrap();
        assert_eq!(matrix.balanced_accuracy(), Some(1.0));
        assert_eq!(matrix.macro_f1(), Some(1.0));
        assert_eq!(matrix.class(2).recall, None);
    }

    #[test]
    fn bad_indices_and_lengths_are_refused() {
        assert_eq!(
            ConfusionMatrix::new(&[0], &[], 2),
            Err(ScoreError::LengthMismatch {
                truth: 1,
                predicted: 0
            })
        );
        assert_eq!(
            ConfusionMatrix::new(&[0, 1], &[0, 2], 2),
            Err(ScoreError::ClassIndex {
                index: 1,
                class: 2,
                n_classes: 2
            })
        );
        assert_eq!(ConfusionMatrix::new(&[], &[], 2).unwrap().accuracy(), None);
    }

    #[test]
    fn the_table_names_its_classes() {
        let labels = Labels::new(["a", "b", "c"]).unwrap();
        let table = matrix().to_markdown(&labels).to_string();
        assert!(
            table.starts_with("| true \\ predicted | a | b | c | recall | precision | F1 |\n"),
            "{table}"
        );
        assert!(
            table.contains("| a | 2 | 1 | 0 | 0.667 | 0.667 | 0.667 |"),
            "{table}"
        );
        assert!(
            table.contains("| c | 1 | 0 | 0 | 0.000 | – | 0.000 |"),
            "{table}"
        );
    }
}
