use std::time::Duration;

use super::bands::FilterBank;
use super::downsample::Downsampler;
use super::minimum::Minima;
use super::mixture::Models;
use crate::SpeechError;
use crate::signal::check_signal_from;

/// Samples in 30 ms at 48 kHz.
const MAX_FRAME_LEN: usize = 1440;

/// After more frames of speech in a row than this the long hangover applies.
const MANY_FRAMES: u8 = 6;

/// How readily [`GmmVad`] takes a sound for speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum VadMode {
    /// Misses the least speech and takes the most noise for it; webrtcvad's mode 0.
    #[default]
    Quality,
    /// Mode 1.
    LowBitrate,
    /// Mode 2.
    Aggressive,
    /// Takes the least noise for speech and misses the most of it; mode 3.
    VeryAggressive,
}

/// Settings of [`GmmVad`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GmmVadConfig {
    /// Rate of the signal in Hz: 8,000, 16,000, 32,000 or 48,000.
    pub sample_rate: u32,
    /// Length of a frame, which gets one decision: 10, 20 or 30 ms; default 10 ms.
    pub frame: Duration,
    /// Default [`VadMode::Quality`], as in webrtcvad.
    pub mode: VadMode,
}

impl GmmVadConfig {
    /// The defaults for a rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            frame: Duration::from_millis(10),
            mode: VadMode::default(),
        }
    }
}

/// Detects speech by the likelihood ratio of two models that adapt to the signal; live and offline.
///
/// Energies of six bands between 80 Hz and 4 kHz are compared with a mixture of two normal distributions for noise and
/// one for speech. A frame is speech where the ratio exceeds a threshold in one band or in the weighted sum; the models
/// follow the frames that are taken for them, noise also the quietest of the last 100 frames. After speech some
/// decisions stay true (hangover): 80 ms after a short burst, 140 ms after more than six frames in a row; in the two
/// aggressive modes 60 and 90 ms.
///
/// The decisions are those of WebRTC's detector as the Python package webrtcvad 2.0.10 runs it, in every mode, for
/// every rate and frame: the arithmetic is in integers of 16 and 32 bits with the same roundings. Samples are rounded
/// to 16 bits first. What is odd there is kept: at 48 kHz only the first 10 ms of a frame of 20 or 30 ms are looked at.
///
/// Nothing is allocated but for the caller's output.
///
/// ```
/// use emo_speech::{GmmVad, GmmVadConfig, voice_segments};
///
/// let mut signal = vec![0.0; 32_000];
/// for (n, x) in signal.iter_mut().enumerate().skip(8_000).take(16_000) {
///     let t = n as f32 / 16_000.0;
///     *x = (1..20).map(|k| (t * 785.0 * k as f32).sin()).sum::<f32>() * 0.02;
/// }
/// let mut vad = GmmVad::new(GmmVadConfig::new(16_000))?;
/// let decisions = vad.detect(&signal)?;
/// let segments = voice_segments(&decisions, vad.frame_len(), signal.len());
/// assert_eq!(segments.len(), 1);
/// assert_eq!(segments[0].start, 8_000);
/// assert!((24_000..26_500).contains(&segments[0].end));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// J. Sohn, N. S. Kim, W. Sung, "A statistical model-based voice activity detection", IEEE Signal Processing Letters
/// 6(1), 1999, <https://doi.org/10.1109/97.736233>. The models' initial values, weights and thresholds are those of the
/// WebRTC project.
#[derive(Debug, Clone)]
pub struct GmmVad {
    config: GmmVadConfig,
    limits: Limits,
    state: State,
    /// Samples of a frame that is not yet whole.
    pending: [i16; MAX_FRAME_LEN],
    n_pending: usize,
    n_before: usize,
}

#[derive(Debug, Clone)]
struct State {
    downsampler: Downsampler,
    bands: FilterBank,
    minima: Minima,
    models: Models,
    n_speech: u8,
    hangover: u8,
}

/// Thresholds and frames of hangover of a mode and a frame length.
#[derive(Debug, Clone, Copy)]
struct Limits {
    local: i32,
    global: i32,
    hangover: u8,
    long_hangover: u8,
}

