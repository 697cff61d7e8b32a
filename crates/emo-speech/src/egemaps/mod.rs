mod analyzer;
mod auditory;
mod descriptors;
mod formants;
mod functionals;
mod harmonics;
mod names;
mod octave;
mod periods;
mod pitch;
mod segment;
mod shape;
mod smoothing;
mod spectrum;
mod statistics;
mod stream;
mod viterbi;

use ndarray::{Array1, Array2};

use crate::SpeechError;
use crate::signal::check_signal;

pub use names::{EGEMAPS_DESCRIPTORS, EGEMAPS_FUNCTIONALS};
pub use stream::EgemapsStream;

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
    stream: EgemapsStream,
}

impl Egemaps {
    /// Plans for a sample rate in Hz, from 8000.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`].
    pub fn new(sample_rate: u32) -> Result<Self, SpeechError> {
        let stream = EgemapsStream::unlimited(sample_rate)?;
        Ok(Self { stream })
    }

    /// The low-level descriptors, `[n_frames, 25]`, in the order of [`EGEMAPS_DESCRIPTORS`].
    ///
    /// There is one frame more than 60 ms fit into the signal at a distance of 10 ms; as in openSMILE the last is what
    /// smoothing makes of the one before.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::SignalTooShort`] below 60 ms.
    pub fn descriptors(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        let mut values = Vec::new();
        self.analyze(samples, |row| values.extend_from_slice(row))?;
        let width = EGEMAPS_DESCRIPTORS.len();
        let shape = (values.len() / width, width);
        Ok(Array2::from_shape_vec(shape, values).expect("rows are as long as the names"))
    }

    /// The 88 functionals of the whole signal, in the order of [`EGEMAPS_FUNCTIONALS`].
    ///
    /// Every finite signal has finite functionals: what needs a voice is 0 without one.
    ///
    /// # Errors
    /// Those of [`descriptors`](Self::descriptors).
    pub fn functionals(&mut self, samples: &[f32]) -> Result<Array1<f32>, SpeechError> {
        let values = self.analyze(samples, |_| ())?;
        Ok(Array1::from_iter(values))
    }

    fn analyze(
        &mut self,
        samples: &[f32],
        mut on_frame: impl FnMut(&[f32; EGEMAPS_DESCRIPTORS.len()]),
    ) -> Result<[f32; EGEMAPS_FUNCTIONALS.len()], SpeechError> {
        check_signal(samples)?;
        let too_short = SpeechError::SignalTooShort {
            actual: samples.len(),
            required: self.stream.min_samples(),
        };
        self.stream.push(samples, &mut on_frame)?;
        self.stream.finish(&mut on_frame).ok_or(too_short)
    }
}
