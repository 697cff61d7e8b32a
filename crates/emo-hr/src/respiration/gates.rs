use std::f64::consts::{PI, TAU};
use std::sync::OnceLock;

use ndarray::Array2;

use super::symmetric_eigen::symmetric_eigen;

/// Seconds of a window, and values per second.
pub(super) const WINDOW_S: usize = 32;
pub(super) const RATE_HZ: usize = 4;
/// Values of a window.
const LEN: usize = WINDOW_S * RATE_HZ;
/// Bins of 1/32 Hz from 0.12 to 0.4 Hz.
const FIRST_BIN: usize = 4;
const N_BINS: usize = 9;
/// Windows that are planned, and how many of them are used, as NeuroKit2.
const N_WINDOWS: usize = 8;
const N_USED: usize = 4;
/// Height of the peak that the windows match, and of the walls against leakage, in dB.
const PEAK_DB: f64 = 20.0;
const WALL_DB: f64 = 30.0;

/// Sums of squares of a stretch of intervals, in windows matched to a peaked spectrum.
///
/// # References
/// M. Hansson, G. Salomonsson (1997). A multiple window method for estimation of peaked spectra. IEEE Transactions on
/// Signal Processing 45(3). doi:10.1109/78.558503.
#[derive(Debug, Clone)]
pub(super) struct Gates {
    /// Windowed cosines and sines `[windows · bins · 2, values]`, scaled so that squares are densities.
    waves: Array2<f64>,
}

impl Gates {
    /// The same for all signals, and planned once.
    pub(super) fn shared() -> &'static Self {
        static GATES: OnceLock<Gates> = OnceLock::new();
        GATES.get_or_init(Self::new)
    }

    fn new() -> Self {
        let (values, windows) = matched_windows();
        let total: f64 = values[..N_WINDOWS].iter().sum();
        let waves = Array2::from_shape_fn((N_USED * N_BINS * 2, LEN), |(row, t)| {
            let (window, bin, part) = (row / (2 * N_BINS), row / 2 % N_BINS, row % 2);
            let energy: f64 = windows.column(window).iter().map(|w| w * w).sum();
            let scale = 2.0 * values[window] / total / (RATE_HZ as f64 * energy);
            let angle = TAU * ((FIRST_BIN + bin) * t) as f64 / LEN as f64;
            let wave = if part == 0 { angle.cos() } else { angle.sin() };
            scale.sqrt() * windows[[t, window]] * wave
        });
        Self { waves }
    }

    /// The logarithm of the power of breathing in each second, from a tachogram at 4 Hz.
    pub(super) fn log_power(&self, tachogram: &[f64]) -> Vec<f64> {
        tachogram
            .windows(LEN)
            .step_by(RATE_HZ)
            .map(|values| {
                let power: f64 = self
                    .waves
                    .rows()
                    .into_iter()
                    .map(|wave| {
                        wave.iter()
                            .zip(values)
                            .map(|(w, x)| w * x)
                            .sum::<f64>()
                            .powi(2)
                    })
                    .sum();
                (2.0 * power / LEN as f64).ln()
            })
            .collect()
    }
}

/// How well each window matches, best first, and the windows in the columns.
fn matched_windows() -> (Vec<f64>, Array2<f64>) {
    let width = (N_WINDOWS + 2) as f64 / LEN as f64;
    let peak = toeplitz(|k| peaked(k, width));
    let wall = 10_f64.powf(WALL_DB / 10.0);
    let penalty = toeplitz(|k| {
        let inside = match k {
            0 => width,
            _ => (PI * width * k as f64).sin() / (PI * k as f64),
        };
        let everywhere = if k == 0 { wall } else { 0.0 };
        everywhere - (wall - 1.0) * inside
    });
    // With penalty = L·Lᵀ, the windows are L⁻ᵀ times the eigenvectors of L⁻¹·peak·L⁻ᵀ.
    let lower = cholesky(&penalty);
    let half = solve_lower(&lower, peak);
    let (values, vectors) = symmetric_eigen(&solve_lower(&lower, half.t().to_owned()));
    (values, solve_upper(&lower, vectors))
}

/// Covariance of a process whose spectrum peaks by 20 dB.
fn peaked(k: usize, width: f64) -> f64 {
    let c = 2.0 * PEAK_DB / 10.0 / width * std::f64::consts::LN_10;
    let end = (-c * width / 2.0).exp();
    if k == 0 {
        return 2.0 / c * (1.0 - end);
    }
    let k = k as f64;
    let (sin, cos) = (PI * width * k).sin_cos();
    (2.0 * c - end * (2.0 * c * cos - 4.0 * PI * k * sin)) / (c * c + (TAU * k).powi(2))
}

fn toeplitz(of: impl Fn(usize) -> f64) -> Array2<f64> {
    let values: Vec<f64> = (0..LEN).map(of).collect();
    Array2::from_shape_fn((LEN, LEN), |(i, j)| values[i.abs_diff(j)])
}

/// The lower factor of a positive definite matrix.
fn cholesky(a: &Array2<f64>) -> Array2<f64> {
    let n = a.nrows();
    let mut l = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[[i, k]] * l[[j, k]]).sum();
            l[[i, j]] = if i == j {
                (a[[i, i]] - known).sqrt()
            } else {
                (a[[i, j]] - known) / l[[j, j]]
            };
        }
    }
    l
}

/// Solves `l · x = b` for all columns.
fn solve_lower(l: &Array2<f64>, mut b: Array2<f64>) -> Array2<f64> {
    for i in 0..l.nrows() {
        for column in 0..b.ncols() {
            let known: f64 = (0..i).map(|k| l[[i, k]] * b[[k, column]]).sum();
            b[[i, column]] = (b[[i, column]] - known) / l[[i, i]];
        }
    }
    b
}

/// Solves `lᵀ · x = b` for all columns.
fn solve_upper(l: &Array2<f64>, mut b: Array2<f64>) -> Array2<f64> {
    let n = l.nrows();
    for i in (0..n).rev() {
        for column in 0..b.ncols() {
            let known: f64 = (i + 1..n).map(|k| l[[k, i]] * b[[k, column]]).sum();
            b[[i, column]] = (b[[i, column]] - known) / l[[i, i]];
        }
    }
    b
}
