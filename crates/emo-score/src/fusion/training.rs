use super::{check_classes, check_modalities};
use crate::{ScoreError, ScoreTable};

/// Samples to fit a rule on: alike in shape, each with a class below the number of classes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Training<'a> {
    pub(super) tables: &'a [ScoreTable],
    pub(super) truth: &'a [usize],
    pub(super) n_modalities: usize,
    pub(super) n_classes: usize,
}

impl<'a> Training<'a> {
    pub(super) fn new(tables: &'a [ScoreTable], truth: &'a [usize]) -> Result<Self, ScoreError> {
        if tables.len() != truth.len() {
            return Err(ScoreError::LengthMismatch {
                truth: truth.len(),
                predicted: tables.len(),
            });
        }
        let Some(first) = tables.first() else {
            return Err(ScoreError::TooFewSamples {
                actual: 0,
                required: 1,
            });
        };
        let (n_modalities, n_classes) = (first.n_modalities(), first.n_classes());
        for table in tables {
            check_modalities(table, n_modalities)?;
            check_classes(table, n_classes)?;
        }
        if let Some(index) = truth.iter().position(|class| *class >= n_classes) {
            return Err(ScoreError::ClassIndex {
                index,
                class: truth[index],
                n_classes,
            });
        }
        Ok(Self {
            tables,
            truth,
            n_modalities,
            n_classes,
        })
    }

    /// Each sample with its true class.
    pub(super) fn samples(&self) -> impl Iterator<Item = (&'a ScoreTable, usize)> {
        self.tables.iter().zip(self.truth.iter().copied())
    }

    /// Each modality's confusion counts, `[modalities][true class][decision]`; a tied decision counts in parts.
    pub(super) fn confusions(&self) -> Vec<Vec<Vec<f64>>> {
        let mut counts = vec![vec![vec![0.0; self.n_classes]; self.n_classes]; self.n_modalities];
        for (table, truth) in self.samples() {
            for (modality, counts) in counts.iter_mut().enumerate() {
                let Some(row) = table.row(modality) else {
                    continue;
                };
                let (best, n_tied) = decision(row);
                for (count, score) in counts[truth].iter_mut().zip(row) {
                    if *score == best {
                        *count += 1.0 / n_tied as f64;
                    }
                }
            }
        }
        counts
    }

    /// Each modality's share of right decisions among the samples where it is present; 0 where it never is.
    pub(super) fn accuracies(&self) -> Vec<f32> {
        self.confusions()
            .iter()
            .map(|counts| {
                let hits: f64 = counts.iter().enumerate().map(|(c, row)| row[c]).sum();
                let all: f64 = counts.iter().flatten().sum();
                if all > 0.0 { (hits / all) as f32 } else { 0.0 }
            })
            .collect()
    }

    /// The share of each class.
    pub(super) fn prior(&self) -> Vec<f32> {
        let mut counts = vec![0_usize; self.n_classes];
        for class in self.truth {
            counts[*class] += 1;
        }
        counts
            .iter()
            .map(|count| *count as f32 / self.truth.len() as f32)
            .collect()
    }
}

/// The highest score and how many classes have it: a modality's decision, with its ties.
pub(super) fn decision(row: &[f32]) -> (f32, usize) {
    let best = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (best, row.iter().filter(|score| **score == best).count())
}
