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
    let first_after = |sample: usize| beats.indices().partition_point(|&index| index < sample);
    let inside = &beats.indices()[first_after(window.start)..first_after(window.end)];
    if inside.len() < MIN_BEATS || !is_feasible(inside, &window, beats.sample_rate().hz()) {
        return 0.0;
    }
    let correlation = template_correlation(&cleaned[window.clone()], inside, window.start);
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
    centre(&mut template);
    let mut centred = vec![0.0; template.len()];
    let correlation = |shape: &&[f64]| {
        centred.copy_from_slice(shape);
        centre(&mut centred);
        cosine(&centred, &template)
    };
    shapes.iter().map(correlation).sum::<f64>() / shapes.len() as f64
}

fn intervals(beats: &[usize]) -> Vec<usize> {
    beats.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Takes the mean away.
fn centre(values: &mut [f64]) {
    let mean = in_lanes(values, values, |x, _| x) / values.len() as f64;
    values.iter_mut().for_each(|x| *x -= mean);
}

/// 0 where one of the two is 0 throughout.
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let norm = (in_lanes(a, a, |a, b| a * b) * in_lanes(b, b, |a, b| a * b)).sqrt();
    if norm > 0.0 {
        in_lanes(a, b, |a, b| a * b) / norm
    } else {
        0.0
    }
}

/// A sum over pairs in eight parts, because one would wait for itself.
fn in_lanes(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let ((a8, a_rest), (b8, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a8.iter().zip(b8) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += term(a, b);
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(&a, &b)| term(a, b));
    sums.iter().copied().chain(rest).sum()
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
