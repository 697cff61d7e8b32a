use std::ops::RangeInclusive;

use ndarray::{Array2, Array3};

use crate::HrError;
use crate::hrv::statistics::{Deviation, percentile, sorted};

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
    /// What becomes 0 and 1. Default: the window's own extremes.
    pub range: WindowRange,
    /// Seconds from one window to the next in [`HeartRateWindow::windows`], at least 1. Default: 1.
    pub hop_len: usize,
    /// Which windows [`HeartRateWindow::windows`] leaves out for their variance. Default: none.
    pub outliers: VarianceOutliers,
}

/// What a window of heart rates is scaled by.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum WindowRange {
    /// The lowest and the highest rate of the window: its course without its level.
    #[default]
    Window,
    /// Those of the whole series, which is one person's: the level within what was seen of that person.
    Series,
    /// Stored ones, of which [`WindowRange::of`] makes a person's. Rates beyond them become less than 0 or more than 1.
    Limits {
        /// The rate in bpm that becomes 0.
        low_bpm: f32,
        /// The rate in bpm that becomes 1.
        high_bpm: f32,
    },
}

impl WindowRange {
    /// The limits of a person's series of rates in bpm, to be stored.
    ///
    /// # Errors
    /// - [`HrError::SeriesTooShort`] for an empty series.
    /// - [`HrError::NonFinite`] for a NaN or infinite value.
    /// - [`HrError::ConstantWindow`] if all values are equal.
    pub fn of(bpm: &[f32]) -> Result<Self, HrError> {
        if let Some(index) = bpm.iter().position(|value| !value.is_finite()) {
            return Err(HrError::NonFinite {
                index,
                value: bpm[index],
            });
        }
        let (low_bpm, high_bpm) = extremes(bpm).ok_or(HrError::SeriesTooShort {
            actual: 0,
            required: 1,
        })?;
        if low_bpm == high_bpm {
            return Err(HrError::ConstantWindow {
                bpm: low_bpm,
                len: bpm.len(),
            });
        }
        Ok(Self::Limits { low_bpm, high_bpm })
    }
}

/// Which windows are left out because their variance is unlike that of the others.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum VarianceOutliers {
    /// None.
    #[default]
    Kept,
    /// Those below the first quartile or above the third by more than `factor` times their distance; 1.5 is Tukey's
    /// rule.
    BeyondQuartiles {
        /// The factor, 0 or more.
        factor: f64,
    },
}

impl Default for HeartRateWindowConfig {
    fn default() -> Self {
        Self {
            window_len: 15,
            min_bpm: 20.0,
            max_bpm: 300.0,
            range: WindowRange::Window,
            hop_len: 1,
            outliers: VarianceOutliers::Kept,
        }
    }
}

/// The last seconds of a heart-rate series, scaled to its own range.
///
/// Each value becomes `(bpm − min) / (max − min)` over the window, from 0 to 1: the course of the rate without its
/// level, which is mostly the person's. [`WindowRange`] has other ranges.
///
/// [`compute`](Self::compute) gives the last window, [`windows`](Self::windows) all of a series.
#[derive(Debug, Clone)]
pub struct HeartRateWindow {
    config: HeartRateWindowConfig,
}

