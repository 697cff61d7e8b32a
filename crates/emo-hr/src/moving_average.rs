/// The mean of `len` samples around each one; ends are repeated outward.
///
/// For an even `len` the window reaches one sample further back than ahead, as SciPy's `uniform_filter1d`.
pub(crate) fn centred_mean(signal: &[f64], len: usize) -> Vec<f64> {
    let n = signal.len();
    let (first, last) = (signal[0], signal[n - 1]);
    let back = len / 2;
    let ahead = len - back;
    let scale = 1.0 / len as f64;
    // The window of the first sample, `len` of them.
    let inside = ahead.min(n);
    let mut sum =
        first * back as f64 + signal[..inside].iter().sum::<f64>() + last * (ahead - inside) as f64;
    // Where the whole window lies in the signal; what enters it behind sample `i` lies `ahead` after it, what leaves it
    // `back` before it.
    let begin = back.min(n);
    let end = n.saturating_sub(ahead).max(begin);
    let mut out = vec![0.0; n];
    for (i, out) in out[..begin].iter_mut().enumerate() {
        *out = scale * sum;
        sum += signal.get(i + ahead).unwrap_or(&last) - first;
    }
    let entering = signal.get(begin + ahead..).unwrap_or_default();
    for ((out, enters), leaves) in out[begin..end].iter_mut().zip(entering).zip(signal) {
        *out = scale * sum;
        sum += enters - leaves;
    }
    for i in end..n {
        out[i] = scale * sum;
        sum += last - signal[i - back];
    }
    out
}

/// The mean of each sample and the `len − 1` before it, forward and then backward; `signal` must exceed `len`.
///
/// Beyond both ends lies the signal turned about its end point, as SciPy's `filtfilt` with a boxcar has it.
pub(crate) fn zero_phase_mean(signal: &[f64], len: usize) -> Vec<f64> {
    let reach = len - 1;
    let (first, last) = (signal[0], signal[signal.len() - 1]);
    let before = signal[1..=reach].iter().rev().map(|x| 2.0 * first - x);
    let after = signal[signal.len() - 1 - reach..signal.len() - 1]
        .iter()
        .rev()
        .map(|x| 2.0 * last - x);
    let mut out = Vec::with_capacity(signal.len() + 2 * reach);
    out.extend(before);
    out.extend_from_slice(signal);
    out.extend(after);
    for _ in 0..2 {
        leading_means(&mut out, len);
    }
    out
}

/// The mean of each of the values and the `len − 1` after it, as far as there are so many.
fn leading_means(values: &mut Vec<f64>, len: usize) {
    let n = values.len() + 1 - len;
    let scale = 1.0 / len as f64;
    let mut sum: f64 = values[..len].iter().sum();
    for i in 0..n {
        let enters = values.get(i + len).copied().unwrap_or(0.0);
        let leaves = std::mem::replace(&mut values[i], scale * sum);
        sum += enters - leaves;
    }
    values.truncate(n);
}

/// The mean of each of the `n` samples that `signal` gives by their places and the `len − 1` before it, of as many as
/// there are; `len` is taken as at least 1.
pub(crate) fn trailing_mean(n: usize, len: usize, signal: impl Fn(usize) -> f64) -> Vec<f64> {
    let len = len.max(1);
    let mut means = trailing_sums(n, len, signal);
    for (i, mean) in means.iter_mut().enumerate() {
        *mean /= len.min(i + 1) as f64;
    }
    means
}

/// The same with 0 before the first sample.
pub(crate) fn trailing_mean_from_rest(
    n: usize,
    len: usize,
    signal: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let len = len.max(1);
    let mut means = trailing_sums(n, len, signal);
    means.iter_mut().for_each(|mean| *mean /= len as f64);
    means
}

fn trailing_sums(n: usize, len: usize, signal: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums = vec![0.0; n];
    for (i, out) in sums.iter_mut().enumerate() {
        let leaves = if i < len { 0.0 } else { signal(i - len) };
        sum += signal(i) - leaves;
        *out = sum;
    }
    sums
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn means_are_centred_as_in_scipy() {
        // uniform_filter1d([1, 2, 4, 8, 16], size, mode="nearest")
        let signal = [1.0, 2.0, 4.0, 8.0, 16.0];
        let centred = |len| centred_mean(&signal, len);
        let thirds = [4.0 / 3.0, 7.0 / 3.0, 14.0 / 3.0, 28.0 / 3.0, 40.0 / 3.0];
        assert_close(centred(3), thirds, 1e-12, 0.0);
        assert_close(centred(2), [1.0, 1.5, 3.0, 6.0, 12.0], 1e-12, 0.0);
        assert_close(centred(1), signal, 1e-12, 0.0);
    }

    #[test]
    fn windows_may_be_longer_than_the_signal() {
        let signal = [1.0, 2.0, 4.0, 8.0, 16.0, 3.0, -5.0];
        for len in 1..20_isize {
            let at = |i: isize| signal[i.clamp(0, 6) as usize];
            let window = |i: isize| (i - len / 2..i - len / 2 + len).map(at).sum::<f64>();
            let expected: Vec<f64> = (0..7).map(|i| window(i) / len as f64).collect();
            assert_close(centred_mean(&signal, len as usize), expected, 1e-12, 0.0);
        }
    }

    #[test]
    fn a_line_passes_the_zero_phase_mean_unchanged() {
        let line: Vec<f64> = (0..40).map(|n| 3.0 + 0.5 * f64::from(n)).collect();
        let out = zero_phase_mean(&line, 4);
        assert_close(out[12..28].to_vec(), line[12..28].to_vec(), 1e-12, 0.0);
    }
}
