//! Where in a beat it is placed.

use std::cmp::Ordering;

use crate::signal::samples_in;

/// Length of the stretches of which each has a say in which way a lead points.
const POLARITY_SECONDS: f64 = 2.0;
/// Seconds before a peak within which it rises.
const RISE_SECONDS: f64 = 0.25;

/// Where in a beat it is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Refinement {
    /// At the sample that the method marks, which of Pan–Tompkins, Hamilton and Elgendi 2010 is one to a fifth of a
    /// second behind the peak.
    AsMarked,
    /// On the peak, at the top of the parabola through its sample and both neighbours.
    #[default]
    Parabola,
    /// Where the signal rises most steeply before the peak, between samples as well: of a photoplethysmogram less
    /// jittery than the peak, which is flat.
    Upslope,
}

/// Where the peak lies about a method's mark.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Search {
    AtMark,
    /// At the highest sample from so many before the mark to so many after it.
    Around {
        before: usize,
        after: usize,
    },
}

impl Search {
    pub(crate) fn seconds(before: f64, after: f64, rate_hz: f64) -> Self {
        Self::Around {
            before: samples_in(before, rate_hz),
            after: samples_in(after, rate_hz),
        }
    }
}

impl Refinement {
    /// The places of `marks`, each after the one before; a mark whose peak, or steepest rise, is that of the one before is
    /// dropped.
    pub(crate) fn positions(
        self,
        marks: &[usize],
        signal: &[f64],
        search: Search,
        rate_hz: f64,
    ) -> Vec<f64> {
        let rise = samples_in(RISE_SECONDS, rate_hz).max(1);
        if self == Self::AsMarked {
            return marks.iter().map(|&mark| mark as f64).collect();
        }
        let mut last = None;
        let mut positions = Vec::with_capacity(marks.len());
        for &mark in marks {
            let peak = match search {
                Search::AtMark => mark,
                Search::Around { before, after } => {
                    let end = (mark + after + 1).min(signal.len());
                    highest(signal, mark.saturating_sub(before)..end)
                }
            };
            if last.is_none_or(|last| peak > last) {
                positions.push(match self {
                    Self::Upslope => {
                        let after_last = last.map_or(0, |last| last + 1);
                        steepest(signal, peak, peak.saturating_sub(rise).max(after_last))
                    }
                    _ => peak as f64 + vertex(signal, peak),
                });
                last = Some(peak);
            }
        }
        positions
    }
}

/// The first of the highest samples in a range that is not empty.
fn highest(signal: &[f64], range: std::ops::Range<usize>) -> usize {
    let start = range.start;
    range.fold(
        start,
        |best, i| {
            if signal[i] > signal[best] { i } else { best }
        },
    )
}

/// The steepest rise to a peak from the sample `from` on.
fn steepest(signal: &[f64], peak: usize, from: usize) -> f64 {
    let slope = |i: usize| match (i.checked_sub(1), signal.get(i + 1)) {
        (Some(left), Some(right)) => right - signal[left],
        _ => 0.0,
    };
    let best = (from..peak).fold(
        from,
        |best, i| {
            if slope(i) > slope(best) { i } else { best }
        },
    );
    let around = [slope(best.saturating_sub(1)), slope(best), slope(best + 1)];
    (best as f64 + vertex_of(around)).max(0.0)
}

/// From a maximum to the top of the parabola through it and its neighbours, within half a sample; 0 at an end and
/// where the sample is no maximum.
pub(crate) fn vertex(signal: &[f64], peak: usize) -> f64 {
    let Some(&[before, at, after]) = peak
        .checked_sub(1)
        .and_then(|left| signal.get(left..=peak + 1))
        .and_then(|three| three.first_chunk::<3>())
    else {
        return 0.0;
    };
    vertex_of([before, at, after])
}

/// As [`vertex`], of three samples.
pub(crate) fn vertex_of([before, at, after]: [f64; 3]) -> f64 {
    let bend = before - 2.0 * at + after;
    if !(bend < 0.0 && at >= before && at >= after) {
        return 0.0;
    }
    (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
}

/// The lowest and the highest sample, and 0 if that is lower or higher.
fn extremes(signal: &[f64]) -> (f64, f64) {
    let (blocks, rest) = signal.as_chunks::<8>();
    let (mut low, mut high) = ([0.0_f64; 8], [0.0_f64; 8]);
    for block in blocks {
        for ((low, high), &x) in low.iter_mut().zip(&mut high).zip(block) {
            *low = if x < *low { x } else { *low };
            *high = if x > *high { x } else { *high };
        }
    }
    let low = low.iter().chain(rest).fold(0.0_f64, |a, &b| a.min(b));
    let high = high.iter().chain(rest).fold(0.0_f64, |a, &b| a.max(b));
    (low, high)
}

/// Whether the sample farthest from 0 is negative in most stretches of two seconds.
pub(crate) fn is_inverted(cleaned: &[f64], rate_hz: f64) -> bool {
    let len = samples_in(POLARITY_SECONDS, rate_hz).max(1);
    let mut balance = 0_i64;
    for stretch in cleaned.chunks(len) {
        let (low, high) = extremes(stretch);
        let is_below = match low.abs().partial_cmp(&high.abs()) {
            // Of two that are equally far the first one counts.
            Some(Ordering::Equal) => stretch
                .iter()
                .find(|x| x.abs() == high)
                .is_some_and(|x| *x < 0.0),
            order => order == Some(Ordering::Greater),
        };
        balance += if is_below { -1 } else { 1 };
    }
    balance < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_sampled_parabola_is_found() {
        for top in [-0.49, -0.2, 0.0, 0.3, 0.5] {
            let parabola = [-1.0_f64, 0.0, 1.0].map(|x| 4.0 - 0.7 * (x - top).powi(2));
            assert!((vertex_of(parabola) - top).abs() < 1e-12, "{top}");
        }
        for flat in [[1.0; 3], [0.0, 1.0, 2.0], [3.0, 1.0, 2.0]] {
            assert_eq!(vertex_of(flat), 0.0);
        }
        assert_eq!(vertex(&[1.0, 0.0], 0), 0.0);
        assert_eq!(vertex(&[0.0, 1.0], 1), 0.0);
    }

    #[test]
    fn marks_that_share_a_peak_are_one_beat() {
        let signal = [0.0, 1.0, 5.0, 1.0, 0.0, 0.0, 2.0, 4.0, 2.0];
        let search = Search::Around {
            before: 2,
            after: 1,
        };
        let positions = Refinement::Parabola.positions(&[3, 4, 8], &signal, search, 100.0);
        assert_eq!(positions, [2.0, 7.0]);
        let as_marked = Refinement::AsMarked.positions(&[3, 4, 8], &signal, search, 100.0);
        assert_eq!(as_marked, [3.0, 4.0, 8.0]);
    }
}
