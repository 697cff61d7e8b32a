//! Breathing: from a belt, from the heart rate, and what it does to the heart rate.

mod breaths;
mod from_heights;
mod from_intervals;
mod gates;
mod heart_rate;
mod rate;
mod rsa;
mod savitzky_golay;
mod symmetric_eigen;

pub use breaths::Breaths;
pub use from_heights::respiration_rate_from_heights;
pub use from_intervals::respiration_rate;
pub use heart_rate::EdrMethod;
pub use rsa::{PorgesBohrerOf, Rsa, RsaConfig};

use emo_dsp::{FilterBand, SampleRate, Sos};

use crate::signal::checked;
use crate::{Beats, HrError, Interpolation};

/// The lowest rate of a signal of breathing, in Hz.
const MIN_RATE_HZ: f64 = 4.0;

/// The longest signal whose breathing is looked at: a month.
const MAX_SECONDS: f64 = 31.0 * 86_400.0;

/// Values per second of breathing that is derived from beats.
const DERIVED_HZ: f64 = 10.0;

/// A signal that rises with inspiration and falls with expiration, in any unit and without offset.
///
/// ```
/// use emo_hr::{Respiration, SampleRate};
///
/// // Two minutes of 15 breaths per minute.
/// let belt: Vec<f32> = (0..3000)
///     .map(|n| 5.0 + (std::f32::consts::TAU * 0.25 * n as f32 / 25.0).sin())
///     .collect();
/// let respiration = Respiration::from_belt(&belt, SampleRate::from_hz(25.0)?)?;
/// assert!((respiration.rate()?.unwrap() - 15.0).abs() < 0.2);
/// // Of 30 breaths, the first and the last are not whole.
/// assert_eq!(respiration.breaths().peaks().len(), 28);
/// # Ok::<(), emo_hr::HrError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Respiration {
    signal: Vec<f64>,
    sample_rate: SampleRate,
}

impl Respiration {
    /// From a belt or another sensor of breathing: what is between 0.05 and 3 Hz (Butterworth, order 2, forward and
    /// backward), as NeuroKit2's `rsp_clean`.
    ///
    /// # Errors
    /// - [`HrError::SampleRateTooLow`] below 10 Hz.
    /// - [`HrError::NonFinite`] for a NaN or infinite sample.
    /// - [`HrError::Dsp`] for a signal shorter than the filter's padding.
    pub fn from_belt(signal: &[f32], sample_rate: SampleRate) -> Result<Self, HrError> {
        check_rate(sample_rate, 10.0)?;
        let band = FilterBand::BandPass {
            low_hz: 0.05,
            high_hz: 3.0,
        };
        let filter = Sos::butterworth(2, band, sample_rate)?;
        Ok(Self {
            signal: filter.filtfilt(&checked(signal)?)?,
            sample_rate,
        })
    }

    /// From a heart rate in bpm that was sampled at `sample_rate`: it rises and falls with the breath.
    ///
    /// # Errors
    /// - [`HrError::SampleRateTooLow`] below 4 Hz.
    /// - [`HrError::NonFinite`] for a NaN or infinite value.
    /// - [`HrError::Dsp`] for a series shorter than the filter's padding.
    pub fn from_heart_rate(
        bpm: &[f32],
        sample_rate: SampleRate,
        method: EdrMethod,
    ) -> Result<Self, HrError> {
        check_rate(sample_rate, MIN_RATE_HZ)?;
        Ok(Self {
            signal: method.filter(&checked(bpm)?, sample_rate)?,
            sample_rate,
        })
    }

    /// From the beats of an ECG or PPG, through their rate at 10 Hz.
    ///
    /// # Errors
    /// - [`HrError::TooFewBeats`] below four beats.
    /// - [`HrError::SignalTooLong`] for a signal of more than a month.
    /// - [`HrError::Dsp`] for a series shorter than the filter's padding.
    pub fn from_beats(beats: &Beats, method: EdrMethod) -> Result<Self, HrError> {
        let sample_rate = SampleRate::from_hz(DERIVED_HZ)?;
        let knots = beats.knots(Interpolation::MonotoneCubic)?;
        let seconds = (beats.n_samples() - 1) as f64 / beats.sample_rate().hz();
        if seconds > MAX_SECONDS {
            return Err(HrError::SignalTooLong {
                seconds,
                max: MAX_SECONDS,
            });
        }
        let step = beats.sample_rate().hz() / DERIVED_HZ;
        let bpm: Vec<f64> = (0..=(seconds * DERIVED_HZ) as usize)
            .map(|i| 60.0 / knots.at(i as f64 * step))
            .collect();
        Ok(Self {
            signal: method.filter(&bpm, sample_rate)?,
            sample_rate,
        })
    }

    /// A signal as it is.
    #[cfg(test)]
    pub(crate) fn of(signal: Vec<f64>, sample_rate: SampleRate) -> Self {
        Self {
            signal,
            sample_rate,
        }
    }

    /// The signal.
    pub fn signal(&self) -> &[f64] {
        &self.signal
    }

    /// Its rate.
    pub fn sample_rate(&self) -> SampleRate {
        self.sample_rate
    }
}

fn check_rate(rate: SampleRate, required_hz: f64) -> Result<(), HrError> {
    if rate.hz() < required_hz {
        return Err(HrError::SampleRateTooLow {
            actual_hz: rate.hz(),
            required_hz,
        });
    }
    Ok(())
}
