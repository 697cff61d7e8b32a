use crate::SpeechError;
use crate::signal::check_signal;

/// Moves a signal by `n_samples`, later if positive; what leaves at one end comes in at the other, as in `numpy.roll`.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// assert_eq!(emo_speech::shift(&[1.0, 2.0, 3.0, 4.0], 1)?, [4.0, 1.0, 2.0, 3.0]);
/// assert_eq!(emo_speech::shift(&[1.0, 2.0, 3.0, 4.0], -5)?, [2.0, 3.0, 4.0, 1.0]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[doc(alias = "roll")]
pub fn shift(samples: &[f32], n_samples: isize) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    let mut shifted = samples.to_vec();
    // A slice has at most `isize::MAX` samples.
    let by = n_samples.rem_euclid(samples.len() as isize) as usize;
    shifted.rotate_right(by);
    Ok(shifted)
}
