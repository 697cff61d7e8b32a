use thiserror::Error;

use crate::RrSeries;

/// What an index is, and how much data it needs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HrvSpec {
    /// NeuroKit2's name without its `HRV_`, where it has the index.
    pub name: &'static str,
    /// Its unit; empty for shares, ratios and exponents.
    pub unit: &'static str,
    /// The data it needs.
    pub data: DataNeed,
    /// The lowest and the highest value it can have.
    pub range: (f64, f64),
}

/// How much data an index needs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DataNeed {
    /// Seconds below which it is not meaningful.
    pub min_s: f64,
    /// Seconds from which it is what the literature reports.
    pub recommended_s: f64,
    /// Intervals below which it is not meaningful.
    pub min_intervals: usize,
    /// Where these numbers are from.
    pub source: &'static str,
}

/// Why an index has no value.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum NotMeaningful {
    /// The intervals cover too short a time.
    #[error("{actual_s:.1} s of intervals, at least {required_s} s are needed")]
    TooShort {
        /// Seconds that the intervals cover.
        actual_s: f64,
        /// Seconds needed.
        required_s: f64,
    },
    /// There are too few intervals.
    #[error("{actual} intervals, at least {required} are needed")]
    TooFewIntervals {
        /// Intervals given.
        actual: usize,
        /// Intervals needed.
        required: usize,
    },
    /// There are too many intervals for an index whose cost is quadratic in their number.
    #[error("{actual} intervals, at most {allowed} are allowed")]
    TooManyIntervals {
        /// Intervals given.
        actual: usize,
        /// Intervals allowed, of [`HrvConfig::max_intervals`](crate::HrvConfig::max_intervals).
        allowed: usize,
    },
    /// These intervals do not define it: a ratio to 0, a logarithm of 0, a deviation of one value.
    #[error("the intervals do not define it")]
    Undefined,
}

/// An index with its value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HrvValue {
    /// What it is.
    pub spec: HrvSpec,
    /// Its value, or why it has none.
    pub value: Result<f64, NotMeaningful>,
    /// How far the value can be trusted for the length of the data, from 0 to 1: the share of the recommended time
    /// that is covered, and 0 without a value.
    pub quality: f64,
}

impl HrvSpec {
    pub(crate) const fn new(
        name: &'static str,
        unit: &'static str,
        data: DataNeed,
        range: (f64, f64),
    ) -> Self {
        Self {
            name,
            unit,
            data,
            range,
        }
    }

    /// The value with what `rr` says of it.
    pub(crate) fn judge(self, value: Option<f64>, rr: &RrSeries, enforce: bool) -> HrvValue {
        let covered_s = rr.covered_s();
        let need = self.data;
        let value = if enforce && covered_s < need.min_s {
            Err(NotMeaningful::TooShort {
                actual_s: covered_s,
                required_s: need.min_s,
            })
        } else if enforce && rr.len() < need.min_intervals {
            Err(NotMeaningful::TooFewIntervals {
                actual: rr.len(),
                required: need.min_intervals,
            })
        } else {
            let finite = value.filter(|value| value.is_finite());
            finite.ok_or(NotMeaningful::Undefined)
        };
        HrvValue {
            spec: self,
            quality: match value {
                Ok(_) if covered_s < need.recommended_s => covered_s / need.recommended_s,
                Ok(_) => 1.0,
                Err(_) => 0.0,
            },
            value,
        }
    }
}

/// Ranges that many indices share.
pub(crate) const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);
pub(crate) const SHARE: (f64, f64) = (0.0, 1.0);
pub(crate) const PERCENT: (f64, f64) = (0.0, 100.0);
pub(crate) const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

const fn seconds(min_s: f64, recommended_s: f64, source: &'static str) -> DataNeed {
    DataNeed {
        min_s,
        recommended_s,
        min_intervals: 2,
        source,
    }
}

const fn intervals(min_intervals: usize, source: &'static str) -> DataNeed {
    DataNeed {
        min_s: 0.0,
        recommended_s: 300.0,
        min_intervals,
        source,
    }
}

const SHAFFER: &str = "Shaffer & Ginsberg 2017, doi:10.3389/fpubh.2017.00258";
const MUNOZ: &str = "Munoz et al. 2015, doi:10.1371/journal.pone.0138921";
const TASK_FORCE: &str = "Task Force 1996, doi:10.1093/oxfordjournals.eurheartj.a014868";
const OURS: &str = "ours: no minimum is published";

pub(crate) const RATE: DataNeed = seconds(10.0, 60.0, SHAFFER);
pub(crate) const RMSSD: DataNeed = seconds(30.0, 300.0, MUNOZ);
pub(crate) const SDNN: DataNeed = seconds(60.0, 300.0, SHAFFER);
pub(crate) const OF_SDNN: DataNeed = seconds(60.0, 300.0, OURS);
/// Three windows of 1 min; the function itself asks for three windows of whatever length.
pub(crate) const SEGMENTS: DataNeed = seconds(150.0, 86_400.0, TASK_FORCE);
pub(crate) const HISTOGRAM: DataNeed = seconds(1200.0, 86_400.0, TASK_FORCE);
pub(crate) const HF: DataNeed = seconds(60.0, 300.0, TASK_FORCE);
pub(crate) const LF: DataNeed = seconds(120.0, 250.0, TASK_FORCE);
pub(crate) const VLF: DataNeed = seconds(300.0, 86_400.0, SHAFFER);
pub(crate) const ULF: DataNeed = seconds(86_400.0, 86_400.0, SHAFFER);
pub(crate) const TURNS: DataNeed = intervals(60, OURS);
pub(crate) const DFA_SHORT: DataNeed = intervals(120, "Peng et al. 1995, doi:10.1063/1.166141");
pub(crate) const DFA_LONG: DataNeed = intervals(300, OURS);
pub(crate) const SAMPEN: DataNeed = intervals(
    200,
    "Richman & Moorman 2000, doi:10.1152/ajpheart.2000.278.6.H2039",
);
pub(crate) const ENTROPY: DataNeed = intervals(200, OURS);
pub(crate) const ATTRACTOR: DataNeed = intervals(300, OURS);
pub(crate) const WORDS: DataNeed =
    intervals(250, "Porta et al. 2007, doi:10.1152/ajpheart.00006.2007");
