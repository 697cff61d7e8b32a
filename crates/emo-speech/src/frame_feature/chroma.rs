use super::{Measure, numbered};
use crate::frames::Frame;
use crate::mel_bank::dot;
use crate::signal::{check_finite, check_range, check_signal};
use crate::tuning::PitchPeaks;
use crate::{FramePreset, Frames, FramesConfig, SpeechError};

/// How far the instruments, or the voice, are off 440 Hz.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Tuning {
    /// This many pitch classes, for twelve of them semitones.
    Fixed(f64),
    /// Estimated from the power spectra of the whole signal; not for streams.
    Estimated,
}

/// Settings of the chroma.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChromaConfig {
    /// Number of pitch classes; default 12.
    pub n_chroma: usize,
    /// Deviation from 440 Hz; default none.
    pub tuning: Tuning,
}

impl Default for ChromaConfig {
    fn default() -> Self {
        Self {
            n_chroma: 12,
            tuning: Tuning::Fixed(0.0),
        }
    }
}

/// How far a signal is off 440 Hz, in semitones from −0.5 to 0.5 in steps of 0.01: the most frequent deviation of the
/// peaks of its magnitude spectra.
///
/// As `librosa.estimate_tuning` 0.11. A signal without peaks has 0.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// // A quarter tone above 440 Hz is as far from the next semitone.
/// let step = 2.0 * std::f32::consts::PI * 440.0 * 2.0_f32.powf(0.3 / 12.0) / 16_000.0;
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * step).sin()).collect();
/// assert!((emo_speech::estimate_tuning(&tone, 16_000)? - 0.3).abs() < 0.03);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn estimate_tuning(samples: &[f32], sample_rate: u32) -> Result<f64, SpeechError> {
    check_signal(samples)?;
    let mut frames = Frames::new(FramesConfig::new(FramePreset::Librosa, sample_rate))?;
    frames.keep_magnitude();
    let mut peaks = PitchPeaks::new(&frames);
    for index in 0..frames.n_frames(samples.len()) {
        peaks.push(frames.analyse(samples, 0, index).magnitude);
    }
    Ok(peaks.tuning(12))
}

#[derive(Debug)]
pub(super) struct Chroma {
    config: ChromaConfig,
    sample_rate: f64,
    n_fft: usize,
    /// `[n_chroma, n_bins]`.
    filters: Vec<f64>,
}

impl Chroma {
    pub(super) fn new(config: &ChromaConfig, frames: &Frames) -> Result<Self, SpeechError> {
        check_range("n_chroma", config.n_chroma, 1, 120)?;
        let tuning = match config.tuning {
            Tuning::Fixed(tuning) => tuning,
            Tuning::Estimated => 0.0,
        };
        check_finite("tuning", tuning)?;
        let mut chroma = Self {
            config: config.clone(),
            sample_rate: f64::from(frames.config().sample_rate),
            n_fft: frames.config().n_fft,
            filters: Vec::new(),
        };
        chroma.tune(tuning);
        Ok(chroma)
    }

    /// Gaussian bumps around each pitch class in each octave, normalized over the classes for each bin and weighted by a
    /// Gaussian of two octaves around the fifth above 27.5 Hz; the first class is C. As `librosa.filters.chroma`.
    fn tune(&mut self, tuning: f64) {
        let n = self.config.n_chroma as f64;
        let a0_hz = 27.5 * 2.0_f64.powf(tuning / n);
        let octaves = |bin: f64| (bin * self.sample_rate / self.n_fft as f64 / a0_hz).log2();
        // The lowest bin, which has no pitch, is put 1.5 octaves below the next.
        let class = |bin: usize| match bin {
            0 => n * (octaves(1.0) - 1.5),
            _ => n * octaves(bin as f64),
        };
        let half = (n / 2.0).round_ties_even();
        let n_bins = self.n_fft / 2 + 1;
        let shift = 3 * (self.config.n_chroma / 12);
        self.filters = vec![0.0; self.config.n_chroma * n_bins];
        let mut bumps = vec![0.0; self.config.n_chroma];
        for bin in 0..n_bins {
            let position = class(bin);
            let width = (class(bin + 1) - position).max(1.0);
            for (k, bump) in bumps.iter_mut().enumerate() {
                let distance = (position - k as f64 + half + 10.0 * n).rem_euclid(n) - half;
                *bump = (-0.5 * (2.0 * distance / width).powi(2)).exp();
            }
            let length = bumps.iter().map(|x| x * x).sum::<f64>().sqrt();
            let octave_weight = (-0.5 * ((position / n - 5.0) / 2.0).powi(2)).exp();
            for (k, bump) in bumps.iter().enumerate() {
                let row = (k + self.config.n_chroma - shift) % self.config.n_chroma;
                self.filters[row * n_bins + bin] = bump / length * octave_weight;
            }
        }
    }
}

impl Measure for Chroma {
    fn names(&self) -> Vec<String> {
        numbered("chroma", self.config.n_chroma)
    }

    fn needs_whole_signal(&self) -> bool {
        self.config.tuning == Tuning::Estimated
    }

    fn prepare(&mut self, frames: &mut Frames, samples: &[f32]) {
        if self.config.tuning != Tuning::Estimated {
            return;
        }
        let mut peaks = PitchPeaks::new(frames);
        for index in 0..frames.n_frames(samples.len()) {
            peaks.push(frames.analyse(samples, 0, index).power);
        }
        self.tune(peaks.tuning(self.config.n_chroma));
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        for (class, filter) in raw
            .iter_mut()
            .zip(self.filters.chunks_exact(frame.power.len()))
        {
            *class = dot(filter, frame.power);
        }
        let strongest = raw.iter().copied().fold(0.0, f64::max);
        // Where librosa, in single precision, sees nothing to normalize.
        if strongest >= f64::from(f32::MIN_POSITIVE) {
            for class in raw {
                *class /= strongest;
            }
        }
    }
}
