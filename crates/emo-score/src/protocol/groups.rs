use std::collections::HashMap;

use crate::SplitKind;

/// Which subject, or which trial, each sample is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    kind: SplitKind,
    of_sample: Vec<usize>,
    names: Vec<String>,
}

impl Groups {
    /// Takes the subject of each sample.
    pub fn subjects(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::new(SplitKind::BySubject, names)
    }

    /// Takes the trial of each sample: what was recorded in one go. Two subjects' trials need two names, such as
    /// `S1/7` and `S2/7`.
    pub fn trials(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::new(SplitKind::ByTrial, names)
    }

    fn new(kind: SplitKind, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut positions: HashMap<String, usize> = HashMap::new();
        let mut distinct = Vec::new();
        let of_sample = names
            .into_iter()
            .map(|name| {
                let name = name.as_ref();
                if let Some(&position) = positions.get(name) {
                    return position;
                }
                positions.insert(name.to_owned(), distinct.len());
                distinct.push(name.to_owned());
                distinct.len() - 1
            })
            .collect();
        Self {
            kind,
            of_sample,
            names: distinct,
        }
    }

    /// The kind of a split that keeps these groups whole.
    pub fn kind(&self) -> SplitKind {
        self.kind
    }

    /// How many samples there are.
    pub fn n_samples(&self) -> usize {
        self.of_sample.len()
    }

    /// How many distinct groups there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no group, and so no sample.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The groups' names, in the order of their first samples.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The position of each sample's group in [`names`](Self::names).
    pub fn of_sample(&self) -> &[usize] {
        &self.of_sample
    }

    /// The samples of each group, in ascending order.
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.names.len()];
        for (sample, &group) in self.of_sample.iter().enumerate() {
            members[group].push(sample);
        }
        members
    }

    /// The groups of the samples at `indices`.
    ///
    /// # Panics
    /// If an index is out of range.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self::new(
            self.kind,
            indices
                .iter()
                .map(|&index| &self.names[self.of_sample[index]]),
        )
    }
}
