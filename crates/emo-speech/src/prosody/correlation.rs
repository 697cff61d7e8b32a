use std::f64::consts::PI;

use super::round_trip::RoundTrip;

/// The normalized autocorrelation of windowed frames, divided by that of the window.
#[derive(Debug, Clone)]
pub(super) struct WindowedAutocorrelation {
    window: Vec<f64>,
    /// Autocorrelation of the window, 1 at lag 0.
    of_window: Vec<f64>,
    transform: RoundTrip,
}

impl WindowedAutocorrelation {
    /// For lags up to `max_lag`.
    pub(super) fn new(window: Vec<f64>, max_lag: usize) -> Self {
        let mut transform = RoundTrip::new((window.len() + max_lag + 1).next_power_of_two());
        transform.samples[..window.len()].copy_from_slice(&window);
        transform.autocorrelate();
        let correlation = &transform.samples[..=max_lag];
        Self {
            window,
            of_window: correlation.iter().map(|r| r / correlation[0]).collect(),
            transform,
        }
    }

    /// The window times the samples less `mean`, to be seen before [`finish`](Self::finish).
    pub(super) fn load(&mut self, samples: &[f64], mean: f64) -> &[f64] {
        let (inside, after) = self.transform.samples.split_at_mut(self.window.len());
        for ((x, sample), weight) in inside.iter_mut().zip(samples).zip(&self.window) {
            *x = (sample - mean) * weight;
        }
        after.fill(0.0);
        inside
    }

    /// The correlation for lags from 0, which is 1, to `max_lag`; zeros for a frame of zeros.
    pub(super) fn finish(&mut self, output: &mut [f64]) {
        self.transform.autocorrelate();
        let correlation = &self.transform.samples;
        let power = correlation[0];
        for ((r, lagged), of_window) in output.iter_mut().zip(correlation).zip(&self.of_window) {
            *r = if power > 0.0 {
                lagged / (power * of_window)
            } else {
                0.0
            };
        }
    }
}

/// Lags that are summed side by side.
pub(super) const LAGS: usize = 8;

/// Σ aₙ bₙ₊ₗ over the samples of `a`, for the lags l from 0 on; `b` must be `LAGS` − 1 samples longer.
pub(super) fn lagged_products(a: &[f64], b: &[f64]) -> [f64; LAGS] {
    let mut sums = [0.0; LAGS];
    for (a, b) in a.iter().zip(b.windows(LAGS)) {
        for (sum, b) in sums.iter_mut().zip(b) {
            *sum += a * b;
        }
    }
    sums
}

/// Σ bₙ₊ₗ² over `len` samples, for the lags l from 0 on; `b` must be `LAGS` − 1 samples longer.
pub(super) fn lagged_powers(len: usize, b: &[f64]) -> [f64; LAGS] {
    let mut sums = [0.0; LAGS];
    for b in b.windows(LAGS).take(len) {
        for (sum, b) in sums.iter_mut().zip(b) {
            *sum += b * b;
        }
    }
    sums
}

/// The correlation of the first `len` samples with those `lag` later, each normalized by its own power, for every lag
/// that the samples have room for and `output` has; the rest is zero.
///
/// `centred` is overwritten with the samples less `mean`.
pub(super) fn forward_cross_correlation(
    samples: &[f64],
    mean: f64,
    len: usize,
    centred: &mut Vec<f64>,
    output: &mut [f64],
) {
    output.fill(0.0);
    let room = (samples.len() + 1).saturating_sub(len).min(output.len());
    if room == 0 {
        return;
    }
    centred.clear();
    centred.extend(samples.iter().map(|x| x - mean));
    centred.extend([0.0; LAGS]);
    let here = &centred[..len];
    let power: f64 = here.iter().map(|x| x * x).sum();
    let mut power_there = power;
    for (block, r) in output[..room].chunks_mut(LAGS).enumerate() {
        let first = block * LAGS;
        let products = lagged_products(here, &centred[first..]);
        for ((lag, r), product) in (first..).zip(r).zip(products) {
            let scale = (power * power_there).sqrt();
            *r = if scale > 0.0 {
                (product / scale).clamp(-1.0, 1.0)
            } else {
                0.0
            };
            let (added, removed) = (centred[lag + len], centred[lag]);
            power_there += added * added - removed * removed;
        }
    }
    output[0] = 1.0;
}

/// The Hann window whose zeros lie one sample outside.
pub(super) fn hann(len: usize) -> Vec<f64> {
    (1..=len)
        .map(|n| 0.5 - 0.5 * (2.0 * PI * n as f64 / (len + 1) as f64).cos())
        .collect()
}

/// A Gaussian that falls to 0 one sample outside, exp(−12) of its height being cut off.
pub(super) fn gaussian(len: usize) -> Vec<f64> {
    let edge = (-12.0_f64).exp();
    let middle = 0.5 * (len + 1) as f64;
    (1..=len)
        .map(|n| {
            let x = (n as f64 - middle) / (len + 1) as f64;
            ((-48.0 * x * x).exp() - edge) / (1.0 - edge)
        })
        .collect()
}
