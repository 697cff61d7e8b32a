use crate::SpeechError;
use crate::frame::Framing;
use crate::signal::check_signal;

/// Magnitudes up to this count as zero, which is positive; librosa's `threshold`.
///
/// The nearest `f32` is above 1e-10, so `x <= -THRESHOLD` is exactly the comparison `x < -1e-10` in double precision.
const THRESHOLD: f32 = 1e-10;

/// Share of neighbouring samples with opposite sign in each frame, from 0 to 1.
///
/// As `librosa.feature.zero_crossing_rate` 0.11: frames are centred, the first on sample 0, the signal is continued
/// with its first and last sample, magnitudes up to 1e-10 are zero, zero is positive, and the count is divided by
/// `frame_len` (not by the `frame_len − 1` pairs). `n` samples give `1 + n / hop_len` values (for an even
/// `frame_len`).
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::ConfigOutOfRange`] for a length of
/// zero or above 2²⁰.
///
/// # Example
/// ```
/// let alternating = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
/// let rate = emo_speech::zero_crossing_rate(&alternating, 4, 4)?;
/// assert_eq!(rate, [0.25, 0.75, 0.25]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[doc(alias = "zcr")]
pub fn zero_crossing_rate(
    samples: &[f32],
    frame_len: usize,
    hop_len: usize,
) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    let framing = Framing::new(frame_len, hop_len)?;
    let mut rates = vec![0.0; framing.n_frames(samples.len())];
    zero_crossing_rate_into(samples, framing, &mut rates);
    Ok(rates)
}

/// Writes one value per frame of a checked signal. The continuation never crosses zero, so it is left out.
pub(crate) fn zero_crossing_rate_into(samples: &[f32], framing: Framing, output: &mut [f32]) {
    let mut counted = 0..0;
    let mut count = 0;
    for (index, rate) in output.iter_mut().enumerate() {
        let (span, _) = framing.span(index, samples.len());
        if span.start < counted.end {
            // Frames overlap: what both hold is not counted again.
            count -= crossings(&samples[counted.start..=span.start]);
            count += crossings(&samples[counted.end - 1..span.end]);
        } else {
            count = crossings(&samples[span.clone()]);
        }
        counted = span;
        *rate = (f64::from(count) / framing.frame_len() as f64) as f32;
    }
}

/// Number of sign changes.
pub(crate) fn crossings(frame: &[f32]) -> u32 {
    let negative = |x: &f32| *x <= -THRESHOLD;
    let Some((_, later)) = frame.split_first() else {
        return 0;
    };
    frame
        .iter()
        .zip(later)
        .map(|(a, b)| u32::from(negative(a) != negative(b)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_values_and_both_zeros_are_positive() {
        assert_eq!(crossings(&[1.0, -0.0, 0.0, -0.9e-10, 1e-12, 1.0]), 0);
        assert_eq!(crossings(&[0.0, -1.1e-10, 0.0]), 2);
        assert_eq!(crossings(&[0.0, -THRESHOLD, 0.0]), 2);
    }

    #[test]
    fn overlapping_frames_are_counted_as_if_alone() {
        let samples: Vec<f32> = (0..500).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        for (frame_len, hop_len) in [(64, 16), (63, 10), (5, 7), (16, 16), (100, 1), (2, 1)] {
            let framing = Framing::new(frame_len, hop_len).unwrap();
            let rates = zero_crossing_rate(&samples, frame_len, hop_len).unwrap();
            for (index, rate) in rates.iter().enumerate() {
                let (span, _) = framing.span(index, samples.len());
                let alone = f64::from(crossings(&samples[span])) / frame_len as f64;
                assert_eq!(*rate, alone as f32);
            }
        }
    }

    #[test]
    fn a_frame_of_one_sample_has_no_crossing() {
        assert_eq!(zero_crossing_rate(&[1.0, -1.0], 1, 1).unwrap(), [0.0, 0.0]);
    }
}
