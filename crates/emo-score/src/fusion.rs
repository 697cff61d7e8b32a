use std::fmt::Debug;

use ndarray::{Array1, Array2};

use crate::{ScoreError, ScoreTable, newton::softmax};

mod cascade;
mod dempster;
mod linear;
mod log_pool;
mod naive_bayes;
mod order;
mod registry;
mod stacking;
mod templates;
mod training;
mod vote;

pub use self::{
    cascade::CascadingSpecialists,
    dempster::{ConflictFallback, DempsterShafer},
    linear::{Mean, WeightedMean},
    log_pool::{Bayes, Geometric, Product},
    naive_bayes::NaiveBayes,
    order::{Max, Median, Min, TrimmedMean},
    registry::{Rule, RuleConfig, RuleName},
    stacking::{Stacking, StackingConfig, StackingInput},
    templates::DecisionTemplates,
    vote::{Borda, Majority, WeightedVote},
};

/// What the contributions of a [`Fused`] add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Scale {
    /// For each class, the contributions and the baseline sum to the fused score.
    #[default]
    Scores,
    /// For each class, the contributions and the baseline sum to the logarithm of the fused score, but for one
    /// number that all classes share: the fused scores are the softmax of those sums. Each modality's
    /// contributions sum to zero over the classes; above zero speaks for a class, below against it.
    LogScores,
}

/// The outcome of fusing a [`ScoreTable`].
///
/// [`FusionRule::fuse_into`] writes into one that exists, and allocates only when its shape changes; an empty one
/// ([`Fused::default`]) serves as the first.
#[derive(Debug, Clone, Default)]
pub struct Fused {
    /// One score per class, `[classes]`, in `[0, 1]`, summing to 1 as closely as the modalities' scores do.
    pub scores: Array1<f32>,
    /// What each modality added to each score, `[modalities, classes]`, on the scale that `scale` names; the rows
    /// of absent modalities are zero.
    pub contributions: Array2<f32>,
    /// What no modality added, `[classes]`, on the same scale: a prior, an intercept, what is left in doubt. Zero
    /// for most rules.
    pub baseline: Array1<f32>,
    /// What contributions and baseline add up to.
    pub scale: Scale,
    /// How much the modalities contradict one another, in `[0, 1]`: the mass that Dempster's rule gives to the
    /// empty set. `None` for other rules.
    pub conflict: Option<f32>,
    /// The mass that is left to all classes together, in `[0, 1]`. `None` for rules without belief masses.
    ///
    /// A class's belief is its score less `ignorance / classes`, its plausibility is its belief plus `ignorance`.
    pub ignorance: Option<f32>,
    pub(crate) scratch: Vec<f64>,
    /// Where calibrated scores are kept on their way into a rule.
    pub(crate) spare: ScoreTable,
}

impl PartialEq for Fused {
    fn eq(&self, other: &Self) -> bool {
        self.scores == other.scores
            && self.contributions == other.contributions
            && self.baseline == other.baseline
            && self.scale == other.scale
            && self.conflict == other.conflict
            && self.ignorance == other.ignorance
    }
}

/// A way to combine the scores of several modalities into one score per class.
///
/// # For implementors
/// Keep the laws in the crate's documentation: they are what users rely on when a sensor drops out.
pub trait FusionRule: Debug + Send + Sync {
    /// The name under which reports show it, such as `mean`.
    fn name(&self) -> &'static str;

    /// Combines the modalities that are present, writing into `out`, whose former content is lost.
    ///
    /// Allocates nothing if `out` holds the outcome of a table of the same shape. After an error `out` holds
    /// nothing of use.
    ///
    /// # Errors
    /// [`ScoreError::NoEvidence`] if no modality has a say, [`ScoreError::Vetoed`] if no class is left,
    /// [`ScoreError::ModalityCount`] or [`ScoreError::RuleClasses`] if the rule was made for another number of
    /// modalities or classes.
    fn fuse_into(&self, scores: &ScoreTable, out: &mut Fused) -> Result<(), ScoreError>;

    /// Combines the modalities that are present.
    ///
    /// # Errors
    /// Those of [`fuse_into`](Self::fuse_into).
    fn fuse(&self, scores: &ScoreTable) -> Result<Fused, ScoreError> {
        let mut fused = Fused::default();
        self.fuse_into(scores, &mut fused)?;
        Ok(fused)
    }
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

/// The parts of a [`Fused`] as slices, zeroed and of the right lengths, for a rule to fill.
struct Parts<'a> {
    n_classes: usize,
    scores: &'a mut [f32],
    /// `[modalities · classes]`
    contributions: &'a mut [f32],
    baseline: &'a mut [f32],
    /// What each modality adds, `[modalities · classes]`, before normalisation.
    addends: &'a mut [f64],
    /// `[classes]`
    base: &'a mut [f64],
    /// As long as the rule asked for.
    extra: &'a mut [f64],
}

