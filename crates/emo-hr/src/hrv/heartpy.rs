use emo_dsp::{FilterBand, SampleRate, Sos, Welch, WelchConfig};

use crate::interpolation::{Interpolation, Knots};
use crate::{HrError, RrSeries};

use super::{Deviation, Poincare, TimeDomain, TimeDomainConfig};

/// Values per second of the series in which HeartPy looks for breathing.
const RATE_HZ: f64 = 1000.0;
/// Values of its segments, or all if there are fewer.
const SEGMENT_LEN: usize = 30_000;
/// The longest series in which breathing is looked for, in milliseconds: a day.
const MAX_MS: f64 = 8.64e7;

/// The measures of HeartPy 1.2, in its conventions and order.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HeartPyMeasures {
    /// Rate of the mean interval, in bpm.
    pub bpm: f64,
    /// The time domain; `pnn20` and `pnn50` are in percent, where HeartPy has shares.
    pub time: TimeDomain,
    /// The Poincaré plot.
    pub poincare: Poincare,
    /// Frequency of breathing in Hz, in steps of 1/30 Hz for series of 30 s and more.
    pub breathing_hz: f64,
}

impl HeartPyMeasures {
    /// The measures of a series.
    ///
    /// Breathing is where the spectrum of the intervals is highest between about 0.1 and 0.4 Hz. HeartPy smooths the
    /// intervals by up to 1 ms before, which does not move it by a step.
    ///
    /// # Errors
    /// - [`HrError::TooFewIntervals`] below four intervals, or if fewer than two follow upon another.
    /// - [`HrError::SignalTooLong`] for more than a day.
    /// - [`HrError::Dsp`] for a series shorter than the filter's padding.
    pub fn compute(rr: &RrSeries) -> Result<Self, HrError> {
        rr.require(4)?;
        let time = TimeDomain::compute(rr, &TimeDomainConfig::heartpy())?;
        Ok(Self {
            bpm: 60_000.0 / time.mean_nn,
            time,
            poincare: Poincare::compute(rr, Deviation::Population)?,
            breathing_hz: breathing_hz(rr.intervals_ms())?,
        })
    }
}

fn breathing_hz(intervals_ms: &[f64]) -> Result<f64, HrError> {
    let total: f64 = intervals_ms.iter().sum();
    if total > MAX_MS {
        return Err(HrError::SignalTooLong {
            seconds: total / 1000.0,
            max: MAX_MS / 1000.0,
        });
    }
    // One value per millisecond, as if all intervals were equally long.
    let (n, len) = (intervals_ms.len(), total as usize);
    let place = |i: usize, of: usize| n as f64 * i as f64 / (of - 1) as f64;
    let at = (0..n).map(|i| place(i, n)).collect();
    let knots = Knots::new(at, intervals_ms.to_vec(), Interpolation::Cubic);
    let spread: Vec<f64> = (0..len).map(|i| knots.at(place(i, len))).collect();
    let rate = SampleRate::from_hz(RATE_HZ)?;
    let band = FilterBand::BandPass {
        low_hz: 0.1,
        high_hz: 0.4,
    };
    let breathing = Sos::butterworth(2, band, rate)?.filtfilt(&spread)?;
    let segment = if len < SEGMENT_LEN {
        len
    } else {
        (len / 10).max(SEGMENT_LEN)
    };
    let welch = Welch::new(&WelchConfig::new(rate, segment))?;
    let density = welch.compute(&breathing)?;
    let highest = (0..density.len()).fold(
        0,
        |best, k| if density[k] > density[best] { k } else { best },
    );
    Ok(highest as f64 * welch.bin_hz())
}
