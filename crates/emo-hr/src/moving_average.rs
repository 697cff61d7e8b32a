/// The mean of `len` samples around each one; ends are repeated outward.
///
/// For an even `len` the window reaches one sample further back than ahead, as SciPy's `uniform_filter1d`.
pub(crate) fn centred_mean(signal: &[f64], len: usize) -> Vec<f64> {
    let last = signal.len() - 1;
    let back = len / 2;
    // The sample `offset` places into the window of sample `i`.
    let sample = |i: usize, offset: usize| signal[(i + offset).saturating_sub(back).min(last)];
    let mut sum: f64 = (0..len).map(|offset| sample(0, offset)).sum();
    let mut out = Vec::with_capacity(signal.len());
    for i in 0..signal.len() {
        out.push(sum / len as f64);
        sum += sample(i, len) - sample(i, 0);
    }
    out
}

/// The mean of each sample and the `len − 1` before it, forward and then backward; `signal` must exceed `3·len`.
///
/// Both ends are first extended by `3·len` samples of the signal turned about its end point, as SciPy's `filtfilt`
/// with a boxcar.
pub(crate) fn zero_phase_mean(signal: &[f64], len: usize) -> Vec<f64> {
    let edge = 3 * len;
    let (first, last) = (signal[0], signal[signal.len() - 1]);
    let before = signal[1..=edge].iter().rev().map(|x| 2.0 * first - x);
    let after = signal[signal.len() - 1 - edge..signal.len() - 1]
        .iter()
        .rev()
        .map(|x| 2.0 * last - x);
    let mut out: Vec<f64> = before.chain(signal.iter().copied()).chain(after).collect();
    for _ in 0..2 {
        out = held_mean(&out, len);
        out.reverse();
    }
    out.truncate(edge + signal.len());
    out.drain(..edge);
    out
}

/// The mean of each sample and the `len − 1` before it, of as many as there are; `len` is taken as at least 1.
pub(crate) fn trailing_mean(signal: &[f64], len: usize) -> Vec<f64> {
    let len = len.max(1);
    let sums = trailing_sums(signal, len, 0.0);
    let mean = |(i, sum): (usize, f64)| sum / len.min(i + 1) as f64;
    sums.enumerate().map(mean).collect()
}

/// The mean of each sample and the `len − 1` before it, 0 before the first; `len` is taken as at least 1.
pub(crate) fn trailing_mean_from_rest(signal: &[f64], len: usize) -> Vec<f64> {
    let len = len.max(1);
    trailing_sums(signal, len, 0.0)
        .map(|sum| sum / len as f64)
        .collect()
}

/// The mean of each sample and the `len − 1` before it; the first sample is repeated backward.
fn held_mean(signal: &[f64], len: usize) -> Vec<f64> {
    trailing_sums(signal, len, signal[0])
        .map(|sum| sum / len as f64)
        .collect()
}

/// The sum of each sample and the `len − 1` before it, with `before` in place of what precedes the first.
fn trailing_sums(signal: &[f64], len: usize, before: f64) -> impl Iterator<Item = f64> + '_ {
    let mut sum = before * len as f64;
    signal.iter().enumerate().map(move |(i, sample)| {
        sum += sample - i.checked_sub(len).map_or(before, |left| signal[left]);
        sum
    })
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn means_are_centred_as_in_scipy() {
        // uniform_filter1d([1, 2, 4, 8, 16], size, mode="nearest")
        let signal = [1.0, 2.0, 4.0, 8.0, 16.0];
        let thirds = [4.0 / 3.0, 7.0 / 3.0, 14.0 / 3.0, 28.0 / 3.0, 40.0 / 3.0];
        assert_close(centred_mean(&signal, 3), thirds, 1e-12, 0.0);
        assert_close(
            centred_mean(&signal, 2),
            [1.0, 1.5, 3.0, 6.0, 12.0],
            1e-12,
            0.0,
        );
        assert_close(centred_mean(&signal, 1), signal, 1e-12, 0.0);
    }

    #[test]
    fn a_line_passes_the_zero_phase_mean_unchanged() {
        let line: Vec<f64> = (0..40).map(|n| 3.0 + 0.5 * f64::from(n)).collect();
        let out = zero_phase_mean(&line, 4);
        assert_close(out[12..28].to_vec(), line[12..28].to_vec(), 1e-12, 0.0);
    }
}
