//! How far detectors of different principles find the same beats of an electrocardiogram.
//!
//! What makes one detector err, as a wave of noise as steep as a complex, seldom makes another one err in the same way at
//! the same place. Of a photoplethysmogram this says less about the rate than the likeness of its pulses does
//! (`docs/heart.md`).

use std::ops::Range;

use crate::{EcgConfig, EcgDetector, EcgMethod, HrError, Polarity, Refinement};

/// Seconds within which two detectors mean the same beat: Li et al. (2008), section 2.2.
const TOLERANCE_SECONDS: f64 = 0.15;
/// Windows that are searched together, and seconds before and after them with which a detector finds its levels.
const WINDOWS_TOGETHER: usize = 30;
const MARGIN_SECONDS: f64 = 5.0;
/// Of these the first two that did not find the beats themselves are asked.
const METHODS: [EcgMethod; 3] = [
    EcgMethod::NeuroKit,
    EcgMethod::VisibilityGraph,
    EcgMethod::Rhythm,
];

/// For each window the product of the agreements of `positions`, which a detector by `config` found in `given`, with what
/// each of two other detectors finds there: 0 to 1.
pub(crate) fn agreements(
    config: &EcgConfig,
    positions: &[f64],
    inverted: bool,
    given: &[f32],
    windows: &[Range<usize>],
) -> Result<Vec<f64>, HrError> {
    if positions.is_empty() {
        return Ok(vec![0.0; windows.len()]);
    }
    let detector = |method| {
        EcgDetector::new(&EcgConfig {
            method,
            polarity: if inverted {
                Polarity::Inverted
            } else {
                Polarity::Upright
            },
            refinement: Refinement::Parabola,
            ..config.clone()
        })
    };
    let others = METHODS
        .into_iter()
        .filter(|method| *method != config.method);
    let others = others
        .take(2)
        .map(detector)
        .collect::<Result<Vec<_>, _>>()?;
    // Beats that are not on their peaks are looked for once more.
    let same = match config.refinement {
        Refinement::Parabola => None,
        _ => Some(detector(config.method)?),
    };
    let rate_hz = config.sample_rate.hz();
    let margin = (MARGIN_SECONDS * rate_hz) as usize;
    let mut agreements = Vec::with_capacity(windows.len());
    for together in windows.chunks(WINDOWS_TOGETHER) {
        let (Some(first), Some(last)) = (together.first(), together.last()) else {
            continue;
        };
        let start = first.start.saturating_sub(margin);
        let end = (last.end + margin).min(given.len());
        let find = |detector: &EcgDetector| -> Result<Vec<f64>, HrError> {
            let found = detector.beats(&given[start..end])?;
            Ok(found.positions().iter().map(|x| x + start as f64).collect())
        };
        let own = match &same {
            Some(same) => find(same)?,
            None => between(positions, &(start as f64..end as f64)).to_vec(),
        };
        let mut product = vec![1.0; together.len()];
        for other in &others {
            let pairs = Pairs::new(&own, &find(other)?, TOLERANCE_SECONDS * rate_hz);
            for (product, window) in product.iter_mut().zip(together) {
                *product *= pairs.f1(&(window.start as f64..window.end as f64));
            }
        }
        agreements.append(&mut product);
    }
    Ok(agreements)
}

/// The positions in a range; they ascend.
fn between<'a>(positions: &'a [f64], range: &Range<f64>) -> &'a [f64] {
    let before = |limit: f64| positions.partition_point(|position| *position < limit);
    &positions[before(range.start)..before(range.end).max(before(range.start))]
}

/// What two detectors found.
struct Pairs {
    /// Beats of the first that have one of the second, each paired once.
    common: Vec<f64>,
    /// Beats that only one of them found, in ascending order each.
    alone: [Vec<f64>; 2],
}

impl Pairs {
    fn new(first: &[f64], second: &[f64], tolerance: f64) -> Self {
        let mut pairs = Self {
            common: Vec::with_capacity(first.len()),
            alone: [Vec::new(), Vec::new()],
        };
        let (mut i, mut j) = (0, 0);
        while let (Some(&a), Some(&b)) = (first.get(i), second.get(j)) {
            if (a - b).abs() <= tolerance {
                pairs.common.push(a);
                (i, j) = (i + 1, j + 1);
            } else if a < b {
                pairs.alone[0].push(a);
                i += 1;
            } else {
                pairs.alone[1].push(b);
                j += 1;
            }
        }
        pairs.alone[0].extend_from_slice(&first[i..]);
        pairs.alone[1].extend_from_slice(&second[j..]);
        pairs
    }

    /// The harmonic mean of the shares of both that are common, 0 without beats.
    fn f1(&self, range: &Range<f64>) -> f64 {
        let count = |positions: &[f64]| between(positions, range).len() as f64;
        let common = 2.0 * count(&self.common);
        let all = common + self.alone.iter().map(|alone| count(alone)).sum::<f64>();
        if all > 0.0 { common / all } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_the_harmonic_mean_of_the_shares_in_common() {
        let pairs = Pairs::new(
            &[10.0, 20.0, 30.0, 60.0],
            &[11.0, 24.0, 29.0, 61.0, 70.0],
            2.0,
        );
        // Three of four and three of five.
        assert!((pairs.f1(&(0.0..100.0)) - 2.0 * 3.0 / 9.0).abs() < 1e-12);
        assert_eq!(pairs.f1(&(28.0..65.0)), 1.0);
        assert_eq!(pairs.f1(&(62.0..100.0)), 0.0);
        assert_eq!(pairs.f1(&(80.0..100.0)), 0.0);
    }
}
