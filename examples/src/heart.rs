//! A heart as files hold it, with its beats found and corrected.

use std::{error::Error, ops::Range, path::Path};

use clap::ValueEnum;
use emo_fusion::{
    HrSignal, Inputs,
    hr::{
        ArtifactConfig, ArtifactCorrector, Beats, Correction, EcgConfig, EcgDetector,
        Interpolation, PpgConfig, PpgDetector, RrSeries, SampleRate,
    },
    recording::{Channel, CsvConfig, CsvProfile, Recording},
};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HeartSignal {
    /// Heart rate in beats per minute.
    #[default]
    Bpm,
    /// An electrocardiogram.
    Ecg,
    /// A photoplethysmogram.
    Ppg,
    /// Intervals between beats: one on a line in ms, a Polar strap's, or an Empatica E4's `IBI.csv`.
    Rr,
}

/// A heart's signal, beats and rate, as far as the file has them.
#[derive(Debug, Clone)]
pub struct Heart {
    /// The samples that the beats were found in; none of intervals and rates.
    pub trace: Option<Trace>,
    /// The beats as they were found, and what correction made of them; none of a rate, nor of intervals with gaps.
    pub beats: Option<(Beats, Correction)>,
    /// The intervals between the beats, corrected; none of a rate.
    pub rr: Option<RrSeries>,
    /// The device's own rate at each second.
    per_second: Option<Vec<f32>>,
    duration_s: f64,
}

/// Samples of an ECG or a PPG.
#[derive(Debug, Clone)]
pub struct Trace {
    /// As the file has them.
    pub samples: Vec<f32>,
    /// As the beats were found in them.
    pub cleaned: Vec<f32>,
    /// Samples per second.
    pub sample_rate: SampleRate,
    /// Whether the lead was turned over.
    pub inverted: bool,
    /// How far the beats can be trusted, from 0 to 1.
    pub quality: f32,
}

/// Clock of beats that are known by their intervals alone, in Hz.
const INTERVAL_CLOCK_HZ: f64 = 1000.0;

impl Heart {
    /// Reads a file, finds the beats and corrects them.
    ///
    /// # Errors
    /// What is wrong with the file or the signal.
    pub fn read(
        path: &Path,
        signal: HeartSignal,
        rate_hz: Option<f64>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut inputs = Inputs::default();
        match signal {
            HeartSignal::Bpm => inputs.read_heart_rate(path, rate_hz)?,
            HeartSignal::Ecg => inputs.read_ecg(path, rate_hz)?,
            HeartSignal::Ppg => inputs.read_ppg(path, rate_hz)?,
            HeartSignal::Rr => return Self::of_intervals(&read_intervals(path)?),
        };
        match inputs.hr() {
            Some(HrSignal::HeartRate(bpm)) => Ok(Self {
                trace: None,
                beats: None,
                rr: None,
                duration_s: bpm.len() as f64,
                per_second: Some(bpm.clone()),
            }),
            Some(HrSignal::Ecg {
                samples,
                sample_rate,
            }) => {
                let detector = EcgDetector::new(&EcgConfig::new(*sample_rate))?;
                Self::of_detection(samples, *sample_rate, detector.detect(samples)?)
            }
            Some(HrSignal::Ppg {
                samples,
                sample_rate,
            }) => {
                let detector = PpgDetector::new(&PpgConfig::new(*sample_rate))?;
                Self::of_detection(samples, *sample_rate, detector.detect(samples)?)
            }
            _ => Err("this kind of signal has no heart rate".into()),
        }
    }

    fn of_detection(
        samples: &[f32],
        sample_rate: SampleRate,
        detection: emo_fusion::hr::Detection,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let correction = correct(&detection.beats)?;
        Ok(Self {
            rr: Some(RrSeries::from_beats(&correction.beats)?),
            beats: Some((detection.beats, correction)),
            per_second: None,
            duration_s: samples.len() as f64 / sample_rate.hz(),
            trace: Some(Trace {
                samples: samples.to_vec(),
                cleaned: detection.cleaned,
                sample_rate,
                inverted: detection.inverted,
                quality: detection.quality,
            }),
        })
    }

