use crate::interpolation::{Interpolation, Knots};
use crate::{HrError, RrSeries, SampleRate};

/// The longest evenly spaced series that is made: a day at 1000 Hz.
const MAX_LEN: f64 = 8.64e7;

/// Where a tachogram ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TachogramEnd {
    /// Before the end of the last interval, as pyHRV.
    #[default]
    Within,
    /// Up to a sample beyond it, with the last interval's length there, as NeuroKit2.
    Beyond,
}

/// Intervals at evenly spaced times, from the end of the first interval on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tachogram {
    /// The intervals in milliseconds.
    pub intervals_ms: Vec<f64>,
    /// Time of the first value, in seconds.
    pub start_s: f64,
    /// Values per second.
    pub rate: SampleRate,
}

impl Tachogram {
    /// Interpolates a series; gaps are bridged.
    ///
    /// # Errors
    /// - [`HrError::TooFewIntervals`] below what the curve needs, at least two.
    /// - [`HrError::SignalTooLong`] for more than 8.64 · 10⁷ values.
    pub fn new(
        rr: &RrSeries,
        rate: SampleRate,
        interpolation: Interpolation,
        end: TachogramEnd,
    ) -> Result<Self, HrError> {
        rr.require(interpolation.min_points().max(2))?;
        let times = rr.times_s();
        let (start_s, end_s) = (times[0], times[times.len() - 1]);
        let step = 1.0 / rate.hz();
        let len = match end {
            TachogramEnd::Within => ((end_s - start_s) / step).ceil(),
            TachogramEnd::Beyond => ((end_s + step - start_s) / step).ceil(),
        };
        if len > MAX_LEN {
            return Err(HrError::SignalTooLong {
                seconds: end_s - start_s,
                max: MAX_LEN * step,
            });
        }
        let knots = Knots::new(times.to_vec(), rr.intervals_ms().to_vec(), interpolation);
        Ok(Self {
            intervals_ms: (0..len as usize)
                .map(|i| knots.at(start_s + i as f64 * step))
                .collect(),
            start_s,
            rate,
        })
    }

    /// The time of each value in seconds.
    pub fn times_s(&self) -> impl Iterator<Item = f64> {
        let step = 1.0 / self.rate.hz();
        (0..self.intervals_ms.len()).map(move |i| self.start_s + i as f64 * step)
    }
}
