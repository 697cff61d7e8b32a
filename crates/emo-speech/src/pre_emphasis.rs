use crate::SpeechError;
use crate::signal::{check_finite, check_signal, to_f32};

/// The signal with its low frequencies attenuated: `x[n] − coefficient · x[n − 1]`; the usual coefficient is 0.97.
///
/// As `librosa.effects.preemphasis` 0.11, which adds the linear extrapolation of what preceded the first sample,
/// `2 · x[0] − x[1]`, to the latter. In frames, [`PreEmphasis`](crate::PreEmphasis) follows the other peers.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`], [`SpeechError::NotFinite`] for the coefficient;
/// [`SpeechError::SignalTooShort`] for a single sample.
///
/// # Example
/// ```
/// let emphasised = emo_speech::pre_emphasis(&[1.0, 1.5, 1.5], 0.5)?;
/// assert_eq!(emphasised, [1.5, 1.0, 0.75]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn pre_emphasis(samples: &[f32], coefficient: f64) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    check_finite("coefficient", coefficient)?;
    let &[first, second, ..] = samples else {
        return Err(SpeechError::SignalTooShort {
            actual: samples.len(),
            required: 2,
        });
    };
    let first = 3.0 * f64::from(first) - f64::from(second);
    let pairs = samples.windows(2);
    let rest = pairs.map(|pair| f64::from(pair[1]) - coefficient * f64::from(pair[0]));
    Ok(std::iter::once(first).chain(rest).map(to_f32).collect())
}