impl Fused {
    /// Gives the memory for a table, zeroed, with `n_extra` numbers for the rule's own use.
    fn prepare(&mut self, table: &ScoreTable, scale: Scale, n_extra: usize) -> Parts<'_> {
        let (n_modalities, n_classes) = (table.n_modalities(), table.n_classes());
        if self.scores.len() != n_classes || !self.scores.is_standard_layout() {
            self.scores = Array1::zeros(n_classes);
        }
        if self.baseline.len() != n_classes || !self.baseline.is_standard_layout() {
            self.baseline = Array1::zeros(n_classes);
        }
        if self.contributions.dim() != (n_modalities, n_classes)
            || !self.contributions.is_standard_layout()
        {
            self.contributions = Array2::zeros((n_modalities, n_classes));
        }
        self.scale = scale;
        self.conflict = None;
        self.ignorance = None;
        let n_addends = n_modalities * n_classes;
        self.scratch.clear();
        self.scratch.resize(n_addends + n_classes + n_extra, 0.0);
        let (addends, rest) = self.scratch.split_at_mut(n_addends);
        let (base, extra) = rest.split_at_mut(n_classes);
        let contributions = self.contributions.as_slice_mut().unwrap_or_default();
        contributions.fill(0.0);
        let scores = self.scores.as_slice_mut().unwrap_or_default();
        scores.fill(0.0);
        let baseline = self.baseline.as_slice_mut().unwrap_or_default();
        baseline.fill(0.0);
        Parts {
            n_classes,
            scores,
            contributions,
            baseline,
            addends,
            base,
            extra,
        }
    }
}

impl Parts<'_> {
    /// The addends of one modality.
    fn row(&mut self, modality: usize) -> &mut [f64] {
        &mut self.addends[modality * self.n_classes..(modality + 1) * self.n_classes]
    }

    /// Scores are the sums of the addends and the base, over `total`.
    fn finish_sums(self, total: f64) {
        for (class, (score, base)) in self.scores.iter_mut().zip(&*self.base).enumerate() {
            let column = self.addends[class..].iter().step_by(self.n_classes);
            *score = ((column.sum::<f64>() + base) / total) as f32;
        }
        for (contribution, addend) in self.contributions.iter_mut().zip(&*self.addends) {
            *contribution = (addend / total) as f32;
        }
        for (baseline, base) in self.baseline.iter_mut().zip(&*self.base) {
            *baseline = (base / total) as f32;
        }
    }

    /// Scores are the softmax of the sums of the addends and the base.
    fn finish_softmax(self) {
        let n_classes = self.n_classes.max(1);
        centre(self.baseline, self.base);
        let rows = self.contributions.chunks_exact_mut(n_classes);
        for (contributions, addends) in rows.zip(self.addends.chunks_exact(n_classes)) {
            centre(contributions, addends);
            for (sum, addend) in self.base.iter_mut().zip(addends) {
                *sum += addend;
            }
        }
        softmax(self.base);
        for (score, p) in self.scores.iter_mut().zip(&*self.base) {
            *score = *p as f32;
        }
    }

    /// As [`finish_sums`](Self::finish_sums), with the total that makes the scores sum to 1.
    fn finish_normalized(self) -> Result<(), ScoreError> {
        let total = self.addends.iter().chain(&*self.base).sum::<f64>();
        if total <= 0.0 {
            return Err(ScoreError::Vetoed);
        }
        self.finish_sums(total);
        Ok(())
    }
}

/// Writes numbers less their mean.
fn centre(centred: &mut [f32], numbers: &[f64]) {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    for (centred, number) in centred.iter_mut().zip(numbers) {
        *centred = (number - mean) as f32;
    }
}

/// An error unless the table has the number of modalities and classes that a rule was made for.
fn check_shape(
    table: &ScoreTable,
    n_modalities: usize,
    n_classes: usize,
) -> Result<(), ScoreError> {
    check_modalities(table, n_modalities)?;
    check_classes(table, n_classes)
}

fn check_modalities(table: &ScoreTable, expected: usize) -> Result<(), ScoreError> {
    let actual = table.n_modalities();
    if actual == expected {
        return Ok(());
    }
    Err(ScoreError::ModalityCount { expected, actual })
}

fn check_classes(table: &ScoreTable, expected: usize) -> Result<(), ScoreError> {
    let actual = table.n_classes();
    if actual == expected {
        return Ok(());
    }
    Err(ScoreError::RuleClasses { expected, actual })
}

/// What belongs to the given modalities, in their order.
fn select<T: Clone>(items: &[T], modalities: &[usize]) -> Result<Vec<T>, ScoreError> {
    modalities
        .iter()
        .map(|&index| {
            items.get(index).cloned().ok_or(ScoreError::ModalityIndex {
                index,
                n_modalities: items.len(),
            })
        })
        .collect()
}

/// An error unless all weights are finite and not negative.
fn check_weights(weights: &[f32]) -> Result<(), ScoreError> {
    match weights
        .iter()
        .position(|weight| !weight.is_finite() || *weight < 0.0)
    {
        Some(index) => Err(ScoreError::Weight {
            index,
            value: weights[index],
        }),
        None => Ok(()),
    }
}
