use crate::HrError;

/// A rule by which intervals between beats are implausible among the others.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum IntervalFilter {
    /// An interval whose ratio to the next is outside the limits, passed over twice; one whose neighbour is already
    /// refused is not judged. HeartPy's limits are 0.8 and 1.2.
    ///
    /// # References
    /// J. Piskorski, P. Guzik (2005). Filtering Poincaré plots. Computational Methods in Science and Technology 11(1).
    /// doi:10.12921/cmst.2005.11.01.39-48.
    Quotient {
        /// The lowest ratio.
        low: f64,
        /// The highest ratio.
        high: f64,
    },
    /// Outside the quartiles by more than so many times their distance. HeartPy's factor is 1.5, after Tukey.
    InterquartileRange {
        /// The factor.
        factor: f64,
    },
    /// Farther from the median than so many times the median distance, times 0.6745. HeartPy's limit is 3.5.
    ///
    /// # References
    /// B. Iglewicz, D. C. Hoaglin (1993). How to detect and handle outliers. ASQC Quality Press.
    ModifiedZ {
        /// The limit.
        limit: f64,
    },
    /// Farther from the mean than so many standard deviations.
    Z {
        /// The limit.
        limit: f64,
    },
    /// Farther from the median of the 11 intervals about it than a share of that median.
    LocalMedian {
        /// The share.
        share: f64,
    },
    /// Farther from the median of the 11 intervals about it than so many seconds at 60 bpm; with the mean interval
    /// longer or shorter, so is the limit. Kubios' levels: 0.45 very low, 0.35 low, 0.25 medium, 0.15 strong, 0.05 very
    /// strong.
    Level {
        /// The limit in seconds.
        seconds: f64,
    },
}

/// Intervals to each side of one over which the local median is taken.
const LOCAL_HALF: usize = 5;

impl IntervalFilter {
    /// Which of the intervals, in any unit (seconds for [`IntervalFilter::Level`]), are implausible.
    ///
    /// # Errors
    /// - [`HrError::InvalidSetting`] for a limit that is not finite and above 0.
    /// - [`HrError::InvalidInterval`] for an interval that is not finite and above 0.
    pub fn implausible(&self, intervals: &[f64]) -> Result<Vec<bool>, HrError> {
        self.check()?;
        if let Some(index) = intervals.iter().position(|x| !(x.is_finite() && *x > 0.0)) {
            return Err(HrError::InvalidInterval {
                index,
                ms: 1000.0 * intervals[index],
                max_ms: f64::MAX,
            });
        }
        if intervals.is_empty() {
            return Ok(Vec::new());
        }
        Ok(match *self {
            Self::Quotient { low, high } => quotient(intervals, low, high),
            Self::InterquartileRange { factor } => {
                let sorted = sorted(intervals);
                let (q1, q3) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
                let reach = factor * (q3 - q1);
                marked(intervals, |x| x < q1 - reach || x > q3 + reach)
            }
            Self::ModifiedZ { limit } => {
                let median = quantile(&sorted(intervals), 0.5);
                let distances: Vec<f64> = intervals.iter().map(|x| (x - median).abs()).collect();
                let spread = quantile(&sorted(&distances), 0.5);
                marked(intervals, |x| 0.6745 * (x - median).abs() > limit * spread)
            }
            Self::Z { limit } => {
                let n = intervals.len() as f64;
                let mean = intervals.iter().sum::<f64>() / n;
                let squares = intervals.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
                let deviation = (squares / n).sqrt();
                marked(intervals, |x| (x - mean).abs() > limit * deviation)
            }
            Self::LocalMedian { share } => far_from_neighbours(intervals, |median| share * median),
            Self::Level { seconds } => {
                let mean = intervals.iter().sum::<f64>() / intervals.len() as f64;
                far_from_neighbours(intervals, |_| seconds * mean)
            }
        })
    }

