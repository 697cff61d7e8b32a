use crate::DspError;

use super::moments::{check_order, check_signal};
use super::unit::{EntropyUnit, entropy_nats};

/// The highest order of [`SvdEntropy`].
pub const MAX_SVD_ORDER: usize = 32;

/// Settings of [`SvdEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SvdEntropyConfig {
    /// Samples in a row of the embedding, 2 to [`MAX_SVD_ORDER`].
    pub order: usize,
    /// Steps from one sample of a row to the next, 1 or more.
    pub delay: usize,
    /// The unit of the entropy.
    pub unit: EntropyUnit,
}

impl SvdEntropyConfig {
    /// As antropy 0.2 with `normalize=True`: order 3, delay 1, share of the logarithm of the order.
    pub fn antropy() -> Self {
        Self {
            order: 3,
            delay: 1,
            unit: EntropyUnit::Share,
        }
    }

    /// As mne-features 0.3: order 10, delay 2, bits.
    pub fn mne_features() -> Self {
        Self {
            order: 10,
            delay: 2,
            unit: EntropyUnit::Bits,
        }
    }

    /// As NeuroKit2 0.2: order 2, delay 1, bits.
    pub fn neurokit() -> Self {
        Self {
            order: 2,
            delay: 1,
            unit: EntropyUnit::Bits,
        }
    }
}

/// As [`SvdEntropyConfig::antropy`].
impl Default for SvdEntropyConfig {
    fn default() -> Self {
        Self::antropy()
    }
}

/// What [`SvdEntropy`] finds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SvdComplexity {
    /// The entropy of the singular values as shares of their sum, in the unit of the settings.
    pub entropy: f64,
    /// Fisher information: `Σ (wₖ₊₁ − wₖ)² / wₖ` of the shares in descending order, 0 for equal ones, up to 1.
    pub fisher_information: f64,
}

/// Entropy and Fisher information of the singular values of a signal's delay embedding.
///
/// The rows of the embedding are `order` samples, `delay` apart, from every start; its singular values say how many
/// independent shapes the signal is made of. They are the square roots of the eigenvalues of the embedding's Gram
/// matrix, so a singular value below 1e-8 of the largest is not told from 0. Allocates only in [`new`](Self::new).
///
/// # References
/// - S. J. Roberts, W. Penny, I. Rezek (1999). Temporal and spatial complexity measures for electroencephalogram based
///   brain-computer interfacing. Medical & Biological Engineering & Computing 37. doi:10.1007/BF02513272.
/// - C. J. James, D. Lowe (2003). Extracting multisource brain activity from a single electromagnetic channel.
///   Artificial Intelligence in Medicine 28(1). doi:10.1016/S0933-3657(03)00037-X.
#[derive(Debug, Clone)]
pub struct SvdEntropy {
    config: SvdEntropyConfig,
    gram: Vec<f64>,
    values: Vec<f64>,
}

impl SvdEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for an order outside 2 to [`MAX_SVD_ORDER`] or a delay of 0.
    pub fn new(config: &SvdEntropyConfig) -> Result<Self, DspError> {
        check_order(config.order, 2..=MAX_SVD_ORDER, "2 to 32", config.delay)?;
        Ok(Self {
            gram: vec![0.0; config.order * config.order],
            values: vec![0.0; config.order],
            config: config.clone(),
        })
    }

    /// The shortest signal that [`compute`](Self::compute) takes, in samples: as many rows as columns.
    pub fn min_len(&self) -> usize {
        (self.config.order - 1)
            .saturating_mul(self.config.delay)
            .saturating_add(self.config.order)
    }

    /// Entropy and Fisher information of `signal`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Undefined`] if all samples are 0, or so large or small that their squares leave the range of
    ///   `f64`.
    pub fn compute(&mut self, signal: &[f64]) -> Result<SvdComplexity, DspError> {
        check_signal(signal, self.min_len())?;
        self.fill_gram(signal);
        let order = self.config.order;
        diagonalize(&mut self.gram, order);
        for (value, k) in self.values.iter_mut().zip(0..) {
            *value = self.gram[k * order + k].max(0.0).sqrt();
        }
        self.values.sort_unstable_by(|a, b| b.total_cmp(a));
        let total: f64 = self.values.iter().sum();
        if total <= 0.0 || !total.is_finite() {
            return Err(DspError::Undefined {
                measure: "entropy of singular values",
                reason: "all samples are 0 or their squares leave the range of f64",
            });
        }
        let nats = entropy_nats(self.values.iter().copied(), total);
        let steps = self.values.windows(2).filter(|pair| pair[0] > 0.0);
        let fisher: f64 = steps.map(|w| (w[1] - w[0]).powi(2) / w[0]).sum();
        Ok(SvdComplexity {
            entropy: self.config.unit.convert(nats, order as f64),
            fisher_information: fisher / total,
        })
    }

    /// Products of the embedding's columns. Along a diagonal of the matrix the sums differ by their ends alone.
    fn fill_gram(&mut self, signal: &[f64]) {
        let SvdEntropyConfig { order, delay, .. } = self.config;
        let n_rows = signal.len() - (order - 1) * delay;
        let products = |a: usize, b: usize, len: usize| -> f64 {
            let (a, b) = (&signal[a..a + len], &signal[b..b + len]);
            a.iter().zip(b).map(|(x, y)| x * y).sum()
        };
        for lag in 0..order {
            let mut sum = products(0, lag * delay, n_rows);
            for row in 0..order - lag {
                let column = row + lag;
                self.gram[row * order + column] = sum;
                self.gram[column * order + row] = sum;
                if column + 1 < order {
                    let (r, c) = (row * delay, column * delay);
                    sum -= products(r, c, delay.min(n_rows));
                    let kept = n_rows.saturating_sub(delay);
                    let end = |at: usize| at + kept + delay;
                    sum += products(end(r), end(c), delay.min(n_rows));
                }
            }
        }
    }
}

/// Turns a symmetric matrix into a diagonal one by rotations of two axes at a time (cyclic Jacobi).
fn diagonalize(matrix: &mut [f64], n: usize) {
    // What is left out is within the rounding of the sums that the matrix was made of.
    let negligible = f64::EPSILON / 16.0 * (0..n).map(|k| matrix[k * n + k]).sum::<f64>();
    // Convergence is quadratic: a handful of sweeps is the rule.
    for _ in 0..60 {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                let off = matrix[p * n + q];
                let (app, aqq) = (matrix[p * n + p], matrix[q * n + q]);
                if off.abs() <= negligible {
                    continue;
                }
                rotated = true;
                let theta = (aqq - app) / (2.0 * off);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for k in 0..n {
                    let (akp, akq) = (matrix[k * n + p], matrix[k * n + q]);
                    matrix[k * n + p] = c * akp - s * akq;
                    matrix[k * n + q] = s * akp + c * akq;
                }
                for k in 0..n {
                    let (apk, aqk) = (matrix[p * n + k], matrix[q * n + k]);
                    matrix[p * n + k] = c * apk - s * aqk;
                    matrix[q * n + k] = s * apk + c * aqk;
                }
            }
        }
        if !rotated {
            break;
        }
    }
}
