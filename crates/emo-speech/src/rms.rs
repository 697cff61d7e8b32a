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

/// The most parts that a frame is summed in.
const MAX_PARTS: usize = 32;

/// Writes one value per frame of a checked signal.
pub(crate) fn rms_into(samples: &[f32], framing: Framing, output: &mut [f32]) {
    let n_parts = framing.frame_len() / framing.hop_len();
    let has_parts = framing.lead() == n_parts / 2 * framing.hop_len()
        && framing.frame_len() == n_parts * framing.hop_len()
        && (2..=MAX_PARTS).contains(&n_parts);
    let rms = |squares: f64| to_f32((squares / framing.frame_len() as f64).sqrt());
    if !has_parts {
        for (index, value) in output.iter_mut().enumerate() {
            let (span, _) = framing.span(index, samples.len());
            *value = rms(sum_of_squares(&samples[span]));
        }
        return;
    }
    // Frames overlap by whole hops, each of which is summed once.
    let mut parts = [0.0; MAX_PARTS];
    let hop = |index: usize| {
        let begin = (index * framing.hop_len()).min(samples.len());
        let end = (begin + framing.hop_len()).min(samples.len());
        sum_of_squares(&samples[begin..end])
    };
    let n_ahead = n_parts - 1 - n_parts / 2;
    for (index, part) in parts.iter_mut().take(n_ahead).enumerate() {
        *part = hop(index);
    }
    for (index, value) in output.iter_mut().enumerate() {
        let newest = index + n_ahead;
        parts[newest % n_parts] = hop(newest);
        *value = rms(parts[..n_parts].iter().sum());
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
    fn frames_that_overlap_by_whole_hops_are_those_that_are_summed_alone() {
        let samples: Vec<f32> = (0..500).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        for (frame_len, hop_len) in [(64, 16), (48, 16), (32, 16), (16, 16), (64, 2), (66, 2)] {
            let framing = Framing::new(frame_len, hop_len).unwrap();
            let values = rms(&samples, frame_len, hop_len).unwrap();
            let alone = |index: usize| {
                let (span, _) = framing.span(index, samples.len());
                (sum_of_squares(&samples[span]) / frame_len as f64).sqrt()
            };
            let expected = (0..values.len()).map(alone);
            emo_testing::assert_close(values.iter().copied(), expected, 1e-7, 0.0);
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert_eq!(rms(&[f32::MAX; 16], 4, 8).unwrap()[1], f32::MAX);
    }
}
