use std::ops::Range;

/// Turns decisions into the stretches of voice, in samples.
///
/// Decision `k` is about the samples from `k · hop_len` to `(k + 1) · hop_len`; the last stretch ends at the end of
/// the signal at the latest. `hop_len` is that of the detector
/// ([`GmmVad::frame_len`](crate::GmmVad::frame_len), [`EnergyVad::hop_len`](crate::EnergyVad::hop_len)).
///
/// # Example
/// ```
/// let segments = emo_speech::voice_segments(&[false, true, true, false, true], 160, 790);
/// assert_eq!(segments, [160..480, 640..790]);
/// ```
pub fn voice_segments(decisions: &[bool], hop_len: usize, n_samples: usize) -> Vec<Range<usize>> {
    let mut start = 0;
    decisions
        .chunk_by(|a, b| a == b)
        .filter_map(|run| {
            let first = start;
            start += run.len();
            let span = |n: usize| n.saturating_mul(hop_len).min(n_samples);
            (run[0] && span(first) < span(start)).then(|| span(first)..span(start))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_everything() {
        assert_eq!(voice_segments(&[], 10, 100), []);
        assert_eq!(voice_segments(&[false; 3], 10, 100), []);
        assert_eq!(voice_segments(&[true; 10], 10, 95), vec![0..95]);
        assert_eq!(voice_segments(&[false, true], 10, 10), []);
    }
}
