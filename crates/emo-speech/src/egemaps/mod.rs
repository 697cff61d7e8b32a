mod analyzer;
mod auditory;
mod formants;
mod functionals;
mod harmonics;
mod names;
mod octave;
mod periods;
mod pitch;
pub(crate) mod roots;
mod shape;
mod smoothing;
mod spectrum;
mod statistics;
mod viterbi;

use ndarray::{Array1, Array2};

use crate::SpeechError;
use crate::signal::{MAX_SAMPLE_RATE, check_signal, to_f32};
use analyzer::{Analyzer, Frame, SpectralFrame, VoiceFrame};
use functionals::semitones;
use smoothing::{smooth, smooth_non_zero};

pub use names::{EGEMAPS_DESCRIPTORS, EGEMAPS_FUNCTIONALS};

/// The lowest sample rate, in Hz.
const MIN_RATE: u32 = 8_000;

/// Descriptors and functionals of the extended Geneva minimalistic acoustic parameter set, version 2 (eGeMAPSv02).
///
/// The set is the field's common baseline: 25 low-level descriptors every 10 ms (pitch, jitter, shimmer, formants,
/// loudness, harmonics-to-noise ratio, spectral balance, cepstra) and 88 statistics of a recording. Names, order, units
/// and values are those of openSMILE's `eGeMAPSv02`, peculiarities included, so that models trained on its vectors can
/// be fed. `docs/speech.md` says how near the values are and what the peculiarities are.
///
/// Full scale is 1. The frame of number `t` begins at `t` · 10 ms; descriptors of the spectrum look at 20 ms, those of
/// the voice at 60 ms. The values are meant for speech of 16 kHz; at other rates the bands end at half the rate.
///
/// ```
/// use emo_speech::{EGEMAPS_FUNCTIONALS, Egemaps};
///
/// let voice: Vec<f32> = (0..16_000)
///     .map(|n| (1..9).map(|k| (n as f32 * 0.05 * k as f32).sin() / k as f32).sum::<f32>() * 0.2)
///     .collect();
/// let mut egemaps = Egemaps::new(16_000)?;
/// let values = egemaps.functionals(&voice)?;
/// let median = EGEMAPS_FUNCTIONALS.iter().position(|n| n.ends_with("27.5Hz_sma3nz_percentile50.0"));
/// // 127.3 Hz is 26.5 semitones above 27.5 Hz.
/// assert!((values[median.unwrap()] - 26.5).abs() < 0.1);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// F. Eyben et al., The Geneva minimalistic acoustic parameter set (GeMAPS) for voice research and affective computing,
/// IEEE Transactions on Affective Computing 7(2), 2016, doi:10.1109/TAFFC.2015.2457417.
#[derive(Debug, Clone)]
pub struct Egemaps {
    analyzer: Analyzer,
}

impl Egemaps {
    /// Plans for a sample rate in Hz, from 8000.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`].
    pub fn new(sample_rate: u32) -> Result<Self, SpeechError> {
        if !(MIN_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
            return Err(SpeechError::SampleRateOutOfRange {
                sample_rate,
                min: MIN_RATE,
                max: MAX_SAMPLE_RATE,
            });
        }
        Ok(Self {
            analyzer: Analyzer::new(sample_rate),
        })
    }

    /// The low-level descriptors, `[n_frames, 25]`, in the order of [`EGEMAPS_DESCRIPTORS`].
    ///
    /// There is one frame more than 60 ms fit into the signal at a distance of 10 ms; as in openSMILE the last is what
    /// smoothing makes of the one before.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::SignalTooShort`] below 60 ms.
    pub fn descriptors(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        let (spectral, voice) = self.analyze(samples)?;
        let n_frames = voice.len() + 1;
        let mut values = Array2::zeros((n_frames, EGEMAPS_DESCRIPTORS.len()));
        let columns = spectral_columns().map(|get| {
            let raw: Vec<f64> = spectral.iter().map(get).collect();
            (smooth(&raw), raw)
        });
        let voice_columns = voice_columns().map(|get| {
            let raw: Vec<f64> = voice.iter().map(get).collect();
            (smooth_non_zero(&raw), raw)
        });
        for (index, (smoothed, raw)) in columns.into_iter().chain(voice_columns).enumerate() {
            let last = raw.last().copied();
            let column = smoothed.into_iter().chain(last);
            for (out, value) in values.column_mut(index).iter_mut().zip(column) {
                *out = to_f32(value);
            }
        }
        Ok(values)
    }

    /// The 88 functionals of the whole signal, in the order of [`EGEMAPS_FUNCTIONALS`].
    ///
    /// Every finite signal has finite functionals: what needs a voice is 0 without one.
    ///
    /// # Errors
    /// Those of [`descriptors`](Self::descriptors).
    pub fn functionals(&mut self, samples: &[f32]) -> Result<Array1<f32>, SpeechError> {
        let (spectral, voice) = self.analyze(samples)?;
        let values = functionals::functionals(&spectral, &voice, self.analyzer.step());
        Ok(values.into_iter().map(to_f32).collect())
    }

    fn analyze(
        &mut self,
        samples: &[f32],
    ) -> Result<(Vec<SpectralFrame>, Vec<VoiceFrame>), SpeechError> {
        check_signal(samples)?;
        if samples.len() < self.analyzer.min_samples() {
            return Err(SpeechError::SignalTooShort {
                actual: samples.len(),
                required: self.analyzer.min_samples(),
            });
        }
        let (mut spectral, mut voice) = (Vec::new(), Vec::new());
        let mut sort = |frame| match frame {
            Frame::Spectral(frame) => spectral.push(frame),
            Frame::Voice(frame) => voice.push(frame),
        };
        self.analyzer.push(samples, &mut sort);
        self.analyzer.finish(&mut sort);
        Ok((spectral, voice))
    }
}

fn spectral_columns() -> [fn(&SpectralFrame) -> f64; 10] {
    [
        |frame| frame.loudness,
        |frame| frame.shape.alpha_ratio,
        |frame| frame.shape.hammarberg_index,
        |frame| frame.shape.slope_low,
        |frame| frame.shape.slope_high,
        |frame| frame.shape.flux,
        |frame| frame.cepstra[0],
        |frame| frame.cepstra[1],
        |frame| frame.cepstra[2],
        |frame| frame.cepstra[3],
    ]
}

fn voice_columns() -> [fn(&VoiceFrame) -> f64; 15] {
    [
        |frame| semitones(frame.pitch),
        |frame| frame.irregularity.jitter,
        |frame| frame.irregularity.shimmer,
        |frame| frame.harmonics.hnr,
        |frame| frame.harmonics.h1_h2,
        |frame| frame.harmonics.h1_a3,
        |frame| frame.formants[0].frequency,
        |frame| frame.formants[0].bandwidth,
        |frame| frame.harmonics.formants[0],
        |frame| frame.formants[1].frequency,
        |frame| frame.formants[1].bandwidth,
        |frame| frame.harmonics.formants[1],
        |frame| frame.formants[2].frequency,
        |frame| frame.formants[2].bandwidth,
        |frame| frame.harmonics.formants[2],
    ]
}
