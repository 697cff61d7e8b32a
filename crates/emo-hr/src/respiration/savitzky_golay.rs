/// Samples on either side of the one that is smoothed.
const HALF: usize = 10;
/// Samples of the window.
pub(super) const LEN: usize = 2 * HALF + 1;

/// The value at each sample of the cubic that fits the 21 samples around it best; at the ends, of the cubic through
/// the first or last 21. As SciPy's `savgol_filter(signal, 21, 3)`; `signal` has at least 21 samples.
///
/// # References
/// A. Savitzky, M. J. E. Golay (1964). Smoothing and differentiation of data by simplified least squares procedures.
/// Analytical Chemistry 36(8). doi:10.1021/ac60214a047.
pub(super) fn cubic_trend(signal: &[f64]) -> Vec<f64> {
    let last = signal.len() - LEN;
    (0..signal.len())
        .map(|i| {
            let start = i.saturating_sub(HALF).min(last);
            let window = &signal[start..start + LEN];
            let weights = weights(i as f64 - (start + HALF) as f64);
            window.iter().zip(weights).map(|(x, w)| x * w).sum()
        })
        .collect()
}

/// What each sample of the window adds to the value at `place`, counted from its middle.
fn weights(place: f64) -> [f64; LEN] {
    let at: [f64; LEN] = std::array::from_fn(|j| j as f64 - HALF as f64);
    // Polynomials that are orthogonal over the window.
    let even: f64 = at.iter().map(|x| x * x).sum::<f64>() / LEN as f64;
    let odd = at.iter().map(|x| x.powi(4)).sum::<f64>() / at.iter().map(|x| x * x).sum::<f64>();
    let polynomials: [&dyn Fn(f64) -> f64; 4] =
        [&|_| 1.0, &|x| x, &|x| x * x - even, &|x| x * (x * x - odd)];
    std::array::from_fn(|j| {
        polynomials
            .iter()
            .map(|p| p(place) * p(at[j]) / at.iter().map(|x| p(*x).powi(2)).sum::<f64>())
            .sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubic_is_its_own_trend() {
        let cubic = |i: f64| 3.0 - 0.5 * i + 0.02 * i * i - 0.001 * i.powi(3);
        let signal: Vec<f64> = (0..40).map(|i| cubic(f64::from(i))).collect();
        for (trend, value) in cubic_trend(&signal).iter().zip(&signal) {
            assert!((trend - value).abs() < 1e-9);
        }
    }
}
