use std::time::Duration;

use crate::{ScoreError, table::check_scores};

/// A decision that is held until another class has been clearly better for long enough.
///
/// Another class takes over once its score has been at least `margin` above that of the class that is held, at each sample
/// of a time of at least `dwell`. With a dwell time of zero the margin alone decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Hysteresis {
    margin: f32,
    dwell: Duration,
    n_classes: usize,
    held: Option<usize>,
    /// The class that is to take over, and for how long it has been better.
    challenger: Option<(usize, Duration)>,
}

impl Hysteresis {
    /// With a margin in `[0, 1]`.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(margin: f32, dwell: Duration) -> Result<Self, ScoreError> {
        if !(0.0..=1.0).contains(&margin) {
            return Err(ScoreError::Parameter {
                name: "margin",
                value: f64::from(margin),
                expected: "a number from 0 to 1",
            });
        }
        Ok(Self {
            margin,
            dwell,
            n_classes: 0,
            held: None,
            challenger: None,
        })
    }

    /// Takes scores that come `elapsed` after those before and returns the class that is held. The first scores decide at
    /// once; among equals the first class counts.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`] if the number of classes changes, [`ScoreError::Score`] or
    /// [`ScoreError::NotNormalized`]; nothing is changed then.
    pub fn update(&mut self, elapsed: Duration, scores: &[f32]) -> Result<usize, ScoreError> {
        let n_classes = if self.held.is_some() {
            self.n_classes
        } else {
            scores.len()
        };
        check_scores(scores, n_classes, 0)?;
        let mut best = 0;
        for (class, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = class;
            }
        }
        let Some(held) = self.held else {
            self.n_classes = n_classes;
            self.held = Some(best);
            return Ok(best);
        };
        if best == held || scores[best] < scores[held] + self.margin {
            self.challenger = None;
            return Ok(held);
        }
        let lasted = match self.challenger {
            Some((class, lasted)) if class == best => lasted.saturating_add(elapsed),
            _ => Duration::ZERO,
        };
        if lasted >= self.dwell {
            self.held = Some(best);
            self.challenger = None;
            return Ok(best);
        }
        self.challenger = Some((best, lasted));
        Ok(held)
    }

    /// Forgets the class that is held, as after a gap.
    pub fn reset(&mut self) {
        self.held = None;
        self.challenger = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_takes_over_when_clearly_better_for_long_enough() {
        let mut hysteresis = Hysteresis::new(0.2, Duration::from_millis(200)).unwrap();
        let step = Duration::from_millis(100);
        let cases = [
            ([0.6, 0.4], 0),
            // Better, but not clearly.
            ([0.45, 0.55], 0),
            // Clearly better, for 0, 100 and 200 ms.
            ([0.2, 0.8], 0),
            ([0.2, 0.8], 0),
            ([0.2, 0.8], 1),
            // Interrupted, the time starts anew.
            ([0.8, 0.2], 1),
            ([0.8, 0.2], 1),
            ([0.5, 0.5], 1),
            ([0.8, 0.2], 1),
            ([0.8, 0.2], 1),
            ([0.8, 0.2], 0),
        ];
        for (index, (scores, expected)) in cases.into_iter().enumerate() {
            let held = hysteresis.update(step, &scores).unwrap();
            assert_eq!(held, expected, "sample {index}");
        }
        assert!(hysteresis.update(step, &[0.5, 0.25, 0.25]).is_err());
        hysteresis.reset();
        assert_eq!(hysteresis.update(step, &[0.25, 0.5, 0.25]), Ok(1));
        assert!(Hysteresis::new(1.5, step).is_err());
    }
}
