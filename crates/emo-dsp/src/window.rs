use std::f64::consts::PI;

use crate::DspError;
use crate::fft::checked_len;

/// A window function: weights that fade a stretch of signal towards its ends.
///
/// ```
/// use emo_dsp::{Window, WindowSymmetry};
///
/// let hann = Window::Hann.samples(4, WindowSymmetry::Periodic)?;
/// assert!((hann[1] - 0.5).abs() < 1e-15 && hann[2] == 1.0);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// - F. J. Harris (1978). On the use of windows for harmonic analysis with the discrete Fourier transform. Proceedings
///   of the IEEE 66(1). doi:10.1109/PROC.1978.10837.
/// - J. F. Kaiser, R. W. Schafer (1980). On the use of the I₀-sinh window for spectrum analysis. IEEE Transactions on
///   Acoustics, Speech, and Signal Processing 28(1). doi:10.1109/TASSP.1980.1163349.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[doc(alias = "get_window")]
pub enum Window {
    /// All ones.
    #[doc(alias = "rectangular")]
    Boxcar,
    /// A raised cosine that reaches 0.
    #[doc(alias = "hanning")]
    Hann,
    /// A raised cosine that reaches 0.08.
    Hamming,
    /// Two cosines: 0.42, 0.5, 0.08.
    Blackman,
    /// A ratio of modified Bessel functions of the first kind, order 0.
    Kaiser {
        /// Trades the width of the main lobe against the height of the others; finite, at least 0.
        beta: f64,
    },
}

/// Where a window repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WindowSymmetry {
    /// The first sample after the end would equal the first one: for spectra.
    #[default]
    #[doc(alias = "fftbins")]
    Periodic,
    /// The last sample equals the first one: for the design of filters.
    Symmetric,
}

impl Window {
    /// The window's `len` weights, as SciPy's `get_window(…, fftbins=…)`.
    ///
    /// A single weight is 1.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a length of 0 or above 2²⁶ samples, or a `beta` that is not a finite number of
    /// at least 0.
    pub fn samples(self, len: usize, symmetry: WindowSymmetry) -> Result<Vec<f64>, DspError> {
        checked_len("window length", len)?;
        if let Self::Kaiser { beta } = self
            && !(beta.is_finite() && beta >= 0.0)
        {
            return Err(DspError::InvalidSetting {
                name: "beta",
                value: beta,
                expected: "a finite number of at least 0",
            });
        }
        if len == 1 {
            return Ok(vec![1.0]);
        }
        let period = match symmetry {
            WindowSymmetry::Periodic => len,
            WindowSymmetry::Symmetric => len - 1,
        } as f64;
        Ok((0..len).map(|n| self.at(n as f64 / period)).collect())
    }

    /// The weight at a position from 0 to 1.
    fn at(self, position: f64) -> f64 {
        let angle = 2.0 * PI * position;
        match self {
            Self::Boxcar => 1.0,
            Self::Hann => 0.5 - 0.5 * angle.cos(),
            Self::Hamming => 0.54 - 0.46 * angle.cos(),
            Self::Blackman => 0.42 - 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos(),
            Self::Kaiser { beta } => {
                let offset = 2.0 * position - 1.0;
                bessel_i0_ratio(beta * (1.0 - offset * offset).max(0.0).sqrt(), beta)
            }
        }
    }
}

/// I₀(x) / I₀(y) for 0 ≤ x ≤ y.
fn bessel_i0_ratio(x: f64, y: f64) -> f64 {
    // Both series overflow beyond this; by then their ratio is that of the leading asymptotic terms, to 1e-3 / y.
    if y > 700.0 {
        return if x == 0.0 {
            0.0
        } else {
            (x - y).exp() * (y / x).sqrt()
        };
    }
    bessel_i0(x) / bessel_i0(y)
}

/// The power series Σ ((x/2)ᵏ / k!)², all of whose terms are positive.
fn bessel_i0(x: f64) -> f64 {
    let square = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * f64::EPSILON / 4.0 {
        term *= square / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;

    use super::*;

    #[test]
    fn bessel_values_are_the_tables() {
        // Abramowitz and Stegun, table 9.8: e^-x I0(x).
        for (x, scaled) in [(0.0, 1.0), (1.0, 0.465_759_607_6), (5.0, 0.183_540_812_6)] {
            assert_close([bessel_i0(x) * (-x).exp()], [scaled], 1e-9, 0.0);
        }
    }

    #[test]
    fn invalid_windows_are_named() {
        for beta in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(matches!(
                Window::Kaiser { beta }.samples(8, WindowSymmetry::Periodic),
                Err(DspError::InvalidSetting { name: "beta", .. })
            ));
        }
        for len in [0, usize::MAX] {
            assert!(matches!(
                Window::Hann.samples(len, WindowSymmetry::Periodic),
                Err(DspError::InvalidSetting { .. })
            ));
        }
    }

    #[test]
    fn windows_are_symmetric_and_at_most_one() {
        for window in [
            Window::Boxcar,
            Window::Hann,
            Window::Hamming,
            Window::Blackman,
            Window::Kaiser { beta: 8.6 },
            Window::Kaiser { beta: 900.0 },
        ] {
            for len in [1, 2, 7, 64] {
                let symmetric = window.samples(len, WindowSymmetry::Symmetric).unwrap();
                let reversed: Vec<f64> = symmetric.iter().rev().copied().collect();
                assert_close(symmetric.clone(), reversed, 1e-9, 1e-12);
                assert!(symmetric.iter().all(|w| (-1e-12..=1.0 + 1e-12).contains(w)));
                let periodic = window.samples(len, WindowSymmetry::Periodic).unwrap();
                let longer = window.samples(len + 1, WindowSymmetry::Symmetric).unwrap();
                if len > 1 {
                    assert_close(periodic, longer[..len].to_vec(), 1e-12, 1e-15);
                }
            }
        }
    }
}
