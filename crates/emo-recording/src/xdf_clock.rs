//! What makes time stamps of streams comparable, and even.

use std::ops::Range;

/// Deviations of clock offsets up to this many seconds count by their square, greater ones by their size.
const HUBER: f64 = 1e-4;

/// Fits `offset = a + b · time` by least squares, in which offsets far from the line count less.
///
/// A Huber loss, minimised by iteratively reweighted least squares. The line's value at time 0 and its slope; for one
/// offset or for equal times, a constant.
///
/// # References
/// - P. J. Huber (1964). Robust Estimation of a Location Parameter. Annals of Mathematical Statistics 35(1).
///   doi:10.1214/aoms/1177703732.
pub(crate) fn robust_line(offsets: &[(f64, f64)]) -> (f64, f64) {
    let mut weights = vec![1.0; offsets.len()];
    let mut line = weighted_line(offsets, &weights);
    for _ in 0..100 {
        for (weight, &(time, offset)) in weights.iter_mut().zip(offsets) {
            let deviation = (offset - line.at(time)).abs();
            *weight = if deviation <= HUBER {
                1.0
            } else {
                HUBER / deviation
            };
        }
        let previous = line;
        line = weighted_line(offsets, &weights);
        let ends = [offsets.first(), offsets.last()];
        let is_settled = ends
            .into_iter()
            .flatten()
            .all(|&(time, _)| (line.at(time) - previous.at(time)).abs() < 1e-12);
        if is_settled {
            break;
        }
    }
    (line.at(0.0), line.slope)
}

/// A line through the middle of its points, which keeps digits where times are large.
#[derive(Debug, Clone, Copy)]
struct Line {
    middle: (f64, f64),
    slope: f64,
}

impl Line {
    fn at(self, x: f64) -> f64 {
        self.middle.1 + self.slope * (x - self.middle.0)
    }
}

fn weighted_line(points: &[(f64, f64)], weights: &[f64]) -> Line {
    let total: f64 = weights.iter().sum();
    let mean = |f: fn(&(f64, f64)) -> f64| {
        let sum: f64 = points.iter().zip(weights).map(|(p, w)| w * f(p)).sum();
        if total > 0.0 { sum / total } else { 0.0 }
    };
    let middle = (mean(|p| p.0), mean(|p| p.1));
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (&(x, y), weight) in points.iter().zip(weights) {
        let dx = x - middle.0;
        covariance += weight * dx * (y - middle.1);
        variance += weight * dx * dx;
    }
    Line {
        middle,
        slope: if variance > 0.0 {
            covariance / variance
        } else {
            0.0
        },
    }
}

/// The stretches of a regular stream between breaks: steps of more than a second and more than 500 samples, either way.
pub(crate) fn stretches(stamps: &[f64], nominal_rate: f64) -> Vec<Range<usize>> {
    let longest = f64::max(1.0, 500.0 / nominal_rate);
    let mut start = 0;
    stamps
        .chunk_by(|a, b| (b - a).abs() <= longest)
        .map(|stretch| {
            let range = start..start + stretch.len();
            start = range.end;
            range
        })
        .collect()
}

/// The first and the last stamp of a stretch whose samples are evenly spaced: those of the line through all.
pub(crate) fn even_ends(stamps: &[f64]) -> (f64, f64) {
    let points: Vec<_> = stamps
        .iter()
        .enumerate()
        .map(|(index, &stamp)| (index as f64, stamp))
        .collect();
    let line = weighted_line(&points, &vec![1.0; points.len()]);
    (line.at(0.0), line.at(stamps.len().saturating_sub(1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_does_not_bend_the_line() {
        let mut offsets: Vec<_> = (0..50)
            .map(|k| 1e6 + 5.0 * f64::from(k))
            .map(|time| (time, 2.0 + 1e-5 * time))
            .collect();
        let (at_zero, slope) = robust_line(&offsets);
        assert!((slope - 1e-5).abs() < 1e-15, "{slope}");
        assert!((at_zero - 2.0).abs() < 1e-8, "{at_zero}");
        offsets[20].1 += 0.05;
        let (at_zero, slope) = robust_line(&offsets);
        let middle = at_zero + slope * 1_000_125.0;
        // One of 50 pulls with the force of a deviation of 0.1 ms.
        assert!((middle - 12.001_25).abs() < 1e-4 / 40.0, "{middle}");
    }

    #[test]
    fn one_offset_is_a_constant() {
        assert_eq!(robust_line(&[(7.0, 3.0)]), (3.0, 0.0));
        assert_eq!(robust_line(&[(7.0, 3.0), (7.0, 3.0)]), (3.0, 0.0));
    }

    #[test]
    fn breaks_are_long_steps() {
        let stamps = [0.0, 1.0, 2.0, 7.5, 8.5, 3.0];
        assert_eq!(stretches(&stamps, 100.0), [0..3, 3..5, 5..6]);
        let whole = stretches(&stamps, 50.0);
        assert_eq!(whole, std::slice::from_ref(&(0..6)));
        assert!(stretches(&[], 1.0).is_empty());
    }

    #[test]
    fn jitter_goes_and_the_line_stays() {
        let stamps = [10.0, 10.26, 10.49, 10.75];
        let (first, last) = even_ends(&stamps);
        assert!((first - 10.003).abs() < 1e-9 && (last - 10.747).abs() < 1e-9);
        assert_eq!(even_ends(&[4.0]), (4.0, 4.0));
    }
}
