use std::fmt;
use std::ops::Range;

use emo_dsp::SampleRate;
use ndarray::{ArrayRef2, s};

use crate::EegError;
use crate::window::checked_channel;

/// Limits beyond which a window is rejected; each can be left out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RejectionConfig {
    /// Highest minus lowest sample of a channel in µV, at most. Default: 150.
    pub max_peak_to_peak_uv: Option<f64>,
    /// Highest minus lowest sample of a channel in µV, at least. Default: 0.5.
    pub min_peak_to_peak_uv: Option<f64>,
    /// Change of a channel from one sample to the next in µV, at most. Default: 50.
    pub max_step_uv: Option<f64>,
}

impl Default for RejectionConfig {
    fn default() -> Self {
        Self {
            max_peak_to_peak_uv: Some(150.0),
            min_peak_to_peak_uv: Some(0.5),
            max_step_uv: Some(50.0),
        }
    }
}

/// Why a channel's window is rejected.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RejectionReason {
    /// Highest minus lowest sample above the limit.
    PeakToPeak {
        /// What it is, in µV.
        uv: f64,
        /// What it may be, in µV.
        limit_uv: f64,
    },
    /// Highest minus lowest sample below the limit.
    Flat {
        /// What it is, in µV.
        uv: f64,
        /// What it has to be, in µV.
        limit_uv: f64,
    },
    /// A change from one sample to the next above the limit.
    Step {
        /// The sample that it leads to, from the window's beginning.
        sample: usize,
        /// How large it is, in µV.
        uv: f64,
        /// What it may be, in µV.
        limit_uv: f64,
    },
}

impl fmt::Display for RejectionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeakToPeak { uv, limit_uv } => {
                write!(f, "{uv:.1} µV from peak to peak, above {limit_uv} µV")
            }
            Self::Flat { uv, limit_uv } => {
                write!(f, "{uv:.2} µV from peak to peak, below {limit_uv} µV")
            }
            Self::Step {
                sample,
                uv,
                limit_uv,
            } => write!(
                f,
                "a step of {uv:.1} µV at sample {sample}, above {limit_uv} µV"
            ),
        }
    }
}

/// One reason to reject a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rejection {
    /// Index of the channel.
    pub channel: usize,
    /// What is wrong with it.
    pub reason: RejectionReason,
}

/// The reasons to reject a window `[channels, samples]` in µV, by channel; none if it is good.
///
/// ```
/// use emo_eeg::ndarray::arr2;
/// use emo_eeg::{RejectionConfig, rejections};
///
/// let window = arr2(&[[0.0, 5.0, -5.0, 0.0], [0.0, 10.0, 90.0, 10.0]]);
/// let found = rejections(&RejectionConfig::default(), &window)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].channel, 1);
/// assert_eq!(found[0].reason.to_string(), "a step of 80.0 µV at sample 2, above 50 µV");
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
///
/// # Errors
/// - [`EegError::NoChannels`] without channels, [`EegError::SignalTooShort`] without samples.
/// - [`EegError::NonFinite`] for a NaN or infinite sample.
/// - [`EegError::InvalidSetting`] for a limit that is not a number of at least 0.
pub fn rejections(
    config: &RejectionConfig,
    window: &ArrayRef2<f32>,
) -> Result<Vec<Rejection>, EegError> {
    for (name, limit) in [
        ("max_peak_to_peak_uv", config.max_peak_to_peak_uv),
        ("min_peak_to_peak_uv", config.min_peak_to_peak_uv),
        ("max_step_uv", config.max_step_uv),
    ] {
        if let Some(value) = limit
            && !(value.is_finite() && value >= 0.0)
        {
            return Err(EegError::InvalidSetting {
                name,
                value,
                expected: "a finite number of at least 0",
            });
        }
    }
    if window.nrows() == 0 {
        return Err(EegError::NoChannels);
    }
    if window.ncols() == 0 {
        return Err(EegError::SignalTooShort {
            actual: 0,
            required: 1,
        });
    }
    let mut found = Vec::new();
    for (channel, row) in window.rows().into_iter().enumerate() {
        let samples = checked_channel(channel, row)?;
        let low = samples.iter().copied().fold(f64::INFINITY, f64::min);
        let high = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let uv = high - low;
        let (step_at, step_uv) = samples
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).abs())
            .enumerate()
            .fold((0, 0.0), |largest, (index, step)| {
                if step > largest.1 {
                    (index + 1, step)
                } else {
                    largest
                }
            });
        let reasons = [
            config
                .max_peak_to_peak_uv
                .filter(|&limit| uv > limit)
                .map(|limit_uv| RejectionReason::PeakToPeak { uv, limit_uv }),
            config
                .min_peak_to_peak_uv
                .filter(|&limit| uv < limit)
                .map(|limit_uv| RejectionReason::Flat { uv, limit_uv }),
            config
                .max_step_uv
                .filter(|&limit| step_uv > limit)
                .map(|limit_uv| RejectionReason::Step {
                    sample: step_at,
                    uv: step_uv,
                    limit_uv,
                }),
        ];
        let reasons = reasons.into_iter().flatten();
        found.extend(reasons.map(|reason| Rejection { channel, reason }));
    }
    Ok(found)
}

/// A recording's window and the reasons to reject it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedWindow {
    /// The window's samples.
    pub samples: Range<usize>,
    /// Why it is rejected; empty if it is not.
    pub rejections: Vec<Rejection>,
}

/// Judges a recording `[channels, samples]` in µV in windows of `seconds`, one after the other; what is left at its end
/// is not judged.
///
/// # Errors
/// Those of [`rejections`], and [`EegError::InvalidDuration`] unless a window is at least one sample.
pub fn judge_windows(
    config: &RejectionConfig,
    recording: &ArrayRef2<f32>,
    sample_rate: SampleRate,
    seconds: f64,
) -> Result<Vec<JudgedWindow>, EegError> {
    let len = (seconds * sample_rate.hz()).round();
    if !(len >= 1.0 && len.is_finite()) {
        return Err(EegError::InvalidDuration {
            seconds,
            rate_hz: sample_rate.hz(),
        });
    }
    // Saturates for lengths beyond any recording, which then holds no window.
    let len = len as usize;
    (0..recording.ncols() / len)
        .map(|index| {
            let samples = index * len..(index + 1) * len;
            let window = recording.slice(s![.., samples.clone()]);
            Ok(JudgedWindow {
                rejections: rejections(config, &window)?,
                samples,
            })
        })
        .collect()
}
