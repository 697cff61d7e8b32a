use emo_dsp::SampleRate;
use ndarray::{ArrayRef2, ArrayView1, ArrayView2, s};

use crate::EegError;

/// Most channels of a stream.
const MAX_CHANNELS: usize = 4096;

/// The highest rate.
const MAX_RATE_HZ: f64 = 1e5;

/// The last `seconds` of a recording `[channels, samples]`, as a view.
///
/// The window's length is `seconds · sample_rate`, rounded to the nearest sample.
///
/// # Errors
/// - [`EegError::InvalidDuration`] unless that is at least one sample.
/// - [`EegError::SignalTooShort`] if the recording is shorter.
pub fn last_window(
    recording: &ArrayRef2<f32>,
    sample_rate: SampleRate,
    seconds: f64,
) -> Result<ArrayView2<'_, f32>, EegError> {
    let len = (seconds * sample_rate.hz()).round();
    if !(len >= 1.0 && len.is_finite()) {
        return Err(EegError::InvalidDuration {
            seconds,
            rate_hz: sample_rate.hz(),
        });
    }
    // Saturates for lengths beyond any recording, which are then refused as too long.
    let required = len as usize;
    let actual = recording.ncols();
    if actual < required {
        return Err(EegError::SignalTooShort { actual, required });
    }
    Ok(recording.slice(s![.., actual - required..]))
}

/// One channel in `f64`, refused unless all of it is finite.
pub(crate) fn checked_channel(
    channel: usize,
    row: ArrayView1<'_, f32>,
) -> Result<Vec<f64>, EegError> {
    let check = |(sample, &value): (usize, &f32)| {
        if value.is_finite() {
            Ok(f64::from(value))
        } else {
            Err(EegError::NonFinite {
                channel,
                sample,
                value,
            })
        }
    };
    row.iter().enumerate().map(check).collect()
}

/// Refuses no channels at all, and more than any device has.
pub(crate) fn check_n_channels(n_channels: usize) -> Result<(), EegError> {
    match n_channels {
        0 => Err(EegError::NoChannels),
        1..=MAX_CHANNELS => Ok(()),
        _ => Err(EegError::InvalidSetting {
            name: "n_channels",
            value: n_channels as f64,
            expected: "1 to 4096",
        }),
    }
}

/// Refuses a rate above what any device samples at, for what takes memory in proportion to it.
pub(crate) fn check_rate(rate: SampleRate) -> Result<(), EegError> {
    if rate.hz() <= MAX_RATE_HZ {
        return Ok(());
    }
    Err(EegError::InvalidSetting {
        name: "sample_rate",
        value: rate.hz(),
        expected: "at most 100 kHz",
    })
}

/// The nearest `f32`, where the conversion would make an infinity of what is beyond the largest one.
pub(crate) fn to_f32(x: f64) -> f32 {
    x.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}
