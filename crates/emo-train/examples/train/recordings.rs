//! What the modalities' loaders have in common: splits and manifests.

use std::{error::Error, fs::File, path::Path};

use emo_train::{KnownClasses, Samples, TrainError};
use ndarray::Array2;
use serde::{Deserialize, de::DeserializeOwned};

/// The labels of all shipped models, in the order of their scores.
pub(crate) const LABELS: [&str; 4] = ["happy", "calm", "sad", "angry"];

/// Which part a manifest gives a recording to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Split {
    Train,
    Val,
    Test,
}

/// The samples of one split while they are collected.
#[derive(Debug, Default)]
pub(crate) struct Part {
    values: Vec<f32>,
    classes: Vec<usize>,
    /// Where the samples come from, one entry each, such as a corpus or a trial.
    sources: Vec<String>,
}

impl Part {
    pub(crate) fn push(
        &mut self,
        features: impl IntoIterator<Item = f32>,
        class: usize,
        source: &str,
    ) {
        self.values.extend(features);
        self.classes.push(class);
        self.sources.push(source.to_owned());
    }

    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    pub(crate) fn sources(&self) -> &[String] {
        &self.sources
    }

    pub(crate) fn features(&self) -> Result<Array2<f32>, Box<dyn Error>> {
        let width = self.values.len().checked_div(self.len()).unwrap_or(0);
        Ok(Array2::from_shape_vec(
            (self.len(), width),
            self.values.clone(),
        )?)
    }

    pub(crate) fn classes(&self) -> Vec<usize> {
        self.classes.clone()
    }
}

/// The three splits of a data set, with classes counted among the known ones.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    pub(crate) train: Part,
    pub(crate) valid: Part,
    pub(crate) test: Part,
}

impl Recordings {
    pub(crate) fn part_mut(&mut self, split: Split) -> &mut Part {
        match split {
            Split::Train => &mut self.train,
            Split::Val => &mut self.valid,
            Split::Test => &mut self.test,
        }
    }
}

/// The classes of [`LABELS`] that there are examples of.
pub(crate) fn known_classes(names: &[&str]) -> Result<KnownClasses, Box<dyn Error>> {
    let labels = emo_score::Labels::new(LABELS)?;
    let known: Vec<usize> = names
        .iter()
        .filter_map(|name| labels.position(name))
        .collect();
    Ok(KnownClasses::new(labels, known)?)
}

/// Reads a table with a header.
pub(crate) fn read_csv<T: DeserializeOwned>(
    path: impl AsRef<Path>,
) -> Result<Vec<T>, Box<dyn Error>> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    csv::Reader::from_reader(file)
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The part's standardized samples.
pub(crate) fn samples(
    part: &Part,
    standardizer: &emo_train::Standardizer,
    n_classes: usize,
) -> Result<Samples, Box<dyn Error>> {
    let features = standardizer.apply(&part.features()?)?;
    Samples::new(features, part.classes(), n_classes).map_err(|error: TrainError| error.into())
}
