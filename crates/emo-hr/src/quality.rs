//! The quality of detected beats; defined at [`Detection::quality`](crate::Detection::quality).

use std::ops::{Range, RangeInclusive};

use crate::Beats;

/// Length of a window, plausible rates, longest gap and ratio of intervals: Orphanidou et al. (2015), section III.
const WINDOW_SECONDS: f64 = 10.0;
const FEASIBLE_BPM: RangeInclusive<f64> = 40.0..=180.0;
const MAX_GAP_SECONDS: f64 = 3.0;
const MAX_INTERVAL_RATIO: f64 = 2.2;

/// Beats from which on an average beat says something about each of them.
const MIN_BEATS: usize = 3;

/// Correlations that count 0 and 1; our choice, so that the paper's limits for "good" fall between them.
const WORST_CORRELATION: f64 = 0.4;
const BEST_CORRELATION: f64 = 1.0;

pub(crate) fn beat_quality(cleaned: &[f64], beats: &Beats) -> f64 {
    let len = (WINDOW_SECONDS * beats.sample_rate().hz()).round() as usize;
    let n_windows = (cleaned.len() / len.max(1)).max(1);
    let total: f64 = (0..n_windows)
        .map(|i| {
            let end = if i + 1 == n_windows {
                cleaned.len()
            } else {
                (i + 1) * len
            };
            window_quality(cleaned, beats, i * len..end)
        })
        .sum();
    total / n_windows as f64
}

pub(crate) fn window_quality(cleaned: &[f64], beats: &Beats, window: Range<usize>) -> f64 {
    let inside: Vec<usize> = beats
        .indices()
        .iter()
        .copied()
        .filter(|index| window.contains(index))
        .collect();
    if inside.len() < MIN_BEATS || !is_feasible(&inside, &window, beats.sample_rate().hz()) {
        return 0.0;
    }
    let correlation = template_correlation(&cleaned[window.clone()], &inside, window.start);
    ((correlation - WORST_CORRELATION) / (BEST_CORRELATION - WORST_CORRELATION)).clamp(0.0, 1.0)
}

/// `inside` holds at least two beats.
fn is_feasible(inside: &[usize], window: &Range<usize>, rate_hz: f64) -> bool {
    let (first, last) = (inside[0], inside[inside.len() - 1]);
    let intervals = intervals(inside);
    let longest = intervals.iter().copied().max().unwrap_or(0);
    let shortest = intervals.iter().copied().min().unwrap_or(0);
    let gap = longest.max(first - window.start).max(window.end - last);
    let mean_seconds = (last - first) as f64 / intervals.len() as f64 / rate_hz;
    FEASIBLE_BPM.contains(&(60.0 / mean_seconds))
        && gap as f64 / rate_hz <= MAX_GAP_SECONDS
        && (longest as f64) < MAX_INTERVAL_RATIO * shortest as f64
}

/// The mean Pearson correlation of each beat with the average beat, both a median interval wide; 0 if fewer than
/// three beats lie whole in the window.
fn template_correlation(cleaned: &[f64], inside: &[usize], offset: usize) -> f64 {
    let mut intervals = intervals(inside);
    intervals.sort_unstable();
    let half = intervals[intervals.len() / 2] / 2;
    let shapes: Vec<&[f64]> = inside
        .iter()
        .filter_map(|index| {
            let centre = index - offset;
            cleaned.get(centre.checked_sub(half)?..centre + half + 1)
        })
        .collect();
    if shapes.len() < MIN_BEATS {
        return 0.0;
    }
    let mut template = vec![0.0; 2 * half + 1];
    for shape in &shapes {
        for (sum, value) in template.iter_mut().zip(*shape) {
            *sum += value;
        }
    }
    let total: f64 = shapes.iter().map(|shape| pearson(shape, &template)).sum();
    total / shapes.len() as f64
}

fn intervals(beats: &[usize]) -> Vec<usize> {
    beats.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// 0 where one of the two is constant.
fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let norm = (aa * bb).sqrt();
    if norm > 0.0 { ab / norm } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use emo_dsp::SampleRate;

    use super::*;

    fn quality(indices: Vec<usize>, shape: impl Fn(usize) -> f64) -> f64 {
        let signal: Vec<f64> = (0..1000).map(shape).collect();
        let rate = SampleRate::from_hz(100.0).expect("a valid rate");
        let beats = Beats::new(indices, signal.len(), rate).expect("valid beats");
        beat_quality(&signal, &beats)
    }

    fn pulse(n: usize) -> f64 {
        (-((n % 80) as f64 - 40.0).powi(2) / 20.0).exp()
    }

    #[test]
    fn equal_beats_at_equal_distances_are_perfect() {
        let beats = (40..1000).step_by(80).collect();
        assert!((quality(beats, pulse) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn infeasible_beats_have_no_quality() {
        let cases: [(&str, Vec<usize>); 6] = [
            ("none", vec![]),
            ("two", vec![40, 120]),
            ("too slow", (40..1000).step_by(160).collect()),
            ("too fast", (40..1000).step_by(30).collect()),
            ("an end without beats", (40..680).step_by(80).collect()),
            (
                "uneven",
                vec![40, 120, 200, 280, 360, 400, 480, 680, 760, 840, 920],
            ),
        ];
        for (name, beats) in cases {
            assert_eq!(quality(beats, pulse), 0.0, "{name}");
        }
    }

    #[test]
    fn unlike_beats_lower_the_quality() {
        let beats: Vec<usize> = (40..1000).step_by(80).collect();
        let hash = |n: usize| f64::from(n.wrapping_mul(2_654_435_761) as u32) / f64::from(u32::MAX);
        let noisy = quality(beats.clone(), |n| pulse(n) + hash(n));
        let noise = quality(beats, hash);
        assert!((0.0..0.9).contains(&noisy), "{noisy}");
        assert!(noise < noisy, "{noise} {noisy}");
    }

    #[test]
    fn a_constant_signal_correlates_with_nothing() {
        let beats = (40..1000).step_by(80).collect();
        assert_eq!(quality(beats, |_| 1.0), 0.0);
    }
}
