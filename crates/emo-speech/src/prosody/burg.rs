use super::lanes::dot;
use crate::SpeechError;
use crate::signal::{check_range, check_signal};

/// Coefficients of linear prediction by Burg's method, from a₀ = 1 to a of `order`: the prediction error is
/// xₙ + a₁xₙ₋₁ + … .
///
/// As `librosa.lpc` 0.11. Samples that fewer coefficients predict exactly leave the rest at 0.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::ConfigOutOfRange`] unless `order` is 1
/// to 1000; [`SpeechError::SignalTooShort`] unless there are more samples than that.
///
/// # Example
/// ```
/// // A resonance is predicted by its last two samples.
/// let wave: Vec<f32> = (0..2000).map(|n| (n as f32 * 0.3).sin()).collect();
/// let a = emo_speech::linear_prediction(&wave, 2)?;
/// assert!((a[1] + 2.0 * 0.3_f64.cos()).abs() < 1e-3 && (a[2] - 1.0).abs() < 1e-3);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// L. Marple, A new autoregressive spectrum analysis algorithm, IEEE Transactions on Acoustics, Speech, and Signal
/// Processing 28(4), 1980, doi:10.1109/TASSP.1980.1163429.
#[doc(alias = "lpc")]
pub fn linear_prediction(samples: &[f32], order: usize) -> Result<Vec<f64>, SpeechError> {
    check_signal(samples)?;
    check_range("order", order, 1, 1000)?;
    if samples.len() <= order {
        return Err(SpeechError::SignalTooShort {
            actual: samples.len(),
            required: order + 1,
        });
    }
    let mut coefficients = vec![0.0; order + 1];
    coefficients[0] = 1.0;
    let samples = samples.iter().map(|&x| f64::from(x));
    Burg::default().predict(samples, &mut coefficients[1..]);
    Ok(coefficients)
}

/// Linear prediction by Burg's method, with its buffers.
#[derive(Debug, Clone, Default)]
pub(super) struct Burg {
    forward: Vec<f64>,
    backward: Vec<f64>,
    before: Vec<f64>,
}

impl Burg {
    /// Writes the coefficients a₁ … of the prediction error xₙ + a₁xₙ₋₁ + …, as many as `output` has room for.
    ///
    /// Samples that are predicted exactly by fewer leave the rest at 0. `samples` must be more than there are
    /// coefficients.
    pub(super) fn predict(&mut self, samples: impl Iterator<Item = f64>, output: &mut [f64]) {
        self.forward.clear();
        self.forward.extend(samples);
        self.backward.clone_from(&self.forward);
        self.before.resize(output.len(), 0.0);
        output.fill(0.0);
        let n = self.forward.len();
        for order in 0..output.len() {
            // Errors of the forward prediction from `order + 1` on meet those of the backward one from 0 on.
            let forward = &mut self.forward[order + 1..];
            let backward = &mut self.backward[..n - order - 1];
            let power = dot(forward, forward) + dot(backward, backward);
            if power <= 0.0 {
                return;
            }
            let reflection = -2.0 * dot(forward, backward) / power;
            self.before[..order].copy_from_slice(&output[..order]);
            for (k, coefficient) in output[..order].iter_mut().enumerate() {
                *coefficient += reflection * self.before[order - 1 - k];
            }
            output[order] = reflection;
            for (f, b) in forward.iter_mut().zip(backward.iter_mut()) {
                (*f, *b) = (*f + reflection * *b, *b + reflection * *f);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squared errors forwards and backwards of the predictor that has one more coefficient than `before`.
    fn error_power(samples: &[f64], before: &[f64], reflection: f64) -> f64 {
        let mut a = vec![1.0];
        a.extend_from_slice(before);
        a.push(0.0);
        let mirrored: Vec<f64> = a.iter().rev().copied().collect();
        for (x, m) in a.iter_mut().zip(&mirrored) {
            *x += reflection * m;
        }
        let dot = |window: &[f64], a: &mut dyn Iterator<Item = &f64>| -> f64 {
            window.iter().zip(a).map(|(x, a)| x * a).sum()
        };
        samples
            .windows(a.len())
            .map(|w| dot(w, &mut a.iter().rev()).powi(2) + dot(w, &mut a.iter()).powi(2))
            .sum()
    }

    #[test]
    fn each_coefficient_leaves_the_least_error_in_both_directions() {
        let samples: Vec<f64> = (0..60)
            .map(|n| {
                let n = f64::from(n);
                (n * 0.7).sin() + 0.5 * (n * n * 0.3).cos()
            })
            .collect();
        for order in 1..6 {
            let mut before = vec![0.0; order - 1];
            let mut all = vec![0.0; order];
            Burg::default().predict(samples.iter().copied(), &mut before);
            Burg::default().predict(samples.iter().copied(), &mut all);
            let reflection = all[order - 1];
            let least = error_power(&samples, &before, reflection);
            for other in [reflection - 1e-3, reflection + 1e-3] {
                assert!(least < error_power(&samples, &before, other), "{order}");
            }
        }
    }

    #[test]
    fn silence_is_predicted_by_nothing() {
        let mut coefficients = [1.0; 4];
        Burg::default().predict([0.0; 9].into_iter(), &mut coefficients);
        assert_eq!(coefficients, [0.0; 4]);
    }
}
