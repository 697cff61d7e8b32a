use crate::{HrError, RrSeries};

use super::spec::{HrvSpec, SHARE, WORDS};
use super::statistics::{mean, percentile, sorted};

/// How intervals become symbols.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Symbols {
    /// As many symbols as given, each for as many intervals; 2 to 100. NeuroKit2's default has four.
    EqualProbability(usize),
    /// As many symbols as given, each for as much of the range; 2 to 100.
    EqualRange(usize),
    /// Four: beyond and within a share of the mean, above and below it. Porta 2007 has 0.05.
    AroundMean(f64),
}

/// Shares, from 0 to 1, of the kinds of words of three symbols.
///
/// # References
/// A. Porta et al. (2007). Assessment of cardiac autonomic modulation during graded head-up tilt by symbolic analysis
/// of heart rate variability. American Journal of Physiology: Heart and Circulatory Physiology 293(1).
/// doi:10.1152/ajpheart.00006.2007.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SymbolicDynamics {
    /// All three are equal.
    pub still: f64,
    /// Two neighbours are equal.
    pub one: f64,
    /// Both steps go the same way.
    pub two_like: f64,
    /// They go opposite ways.
    pub two_unlike: f64,
}

impl SymbolicDynamics {
    /// The shares of a series. Gaps are not seen: the words run over all intervals.
    ///
    /// # Errors
    /// - [`HrError::TooFewIntervals`] below three intervals.
    /// - [`HrError::InvalidSetting`] for a number of symbols or a share out of range.
    pub fn compute(rr: &RrSeries, symbols: Symbols) -> Result<Self, HrError> {
        rr.require(3)?;
        let symbols = symbols.of(rr.intervals_ms())?;
        let mut counts = [0_usize; 4];
        for word in symbols.windows(3) {
            let (first, second) = (word[0].cmp(&word[1]), word[1].cmp(&word[2]));
            let kind = match (first.is_eq(), second.is_eq()) {
                (true, true) => 0,
                (false, false) => 2 + usize::from(first != second),
                _ => 1,
            };
            counts[kind] += 1;
        }
        let [still, one, two_like, two_unlike] =
            counts.map(|count| count as f64 / (symbols.len() - 2) as f64);
        Ok(Self {
            still,
            one,
            two_like,
            two_unlike,
        })
    }

    pub(crate) fn values(&self) -> [Option<f64>; 4] {
        [self.still, self.one, self.two_like, self.two_unlike].map(Some)
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 4] = [
    HrvSpec::new("Symbolic_EqualProb4_0V", "", WORDS, SHARE),
    HrvSpec::new("Symbolic_EqualProb4_1V", "", WORDS, SHARE),
    HrvSpec::new("Symbolic_EqualProb4_2LV", "", WORDS, SHARE),
    HrvSpec::new("Symbolic_EqualProb4_2UV", "", WORDS, SHARE),
];

impl Symbols {
    fn of(self, values: &[f64]) -> Result<Vec<usize>, HrError> {
        let level_of = |levels: &[f64], value: &f64| levels.partition_point(|level| level <= value);
        let levels: Vec<f64> = match self {
            Self::EqualProbability(n) | Self::EqualRange(n) if !(2..=100).contains(&n) => {
                return Err(HrError::InvalidSetting {
                    name: "symbols",
                    value: n as f64,
                    expected: "2 to 100",
                });
            }
            Self::AroundMean(share) if !(share > 0.0 && share < 1.0) => {
                return Err(HrError::InvalidSetting {
                    name: "symbols",
                    value: share,
                    expected: "a share above 0 and below 1",
                });
            }
            Self::EqualProbability(n) => {
                let sorted = sorted(values);
                let edge = |i: usize| percentile(&sorted, 100.0 * i as f64 / n as f64);
                (1..n).map(edge).collect()
            }
            Self::EqualRange(n) => {
                let sorted = sorted(values);
                let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
                let edge = |i: usize| low + (high - low) * i as f64 / n as f64;
                (1..n).map(edge).collect()
            }
            Self::AroundMean(share) => {
                let mean = mean(values);
                return Ok(values
                    .iter()
                    .map(|&value| {
                        let edges = [(1.0 - share) * mean, mean, (1.0 + share) * mean];
                        3 - edges.iter().filter(|edge| value > **edge).count()
                    })
                    .collect());
            }
        };
        Ok(values
            .iter()
            .map(|value| level_of(&levels, value))
            .collect())
    }
}
