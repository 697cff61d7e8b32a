#![deny(clippy::indexing_slicing, clippy::cast_sign_loss)]

use emo_dsp::SampleRate;

use crate::start_time::seconds_of_time;
use crate::{Gap, RecordingError, StartTime};

/// Decimals beyond which a time counts as exact: as many as `f64` resolves in the seconds of a day.
const EXACT_DECIMALS: i32 = 10;

/// Seconds that 1 stands for in a time column of this name and unit; `None` for other columns.
pub(crate) fn seconds_per_unit(name: &str, unit: Option<&str>) -> Option<f64> {
    let unit = unit.map(str::to_lowercase);
    let in_unit = match unit.as_deref() {
        None | Some("s" | "sec" | "second" | "seconds") => Some(1.0),
        Some("ms" | "millisecond" | "milliseconds") => Some(1e-3),
        Some("us" | "\u{b5}s" | "\u{3bc}s" | "microseconds") => Some(1e-6),
        Some("ns" | "nanoseconds") => Some(1e-9),
        Some(_) => None,
    };
    match name.to_lowercase().as_str() {
        "time" | "t" | "timestamp" | "timestamps" | "second" | "seconds" | "s" | "time_s"
        | "t_s" | "timestamp_s" | "datetime" | "date_time" | "unix_time" | "epoch" => in_unit,
        "ms" | "milliseconds" | "time_ms" | "t_ms" | "timestamp_ms" => Some(1e-3),
        _ => None,
    }
}

/// What a cell of times says.
pub(crate) enum Stamp {
    /// Seconds, from whatever the file counts from, and the seconds that 1 stands for.
    Seconds(f64, f64),
    /// A date and time.
    Date(StartTime),
}

/// Reads a cell of times: a number, a date and time in ISO 8601, or a time of the day.
///
/// Numbers without a unit that are too large for seconds of these centuries are epoch times: from 10¹¹ on in
/// milliseconds, from 10¹⁴ on in microseconds, from 10¹⁷ on in nanoseconds.
pub(crate) fn parse_stamp(cell: &str, seconds_per_unit: f64) -> Option<Stamp> {
    if let Ok(number) = cell.parse::<f64>() {
        let factor = match number {
            _ if seconds_per_unit != 1.0 || number < 1e11 => seconds_per_unit,
            _ if number < 1e14 => 1e-3,
            _ if number < 1e17 => 1e-6,
            _ => 1e-9,
        };
        let seconds = number * factor;
        return seconds
            .is_finite()
            .then_some(Stamp::Seconds(seconds, factor));
    }
    if let Some(date) = StartTime::from_iso8601(cell) {
        return Some(Stamp::Date(date));
    }
    seconds_of_time(cell, ':').map(|seconds| Stamp::Seconds(seconds, 1.0))
}

/// From 2001-09-09 on, seconds are those of the epoch.
const EPOCH: f64 = 1e9;

/// The times of a table's rows.
#[derive(Debug)]
pub(crate) struct Times {
    seconds_per_unit: f64,
    /// Line and time in seconds.
    rows: Vec<(u64, f64)>,
    /// Half the last place that the file writes, in seconds, at its finest.
    rounding: f64,
    /// Half the last place of the largest time in memory, in seconds.
    resolution: f64,
    start: Option<StartTime>,
}

impl Times {
    pub(crate) fn new(seconds_per_unit: f64) -> Self {
        Self {
            seconds_per_unit,
            rows: Vec::new(),
            rounding: 0.5 * seconds_per_unit,
            resolution: 0.0,
            start: None,
        }
    }

