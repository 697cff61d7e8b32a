//! What a file holds of a heart, with its gaps.

use std::{error::Error, ops::Range, path::Path};

use emo_examples::heart::{HeartSignal, Signal, heart_channel, read_heart_recording, read_rr};
use emo_fusion::{
    Inputs,
    hr::RrSeries,
    recording::{Channel, Recording},
};

type Failure = Box<dyn Error + Send + Sync>;

/// Intervals in ms that a list without a header may hold.
const PLAUSIBLE_MS: Range<f64> = 200.0..3000.0;

/// A recording of a heart.
pub(crate) enum Source {
    /// An electrocardiogram or a photoplethysmogram.
    Signal(Signal),
    /// Intervals between beats.
    Intervals(RrSeries),
    /// A heart rate as a device gave it.
    Rate(Rate),
}

/// A heart rate over time.
pub(crate) struct Rate {
    /// Times in seconds and beats per minute; NaN in gaps.
    pub(crate) values: Vec<(f64, f64)>,
    /// Seconds from one value to the next.
    pub(crate) step_s: f64,
}

/// Reads a file; `signal` says what it holds, or else the names of its channels.
pub(crate) fn read(
    path: &Path,
    signal: Option<HeartSignal>,
    rate_hz: Option<f64>,
) -> Result<(HeartSignal, Source), Failure> {
    let (signal, opened) = match signal {
        Some(signal) => (signal, None),
        None => {
            let opened = read_heart_recording(path, rate_hz);
            match guess(path, opened.as_ref().ok()) {
                Some(signal) => (signal, Some(opened)),
                None => return Err(unclear(path, &opened?)),
            }
        }
    };
    if signal == HeartSignal::Rr {
        return Ok((signal, Source::Intervals(read_rr(path)?)));
    }
    let default_hz = (signal == HeartSignal::Bpm).then_some(1.0);
    let recording = match opened {
        Some(opened) if rate_hz.or(default_hz) == rate_hz => opened?,
        _ => read_heart_recording(path, rate_hz.or(default_hz))?,
    };
    let source = if signal == HeartSignal::Bpm {
        Source::Rate(rates(heart_channel(&recording, signal)?)?)
    } else {
        Source::Signal(Signal::of(&recording, signal)?)
    };
    Ok((signal, source))
}

/// What the channels' names say, or else numbers that can be nothing but intervals.
fn guess(path: &Path, recording: Option<&Recording>) -> Option<HeartSignal> {
    let channels = recording.map_or(&[][..], |recording| &recording.channels);
    let names: Vec<String> = channels
        .iter()
        .map(|channel| channel.name.to_lowercase())
        .collect();
    let any = |prefixes: &[&str]| {
        let mut names = names.iter();
        names.any(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    };
    if any(&["ecg", "ekg"]) {
        return Some(HeartSignal::Ecg);
    }
    if any(&["ppg", "bvp", "pleth"]) {
        return Some(HeartSignal::Ppg);
    }
    if any(&["ibi", "rr"]) {
        return Some(HeartSignal::Rr);
    }
    if any(&["bpm", "hr", "heart"]) {
        return Some(HeartSignal::Bpm);
    }
    // Leads by their names alone, as `MLII`.
    if names.len() > 1
        && let Some(recording) = recording
        && Inputs::ecg_channel(recording).is_ok()
    {
        return Some(HeartSignal::Ecg);
    }
    let is_plausible = |rr: &RrSeries| {
        let mut intervals = rr.intervals_ms().iter();
        !rr.is_empty() && intervals.all(|ms| PLAUSIBLE_MS.contains(ms))
    };
    let has_intervals = read_rr(path).is_ok_and(|rr| is_plausible(&rr));
    has_intervals.then_some(HeartSignal::Rr)
}

fn unclear(path: &Path, recording: &Recording) -> Failure {
    let names = recording.channels.iter();
    let names: Vec<String> = names.map(|channel| channel.name.to_lowercase()).collect();
    format!(
        "{}: its channels ({}) do not say what it holds: use --signal",
        path.display(),
        names.join(", ")
    )
    .into()
}

/// Steps after which a value is missing.
const LONG_STEP: f64 = 2.5;

fn rates(channel: &Channel) -> Result<Rate, Failure> {
    let n = channel.samples.len();
    if n == channel
        .missing
        .iter()
        .map(ExactSizeIterator::len)
        .sum::<usize>()
    {
        return Err(format!(
            "none of the {n} values of channel {} was measured",
            channel.name
        )
        .into());
    }
    let times: Option<Vec<f64>> = (0..n).map(|sample| channel.time_of(sample)).collect();
    let times = times.ok_or_else(|| format!("channel {} has no times", channel.name))?;
    let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    let step_s = steps.get(steps.len() / 2).copied().unwrap_or(1.0);
    let mut values: Vec<(f64, f64)> = Vec::with_capacity(n);
    for (&time, &bpm) in times.iter().zip(&channel.samples) {
        let time = time - times[0];
        if let Some(&(before, _)) = values.last() {
            if time <= before {
                return Err(format!(
                    "channel {}: a clock went back from {before} s to {time} s",
                    channel.name
                )
                .into());
            }
            if time - before > LONG_STEP * step_s {
                values.push((before + step_s, f64::NAN));
            }
        }
        values.push((time, f64::from(bpm)));
    }
    Ok(Rate { values, step_s })
}
