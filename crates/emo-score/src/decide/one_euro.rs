use std::{f64::consts::TAU, time::Duration};

use crate::{ScoreError, table::check_scores};

/// The settings of a [`OneEuro`] filter.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct OneEuroConfig {
    /// The cut-off frequency at rest, in Hz, above 0: lower for less jitter. Default: 1, as in the paper.
    pub min_cutoff_hz: f64,
    /// How much the cut-off rises with the speed of the signal, at least 0: higher for less lag. Default: 0.
    pub beta: f64,
    /// The cut-off frequency of the speed, in Hz, above 0. Default: 1, as in the paper.
    pub derivative_cutoff_hz: f64,
}

impl Default for OneEuroConfig {
    fn default() -> Self {
        Self {
            min_cutoff_hz: 1.0,
            beta: 0.0,
            derivative_cutoff_hz: 1.0,
        }
    }
}

/// The 1€ filter of one signal: a low pass whose cut-off rises with the signal's speed.
///
/// # References
/// G. Casiez, N. Roussel, D. Vogel, *1€ filter: a simple speed-based low-pass filter for noisy input in interactive
/// systems*, CHI 2012, doi:10.1145/2207676.2208639.
#[derive(Debug, Clone, PartialEq)]
pub struct OneEuro {
    config: OneEuroConfig,
    /// The filtered value and speed.
    state: Option<(f64, f64)>,
}

impl OneEuro {
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(config: OneEuroConfig) -> Result<Self, ScoreError> {
        for (name, value, least) in [
            ("min_cutoff_hz", config.min_cutoff_hz, f64::MIN_POSITIVE),
            ("beta", config.beta, 0.0),
            (
                "derivative_cutoff_hz",
                config.derivative_cutoff_hz,
                f64::MIN_POSITIVE,
            ),
        ] {
            if !(value.is_finite() && value >= least) {
                return Err(ScoreError::Parameter {
                    name,
                    value,
                    expected: "a frequency above 0, or a slope from 0",
                });
            }
        }
        Ok(Self {
            config,
            state: None,
        })
    }

    /// Takes a value that comes `elapsed` after the one before and returns the filtered one.
    ///
    /// The first value is returned as it is; so is one that comes at the same time as the one before.
    ///
    /// # Errors
    /// [`ScoreError::Parameter`] if the value is not finite; nothing is changed then.
    pub fn update(&mut self, elapsed: Duration, value: f64) -> Result<f64, ScoreError> {
        if !value.is_finite() {
            return Err(ScoreError::Parameter {
                name: "value",
                value,
                expected: "a finite number",
            });
        }
        let elapsed = elapsed.as_secs_f64();
        let (filtered, speed) = match self.state {
            Some((before, speed_before)) if elapsed > 0.0 => {
                let raw_speed = (value - before) / elapsed;
                let gain = gain(self.config.derivative_cutoff_hz, elapsed);
                let speed = speed_before + gain * (raw_speed - speed_before);
                let cutoff = self.config.min_cutoff_hz + self.config.beta * speed.abs();
                (
                    before + self::gain(cutoff, elapsed) * (value - before),
                    speed,
                )
            }
            Some((_, speed)) => (value, speed),
            None => (value, 0.0),
        };
        self.state = Some((filtered, speed));
        Ok(filtered)
    }

    /// Forgets all values, as after a gap.
    pub fn reset(&mut self) {
        self.state = None;
    }
}

fn gain(cutoff_hz: f64, elapsed_s: f64) -> f64 {
    1.0 / (1.0 + 1.0 / (TAU * cutoff_hz * elapsed_s))
}

/// A 1€ filter for each class's score, over the sum of what comes out.
#[derive(Debug, Clone, PartialEq)]
pub struct OneEuroScores {
    prototype: OneEuro,
    filters: Vec<OneEuro>,
    scores: Vec<f32>,
}

impl OneEuroScores {
    /// # Errors
    /// [`ScoreError::Parameter`].
    pub fn new(config: OneEuroConfig) -> Result<Self, ScoreError> {
        Ok(Self {
            prototype: OneEuro::new(config)?,
            filters: Vec::new(),
            scores: Vec::new(),
        })
    }

    /// Takes scores that come `elapsed` after those before, and returns the smoothed ones, which sum to 1.
    ///
    /// # Errors
    /// [`ScoreError::ClassCount`] if the number of classes changes, [`ScoreError::Score`] or
    /// [`ScoreError::NotNormalized`]; nothing is changed then.
    pub fn update(&mut self, elapsed: Duration, scores: &[f32]) -> Result<&[f32], ScoreError> {
        if self.filters.is_empty() {
            check_scores(scores, scores.len(), 0)?;
            self.filters = vec![self.prototype.clone(); scores.len()];
        } else {
            check_scores(scores, self.filters.len(), 0)?;
        }
        let mut sum = 0.0;
        self.scores.clear();
        for (filter, score) in self.filters.iter_mut().zip(scores) {
            // A filtered value lies between values, which are scores.
            let filtered = filter.update(elapsed, f64::from(*score))?.max(0.0);
            sum += filtered;
            self.scores.push(filtered as f32);
        }
        for score in &mut self.scores {
            *score = (f64::from(*score) / sum) as f32;
        }
        Ok(&self.scores)
    }

    /// Forgets all scores, as after a gap.
    pub fn reset(&mut self) {
        self.filters.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_stay_scores() {
        let config = OneEuroConfig {
            beta: 0.5,
            ..Default::default()
        };
        let mut filter = OneEuroScores::new(config).unwrap();
        let step = Duration::from_millis(40);
        let rows = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.2, 0.3, 0.5]];
        for row in rows.iter().cycle().take(20) {
            let scores = filter.update(step, row).unwrap();
            assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            assert!(scores.iter().all(|score| *score >= 0.0));
        }
        assert!(filter.update(step, &[f32::NAN, 0.5, 0.5]).is_err());
        assert!(filter.update(step, &[0.5, 0.5]).is_err());
    }

    #[test]
    fn settings_must_fit() {
        for (cutoff, beta) in [(0.0, 0.0), (1.0, -1.0), (f64::NAN, 0.0)] {
            let config = OneEuroConfig {
                min_cutoff_hz: cutoff,
                beta,
                ..Default::default()
            };
            assert!(OneEuro::new(config).is_err());
        }
    }
}