    /// Adds the time of a line as the file writes it. False if it is none.
    pub(crate) fn push(&mut self, line: u64, text: &str) -> bool {
        let Some(stamp) = parse_stamp(text, self.seconds_per_unit) else {
            return false;
        };
        let (seconds, unit) = match stamp {
            Stamp::Seconds(seconds, unit) => {
                if self.rows.is_empty() && seconds >= EPOCH {
                    self.start = Some(StartTime::utc(seconds));
                }
                (seconds, unit)
            }
            Stamp::Date(date) => {
                if self.rows.is_empty() {
                    self.start = Some(date);
                }
                (date.unix_seconds, 1.0)
            }
        };
        self.rows.push((line, seconds));
        let text = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let decimals = match text.split_once('.') {
            _ if text.contains(['e', 'E']) => EXACT_DECIMALS,
            Some((_, decimals)) => i32::try_from(decimals.len()).unwrap_or(i32::MAX),
            None => 0,
        };
        let last_place = 10_f64.powi(-decimals.min(EXACT_DECIMALS));
        self.rounding = self.rounding.min(0.5 * last_place * unit);
        // Large times have fewer decimals than the file writes.
        self.resolution = self.resolution.max(seconds.abs() * f64::EPSILON);
        true
    }

    /// The time of a cell in seconds.
    pub(crate) fn seconds_of(cell: &str, seconds_per_unit: f64) -> Option<f64> {
        Some(match parse_stamp(cell, seconds_per_unit)? {
            Stamp::Seconds(seconds, _) => seconds,
            Stamp::Date(date) => date.unix_seconds,
        })
    }

    /// The time of the first row in seconds.
    pub(crate) fn first(&self) -> Option<f64> {
        self.rows.first().map(|&(_, time)| time)
    }

    /// When the first row was, if the times say it.
    pub(crate) fn start(&self) -> Option<StartTime> {
        self.start
    }

    /// Seconds from a time to each row.
    pub(crate) fn since(&self, zero: f64) -> Vec<f64> {
        self.rows.iter().map(|&(_, time)| time - zero).collect()
    }

    /// The rate of stretches of even steps, and the gaps between them, which are steps of more than one and a half.
    pub(crate) fn stretches(&self) -> Result<(SampleRate, Vec<Gap>), RecordingError> {
        let whole = self.sample_rate();
        let Err(RecordingError::UnevenTimes { .. }) = whole else {
            return Ok((whole?, Vec::new()));
        };
        let rounding = self.rounding.max(self.resolution);
        let step_of = |pair: &[(u64, f64)]| match pair {
            [(_, a), (_, b)] => b - a,
            _ => 0.0,
        };
        let mut steps: Vec<f64> = self.rows.windows(2).map(step_of).collect();
        let middle = steps.len() / 2;
        let (_, &mut usual, _) = steps.select_nth_unstable_by(middle, f64::total_cmp);
        let longest = 1.5 * usual + 2.0 * rounding;
        let is_near = |a: &(u64, f64), b: &(u64, f64)| b.1 - a.1 <= longest;
        let stretches: Vec<&[(u64, f64)]> = self.rows.chunk_by(is_near).collect();
        let (mut n_steps, mut seconds) = (0, 0.0);
        for stretch in &stretches {
            if let (Some(first), Some(last)) = (stretch.first(), stretch.last()) {
                n_steps += stretch.len() - 1;
                seconds += last.1 - first.1;
            }
        }
        let mean = seconds / n_steps as f64;
        let whole_rate = (1.0 / mean).round();
        let error = 2.0 * rounding * stretches.len() as f64;
        let is_whole = whole_rate >= 1.0 && (n_steps as f64 / whole_rate - seconds).abs() <= error;
        let rate = if is_whole { whole_rate } else { 1.0 / mean };
        let step = 1.0 / rate;
        let uneven = |line, time| RecordingError::UnevenTimes { line, time, step };
        let mut gaps = Vec::new();
        let (mut sample, mut expected) = (0, None);
        for stretch in stretches {
            let Some(&(first_line, first)) = stretch.first() else {
                continue;
            };
            if let Some(expected) = expected {
                let seconds: f64 = first - expected;
                if seconds.is_nan() || seconds <= 0.0 {
                    return Err(uneven(first_line, first));
                }
                gaps.push(Gap { sample, seconds });
            }
            let mut previous = first - step;
            for (row, &(line, time)) in stretch.iter().enumerate() {
                let is_even = (time - previous - step).abs() <= 0.5 * step + 2.0 * rounding;
                let on_grid = (time - first - row as f64 * step).abs() <= step + 2.0 * rounding;
                if !(is_even && on_grid) {
                    return Err(uneven(line, time));
                }
                previous = time;
            }
            sample += stretch.len();
            expected = Some(first + stretch.len() as f64 * step);
        }
        let sample_rate = SampleRate::from_hz(rate).map_err(|_| uneven(0, 0.0))?;
        Ok((sample_rate, gaps))
    }

