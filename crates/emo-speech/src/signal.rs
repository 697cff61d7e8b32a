use crate::SpeechError;

/// The lowest sample rate that is accepted, in Hz.
pub const MIN_SAMPLE_RATE: u32 = 1_000;

/// The highest sample rate that is accepted, in Hz: that of studio recordings.
pub const MAX_SAMPLE_RATE: u32 = 192_000;

pub(crate) fn check_signal(samples: &[f32]) -> Result<(), SpeechError> {
    if samples.is_empty() {
        return Err(SpeechError::EmptySignal);
    }
    check_signal_from(samples, 0)
}

/// Checks the next part of a stream, none included, of which `n_before` samples have come.
pub(crate) fn check_signal_from(samples: &[f32], n_before: usize) -> Result<(), SpeechError> {
    match first_not_finite(samples) {
        None => Ok(()),
        Some(index) => Err(SpeechError::NonFiniteSample {
            index: n_before + index,
            value: samples[index],
        }),
    }
}

/// Looks at all samples of a block before it decides, which compilers make vector instructions of.
fn first_not_finite(samples: &[f32]) -> Option<usize> {
    let is_bad = |x: &f32| !x.is_finite();
    let has_bad = |block: &[f32]| block.iter().fold(false, |any, x| any | is_bad(x));
    let block = samples.chunks(1024).position(has_bad)?;
    let before = 1024 * block;
    let within = samples[before..].iter().position(is_bad)?;
    Some(before + within)
}

pub(crate) fn check_sample_rate(sample_rate: u32) -> Result<(), SpeechError> {
    if (MIN_SAMPLE_RATE..=MAX_SAMPLE_RATE).contains(&sample_rate) {
        return Ok(());
    }
    Err(SpeechError::SampleRateOutOfRange {
        sample_rate,
        min: MIN_SAMPLE_RATE,
        max: MAX_SAMPLE_RATE,
    })
}

pub(crate) fn check_range(
    name: &'static str,
    value: usize,
    min: usize,
    max: usize,
) -> Result<(), SpeechError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(SpeechError::ConfigOutOfRange {
        name,
        value,
        min,
        max,
    })
}

pub(crate) fn check_finite(name: &'static str, value: f64) -> Result<(), SpeechError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(SpeechError::NotFinite { name, value })
}

pub(crate) fn check_positive(name: &'static str, value: f64) -> Result<(), SpeechError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(SpeechError::NotPositive { name, value })
}

/// Converts to `f32`, a magnitude beyond its range to the largest finite one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding to the nearest f32 is meant"
)]
pub(crate) fn to_f32(x: f64) -> f32 {
    x.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

/// NaN is outside any range.
pub(crate) fn check_number(
    name: &'static str,
    value: f64,
    min: f64,
    max: f64,
) -> Result<(), SpeechError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(SpeechError::NumberOutOfRange {
        name,
        value,
        min,
        max,
    })
}
