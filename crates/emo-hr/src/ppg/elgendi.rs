use crate::moving_average::centred_mean;
use crate::peaks::{beats_in, waves};
use crate::signal::samples_in;

/// Length of the average that follows a systolic peak, in seconds; the shortest wave as well.
const PEAK_SECONDS: f64 = 0.111;
/// Length of the average that follows a beat, in seconds.
pub(super) const BEAT_SECONDS: f64 = 0.667;
/// How far the first has to exceed the second, relative to the mean square.
const OFFSET: f64 = 0.02;
/// Seconds to the beat before, below which a peak is ignored.
const MIN_DELAY_SECONDS: f64 = 0.3;

/// Systolic peaks of a cleaned signal as Elgendi et al. (2013) find them.
pub(super) fn marks(cleaned: &[f64], rate_hz: f64) -> Vec<usize> {
    let peak_len = samples_in(PEAK_SECONDS, rate_hz);
    let squared: Vec<f64> = cleaned.iter().map(|x| x.max(0.0).powi(2)).collect();
    let peak = centred_mean(&squared, peak_len);
    let beat = centred_mean(&squared, samples_in(BEAT_SECONDS, rate_hz));
    let offset = OFFSET * squared.iter().sum::<f64>() / squared.len() as f64;
    let above = peak
        .iter()
        .zip(&beat)
        .map(|(peak, beat)| *peak > beat + offset);
    let long_enough = waves(above)
        .into_iter()
        .filter(|wave| wave.len() >= peak_len);
    beats_in(cleaned, long_enough, samples_in(MIN_DELAY_SECONDS, rate_hz))
}