    /// The rate that even steps have.
    pub(crate) fn sample_rate(&self) -> Result<SampleRate, RecordingError> {
        let (Some(&(_, first)), Some(&(last_line, last)), true) =
            (self.rows.first(), self.rows.last(), self.rows.len() > 1)
        else {
            return Err(RecordingError::TooFewRows {
                actual: self.rows.len(),
                required: 2,
            });
        };
        let rounding = self.rounding.max(self.resolution);
        let n_steps = (self.rows.len() - 1) as f64;
        let duration = last - first;
        let step = duration / n_steps;
        let uneven = |line, time| RecordingError::UnevenTimes { line, time, step };
        if !(step.is_finite() && duration > 2.0 * rounding) {
            return Err(uneven(last_line, last));
        }
        let mut previous = first - step;
        for (row, &(line, time)) in self.rows.iter().enumerate() {
            let is_even = (time - previous - step).abs() <= 0.5 * step + 2.0 * rounding;
            let on_grid = (time - first - row as f64 * step).abs() <= step + 2.0 * rounding;
            if !(is_even && on_grid) {
                return Err(uneven(line, time));
            }
            previous = time;
        }
        // Both ends may be off by the rounding, so the rate is known to lie in this range.
        let slowest = n_steps / (duration + 2.0 * rounding);
        let fastest = n_steps / (duration - 2.0 * rounding);
        let rate = n_steps / duration;
        let whole = rate.round();
        let rate = if whole >= 1.0 && (slowest..=fastest).contains(&whole) {
            whole
        } else {
            rate
        };
        SampleRate::from_hz(rate).map_err(|_| uneven(last_line, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(times: impl IntoIterator<Item = String>) -> Result<f64, RecordingError> {
        let mut column = Times::new(1.0);
        for (line, text) in (2..).zip(times) {
            assert!(column.push(line, &text));
        }
        column.sample_rate().map(SampleRate::hz)
    }

    fn stamps(hz: f64, n: u32, decimals: usize) -> Vec<String> {
        (0..n)
            .map(|i| format!("{:.decimals$}", f64::from(i) / hz))
            .collect()
    }

    #[test]
    fn rounded_stamps_give_the_whole_rate() {
        for hz in [1.0, 4.0, 64.0, 128.0, 250.0, 256.0, 512.0] {
            for decimals in 2..=6 {
                let actual = rate(stamps(hz, 600, decimals)).expect("even steps");
                assert_eq!(actual, hz, "{decimals} decimals");
            }
        }
    }

    #[test]
    fn rates_that_are_not_whole_stay_so() {
        assert_eq!(rate(stamps(2.5, 11, 1)).expect("even steps"), 2.5);
        let actual = rate(stamps(127.5, 12_751, 6)).expect("even steps");
        assert!((actual - 127.5).abs() < 1e-5, "{actual}");
    }

    #[test]
    fn uneven_steps_are_named() {
        let mut gap = stamps(10.0, 100, 3);
        gap.remove(40);
        assert!(matches!(
            rate(gap),
            Err(RecordingError::UnevenTimes { line: 42, .. })
        ));
        let mut back = stamps(10.0, 100, 3);
        back.swap(10, 11);
        assert!(matches!(
            rate(back),
            Err(RecordingError::UnevenTimes { line: 12, .. })
        ));
        let still = ["1.0", "1.0", "1.0"].map(str::to_owned);
        assert!(matches!(
            rate(still),
            Err(RecordingError::UnevenTimes { .. })
        ));
        assert!(matches!(
            rate(["0.5".to_owned()]),
            Err(RecordingError::TooFewRows {
                actual: 1,
                required: 2
            })
        ));
    }

    #[test]
    fn drifting_steps_leave_the_grid() {
        let drifting = (0..200).map(|i| {
            let i = f64::from(i);
            format!("{:.6}", i + 0.001 * i * i)
        });
        assert!(matches!(
            rate(drifting),
            Err(RecordingError::UnevenTimes { .. })
        ));
    }
}
