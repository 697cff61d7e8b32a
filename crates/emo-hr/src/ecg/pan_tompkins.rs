use crate::moving_average::trailing_mean;
use crate::peaks::single_maxima;

/// Seconds over which the squared slope is averaged.
const INTEGRATION_SECONDS: f64 = 0.12;
/// Seconds at the start in which nothing is detected.
const LEARNING_SECONDS: f64 = 0.2;
/// Seconds to the beat before, at and below which a peak is noise.
const MIN_DELAY_SECONDS: f64 = 0.3;
/// Seconds to both neighbours, at and below which search-back finds nothing.
const MIN_MISSED_SECONDS: f64 = 0.25;
/// Intervals whose mean tells when a beat is overdue, and how far beyond it.
const N_INTERVALS: usize = 8;
const OVERDUE: f64 = 1.66;

/// Marks of Pan and Tompkins (1985) in a band-passed signal: where the integrated squared slope peaks.
pub(super) fn marks(cleaned: &[f64], rate_hz: f64) -> Vec<usize> {
    let n = cleaned.len().saturating_sub(1);
    let squared = |i: usize| (cleaned[i + 1] - cleaned[i]).powi(2);
    let mut integrated = trailing_mean(n, (INTEGRATION_SECONDS * rate_hz) as usize, squared);
    let learning = ((LEARNING_SECONDS * rate_hz) as usize).min(integrated.len());
    integrated[..learning].fill(0.0);

    let min_delay = (MIN_DELAY_SECONDS * rate_hz) as usize;
    let min_missed = (MIN_MISSED_SECONDS * rate_hz) as usize;
    let (mut signal_level, mut noise_level) = (0.0, 0.0);
    let (mut last, mut since_last) = (0, 0);
    let mut marks: Vec<usize> = Vec::new();
    let maxima = single_maxima(&integrated);
    for (at, &peak) in maxima.iter().enumerate() {
        let height = integrated[peak];
        let threshold = noise_level + 0.25 * (signal_level - noise_level);
        if height <= threshold || peak <= last + min_delay {
            noise_level = 0.125 * height + 0.875 * noise_level;
            continue;
        }
        if let Some(first) = marks.len().checked_sub(N_INTERVALS + 1) {
            let mean = (marks[marks.len() - 1] - marks[first]) / N_INTERVALS;
            if peak - last > (OVERDUE * mean as f64) as usize {
                let missed = maxima[since_last..at].iter().copied().filter(|&missed| {
                    missed > last + min_missed
                        && missed + min_missed < peak
                        && integrated[missed] > 0.5 * threshold
                });
                marks.extend(first_highest(missed, &integrated));
            }
        }
        marks.push(peak);
        (last, since_last) = (peak, at + 1);
        signal_level = 0.125 * height + 0.875 * signal_level;
    }
    marks
}

fn first_highest(peaks: impl Iterator<Item = usize>, signal: &[f64]) -> Option<usize> {
    peaks.reduce(|best, peak| {
        if signal[peak] > signal[best] {
            peak
        } else {
            best
        }
    })
}
