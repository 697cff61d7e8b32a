use crate::signal::{check_signal, to_f32};
use crate::{Mfcc, MfccConfig, SpeechError};

/// How strongly the sound sets in, for each frame: the mean over 128 mel bands of what their level in dB has risen by
/// since the previous frame.
///
/// As `librosa.onset.onset_strength` 0.11 with its defaults: frames of 2048 samples with a hop of 512, centred; values are
/// delayed by the half of a frame, here two hops, and the first three are 0. In dB.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// let mut samples = vec![0.0; 16_000];
/// samples[8000] = 1.0;
/// let strength = emo_speech::onset_strength(&samples, 16_000)?;
/// let frame = (0..strength.len()).max_by(|&a, &b| strength[a].total_cmp(&strength[b]));
/// assert_eq!(frame, Some(16));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// S. Böck, G. Widmer, Maximum filter vibrato suppression for onset detection, Proceedings of the 16th International
/// Conference on Digital Audio Effects, 2013.
#[doc(alias = "flux")]
pub fn onset_strength(samples: &[f32], sample_rate: u32) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    let mut mfcc = Mfcc::new(MfccConfig::new(sample_rate))?;
    let mel = &mfcc.config().mel;
    let (n_mels, delay) = (mel.n_mels, mel.n_fft / (2 * mel.hop_len));
    let n_frames = mfcc.n_frames(samples.len());
    let levels = mfcc.decibels(samples);
    let frames: Vec<&[f64]> = levels.chunks_exact(n_mels).collect();
    let rises = frames.windows(2).map(|pair| {
        let rise = |(before, now): (&f64, &f64)| (now - before).max(0.0);
        let sum: f64 = pair[0].iter().zip(pair[1]).map(rise).sum();
        to_f32(sum / n_mels as f64)
    });
    let zeros = std::iter::repeat_n(0.0, 1 + delay);
    Ok(zeros.chain(rises).take(n_frames).collect())
}
