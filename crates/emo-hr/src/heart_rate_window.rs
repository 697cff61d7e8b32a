use ndarray::Array2;

use crate::HrError;

/// Settings of [`HeartRateWindow`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HeartRateWindowConfig {
    /// Length of the window in seconds, at least 2. Default: 15, the input of the project's heart-rate network.
    pub window_len: usize,
    /// The lowest rate in bpm that is accepted. Default: 20, below the slowest resting rates reported.
    pub min_bpm: f32,
    /// The highest rate in bpm that is accepted. Default: 300, about the fastest that ventricles
    /// beat in arrhythmia.
    pub max_bpm: f32,
}

impl Default for HeartRateWindowConfig {
    fn default() -> Self {
        Self {
            window_len: 15,
            min_bpm: 20.0,
            max_bpm: 300.0,
        }
    }
}

/// The last seconds of a heart-rate series, scaled to its own range.
///
/// Each value becomes `(bpm − min) / (max − min)` over the window, from 0 to 1: the course of the rate without its
/// level, which is mostly the person's.
#[derive(Debug, Clone)]
pub struct HeartRateWindow {
    config: HeartRateWindowConfig,
}

impl HeartRateWindow {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`HrError::InvalidSetting`] for a window of fewer than 2 s or limits that are not finite and ascending.
    pub fn new(config: &HeartRateWindowConfig) -> Result<Self, HrError> {
        let HeartRateWindowConfig {
            window_len,
            min_bpm,
            max_bpm,
        } = *config;
        if window_len < 2 {
            return Err(HrError::InvalidSetting {
                name: "window_len",
                value: window_len as f64,
                expected: "at least 2",
            });
        }
        for (name, value) in [("min_bpm", min_bpm), ("max_bpm", max_bpm)] {
            if !(value.is_finite() && value >= min_bpm) {
                return Err(HrError::InvalidSetting {
                    name,
                    value: value.into(),
                    expected: "finite limits, the lowest not above the highest",
                });
            }
        }
        Ok(Self {
            config: config.clone(),
        })
    }

    /// The window `[seconds, 1]`, each value 0 to 1, oldest first, of a series in bpm at 1 Hz.
    ///
    /// # Errors
    /// - [`HrError::SeriesTooShort`] for a series shorter than the window.
    /// - [`HrError::NonFinite`] for a NaN or infinite value in the window.
    /// - [`HrError::RateOutOfRange`] for a value in the window outside the configured limits.
    /// - [`HrError::ConstantWindow`] if all values in the window are equal.
    pub fn compute(&self, bpm: &[f32]) -> Result<Array2<f32>, HrError> {
        let HeartRateWindowConfig {
            window_len,
            min_bpm,
            max_bpm,
        } = self.config;
        let Some(start) = bpm.len().checked_sub(window_len) else {
            return Err(HrError::SeriesTooShort {
                actual: bpm.len(),
                required: window_len,
            });
        };
        let window = &bpm[start..];
        for (second, &value) in (start..).zip(window) {
            if !value.is_finite() {
                return Err(HrError::NonFinite {
                    index: second,
                    value,
                });
            }
            if !(min_bpm..=max_bpm).contains(&value) {
                return Err(HrError::RateOutOfRange {
                    second,
                    bpm: value,
                    low: min_bpm,
                    high: max_bpm,
                });
            }
        }
        let low = window.iter().copied().fold(f32::INFINITY, f32::min);
        let high = window.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if low == high {
            return Err(HrError::ConstantWindow {
                bpm: low,
                len: window_len,
            });
        }
        let range = f64::from(high) - f64::from(low);
        Ok(Array2::from_shape_fn((window_len, 1), |(second, _)| {
            ((f64::from(window[second]) - f64::from(low)) / range) as f32
        }))
    }
}
