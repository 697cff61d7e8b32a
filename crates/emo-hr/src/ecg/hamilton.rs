use std::collections::VecDeque;

use crate::moving_average::trailing_mean_from_rest;

/// Seconds over which the absolute slope is averaged.
const MEAN_SECONDS: f64 = 0.08;
/// Seconds to the beat before, at and below which a peak is noise.
const MIN_DELAY_SECONDS: f64 = 0.3;
/// Seconds to the beat before, at and below which search-back finds nothing.
const MIN_MISSED_SECONDS: f64 = 0.36;
/// Peaks and intervals that are averaged.
const MEMORY: usize = 8;
/// Where between the levels of noise and beats the threshold lies.
const THRESHOLD: f64 = 0.45;
/// How far beyond the mean interval a beat is overdue.
const OVERDUE: f64 = 1.5;

/// Marks of Hamilton (2002) in a band-passed signal: where the averaged absolute slope peaks.
pub(super) fn marks(cleaned: &[f64], rate_hz: f64) -> Vec<usize> {
    let n = cleaned.len().saturating_sub(1);
    let steepness = |i: usize| (cleaned[i + 1] - cleaned[i]).abs();
    let len = (MEAN_SECONDS * rate_hz) as usize;
    let mut smooth = trailing_mean_from_rest(n, len, steepness);
    let settling = (2 * len).min(smooth.len());
    smooth[..settling].fill(0.0);

    let min_delay = MIN_DELAY_SECONDS * rate_hz;
    let min_missed = (MIN_MISSED_SECONDS * rate_hz) as usize;
    let (mut noise, mut beats, mut intervals) = (Last::new(), Last::new(), Last::new());
    let mut threshold = 0.0;
    // Maxima since the beat before, among which search-back looks.
    let mut since: Vec<usize> = Vec::new();
    let mut marks: Vec<usize> = Vec::new();
    for peak in 1..smooth.len().saturating_sub(1) {
        let height = smooth[peak];
        if !(smooth[peak - 1] < height && smooth[peak + 1] < height) {
            continue;
        }
        let last = marks.last().copied().unwrap_or(0);
        if height > threshold && (peak - last) as f64 > min_delay {
            beats.push(height);
            let overdue =
                !intervals.is_empty() && (peak - last) as f64 > OVERDUE * intervals.mean().floor();
            let missed = since
                .iter()
                .copied()
                .find(|&missed| missed - last > min_missed && smooth[missed] > 0.5 * threshold)
                .filter(|_| overdue);
            if let Some(missed) = missed {
                marks.push(missed);
            } else if !marks.is_empty() {
                intervals.push((peak - last) as f64);
            }
            marks.push(peak);
            since.clear();
            if missed.is_some() {
                continue;
            }
        } else {
            since.push(peak);
            noise.push(height);
        }
        threshold = noise.mean() + THRESHOLD * (beats.mean() - noise.mean());
    }
    marks
}

/// The last few values and their mean, 0 of none.
struct Last(VecDeque<f64>);

impl Last {
    fn new() -> Self {
        Self(VecDeque::with_capacity(MEMORY))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, value: f64) {
        if self.0.len() == MEMORY {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len().max(1) as f64
    }
}
