#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use emo_dsp::SampleRate;

use crate::xdf::Stream;
use crate::xdf_clock::{even_ends, robust_line, stretches};
use crate::xdf_header::{FORMAT, Format};
use crate::{Annotation, Channel, Gap, Recording, RecordingError, StartTime};

/// How far a clock offset may be from the line through all, in seconds: beyond, the clock was set anew.
const LONGEST_JUMP: f64 = 1.0;

/// Brings the streams into one time, counted from the first sample.
pub(crate) fn to_recording(
    mut streams: Vec<Stream>,
    start: Option<StartTime>,
) -> Result<Recording, RecordingError> {
    if streams
        .iter()
        .all(|stream| stream.header.format == Format::String)
    {
        return Err(RecordingError::NoSignals);
    }
    let mut timings = Vec::new();
    for stream in &mut streams {
        synchronize(stream)?;
        timings.push(Timing::of(stream)?);
    }
    let first = timings
        .iter()
        .filter_map(Timing::first)
        .fold(f64::INFINITY, f64::min);
    let mut recording = Recording {
        channels: Vec::new(),
        annotations: Vec::new(),
        start,
    };
    for (stream, timing) in streams.into_iter().zip(timings) {
        add(stream, timing, first, &mut recording);
    }
    recording
        .annotations
        .sort_by(|a, b| a.onset.total_cmp(&b.onset));
    Ok(recording)
}

fn synchronize(stream: &mut Stream) -> Result<(), RecordingError> {
    if stream.clock_offsets.is_empty() {
        return Ok(());
    }
    let (at_zero, slope) = robust_line(&stream.clock_offsets);
    let is_jump =
        |&(time, offset): &(f64, f64)| (offset - at_zero - slope * time).abs() > LONGEST_JUMP;
    if stream.clock_offsets.iter().any(is_jump) {
        return Err(RecordingError::Unsupported {
            format: "XDF stream whose clock was set anew",
        });
    }
    for stamp in &mut stream.stamps {
        *stamp += at_zero + slope * *stamp;
    }
    Ok(())
}

/// When a stream's samples were taken.
enum Timing {
    /// At these times.
    Uneven(Vec<f64>),
    Even {
        sample_rate: SampleRate,
        /// The first sample of each stretch, and its time.
        stretches: Vec<(usize, f64)>,
    },
}

impl Timing {
    fn of(stream: &mut Stream) -> Result<Self, RecordingError> {
        let header = &stream.header;
        let stamps = std::mem::take(&mut stream.stamps);
        if header.nominal_rate == 0.0 || header.can_drop_samples || header.format == Format::String
        {
            return Ok(Self::Uneven(stamps));
        }
        let (mut n_steps, mut seconds) = (0, 0.0);
        let mut firsts = Vec::new();
        for range in stretches(&stamps, header.nominal_rate) {
            let stretch = stamps.get(range.clone()).unwrap_or_default();
            let (first, last) = even_ends(stretch);
            n_steps += stretch.len().saturating_sub(1);
            seconds += last - first;
            firsts.push((range.start, first));
        }
        let rate = if n_steps == 0 {
            header.nominal_rate
        } else {
            n_steps as f64 / seconds
        };
        let sample_rate = SampleRate::from_hz(rate).map_err(|_| RecordingError::InvalidValue {
            format: FORMAT,
            place: format!("time stamps of stream {:?}", header.name),
            value: format!("{n_steps} steps in {seconds} s"),
            expected: "stamps that grow",
        })?;
        Ok(Self::Even {
            sample_rate,
            stretches: firsts,
        })
    }

    fn first(&self) -> Option<f64> {
        match self {
            Self::Uneven(times) => times.iter().copied().reduce(f64::min),
            Self::Even { stretches, .. } => {
                let times = stretches.iter().map(|&(_, time)| time);
                times.reduce(f64::min)
            }
        }
    }
}

fn add(stream: Stream, timing: Timing, first: f64, recording: &mut Recording) {
    let header = stream.header;
    let source = Some(header.name.clone()).filter(|name| !name.is_empty());
    if header.format == Format::String {
        let Timing::Uneven(times) = timing else {
            return;
        };
        let to_annotation = |(sample, text): (usize, String)| {
            Some(Annotation {
                source: source.clone(),
                ..Annotation::new(times.get(sample)? - first, text)
            })
        };
        let strings = stream.strings.into_iter();
        recording
            .annotations
            .extend(strings.filter_map(to_annotation));
        return;
    }
    let mut samples = stream.channels.into_iter();
    let mut labels = header.channels.into_iter();
    for number in 1..=header.n_channels {
        let samples = samples.next().unwrap_or_default();
        let (label, unit) = labels.next().unwrap_or_default();
        let name = if label.is_empty() {
            format!("{} {number}", header.name)
        } else {
            label
        };
        let mut channel = Channel {
            source: source.clone(),
            unit: Some(unit).filter(|unit| !unit.is_empty()),
            missing: samples.missing,
            ..Channel::new(name, samples.values)
        };
        match &timing {
            Timing::Uneven(times) => {
                let times = times.iter().map(|time| time - first).collect();
                channel.times = Some(times);
            }
            Timing::Even {
                sample_rate,
                stretches,
            } => {
                channel.sample_rate = Some(*sample_rate);
                set_gaps(&mut channel, *sample_rate, stretches, first);
            }
        }
        recording.channels.push(channel);
    }
}

/// Gaps such that each stretch begins at its time.
fn set_gaps(channel: &mut Channel, rate: SampleRate, stretches: &[(usize, f64)], first: f64) {
    let Some(&(_, start)) = stretches.first() else {
        return;
    };
    channel.start = start - first;
    let mut passed_over = 0.0;
    for &(sample, time) in stretches.iter().skip(1) {
        let seconds = time - start - sample as f64 / rate.hz() - passed_over;
        passed_over += seconds;
        channel.gaps.push(Gap { sample, seconds });
    }
}
