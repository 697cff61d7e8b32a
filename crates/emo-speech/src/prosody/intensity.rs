use std::f64::consts::PI;

use super::frame_times::{FrameTimes, SampleTimes};
use super::lanes::{dot, sum};
use crate::SpeechError;
use crate::signal::{check_number, check_sample_rate, check_signal};

/// Power of the softest audible tone, (2 · 10⁻⁵ Pa)², full scale being taken for 1 Pa.
const HEARING_THRESHOLD: f64 = 4e-10;
/// What stands for the logarithm of nothing.
const SILENCE_DB: f64 = -300.0;

/// Settings of [`Intensity`].
///
/// The defaults are those of Praat's "To Intensity" with a step of 10 ms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct IntensityConfig {
    /// Rate of the signal in Hz.
    pub sample_rate: u32,
    /// The lowest fundamental frequency in Hz, 6.4 periods of which are the window; default 75.
    pub floor: f64,
    /// Time between frames in seconds; default 0.01.
    pub time_step: f64,
}

impl IntensityConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            floor: 75.0,
            time_step: 0.01,
        }
    }
}

/// The intensity of each frame.
#[derive(Debug, Clone, PartialEq)]
pub struct IntensityTrack {
    pub(super) times: FrameTimes,
    pub(super) decibels: Vec<f64>,
}

impl IntensityTrack {
    /// When the frames are.
    pub fn times(&self) -> FrameTimes {
        self.times
    }

    /// In dB above 2 · 10⁻⁵, full scale being 1: a full-scale sine has 91 dB. Silence has −300.
    pub fn decibels(&self) -> &[f64] {
        &self.decibels
    }
}

/// Intensity: the mean square of the samples, less their mean, under a Kaiser window.
///
/// The window has side lobes of −190 dB and is long enough that the pulses of a voice at the floor do not show. Praat's
/// "To Intensity".
///
/// ```
/// use emo_speech::{Intensity, IntensityConfig};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.3).sin()).collect();
/// let track = Intensity::new(IntensityConfig::new(16_000))?.compute(&tone)?;
/// assert!(track.decibels().iter().all(|db| (db - 90.97).abs() < 0.01));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// J. F. Kaiser, R. W. Schafer, On the use of the I₀-sinh window for spectrum analysis, IEEE Transactions on Acoustics,
/// Speech, and Signal Processing 28(1), 1980, doi:10.1109/TASSP.1980.1163349.
#[derive(Debug, Clone)]
pub struct Intensity {
    config: IntensityConfig,
    window: Vec<f64>,
}

impl Intensity {
    /// Plans the window.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::NumberOutOfRange`].
    pub fn new(config: IntensityConfig) -> Result<Self, SpeechError> {
        check_sample_rate(config.sample_rate)?;
        let rate = f64::from(config.sample_rate);
        check_number("floor", config.floor, 1.0, 0.25 * rate)?;
        check_number("time_step", config.time_step, 1e-4, 10.0)?;
        let half = 0.5 * window_duration(&config);
        let half_len = (half * rate).floor() as i64;
        let window = (-half_len..=half_len)
            .map(|n| {
                let x = n as f64 / (half * rate);
                match 1.0 - x * x {
                    root if root > 0.0 => bessel_i0((2.0 * PI * PI + 0.5) * root.sqrt()),
                    _ => 0.0,
                }
            })
            .collect();
        Ok(Self { config, window })
    }

    /// The settings.
    pub fn config(&self) -> &IntensityConfig {
        &self.config
    }

    /// The intensity of each frame.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::SignalTooShort`] below one window.
    pub fn compute(&self, samples: &[f32]) -> Result<IntensityTrack, SpeechError> {
        check_signal(samples)?;
        let rate = f64::from(self.config.sample_rate);
        let grid = SampleTimes::of_rate(rate);
        let window = window_duration(&self.config);
        let times = FrameTimes::centred(grid, samples.len(), window, self.config.time_step).ok_or(
            SpeechError::SignalTooShort {
                actual: samples.len(),
                required: (window * rate).ceil() as usize,
            },
        )?;
        let samples: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
        let mut squares = Vec::with_capacity(self.window.len());
        let decibels = times
            .iter()
            .map(|time| self.frame(&samples, grid.position(time).round(), &mut squares))
            .collect();
        Ok(IntensityTrack { times, decibels })
    }

    fn frame(&self, samples: &[f64], middle: f64, squares: &mut Vec<f64>) -> f64 {
        let half = self.window.len() / 2;
        let middle = middle.max(0.0) as usize;
        let skipped = half.saturating_sub(middle);
        let part = &samples[middle.saturating_sub(half)..(middle + half + 1).min(samples.len())];
        let window = &self.window[skipped..skipped + part.len()];
        let mean = sum(part) / part.len() as f64;
        squares.clear();
        squares.extend(part.iter().map(|x| (x - mean) * (x - mean)));
        let intensity = dot(squares, window) / sum(window) / HEARING_THRESHOLD;
        if intensity < 1e-30 {
            SILENCE_DB
        } else {
            10.0 * intensity.log10()
        }
    }
}

fn window_duration(config: &IntensityConfig) -> f64 {
    6.4 / config.floor
}

/// The modified Bessel function of order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut sum, mut term) = (1.0, 1.0);
    let mut k = 1.0;
    while term > 1e-17 * sum {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}
