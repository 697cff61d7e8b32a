use std::{collections::BTreeMap, fmt};

use crate::{ScoreError, random::SplitMix64};

/// How unimodal samples became multimodal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pairing {
    /// All modalities recorded one person at one moment: their errors are dependent, as in use.
    TrueSync,
    /// One person in one state, at different moments.
    SameSubject,
    /// Anybody's samples of one class. Given the class, the modalities' errors are independent, and fusion looks
    /// better than it is on one person at one moment.
    LabelPaired,
    /// One modality: there is nothing to pair.
    Unimodal,
    /// Nobody said.
    Unstated,
}

impl Pairing {
    /// `true-sync`, `same-subject`, `label-paired`, `unimodal` or `not stated`.
    pub fn name(self) -> &'static str {
        match self {
            Self::TrueSync => "true-sync",
            Self::SameSubject => "same-subject",
            Self::LabelPaired => "label-paired",
            Self::Unimodal => "unimodal",
            Self::Unstated => "not stated",
        }
    }
}

impl fmt::Display for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a unimodal sample can be joined by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// Its class.
    pub class: usize,
    /// Whose it is.
    pub subject: Option<String>,
    /// When it was recorded: a name that samples of other modalities share if, and only if, they recorded the same
    /// person at the same moment, such as `S1/trial 7/2.0 s`.
    pub moment: Option<String>,
}

/// A multimodal sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Its class.
    pub class: usize,
    /// The position of each modality's sample among that modality's, `None` where it is absent.
    pub members: Vec<Option<usize>>,
}

/// Joins unimodal samples, `modalities[modality][sample]`, into multimodal ones.
///
/// - [`Pairing::TrueSync`]: the samples of one moment. A modality without one is absent.
/// - [`Pairing::SameSubject`]: samples of one person and class, at random and each at most once: as many as the
///   scarcest modality has that has any. A modality without any is absent.
/// - [`Pairing::LabelPaired`]: the same of one class.
/// - [`Pairing::Unimodal`]: every sample alone.
///
/// The result is in the order of moments, or of subjects and classes, and depends on the seed alone.
///
/// # Errors
/// [`ScoreError::Unpairable`] where a sample lacks what is joined by, [`ScoreError::Moment`] where the samples of a
/// moment contradict each other, and [`ScoreError::Parameter`] for [`Pairing::Unstated`].
pub fn pair(
    pairing: Pairing,
    modalities: &[Vec<Evidence>],
    seed: u64,
) -> Result<Vec<Joined>, ScoreError> {
    match pairing {
        Pairing::TrueSync => by_moment(modalities),
        Pairing::SameSubject => at_random(modalities, seed, |evidence| evidence.subject.as_deref()),
        Pairing::LabelPaired => at_random(modalities, seed, |_| Some("")),
        Pairing::Unimodal => Ok(alone(modalities)),
        Pairing::Unstated => Err(ScoreError::Parameter {
            name: "pairing",
            value: f64::NAN,
            expected: "one that is stated",
        }),
    }
}

fn by_moment(modalities: &[Vec<Evidence>]) -> Result<Vec<Joined>, ScoreError> {
    let mut moments: BTreeMap<&str, (Option<&str>, Joined)> = BTreeMap::new();
    for (modality, samples) in modalities.iter().enumerate() {
        for (sample, evidence) in samples.iter().enumerate() {
            let Some(moment) = evidence.moment.as_deref() else {
                return Err(ScoreError::Unpairable {
                    modality,
                    sample,
                    missing: "moment",
                });
            };
            let subject = evidence.subject.as_deref();
            let (known, joined) = moments.entry(moment).or_insert_with(|| {
                let members = vec![None; modalities.len()];
                (
                    subject,
                    Joined {
                        class: evidence.class,
                        members,
                    },
                )
            });
            let what = if joined.class != evidence.class {
                "classes"
            } else if *known != subject {
                "subjects"
            } else if joined.members[modality].replace(sample).is_some() {
                "samples of one modality"
            } else {
                continue;
            };
            return Err(ScoreError::Moment {
                moment: moment.to_owned(),
                what,
            });
        }
    }
    Ok(moments.into_values().map(|(_, joined)| joined).collect())
}

fn at_random<'a>(
    modalities: &'a [Vec<Evidence>],
    seed: u64,
    subject: impl Fn(&'a Evidence) -> Option<&'a str>,
) -> Result<Vec<Joined>, ScoreError> {
    let mut strata: BTreeMap<(&str, usize), Vec<Vec<usize>>> = BTreeMap::new();
    for (modality, samples) in modalities.iter().enumerate() {
        for (sample, evidence) in samples.iter().enumerate() {
            let Some(subject) = subject(evidence) else {
                return Err(ScoreError::Unpairable {
                    modality,
                    sample,
                    missing: "subject",
                });
            };
            strata
                .entry((subject, evidence.class))
                .or_insert_with(|| vec![Vec::new(); modalities.len()])[modality]
                .push(sample);
        }
    }
    let mut random = SplitMix64::new(seed);
    let mut joined = Vec::new();
    for ((_, class), mut members) in strata {
        members
            .iter_mut()
            .for_each(|samples| random.shuffle(samples));
        let n = members.iter().map(Vec::len).filter(|&n| n > 0).min();
        joined.extend((0..n.unwrap_or(0)).map(|place| {
            Joined {
                class,
                members: members
                    .iter()
                    .map(|samples| samples.get(place).copied())
                    .collect(),
            }
        }));
    }
    Ok(joined)
}

fn alone(modalities: &[Vec<Evidence>]) -> Vec<Joined> {
    let mut joined = Vec::new();
    for (modality, samples) in modalities.iter().enumerate() {
        for (sample, evidence) in samples.iter().enumerate() {
            let mut members = vec![None; modalities.len()];
            members[modality] = Some(sample);
            joined.push(Joined {
                class: evidence.class,
                members,
            });
        }
    }
    joined
}
