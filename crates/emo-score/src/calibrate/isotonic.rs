use ndarray::ArrayRef2;

use super::{check_classes, check_samples, normalize};
use crate::ScoreError;

/// Isotonic regression, one class against the rest: the rising function of a score that fits best, over the sum.
///
/// Between the scores that were fitted it is interpolated, beyond them it is constant. It needs more samples than the
/// other calibrations, and where no class was ever true at such scores nothing is left: [`ScoreError::Vetoed`].
///
/// # References
/// B. Zadrozny, C. Elkan, *Transforming classifier scores into accurate multiclass probability estimates*, KDD 2002,
/// doi:10.1145/775047.775151. M. Ayer et al., *An empirical distribution function for sampling with incomplete
/// information*, Ann. Math. Statist. 26(4), 1955, doi:10.1214/aoms/1177728423, for the algorithm.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Isotonic {
    /// Of each class the corners of its function: a score and what becomes of it, both rising.
    corners: Vec<Vec<(f64, f64)>>,
}

impl Isotonic {
    /// Fits a rising function of the least squared error to each class.
    ///
    /// # Errors
    /// Those of [`CalibrationName::fit`](crate::CalibrationName::fit).
    pub fn fit(scores: &ArrayRef2<f32>, truth: &[usize]) -> Result<Self, ScoreError> {
        let n_classes = check_samples(scores, truth)?;
        let corners = (0..n_classes)
            .map(|class| {
                let column = scores.column(class);
                let samples = column.iter().zip(truth).map(|(score, truth)| {
                    (f64::from(*score), f64::from(u8::from(*truth == class)))
                });
                pool_adjacent_violators(samples.collect())
            })
            .collect();
        let calibration = Self { corners };
        calibration.check()?;
        Ok(calibration)
    }

    /// What becomes of one class's score before normalisation, or `None` if there is no such class.
    pub fn value(&self, class: usize, score: f32) -> Option<f64> {
        interpolate(self.corners.get(class)?, f64::from(score))
    }

    /// Replaces one sample's scores by calibrated ones.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] or [`ScoreError::Vetoed`].
    pub fn apply(&self, scores: &mut [f32]) -> Result<(), ScoreError> {
        check_classes(scores, self.corners.len())?;
        for (score, corners) in scores.iter_mut().zip(&self.corners) {
            *score = interpolate(corners, f64::from(*score)).unwrap_or_default() as f32;
        }
        normalize(scores)
    }

    fn check(&self) -> Result<(), ScoreError> {
        let fail = |value| {
            Err(ScoreError::Parameter {
                name: "corner of an isotonic function",
                value,
                expected: "a finite score above the one before, or a value from 0 to 1 not below the one before",
            })
        };
        for corners in &self.corners {
            let mut before = (f64::NEG_INFINITY, 0.0);
            for &(score, value) in corners {
                if !(score > before.0 && score.is_finite()) {
                    return fail(score);
                }
                if !(value >= before.1 && value <= 1.0) {
                    return fail(value);
                }
                before = (score, value);
            }
            if corners.is_empty() {
                return fail(f64::NAN);
            }
        }
        Ok(())
    }
}

checked_serde!(Isotonic);

/// A run of samples that share a value.
struct Block {
    first: f64,
    last: f64,
    sum: f64,
    weight: f64,
}

impl Block {
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}

/// The corners of the rising function of the least squared error through `(x, y)`.
fn pool_adjacent_violators(mut samples: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = Vec::new();
    for (x, y) in samples {
        match blocks.last_mut() {
            // Samples of one score are one observation, whatever their values.
            Some(block) if block.last == x && block.first == x => {
                block.sum += y;
                block.weight += 1.0;
                continue;
            }
            _ => blocks.push(Block {
                first: x,
                last: x,
                sum: y,
                weight: 1.0,
            }),
        }
    }
    let mut pooled: Vec<Block> = Vec::new();
    for mut block in blocks {
        while let Some(before) = pooled.pop_if(|before| before.mean() >= block.mean()) {
            block.first = before.first;
            block.sum += before.sum;
            block.weight += before.weight;
        }
        pooled.push(block);
    }
    let mut corners = Vec::new();
    for block in pooled {
        corners.push((block.first, block.mean().min(1.0)));
        if block.last > block.first {
            corners.push((block.last, block.mean().min(1.0)));
        }
    }
    corners
}

fn interpolate(corners: &[(f64, f64)], x: f64) -> Option<f64> {
    let after = corners.partition_point(|corner| corner.0 < x);
    let Some(&(x1, y1)) = corners.get(after) else {
        return corners.last().map(|corner| corner.1);
    };
    let Some(&(x0, y0)) = after.checked_sub(1).and_then(|before| corners.get(before)) else {
        return Some(y1);
    };
    Some(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand.
    #[test]
    fn violators_are_pooled() {
        let corners = pool_adjacent_violators(vec![
            (1.0, 1.0),
            (2.0, 0.0),
            (3.0, 0.0),
            (4.0, 1.0),
            (4.0, 0.0),
            (5.0, 1.0),
        ]);
        let third = 1.0 / 3.0;
        assert_eq!(
            corners,
            [(1.0, third), (3.0, third), (4.0, 0.5), (5.0, 1.0)]
        );
        assert_eq!(interpolate(&corners, 0.0), Some(third));
        assert_eq!(interpolate(&corners, 4.5), Some(0.75));
        assert_eq!(interpolate(&corners, 9.0), Some(1.0));
    }
}
