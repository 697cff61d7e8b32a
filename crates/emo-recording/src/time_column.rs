#![deny(clippy::indexing_slicing, clippy::cast_sign_loss)]

use emo_dsp::SampleRate;

use crate::RecordingError;

/// Decimals beyond which a time counts as exact: as many as `f64` resolves in the seconds of a day.
const EXACT_DECIMALS: i32 = 10;

/// Seconds that 1 stands for in a time column of this name and unit; `None` for other columns.
pub(crate) fn seconds_per_unit(name: &str, unit: Option<&str>) -> Option<f64> {
    let unit = unit.map(str::to_lowercase);
    let in_unit = match unit.as_deref() {
        None | Some("s" | "sec" | "second" | "seconds") => Some(1.0),
        Some("ms" | "millisecond" | "milliseconds") => Some(1e-3),
        Some(_) => None,
    };
    match name.to_lowercase().as_str() {
        "time" | "t" | "timestamp" | "second" | "seconds" | "s" | "time_s" | "t_s"
        | "timestamp_s" => in_unit,
        "ms" | "milliseconds" | "time_ms" | "t_ms" | "timestamp_ms" => Some(1e-3),
        _ => None,
    }
}

/// The times of a table's rows.
pub(crate) struct Times {
    seconds_per_unit: f64,
    /// Line and time in seconds.
    rows: Vec<(u64, f64)>,
    /// Half the last place that the file writes, in seconds, at its finest.
    rounding: f64,
}

impl Times {
    pub(crate) fn new(seconds_per_unit: f64) -> Self {
        Self {
            seconds_per_unit,
            rows: Vec::new(),
            rounding: 0.5 * seconds_per_unit,
        }
    }

    /// Adds the time of a line: its value, and how the file writes it.
    pub(crate) fn push(&mut self, line: u64, value: f64, text: &str) {
        self.rows.push((line, value * self.seconds_per_unit));
        let decimals = match text.split_once('.') {
            _ if text.contains(['e', 'E']) => EXACT_DECIMALS,
            Some((_, decimals)) => i32::try_from(decimals.len()).unwrap_or(i32::MAX),
            None => 0,
        };
        let last_place = 10_f64.powi(-decimals.min(EXACT_DECIMALS));
        self.rounding = self.rounding.min(0.5 * last_place * self.seconds_per_unit);
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
        let n_steps = (self.rows.len() - 1) as f64;
        let duration = last - first;
        let step = duration / n_steps;
        let uneven = |line, time| RecordingError::UnevenTimes { line, time, step };
        if !(step.is_finite() && duration > 2.0 * self.rounding) {
            return Err(uneven(last_line, last));
        }
        let mut previous = first - step;
        for (row, &(line, time)) in self.rows.iter().enumerate() {
            let is_even = (time - previous - step).abs() <= 0.5 * step + 2.0 * self.rounding;
            let on_grid = (time - first - row as f64 * step).abs() <= step + 2.0 * self.rounding;
            if !(is_even && on_grid) {
                return Err(uneven(line, time));
            }
            previous = time;
        }
        // Both ends may be off by the rounding, so the rate is known to lie in this range.
        let slowest = n_steps / (duration + 2.0 * self.rounding);
        let fastest = n_steps / (duration - 2.0 * self.rounding);
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
            column.push(line, text.parse().expect("a number"), &text);
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
