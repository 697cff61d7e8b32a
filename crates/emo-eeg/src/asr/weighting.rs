//! The filter that shapes a signal's spectrum before artefacts are looked for, designed by modified Yule–Walker
//! equations.
//!
//! B. Friedlander, B. Porat (1984). The modified Yule-Walker method of ARMA spectral estimation. IEEE Transactions on
//! Aerospace and Electronic Systems AES-20(2). doi:10.1109/TAES.1984.310437.

use std::f64::consts::PI;

use emo_dsp::{Complex64, SampleRate};
use ndarray::{Array1, Array2};
use rustfft::{FftDirection, FftPlanner};

use super::orthonormal::least_squares;

/// Order of the filter's numerator and denominator, as in the reference implementations.
pub(super) const ORDER: usize = 8;

/// Points of the response from 0 Hz to the Nyquist frequency, both included.
const GRID: usize = 513;

/// Points around the unit circle.
const CIRCLE: usize = 2 * (GRID - 1);

/// Covariances that the equations take.
const COVARIANCES: usize = 4 * ORDER;

/// Gains at 0, 2, 3, 13, 16, 40 Hz, the lower of 80 Hz and 1 Hz below the Nyquist frequency, and the Nyquist
/// frequency: much of eye movements and muscles, little of the alpha rhythm. Those of EEGLAB's `clean_rawdata`.
const GAINS: [f64; 8] = [3.0, 0.75, 0.33, 0.33, 1.0, 1.0, 3.0, 3.0];

/// The lowest sample rate for which the breakpoints of the response are in order.
pub(super) const MIN_RATE_HZ: f64 = 82.0;

/// Coefficients of a recursive filter, both lists from the newest sample to the oldest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weighting {
    pub(super) b: [f64; ORDER + 1],
    pub(super) a: [f64; ORDER + 1],
}

impl Weighting {
    /// The filter for samples at `rate`, which is above [`MIN_RATE_HZ`].
    pub(super) fn new(rate: SampleRate) -> Self {
        let nyquist = rate.nyquist_hz();
        let edges = [
            0.0,
            2.0,
            3.0,
            13.0,
            16.0,
            40.0,
            f64::min(80.0, nyquist - 1.0),
            nyquist,
        ]
        .map(|hz| hz * 2.0 / rate.hz());
        let response = response(&edges);
        let covariances = covariances(&response);
        let denominator = stabilized(&denominator(&covariances));
        let mut halved = covariances.clone();
        halved[0] /= 2.0;
        let additive = numerator(&halved, &denominator);
        let b = numerator(&impulse_response(&additive, &denominator), &denominator);
        Self { b, a: denominator }
    }

    /// Filters one sample of all channels; `state` is `[ORDER, channels]`.
    pub(super) fn run(&self, state: &mut [f64], input: &[f64], output: &mut [f64]) {
        let n = input.len();
        for ((y, x), z) in output.iter_mut().zip(input).zip(&*state) {
            *y = self.b[0] * x + z;
        }
        for k in 1..=ORDER {
            let (b, a) = (self.b[k], self.a[k]);
            let (head, tail) = state.split_at_mut(k * n);
            let current = &mut head[(k - 1) * n..];
            for ((z, x), y) in current.iter_mut().zip(input).zip(&*output) {
                *z = b * x - a * y;
            }
            for (z, next) in current.iter_mut().zip(&*tail).take(n) {
                *z += next;
            }
        }
    }
}

/// Gains around the unit circle, linear between the edges.
fn response(edges: &[f64; 8]) -> Vec<f64> {
    let mut half = vec![GAINS[0]; GRID];
    let mut begin = 0;
    for (segment, gains) in GAINS.windows(2).enumerate() {
        // At high rates the low segments hold no point.
        let end = ((edges[segment + 1] * GRID as f64) as usize).max(begin);
        let last = (end - begin).saturating_sub(1).max(1);
        for (index, gain) in half[begin..end].iter_mut().enumerate() {
            let share = index as f64 / last as f64;
            *gain = share * gains[1] + (1.0 - share) * gains[0];
        }
        begin = end;
    }
    let mirrored = half[1..GRID - 1].iter().rev().copied();
    half.iter().copied().chain(mirrored).collect()
}

/// The first covariances of noise with the squared response as its spectrum, tapered.
fn covariances(response: &[f64]) -> Vec<f64> {
    let mut spectrum: Vec<_> = response.iter().map(|gain| (gain * gain).into()).collect();
    transform(&mut spectrum, FftDirection::Inverse);
    spectrum
        .iter()
        .take(COVARIANCES)
        .enumerate()
        .map(|(lag, value)| {
            let phase = PI * lag as f64 / (COVARIANCES - 1) as f64;
            value.re * (0.54 + 0.46 * phase.cos())
        })
        .collect()
}

