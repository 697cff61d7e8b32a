use std::collections::VecDeque;

use crate::rr::{MAX_INTERVAL_MS, SUCCESSIVE_MS};
use crate::{HrError, RrSeries};

use super::statistics::{Deviation, finite, percentile};
use super::time_domain::{Differences, ShareOf, TimeDomainConfig};
use super::{FrequencyDomain, FrequencyPlan, Hrv, HrvIndices, Poincare};

/// Pushes after which the sums are taken anew, so that rounding does not grow.
const RENEW_EVERY: usize = 256;

/// Share of what a sum of squares was, below which the sums are taken anew: what an outlier leaves is rounding.
const RENEW_BELOW: f64 = 1e-5;

/// The most intervals that a window may hold: order statistics move them in memory with each beat.
const MAX_CAPACITY: usize = 1 << 16;

/// Settings of [`HrvStream`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HrvStreamConfig {
    /// Seconds of the window: intervals that began earlier leave it. Default: 60.
    pub window_s: f64,
    /// The most intervals that the window holds, 2 to 65,536; the oldest leave it first. Default: 512.
    pub capacity: usize,
    /// Conventions of the time domain; the triangle is not used.
    pub time: TimeDomainConfig,
    /// Of SD1 and SD2. Default: [`Deviation::Sample`].
    pub poincare: Deviation,
}

impl Default for HrvStreamConfig {
    fn default() -> Self {
        Self {
            window_s: 60.0,
            capacity: 512,
            time: TimeDomainConfig::default(),
            poincare: Deviation::Sample,
        }
    }
}

/// Heart rate variability of the last seconds, beat by beat.
///
/// Each beat costs the same, whatever the window holds, but for keeping its intervals sorted, which moves some of them
/// in memory, and for sums that are taken anew every 256 beats and when an outlier leaves. Nothing is allocated after [`new`](Self::new) but by [`series`](Self::series) and
/// [`compute`](Self::compute). Equal, within rounding, to [`TimeDomain`](crate::TimeDomain) and [`Poincare`] of the
/// same intervals.
///
/// ```
/// use emo_hr::{HrvStream, HrvStreamConfig};
///
/// let mut stream = HrvStream::new(&HrvStreamConfig::default())?;
/// for beat in 0..100 {
///     stream.push_beat(f64::from(beat) * 0.8 + 0.02 * f64::from(beat % 2))?;
/// }
/// let now = stream.indices().unwrap();
/// assert_eq!(now.n_intervals, 74);
/// assert!((now.rmssd.unwrap() - 40.0).abs() < 1e-6);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
#[derive(Debug, Clone)]
pub struct HrvStream {
    config: HrvStreamConfig,
    intervals: VecDeque<Interval>,
    sorted: Vec<f64>,
    sums: Sums,
    n_since_renewal: usize,
    /// The largest sums of squares since then.
    highest: [f64; 3],
    last_beat_s: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Interval {
    ms: f64,
    end_s: f64,
    /// Whether it follows upon the one before.
    follows: bool,
}

/// The indices that are there after each beat; as the fields of [`TimeDomain`](crate::TimeDomain) of these names.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields of `TimeDomain` have these names")]
pub struct HrvNow {
    pub n_intervals: usize,
    /// Seconds that the intervals cover, gaps not counted.
    pub covered_s: f64,
    pub mean_nn: f64,
    pub mean_hr: f64,
    pub sdnn: Option<f64>,
    pub rmssd: Option<f64>,
    pub sdsd: Option<f64>,
    pub median_nn: f64,
    pub mad_nn: f64,
    pub iqr_nn: f64,
    pub prc20_nn: f64,
    pub prc80_nn: f64,
    pub min_nn: f64,
    pub max_nn: f64,
    pub nn50: usize,
    pub nn20: usize,
    pub pnn50: Option<f64>,
    pub pnn20: Option<f64>,
    /// The Poincaré plot, from two pairs of successive intervals on.
    pub poincare: Option<Poincare>,
}

impl HrvStream {
    /// Reserves the window.
    ///
    /// # Errors
    /// [`HrError::InvalidSetting`] for a window that is not a number above 0, or a capacity out of range.
    pub fn new(config: &HrvStreamConfig) -> Result<Self, HrError> {
        let invalid = |name, value, expected| {
            Err(HrError::InvalidSetting {
                name,
                value,
                expected,
            })
        };
        if !(config.window_s.is_finite() && config.window_s > 0.0) {
            return invalid("window_s", config.window_s, "a finite number above 0");
        }
        if !(2..=MAX_CAPACITY).contains(&config.capacity) {
            return invalid("capacity", config.capacity as f64, "2 to 65,536");
        }
        Ok(Self {
            config: config.clone(),
            intervals: VecDeque::with_capacity(config.capacity),
            sorted: Vec::with_capacity(config.capacity),
            sums: Sums::default(),
            n_since_renewal: 0,
            highest: [0.0; 3],
            last_beat_s: None,
        })
    }

