use std::ops::Range;

/// Length of the windows in seconds, and of the step from one to the next relative to it.
const WINDOW_SECONDS: f64 = 6.0;
const STEP: f64 = 0.8;
/// The rate that decimation does not go below.
const MIN_RATE_HZ: f64 = 20.0;
/// The slowest pulse that is looked for: 30 bpm.
const MIN_PULSE_HZ: f64 = 0.5;
/// Seconds about a peak of the decimated signal in which that of the signal lies.
const TOLERANCE_SECONDS: f64 = 0.15;

/// Systolic peaks as MSPTDfast (version 2) finds them: samples above all that are up to λ away, where λ is the distance
/// for which most samples are above the two at that distance.
///
/// Looks at windows of 6 s, a fifth of each in common with the next, decimated to 20 Hz or more by leaving samples out.
pub(super) fn marks(cleaned: &[f64], rate_hz: f64) -> Vec<usize> {
    let keep_every = ((rate_hz / MIN_RATE_HZ) as usize).max(1);
    let few_hz = rate_hz / keep_every as f64;
    let tolerance = (few_hz * TOLERANCE_SECONDS).ceil() as usize;
    let mut marks = Vec::new();
    for window in windows(cleaned.len(), rate_hz) {
        let signal = &cleaned[window.clone()];
        let few: Vec<f64> = signal.iter().copied().step_by(keep_every).collect();
        for peak in peaks(&detrended(&few), few_hz) {
            let at = peak * keep_every;
            let from = at.saturating_sub(tolerance);
            let to = (at + tolerance + 1).min(signal.len());
            let highest = (from..to).fold(
                from,
                |best, i| {
                    if signal[i] > signal[best] { i } else { best }
                },
            );
            marks.push(window.start + highest);
        }
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// The windows of a signal; the last one ends with it.
fn windows(n_samples: usize, rate_hz: f64) -> Vec<Range<usize>> {
    let len = (WINDOW_SECONDS * rate_hz) as usize;
    if n_samples <= len {
        return std::iter::once(0..n_samples).collect();
    }
    let step = ((len as f64 * STEP).round_ties_even() as usize).max(1);
    let mut windows: Vec<Range<usize>> = (0..=n_samples - len)
        .step_by(step)
        .map(|start| start..(start + len + 1).min(n_samples))
        .collect();
    if windows.last().is_none_or(|last| last.end < n_samples) {
        windows.push(n_samples - 1 - len..n_samples);
    }
    windows
}

/// What is left of a signal without its line of least squares.
fn detrended(signal: &[f64]) -> Vec<f64> {
    let n = signal.len() as f64;
    let middle = (n - 1.0) / 2.0;
    let mean = signal.iter().sum::<f64>() / n;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (i, value) in signal.iter().enumerate() {
        let place = i as f64 - middle;
        covariance += place * (value - mean);
        variance += place * place;
    }
    let slope = if variance > 0.0 {
        covariance / variance
    } else {
        0.0
    };
    let line = |i: usize| mean + slope * (i as f64 - middle);
    let rest = |(i, value): (usize, &f64)| value - line(i);
    signal.iter().enumerate().map(rest).collect()
}

fn peaks(signal: &[f64], rate_hz: f64) -> Vec<usize> {
    let n = signal.len();
    let longest = n.div_ceil(2).saturating_sub(1);
    let seconds = n as f64 / rate_hz;
    let max_scale = (1..=longest)
        .take_while(|&scale| longest as f64 / scale as f64 / seconds >= MIN_PULSE_HZ)
        .count();
    let is_above =
        |i: usize, scale: usize| signal[i] > signal[i - scale] && signal[i] > signal[i + scale];
    // The first of the distances for which most samples are above their two neighbours.
    let (mut best, mut most) = (1, 0);
    for scale in 1..=max_scale {
        let count = (scale..n - scale).filter(|&i| is_above(i, scale)).count();
        if count > most {
            (best, most) = (scale, count);
        }
    }
    if most == 0 {
        return Vec::new();
    }
    (best..n.saturating_sub(best))
        .filter(|&i| (1..=best).all(|scale| is_above(i, scale)))
        .collect()
}