fn denominator(covariances: &[f64]) -> [f64; ORDER + 1] {
    let rows = COVARIANCES - 1 - ORDER;
    let matrix =
        Array2::from_shape_fn((rows, ORDER), |(i, j)| covariances[(ORDER + i).abs_diff(j)]);
    let right = Array1::from_shape_fn(rows, |i| -covariances[ORDER + 1 + i]);
    let mut coefficients = [1.0; ORDER + 1];
    coefficients[1..].copy_from_slice(&least_squares(&matrix, &right));
    coefficients
}

/// The polynomial with its roots outside the unit circle mirrored into it.
fn stabilized(polynomial: &[f64; ORDER + 1]) -> [f64; ORDER + 1] {
    let mut product = [Complex64::ZERO; ORDER + 1];
    product[0] = polynomial[0].into();
    for (degree, root) in roots(polynomial).into_iter().enumerate() {
        let root = if root.norm() > 1.0 {
            root.conj().inv()
        } else {
            root
        };
        for k in (1..=degree + 1).rev() {
            let lower = product[k - 1];
            product[k] -= root * lower;
        }
    }
    product.map(|coefficient| coefficient.re)
}

/// The roots by Durand and Kerner's simultaneous iteration.
fn roots(polynomial: &[f64; ORDER + 1]) -> [Complex64; ORDER] {
    let value = |x: Complex64| {
        polynomial
            .iter()
            .fold(Complex64::ZERO, |sum, &c| sum * x + c)
            / polynomial[0]
    };
    // Powers of a number that is neither real nor a root of unity, as is usual.
    let mut roots = [Complex64::ONE; ORDER];
    for k in 1..ORDER {
        roots[k] = roots[k - 1] * Complex64::new(0.4, 0.9);
    }
    for _ in 0..500 {
        let mut change = 0.0;
        for i in 0..ORDER {
            let others: Complex64 = (0..ORDER)
                .filter(|&j| j != i)
                .map(|j| roots[i] - roots[j])
                .product();
            let step = value(roots[i]) / others;
            roots[i] -= step;
            change = f64::max(change, step.norm());
        }
        if change < 1e-15 {
            break;
        }
    }
    roots
}

/// The numerator whose impulse response over `denominator` is nearest to `target`.
fn numerator(target: &[f64], denominator: &[f64; ORDER + 1]) -> [f64; ORDER + 1] {
    let mut impulse = vec![0.0; target.len()];
    for n in 0..impulse.len() {
        let past: f64 = (1..=ORDER.min(n))
            .map(|k| denominator[k] * impulse[n - k])
            .sum();
        impulse[n] = f64::from(u8::from(n == 0)) - past;
    }
    let matrix = Array2::from_shape_fn((target.len(), ORDER + 1), |(i, j)| {
        if i >= j { impulse[i - j] } else { 0.0 }
    });
    let mut coefficients = [0.0; ORDER + 1];
    coefficients.copy_from_slice(&least_squares(&matrix, &Array1::from(target.to_vec())));
    coefficients
}

/// The impulse response of the minimum-phase filter with twice the real part of `additive / denominator` as its
/// squared response.
fn impulse_response(additive: &[f64; ORDER + 1], denominator: &[f64; ORDER + 1]) -> Vec<f64> {
    let spectrum = |polynomial: &[f64; ORDER + 1]| {
        let mut spectrum = vec![Complex64::ZERO; CIRCLE];
        for (to, &from) in spectrum.iter_mut().zip(polynomial) {
            *to = from.into();
        }
        transform(&mut spectrum, FftDirection::Forward);
        spectrum
    };
    let mut cepstrum: Vec<Complex64> = spectrum(additive)
        .iter()
        .zip(spectrum(denominator))
        .map(|(above, below)| Complex64::from(2.0 * (above / below).re).ln())
        .collect();
    transform(&mut cepstrum, FftDirection::Inverse);
    cepstrum[0] *= 0.5;
    cepstrum[CIRCLE / 2..].fill(Complex64::ZERO);
    transform(&mut cepstrum, FftDirection::Forward);
    cepstrum.iter_mut().for_each(|value| *value = value.exp());
    transform(&mut cepstrum, FftDirection::Inverse);
    cepstrum
        .iter()
        .take(COVARIANCES)
        .map(|value| value.re)
        .collect()
}

/// The discrete Fourier transform; the inverse is divided by the length.
fn transform(values: &mut [Complex64], direction: FftDirection) {
    FftPlanner::new()
        .plan_fft(values.len(), direction)
        .process(values);
    if direction == FftDirection::Inverse {
        let len = values.len() as f64;
        values.iter_mut().for_each(|value| *value /= len);
    }
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    #[test]
    fn coefficients_are_asrpys() {
        // Rows: the rate, b, a.
        let table = load_npy(fixture("emo-eeg/asr_weighting.npy"));
        assert_eq!(table.shape()[0], 6);
        for row in table.outer_iter() {
            let row: Vec<f64> = row.iter().copied().collect();
            let rate = SampleRate::from_hz(row[0]).unwrap();
            let weighting = Weighting::new(rate);
            assert_close(weighting.b, row[1..10].to_vec(), 1e-7, 1e-9);
            assert_close(weighting.a, row[10..].to_vec(), 1e-7, 1e-9);
        }
    }
}
