use std::f64::consts::PI;

use crate::SpeechError;
use crate::resample::greatest_common_divisor;
use crate::signal::{check_sample_rate, check_signal, to_f32};

/// Zero crossings of the filter on either side of its middle.
const N_CROSSINGS: usize = 10;

/// The form of the filter's Kaiser window.
const BETA: f64 = 5.0;

/// Converts a whole signal between two sample rates in Hz with a short polyphase filter, as `scipy.signal.resample_poly`
/// with its defaults.
///
/// The filter is a windowed sinc with ten zero crossings on either side, cut off (−6 dB) at half of the lower rate under
/// a Kaiser window with β = 5: half as many operations as [`resample`](crate::resample) and a transition band from 0.84
/// of that frequency to 1.16, so that what lies just above it is folded back. It is here for those who have to
/// reproduce features that were computed with it. The output has `samples.len() · to / from` samples, rounded up.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
///
/// # Example
/// ```
/// let telephone = vec![0.1; 8_000];
/// let wide = emo_speech::resample_polyphase(&telephone, 8_000, 16_000)?;
/// assert_eq!(wide.len(), 16_000);
/// assert!((wide[8_000] - 0.1).abs() < 1e-3);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[doc(alias = "resample_poly")]
pub fn resample_polyphase(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, SpeechError> {
    check_sample_rate(from)?;
    check_sample_rate(to)?;
    check_signal(samples)?;
    if from == to {
        return Ok(samples.to_vec());
    }
    let divisor = greatest_common_divisor(from as usize, to as usize);
    let (down, up) = (from as usize / divisor, to as usize / divisor);
    let filter = low_pass(down.max(up), up);
    let middle = filter.len() / 2;
    let n_out = (samples.len() as u128 * up as u128).div_ceil(down as u128);
    let n_out = usize::try_from(n_out).unwrap_or(usize::MAX);
    Ok((0..n_out)
        .map(|k| {
            // On the grid of the common multiple of both rates.
            let centre = k * down;
            let first = centre.saturating_sub(middle).div_ceil(up);
            let last = ((centre + middle) / up).min(samples.len() - 1);
            let taps = filter[centre + middle - last * up..].iter().step_by(up);
            let inputs = samples[first..=last].iter().rev();
            to_f32(inputs.zip(taps).map(|(&x, h)| f64::from(x) * h).sum())
        })
        .collect())
}

/// A filter with a gain of `gain` at zero that cuts off at one `max_rate`-th of half the rate.
fn low_pass(max_rate: usize, gain: usize) -> Vec<f64> {
    let half_len = N_CROSSINGS * max_rate;
    let mut filter: Vec<f64> = (0..=2 * half_len)
        .map(|n| {
            let t = n as f64 - half_len as f64;
            let x = PI * t / max_rate as f64;
            let sinc = if t == 0.0 { 1.0 } else { x.sin() / x };
            let position = t / half_len as f64;
            sinc * bessel_i0(BETA * (1.0 - position * position).max(0.0).sqrt())
        })
        .collect();
    let scale = gain as f64 / filter.iter().sum::<f64>();
    filter.iter_mut().for_each(|h| *h *= scale);
    filter
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bessel_function_has_the_values_of_the_tables() {
        // Abramowitz & Stegun, table 9.8.
        emo_testing::assert_close(
            [bessel_i0(0.0), bessel_i0(1.0), bessel_i0(5.0)],
            [1.0, 1.266_065_878, 27.239_871_824],
            1e-9,
            0.0,
        );
    }

    #[test]
    fn an_impulse_becomes_the_filter() {
        let mut impulse = vec![0.0; 41];
        impulse[20] = 1.0;
        let filter = low_pass(2, 2);
        let actual = resample_polyphase(&impulse, 8_000, 16_000).unwrap();
        emo_testing::assert_close(actual[20..=60].to_vec(), filter, 1e-6, 1e-9);
    }
}
