use std::fmt;

use crate::DspError;

/// Samples per second: a finite number of hertz above 0.
///
/// ```
/// use emo_dsp::SampleRate;
///
/// let rate = SampleRate::from_hz(128.0)?;
/// assert_eq!(rate.nyquist_hz(), 64.0);
/// assert!(SampleRate::from_hz(f64::NAN).is_err());
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[doc(alias = "sampling_rate")]
#[doc(alias = "fs")]
pub struct SampleRate(f64);

impl SampleRate {
    /// A rate in hertz.
    ///
    /// # Errors
    /// [`DspError::InvalidSampleRate`] unless `hz` is finite and above 0.
    pub fn from_hz(hz: f64) -> Result<Self, DspError> {
        if hz.is_finite() && hz > 0.0 {
            Ok(Self(hz))
        } else {
            Err(DspError::InvalidSampleRate { hz })
        }
    }

    /// The rate in hertz.
    pub fn hz(self) -> f64 {
        self.0
    }

    /// Half the rate, in hertz: the highest frequency that samples at this rate can carry.
    pub fn nyquist_hz(self) -> f64 {
        self.0 / 2.0
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positive_finite_rates_exist() {
        for hz in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(
                SampleRate::from_hz(hz),
                Err(DspError::InvalidSampleRate { .. })
            ));
        }
        let rate = SampleRate::from_hz(250.0).expect("a valid rate");
        assert_eq!((rate.hz(), rate.nyquist_hz()), (250.0, 125.0));
        assert_eq!(rate.to_string(), "250 Hz");
    }
}