    /// Takes the time of a beat in seconds; the first one begins the first interval.
    ///
    /// # Errors
    /// As [`push_interval`](Self::push_interval). A beat that is refused changes nothing.
    pub fn push_beat(&mut self, time_s: f64) -> Result<(), HrError> {
        match self.last_beat_s {
            Some(last) => self.push_interval((time_s - last) * 1000.0, time_s),
            None if time_s.is_finite() => {
                self.last_beat_s = Some(time_s);
                Ok(())
            }
            None => Err(self.not_ascending(time_s)),
        }
    }

    /// Takes an interval in milliseconds that ended at a time in seconds. It follows upon the one before if the time
    /// between their ends is its length, within 10 ms; otherwise there is a gap.
    ///
    /// # Errors
    /// - [`HrError::InvalidInterval`] for an interval that is not above 0 or above a minute.
    /// - [`HrError::TimesNotAscending`] for a time that is not above the last one.
    pub fn push_interval(&mut self, ms: f64, end_s: f64) -> Result<(), HrError> {
        if !(end_s.is_finite() && self.last_beat_s.is_none_or(|last| end_s > last)) {
            return Err(self.not_ascending(end_s));
        }
        if !(ms > 0.0 && ms <= MAX_INTERVAL_MS) {
            return Err(HrError::InvalidInterval {
                index: self.intervals.len(),
                ms,
                max_ms: MAX_INTERVAL_MS,
            });
        }
        let begin_s = end_s - self.config.window_s - 1e-9;
        while self.intervals.len() == self.config.capacity
            || self
                .intervals
                .front()
                .is_some_and(|oldest| oldest.end_s - oldest.ms / 1000.0 < begin_s)
        {
            self.forget_oldest();
        }
        let follows = self
            .intervals
            .back()
            .is_some_and(|last| ((end_s - last.end_s) * 1000.0 - ms).abs() <= SUCCESSIVE_MS);
        let last = self.intervals.back().map(|last| last.ms);
        if self.intervals.is_empty() {
            self.sums = Sums::around(ms);
        }
        self.sums.interval(ms, 1.0);
        if let (true, Some(last)) = (follows, last) {
            self.sums.pair(last, ms, 1.0);
        }
        self.intervals.push_back(Interval { ms, end_s, follows });
        let place = self.sorted.partition_point(|&other| other < ms);
        self.sorted.insert(place, ms);
        self.last_beat_s = Some(end_s);
        self.n_since_renewal += 1;
        let squares = self.sums.squares();
        let faded = |(square, highest): (f64, &f64)| square < RENEW_BELOW * highest;
        if self.n_since_renewal >= RENEW_EVERY || squares.into_iter().zip(&self.highest).any(faded)
        {
            self.renew();
        }
        for (highest, square) in self.highest.iter_mut().zip(self.sums.squares()) {
            *highest = highest.max(square);
        }
        Ok(())
    }

