use std::f64::consts::{PI, TAU};

use emo_dsp::{FilterBand, SampleRate, Sos};
use ndarray::{ArrayRef2, Axis};

use crate::EegError;
use crate::differential_entropy::variance;
use crate::window::checked_channel;

/// Equal samples at a channel's extreme from which on they count as clipped.
const RAIL_RUN: usize = 3;

/// Width of the amplitude term's slope relative to its centre; our choice: 0.999 at half the limit, 0.001 at 1.7 times.
const LOGISTIC_WIDTH: f64 = 0.1;

/// Settings of [`Quality`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QualityConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Distance from the channel's mean, in µV, at which the amplitude term is one half. Default: 150 µV, a common
    /// limit of peak amplitude in artefact rejection.
    pub amplitude_uv: f64,
    /// Change from sample to sample, in µV, up to which a channel stands still. Default: 0.01 µV, below the noise of
    /// an electrode in contact.
    pub flat_step_uv: f64,
    /// Time in seconds from which on standing still counts as flat. Default: 0.1 s, a period of the alpha rhythm.
    pub flat_seconds: f64,
    /// The device's limit: samples at or beyond ± this many µV are clipped. Default: none, and samples are clipped
    /// that repeat the channel's highest or lowest value at least three times in a row.
    pub rail_uv: Option<f64>,
    /// Excess kurtosis at which its term is one half: electrode pops have tens, EEG about 0. Default: none, and the term
    /// is left out.
    pub kurtosis: Option<f64>,
    /// Change from sample to sample in µV at which its term is one half. Default: none, and the term is left out.
    pub step_uv: Option<f64>,
    /// Largest absolute correlation with another channel from which on its term is 1; below it falls in proportion, as a
    /// lead in the air has nothing in common with the others. A window of one channel has no such term. Default: none,
    /// and the term is left out; PREP takes 0.4.
    pub correlation: Option<f64>,
    /// Frequency of the mains in Hz; none leaves the line term out. Default: 50 Hz, or none where that is not below
    /// the Nyquist frequency.
    pub line_hz: Option<f64>,
}

impl QualityConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            amplitude_uv: 150.0,
            flat_step_uv: 0.01,
            flat_seconds: 0.1,
            rail_uv: None,
            kurtosis: None,
            step_uv: None,
            correlation: None,
            line_hz: Some(50.0).filter(|&hz| hz < sample_rate.nyquist_hz()),
        }
    }
}

/// How far each channel of a window can be trusted, from 0 (not at all) to 1.
///
/// The product of four terms, and of three more where they are asked for:
/// - `1 −` the share of flat samples,
/// - `1 −` the share of clipped samples,
/// - the logistic `1 / (1 + exp((a − a₀) / (0.1·a₀)))` of the largest distance `a` from the channel's mean, with `a₀`
///   the configured amplitude,
/// - `1 − min(1, line / EEG)`: power of the mains (a single frequency under a Hann window) over that of 1–45 Hz,
/// - the same logistic of the excess kurtosis, and of the largest change from sample to sample,
/// - the largest absolute correlation with another channel over the one that is enough, at most 1.
///
/// What was measured is in [`WindowQuality::measures`].
///
/// An index for weighting windows against each other; it is not a probability. Deterministic: no state, no threads.
#[derive(Debug, Clone)]
pub struct Quality {
    config: QualityConfig,
    flat_run: usize,
    eeg_band: Sos,
}

/// What [`Quality::compute`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowQuality {
    channels: Vec<f32>,
    measures: Vec<ChannelMeasures>,
}

/// What was measured of one channel of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ChannelMeasures {
    /// Share of samples that stand still, 0 to 1.
    pub flat: f64,
    /// Share of samples that are clipped, 0 to 1.
    pub railed: f64,
    /// Power of the mains over that of 1–45 Hz; none without mains or without power.
    pub line_ratio: Option<f64>,
    /// Largest distance from the mean in µV.
    pub amplitude_uv: f64,
    /// Highest minus lowest sample in µV.
    pub peak_to_peak_uv: f64,
    /// Largest change from one sample to the next in µV.
    pub step_uv: f64,
    /// Fourth central moment over the squared variance, minus 3; 0 for a constant channel.
    pub kurtosis: f64,
    /// Largest absolute correlation with another channel, 0 to 1; 0 for a constant channel, none for the only one.
    pub correlation: Option<f64>,
}

impl WindowQuality {
    /// The quality of each channel, 0 to 1, in the window's order.
    pub fn channels(&self) -> &[f32] {
        &self.channels
    }

