use ndarray::ArrayRef2;

use crate::{ScoreError, table::check_scores};

/// How far a class is from what the scores say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum ConformalScore {
    /// `1 − p(c)`: the smallest sets on average, some of them empty. M. Sadinle, J. Lei, L. Wasserman, *Least ambiguous
    /// set-valued classifiers with bounded error levels*, JASA 114(525), 2019, doi:10.1080/01621459.2017.1395341.
    #[default]
    Lac,
    /// The scores of all classes that score no lower, `Σ p(k)` over `p(k) ≥ p(c)`: sets that grow where the sample is
    /// difficult. Without the paper's randomisation, so that they err to the large side. Y. Romano, M. Sesia, E. Candès,
    /// *Classification with valid and adaptive coverage*, NeurIPS 2020, arXiv:2006.02544.
    Aps,
}

impl ConformalScore {
    fn of(self, scores: &[f32], class: usize) -> f64 {
        let own = scores[class];
        match self {
            Self::Lac => 1.0 - f64::from(own),
            Self::Aps => scores
                .iter()
                .filter(|score| **score >= own)
                .copied()
                .map(f64::from)
                .sum(),
        }
    }
}

/// Sets of classes that hold the true one with a given probability, by split conformal prediction.
///
/// With n held-out samples a set at the level α has every class whose [score](ConformalScore) is no higher than the
/// `⌈(n + 1)(1 − α)⌉`-th lowest among the held-out true classes. If new samples are exchangeable with these, which the
/// frames of one recording are not, the true class is in the set with a probability of at least 1 − α.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(remote = "Self", deny_unknown_fields))]
pub struct Conformal {
    score: ConformalScore,
    n_classes: usize,
    /// Of the held-out true classes, from low to high.
    held_out: Vec<f64>,
}

impl Conformal {
    /// Of the scores, `[samples, classes]`, of held-out samples whose classes are known.
    ///
    /// # Errors
    /// [`ScoreError::LengthMismatch`], [`ScoreError::TooFewSamples`], [`ScoreError::ClassIndex`] or
    /// [`ScoreError::Sample`].
    pub fn fit(
        score: ConformalScore,
        scores: &ArrayRef2<f32>,
        truth: &[usize],
    ) -> Result<Self, ScoreError> {
        let (n_samples, n_classes) = scores.dim();
        if truth.len() != n_samples {
            return Err(ScoreError::LengthMismatch {
                truth: truth.len(),
                predicted: n_samples,
            });
        }
        let mut held_out = Vec::with_capacity(n_samples);
        for (index, (row, &class)) in scores.outer_iter().zip(truth).enumerate() {
            if class >= n_classes {
                return Err(ScoreError::ClassIndex {
                    index,
                    class,
                    n_classes,
                });
            }
            let row = row.to_vec();
            check_scores(&row, n_classes, 0).map_err(|source| ScoreError::Sample {
                index,
                source: Box::new(source),
            })?;
            held_out.push(score.of(&row, class));
        }
        held_out.sort_by(f64::total_cmp);
        let fitted = Self {
            score,
            n_classes,
            held_out,
        };
        fitted.check()?;
        Ok(fitted)
    }

    /// The score that a class may have at most to be in a set at the level α: infinite, so that all are, where α is too
    /// small for the number of samples; minus infinity, so that none is, where α is 1 or more.
    pub fn threshold(&self, alpha: f64) -> f64 {
        let n = self.held_out.len();
        // (n + 1)(1 − α) is often a whole number but for its last bits.
        let rank = ((n + 1) as f64 * (1.0 - alpha) - 1e-9).ceil();
        if rank < 1.0 {
            f64::NEG_INFINITY
        } else if rank > n as f64 {
            f64::INFINITY
        } else {
            self.held_out[rank as usize - 1]
        }
    }

    /// The classes in the set of a sample with these scores at the level α, in their order; there may be none.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`], [`ScoreError::Score`] or [`ScoreError::NotNormalized`].
    pub fn set(&self, scores: &[f32], alpha: f64) -> Result<Vec<usize>, ScoreError> {
        check_scores(scores, self.n_classes, 0)?;
        let threshold = self.threshold(alpha);
        Ok((0..self.n_classes)
            .filter(|class| self.score.of(scores, *class) <= threshold)
            .collect())
    }

    fn check(&self) -> Result<(), ScoreError> {
        if self.held_out.is_empty() {
            return Err(ScoreError::TooFewSamples {
                actual: 0,
                required: 1,
            });
        }
        let sorted = self.held_out.windows(2).all(|pair| pair[0] <= pair[1]);
        match self.held_out.iter().find(|score| !score.is_finite()) {
            Some(value) => Err(ScoreError::Parameter {
                name: "held-out score",
                value: *value,
                expected: "a finite number",
            }),
            None if !sorted => Err(ScoreError::Parameter {
                name: "number of held-out scores",
                value: self.held_out.len() as f64,
                expected: "in rising order",
            }),
            None => Ok(()),
        }
    }
}

checked_serde!(Conformal);

/// Conformal sets whose level follows the errors, for samples that are not exchangeable.
///
/// After each sample whose class becomes known, `α ← α + γ (target − err)` with err 1 if the set missed the class. Over T
/// samples, the share of misses is within `(max(α₁, 1 − α₁) + γ) / (γ T)` of the target, whatever the samples are.
///
/// # References
/// I. Gibbs, E. Candès, *Adaptive conformal inference under distribution shift*, NeurIPS 2021, arXiv:2106.00170.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptiveConformal {
    conformal: Conformal,
    target: f64,
    step: f64,
    alpha: f64,
}

