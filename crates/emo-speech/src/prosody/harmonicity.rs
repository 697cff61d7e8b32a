use super::frame_times::FrameTimes;
use super::pitch_tracker::{FINEST_DEPTH, PitchMethod, PitchTracker, PitchTrackerConfig};
use crate::SpeechError;
use crate::signal::check_number;

/// Settings of [`Harmonicity`].
///
/// The defaults are those of Praat's "To Harmonicity (cc)".
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HarmonicityConfig {
    /// Rate of the signal in Hz.
    pub sample_rate: u32,
    /// How periodicity is measured; default [`PitchMethod::CrossCorrelation`].
    pub method: PitchMethod,
    /// Time between frames in seconds; default 0.01.
    pub time_step: f64,
    /// The lowest fundamental frequency in Hz; default 75.
    pub floor: f64,
    /// Share of the signal's peak below which a frame is silent; default 0.1.
    pub silence_threshold: f64,
    /// Length of the window in periods of the floor; default 1. Praat takes 4.5 for autocorrelations.
    pub n_periods: f64,
}

impl HarmonicityConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            method: PitchMethod::CrossCorrelation,
            time_step: 0.01,
            floor: 75.0,
            silence_threshold: 0.1,
            n_periods: 1.0,
        }
    }
}

/// The harmonics-to-noise ratio of each frame.
#[derive(Debug, Clone, PartialEq)]
pub struct HarmonicityTrack {
    times: FrameTimes,
    decibels: Vec<Option<f64>>,
}

impl HarmonicityTrack {
    /// When the frames are.
    pub fn times(&self) -> FrameTimes {
        self.times
    }

    /// In dB, from −150 to 150; `None` where the frame is silent or has no period.
    pub fn decibels(&self) -> &[Option<f64>] {
        &self.decibels
    }
}

/// Harmonics-to-noise ratio: r being the share of a frame's power that repeats with its best period, 10 log₁₀ r / (1 − r).
///
/// 0 dB is as much noise as voice, 20 dB 1 % noise. The periods are found as by [`PitchTracker`], without limits and
/// costs.
///
/// # References
/// P. Boersma, Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
/// sound, IFA Proceedings 17, 1993, pages 97–110, Eq. 4.
#[derive(Debug, Clone)]
#[doc(alias = "HNR")]
pub struct Harmonicity {
    config: HarmonicityConfig,
    tracker: PitchTracker,
}

impl Harmonicity {
    /// Plans the analysis.
    ///
    /// # Errors
    /// Those of [`PitchTracker::new`]; [`SpeechError::NumberOutOfRange`] unless `n_periods` is 0.5 to 20.
    pub fn new(config: HarmonicityConfig) -> Result<Self, SpeechError> {
        check_number("n_periods", config.n_periods, 0.5, 20.0)?;
        let mut pitch = PitchTrackerConfig::new(config.sample_rate);
        pitch.method = config.method;
        pitch.time_step = config.time_step;
        pitch.floor = config.floor;
        pitch.silence_threshold = config.silence_threshold;
        pitch.ceiling = 0.5 * f64::from(config.sample_rate);
        pitch.voicing_threshold = 0.0;
        pitch.octave_cost = 0.0;
        pitch.octave_jump_cost = 0.0;
        pitch.voiced_unvoiced_cost = 0.0;
        let n_periods = match config.method {
            PitchMethod::GaussianAutocorrelation => 2.0 * config.n_periods,
            _ => config.n_periods,
        };
        let tracker = PitchTracker::with_periods(pitch, n_periods, FINEST_DEPTH)?;
        Ok(Self { config, tracker })
    }

    /// The settings.
    pub fn config(&self) -> &HarmonicityConfig {
        &self.config
    }

    /// The ratio of each frame.
    ///
    /// # Errors
    /// Those of [`PitchTracker::compute`].
    pub fn compute(&mut self, samples: &[f32]) -> Result<HarmonicityTrack, SpeechError> {
        let track = self.tracker.compute(samples)?;
        let decibels = track
            .frames()
            .iter()
            .map(|frame| frame.frequency.map(|_| ratio_db(frame.strength)))
            .collect();
        Ok(HarmonicityTrack {
            times: track.times(),
            decibels,
        })
    }
}

/// The ratio of the periodic share `r` to the rest.
fn ratio_db(r: f64) -> f64 {
    if r <= 1e-15 {
        -150.0
    } else if r > 1.0 - 1e-15 {
        150.0
    } else {
        10.0 * (r / (1.0 - r)).log10()
    }
}