impl GmmVad {
    /// A detector that has heard nothing.
    ///
    /// # Errors
    /// [`SpeechError::VadSampleRate`] for another rate than the four, [`SpeechError::VadFrame`] for another frame than
    /// the three.
    pub fn new(config: GmmVadConfig) -> Result<Self, SpeechError> {
        if ![8_000, 16_000, 32_000, 48_000].contains(&config.sample_rate) {
            return Err(SpeechError::VadSampleRate {
                sample_rate: config.sample_rate,
            });
        }
        let tens = [10, 20, 30].map(Duration::from_millis);
        let Some(index) = tens.iter().position(|&frame| frame == config.frame) else {
            return Err(SpeechError::VadFrame {
                frame: config.frame,
            });
        };
        Ok(Self {
            limits: Limits::new(config.mode, index),
            state: State::new(config.sample_rate),
            pending: [0; MAX_FRAME_LEN],
            n_pending: 0,
            n_before: 0,
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &GmmVadConfig {
        &self.config
    }

    /// Number of samples that get one decision.
    pub fn frame_len(&self) -> usize {
        let millis = self.config.frame.subsec_millis() as usize;
        self.config.sample_rate as usize / 1000 * millis
    }

    /// Takes the next samples, any number, and appends one decision for each frame that they complete.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`] with the position since the last [`reset`](Self::reset); then no sample has
    /// been taken.
    pub fn push(&mut self, samples: &[f32], decisions: &mut Vec<bool>) -> Result<(), SpeechError> {
        check_signal_from(samples, self.n_before)?;
        self.n_before += samples.len();
        let frame_len = self.frame_len();
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(frame_len - self.n_pending));
            let room = &mut self.pending[self.n_pending..];
            for (stored, &x) in room.iter_mut().zip(now) {
                *stored = to_i16(x);
            }
            self.n_pending += now.len();
            if self.n_pending == frame_len {
                decisions.push(self.state.decide(&self.pending[..frame_len], self.limits));
                self.n_pending = 0;
            }
            rest = later;
        }
        Ok(())
    }

    /// Decisions for all whole frames of a recording. What was pushed before is forgotten.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`].
    pub fn detect(&mut self, samples: &[f32]) -> Result<Vec<bool>, SpeechError> {
        self.reset();
        let mut decisions = Vec::with_capacity(samples.len() / self.frame_len());
        self.push(samples, &mut decisions)?;
        Ok(decisions)
    }

    /// Forgets the signal.
    pub fn reset(&mut self) {
        self.state = State::new(self.config.sample_rate);
        self.n_pending = 0;
        self.n_before = 0;
    }
}

impl State {
    fn new(sample_rate: u32) -> Self {
        Self {
            downsampler: Downsampler::new(sample_rate),
            bands: FilterBank::default(),
            minima: Minima::default(),
            models: Models::default(),
            n_speech: 0,
            hangover: 0,
        }
    }

    fn decide(&mut self, frame: &[i16], limits: Limits) -> bool {
        let mut narrow = [0; 240];
        let narrow = &mut narrow[..self.downsampler.output_len(frame.len())];
        self.downsampler.process(frame, narrow);
        let (features, is_loud) = self.bands.process(narrow);
        let mut is_speech = false;
        if is_loud {
            let (speech, evidence) = self.models.judge(&features, limits.local, limits.global);
            is_speech = speech;
            let minima = self.minima.update(&features);
            self.models.follow(&features, minima, &evidence, is_speech);
        }
        if is_speech {
            self.hangover = if self.n_speech >= MANY_FRAMES {
                limits.long_hangover
            } else {
                limits.hangover
            };
            self.n_speech = (self.n_speech + 1).min(MANY_FRAMES);
            return true;
        }
        self.n_speech = 0;
        let hangs_over = self.hangover > 0;
        self.hangover = self.hangover.saturating_sub(1);
        hangs_over
    }
}

impl Limits {
    /// `index` is 0 for frames of 10 ms, 1 for 20 and 2 for 30.
    fn new(mode: VadMode, index: usize) -> Self {
        let (local, global) = match mode {
            VadMode::Quality => ([24, 21, 24], [57, 48, 57]),
            VadMode::LowBitrate => ([37, 32, 37], [100, 80, 100]),
            VadMode::Aggressive => ([82, 78, 82], [285, 260, 285]),
            VadMode::VeryAggressive => ([94; 3], [1100, 1050, 1100]),
        };
        let (hangover, long_hangover) = match mode {
            VadMode::Quality | VadMode::LowBitrate => ([8, 4, 3], [14, 7, 5]),
            VadMode::Aggressive | VadMode::VeryAggressive => ([6, 3, 2], [9, 5, 3]),
        };
        Self {
            local: local[index],
            global: global[index],
            hangover: hangover[index],
            long_hangover: long_hangover[index],
        }
    }
}

/// Rounded to the nearest, ties to even, and clipped.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what exceeds 16 bits is clipped"
)]
fn to_i16(x: f32) -> i16 {
    // Numbers of this size have no digits after the point, so that the sum is rounded; no call to a library is as fast.
    const WHOLE: f32 = 12_582_912.0;
    let clipped = (x * 32_768.0).clamp(-32_768.0, 32_767.0);
    ((clipped + WHOLE) - WHOLE) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_rounded_to_even_and_clipped() {
        let halves = (-65_540..=65_540).map(|n: i32| n as f32 / 2.0);
        let near = [
            0.499_999_97,
            -0.499_999_97,
            1e-30,
            f32::MAX,
            f32::MIN,
            32_767.498,
        ];
        for x in halves.chain(near) {
            let expected = f64::from(x).round_ties_even() as i16;
            assert_eq!(to_i16(x / 32_768.0), expected, "{x}");
        }
    }
}
