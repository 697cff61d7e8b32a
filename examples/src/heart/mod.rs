//! A heart as files hold it, with its gaps, its beats found and corrected.

mod runs;
mod signal;
mod variability;

use std::{error::Error, ops::Range, path::Path};

use clap::ValueEnum;
use emo_fusion::{
    hr::RrSeries,
    recording::{Channel, CsvConfig, CsvProfile, Recording},
};

pub use runs::{FoundBeat, PAUSE_S, Run, corrected};
pub use signal::{Search, Signal, Stretch, heart_channel, read_heart_recording};
pub use variability::{LOMB, Variability, has_gaps};

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

/// A heart's beats and rate, as far as the file has them.
#[derive(Debug, Clone)]
pub struct Heart {
    /// How well the beats could be found in a signal; none of intervals and rates.
    pub finding: Option<Finding>,
    /// The beats, in the order of time; `None` of a rate.
    pub runs: Option<Vec<Run>>,
    /// The device's own rate at each second; NaN in gaps.
    per_second: Option<Vec<f32>>,
    duration_s: f64,
}

/// How well the beats of a whole recording could be found.
#[derive(Debug, Clone, Copy)]
pub struct Finding {
    /// How far they can be trusted, from 0 to 1.
    pub quality: f32,
    /// Whether the lead was turned over.
    pub inverted: bool,
}

/// A year.
pub(crate) const MAX_SECONDS: f64 = 366.0 * 86_400.0;

impl Heart {
    /// Reads a file, finds the beats of each stretch without a gap and corrects them.
    ///
    /// # Errors
    /// What is wrong with the file or the signal.
    pub fn read(
        path: &Path,
        signal: HeartSignal,
        rate_hz: Option<f64>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let heart = if signal == HeartSignal::Rr {
            let runs = Run::of_intervals(&read_rr(path)?)?;
            Self {
                finding: None,
                duration_s: runs.last().and_then(Run::last_s).unwrap_or(0.0),
                runs: Some(runs),
                per_second: None,
            }
        } else {
            let default_hz = (signal == HeartSignal::Bpm).then_some(1.0);
            let recording = read_heart_recording(path, rate_hz.or(default_hz))?;
            Self::of_signal(&Signal::of(&recording, signal)?)?
        };
        // Seconds are counted, and memory is taken for them.
        if heart.duration_s > MAX_SECONDS {
            return Err(format!("it spans {} s, more than a year", heart.duration_s).into());
        }
        Ok(heart)
    }

    fn of_signal(signal: &Signal) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let duration_s = signal.duration_s;
        if signal.kind == HeartSignal::Bpm {
            let bpm = signal.per_second()?;
            return Ok(Self {
                finding: None,
                runs: None,
                duration_s: bpm.len() as f64,
                per_second: Some(bpm),
            });
        }
        let search = signal.search(|_, _| Ok(()))?;
        Ok(Self {
            finding: Some(search.finding),
            runs: Some(search.runs),
            per_second: None,
            duration_s,
        })
    }

    /// The length of the recording in seconds.
    pub fn duration_s(&self) -> f64 {
        self.duration_s
    }

    /// The intervals between the corrected beats; `None` of a rate.
    ///
    /// # Errors
    /// None for beats that could be found.
    pub fn rr(&self) -> Result<Option<RrSeries>, Box<dyn Error + Send + Sync>> {
        Ok(self.runs.as_deref().map(corrected).transpose()?)
    }

    /// The rate at each second in beats per minute, of the corrected beats where there are any; NaN in gaps and pauses.
    ///
    /// # Errors
    /// Too few beats anywhere.
    pub fn per_second(&self) -> Result<Vec<f32>, Box<dyn Error + Send + Sync>> {
        let Some(runs) = &self.runs else {
            return Ok(self.per_second.clone().unwrap_or_default());
        };
        let mut values = vec![f32::NAN; self.duration_s.ceil() as usize];
        let mut is_known = false;
        for run in runs {
            let Some((first, rates)) = run.per_second()? else {
                continue;
            };
            is_known = true;
            for (value, rate) in values.iter_mut().skip(first).zip(rates) {
                *value = rate;
            }
        }
        if !is_known {
            return Err("a rate needs four beats without a pause".into());
        }
        Ok(values)
    }

    /// The part of a recording between two seconds; its beats are those of the whole.
    ///
    /// # Errors
    /// None for parts of a recording that could be read.
    pub fn part(&self, seconds: Range<f64>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let runs = match &self.runs {
            Some(runs) => {
                let parts = runs.iter().map(|run| run.part(&seconds));
                Some(
                    parts
                        .filter_map(Result::transpose)
                        .collect::<Result<_, _>>()?,
                )
            }
            None => None,
        };
        let whole = seconds.start.round() as usize..seconds.end.round() as usize;
        Ok(Self {
            finding: self.finding,
            runs,
            per_second: self.per_second.as_ref().map(|bpm| bpm[whole].to_vec()),
            duration_s: seconds.end - seconds.start,
        })
    }
}

/// Reads intervals between beats: one on a line in ms, a Polar strap's, or an Empatica E4's `IBI.csv`, whose times have
/// gaps where it was unsure.
///
/// # Errors
/// What is wrong with the file or an interval.
pub fn read_rr(path: &Path) -> Result<RrSeries, Box<dyn Error + Send + Sync>> {
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
        Some(times) if channel.name == "IBI" => RrSeries::with_times(intervals, times)?,
        _ => RrSeries::from_millis(intervals)?,
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