    fn check(&self) -> Result<(), HrError> {
        let limits: &[(&'static str, f64)] = match self {
            Self::Quotient { low, high } => &[("low", *low), ("high", *high)],
            Self::InterquartileRange { factor } => &[("factor", *factor)],
            Self::ModifiedZ { limit } | Self::Z { limit } => &[("limit", *limit)],
            Self::LocalMedian { share } => &[("share", *share)],
            Self::Level { seconds } => &[("seconds", *seconds)],
        };
        for &(name, value) in limits {
            if !(value.is_finite() && value > 0.0) {
                return Err(HrError::InvalidSetting {
                    name,
                    value,
                    expected: "a finite number above 0",
                });
            }
        }
        Ok(())
    }
}

fn marked(intervals: &[f64], is_far: impl Fn(f64) -> bool) -> Vec<bool> {
    intervals.iter().map(|&x| is_far(x)).collect()
}

fn quotient(intervals: &[f64], low: f64, high: f64) -> Vec<bool> {
    let mut refused = vec![false; intervals.len()];
    for _ in 0..2 {
        for i in 0..intervals.len() - 1 {
            let ratio = intervals[i] / intervals[i + 1];
            if !refused[i] && !refused[i + 1] && !(low..=high).contains(&ratio) {
                refused[i] = true;
            }
        }
    }
    refused
}

fn far_from_neighbours(intervals: &[f64], limit: impl Fn(f64) -> f64) -> Vec<bool> {
    (0..intervals.len())
        .map(|i| {
            let from = i.saturating_sub(LOCAL_HALF);
            let to = (i + LOCAL_HALF + 1).min(intervals.len());
            let median = quantile(&sorted(&intervals[from..to]), 0.5);
            (intervals[i] - median).abs() > limit(median)
        })
        .collect()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// On the straight line between the two nearest ranks; `sorted` is not empty.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = share * (sorted.len() - 1) as f64;
    let below = rank as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (rank - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use emo_testing::{fixture, load_npy};

    use super::*;

    #[test]
    fn three_filters_are_heartpys() {
        let peaks: Vec<f64> = load_npy(fixture("emo-hr/in_peaks_artefacts_60s.npy"))
            .iter()
            .copied()
            .collect();
        let intervals: Vec<f64> = peaks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        for (name, filter) in [
            (
                "quotient",
                IntervalFilter::Quotient {
                    low: 0.8,
                    high: 1.2,
                },
            ),
            ("iqr", IntervalFilter::InterquartileRange { factor: 1.5 }),
            ("z", IntervalFilter::ModifiedZ { limit: 3.5 }),
        ] {
            let refused = filter.implausible(&intervals).expect("valid intervals");
            let actual: Vec<f64> = refused
                .iter()
                .enumerate()
                .filter_map(|(i, refused)| refused.then_some(i as f64))
                .collect();
            let golden = load_npy(fixture(format!("emo-hr/heartpy_outliers_{name}.npy")));
            assert_eq!(actual, golden.iter().copied().collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn one_interval_stands_out_by_every_rule() {
        let mut intervals: Vec<f64> = (0..40).map(|n| 0.8 + 0.01 * f64::from(n % 5)).collect();
        intervals[17] = 1.6;
        for filter in [
            IntervalFilter::InterquartileRange { factor: 1.5 },
            IntervalFilter::ModifiedZ { limit: 3.5 },
            IntervalFilter::Z { limit: 3.0 },
            IntervalFilter::LocalMedian { share: 0.3 },
            IntervalFilter::Level { seconds: 0.45 },
        ] {
            let refused = filter.implausible(&intervals).expect("valid intervals");
            let expected: Vec<bool> = (0..40).map(|i| i == 17).collect();
            assert_eq!(refused, expected, "{filter:?}");
        }
    }

    #[test]
    fn bad_limits_and_intervals_are_named() {
        let z = IntervalFilter::Z { limit: 0.0 };
        assert!(matches!(
            z.implausible(&[1.0]),
            Err(HrError::InvalidSetting { name: "limit", .. })
        ));
        let z = IntervalFilter::Z { limit: 3.0 };
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                z.implausible(&[1.0, bad]),
                Err(HrError::InvalidInterval { index: 1, .. })
            ));
        }
        assert_eq!(z.implausible(&[]), Ok(vec![]));
    }
}
