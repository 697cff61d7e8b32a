use std::f64::consts::PI;

use ndarray::Array2;
use realfft::RealFftPlanner;

use crate::fft::{MAX_LEN, checked_len};
use crate::tridiagonal::Tridiagonal;
use crate::{DspError, WindowSymmetry};

/// Orthogonal tapers and how well each keeps its power within the band.
#[derive(Debug, Clone, PartialEq)]
pub struct Tapers {
    /// The tapers `[tapers, samples]`, best first, each of unit energy.
    pub tapers: Array2<f64>,
    /// The share of each taper's power within the band, from 0 to 1.
    #[doc(alias = "eigenvalues")]
    pub concentrations: Vec<f64>,
}

/// Discrete prolate spheroidal (Slepian) sequences: of all tapers of their length, those with most power in a band.
///
/// `half_bandwidth` is half the band's width in units of the rate over `len` (`NW`), above 0 and below `len / 2`;
/// about `2 · half_bandwidth` tapers are of use. As SciPy's `dpss(len, half_bandwidth, n_tapers, sym)`: even tapers
/// have a positive mean, odd ones begin with a positive lobe. A periodic taper is a symmetric one of `len + 1` samples
/// without its last, and so its energy is a little below 1.
///
/// The tapers are eigenvectors of a symmetric tridiagonal matrix whose eigenvalues, unlike the concentrations, are
/// well apart. Cost: proportional to `len · n_tapers`, and one transform per taper.
///
/// # Errors
/// [`DspError::InvalidSetting`] for a length outside 2 to 2²⁶, a half bandwidth outside its range, or a number of
/// tapers outside 1 to `len` or of more than 2²⁶ samples in all.
///
/// # References
/// - D. Slepian (1978). Prolate spheroidal wave functions, Fourier analysis, and uncertainty V. Bell System Technical
///   Journal 57(5). doi:10.1002/j.1538-7305.1978.tb02104.x.
/// - D. B. Percival, A. T. Walden (1993). Spectral analysis for physical applications, chapter 8. Cambridge University
///   Press. doi:10.1017/CBO9780511622762.
#[doc(alias = "slepian")]
pub fn dpss(
    len: usize,
    half_bandwidth: f64,
    n_tapers: usize,
    symmetry: WindowSymmetry,
) -> Result<Tapers, DspError> {
    checked_len("taper length", len)?;
    if !(half_bandwidth > 0.0 && half_bandwidth < len as f64 / 2.0) {
        return Err(DspError::InvalidSetting {
            name: "half_bandwidth",
            value: half_bandwidth,
            expected: "above 0 and below half the length",
        });
    }
    if !(1..=len).contains(&n_tapers) || n_tapers.saturating_mul(len) > MAX_LEN {
        return Err(DspError::InvalidSetting {
            name: "n_tapers",
            value: n_tapers as f64,
            expected: "1 to the length, and at most 2^26 samples in all",
        });
    }
    let whole_len = match symmetry {
        WindowSymmetry::Symmetric => len,
        WindowSymmetry::Periodic => len + 1,
    };
    let width = half_bandwidth / whole_len as f64;
    let matrix = commuting(whole_len, width);
    let mut tapers = Array2::zeros((n_tapers, whole_len));
    for (order, mut taper) in tapers.outer_iter_mut().enumerate() {
        let vector = matrix.eigenvector(matrix.eigenvalue(order));
        let sign = sign(order, &vector);
        for (weight, value) in taper.iter_mut().zip(vector) {
            *weight = sign * value;
        }
    }
    let concentrations = concentrations(&tapers, width);
    Ok(Tapers {
        tapers: tapers.slice_move(ndarray::s![.., ..len]),
        concentrations,
    })
}

/// The tridiagonal matrix that has the tapers of half width `width` (per sample) as eigenvectors.
fn commuting(len: usize, width: f64) -> Tridiagonal {
    let n = len as f64;
    let cosine = (2.0 * PI * width).cos();
    Tridiagonal::new(
        (0..len)
            .map(|t| ((n - 1.0 - 2.0 * t as f64) / 2.0).powi(2) * cosine)
            .collect(),
        (1..len).map(|t| t as f64 * (n - t as f64) / 2.0).collect(),
    )
}

/// What makes the mean of an even taper and the first lobe of an odd one positive.
fn sign(order: usize, taper: &[f64]) -> f64 {
    let indicator = if order.is_multiple_of(2) {
        taper.iter().sum()
    } else {
        let threshold = (1.0 / taper.len() as f64).max(1e-7);
        let first = taper.iter().find(|value| *value * *value > threshold);
        first.copied().unwrap_or(1.0)
    };
    if indicator < 0.0 { -1.0 } else { 1.0 }
}

/// Σ r(t)·sin(2πWt)/πt over all lags, with each taper's autocorrelation r (Percival and Walden, page 390).
fn concentrations(tapers: &Array2<f64>, width: f64) -> Vec<f64> {
    let len = tapers.ncols();
    let mut planner = RealFftPlanner::new();
    let fft_len = (2 * len).next_power_of_two();
    let (forward, inverse) = (
        planner.plan_fft_forward(fft_len),
        planner.plan_fft_inverse(fft_len),
    );
    let kernel: Vec<f64> = (0..len)
        .map(|t| {
            if t == 0 {
                2.0 * width
            } else {
                2.0 * (2.0 * PI * width * t as f64).sin() / (PI * t as f64)
            }
        })
        .collect();
    let (mut input, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let mut concentration = |taper: ndarray::ArrayView1<'_, f64>| {
        input.fill(0.0);
        for (value, weight) in input.iter_mut().zip(taper) {
            *value = *weight;
        }
        forward
            .process(&mut input, &mut spectrum)
            .expect("the buffers are the plan's own");
        for bin in &mut spectrum {
            *bin = bin.norm_sqr().into();
        }
        inverse
            .process(&mut spectrum, &mut input)
            .expect("the spectrum is real");
        let sum: f64 = input.iter().zip(&kernel).map(|(r, k)| r * k).sum();
        sum / fft_len as f64
    };
    tapers.outer_iter().map(&mut concentration).collect()
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn tapers_are_orthonormal_and_concentrated() {
        for (len, half_bandwidth, n_tapers) in
            [(64, 2.5, 4), (256, 4.0, 8), (1281, 4.0, 8), (31, 8.0, 31)]
        {
            let found = dpss(len, half_bandwidth, n_tapers, WindowSymmetry::Symmetric).unwrap();
            let gram = found.tapers.dot(&found.tapers.t());
            let identity = Array2::<f64>::eye(n_tapers);
            assert_close(gram, identity, 0.0, 1e-10);
            assert!(
                found
                    .concentrations
                    .iter()
                    .all(|share| (-1e-12..1.0 + 1e-12).contains(share))
            );
            assert!(
                found
                    .concentrations
                    .windows(2)
                    .all(|pair| pair[0] > pair[1] - 1e-12)
            );
            assert!(found.concentrations[0] > 0.999);
        }
    }

    #[test]
    fn invalid_tapers_are_named() {
        for (len, half_bandwidth, n_tapers) in [
            (0, 1.0, 1),
            (16, 0.0, 1),
            (16, 8.0, 1),
            (16, f64::NAN, 1),
            (16, 2.0, 0),
            (16, 2.0, 17),
        ] {
            assert!(matches!(
                dpss(len, half_bandwidth, n_tapers, WindowSymmetry::Periodic),
                Err(DspError::InvalidSetting { .. })
            ));
        }
    }
}