    /// What was measured of each channel, in the window's order.
    pub fn measures(&self) -> &[ChannelMeasures] {
        &self.measures
    }

    /// The mean over the channels, 0 to 1.
    pub fn mean(&self) -> f32 {
        self.channels.iter().sum::<f32>() / self.channels.len() as f32
    }
}

impl Quality {
    /// Checks the settings.
    ///
    /// # Errors
    /// - [`EegError::InvalidSetting`] for a limit that is not a positive number (a flat step may be 0), or a mains
    ///   frequency that is not below the Nyquist frequency.
    /// - [`EegError::InvalidBand`] if the sample rate is too low to filter 1–45 Hz or what of it is below 0.9 times
    ///   the Nyquist frequency.
    pub fn new(config: &QualityConfig) -> Result<Self, EegError> {
        let rate = config.sample_rate;
        let positive = "a finite number above 0";
        for (name, value) in [
            ("amplitude_uv", config.amplitude_uv),
            ("flat_seconds", config.flat_seconds),
            ("rail_uv", config.rail_uv.unwrap_or(1.0)),
            ("kurtosis", config.kurtosis.unwrap_or(1.0)),
            ("step_uv", config.step_uv.unwrap_or(1.0)),
            ("correlation", config.correlation.unwrap_or(1.0)),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(EegError::InvalidSetting {
                    name,
                    value,
                    expected: positive,
                });
            }
        }
        if !(config.flat_step_uv.is_finite() && config.flat_step_uv >= 0.0) {
            return Err(EegError::InvalidSetting {
                name: "flat_step_uv",
                value: config.flat_step_uv,
                expected: "a finite number of at least 0",
            });
        }
        if let Some(line_hz) = config.line_hz
            && !(line_hz > 0.0 && line_hz < rate.nyquist_hz())
        {
            return Err(EegError::InvalidSetting {
                name: "line_hz",
                value: line_hz,
                expected: "above 0 and below the Nyquist frequency",
            });
        }
        let edges = FilterBand::BandPass {
            low_hz: 1.0,
            high_hz: f64::min(45.0, 0.9 * rate.nyquist_hz()),
        };
        let eeg_band =
            Sos::butterworth(4, edges, rate).map_err(|source| EegError::InvalidBand {
                band: "EEG".to_owned(),
                source,
            })?;
        Ok(Self {
            config: config.clone(),
            flat_run: (config.flat_seconds * rate.hz()).ceil().max(2.0) as usize,
            eeg_band,
        })
    }

    /// The quality of a window `[channels, samples]` in µV.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] for a window without channels.
    /// - [`EegError::SignalTooShort`] below 28 samples, which the band filter of the line term needs.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&self, window: &ArrayRef2<f32>) -> Result<WindowQuality, EegError> {
        let (n_channels, actual) = window.dim();
        if n_channels == 0 {
            return Err(EegError::NoChannels);
        }
        let required = self.eeg_band.filtfilt_min_len();
        if actual < required {
            return Err(EegError::SignalTooShort { actual, required });
        }
        let rows: Vec<Vec<f64>> = window
            .axis_iter(Axis(0))
            .enumerate()
            .map(|(channel, row)| checked_channel(channel, row))
            .collect::<Result<_, EegError>>()?;
        let correlations = largest_correlations(&rows);
        let measures: Vec<ChannelMeasures> = rows
            .iter()
            .zip(correlations)
            .enumerate()
            .map(|(channel, (samples, correlation))| self.measure(channel, samples, correlation))
            .collect::<Result<_, EegError>>()?;
        Ok(WindowQuality {
            channels: measures.iter().map(|m| self.combine(m) as f32).collect(),
            measures,
        })
    }

    fn measure(
        &self,
        channel: usize,
        samples: &[f64],
        correlation: Option<f64>,
    ) -> Result<ChannelMeasures, EegError> {
        let mean = samples.iter().sum::<f64>() / samples.len() as f64;
        let moment = |power| {
            let sum: f64 = samples.iter().map(|x| (x - mean).powi(power)).sum();
            sum / samples.len() as f64
        };
        let (second, fourth) = (moment(2), moment(4));
        let low = samples.iter().copied().fold(f64::INFINITY, f64::min);
        let high = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        Ok(ChannelMeasures {
            flat: self.flat_share(samples),
            railed: self.railed_share(samples),
            line_ratio: self.line_ratio(channel, samples)?,
            amplitude_uv: f64::max(high - mean, mean - low),
            peak_to_peak_uv: high - low,
            step_uv: steps.fold(0.0, f64::max),
            kurtosis: if second > 0.0 {
                fourth / (second * second) - 3.0
            } else {
                0.0
            },
            correlation,
        })
    }

    fn combine(&self, measures: &ChannelMeasures) -> f64 {
        let falling = |value: f64, limit: f64| {
            1.0 / (1.0 + ((value - limit) / (LOGISTIC_WIDTH * limit)).exp())
        };
        let line = match (self.config.line_hz, measures.line_ratio) {
            (None, _) => 1.0,
            (Some(_), ratio) => 1.0 - f64::min(1.0, ratio.unwrap_or(1.0)),
        };
        let optional = |value: f64, limit: Option<f64>| limit.map_or(1.0, |l| falling(value, l));
        let common = match (measures.correlation, self.config.correlation) {
            (Some(correlation), Some(enough)) => f64::min(1.0, correlation / enough),
            _ => 1.0,
        };
        (1.0 - measures.flat)
            * (1.0 - measures.railed)
            * falling(measures.amplitude_uv, self.config.amplitude_uv)
            * line
            * optional(measures.kurtosis, self.config.kurtosis)
            * optional(measures.step_uv, self.config.step_uv)
            * common
    }

    fn flat_share(&self, samples: &[f64]) -> f64 {
        let still = |a: &f64, b: &f64| (a - b).abs() <= self.config.flat_step_uv;
        let flat: usize = samples
            .chunk_by(still)
            .map(<[f64]>::len)
            .filter(|&len| len >= self.flat_run)
            .sum();
        flat as f64 / samples.len() as f64
    }

    fn railed_share(&self, samples: &[f64]) -> f64 {
        let railed = match self.config.rail_uv {
            Some(rail) => samples.iter().filter(|x| x.abs() >= rail).count(),
            None => {
                let low = samples.iter().copied().fold(f64::INFINITY, f64::min);
                let high = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                samples
                    .chunk_by(|a, b| a == b)
                    .filter(|run| run.len() >= RAIL_RUN && (run[0] == low || run[0] == high))
                    .map(<[f64]>::len)
                    .sum()
            }
        };
        railed as f64 / samples.len() as f64
    }

    /// Power of the mains over that of the EEG.
    fn line_ratio(&self, channel: usize, samples: &[f64]) -> Result<Option<f64>, EegError> {
        let Some(line_hz) = self.config.line_hz else {
            return Ok(None);
        };
        let filtered = self
            .eeg_band
            .filtfilt(samples)
            .map_err(|source| EegError::Filter { channel, source })?;
        let eeg = variance(&filtered);
        let line = power_at(line_hz / self.config.sample_rate.hz(), samples);
        Ok((eeg > 0.0).then(|| line / eeg))
    }
}

