use std::time::Duration;

use ndarray::ArrayView1;

use crate::ScoreError;

/// How far the sum of a modality's scores may be from 1: room for a softmax in half precision.
pub(crate) const SUM_TOLERANCE: f32 = 2e-3;

/// The scores of each modality, or the note that it is absent.
///
/// Rows are in the order in which they were pushed; that order is the one of a rule's weights. Each row has a
/// *trust* in `[0, 1]`, 1 unless said otherwise, by which rules scale the modality's weight: its quality, its age,
/// or both ([`trust`]). A modality without any trust is as good as absent.
///
/// A cleared table keeps its memory, so that a steady stream of tables of one shape allocates nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScoreTable {
    n_classes: usize,
    /// `[modalities, classes]`; zero where a modality is absent.
    scores: Vec<f32>,
    /// Per modality, `None` where it is absent.
    trust: Vec<Option<f32>>,
}

impl ScoreTable {
    /// An empty table for `n_classes` classes.
    pub fn new(n_classes: usize) -> Self {
        Self {
            n_classes,
            scores: Vec::new(),
            trust: Vec::new(),
        }
    }

    /// Adds a modality that is present, with one score per class in `[0, 1]` that sum to 1.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`], [`ScoreError::Score`] or [`ScoreError::NotNormalized`] (further than 0.002
    /// from 1).
    pub fn push(&mut self, scores: &[f32]) -> Result<(), ScoreError> {
        self.push_trusted(scores, 1.0)
    }

    /// Adds a modality that is present but to be trusted only so far, `trust` being in `[0, 1]`.
    ///
    /// # Errors
    /// Those of [`push`](Self::push), and [`ScoreError::Trust`].
    pub fn push_trusted(&mut self, scores: &[f32], trust: f32) -> Result<(), ScoreError> {
        let row = self.trust.len();
        if !(0.0..=1.0).contains(&trust) {
            return Err(ScoreError::Trust { row, value: trust });
        }
        check_scores(scores, self.n_classes, row)?;
        self.scores.extend_from_slice(scores);
        self.trust.push(Some(trust));
        Ok(())
    }

    /// Adds a modality that is absent.
    pub fn push_absent(&mut self) {
        self.scores.resize(self.scores.len() + self.n_classes, 0.0);
        self.trust.push(None);
    }

    /// Removes all modalities and keeps the memory.
    pub fn clear(&mut self) {
        self.scores.clear();
        self.trust.clear();
    }

    /// How many classes there are.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// How many modalities there are, the absent ones included.
    pub fn n_modalities(&self) -> usize {
        self.trust.len()
    }

    /// The scores of one modality, `None` if it is absent or there is no such modality.
    pub fn row(&self, modality: usize) -> Option<&[f32]> {
        (*self.trust.get(modality)?)?;
        Some(self.slice(modality))
    }

    /// How far one modality is trusted, `None` if it is absent or there is no such modality.
    pub fn trust(&self, modality: usize) -> Option<f32> {
        *self.trust.get(modality)?
    }

    /// Each modality's scores, `None` where it is absent.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Option<ArrayView1<'_, f32>>> {
        (0..self.n_modalities()).map(|row| self.row(row).map(ArrayView1::from))
    }

    /// The modalities that have a say, with their trust, which is above zero, and their scores.
    pub fn evidence(&self) -> impl Iterator<Item = (usize, f64, &[f32])> {
        self.trust.iter().enumerate().filter_map(|(row, trust)| {
            let trust = (*trust).filter(|trust| *trust > 0.0)?;
            Some((row, f64::from(trust), self.slice(row)))
        })
    }

    /// The table of the given modalities alone, in the given order.
    ///
    /// # Errors
    /// [`ScoreError::ModalityIndex`].
    pub fn select(&self, modalities: &[usize]) -> Result<Self, ScoreError> {
        let mut selected = Self::new(self.n_classes);
        for &modality in modalities {
            if modality >= self.n_modalities() {
                return Err(ScoreError::ModalityIndex {
                    index: modality,
                    n_modalities: self.n_modalities(),
                });
            }
            selected.scores.extend_from_slice(self.slice(modality));
            selected.trust.push(self.trust[modality]);
        }
        Ok(selected)
    }

    /// Becomes as `other`, in the memory that there is.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.n_classes = other.n_classes;
        self.scores.clone_from(&other.scores);
        self.trust.clone_from(&other.trust);
    }

    /// The scores of one modality to be changed into others that sum to 1.
    pub(crate) fn row_mut(&mut self, modality: usize) -> Option<&mut [f32]> {
        (*self.trust.get(modality)?)?;
        let start = modality * self.n_classes;
        self.scores.get_mut(start..start + self.n_classes)
    }

    fn slice(&self, modality: usize) -> &[f32] {
        &self.scores[modality * self.n_classes..(modality + 1) * self.n_classes]
    }
}

