use std::ops::Range;

/// The stretches between a rise and the next fall of `above`, each from the last sample before the rise to the last
/// sample before the fall.
///
/// What is above at the signal's start is left out, as is a stretch that does not end.
pub(crate) fn waves(above: impl Iterator<Item = bool>) -> Vec<Range<usize>> {
    let mut start = None;
    let mut waves = Vec::new();
    let mut before = None;
    for (i, now) in above.enumerate() {
        if before.is_some_and(|before| before != now) {
            if now {
                start = Some(i - 1);
            } else {
                waves.extend(start.take().map(|start| start..i - 1));
            }
        }
        before = Some(now);
    }
    waves
}

/// The most prominent peak of each wave, unless it is within `min_delay` samples of the one before or of the start.
pub(crate) fn beats_in(
    signal: &[f64],
    waves: impl Iterator<Item = Range<usize>>,
    min_delay: usize,
) -> Vec<usize> {
    let mut beats: Vec<usize> = Vec::new();
    for wave in waves {
        if let Some(peak) = most_prominent_peak(&signal[wave.clone()]) {
            let peak = wave.start + peak;
            if peak - beats.last().copied().unwrap_or(0) > min_delay {
                beats.push(peak);
            }
        }
    }
    beats
}

/// The local maximum that stands highest above the lowest ground on the way to a higher sample or the end, on the
/// side where that ground is higher; the first of equals.
fn most_prominent_peak(signal: &[f64]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for peak in local_maxima(signal) {
        let prominence = prominence(signal, peak);
        if best.is_none_or(|(_, highest)| prominence > highest) {
            best = Some((peak, prominence));
        }
    }
    best.map(|(peak, _)| peak)
}

/// Samples higher than both neighbours; of a plateau the middle one, or the left of two. Ends do not count.
pub(crate) fn local_maxima(signal: &[f64]) -> Vec<usize> {
    let mut maxima = Vec::new();
    let mut i = 1;
    while i + 1 < signal.len() {
        let mut ahead = i + 1;
        if signal[i - 1] < signal[i] {
            while ahead + 1 < signal.len() && signal[ahead] == signal[i] {
                ahead += 1;
            }
            if signal[ahead] < signal[i] {
                maxima.push((i + ahead - 1) / 2);
            }
        }
        i = ahead;
    }
    maxima
}

/// Samples higher than both neighbours; no plateaus, no ends.
pub(crate) fn single_maxima(signal: &[f64]) -> Vec<usize> {
    let mut maxima = Vec::new();
    for (i, three) in signal.windows(3).enumerate() {
        if (three[0] < three[1]) & (three[1] > three[2]) {
            maxima.push(i + 1);
        }
    }
    maxima
}

fn prominence(signal: &[f64], peak: usize) -> f64 {
    let height = signal[peak];
    let ground = |path: &mut dyn Iterator<Item = &f64>| {
        path.take_while(|&&value| value <= height)
            .fold(height, |low, &value| low.min(value))
    };
    let left = ground(&mut signal[..peak].iter().rev());
    let right = ground(&mut signal[peak + 1..].iter());
    height - left.max(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_run_from_a_rise_to_a_fall() {
        let waves = |text: &str| waves(text.chars().map(|c| c == '#'));
        assert_eq!(waves("..##..###."), [1..3, 5..8]);
        assert_eq!(waves("##..##"), []);
        assert_eq!(waves(""), []);
    }

    #[test]
    fn maxima_and_prominences_are_scipys() {
        // scipy.signal.find_peaks(x, prominence=(None, None)) of SciPy 1.17.1.
        let signal = [
            0.0, 2.0, 1.0, 3.0, 3.0, 3.0, 0.5, 1.5, 1.0, 4.0, 4.0, 2.0, 5.0,
        ];
        let maxima = local_maxima(&signal);
        assert_eq!(maxima, [1, 4, 7, 9]);
        let prominences: Vec<f64> = maxima.iter().map(|&i| prominence(&signal, i)).collect();
        assert_eq!(prominences, [1.0, 2.5, 0.5, 2.0]);
        assert_eq!(most_prominent_peak(&signal), Some(4));
        assert_eq!(most_prominent_peak(&[1.0, 1.0, 1.0]), None);
        assert_eq!(most_prominent_peak(&[]), None);
    }
}