/// The largest absolute correlation of each channel with another one.
pub(crate) fn largest_correlations(rows: &[Vec<f64>]) -> Vec<Option<f64>> {
    // Each channel about its mean, with a sum of squares of 1, or 0 if it is constant.
    let normalized: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let centred: Vec<f64> = row.iter().map(|x| x - mean).collect();
            let length = centred.iter().map(|x| x * x).sum::<f64>().sqrt();
            let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
            centred.into_iter().map(|x| x * scale).collect()
        })
        .collect();
    let correlation = |a: &[f64], b: &[f64]| {
        let sum: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        sum.abs().min(1.0)
    };
    (0..rows.len())
        .map(|channel| {
            (0..rows.len())
                .filter(|&other| other != channel)
                .map(|other| correlation(&normalized[channel], &normalized[other]))
                .reduce(f64::max)
        })
        .collect()
}

/// Mean square of the sinusoid at `frequency` (cycles per sample), its amplitude estimated under a Hann window.
fn power_at(frequency: f64, samples: &[f64]) -> f64 {
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let (mut re, mut im, mut total) = (0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let n = n as f64;
        let weight = (PI * n / samples.len() as f64).sin().powi(2);
        let (sin, cos) = (TAU * frequency * n).sin_cos();
        re += weight * (sample - mean) * cos;
        im += weight * (sample - mean) * sin;
        total += weight;
    }
    2.0 * (re * re + im * im) / (total * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_of_a_sinusoid_is_half_its_square() {
        for frequency in [50.0 / 128.0, 0.12] {
            let tone: Vec<f64> = (0..512)
                .map(|n| 4.0 + 3.0 * (TAU * frequency * f64::from(n) + 0.7).cos())
                .collect();
            assert!((power_at(frequency, &tone) - 4.5).abs() < 1e-3);
        }
    }
}
