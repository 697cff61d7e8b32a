use ndarray::ArrayRef2;

use super::{CalibrationConfig, check_floor, check_samples, log_score, softmax_in_place};
use crate::{
    ScoreError,
    newton::{Objective, minimize, softmax},
};

/// Temperature scaling: `s(c) ∝ max(p(c), ε)^(1/T)`.
///
/// A temperature above 1 makes scores less certain, below 1 more; decisions stay as they are.
///
/// # References
/// C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, *On calibration of modern neural networks*, ICML 2017,
/// arXiv:1706.04599.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Temperature {
    temperature: f64,
    floor: f32,
}

impl Temperature {
    /// With a temperature above 0 and the floor ε in `(0, 0.5)`.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(temperature: f64, floor: f32) -> Result<Self, ScoreError> {
        let calibration = Self { temperature, floor };
        calibration.check()?;
        Ok(calibration)
    }

    /// Finds the temperature of the greatest likelihood.
    ///
    /// Where every sample is classified rightly the likelihood has no maximum; the temperature is then so small that
    /// nothing is left to gain.
    ///
    /// # Errors
    /// Those of [`CalibrationName::fit`](crate::CalibrationName::fit); [`ScoreError::Parameter`] too if the scores
    /// speak against the true classes, so that no temperature above 0 is best.
    pub fn fit(
        config: &CalibrationConfig,
        scores: &ArrayRef2<f32>,
        truth: &[usize],
    ) -> Result<Self, ScoreError> {
        check_floor(config.floor)?;
        let n_classes = check_samples(scores, truth)?;
        let objective = Likelihood {
            logits: scores
                .iter()
                .map(|score| log_score(*score, config.floor))
                .collect(),
            truth,
            n_classes,
        };
        let solution = minimize(&objective, vec![1.0], 1e-10 * (1.0 + truth.len() as f64))?;
        Self::new(1.0 / solution[0], config.floor)
    }

    /// The temperature.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// Replaces one sample's scores by calibrated ones.
    pub fn apply(&self, scores: &mut [f32]) {
        softmax_in_place(scores, |_, score| {
            log_score(score, self.floor) / self.temperature
        });
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_floor(self.floor)?;
        if self.temperature.is_finite() && self.temperature > 0.0 {
            return Ok(());
        }
        Err(ScoreError::Parameter {
            name: "temperature",
            value: self.temperature,
            expected: "a number above 0",
        })
    }
}

checked_serde!(Temperature);

/// The negative log likelihood, convex in the inverse temperature.
struct Likelihood<'a> {
    /// `[samples · classes]`
    logits: Vec<f64>,
    truth: &'a [usize],
    n_classes: usize,
}

impl Likelihood<'_> {
    fn samples(&self) -> impl Iterator<Item = (&[f64], usize)> {
        self.logits
            .chunks_exact(self.n_classes)
            .zip(self.truth.iter().copied())
    }
}

impl Objective for Likelihood<'_> {
    const WHAT: &'static str = "temperature scaling";

    fn value(&self, x: &[f64]) -> f64 {
        let mut scaled = vec![0.0; self.n_classes];
        self.samples()
            .map(|(logits, truth)| {
                for (scaled, logit) in scaled.iter_mut().zip(logits) {
                    *scaled = x[0] * logit;
                }
                let own = scaled[truth];
                softmax(&mut scaled) - own
            })
            .sum()
    }

    fn derivatives(&self, x: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
        let mut p = vec![0.0; self.n_classes];
        for (logits, truth) in self.samples() {
            for (p, logit) in p.iter_mut().zip(logits) {
                *p = x[0] * logit;
            }
            softmax(&mut p);
            let mean: f64 = p.iter().zip(logits).map(|(p, z)| p * z).sum();
            let variance: f64 = p
                .iter()
                .zip(logits)
                .map(|(p, z)| p * (z - mean).powi(2))
                .sum();
            gradient[0] += mean - logits[truth];
            hessian[0] += variance;
        }
    }
}
