use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    ops::Range,
};

use crate::{Provenance, ScoreError, Split, SplitKind};

/// What is on both sides of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LeakKind {
    /// A person.
    Subject,
    /// A trial.
    Trial,
    /// A sample and its changed copy, or two copies of one sample.
    AugmentedCopy,
    /// A sample that was put in twice, or a point made of several samples, one of which is on the other side.
    Oversampled,
    /// Two windows of one recording that overlap.
    OverlappingWindow,
}

impl LeakKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Subject,
        Self::Trial,
        Self::AugmentedCopy,
        Self::Oversampled,
        Self::OverlappingWindow,
    ];

    /// `subject`, `trial`, `augmented copy`, `oversampled point` or `overlapping window`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Trial => "trial",
            Self::AugmentedCopy => "augmented copy",
            Self::Oversampled => "oversampled point",
            Self::OverlappingWindow => "overlapping window",
        }
    }

    /// Whether a split of this kind promises that there is no such leak. No honest split has copies or overlapping
    /// windows on both sides; subjects may be where the split is by trial, and trials where it is random.
    pub fn is_forbidden_in(self, split: SplitKind) -> bool {
        match self {
            Self::Subject => split == SplitKind::BySubject,
            Self::Trial => matches!(split, SplitKind::BySubject | SplitKind::ByTrial),
            Self::AugmentedCopy | Self::Oversampled | Self::OverlappingWindow => true,
        }
    }
}

impl fmt::Display for LeakKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind of leak that was found, with an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// What is on both sides.
    pub kind: LeakKind,
    /// The name of what the example shares.
    pub shared: String,
    /// The example's training sample.
    pub train: usize,
    /// The example's test sample.
    pub test: usize,
    /// How many pairs of a training and a test sample are joined in this way; once for each thing they share.
    pub n: usize,
}

/// What a leak check found, at most one entry per kind.
///
/// ```
/// use emo_score::{LeakKind, LeakReport, Provenance, Split, SplitKind};
///
/// let samples = [
///     Provenance::new("a").subject("ann").window("ann.edf", 0.0..2.0),
///     Provenance::new("b").subject("ann").window("ann.edf", 1.0..3.0),
///     Provenance::new("c").subject("bob").window("bob.edf", 0.0..2.0),
/// ];
/// let split = Split::given(SplitKind::ByTrial, vec![0, 2], vec![1], 3)?;
/// let report = LeakReport::find(&samples, &split)?;
/// let kinds: Vec<LeakKind> = report.leaks().iter().map(|leak| leak.kind).collect();
/// assert_eq!(kinds, [LeakKind::Subject, LeakKind::OverlappingWindow]);
/// // A split by trial may have a person on both sides, but not two halves of one window.
/// assert!(report.refuse(split.kind()).unwrap_err().to_string().contains("overlapping window `ann.edf`"));
/// # Ok::<(), emo_score::ScoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeakReport {
    leaks: Vec<Leak>,
}

impl LeakReport {
    /// Looks for what is on both sides, as far as the samples say where they come from.
    ///
    /// # Errors
    /// [`ScoreError::SplitSample`] if the split names a sample that is not described.
    pub fn find(samples: &[Provenance], split: &Split) -> Result<Self, ScoreError> {
        if let Some(&sample) = split
            .train()
            .iter()
            .chain(split.test())
            .find(|&&sample| sample >= samples.len())
        {
            return Err(ScoreError::SplitSample {
                sample,
                n_samples: samples.len(),
                problem: "out of range",
            });
        }
        let mut report = Self::default();
        let subjects = |sample: usize| samples[sample].subjects.iter().map(String::as_str);
        for (shared, [train, test]) in sides(split, subjects) {
            report.add_pairs(LeakKind::Subject, shared, &train, &test);
        }
        let trials = |sample: usize| samples[sample].trial.iter().map(String::as_str);
        for (shared, [train, test]) in sides(split, trials) {
            report.add_pairs(LeakKind::Trial, shared, &train, &test);
        }
        report.find_copies(samples, split);
        report.find_overlaps(samples, split);
        Ok(report)
    }

