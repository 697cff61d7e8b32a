use emo_dsp::{FilterBand, SampleRate, Sos};

use crate::HrError;
use crate::beat_stream::MIN_LINE_HZ;
use crate::moving_average::{centred_mean, zero_phase_mean};
use crate::peaks::{beats_in, waves};
use crate::signal::{check_len, samples_in};

/// Seconds over which the steepness of the signal is averaged.
const SMOOTH_SECONDS: f64 = 0.1;
/// Seconds over which that average is averaged again, as the level it has to exceed.
const LEVEL_SECONDS: f64 = 0.75;
/// How far it has to exceed that level.
const LEVEL_FACTOR: f64 = 1.5;
/// Length of a QRS complex relative to the mean, below which it is ignored.
const MIN_RELATIVE_LEN: f64 = 0.4;
/// Seconds to the beat before, below which a peak is ignored.
const MIN_DELAY_SECONDS: f64 = 0.3;

/// NeuroKit2's own detector and its cleaning.
#[derive(Debug, Clone)]
pub(super) struct Gradient {
    high_pass: Sos,
    line_len: usize,
    smooth_len: usize,
    level_len: usize,
    min_delay: usize,
}

impl Gradient {
    pub(super) fn new(sample_rate: SampleRate, line_hz: f64) -> Result<Self, HrError> {
        let hz = sample_rate.hz();
        let line_len = if hz >= 100.0 { hz / line_hz } else { 2.0 };
        if !(line_hz.is_finite() && line_hz >= MIN_LINE_HZ && line_len >= 2.0) {
            return Err(HrError::InvalidSetting {
                name: "line_hz",
                value: line_hz,
                expected: "at least 10 and at most half the sample rate",
            });
        }
        let edge = FilterBand::HighPass { cutoff_hz: 0.5 };
        Ok(Self {
            high_pass: Sos::butterworth(5, edge, sample_rate)?,
            line_len: line_len as usize,
            smooth_len: samples_in(SMOOTH_SECONDS, hz),
            level_len: samples_in(LEVEL_SECONDS, hz),
            min_delay: samples_in(MIN_DELAY_SECONDS, hz),
        })
    }

    pub(super) fn min_len(&self) -> usize {
        self.high_pass
            .filtfilt_min_len()
            .max(3 * self.line_len + 1)
            .max(self.level_len)
    }

    pub(super) fn cleaned(&self, ecg: &[f64]) -> Result<Vec<f64>, HrError> {
        check_len(ecg.len(), self.min_len())?;
        let without_drift = self.high_pass.filtfilt(ecg)?;
        Ok(zero_phase_mean(&without_drift, self.line_len))
    }

    pub(super) fn marks(&self, cleaned: &[f64]) -> Vec<usize> {
        let smooth = centred_mean(&steepness(cleaned), self.smooth_len);
        let level = centred_mean(&smooth, self.level_len);
        let complexes = waves(
            smooth
                .iter()
                .zip(&level)
                .map(|(x, level)| *x > LEVEL_FACTOR * level),
        );
        let total: usize = complexes.iter().map(ExactSizeIterator::len).sum();
        let min_len = MIN_RELATIVE_LEN * total as f64 / complexes.len() as f64;
        let long_enough = complexes
            .into_iter()
            .filter(|complex| complex.len() as f64 >= min_len);
        beats_in(cleaned, long_enough, self.min_delay)
    }
}

/// The magnitude of central differences, one-sided at the ends; `signal` has at least two samples.
fn steepness(signal: &[f64]) -> Vec<f64> {
    let n = signal.len();
    let mut steepness = Vec::with_capacity(n);
    steepness.push((signal[1] - signal[0]).abs());
    let inner = signal[2..].iter().zip(signal);
    steepness.extend(inner.map(|(right, left)| 0.5 * (right - left).abs()));
    steepness.push((signal[n - 1] - signal[n - 2]).abs());
    steepness
}
