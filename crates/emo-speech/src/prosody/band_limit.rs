use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::frame_times::SampleTimes;
use super::sinc;
use crate::SpeechError;

/// Zeros around the signal, so that what rings across its ends does not come in at the other.
const MARGIN: usize = 1000;
/// Samples on either side of an interpolated one.
const DEPTH: usize = 50;

/// Samples at another rate, whose grid is centred on the signal.
#[derive(Debug, Clone)]
pub(super) struct Resampled {
    pub(super) samples: Vec<f64>,
    pub(super) grid: SampleTimes,
}

/// Converts the rate as Praat does: everything above half the new rate is removed from the spectrum of the whole, then
/// the samples are interpolated.
///
/// # Errors
/// [`SpeechError::SignalTooShort`] if not one sample remains.
pub(super) fn resample(samples: &[f32], from: f64, to: f64) -> Result<Resampled, SpeechError> {
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
        remove_above(&mut source, to / from);
    }
    let before = SampleTimes::of_rate(from);
    let grid = SampleTimes {
        first: 0.5 * (duration - (len - 1) as f64 / to),
        step: 1.0 / to,
    };
    let samples = (0..len)
        .map(|k| sinc::interpolate(&source, before.position(grid.time(k as f64)), DEPTH))
        .collect();
    Ok(Resampled { samples, grid })
}

/// Sets everything above `share` of half the rate to zero.
fn remove_above(samples: &mut [f64], share: f64) {
    let n_fft = (samples.len() + 2 * MARGIN).next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(n_fft),
        planner.plan_fft_inverse(n_fft),
    );
    let mut padded = forward.make_input_vec();
    let mut spectrum = forward.make_output_vec();
    padded[MARGIN..MARGIN + samples.len()].copy_from_slice(samples);
    forward
        .process(&mut padded, &mut spectrum)
        .expect("the plan made the buffers");
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
    inverse
        .process(&mut spectrum, &mut padded)
        .expect("the spectrum is real at both ends");
    for (x, filtered) in samples.iter_mut().zip(&padded[MARGIN..]) {
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
