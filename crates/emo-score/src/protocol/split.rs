use std::fmt;

use crate::{Groups, ScoreError, random::SplitMix64};

/// What a split keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SplitKind {
    /// Nobody is on both sides: the score is for new people.
    BySubject,
    /// No trial is on both sides, but people are: the score is for new recordings of known people.
    ByTrial,
    /// Samples were drawn one by one: neighbouring windows of one recording may be on both sides.
    Random,
    /// Nobody said: nothing can be concluded for new people or recordings.
    Unstated,
}

impl SplitKind {
    /// `by-subject`, `by-trial`, `random` or `not stated`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BySubject => "by-subject",
            Self::ByTrial => "by-trial",
            Self::Random => "random",
            Self::Unstated => "not stated",
        }
    }

    /// What is dealt out or drawn.
    pub(crate) fn units(self) -> &'static str {
        match self {
            Self::BySubject => "subjects",
            Self::ByTrial => "trials",
            Self::Random | Self::Unstated => "samples",
        }
    }
}

impl fmt::Display for SplitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Samples to fit with and samples to judge with: one fold.
///
/// Every way of making one is seeded and gives the same split on every machine.
///
/// ```
/// use emo_score::{Groups, Split, SplitKind};
///
/// let subjects = Groups::subjects(["ann", "ann", "bob", "bob", "cem", "cem", "dot"]);
/// let folds = Split::k_fold(&subjects, 2, 1)?;
/// assert_eq!(folds.len(), 2);
/// assert_eq!(folds[0].kind(), SplitKind::BySubject);
/// assert_eq!(folds[0].train().len() + folds[0].test().len(), 7);
/// # Ok::<(), emo_score::ScoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    kind: SplitKind,
    train: Vec<usize>,
    test: Vec<usize>,
}

impl Split {
    /// Takes a split that somebody else made, of samples `0..n_samples`; samples may be on neither side.
    ///
    /// # Errors
    /// [`ScoreError::NoSamples`] if a side is empty, or [`ScoreError::SplitSample`].
    pub fn given(
        kind: SplitKind,
        train: Vec<usize>,
        test: Vec<usize>,
        n_samples: usize,
    ) -> Result<Self, ScoreError> {
        if train.is_empty() || test.is_empty() {
            return Err(ScoreError::NoSamples);
        }
        let mut side = vec![None; n_samples];
        for (name, samples) in [("train", &train), ("test", &test)] {
            for &sample in samples {
                let problem = match side.get(sample) {
                    None => "out of range",
                    Some(None) => {
                        side[sample] = Some(name);
                        continue;
                    }
                    Some(Some(other)) if *other == name => "named twice",
                    Some(Some(_)) => "on both sides",
                };
                return Err(ScoreError::SplitSample {
                    sample,
                    n_samples,
                    problem,
                });
            }
        }
        Ok(Self { kind, train, test })
    }

    /// `k` folds of samples `0..n_samples` drawn one by one; test sides differ in size by at most one.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] for less than two folds, [`ScoreError::TooFewForFolds`].
    pub fn random_k_fold(n_samples: usize, k: usize, seed: u64) -> Result<Vec<Self>, ScoreError> {
        check_folds(SplitKind::Random, n_samples, k)?;
        let mut order: Vec<usize> = (0..n_samples).collect();
        SplitMix64::new(seed).shuffle(&mut order);
        let mut fold_of = vec![0; n_samples];
        for (place, sample) in order.into_iter().enumerate() {
            fold_of[sample] = place % k;
        }
        Ok(Self::from_folds(SplitKind::Random, &fold_of, k))
    }

    /// `k` folds that keep subjects, or trials, whole: large groups are dealt out first, each to the fold that has
    /// the fewest samples; the seed decides between equals.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] for less than two folds, [`ScoreError::TooFewForFolds`].
    pub fn k_fold(groups: &Groups, k: usize, seed: u64) -> Result<Vec<Self>, ScoreError> {
        check_folds(groups.kind(), groups.len(), k)?;
        let mut members = groups.members();
        SplitMix64::new(seed).shuffle(&mut members);
        members.sort_by_key(|samples| std::cmp::Reverse(samples.len()));
        let mut sizes = vec![0; k];
        let mut fold_of = vec![0; groups.n_samples()];
        for samples in members {
            let fold = (0..k).min_by_key(|&fold| sizes[fold]).unwrap_or(0);
            sizes[fold] += samples.len();
            for sample in samples {
                fold_of[sample] = fold;
            }
        }
        Ok(Self::from_folds(groups.kind(), &fold_of, k))
    }

    /// As many folds as groups, each with one of them as test side, in the order of [`Groups::names`].
    ///
    /// # Errors
    /// [`ScoreError::TooFewForFolds`] with less than two groups.
    #[doc(alias = "loso")]
    pub fn leave_one_out(groups: &Groups) -> Result<Vec<Self>, ScoreError> {
        check_folds(groups.kind(), groups.len(), groups.len().max(2))?;
        Ok(Self::from_folds(
            groups.kind(),
            groups.of_sample(),
            groups.len(),
        ))
    }

    /// `k` folds that keep groups whole and have nearly the same share of each class.
    ///
    /// Groups are dealt out one by one, those with the most uneven classes first, each to the fold where the
    /// counts of all classes then lie closest to an even deal; after that single groups are moved, and pairs
    /// exchanged, while that helps. scikit-learn's `StratifiedGroupKFold` has the same promise and another search.
    ///
    /// Cost: a few times the square of the number of groups.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] for less than two folds, [`ScoreError::TooFewForFolds`], or [`ScoreError::Count`]
    /// if there are not as many classes as samples.
    #[doc(alias = "StratifiedGroupKFold")]
    pub fn stratified_k_fold(
        groups: &Groups,
        classes: &[usize],
        k: usize,
        seed: u64,
    ) -> Result<Vec<Self>, ScoreError> {
        check_folds(groups.kind(), groups.len(), k)?;
        if classes.len() != groups.n_samples() {
            return Err(ScoreError::Count {
                what: "classes",
                expected: groups.n_samples(),
                actual: classes.len(),
            });
        }
        let fold_of_group = super::stratified::deal(groups, classes, k, seed);
        let fold_of: Vec<usize> = groups
            .of_sample()
            .iter()
            .map(|&group| fold_of_group[group])
            .collect();
        Ok(Self::from_folds(groups.kind(), &fold_of, k))
    }

    /// What the split keeps apart.
    pub fn kind(&self) -> SplitKind {
        self.kind
    }

    /// The samples to fit with, in ascending order unless [`given`](Self::given) otherwise.
    pub fn train(&self) -> &[usize] {
        &self.train
    }

    /// The samples to judge with, in ascending order unless [`given`](Self::given) otherwise.
    pub fn test(&self) -> &[usize] {
        &self.test
    }

    fn from_folds(kind: SplitKind, fold_of: &[usize], k: usize) -> Vec<Self> {
        (0..k)
            .map(|fold| {
                let (test, train) = (0..fold_of.len()).partition(|&sample| fold_of[sample] == fold);
                Self { kind, train, test }
            })
            .collect()
    }
}

fn check_folds(kind: SplitKind, available: usize, folds: usize) -> Result<(), ScoreError> {
    if folds < 2 {
        return Err(ScoreError::Parameter {
            name: "number of folds",
            value: folds as f64,
            expected: "at least 2",
        });
    }
    if available < folds {
        return Err(ScoreError::TooFewForFolds {
            what: kind.units(),
            available,
            folds,
        });
    }
    Ok(())
}
