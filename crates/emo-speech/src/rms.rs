use crate::SpeechError;
use crate::frame::Framing;
use crate::signal::{check_signal, to_f32};

/// Root mean square of each frame, in the unit of the signal.
///
/// As `librosa.feature.rms` 0.11: frames are centred, the first on sample 0, with zeros assumed outside the signal.
/// `n` samples give `1 + n / hop_len` values (for an even `frame_len`).
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::ConfigOutOfRange`] for a length of
/// zero or above 2²⁰.
///
/// # Example
/// ```
/// let rms = emo_speech::rms(&[2.0; 8], 4, 4)?;
/// assert_eq!(rms, [2.0_f32.sqrt(), 2.0, 2.0_f32.sqrt()]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[doc(alias = "energy")]
pub fn rms(samples: &[f32], frame_len: usize, hop_len: usize) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    let framing = Framing::new(frame_len, hop_len)?;
    let mut values = vec![0.0; framing.n_frames(samples.len())];
    rms_into(samples, framing, &mut values);
    Ok(values)
}

/// Writes one value per frame of a checked signal.
pub(crate) fn rms_into(samples: &[f32], framing: Framing, output: &mut [f32]) {
    for (index, value) in output.iter_mut().enumerate() {
        let (span, _) = framing.span(index, samples.len());
        let mean = sum_of_squares(&samples[span]) / framing.frame_len() as f64;
        *value = to_f32(mean.sqrt());
    }
}

/// Eight independent sums, because one would have to wait for each addition in turn.
pub(crate) fn sum_of_squares(samples: &[f32]) -> f64 {
    let mut sums = [0.0_f64; 8];
    let mut blocks = samples.chunks_exact(sums.len());
    for block in &mut blocks {
        for (sum, &x) in sums.iter_mut().zip(block) {
            *sum += f64::from(x) * f64::from(x);
        }
    }
    let rest = blocks.remainder().iter().map(|&x| f64::from(x).powi(2));
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert_eq!(rms(&[f32::MAX; 16], 4, 8).unwrap()[1], f32::MAX);
    }
}
