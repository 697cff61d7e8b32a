use super::random::SplitMix64;
use crate::SpeechError;
use crate::signal::{check_number, check_signal, to_f32};

/// Adds white noise of the normal distribution.
///
/// Its standard deviation is `amount` times the signal's largest magnitude, `amount` being from 0 to 10. A seed means
/// the same noise on every machine.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`], [`SpeechError::NumberOutOfRange`].
///
/// # Example
/// ```
/// let noisy = emo_speech::add_noise(&[0.5; 1000], 0.01, 7)?;
/// let power = noisy.iter().map(|x| (x - 0.5).powi(2)).sum::<f32>() / 1000.0;
/// assert!((power.sqrt() - 0.005).abs() < 0.0005);
/// assert_eq!(emo_speech::add_noise(&[0.5; 1000], 0.01, 7)?, noisy);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn add_noise(samples: &[f32], amount: f64, seed: u64) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    check_number("amount", amount, 0.0, 10.0)?;
    let peak = samples.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let deviation = amount * f64::from(peak);
    let mut random = SplitMix64::new(seed);
    let mut noisy = samples.to_vec();
    for pair in noisy.chunks_mut(2) {
        for (x, noise) in pair.iter_mut().zip(random.normal_pair()) {
            *x = to_f32(f64::from(*x) + deviation * noise);
        }
    }
    Ok(noisy)
}