/// How far evidence is to be trusted for its quality and its age: `quality · exp(−age / tau)`.
///
/// `quality` is in `[0, 1]`; `tau` is the time after which evidence counts for 1/e of what it did.
///
/// # Errors
/// [`ScoreError::Parameter`] if the quality is out of range or `tau` is zero.
///
/// # References
/// N. Poh, J. Kittler, *A unified framework for biometric expert fusion incorporating quality measures*, IEEE
/// TPAMI 34(1), 2012, doi:10.1109/TPAMI.2011.102, for quality as a weight.
pub fn trust(quality: f32, age: Duration, tau: Duration) -> Result<f32, ScoreError> {
    if !(0.0..=1.0).contains(&quality) {
        return Err(ScoreError::Parameter {
            name: "quality",
            value: f64::from(quality),
            expected: "a number from 0 to 1",
        });
    }
    if tau.is_zero() {
        return Err(ScoreError::Parameter {
            name: "tau",
            value: 0.0,
            expected: "a time above zero",
        });
    }
    let decay = (-age.as_secs_f64() / tau.as_secs_f64()).exp();
    Ok((f64::from(quality) * decay) as f32)
}

/// Checks one row of scores: its number of classes, each score, their sum.
pub(crate) fn check_scores(scores: &[f32], n_classes: usize, row: usize) -> Result<(), ScoreError> {
    if scores.len() != n_classes {
        return Err(ScoreError::ClassCount {
            row,
            expected: n_classes,
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
    Ok(())
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
        for bad in [f32::NAN, -0.1, 1.1] {
            assert!(matches!(
                table.push_trusted(&[0.5, 0.25, 0.25], bad),
                Err(ScoreError::Trust { row: 1, .. })
            ));
        }
        assert_eq!(table.n_modalities(), 1);
    }

    #[test]
    fn trust_decays_with_age() {
        let tau = Duration::from_secs(2);
        assert_eq!(trust(0.5, Duration::ZERO, tau), Ok(0.5));
        let aged = trust(0.5, tau, tau).unwrap();
        assert!((aged - 0.5 / std::f32::consts::E).abs() < 1e-7);
        assert!(trust(1.1, tau, tau).is_err());
        assert!(trust(f32::NAN, tau, tau).is_err());
        assert!(trust(1.0, tau, Duration::ZERO).is_err());
    }

    #[test]
    fn a_selection_keeps_scores_trust_and_absence() {
        let mut table = ScoreTable::new(2);
        table.push(&[0.25, 0.75]).unwrap();
        table.push_absent();
        table.push_trusted(&[0.5, 0.5], 0.0).unwrap();
        let selected = table.select(&[2, 1, 0]).unwrap();
        assert_eq!(selected.row(2), Some(&[0.25, 0.75][..]));
        assert_eq!((selected.row(1), selected.trust(0)), (None, Some(0.0)));
        assert_eq!(selected.evidence().count(), 1);
        assert!(matches!(
            table.select(&[3]),
            Err(ScoreError::ModalityIndex { index: 3, .. })
        ));
    }
}
