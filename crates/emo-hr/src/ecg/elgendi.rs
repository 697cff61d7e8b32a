use crate::moving_average::trailing_mean;

/// Seconds over which the magnitude is averaged: a complex, and a beat.
const COMPLEX_SECONDS: f64 = 0.12;
const BEAT_SECONDS: f64 = 0.6;
/// Seconds at and below which a stretch is no complex.
const MIN_COMPLEX_SECONDS: f64 = 0.08;
/// Seconds to the beat before, at and below which a peak is ignored.
const MIN_DELAY_SECONDS: f64 = 0.3;

/// Marks of Elgendi et al. (2010) in a band-passed signal: its maximum where a short average exceeds a long one.
pub(super) fn marks(cleaned: &[f64], rate_hz: f64) -> Vec<usize> {
    let samples = |seconds: f64| (seconds * rate_hz) as usize;
    let mean = |seconds| trailing_mean(cleaned.len(), samples(seconds), |i| cleaned[i].abs());
    let (complex, beat) = (mean(COMPLEX_SECONDS), mean(BEAT_SECONDS));
    let above = |i: usize| complex[i] > beat[i];
    let mut marks: Vec<usize> = Vec::new();
    let mut start = 0;
    for i in 0..cleaned.len().saturating_sub(1) {
        match (above(i), above(i + 1)) {
            (false, true) => start = i,
            // The last sample that is above stays out, as in the peer.
            (true, false) if i > start + 1 + samples(MIN_COMPLEX_SECONDS) => {
                let mut peak = start;
                for at in start..i {
                    if cleaned[at] > cleaned[peak] {
                        peak = at;
                    }
                }
                let is_apart = |last: &usize| peak > last + samples(MIN_DELAY_SECONDS);
                if marks.last().is_none_or(is_apart) {
                    marks.push(peak);
                }
            }
            _ => {}
        }
    }
    marks
}
