use emo_dsp::SampleRate;

use crate::EegError;
use crate::statistics::check_channel;

/// The longest lag that is looked at, in samples.
const MAX_LAG: usize = 50;

/// The time after which a channel's autocorrelation first changes its sign, in seconds, as mne-features; `None` if it
/// does not within 50 samples.
///
/// The autocorrelation is that of the channel repeated without end, so that its end meets its beginning.
///
/// # Errors
/// - [`EegError::SignalTooShort`] below 2 samples.
/// - [`EegError::NonFinite`] for a NaN or infinite sample.
pub fn decorrelation_time(samples: &[f64], rate: SampleRate) -> Result<Option<f64>, EegError> {
    check_channel(samples, 2)?;
    let n = samples.len();
    let mean = samples.iter().sum::<f64>() / n as f64;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        // Eight sums, which a processor adds up side by side.
        let (a_blocks, a_rest) = a.as_chunks::<8>();
        let (b_blocks, b_rest) = b.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for (a, b) in a_blocks.iter().zip(b_blocks) {
            for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
                *sum += (a - mean) * (b - mean);
            }
        }
        let rest = a_rest.iter().zip(b_rest);
        sums.iter().sum::<f64>() + rest.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
    };
    let at = |lag: usize| {
        let (head, tail) = samples.split_at(lag);
        product(tail, &samples[..n - lag]) + product(head, &samples[n - lag..])
    };
    let mut last = at(0);
    for lag in 1..=MAX_LAG.min(n - 1) {
        let next = at(lag);
        if sign(next) != sign(last) {
            return Ok(Some(lag as f64 / rate.hz()));
        }
        last = next;
    }
    Ok(None)
}

fn sign(x: f64) -> i8 {
    i8::from(x > 0.0) - i8::from(x < 0.0)
}
