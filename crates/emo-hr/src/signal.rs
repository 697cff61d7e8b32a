use emo_dsp::DspError;

use crate::HrError;

/// Samples that are looked at together, in which a search for one of them cannot be.
const CHECKED_TOGETHER: usize = 256;

/// The samples in `f64`, refused unless all are finite.
pub(crate) fn checked(signal: &[f32]) -> Result<Vec<f64>, HrError> {
    match first_non_finite(signal) {
        None => Ok(signal.iter().map(|&x| f64::from(x)).collect()),
        Some(index) => Err(HrError::NonFinite {
            index,
            value: signal[index],
        }),
    }
}

fn first_non_finite(signal: &[f32]) -> Option<usize> {
    let all_finite = |block: &[f32]| block.iter().fold(true, |all, x| all & x.is_finite());
    let mut blocks = signal.chunks(CHECKED_TOGETHER);
    let start = CHECKED_TOGETHER * blocks.position(|block| !all_finite(block))?;
    let within = signal[start..].iter().position(|x| !x.is_finite())?;
    Some(start + within)
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
    let narrow: Vec<f32> = signal.iter().map(|&x| x as f32).collect();
    match first_non_finite(&narrow) {
        None => Ok(narrow),
        Some(index) => Err(DspError::Overflow { index }.into()),
    }
}

/// The largest magnitude, 0 of nothing.
pub(crate) fn largest(signal: &[f64]) -> f64 {
    let (blocks, rest) = signal.as_chunks::<8>();
    let mut lanes = [0.0_f64; 8];
    for block in blocks {
        for (lane, x) in lanes.iter_mut().zip(block) {
            *lane = if x.abs() > *lane { x.abs() } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(0.0, |a, b| a.max(b.abs()))
}
