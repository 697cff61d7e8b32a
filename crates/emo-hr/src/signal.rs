use emo_dsp::DspError;

use crate::HrError;

/// The samples in `f64`, refused unless all are finite.
pub(crate) fn checked(signal: &[f32]) -> Result<Vec<f64>, HrError> {
    let check = |(index, &value): (usize, &f32)| {
        if value.is_finite() {
            Ok(f64::from(value))
        } else {
            Err(HrError::NonFinite { index, value })
        }
    };
    signal.iter().enumerate().map(check).collect()
}

pub(crate) fn check_len(actual: usize, required: usize) -> Result<(), HrError> {
    if actual < required {
        return Err(HrError::SignalTooShort { actual, required });
    }
    Ok(())
}

/// The nearest whole number of samples, ties to the even one.
pub(crate) fn samples_in(seconds: f64, rate_hz: f64) -> usize {
    (seconds * rate_hz).round_ties_even() as usize
}

/// The samples in `f32`, refused if one is beyond its range.
pub(crate) fn narrowed(signal: &[f64]) -> Result<Vec<f32>, HrError> {
    let narrow = |(index, &value): (usize, &f64)| {
        let value = value as f32;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(DspError::Overflow { index }.into())
        }
    };
    signal.iter().enumerate().map(narrow).collect()
}
