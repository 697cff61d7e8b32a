//! A heart as files hold it, with its beats found and corrected.

use std::{error::Error, ops::Range, path::Path};

use clap::ValueEnum;
use emo_fusion::{
    HrSignal, Inputs,
    hr::{
        ArtifactConfig, ArtifactCorrector, Artifacts, Beats, Detection, EcgConfig, EcgDetector,
        HrError, Interpolation, PpgConfig, PpgDetector, RrSeries, SampleRate,
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
    /// How well the beats could be found in a signal; none of intervals and rates.
    pub finding: Option<Finding>,
    /// The beats; none of a rate, nor of intervals with gaps.
    pub beats: Option<FoundBeats>,
    /// The intervals between the beats, corrected; none of a rate.
    pub rr: Option<RrSeries>,
    /// The device's own rate at each second.
    per_second: Option<Vec<f32>>,
    duration_s: f64,
}

/// Beats as they were found, and what correction made of them.
#[derive(Debug, Clone)]
pub struct FoundBeats {
    /// As they were found.
    pub found: Beats,
    /// What was wrong with them, by their index.
    pub artifacts: Artifacts,
    /// After correction.
    pub corrected: Beats,
}

/// How well the beats of a whole recording could be found.
#[derive(Debug, Clone, Copy)]
pub struct Finding {
    /// How far they can be trusted, from 0 to 1.
    pub quality: f32,
    /// Whether the lead was turned over.
    pub inverted: bool,
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
            HeartSignal::Rr => return Self::of_intervals(read_intervals(path)?),
        };
        match inputs.hr() {
            Some(HrSignal::HeartRate(bpm)) => Ok(Self {
                finding: None,
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
                Self::of_detection(detector.detect(samples)?)
            }
            Some(HrSignal::Ppg {
                samples,
                sample_rate,
            }) => {
                let detector = PpgDetector::new(&PpgConfig::new(*sample_rate))?;
                Self::of_detection(detector.detect(samples)?)
            }
            _ => Err("this kind of signal has no heart rate".into()),
        }
    }

    fn of_detection(detection: Detection) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let finding = Finding {
            quality: detection.quality,
            inverted: detection.inverted,
        };
        let duration_s = detection.beats.n_samples() as f64 / detection.beats.sample_rate().hz();
        Self::of_beats(detection.beats, Some(finding), duration_s)
    }

    fn of_beats(
        found: Beats,
        finding: Option<Finding>,
        duration_s: f64,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let correction = ArtifactCorrector::new(&ArtifactConfig::default())?.correct(&found)?;
        Ok(Self {
            finding,
            rr: Some(RrSeries::from_beats(&correction.beats)?),
            beats: Some(FoundBeats {
                found,
                artifacts: correction.artifacts,
                corrected: correction.beats,
            }),
            per_second: None,
            duration_s,
        })
    }

    fn of_intervals(intervals: Intervals) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let found = match intervals {
            Intervals::Timed(rr) => {
                let first = rr.times_s().first().copied().unwrap_or(0.0);
                let last = rr.times_s().last().copied().unwrap_or(0.0);
                return Ok(Self {
                    finding: None,
                    beats: None,
                    duration_s: last - first + rr.intervals_ms().first().unwrap_or(&0.0) / 1000.0,
                    rr: Some(rr),
                    per_second: None,
                });
            }
            Intervals::Successive(rr) => rr,
        };
        let mut positions = vec![0.0];
        positions.extend(found.times_s().iter().map(|s| s * INTERVAL_CLOCK_HZ));
        let duration_s = found.times_s().last().copied().unwrap_or(0.0);
        let n_samples = (duration_s * INTERVAL_CLOCK_HZ).ceil() as usize + 1;
        let clock = SampleRate::from_hz(INTERVAL_CLOCK_HZ)?;
        let beats = Beats::at(positions, n_samples, clock)?;
        Self::of_beats(beats, None, duration_s)
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
            (None, Some(beats)) => Ok(beats.corrected.heart_rate_1hz(Interpolation::default())?),
            (None, None) => Err("intervals with gaps have no rate at each second".into()),
        }
    }

    /// The part of a recording between two seconds; its beats are those of the whole.
    ///
    /// # Errors
    /// None for parts of a recording that could be read.
    pub fn part(&self, seconds: Range<f64>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let cut = |beats: &Beats| -> Result<Beats, HrError> {
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
            Some(beats) => {
                let hz = beats.found.sample_rate().hz();
                let index = |s: f64| beats.found.positions().partition_point(|p| *p < s * hz);
                let inside = index(seconds.start)..index(seconds.end);
                Some(FoundBeats {
                    found: cut(&beats.found)?,
                    artifacts: beats.artifacts.part(inside),
                    corrected: cut(&beats.corrected)?,
                })
            }
            None => None,
        };
        let rr = match (&beats, &self.rr) {
            (Some(beats), _) => Some(RrSeries::from_beats(&beats.corrected)?),
            (None, Some(rr)) => {
                let origin = rr.times_s().first().copied().unwrap_or(0.0);
                let inside = rr.times_s().iter().map(|t| seconds.contains(&(t - origin)));
                Some(rr.retain(&inside.collect::<Vec<_>>())?)
            }
            (None, None) => None,
        };
        let whole = seconds.start.round() as usize..seconds.end.round() as usize;
        Ok(Self {
            finding: self.finding,
            beats,
            rr,
            per_second: self.per_second.as_ref().map(|bpm| bpm[whole].to_vec()),
            duration_s: seconds.end - seconds.start,
        })
    }
}

/// Intervals between beats, as a file has them.
enum Intervals {
    /// Each follows upon the one before.
    Successive(RrSeries),
    /// With the times of the beats that ended them; some are left out.
    Timed(RrSeries),
}

/// Reads intervals between beats: one on a line in ms, a Polar strap's, or an Empatica E4's `IBI.csv`, whose times have
/// gaps where it was unsure.
///
/// # Errors
/// What is wrong with the file or an interval.
pub fn read_rr(path: &Path) -> Result<RrSeries, Box<dyn Error + Send + Sync>> {
    Ok(match read_intervals(path)? {
        Intervals::Successive(rr) | Intervals::Timed(rr) => rr,
    })
}

fn read_intervals(path: &Path) -> Result<Intervals, Box<dyn Error + Send + Sync>> {
    let channel = interval_channel(path)?;
    let scale = if channel.unit.as_deref() == Some("s") {
        1000.0
    } else {
        1.0
    };
    let intervals = channel.samples.iter().map(|&x| f64::from(x) * scale);
    let intervals: Vec<f64> = intervals.collect();
    // A strap's times are those of its packets; an E4's are those of the beats, which it leaves out where unsure.
    Ok(match channel.times {
        Some(times) if channel.name == "IBI" => {
            Intervals::Timed(RrSeries::with_times(intervals, times)?)
        }
        _ => Intervals::Successive(RrSeries::from_millis(intervals)?),
    })
}

/// The channel of intervals: one that a device names so, or else the only one of a list.
fn interval_channel(path: &Path) -> Result<Channel, Box<dyn Error + Send + Sync>> {
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
