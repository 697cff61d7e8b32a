use ndarray::ArrayRef2;

use super::{
    CalibrationConfig, check_classes, check_coefficients, check_floor, check_samples, log_score,
    softmax_in_place,
};
use crate::{
    ScoreError,
    newton::{Objective, minimize, softmax},
};

/// Vector scaling: `s(c) ∝ exp(w_c ln max(p(c), ε) + b_c)`, a temperature and a bias for each class.
///
/// The fit minimises the negative log likelihood and `λ/2 Σ ((w_c − 1)² + b_c²)`, which keeps it finite where the
/// classes can be separated. Decisions may change.
///
/// # References
/// C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, *On calibration of modern neural networks*, ICML 2017,
/// arXiv:1706.04599.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct VectorScaling {
    floor: f32,
    /// `[classes]`
    scales: Vec<f64>,
    /// `[classes]`
    biases: Vec<f64>,
}

impl VectorScaling {
    /// Finds the scales and biases.
    ///
    /// # Errors
    /// Those of [`CalibrationName::fit`](crate::CalibrationName::fit).
    pub fn fit(
        config: &CalibrationConfig,
        scores: &ArrayRef2<f32>,
        truth: &[usize],
    ) -> Result<Self, ScoreError> {
        check_floor(config.floor)?;
        if !(config.penalty.is_finite() && config.penalty >= 0.0) {
            return Err(ScoreError::Parameter {
                name: "penalty",
                value: config.penalty,
                expected: "a number from 0",
            });
        }
        let n_classes = check_samples(scores, truth)?;
        let objective = Likelihood {
            logits: scores
                .iter()
                .map(|score| log_score(*score, config.floor))
                .collect(),
            truth,
            n_classes,
            penalty: config.penalty,
        };
        let start = [vec![1.0; n_classes], vec![0.0; n_classes]].concat();
        let solution = minimize(&objective, start, 1e-10 * (1.0 + truth.len() as f64))?;
        let (scales, biases) = solution.split_at(n_classes);
        let calibration = Self {
            floor: config.floor,
            scales: scales.to_vec(),
            biases: biases.to_vec(),
        };
        calibration.check()?;
        Ok(calibration)
    }

    /// The scale w of each class.
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// The bias b of each class; they sum to zero.
    pub fn biases(&self) -> &[f64] {
        &self.biases
    }

    /// Replaces one sample's scores by calibrated ones.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`].
    pub fn apply(&self, scores: &mut [f32]) -> Result<(), ScoreError> {
        check_classes(scores, self.scales.len())?;
        softmax_in_place(scores, |class, score| {
            self.scales[class] * log_score(score, self.floor) + self.biases[class]
        });
        Ok(())
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_floor(self.floor)?;
        check_coefficients(&self.scales, &self.biases, "scale or bias")
    }
}

checked_serde!(VectorScaling);

struct Likelihood<'a> {
    /// `[samples · classes]`
    logits: Vec<f64>,
    truth: &'a [usize],
    n_classes: usize,
    penalty: f64,
}

impl Likelihood<'_> {
    fn samples(&self) -> impl Iterator<Item = (&[f64], usize)> {
        self.logits
            .chunks_exact(self.n_classes)
            .zip(self.truth.iter().copied())
    }

    fn scale(&self, x: &[f64], logits: &[f64], scaled: &mut [f64]) {
        let (scales, biases) = x.split_at(self.n_classes);
        for (((scaled, z), w), b) in scaled.iter_mut().zip(logits).zip(scales).zip(biases) {
            *scaled = w * z + b;
        }
    }
}

impl Objective for Likelihood<'_> {
    const WHAT: &'static str = "vector scaling";

    fn value(&self, x: &[f64]) -> f64 {
        let mut scaled = vec![0.0; self.n_classes];
        let mut loss = 0.0;
        for (logits, truth) in self.samples() {
            self.scale(x, logits, &mut scaled);
            let own = scaled[truth];
            loss += softmax(&mut scaled) - own;
        }
        let (scales, biases) = x.split_at(self.n_classes);
        let squares: f64 = scales.iter().map(|w| (w - 1.0).powi(2)).sum::<f64>()
            + biases.iter().map(|b| b * b).sum::<f64>();
        // All biases may move together without any effect; their sum is held at zero.
        let sum: f64 = biases.iter().sum();
        loss + 0.5 * self.penalty * squares + 0.5 * sum * sum
    }

    fn derivatives(&self, x: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
        let (k, n) = (self.n_classes, x.len());
        let mut p = vec![0.0; k];
        for (z, truth) in self.samples() {
            self.scale(x, z, &mut p);
            softmax(&mut p);
            for i in 0..k {
                let residual = p[i] - f64::from(u8::from(i == truth));
                gradient[i] += residual * z[i];
                gradient[k + i] += residual;
                for j in 0..k {
                    let curvature = p[i] * (f64::from(u8::from(i == j)) - p[j]);
                    hessian[i * n + j] += curvature * z[i] * z[j];
                    hessian[i * n + k + j] += curvature * z[i];
                    hessian[(k + i) * n + j] += curvature * z[j];
                    hessian[(k + i) * n + k + j] += curvature;
                }
            }
        }
        let sum: f64 = x[k..].iter().sum();
        for i in 0..k {
            gradient[i] += self.penalty * (x[i] - 1.0);
            gradient[k + i] += self.penalty * x[k + i] + sum;
            hessian[i * n + i] += self.penalty;
            hessian[(k + i) * n + k + i] += self.penalty;
            for j in 0..k {
                hessian[(k + i) * n + k + j] += 1.0;
            }
        }
    }
}
