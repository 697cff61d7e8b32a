//! Features of the recordings that the bundled models were trained with, by split.

use std::{
    collections::BTreeMap,
    error::Error,
    path::{Path, PathBuf},
};

use emo_examples::{array, table};
use emo_fusion::{
    eeg::{DifferentialEntropy, DifferentialEntropyConfig, SampleRate},
    hr::{HeartRateWindow, HeartRateWindowConfig},
    image::{FaceCrop, FaceCropConfig, GreyImage},
    ndarray::{Array3, ArrayD, Axis},
    speech::{SeedFeatures, SeedFeaturesConfig, decode_file},
};

type Failure = Box<dyn Error>;

/// What lies behind `--data` and `--arrays`.
#[derive(Debug)]
pub(crate) struct Recordings {
    /// The folder with the data sets.
    pub(crate) data: PathBuf,
    /// The folder with the arrays of their npz files.
    pub(crate) arrays: Option<PathBuf>,
}

impl Recordings {
    /// How a modality's data set is split.
    pub(crate) fn split_name(modality: &str) -> &'static str {
        match modality {
            "hr" => "test split, by person",
            "eeg" => "test split, by piece of the same two people",
            "speech" => "test split, by actor",
            _ => "test split, the official one",
        }
    }

    /// Samples of a split in the shape of a bundled model's input: all, or as many as are wanted, spread evenly.
    pub(crate) fn samples(
        &self,
        modality: &str,
        split: &str,
        n: Option<usize>,
    ) -> Result<Vec<ArrayD<f32>>, Failure> {
        match modality {
            "hr" => self.heart_rate(split, n),
            "eeg" => self.eeg(split, n),
            "speech" => self.speech(split, n),
            "image" => self.faces(split, n),
            other => Err(format!("there are no recordings for a model of {other:?}").into()),
        }
    }

    fn heart_rate(&self, split: &str, n: Option<usize>) -> Result<Vec<ArrayD<f32>>, Failure> {
        let folder = self.data.join("hr/walking_watch");
        let mut config = HeartRateWindowConfig::default();
        config.window_len = 15;
        let window = HeartRateWindow::new(&config)?;
        let mut series: BTreeMap<String, Vec<f32>> = BTreeMap::new();
        for mut second in table(&folder.join("hr_1hz.csv"))? {
            let rate = second["hr_bpm"].parse()?;
            let segment = second.remove("segment").unwrap_or_default();
            series.entry(segment).or_default().push(rate);
        }
        let mut windows: Vec<&[f32]> = Vec::new();
        for row in rows(&folder, split)? {
            let rates = series.get(&row["segment"]).map_or(&[][..], Vec::as_slice);
            // A constant rate has no course to classify.
            let cut = rates
                .chunks_exact(15)
                .filter(|cut| cut.iter().any(|rate| *rate != cut[0]));
            windows.extend(cut);
        }
        let features = spread(windows, n).into_iter().map(|cut| {
            let features = window.compute(cut)?.to_owned().into_dyn();
            Ok(features.insert_axis(Axis(0)))
        });
        features.collect()
    }

    fn eeg(&self, split: &str, n: Option<usize>) -> Result<Vec<ArrayD<f32>>, Failure> {
        let folder = self.data.join("eeg/twente_music");
        let epochs: Array3<f32> = array(&self.array_file("epochs_uV.npy")?)?;
        let config = DifferentialEntropyConfig::new(SampleRate::from_hz(128.0)?);
        let entropy = DifferentialEntropy::new(&config)?;
        let features = spread(rows(&folder, split)?, n).into_iter().map(|row| {
            let epoch = epochs.index_axis(Axis(0), row["index"].parse()?).to_owned();
            // The last two seconds, as the recognizer takes them.
            let start = epoch.ncols().saturating_sub(256);
            let window = epoch.slice(emo_fusion::ndarray::s![.., start..]).to_owned();
            Ok(entropy
                .compute(&window)?
                .to_owned()
                .into_dyn()
                .insert_axis(Axis(0)))
        });
        features.collect()
    }

    fn speech(&self, split: &str, n: Option<usize>) -> Result<Vec<ArrayD<f32>>, Failure> {
        let mut set = SeedFeatures::new(SeedFeaturesConfig::default())?;
        let mut files = Vec::new();
        for corpus in ["ravdess", "emodb4"] {
            let folder = self.data.join("speech").join(corpus);
            let names = rows(&folder, split)?;
            files.extend(names.iter().map(|row| folder.join(&row["file"])));
        }
        let features = spread(files, n).into_iter().map(|path| {
            let audio = decode_file(&path)?;
            let features = set.compute(&audio.to_mono(), audio.sample_rate())?;
            Ok(features.to_owned().into_dyn().insert_axis(Axis(0)))
        });
        features.collect()
    }

    fn faces(&self, split: &str, n: Option<usize>) -> Result<Vec<ArrayD<f32>>, Failure> {
        let folder = self.data.join("face/ferplus");
        let pictures: Array3<u8> = array(&self.array_file("images.npy")?)?;
        let crop = FaceCrop::new(FaceCropConfig::default())?;
        let features = spread(rows(&folder, split)?, n).into_iter().map(|row| {
            let picture = pictures.index_axis(Axis(0), row["index"].parse()?);
            let image = GreyImage::new(&picture.mapv(f32::from))?;
            Ok(crop
                .compute(&image, None)?
                .to_owned()
                .into_dyn()
                .insert_axis(Axis(0)))
        });
        features.collect()
    }

    fn array_file(&self, name: &str) -> Result<PathBuf, Failure> {
        match &self.arrays {
            Some(folder) => Ok(folder.join(name)),
            None => Err(format!("--arrays must name the folder with {name}").into()),
        }
    }
}

/// The labelled rows of a manifest that belong to a split.
fn rows(folder: &Path, split: &str) -> Result<Vec<BTreeMap<String, String>>, Failure> {
    let rows = table(&folder.join("manifest.csv"))?;
    let wanted = rows
        .into_iter()
        .filter(|row| !row["label4"].is_empty() && row["split"] == split);
    Ok(wanted.collect())
}

/// So many of all, spread evenly; all where nothing is said.
fn spread<T>(all: Vec<T>, n: Option<usize>) -> Vec<T> {
    let len = all.len();
    let n = n.unwrap_or(len).min(len);
    let taken = |place: usize| (place + 1) * n / len.max(1) > place * n / len.max(1);
    all.into_iter()
        .enumerate()
        .filter(|(place, _)| taken(*place))
        .map(|(_, item)| item)
        .collect()
}
