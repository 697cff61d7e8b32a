use crate::{HrError, RrSeries};

use super::statistics::{finite, line};

/// Radii at which neighbours are counted.
const N_RADII: usize = 64;
/// The smallest and the largest radius, as shares of the largest distance.
const RADII: [f64; 2] = [0.025, 0.5];

/// The radii of [`correlation_dimension`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CorrelationRadii {
    /// 64 from 2.5 % to 50 % of the largest distance, equally spaced by their logarithm.
    #[default]
    Shares,
    /// As NeuroKit2 0.2: half of 1 ms more than each end, so that the dimension depends on the unit.
    NeuroKit,
}

/// Correlation dimension of the pairs of successive intervals: how the number of neighbours grows with their distance.
///
/// Slope of the logarithm of the share of pairs of points that are closer than a radius over that of the radius. `None`
/// for a series whose points all coincide. The cost is quadratic in the number of intervals.
///
/// # Errors
/// [`HrError::TooFewIntervals`] below three intervals.
///
/// # References
/// P. Grassberger, I. Procaccia (1983). Measuring the strangeness of strange attractors. Physica D 9(1–2).
/// doi:10.1016/0167-2789(83)90298-1.
pub fn correlation_dimension(
    rr: &RrSeries,
    radii: CorrelationRadii,
) -> Result<Option<f64>, HrError> {
    rr.require(3)?;
    let points: Vec<[f64; 2]> = rr.intervals_ms().windows(2).map(|p| [p[0], p[1]]).collect();
    let pairs = || {
        let squared = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        points.iter().enumerate().flat_map({
            let points = &points;
            move |(i, a)| points[i + 1..].iter().map(move |b| squared(a, b))
        })
    };
    let widest = pairs().fold(0.0, f64::max).sqrt();
    let [first, last] = RADII.map(|share| match radii {
        CorrelationRadii::Shares => (share * widest).log2(),
        CorrelationRadii::NeuroKit => ((1.0 + share * widest) / 2.0).log2(),
    });
    let step = (last - first) / (N_RADII - 1) as f64;
    let logs: Vec<f64> = (0..N_RADII).map(|i| first + i as f64 * step).collect();
    let squares: Vec<f64> = logs.iter().map(|log| log.exp2().powi(2)).collect();
    // How many pairs are closer than each radius, but not than the one before.
    let mut closer = [0_u64; N_RADII + 1];
    for square in pairs() {
        closer[squares.partition_point(|radius| *radius <= square)] += 1;
    }
    let total = (points.len() * (points.len() - 1) / 2) as f64;
    let mut sum = 0;
    let curve: Vec<(f64, f64)> = logs
        .into_iter()
        .zip(closer)
        .filter_map(|(log, count)| {
            sum += count;
            (sum > 0).then(|| (log, (sum as f64 / total).log2()))
        })
        .collect();
    Ok(finite(line(&curve).0))
}
