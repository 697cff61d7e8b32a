use std::{ops::Range, path::Path};

use emo_dsp::SampleRate;
use emo_eeg::{ChannelKind, normalize_channel_name};
use emo_recording::{Annotation, Channel, CsvConfig, Recording, RecordingError};
use ndarray::{Array2, ArrayView1, Axis, s};

use crate::{EegSignal, InputError};

/// A channel that misses more of its samples than this is left aside, as it would make all others miss them.
const MOST_MISSING: f64 = 0.5;

/// The EEG of a whole recording, with the stretches in which all channels were recorded without a gap.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EegRecording {
    /// `[channels, samples]` in microvolts, the samples of all stretches and NaN where one is missing.
    pub samples: Array2<f32>,
    /// The names of the channels, as the file has them.
    pub channels: Vec<String>,
    /// Samples per second.
    pub sample_rate: SampleRate,
    /// The stretches of neighbouring samples, in order; at least one.
    pub stretches: Vec<Stretch>,
    /// What else the file holds.
    pub left_aside: Vec<LeftAside>,
    /// What the file says that happened meanwhile, by onset, in seconds after the recording's start.
    pub annotations: Vec<Annotation>,
}

/// Neighbouring samples of a recording.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Stretch {
    /// When the first of them was taken, in seconds after the recording's start.
    pub start_s: f64,
    /// Which they are.
    pub samples: Range<usize>,
}

/// A channel that is no part of the EEG, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftAside {
    /// Its name.
    pub channel: String,
    /// Why, as a part of a sentence: `not a voltage`.
    pub reason: String,
}

impl EegRecording {
    /// Reads a file (EDF, BDF, BrainVision, XDF, CSV). `sample_rate` in Hz is needed where the file has none; a CSV
    /// is taken to be in microvolts. The rest is as for [`of`](Self::of).
    ///
    /// # Errors
    /// As [`of`](Self::of), and [`InputError::Recording`] for a file that cannot be read.
    pub fn read(
        path: impl AsRef<Path>,
        sample_rate: Option<f64>,
        named: &[String],
    ) -> Result<Self, InputError> {
        let mut csv = CsvConfig::default();
        csv.sample_rate = sample_rate.map(SampleRate::from_hz).transpose()?;
        csv.unit = Some("uV".to_owned());
        Self::of(&Recording::read_with(path, &csv)?, named)
    }

    /// The EEG among the channels of a recording: the voltages of the most frequent rate, length and beginning.
    ///
    /// What a name says to be something else ([`ChannelKind::Other`], as an ECG) is left aside, unless `named` has it;
    /// so is a channel of which more than half is missing. A sample that one of the channels misses is missing in all.
    ///
    /// # Errors
    /// - [`InputError::Channel`] if no channel is left, or none of their samples.
    /// - [`InputError::MissingSampleRate`] without a rate.
    pub fn of(recording: &Recording, named: &[String]) -> Result<Self, InputError> {
        let named: Vec<String> = named
            .iter()
            .map(|name| normalize_channel_name(name))
            .collect();
        let mut left_aside = Vec::new();
        let mut leave = |channel: &Channel, reason: String| {
            left_aside.push(LeftAside {
                channel: channel.name.clone(),
                reason,
            });
        };
        let mut voltages: Vec<(&Channel, Vec<f32>)> = Vec::new();
        for channel in &recording.channels {
            let missing: usize = channel.missing.iter().map(ExactSizeIterator::len).sum();
            let is_named = || named.contains(&normalize_channel_name(&channel.name));
            match channel.to_microvolts() {
                // Triggers, counters and the like.
                Err(RecordingError::NotAVoltage { .. }) => {
                    leave(channel, "not a voltage".to_owned())
                }
                Err(error) => return Err(error.into()),
                Ok(_)
                    if ChannelKind::of_name(&channel.name) == ChannelKind::Other && !is_named() =>
                {
                    leave(channel, "not EEG by its name".to_owned());
                }
                Ok(_) if missing as f64 > MOST_MISSING * channel.samples.len() as f64 => {
                    leave(
                        channel,
                        format!("{missing} of {} samples are missing", channel.samples.len()),
                    );
                }
                Ok(_) if channel.times.is_some() => {
                    leave(channel, "samples at uneven times".to_owned())
                }
                Ok(samples) => voltages.push((channel, samples)),
            }
        }
        let alike = |a: &Channel, b: &Channel| {
            a.sample_rate.map(SampleRate::hz) == b.sample_rate.map(SampleRate::hz)
                && a.samples.len() == b.samples.len()
                && a.start == b.start
        };
        let count = |a: &Channel| voltages.iter().filter(|(b, _)| alike(a, b)).count();
        let Some(&(first, _)) = voltages
            .iter()
            .rev()
            .max_by_key(|(channel, _)| count(channel))
        else {
            return Err(nothing(recording, &left_aside));
        };
        let (used, others): (Vec<_>, Vec<_>) = voltages
            .into_iter()
            .partition(|(channel, _)| alike(first, channel));
        for (channel, _) in others {
            left_aside.push(LeftAside {
                channel: channel.name.clone(),
                reason: "of another rate, length or beginning".to_owned(),
            });
        }
        let sample_rate = first.sample_rate.ok_or(InputError::MissingSampleRate)?;
        let stretches = stretches(used.iter().map(|(channel, _)| *channel), first);
        if stretches.is_empty() {
            return Err(InputError::Channel {
                problem: format!(
                    "there is no sample that all {} channels have ({})",
                    used.len(),
                    names(used.iter().map(|(channel, _)| channel.name.as_str())),
                ),
            });
        }
        let mut samples = Array2::zeros((used.len(), first.samples.len()));
        for (mut row, (_, voltage)) in samples.axis_iter_mut(Axis(0)).zip(&used) {
            row.assign(&ArrayView1::from(voltage));
        }
        Ok(Self {
            samples,
            channels: used
                .iter()
                .map(|(channel, _)| channel.name.clone())
                .collect(),
            sample_rate,
            stretches,
            left_aside,
            annotations: recording.annotations.clone(),
        })
    }