impl AdaptiveConformal {
    /// Starts at the level `target`, in `(0, 1)`, and moves by steps γ above 0.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(conformal: Conformal, target: f64, step: f64) -> Result<Self, ScoreError> {
        if !(target > 0.0 && target < 1.0) {
            return Err(ScoreError::Parameter {
                name: "target",
                value: target,
                expected: "a number above 0 and below 1",
            });
        }
        if !(step > 0.0 && step.is_finite()) {
            return Err(ScoreError::Parameter {
                name: "step",
                value: step,
                expected: "a number above 0",
            });
        }
        Ok(Self {
            conformal,
            target,
            step,
            alpha: target,
        })
    }

    /// The level as it stands; at or below 0 a set has all classes, at 1 or above none.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The set of a sample with these scores at the level as it stands.
    ///
    /// # Errors
    /// Those of [`Conformal::set`].
    pub fn set(&self, scores: &[f32]) -> Result<Vec<usize>, ScoreError> {
        self.conformal.set(scores, self.alpha)
    }

    /// Learns that a sample with these scores was of this class, and returns whether its set had missed it.
    ///
    /// # Errors
    /// Those of [`Conformal::set`], and [`ScoreError::ClassIndex`].
    pub fn observe(&mut self, scores: &[f32], truth: usize) -> Result<bool, ScoreError> {
        if truth >= self.conformal.n_classes {
            return Err(ScoreError::ClassIndex {
                index: 0,
                class: truth,
                n_classes: self.conformal.n_classes,
            });
        }
        let missed = !self.set(scores)?.contains(&truth);
        self.alpha += self.step * (self.target - f64::from(u8::from(missed)));
        Ok(missed)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    fn samples(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<([f32; 3], usize)>> {
        // Whole numbers: proptest 1.12 asserts wrongly, if rarely, on ranges of floats that do not start at 0.
        let raw = [1_u16..1000, 1_u16..1000, 1_u16..1000];
        let sample = (raw.prop_map(|raw| raw.map(f32::from)), 0_usize..3);
        prop::collection::vec(
            sample.prop_map(|(raw, class)| {
                let sum: f32 = raw.iter().sum();
                (raw.map(|score| score / sum), class)
            }),
            n,
        )
    }

    fn fit(score: ConformalScore, samples: &[([f32; 3], usize)]) -> Conformal {
        let rows: Vec<f32> = samples.iter().flat_map(|sample| sample.0).collect();
        let truth: Vec<usize> = samples.iter().map(|sample| sample.1).collect();
        let scores = Array2::from_shape_vec((samples.len(), 3), rows).unwrap();
        Conformal::fit(score, &scores, &truth).unwrap()
    }

    proptest! {
        /// What exchangeability means: whichever of n + 1 samples is the new one, at least (1 − α)(n + 1) of these
        /// choices are covered.
        #[test]
        fn sets_cover_as_promised(samples in samples(2..40), percent in 2_u8..90) {
            let alpha = f64::from(percent) / 100.0;
            for score in [ConformalScore::Lac, ConformalScore::Aps] {
                let mut covered = 0;
                for left_out in 0..samples.len() {
                    let mut rest = samples.clone();
                    let (row, class) = rest.remove(left_out);
                    let set = fit(score, &rest).set(&row, alpha).unwrap();
                    covered += usize::from(set.contains(&class));
                }
                let promised = (1.0 - alpha) * samples.len() as f64;
                prop_assert!(covered as f64 >= promised - 1e-6, "{covered} of {}", samples.len());
            }
        }

        /// Proposition 4.1 of Gibbs and Candès 2021.
        #[test]
        fn adaptive_sets_err_as_often_as_they_may(
            calibration in samples(5..30),
            stream in samples(50..200),
            target in 5_u8..50,
            step in 1_u8..20,
        ) {
            let (target, step) = (f64::from(target) / 100.0, f64::from(step) / 100.0);
            let conformal = fit(ConformalScore::Lac, &calibration);
            let mut adaptive = AdaptiveConformal::new(conformal, target, step).unwrap();
            let mut missed = 0.0;
            for (row, class) in &stream {
                missed += f64::from(u8::from(adaptive.observe(row, *class).unwrap()));
            }
            let n = stream.len() as f64;
            let bound = (target.max(1.0 - target) + step) / (step * n);
            prop_assert!((missed / n - target).abs() <= bound + 1e-9);
        }
    }

    #[test]
    fn a_level_finer_than_the_samples_allows_everything() {
        let conformal = fit(ConformalScore::Lac, &[([0.5, 0.25, 0.25], 0); 4]);
        assert_eq!(conformal.threshold(0.1), f64::INFINITY);
        assert_eq!(conformal.threshold(0.2), 0.5);
        assert_eq!(conformal.threshold(1.0), f64::NEG_INFINITY);
        assert_eq!(conformal.set(&[0.5, 0.4, 0.1], 0.2), Ok(vec![0]));
        assert_eq!(conformal.set(&[0.5, 0.4, 0.1], 0.1), Ok(vec![0, 1, 2]));
    }
}
