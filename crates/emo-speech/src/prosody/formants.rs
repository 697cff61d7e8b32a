use super::band_limit::{Resampled, resample};
use super::burg::Burg;
use super::correlation::gaussian;
use super::frame_times::FrameTimes;
use super::round_trip::RoundTrip;
use crate::SpeechError;
use crate::roots::Roots;
use crate::signal::{check_number, check_sample_rate, check_signal};

/// Coefficients of the linear prediction: two for each of five resonances.
const ORDER: usize = 10;
/// Resonances nearer than this to 0 or to half the rate are the spectrum's slope, in Hz.
const MARGIN_HZ: f64 = 50.0;

/// Settings of [`FormantTracker`].
///
/// The defaults are those of Praat's "To Formant (burg)" with a step of 10 ms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FormantTrackerConfig {
    /// Rate of the signal in Hz.
    pub sample_rate: u32,
    /// Five formants are expected below this frequency in Hz; default 5500, for women; 5000 suits men and 8000 small
    /// children. The signal is first converted to twice this rate.
    pub ceiling: f64,
    /// Half the length of the Gaussian window in seconds; default 0.025.
    pub half_window: f64,
    /// Time between frames in seconds; default 0.01.
    pub time_step: f64,
    /// From this frequency in Hz on the spectrum is raised by 6 dB for each octave; default 50.
    pub pre_emphasis_from: f64,
}

impl FormantTrackerConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            ceiling: 5500.0,
            half_window: 0.025,
            time_step: 0.01,
            pre_emphasis_from: 50.0,
        }
    }
}

/// A resonance of the vocal tract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Formant {
    /// In Hz.
    pub frequency: f64,
    /// Width at −3 dB in Hz.
    pub bandwidth: f64,
}

/// The formants of each frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FormantTrack {
    times: FrameTimes,
    frames: Vec<Vec<Formant>>,
}

impl FormantTrack {
    /// When the frames are.
    pub fn times(&self) -> FrameTimes {
        self.times
    }

    /// The formants of each frame, up to five, by ascending frequency; F1 is the first. Digital silence has none.
    pub fn frames(&self) -> &[Vec<Formant>] {
        &self.frames
    }

    /// Formant `number` of each frame, 1 for F1.
    pub fn formant(&self, number: usize) -> impl Iterator<Item = Option<Formant>> {
        self.frames
            .iter()
            .map(move |frame| frame.get(number.checked_sub(1)?).copied())
    }

    /// Formant `number` at a time, linear between frames; `None` where the nearest frame lacks it or there is none.
    pub fn formant_at(&self, number: usize, time: f64) -> Option<Formant> {
        let position = self.times.position(time);
        let get = |index: f64| -> Option<Formant> {
            if index < 0.0 {
                return None;
            }
            let frame = self.frames.get(index as usize)?;
            frame.get(number.checked_sub(1)?).copied()
        };
        let below = position.floor();
        let phase = position - below;
        let (near, far, share) = if phase < 0.5 {
            (get(below)?, get(below + 1.0), phase)
        } else {
            (get(below + 1.0)?, get(below), 1.0 - phase)
        };
        let Some(far) = far else {
            return Some(near);
        };
        Some(Formant {
            frequency: near.frequency + share * (far.frequency - near.frequency),
            bandwidth: near.bandwidth + share * (far.bandwidth - near.bandwidth),
        })
    }
}

/// Formants as the resonances of a linear prediction of order 10 by Burg's method, as in Praat.
///
/// The signal is converted to twice the ceiling and pre-emphasized; each frame is weighted by a Gaussian, and each pair of
/// complex roots of its prediction polynomial is a formant. Formants are not tracked: F2 of one frame may be F3 of the
/// next where a resonance is missed.
///
/// ```
/// use emo_speech::{FormantTracker, FormantTrackerConfig};
///
/// // Pulses at 100 Hz through a resonance at 700 Hz, 80 Hz wide.
/// let radius = (-std::f64::consts::PI * 80.0 / 16_000.0).exp();
/// let (a, b) = (2.0 * radius * (std::f64::consts::TAU * 700.0 / 16_000.0).cos(), -radius * radius);
/// let mut y = [0.0; 2];
/// let voice: Vec<f32> = (0..16_000)
///     .map(|n| {
///         let x = if n % 160 == 0 { 1.0 } else { 0.0 };
///         y = [x + a * y[0] + b * y[1], y[0]];
///         y[0] as f32
///     })
///     .collect();
///
/// let track = FormantTracker::new(FormantTrackerConfig::new(16_000))?.compute(&voice)?;
/// let f1 = track.formant(1).nth(40).flatten().expect("there is a resonance");
/// assert!((f1.frequency - 700.0).abs() < 10.0);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// J. P. Burg, Maximum entropy spectral analysis, PhD thesis, Stanford University, 1975.
///
/// N. Andersen, On the calculation of filter coefficients for maximum entropy spectral analysis, Geophysics 39(1), 1974,
/// doi:10.1190/1.1440413.
#[derive(Debug, Clone)]
pub struct FormantTracker {
    config: FormantTrackerConfig,
    window: Vec<f64>,
    transform: Option<RoundTrip>,
    burg: Burg,
    roots: Roots<ORDER>,
}

