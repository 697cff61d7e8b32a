use crate::DspError;

use super::moments::{is_constant, standard_deviation};

/// How far apart two samples may be and still count as alike.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Tolerance {
    /// In the unit of the signal, above 0.
    Absolute(f64),
    /// A share of the signal's standard deviation.
    StandardDeviation {
        /// The share, above 0; 0.2 is the custom.
        factor: f64,
        /// What is taken from the number of samples before dividing by it: 0 as antropy, 1 as NeuroKit2 and
        /// mne-features, −1 as pyHRV.
        ddof: i32,
    },
}

impl Tolerance {
    pub(crate) fn check(self) -> Result<(), DspError> {
        let value = match self {
            Self::Absolute(value) => value,
            Self::StandardDeviation { factor, .. } => factor,
        };
        if value.is_finite() && value > 0.0 {
            return Ok(());
        }
        Err(DspError::InvalidSetting {
            name: "tolerance",
            value,
            expected: "a finite number above 0",
        })
    }

    /// The distance in the unit of the signal, which is not empty; `measure` is named by the error.
    pub(crate) fn of(self, signal: &[f64], measure: &'static str) -> Result<f64, DspError> {
        let reason = match self {
            Self::Absolute(value) => return Ok(value),
            Self::StandardDeviation { .. } if is_constant(signal) => "the signal is constant",
            Self::StandardDeviation { factor, ddof } => {
                let value = factor * standard_deviation(signal, ddof);
                if value.is_finite() && value > 0.0 {
                    return Ok(value);
                }
                "the standard deviation leaves the range of f64"
            }
        };
        Err(DspError::Undefined { measure, reason })
    }
}