impl HeartRateWindow {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`HrError::InvalidSetting`] for a window of fewer than 2 s, a hop of 0 s, limits that are not finite and
    /// ascending, or a factor that is not a number from 0 on.
    pub fn new(config: &HeartRateWindowConfig) -> Result<Self, HrError> {
        let invalid = |name, value, expected| {
            Err(HrError::InvalidSetting {
                name,
                value,
                expected,
            })
        };
        let (min_bpm, max_bpm) = (config.min_bpm, config.max_bpm);
        if config.window_len < 2 {
            return invalid("window_len", config.window_len as f64, "at least 2");
        }
        if config.hop_len < 1 {
            return invalid("hop_len", 0.0, "at least 1");
        }
        for (name, value) in [("min_bpm", min_bpm), ("max_bpm", max_bpm)] {
            if !(value.is_finite() && value >= min_bpm) {
                let expected = "finite limits, the lowest not above the highest";
                return invalid(name, value.into(), expected);
            }
        }
        if let WindowRange::Limits { low_bpm, high_bpm } = config.range
            && !(low_bpm.is_finite() && high_bpm.is_finite() && low_bpm < high_bpm)
        {
            let expected = "finite limits, the lower below the higher";
            return invalid("range", high_bpm.into(), expected);
        }
        if let VarianceOutliers::BeyondQuartiles { factor } = config.outliers
            && !(factor >= 0.0 && factor.is_finite())
        {
            return invalid("outliers", factor, "a finite factor of at least 0");
        }
        Ok(Self {
            config: config.clone(),
        })
    }

    /// The last window `[seconds, 1]`, oldest first, of a series in bpm at 1 Hz; each value 0 to 1 unless stored
    /// limits are narrower.
    ///
    /// # Errors
    /// - [`HrError::SeriesTooShort`] for a series shorter than the window.
    /// - [`HrError::NonFinite`] for a NaN or infinite value in the window.
    /// - [`HrError::RateOutOfRange`] for a value in the window outside the configured limits.
    /// - [`HrError::ConstantWindow`] if all values in the window are equal, and its range is that of the window or of
    ///   the series.
    pub fn compute(&self, bpm: &[f32]) -> Result<Array2<f32>, HrError> {
        let len = self.config.window_len;
        let Some(start) = bpm.len().checked_sub(len) else {
            return Err(HrError::SeriesTooShort {
                actual: bpm.len(),
                required: len,
            });
        };
        self.check(bpm, start)?;
        let window = &bpm[start..];
        let (low, high) = self.range(bpm, window);
        if low == high {
            return Err(HrError::ConstantWindow { bpm: low, len });
        }
        let range = f64::from(high) - f64::from(low);
        Ok(Array2::from_shape_fn((len, 1), |(second, _)| {
            ((f64::from(window[second]) - f64::from(low)) / range) as f32
        }))
    }

    /// All windows of one person's series in bpm at 1 Hz, each scaled as [`compute`](Self::compute) does.
    ///
    /// Windows that `compute` would refuse are left out, and so are those that [`VarianceOutliers`] names, by the
    /// variances of the windows that remain.
    ///
    /// # Errors
    /// [`HrError::SeriesTooShort`] for a series shorter than a window.
    pub fn windows(&self, bpm: &[f32]) -> Result<HeartRateWindows, HrError> {
        let len = self.config.window_len;
        if bpm.len() < len {
            return Err(HrError::SeriesTooShort {
                actual: bpm.len(),
                required: len,
            });
        }
        let mut found = HeartRateWindows::default();
        let mut variances = Vec::new();
        for start in (0..=bpm.len() - len).step_by(self.config.hop_len) {
            let window = &bpm[start..start + len];
            if self.check(&bpm[..start + len], start).is_err() {
                found.left_out.push((start, LeftOut::Implausible));
            } else if extremes(window).is_none_or(|(low, high)| low == high) {
                found.left_out.push((start, LeftOut::Constant));
            } else {
                let values = window.iter().map(|&bpm| f64::from(bpm));
                variances.push((start, Deviation::Population.of(values).powi(2)));
            }
        }
        let kept = self.kept_variances(&variances);
        for (start, variance) in variances {
            if !kept.contains(&variance) {
                found.left_out.push((start, LeftOut::VarianceOutlier));
                continue;
            }
            let window = &bpm[start..start + len];
            let (low, high) = self.range(bpm, window);
            let range = f64::from(high) - f64::from(low);
            found.starts.push(start);
            found.values.extend(
                window
                    .iter()
                    .map(|&bpm| ((f64::from(bpm) - f64::from(low)) / range) as f32),
            );
        }
        found.left_out.sort_by_key(|(start, _)| *start);
        found.window_len = len;
        Ok(found)
    }

    fn kept_variances(&self, variances: &[(usize, f64)]) -> RangeInclusive<f64> {
        match self.config.outliers {
            VarianceOutliers::BeyondQuartiles { factor } if !variances.is_empty() => {
                let values: Vec<f64> = variances.iter().map(|(_, variance)| *variance).collect();
                let ascending = sorted(&values);
                let [low, high] = [25.0, 75.0].map(|percent| percentile(&ascending, percent));
                let beyond = factor * (high - low);
                low - beyond..=high + beyond
            }
            _ => 0.0..=f64::INFINITY,
        }
    }

    /// Refuses values from `start` on that no heart has.
    fn check(&self, bpm: &[f32], start: usize) -> Result<(), HrError> {
        let (low, high) = (self.config.min_bpm, self.config.max_bpm);
        for (second, &value) in bpm.iter().enumerate().skip(start) {
            if !value.is_finite() {
                return Err(HrError::NonFinite {
                    index: second,
                    value,
                });
            }
            if !(low..=high).contains(&value) {
                return Err(HrError::RateOutOfRange {
                    second,
                    bpm: value,
                    low,
                    high,
                });
            }
        }
        Ok(())
    }

    /// What becomes 0 and 1 in a window of a series; implausible values of the series do not count.
    fn range(&self, bpm: &[f32], window: &[f32]) -> (f32, f32) {
        let found = match self.config.range {
            WindowRange::Window => extremes(window),
            WindowRange::Series => {
                let plausible = self.config.min_bpm..=self.config.max_bpm;
                let values = bpm.iter().copied().filter(|bpm| plausible.contains(bpm));
                extremes(&values.collect::<Vec<_>>())
            }
            WindowRange::Limits { low_bpm, high_bpm } => Some((low_bpm, high_bpm)),
        };
        found.unwrap_or((0.0, 0.0))
    }
}

/// The windows of a series.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct HeartRateWindows {
    /// The second at which each window starts.
    pub starts: Vec<usize>,
    /// Windows that are left out: the second at which each starts, and why.
    pub left_out: Vec<(usize, LeftOut)>,
    values: Vec<f32>,
    window_len: usize,
}

/// Why a window is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// It holds a value that is not a number, or a rate outside the configured limits.
    Implausible,
    /// All its values are equal.
    Constant,
    /// Its variance is unlike that of the others.
    VarianceOutlier,
}

impl HeartRateWindows {
    /// The values of each window, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.window_len.max(1))
    }

    /// The values `[windows, seconds, 1]`.
    pub fn to_array(&self) -> Array3<f32> {
        let len = self.window_len;
        Array3::from_shape_fn((self.starts.len(), len, 1), |(window, second, _)| {
            self.values[window * len + second]
        })
    }
}

/// The lowest and the highest of finite values.
fn extremes(bpm: &[f32]) -> Option<(f32, f32)> {
    let low = bpm.iter().copied().reduce(f32::min)?;
    Some((low, bpm.iter().copied().reduce(f32::max)?))
}