impl FormantTracker {
    /// Plans the window.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::NumberOutOfRange`].
    pub fn new(config: FormantTrackerConfig) -> Result<Self, SpeechError> {
        check_sample_rate(config.sample_rate)?;
        check_number("ceiling", config.ceiling, 500.0, 20_000.0)?;
        check_number("half_window", config.half_window, 0.01, 1.0)?;
        check_number("time_step", config.time_step, 1e-4, 10.0)?;
        check_number("pre_emphasis_from", config.pre_emphasis_from, 0.0, 20_000.0)?;
        let window_len = (4.0 * config.half_window * config.ceiling).floor() as usize;
        Ok(Self {
            window: gaussian(window_len),
            transform: None,
            burg: Burg::default(),
            roots: Roots::default(),
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &FormantTrackerConfig {
        &self.config
    }

    /// The formants of each frame of a whole signal.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::SignalTooShort`] below one window.
    pub fn compute(&mut self, samples: &[f32]) -> Result<FormantTrack, SpeechError> {
        check_signal(samples)?;
        let from = f64::from(self.config.sample_rate);
        let rate = 2.0 * self.config.ceiling;
        let too_short = SpeechError::SignalTooShort {
            actual: samples.len(),
            required: (2.0 * self.config.half_window * from).ceil() as usize,
        };
        let span = 2.0 * self.config.half_window;
        let mut signal = if (from - rate).abs() < 1e-9 * rate {
            Resampled::unchanged(samples, from)
        } else {
            resample(samples, from, rate, &mut self.transform)?
        };
        let times = FrameTimes::centred(
            signal.grid,
            signal.samples.len(),
            span,
            self.config.time_step,
        );
        let Some(times) = times else {
            return Err(too_short);
        };
        let weight = (-std::f64::consts::TAU * self.config.pre_emphasis_from / rate).exp();
        for k in (1..signal.samples.len()).rev() {
            signal.samples[k] -= weight * signal.samples[k - 1];
        }
        let frames = times
            .iter()
            .map(|time| self.frame(&signal.samples, signal.grid.position(time)))
            .collect();
        Ok(FormantTrack { times, frames })
    }

    /// The frame whose middle is at the real number of samples `middle`.
    fn frame(&mut self, samples: &[f64], middle: f64) -> Vec<Formant> {
        let half = self.window.len() / 2;
        let right = (middle.floor() + 1.0).max(0.0) as usize;
        let begin = right.saturating_sub(half).min(samples.len());
        let part = &samples[begin..(right + half).min(samples.len())];
        if part.len() <= ORDER || part.iter().all(|&x| x == 0.0) {
            return Vec::new();
        }
        let mut coefficients = [0.0; ORDER];
        let weighted = part.iter().zip(&self.window).map(|(x, weight)| x * weight);
        self.burg.predict(weighted, &mut coefficients);
        let nyquist = self.config.ceiling;
        let mut formants: Vec<Formant> = self
            .roots
            .of_monic(&coefficients)
            .iter()
            .filter(|root| root.im >= 0.0)
            .map(|root| Formant {
                frequency: root.arg() * nyquist / std::f64::consts::PI,
                // A root outside the unit circle stands for its mirror image inside.
                bandwidth: root.norm_sqr().ln().abs() * nyquist / std::f64::consts::PI,
            })
            .filter(|formant| {
                formant.bandwidth.is_finite()
                    && (MARGIN_HZ..=nyquist - MARGIN_HZ).contains(&formant.frequency)
            })
            .collect();
        formants.sort_unstable_by(|a, b| a.frequency.total_cmp(&b.frequency));
        formants
    }
}
