use crate::{Beats, HrError};

/// The longest interval that is taken, in milliseconds: a minute, beyond any pause that a heart survives.
pub(crate) const MAX_INTERVAL_MS: f64 = 60_000.0;

/// Milliseconds by which the time between the ends of two intervals may differ from the second one, for them to follow
/// upon each other; as NeuroKit2.
pub(crate) const SUCCESSIVE_MS: f64 = 10.0;

/// Intervals between heart beats, with the time at which each ended.
///
/// What successive intervals make up (differences, Poincaré plots) skips the places where an interval does not follow
/// upon the one before: gaps stay gaps.
///
/// ```
/// use emo_hr::RrSeries;
///
/// let steady = RrSeries::from_millis(vec![800.0, 810.0, 790.0])?;
/// assert_eq!(steady.differences().collect::<Vec<_>>(), [10.0, -20.0]);
///
/// // The third interval ended 5 s after the second: some beats in between are lost.
/// let broken = RrSeries::with_times(vec![800.0, 810.0, 790.0], vec![0.8, 1.61, 6.61])?;
/// assert_eq!(broken.differences().collect::<Vec<_>>(), [10.0]);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "NN")]
#[doc(alias = "IBI")]
pub struct RrSeries {
    intervals_ms: Vec<f64>,
    times_s: Vec<f64>,
}

impl RrSeries {
    /// Intervals in milliseconds that follow upon each other without a gap; the first began at 0 s.
    ///
    /// # Errors
    /// [`HrError::InvalidInterval`] for an interval that is not finite, not above 0 or above a minute.
    pub fn from_millis(intervals_ms: Vec<f64>) -> Result<Self, HrError> {
        check(&intervals_ms)?;
        let times_s = intervals_ms
            .iter()
            .scan(0.0, |time, ms| {
                *time += ms / 1000.0;
                Some(*time)
            })
            .collect();
        Ok(Self {
            intervals_ms,
            times_s,
        })
    }

    /// Intervals in milliseconds, each with the time in seconds at which it ended.
    ///
    /// # Errors
    /// - [`HrError::InvalidInterval`] as for [`from_millis`](Self::from_millis).
    /// - [`HrError::LengthsDiffer`] unless there are as many times as intervals.
    /// - [`HrError::TimesNotAscending`] for a time that is not finite or not above the one before.
    pub fn with_times(intervals_ms: Vec<f64>, times_s: Vec<f64>) -> Result<Self, HrError> {
        check(&intervals_ms)?;
        if intervals_ms.len() != times_s.len() {
            return Err(HrError::LengthsDiffer {
                intervals: intervals_ms.len(),
                times: times_s.len(),
            });
        }
        let mut previous = f64::NEG_INFINITY;
        for (index, &seconds) in times_s.iter().enumerate() {
            if !(seconds.is_finite() && seconds > previous) {
                return Err(HrError::TimesNotAscending {
                    index,
                    seconds,
                    previous,
                });
            }
            previous = seconds;
        }
        Ok(Self {
            intervals_ms,
            times_s,
        })
    }

    /// A series of intervals and times that have been checked.
    pub(crate) fn unchecked(intervals_ms: Vec<f64>, times_s: Vec<f64>) -> Self {
        Self {
            intervals_ms,
            times_s,
        }
    }

    /// The intervals between beats, counted from the first one.
    ///
    /// # Errors
    /// [`HrError::InvalidInterval`] for an interval of more than a minute.
    pub fn from_beats(beats: &Beats) -> Result<Self, HrError> {
        Self::from_millis(
            beats
                .intervals_s()
                .into_iter()
                .map(|s| s * 1000.0)
                .collect(),
        )
    }

    /// The series without the intervals for which `keep` is false; what they separated does not become successive.
    ///
    /// # Errors
    /// [`HrError::LengthsDiffer`] unless `keep` has an element for each interval.
    pub fn retain(&self, keep: &[bool]) -> Result<Self, HrError> {
        if keep.len() != self.len() {
            return Err(HrError::LengthsDiffer {
                intervals: self.len(),
                times: keep.len(),
            });
        }
        let kept = |values: &[f64]| -> Vec<f64> {
            let pairs = values.iter().zip(keep);
            pairs.filter(|(_, keep)| **keep).map(|(v, _)| *v).collect()
        };
        Ok(Self {
            intervals_ms: kept(&self.intervals_ms),
            times_s: kept(&self.times_s),
        })
    }

    /// The intervals in milliseconds.
    pub fn intervals_ms(&self) -> &[f64] {
        &self.intervals_ms
    }

    /// The time in seconds at which each interval ended.
    pub fn times_s(&self) -> &[f64] {
        &self.times_s
    }

    /// How many intervals there are.
    pub fn len(&self) -> usize {
        self.intervals_ms.len()
    }

    /// Whether there is no interval.
    pub fn is_empty(&self) -> bool {
        self.intervals_ms.is_empty()
    }

    /// Seconds that the intervals cover together, gaps not counted.
    pub fn covered_s(&self) -> f64 {
        self.intervals_ms.iter().sum::<f64>() / 1000.0
    }

    /// Each interval and the one that follows upon it.
    pub fn pairs(&self) -> impl Iterator<Item = (f64, f64)> + Clone {
        let intervals = self.intervals_ms.windows(2);
        let times = self.times_s.windows(2);
        intervals
            .zip(times)
            .filter(|(pair, times)| {
                ((times[1] - times[0]) * 1000.0 - pair[1]).abs() <= SUCCESSIVE_MS
            })
            .map(|(pair, _)| (pair[0], pair[1]))
    }

    /// The change in milliseconds from each interval to the one that follows upon it.
    pub fn differences(&self) -> impl Iterator<Item = f64> + Clone {
        self.pairs().map(|(before, after)| after - before)
    }

    /// Refuses a series of fewer intervals.
    pub(crate) fn require(&self, required: usize) -> Result<(), HrError> {
        if self.len() < required {
            return Err(HrError::TooFewIntervals {
                actual: self.len(),
                required,
            });
        }
        Ok(())
    }
}

fn check(intervals_ms: &[f64]) -> Result<(), HrError> {
    let bad = |ms: &f64| !(*ms > 0.0 && *ms <= MAX_INTERVAL_MS);
    match intervals_ms.iter().position(bad) {
        Some(index) => Err(HrError::InvalidInterval {
            index,
            ms: intervals_ms[index],
            max_ms: MAX_INTERVAL_MS,
        }),
        None => Ok(()),
    }
}
