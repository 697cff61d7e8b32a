use ndarray::ArrayRef2;

use super::{
    CalibrationConfig, check_classes, check_coefficients, check_floor, check_samples, normalize,
};
use crate::{
    ScoreError,
    newton::{Objective, minimize},
};

/// Platt scaling, one class against the rest: `s(c) ∝ 1 / (1 + exp(a_c f + b_c))` of the log odds
/// `f = ln(p(c) / (1 − p(c)))`, p being held between ε and 1 − ε.
///
/// With `a = −1` and `b = 0` a score is left as it is. The targets are Platt's, `(n₊ + 1) / (n₊ + 2)` and
/// `1 / (n₋ + 2)`, so that a fit exists for any samples.
///
/// # References
/// J. Platt, *Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods*, in
/// Advances in Large Margin Classifiers, MIT Press, 1999. B. Zadrozny, C. Elkan, *Transforming classifier scores into
/// accurate multiclass probability estimates*, KDD 2002, doi:10.1145/775047.775151, for one against the rest.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Platt {
    floor: f32,
    /// `[classes]`
    slopes: Vec<f64>,
    /// `[classes]`
    offsets: Vec<f64>,
}

impl Platt {
    /// Finds a and b of the greatest likelihood for each class.
    ///
    /// # Errors
    /// Those of [`CalibrationName::fit`](crate::CalibrationName::fit).
    pub fn fit(
        config: &CalibrationConfig,
        scores: &ArrayRef2<f32>,
        truth: &[usize],
    ) -> Result<Self, ScoreError> {
        check_floor(config.floor)?;
        let n_classes = check_samples(scores, truth)?;
        let (mut slopes, mut offsets) = (Vec::new(), Vec::new());
        for class in 0..n_classes {
            let n_positive = truth.iter().filter(|truth| **truth == class).count() as f64;
            let n_negative = truth.len() as f64 - n_positive;
            let (high, low) = (
                (n_positive + 1.0) / (n_positive + 2.0),
                1.0 / (n_negative + 2.0),
            );
            let objective = Sigmoid {
                samples: scores
                    .column(class)
                    .iter()
                    .zip(truth)
                    .map(|(score, truth)| {
                        let target = if *truth == class { high } else { low };
                        (log_odds(*score, config.floor), target)
                    })
                    .collect(),
            };
            let start = vec![0.0, ((n_negative + 1.0) / (n_positive + 1.0)).ln()];
            let solution = minimize(&objective, start, 1e-10 * (1.0 + truth.len() as f64))?;
            slopes.push(solution[0]);
            offsets.push(solution[1]);
        }
        let calibration = Self {
            floor: config.floor,
            slopes,
            offsets,
        };
        calibration.check()?;
        Ok(calibration)
    }

    /// The slope a of each class; below zero where high scores mean what they should.
    pub fn slopes(&self) -> &[f64] {
        &self.slopes
    }

    /// The offset b of each class.
    pub fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    /// Replaces one sample's scores by calibrated ones.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`].
    pub fn apply(&self, scores: &mut [f32]) -> Result<(), ScoreError> {
        check_classes(scores, self.slopes.len())?;
        for ((score, a), b) in scores.iter_mut().zip(&self.slopes).zip(&self.offsets) {
            let logit = a * log_odds(*score, self.floor) + b;
            *score = (1.0 / (1.0 + logit.exp())) as f32;
        }
        normalize(scores)
    }

    fn check(&self) -> Result<(), ScoreError> {
        check_floor(self.floor)?;
        check_coefficients(&self.slopes, &self.offsets, "slope or offset")
    }
}

checked_serde!(Platt);

fn log_odds(score: f32, floor: f32) -> f64 {
    let score = f64::from(score).clamp(f64::from(floor), 1.0 - f64::from(floor));
    (score / (1.0 - score)).ln()
}

/// The cross entropy of soft targets t: `Σ ln(1 + exp(g)) − (1 − t) g` with `g = a f + b`.
struct Sigmoid {
    /// Each sample's f and t.
    samples: Vec<(f64, f64)>,
}

impl Objective for Sigmoid {
    const WHAT: &'static str = "Platt scaling";

    fn value(&self, x: &[f64]) -> f64 {
        self.samples
            .iter()
            .map(|(f, t)| {
                let g = x[0] * f + x[1];
                g.max(0.0) + (-g.abs()).exp().ln_1p() - (1.0 - t) * g
            })
            .sum()
    }

    fn derivatives(&self, x: &[f64], gradient: &mut [f64], hessian: &mut [f64]) {
        for (f, t) in &self.samples {
            let negative = 1.0 / (1.0 + (-(x[0] * f + x[1])).exp());
            let residual = negative - (1.0 - t);
            let curvature = negative * (1.0 - negative);
            gradient[0] += residual * f;
            gradient[1] += residual;
            hessian[0] += curvature * f * f;
            hessian[1] += curvature * f;
            hessian[2] += curvature * f;
            hessian[3] += curvature;
        }
    }
}
