//! Reading of recordings into what features are computed from.

use std::{ops::Range, path::Path};

use clap::ValueEnum;
use emo_fusion::{
    eeg::SampleRate,
    hr::{EcgConfig, EcgDetector, Interpolation, PpgConfig, PpgDetector, resample_to_1hz},
    image::{DynamicImage, Limits, decode_file},
    ndarray::{Array2, ArrayView1, s},
    recording::{Channel, CsvConfig, Recording},
    speech,
};

use crate::Failure;

/// What the command line says about the files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadOptions {
    pub(crate) rate_hz: Option<f64>,
    pub(crate) heart_signal: HeartSignal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum HeartSignal {
    /// Heart rate in beats per minute.
    #[default]
    Bpm,
    /// An electrocardiogram.
    Ecg,
    /// A photoplethysmogram.
    Ppg,
}

/// A recording, cut along time in samples.
pub(crate) trait Signal: Sized + Send {
    fn read(path: &Path, options: &ReadOptions) -> Result<Self, Failure>;
    fn rate_hz(&self) -> f64;
    fn len(&self) -> usize;
    fn cut(&self, range: Range<usize>) -> Self;
}

/// Heart rate, one value per second.
pub(crate) struct Bpm {
    pub(crate) per_second: Vec<f32>,
}

impl Signal for Bpm {
    fn read(path: &Path, options: &ReadOptions) -> Result<Self, Failure> {
        // A heart rate without times comes once per second, as devices report it.
        let default_hz = (options.heart_signal == HeartSignal::Bpm).then_some(1.0);
        let recording = read(path, options.rate_hz.or(default_hz), None)?;
        let prefixes: &[&str] = match options.heart_signal {
            HeartSignal::Bpm => &["bpm", "hr", "heart"],
            HeartSignal::Ecg => &["ecg", "ekg"],
            HeartSignal::Ppg => &["ppg", "bvp", "pleth"],
        };
        let channel = one_channel(&recording, prefixes)?;
        let (samples, rate) = (&channel.samples, rate_of(channel)?);
        let beats = match options.heart_signal {
            HeartSignal::Bpm => {
                return Ok(Self {
                    per_second: resample_to_1hz(samples, rate)?,
                });
            }
            HeartSignal::Ecg => {
                EcgDetector::new(&EcgConfig::new(rate))?
                    .detect(samples)?
                    .beats
            }
            HeartSignal::Ppg => {
                PpgDetector::new(&PpgConfig::new(rate))?
                    .detect(samples)?
                    .beats
            }
        };
        Ok(Self {
            per_second: beats.heart_rate_1hz(Interpolation::default())?,
        })
    }

    fn rate_hz(&self) -> f64 {
        1.0
    }

    fn len(&self) -> usize {
        self.per_second.len()
    }

    fn cut(&self, range: Range<usize>) -> Self {
        Self {
            per_second: self.per_second[range].to_vec(),
        }
    }
}

/// EEG in microvolts, `[channels, samples]`.
pub(crate) struct Eeg {
    pub(crate) channels: Vec<String>,
    pub(crate) samples: Array2<f32>,
    pub(crate) rate: SampleRate,
}

impl Signal for Eeg {
    fn read(path: &Path, options: &ReadOptions) -> Result<Self, Failure> {
        let recording = read(path, options.rate_hz, Some("uV"))?;
        let first = recording
            .channels
            .first()
            .ok_or("the recording has no channels")?;
        // Slower channels, such as markers, are not EEG.
        let fits = |channel: &&Channel| {
            channel.sample_rate == first.sample_rate && channel.samples.len() == first.samples.len()
        };
        let channels: Vec<_> = recording.channels.iter().filter(fits).collect();
        let mut samples = Array2::zeros((channels.len(), first.samples.len()));
        for (mut row, channel) in samples.outer_iter_mut().zip(&channels) {
            row.assign(&ArrayView1::from(&channel.to_microvolts()?));
        }
        Ok(Self {
            channels: channels
                .iter()
                .map(|channel| channel.name.clone())
                .collect(),
            samples,
            rate: rate_of(first)?,
        })
    }

    fn rate_hz(&self) -> f64 {
        self.rate.hz()
    }

    fn len(&self) -> usize {
        self.samples.ncols()
    }

    fn cut(&self, range: Range<usize>) -> Self {
        Self {
            channels: self.channels.clone(),
            samples: self.samples.slice(s![.., range]).to_owned(),
            rate: self.rate,
        }
    }
}

/// Speech, its channels averaged.
pub(crate) struct Speech {
    pub(crate) samples: Vec<f32>,
    pub(crate) rate: u32,
}

impl Signal for Speech {
    fn read(path: &Path, _: &ReadOptions) -> Result<Self, Failure> {
        let audio = speech::decode_file(path)?;
        Ok(Self {
            samples: audio.to_mono(),
            rate: audio.sample_rate(),
        })
    }

    fn rate_hz(&self) -> f64 {
        self.rate.into()
    }

    fn len(&self) -> usize {
        self.samples.len()
    }

    fn cut(&self, range: Range<usize>) -> Self {
        Self {
            samples: self.samples[range].to_vec(),
            rate: self.rate,
        }
    }
}

/// A picture of a face: a single sample.
pub(crate) struct Face(pub(crate) DynamicImage);

impl Signal for Face {
    fn read(path: &Path, _: &ReadOptions) -> Result<Self, Failure> {
        Ok(Self(decode_file(path, &Limits::default())?))
    }

    fn rate_hz(&self) -> f64 {
        1.0
    }

    fn len(&self) -> usize {
        1
    }

    fn cut(&self, _: Range<usize>) -> Self {
        Self(self.0.clone())
    }
}

/// The only channel, or the only one whose name begins with one of `prefixes`.
fn one_channel<'r>(recording: &'r Recording, prefixes: &[&str]) -> Result<&'r Channel, Failure> {
    if let [channel] = &recording.channels[..] {
        return Ok(channel);
    }
    let mut named = recording.channels.iter().filter(|channel| {
        let name = channel.name.trim().to_lowercase();
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    });
    match (named.next(), named.next()) {
        (Some(channel), None) => Ok(channel),
        (first, _) => {
            let all: Vec<_> = recording
                .channels
                .iter()
                .map(|channel| channel.name.as_str())
                .collect();
            Err(format!(
                "{} of the {} channels ({}) begins with {}",
                if first.is_none() {
                    "none"
                } else {
                    "more than one"
                },
                all.len(),
                all.join(", "),
                prefixes.join(" or "),
            )
            .into())
        }
    }
}

/// Reads EDF or CSV; the rate and the unit are for CSV files that do not say theirs.
fn read(path: &Path, rate_hz: Option<f64>, unit: Option<&str>) -> Result<Recording, Failure> {
    let mut csv = CsvConfig::default();
    csv.sample_rate = rate_hz.map(SampleRate::from_hz).transpose()?;
    csv.unit = unit.map(str::to_owned);
    Ok(Recording::read_with(path, &csv)?)
}

fn rate_of(channel: &Channel) -> Result<SampleRate, Failure> {
    channel
        .sample_rate
        .ok_or_else(|| "the file does not say its sampling rate: pass --rate".into())
}