    /// What was found, in the order of [`LeakKind::ALL`].
    pub fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.leaks.is_empty()
    }

    /// Adds what another check found of the same split.
    pub fn merge(&mut self, other: Self) {
        for leak in other.leaks {
            self.add(leak);
        }
    }

    /// Refuses what a split of this kind promises not to have.
    ///
    /// # Errors
    /// [`ScoreError::Leak`] with the first leak that is [forbidden](LeakKind::is_forbidden_in).
    pub fn refuse(&self, split: SplitKind) -> Result<(), ScoreError> {
        match self
            .leaks
            .iter()
            .find(|leak| leak.kind.is_forbidden_in(split))
        {
            None => Ok(()),
            Some(leak) => Err(ScoreError::Leak {
                split: split.name(),
                kind: leak.kind.name(),
                shared: leak.shared.clone(),
                train: leak.train,
                test: leak.test,
                n: leak.n,
            }),
        }
    }

    pub(super) fn add(&mut self, leak: Leak) {
        match self.leaks.iter_mut().find(|known| known.kind == leak.kind) {
            Some(known) => known.n += leak.n,
            None => {
                self.leaks.push(leak);
                self.leaks.sort_by_key(|leak| leak.kind);
            }
        }
    }

    fn add_pairs(&mut self, kind: LeakKind, shared: &str, train: &[usize], test: &[usize]) {
        if let ([train_example, ..], [test_example, ..]) = (train, test) {
            self.add(Leak {
                kind,
                shared: shared.to_owned(),
                train: *train_example,
                test: *test_example,
                n: train.len() * test.len(),
            });
        }
    }

    fn find_copies(&mut self, samples: &[Provenance], split: &Split) {
        let origins = Origins::new(samples);
        let roots: Vec<Vec<&str>> = samples.iter().map(|sample| origins.of(sample)).collect();
        for (root, [train, test]) in sides(split, |sample| roots[sample].iter().copied()) {
            let part = |side: &[usize], wanted: Derivation| -> Vec<usize> {
                let derivation = |sample: usize| match roots[sample].len() {
                    1 if samples[sample].id == root => Derivation::None,
                    1 => Derivation::Copy,
                    _ => Derivation::Mixture,
                };
                let of_kind = |sample: &usize| derivation(*sample) == wanted;
                side.iter().copied().filter(of_kind).collect()
            };
            for from in Derivation::ALL {
                for to in Derivation::ALL {
                    let kind = match (from, to) {
                        (Derivation::Copy, Derivation::None | Derivation::Copy)
                        | (Derivation::None, Derivation::Copy) => LeakKind::AugmentedCopy,
                        _ => LeakKind::Oversampled,
                    };
                    self.add_pairs(kind, root, &part(&train, from), &part(&test, to));
                }
            }
        }
    }

    fn find_overlaps(&mut self, samples: &[Provenance], split: &Split) {
        let recording = |sample: usize| {
            samples[sample]
                .window
                .iter()
                .map(|(recording, _)| recording.as_str())
        };
        let window = |sample: usize| {
            samples[sample]
                .window
                .as_ref()
                .map_or(&(0.0..0.0), |(_, window)| window)
        };
        for (shared, [train, mut test]) in sides(split, recording) {
            test.sort_by(|&a, &b| window(a).start.total_cmp(&window(b).start));
            for &a in &train {
                // Sorted by their starts, only the windows that begin before `a` ends can overlap it.
                let before = test.partition_point(|&b| window(b).start < window(a).end);
                for &b in test[..before]
                    .iter()
                    .filter(|&&b| overlap(window(a), window(b)))
                {
                    self.add_pairs(LeakKind::OverlappingWindow, shared, &[a], &[b]);
                }
            }
        }
    }
}

fn overlap(a: &Range<f64>, b: &Range<f64>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The training and the test samples under each name, in the order of the names.
fn sides<'a, I: Iterator<Item = &'a str>>(
    split: &Split,
    names: impl Fn(usize) -> I,
) -> BTreeMap<&'a str, [Vec<usize>; 2]> {
    let mut sides: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
    for (side, samples) in [split.train(), split.test()].into_iter().enumerate() {
        for &sample in samples {
            for name in names(sample) {
                sides.entry(name).or_default()[side].push(sample);
            }
        }
    }
    sides
}

/// How a sample came from the one in question.
#[derive(Clone, Copy, PartialEq)]
enum Derivation {
    None,
    Copy,
    Mixture,
}

impl Derivation {
    const ALL: [Self; 3] = [Self::None, Self::Copy, Self::Mixture];
}

/// Follows derived samples to the recorded ones.
struct Origins<'a>(HashMap<&'a str, &'a Provenance>);

impl<'a> Origins<'a> {
    fn new(samples: &'a [Provenance]) -> Self {
        Self(
            samples
                .iter()
                .map(|sample| (sample.id.as_str(), sample))
                .collect(),
        )
    }

    /// The names of the samples that `sample` was made of and that were made of nothing themselves; its own name
    /// if it was not made of others.
    fn of(&self, sample: &'a Provenance) -> Vec<&'a str> {
        let (mut roots, mut seen) = (Vec::new(), HashSet::new());
        let mut waiting = vec![sample.id.as_str()];
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            let parents = if id == sample.id {
                sample.parents.as_slice()
            } else {
                self.0.get(id).map_or(&[][..], |parent| &parent.parents)
            };
            if parents.is_empty() {
                roots.push(id);
            }
            waiting.extend(parents.iter().map(String::as_str));
        }
        roots
    }
}
