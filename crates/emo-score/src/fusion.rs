use std::fmt::Debug;

use ndarray::{Array1, Array2};

use crate::{ScoreError, ScoreTable};

/// The outcome of fusing a [`ScoreTable`].
#[derive(Debug, Clone, PartialEq)]
pub struct Fused {
    /// One score per class, `[classes]`, in `[0, 1]`, summing to 1 as closely as the modalities' scores do.
    pub scores: Array1<f32>,
    /// What each modality added to each score, `[modalities, classes]`; its columns sum to `scores`, and the
    /// rows of absent modalities are zero.
    pub contributions: Array2<f32>,
}

/// A way to combine the scores of several modalities into one score per class.
///
/// # For implementors
/// Keep the laws in the crate's documentation: they are what users rely on when a sensor drops out.
pub trait FusionRule: Debug + Send + Sync {
    /// The name under which reports show it, such as `mean`.
    fn name(&self) -> &'static str;

    /// Combines the modalities that are present.
    ///
    /// # Errors
    /// [`ScoreError::NoEvidence`] if none is, [`ScoreError::ModalityCount`] if the rule was made for another
    /// number of modalities.
    fn fuse(&self, scores: &ScoreTable) -> Result<Fused, ScoreError>;
}

/// The class with the highest score; among equals the one that comes first in the labels.
///
/// # Panics
/// If there are no classes; a [`Fused`] always has some.
pub fn argmax(scores: &Array1<f32>) -> usize {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best
}
