use realfft::num_complex::Complex;

use super::frame_times::SampleTimes;
use super::lanes::dot;
use super::round_trip::RoundTrip;
use super::sinc;
use crate::SpeechError;

/// Zeros around the signal, so that what rings across its ends does not come in at the other.
const MARGIN: usize = 1000;
/// Samples on either side of an interpolated one.
const DEPTH: usize = 50;
/// Up to so many different places between samples have their weights kept.
const MAX_PHASES: usize = 512;

/// Samples at another rate, whose grid is centred on the signal.
#[derive(Debug, Clone)]
pub(super) struct Resampled {
    pub(super) samples: Vec<f64>,
    pub(super) grid: SampleTimes,
}

/// Converts the rate as Praat does: everything above half the new rate is removed from the spectrum of the whole, then
/// the samples are interpolated.
///
/// `transform` is kept for signals of about the same length.
///
/// # Errors
/// [`SpeechError::SignalTooShort`] if not one sample remains.
pub(super) fn resample(
    samples: &[f32],
    from: f64,
    to: f64,
    transform: &mut Option<RoundTrip>,
) -> Result<Resampled, SpeechError> {
    let duration = samples.len() as f64 / from;
    let len = (duration * to).round() as usize;
    if len == 0 {
        return Err(SpeechError::SignalTooShort {
            actual: samples.len(),
            required: (from / to).ceil() as usize,
        });
    }
    let mut source: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
    if to < from {
        remove_above(&mut source, to / from, transform);
    }
    let before = SampleTimes::of_rate(from);
    let grid = SampleTimes {
        first: 0.5 * (duration - (len - 1) as f64 / to),
        step: 1.0 / to,
    };
    let position = |k: usize| before.position(grid.time(k as f64));
    let samples = match common_period(from, to) {
        Some((period, advance)) => interpolate_periodic(&source, len, position, period, advance),
        None => (0..len)
            .map(|k| sinc::interpolate(&source, position(k), DEPTH))
            .collect(),
    };
    Ok(Resampled { samples, grid })
}

/// After how many samples of the new rate how many of the old one have passed, if few do so exactly.
fn common_period(from: f64, to: f64) -> Option<(usize, usize)> {
    (1..=MAX_PHASES).find_map(|period| {
        let advance = period as f64 * from / to;
        (advance == advance.trunc()).then_some((period, advance as usize))
    })
}

/// The samples at `position` of 0, 1 and so on, which repeat every `period` positions, `advance` samples later.
fn interpolate_periodic(
    source: &[f64],
    len: usize,
    position: impl Fn(usize) -> f64,
    period: usize,
    advance: usize,
) -> Vec<f64> {
    let mut output = vec![0.0; len];
    for phase in 0..period.min(len) {
        let first = position(phase);
        let (below, share) = (first.floor(), first - first.floor());
        let weights = sinc::weights(share, DEPTH);
        for (turn, k) in (phase..len).step_by(period).enumerate() {
            let below = below + (turn * advance) as f64;
            let right = (below + 1.0).max(0.0) as usize;
            output[k] = if right < DEPTH || right + DEPTH > source.len() {
                sinc::interpolate(source, below + share, DEPTH)
            } else {
                dot(&source[right - DEPTH..right + DEPTH], &weights)
            };
        }
    }
    output
}

/// Sets everything above `share` of half the rate to zero.
fn remove_above(samples: &mut [f64], share: f64, transform: &mut Option<RoundTrip>) {
    let n_fft = (samples.len() + 2 * MARGIN).next_power_of_two();
    let transform = match transform.take_if(|kept| kept.samples.len() == n_fft) {
        Some(kept) => transform.insert(kept),
        None => transform.insert(RoundTrip::new(n_fft)),
    };
    transform.samples.fill(0.0);
    transform.samples[MARGIN..MARGIN + samples.len()].copy_from_slice(samples);
    transform.run(|spectrum| {
        // The peer counts real and imaginary parts, so that the edge may fall within a bin, of which the real part is kept.
        let first = (share * n_fft as f64).floor() as usize - 1;
        for (k, bin) in spectrum.iter_mut().enumerate() {
            if 2 * k >= first {
                bin.re = 0.0;
            }
            if 2 * k + 1 >= first {
                bin.im = 0.0;
            }
        }
        spectrum[n_fft / 2] = Complex::ZERO;
    });
    for (x, filtered) in samples.iter_mut().zip(&transform.samples[MARGIN..]) {
        *x = filtered / n_fft as f64;
    }
}

impl Resampled {
    /// The signal as it is.
    pub(super) fn unchanged(samples: &[f32], rate: f64) -> Self {
        Self {
            samples: samples.iter().map(|&x| f64::from(x)).collect(),
            grid: SampleTimes::of_rate(rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_places_have_the_values_of_each_by_itself() {
        let source: Vec<f64> = (0..400)
            .map(|n| (n as f64 * 0.7).sin() + (n as f64).sqrt())
            .collect();
        for (from, to, len) in [
            (16_000.0, 11_000.0, 275),
            (22_050.0, 11_000.0, 199),
            (8_000.0, 11_000.0, 550),
        ] {
            for offset in [0.0, 0.3, -0.2] {
                let (period, advance) = common_period(from, to).expect("the rates are whole");
                let position = |k: usize| offset + k as f64 * from / to;
                let actual = interpolate_periodic(&source, len, position, period, advance);
                let expected = (0..len).map(|k| sinc::interpolate(&source, position(k), DEPTH));
                emo_testing::assert_close(actual, expected, 1e-11, 1e-11);
            }
        }
    }

    #[test]
    fn only_rates_of_a_short_common_period_have_one() {
        assert_eq!(common_period(16_000.0, 11_000.0), Some((11, 16)));
        assert_eq!(common_period(44_100.0, 11_000.0), Some((110, 441)));
        assert_eq!(common_period(16_000.0, 10_999.9), None);
    }
}