    /// The indices of the window; `None` before the first interval.
    pub fn indices(&self) -> Option<HrvNow> {
        let n = self.intervals.len();
        let (&min_nn, &max_nn) = (self.sorted.first()?, self.sorted.last()?);
        let (time, sums) = (&self.config.time, &self.sums);
        let share = |count: usize| {
            let of = match time.share_of {
                ShareOf::Intervals => sums.n_pairs + 1,
                ShareOf::Differences => sums.n_pairs,
            };
            (sums.n_pairs > 0).then(|| 100.0 * count as f64 / of as f64)
        };
        let of_percent = |percent| percentile(&self.sorted, percent);
        let median_nn = of_percent(50.0);
        let pairs = |sum, squares| deviation(time.deviation, sums.n_pairs, sum, squares);
        let axis = |sum, squares| {
            let sd = deviation(self.config.poincare, sums.n_pairs, sum, squares)?;
            Some(sd * std::f64::consts::FRAC_1_SQRT_2)
        };
        let sd1 = axis(sums.differences, sums.squared_differences);
        let sd2 = axis(sums.along, sums.squared_along);
        Some(HrvNow {
            n_intervals: n,
            covered_s: (sums.origin * n as f64 + sums.intervals) / 1000.0,
            mean_nn: sums.origin + sums.intervals / n as f64,
            mean_hr: sums.rates / n as f64,
            sdnn: deviation(time.deviation, n, sums.intervals, sums.squared_intervals),
            rmssd: finite((sums.squared_differences / sums.n_pairs as f64).sqrt()),
            sdsd: match time.differences {
                Differences::Signed => pairs(sums.differences, sums.squared_differences),
                Differences::Absolute => pairs(sums.absolute_differences, sums.squared_differences),
            },
            median_nn,
            mad_nn: time.mad_scale * median_distance(&self.sorted, median_nn),
            iqr_nn: of_percent(75.0) - of_percent(25.0),
            prc20_nn: of_percent(20.0),
            prc80_nn: of_percent(80.0),
            min_nn,
            max_nn,
            nn50: sums.nn50,
            nn20: sums.nn20,
            pnn50: share(sums.nn50),
            pnn20: share(sums.nn20),
            poincare: sd1.zip(sd2).map(|(sd1, sd2)| Poincare { sd1, sd2 }),
        })
    }

    /// The intervals of the window, for everything that is not kept beat by beat.
    pub fn series(&self) -> RrSeries {
        let intervals_ms = self.intervals.iter().map(|interval| interval.ms).collect();
        let times_s = self
            .intervals
            .iter()
            .map(|interval| interval.end_s)
            .collect();
        RrSeries::unchecked(intervals_ms, times_s)
    }

    /// The frequency domain of the window, as [`FrequencyDomain::compute`] of [`series`](Self::series), but without
    /// allocating once the plan has seen windows like it; `None` for a window shorter than a segment of the plan, which
    /// is 64 s by default.
    ///
    /// # Errors
    /// [`HrError::Dsp`] for a spectrum that leaves the range of `f64`.
    pub fn frequency(&self, plan: &mut FrequencyPlan) -> Result<Option<FrequencyDomain>, HrError> {
        plan.compute(
            self.intervals
                .iter()
                .map(|interval| (interval.ms, interval.end_s)),
        )
    }

    /// All indices of the window, as [`Hrv::compute`] of [`series`](Self::series).
    ///
    /// # Errors
    /// As [`Hrv::compute`].
    pub fn compute(&self, hrv: &Hrv) -> Result<HrvIndices, HrError> {
        hrv.compute(&self.series())
    }

    /// Forgets all beats, as after a change of device or person.
    pub fn reset(&mut self) {
        self.intervals.clear();
        self.sorted.clear();
        self.sums = Sums::default();
        self.n_since_renewal = 0;
        self.highest = [0.0; 3];
        self.last_beat_s = None;
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.intervals.pop_front() else {
            return;
        };
        self.sums.interval(oldest.ms, -1.0);
        if let Some(next) = self.intervals.front_mut()
            && next.follows
        {
            // What it followed upon is gone.
            next.follows = false;
            self.sums.pair(oldest.ms, next.ms, -1.0);
        }
        let place = self.sorted.partition_point(|&other| other < oldest.ms);
        self.sorted.remove(place);
    }