    /// The samples of a stretch.
    pub fn signal(&self, stretch: &Stretch) -> EegSignal {
        EegSignal {
            samples: self
                .samples
                .slice(s![.., stretch.samples.clone()])
                .to_owned(),
            channels: self.channels.clone(),
            sample_rate: self.sample_rate,
        }
    }

    /// The longest stretch, the last one of equal ones.
    pub fn longest_stretch(&self) -> &Stretch {
        let longest = self
            .stretches
            .iter()
            .max_by_key(|stretch| stretch.samples.len());
        longest.expect("there is at least one stretch")
    }
}

/// The samples that every channel has, cut where any channel has a gap.
fn stretches<'r>(channels: impl Iterator<Item = &'r Channel>, first: &Channel) -> Vec<Stretch> {
    let whole = 0..first.samples.len();
    let common = channels.fold(vec![whole], |common, channel| {
        let own: Vec<Range<usize>> = channel.segments().collect();
        intersections(&common, &own)
    });
    common
        .into_iter()
        .map(|samples| Stretch {
            start_s: first.time_of(samples.start).unwrap_or_default(),
            samples,
        })
        .collect()
}

/// What two lists of ranges in order have in common.
fn intersections(a: &[Range<usize>], b: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut i, mut k) = (0, 0);
    let mut common = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(k)) {
        let both = x.start.max(y.start)..x.end.min(y.end);
        if both.start < both.end {
            common.push(both);
        }
        if x.end <= y.end {
            i += 1;
        } else {
            k += 1;
        }
    }
    common
}

fn nothing(recording: &Recording, left_aside: &[LeftAside]) -> InputError {
    let why = |channel: &Channel| {
        let found = left_aside.iter().find(|left| left.channel == channel.name);
        let reason = found.map_or("", |left| left.reason.as_str());
        format!("{}: {reason}", channel.name)
    };
    const SHOWN: usize = 12;
    let mut list: Vec<String> = recording.channels.iter().take(SHOWN).map(why).collect();
    if recording.channels.len() > SHOWN {
        list.push("…".to_owned());
    }
    InputError::Channel {
        problem: format!("no channel is EEG ({})", list.join("; ")),
    }
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_meet_where_both_are() {
        let common = intersections(&[0..10, 12..20], &[2..5, 5..13, 15..30]);
        assert_eq!(common, [2..5, 5..10, 12..13, 15..20]);
        assert!(intersections(&[0..3, 6..7], &[3..5, 7..8]).is_empty());
    }
}