    fn of_intervals(channel: &Channel) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let scale = if channel.unit.as_deref() == Some("s") {
            1000.0
        } else {
            1.0
        };
        let intervals = channel.samples.iter().map(|&x| f64::from(x) * scale);
        let intervals: Vec<f64> = intervals.collect();
        // A strap's times are those of its packets; an E4's are those of the beats, which it leaves out where unsure.
        if channel.name == "IBI"
            && let Some(times) = &channel.times
        {
            let rr = RrSeries::with_times(intervals, times.clone())?;
            let first = rr.times_s().first().copied().unwrap_or(0.0);
            let last = rr.times_s().last().copied().unwrap_or(0.0);
            return Ok(Self {
                trace: None,
                beats: None,
                duration_s: last - first + rr.intervals_ms().first().unwrap_or(&0.0) / 1000.0,
                rr: Some(rr),
                per_second: None,
            });
        }
        let found = RrSeries::from_millis(intervals)?;
        let mut positions = vec![0.0];
        positions.extend(found.times_s().iter().map(|s| s * INTERVAL_CLOCK_HZ));
        let duration_s = found.times_s().last().copied().unwrap_or(0.0);
        let n_samples = (duration_s * INTERVAL_CLOCK_HZ).ceil() as usize + 1;
        let clock = SampleRate::from_hz(INTERVAL_CLOCK_HZ)?;
        let beats = Beats::at(positions, n_samples, clock)?;
        let correction = correct(&beats)?;
        Ok(Self {
            trace: None,
            rr: Some(RrSeries::from_beats(&correction.beats)?),
            beats: Some((beats, correction)),
            per_second: None,
            duration_s,
        })
    }

    /// The length of the recording in seconds.
    pub fn duration_s(&self) -> f64 {
        self.duration_s
    }

    /// The rate at each second in beats per minute, of the corrected beats where there are any.
    ///
    /// # Errors
    /// Too few beats, or intervals with gaps.
    pub fn per_second(&self) -> Result<Vec<f32>, Box<dyn Error + Send + Sync>> {
        match (&self.per_second, &self.beats) {
            (Some(bpm), _) => Ok(bpm.clone()),
            (None, Some((_, correction))) => {
                Ok(correction.beats.heart_rate_1hz(Interpolation::default())?)
            }
            (None, None) => Err("intervals with gaps have no rate at each second".into()),
        }
    }

    /// The part of a recording between two seconds; its beats are those of the whole.
    ///
    /// # Errors
    /// None for parts of a recording that could be read.
    pub fn part(&self, seconds: Range<f64>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let cut = |beats: &Beats| -> Result<Beats, emo_fusion::hr::HrError> {
            let hz = beats.sample_rate().hz();
            let bounds = seconds.start * hz..seconds.end * hz;
            let positions = beats.positions().iter().copied();
            let inside = positions.filter(|position| bounds.contains(position));
            let n_samples = (bounds.end - bounds.start).round() as usize;
            // Rounding of the bounds does not put a beat outside.
            let moved = inside.map(|p| (p - bounds.start).min(n_samples as f64 - 1.0));
            Beats::at(moved.collect(), n_samples, beats.sample_rate())
        };
        let beats = match &self.beats {
            Some((found, correction)) => {
                let mut correction = correction.clone();
                let is_inside = |&beat: &usize| {
                    let at = found.positions()[beat] / found.sample_rate().hz();
                    seconds.contains(&at)
                };
                let artifacts = &mut correction.artifacts;
                for list in [
                    &mut artifacts.ectopic,
                    &mut artifacts.missed,
                    &mut artifacts.extra,
                    &mut artifacts.long_short,
                ] {
                    list.retain(is_inside);
                    // Beats of the part count from its first.
                    let hz = found.sample_rate().hz();
                    let before = found
                        .positions()
                        .partition_point(|p| p / hz < seconds.start);
                    list.iter_mut().for_each(|beat| *beat -= before);
                }
                correction.beats = cut(&correction.beats)?;
                Some((cut(found)?, correction))
            }
            None => None,
        };
        let rr = match (&beats, &self.rr) {
            (Some((_, correction)), _) => Some(RrSeries::from_beats(&correction.beats)?),
            (None, Some(rr)) => {
                let origin = rr.times_s().first().copied().unwrap_or(0.0);
                let inside = rr.times_s().iter().map(|t| seconds.contains(&(t - origin)));
                Some(rr.retain(&inside.collect::<Vec<_>>())?)
            }
            (None, None) => None,
        };
        let whole = seconds.start.round() as usize..seconds.end.round() as usize;
        Ok(Self {
            trace: self.trace.as_ref().map(|trace| trace.part(&seconds)),
            beats,
            rr,
            per_second: self.per_second.as_ref().map(|bpm| bpm[whole].to_vec()),
            duration_s: seconds.end - seconds.start,
        })
    }
}

impl Trace {
    fn part(&self, seconds: &Range<f64>) -> Self {
        let sample =
            |s: f64| ((s * self.sample_rate.hz()).round() as usize).min(self.samples.len());
        let range = sample(seconds.start)..sample(seconds.end);
        Self {
            samples: self.samples[range.clone()].to_vec(),
            cleaned: self.cleaned[range].to_vec(),
            ..*self
        }
    }
}

fn correct(beats: &Beats) -> Result<Correction, emo_fusion::hr::HrError> {
    ArtifactCorrector::new(&ArtifactConfig::default())?.correct(beats)
}

/// The channel of intervals: one that a device names so, or else the only one of a list.
fn read_intervals(path: &Path) -> Result<Channel, Box<dyn Error + Send + Sync>> {
    if let Ok(recording) = Recording::read(path) {
        let named = recording.channels.into_iter().find(|channel| {
            let is_interval = channel.name == "IBI" || channel.name.starts_with("RR");
            is_interval && matches!(channel.unit.as_deref(), Some("s" | "ms"))
        });
        if let Some(channel) = named {
            return Ok(channel);
        }
    }
    let mut config = CsvConfig::default();
    config.profile = CsvProfile::RrIntervals;
    let recording = Recording::read_with(path, &config)?;
    recording
        .channels
        .into_iter()
        .next()
        .ok_or_else(|| "no intervals".into())
}