    /// Takes the sums anew.
    fn renew(&mut self) {
        self.n_since_renewal = 0;
        let mut sums = Sums::around(self.sorted[self.sorted.len() / 2]);
        let mut last = 0.0;
        for interval in &self.intervals {
            sums.interval(interval.ms, 1.0);
            if interval.follows {
                sums.pair(last, interval.ms, 1.0);
            }
            last = interval.ms;
        }
        self.sums = sums;
        self.highest = sums.squares();
    }

    fn not_ascending(&self, seconds: f64) -> HrError {
        HrError::TimesNotAscending {
            index: self.intervals.len(),
            seconds,
            previous: self.last_beat_s.unwrap_or(f64::NEG_INFINITY),
        }
    }
}

/// Sums over the window; of intervals and of sums of two, as far as they are from `origin` and twice that.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    origin: f64,
    intervals: f64,
    squared_intervals: f64,
    rates: f64,
    n_pairs: usize,
    differences: f64,
    absolute_differences: f64,
    squared_differences: f64,
    along: f64,
    squared_along: f64,
    nn50: usize,
    nn20: usize,
}

impl Sums {
    fn around(origin: f64) -> Self {
        Self {
            origin,
            ..Self::default()
        }
    }

    fn squares(&self) -> [f64; 3] {
        [
            self.squared_intervals,
            self.squared_differences,
            self.squared_along,
        ]
    }

    /// Adds an interval, or takes it off.
    fn interval(&mut self, ms: f64, sign: f64) {
        let beyond = ms - self.origin;
        self.intervals += sign * beyond;
        self.squared_intervals += sign * beyond * beyond;
        self.rates += sign * 60_000.0 / ms;
    }

    /// Adds two successive intervals, or takes them off.
    fn pair(&mut self, before: f64, after: f64, sign: f64) {
        let difference = after - before;
        let along = after + before - 2.0 * self.origin;
        self.differences += sign * difference;
        self.absolute_differences += sign * difference.abs();
        self.squared_differences += sign * difference * difference;
        self.along += sign * along;
        self.squared_along += sign * along * along;
        let counted = [
            (&mut self.n_pairs, true),
            (&mut self.nn50, difference.abs() > 50.0),
            (&mut self.nn20, difference.abs() > 20.0),
        ];
        for (count, counts) in counted {
            if counts {
                *count = if sign > 0.0 {
                    *count + 1
                } else {
                    count.saturating_sub(1)
                };
            }
        }
    }
}

fn deviation(of: Deviation, n: usize, sum: f64, squares: f64) -> Option<f64> {
    let squares = (squares - sum * sum / n as f64).max(0.0);
    if n == 0 {
        return None;
    }
    finite((squares / of.divisor(n)).sqrt())
}

/// The median distance of sorted values from their median, which both sides are walked away from.
fn median_distance(sorted: &[f64], median: f64) -> f64 {
    let n = sorted.len();
    let mut right = sorted.partition_point(|&value| value < median);
    let mut left = right;
    let mut last = [0.0; 2];
    for _ in 0..=n / 2 {
        let below = left.checked_sub(1).map(|i| median - sorted[i]);
        let above = sorted.get(right).map(|value| value - median);
        let nearest = match (below, above) {
            (Some(below), Some(above)) if below < above => {
                left -= 1;
                below
            }
            (_, Some(above)) => {
                right += 1;
                above
            }
            (Some(below), None) => {
                left -= 1;
                below
            }
            (None, None) => break,
        };
        last = [last[1], nearest];
    }
    if n % 2 == 1 {
        last[1]
    } else {
        (last[0] + last[1]) / 2.0
    }
}
