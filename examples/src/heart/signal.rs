//! Recordings of a heart with their gaps.

use std::{error::Error, path::Path};

use emo_fusion::{
    Inputs,
    hr::{
        Detection, EcgConfig, EcgDetector, HrError, PpgConfig, PpgDetector, SampleRate,
        resample_to_1hz,
    },
    recording::{AbsentValues, Channel, CsvConfig, Recording},
};

use super::{Finding, HeartSignal, MAX_SECONDS, Run};

type Failure = Box<dyn Error + Send + Sync>;

/// A signal in stretches between its gaps.
#[derive(Debug, Clone)]
pub struct Signal {
    /// What it is.
    pub kind: HeartSignal,
    /// The name of its channel.
    pub channel: String,
    /// Its unit, where the file has one.
    pub unit: Option<String>,
    /// Its rate.
    pub sample_rate: SampleRate,
    /// At least one, in the order of time.
    pub stretches: Vec<Stretch>,
    /// The length of the recording in seconds.
    pub duration_s: f64,
    /// Whether a clock went back, so that what follows is taken as later than the file says.
    pub went_back: bool,
}

/// Neighbouring samples.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// When the first one was, in seconds of the recording.
    pub start_s: f64,
    /// The samples.
    pub samples: Vec<f32>,
}

/// What was found in a [`Signal`].
#[derive(Debug, Clone)]
pub struct Search {
    /// The beats.
    pub runs: Vec<Run>,
    /// How well they could be found.
    pub finding: Finding,
    /// Lengths in seconds of the stretches that are too short for beats to be looked for in them.
    pub too_short_s: Vec<f64>,
}

impl Signal {
    /// The channel of a recording that holds the signal.
    ///
    /// # Errors
    /// What is wrong with the recording.
    pub fn of(recording: &Recording, kind: HeartSignal) -> Result<Self, Failure> {
        in_stretches(heart_channel(recording, kind)?, kind)
    }

    /// Finds beats in each stretch by itself, so that none is made of a gap; `on_found` is told of each.
    ///
    /// # Errors
    /// What is wrong with the signal, if beats can be looked for in no stretch, and what `on_found` says.
    pub fn search(
        &self,
        mut on_found: impl FnMut(&Stretch, &Detection) -> Result<(), HrError>,
    ) -> Result<Search, Failure> {
        let rate = self.sample_rate;
        let detector = match self.kind {
            HeartSignal::Ecg => Detector::Ecg(Box::new(EcgDetector::new(&EcgConfig::new(rate))?)),
            HeartSignal::Ppg => Detector::Ppg(Box::new(PpgDetector::new(&PpgConfig::new(rate))?)),
            _ => return Err("this kind of signal has no beats to be looked for".into()),
        };
        let mut failure = None;
        let (mut runs, mut too_short_s) = (Vec::new(), Vec::new());
        let (mut n_searched, mut n_inverted, mut quality) = (0, 0, 0.0);
        for stretch in &self.stretches {
            let n = stretch.samples.len();
            // A stretch may be too short where the others are not.
            let detection = match detector.detect(&stretch.samples) {
                Ok(detection) => detection,
                Err(error) => {
                    failure.get_or_insert(error);
                    too_short_s.push(n as f64 / rate.hz());
                    continue;
                }
            };
            on_found(stretch, &detection)?;
            n_searched += n;
            n_inverted += if detection.inverted { n } else { 0 };
            quality += n as f64 * f64::from(detection.quality);
            runs.extend(Run::of_beats(stretch.start_s, &detection.beats)?);
        }
        match failure {
            Some(error) if n_searched == 0 => Err(error.into()),
            _ => Ok(Search {
                runs,
                finding: Finding {
                    quality: (quality / n_searched as f64) as f32,
                    inverted: 2 * n_inverted > n_searched,
                },
                too_short_s,
            }),
        }
    }

    /// The signal as a rate: its value at each second of the recording; NaN in gaps.
    pub(super) fn per_second(&self) -> Result<Vec<f32>, Failure> {
        let mut values = Vec::new();
        for stretch in &self.stretches {
            if stretch.start_s > MAX_SECONDS {
                return Err(
                    format!("it goes on after {} s, more than a year", stretch.start_s).into(),
                );
            }
            let start = (stretch.start_s.round() as usize).max(values.len());
            values.resize(start, f32::NAN);
            values.extend(resample_to_1hz(&stretch.samples, self.sample_rate)?);
        }
        Ok(values)
    }
}

enum Detector {
    Ecg(Box<EcgDetector>),
    Ppg(Box<PpgDetector>),
}

impl Detector {
    fn detect(&self, samples: &[f32]) -> Result<Detection, HrError> {
        match self {
            Self::Ecg(detector) => detector.detect(samples),
            Self::Ppg(detector) => detector.detect(samples),
        }
    }
}

/// The channel of a recording that holds a kind of signal.
///
/// # Errors
/// None or several channels could be meant.
pub fn heart_channel(recording: &Recording, kind: HeartSignal) -> Result<&Channel, Failure> {
    Ok(match kind {
        HeartSignal::Ecg => Inputs::ecg_channel(recording)?,
        HeartSignal::Ppg => Inputs::ppg_channel(recording)?,
        _ => Inputs::heart_rate_channel(recording)?,
    })
}

/// Reads a recording whose gaps are marked; `rate_hz` is that of a table without times.
///
/// # Errors
/// What is wrong with the file.
pub fn read_heart_recording(path: &Path, rate_hz: Option<f64>) -> Result<Recording, Failure> {
    let mut csv = CsvConfig::default();
    csv.sample_rate = rate_hz.map(SampleRate::from_hz).transpose()?;
    // Gaps stay gaps; they are not refused.
    csv.absent = AbsentValues::Mark;
    Ok(Recording::read_with(path, &csv)?)
}

fn in_stretches(channel: &Channel, kind: HeartSignal) -> Result<Signal, Failure> {
    let sample_rate = channel
        .sample_rate
        .ok_or_else(|| format!("channel {} has no sampling rate: use --rate", channel.name))?;
    let mut stretches: Vec<Stretch> = Vec::new();
    let (mut end_s, mut went_back) = (0.0, false);
    for segment in channel.segments() {
        let start_s = channel.time_of(segment.start).unwrap_or(0.0) - channel.start;
        went_back |= start_s < end_s - 0.5 / sample_rate.hz();
        let start_s = start_s.max(end_s);
        end_s = start_s + segment.len() as f64 / sample_rate.hz();
        stretches.push(Stretch {
            start_s,
            samples: channel.samples[segment].to_vec(),
        });
    }
    if stretches.is_empty() {
        return Err(match channel.samples.len() {
            0 => format!("channel {} has no samples", channel.name),
            n => format!(
                "none of the {n} samples of channel {} was measured",
                channel.name
            ),
        }
        .into());
    }
    Ok(Signal {
        kind,
        channel: channel.name.clone(),
        unit: channel.unit.clone(),
        sample_rate,
        stretches,
        duration_s: end_s,
        went_back,
    })
}
