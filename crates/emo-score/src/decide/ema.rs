use std::time::Duration;

use crate::{ScoreError, table::check_scores};

/// An exponential moving average of scores that arrive at any times.
///
/// `s ← s + (1 − e^(−Δt/τ)) (x − s)`: by the time constant τ, not by a factor per sample, so that the rate of the
/// samples does not matter. The first scores are taken as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Ema {
    tau_s: f64,
    scores: Vec<f64>,
    rounded: Vec<f32>,
}

impl Ema {
    /// With the time constant τ, above zero: after it, a change has come through to 1 − 1/e.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(tau: Duration) -> Result<Self, ScoreError> {
        if tau.is_zero() {
            return Err(ScoreError::Parameter {
                name: "tau",
                value: 0.0,
                expected: "a time above zero",
            });
        }
        Ok(Self {
            tau_s: tau.as_secs_f64(),
            scores: Vec::new(),
            rounded: Vec::new(),
        })
    }

    /// Takes scores that come `elapsed` after those before, and returns the smoothed ones.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`] if the number of classes changes, [`ScoreError::Score`] or
    /// [`ScoreError::NotNormalized`]; nothing is changed then.
    pub fn update(&mut self, elapsed: Duration, scores: &[f32]) -> Result<&[f32], ScoreError> {
        if self.scores.is_empty() {
            check_scores(scores, scores.len(), 0)?;
            self.scores.extend(scores.iter().copied().map(f64::from));
        } else {
            check_scores(scores, self.scores.len(), 0)?;
            let gain = -(-elapsed.as_secs_f64() / self.tau_s).exp_m1();
            for (smooth, score) in self.scores.iter_mut().zip(scores) {
                *smooth += gain * (f64::from(*score) - *smooth);
            }
        }
        self.rounded.clear();
        self.rounded
            .extend(self.scores.iter().map(|score| *score as f32));
        Ok(&self.rounded)
    }

    /// Forgets all scores, as after a gap.
    pub fn reset(&mut self) {
        self.scores.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn how_often_a_steady_input_is_seen_does_not_matter(
            from in 0.0_f32..1.0,
            to in 0.0_f32..1.0,
            steps in prop::collection::vec(1_u64..2000, 1..10),
        ) {
            let tau = Duration::from_millis(700);
            let (mut often, mut once) = (Ema::new(tau).unwrap(), Ema::new(tau).unwrap());
            for ema in [&mut often, &mut once] {
                ema.update(Duration::ZERO, &[from, 1.0 - from]).unwrap();
            }
            let mut last = 0.0;
            for step in &steps {
                last = often.update(Duration::from_millis(*step), &[to, 1.0 - to]).unwrap()[0];
            }
            let whole = Duration::from_millis(steps.iter().sum());
            let direct = once.update(whole, &[to, 1.0 - to]).unwrap();
            prop_assert!((last - direct[0]).abs() < 1e-6);
            prop_assert!((direct[0] + direct[1] - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn after_the_time_constant_a_step_has_come_through_to_1_less_1_over_e() {
        let tau = Duration::from_secs(2);
        let mut ema = Ema::new(tau).unwrap();
        ema.update(Duration::ZERO, &[1.0, 0.0]).unwrap();
        let scores = ema.update(tau, &[0.0, 1.0]).unwrap();
        assert!((scores[0] - (-1.0_f32).exp()).abs() < 1e-6);
        assert!(ema.update(tau, &[0.0, 0.0, 1.0]).is_err());
        ema.reset();
        assert_eq!(ema.update(tau, &[0.0, 0.0, 1.0]), Ok(&[0.0, 0.0, 1.0][..]));
        assert!(Ema::new(Duration::ZERO).is_err());
    }
}
