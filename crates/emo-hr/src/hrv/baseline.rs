use crate::HrError;

use super::statistics::{percentile, sorted};

/// What makes the median absolute deviation of normal values their standard deviation.
const MAD_SCALE: f64 = 1.4826;

/// The fewest values of which a baseline is made.
const MIN_VALUES: usize = 3;

/// Whether an index is compared as it is or by its logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineScale {
    /// As it is.
    Linear,
    /// By its natural logarithm, for what is spread over orders of magnitude.
    Logarithm,
}

impl BaselineScale {
    /// The custom for the index of that name: logarithms for RMSSD and the power of bands.
    pub fn of(name: &str) -> Self {
        match name {
            "RMSSD" | "ULF" | "VLF" | "LF" | "HF" | "VHF" | "TP" => Self::Logarithm,
            _ => Self::Linear,
        }
    }

    /// `None` where there is no logarithm.
    fn apply(self, value: f64) -> Option<f64> {
        let scaled = match self {
            Self::Linear => value,
            Self::Logarithm => value.ln(),
        };
        scaled.is_finite().then_some(scaled)
    }
}

/// What is usual for a person: the median of an index and its spread. A heart rate is mostly the person; how far it is
/// from the usual says more.
///
/// ```
/// use emo_hr::{Baseline, BaselineScale};
///
/// let calm = Baseline::of(&[30.0, 42.0, 36.0, 33.0, 39.0], BaselineScale::of("RMSSD"))?;
/// assert!(calm.z(20.0).unwrap() < -3.0);
/// assert_eq!(calm.z(36.0), Some(0.0));
/// # Ok::<(), emo_hr::HrError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    scale: BaselineScale,
    median: f64,
    spread: f64,
}

impl Baseline {
    /// The baseline of a person's values; those that have no logarithm do not count where one is taken.
    ///
    /// # Errors
    /// - [`HrError::TooFewValues`] below three values.
    /// - [`HrError::ConstantBaseline`] if more than half of them are equal.
    pub fn of(values: &[f64], scale: BaselineScale) -> Result<Self, HrError> {
        let scaled: Vec<f64> = values
            .iter()
            .filter_map(|value| scale.apply(*value))
            .collect();
        if scaled.len() < MIN_VALUES {
            return Err(HrError::TooFewValues {
                actual: scaled.len(),
                required: MIN_VALUES,
            });
        }
        let median = percentile(&sorted(&scaled), 50.0);
        let distances: Vec<f64> = scaled.iter().map(|value| (value - median).abs()).collect();
        Self::stored(
            scale,
            median,
            MAD_SCALE * percentile(&sorted(&distances), 50.0),
        )
    }

    /// A baseline that was stored: its [`median`](Self::median) and [`spread`](Self::spread).
    ///
    /// # Errors
    /// [`HrError::ConstantBaseline`] for a spread that is not a finite number above 0, or a median that is none.
    pub fn stored(scale: BaselineScale, median: f64, spread: f64) -> Result<Self, HrError> {
        if median.is_finite() && spread.is_finite() && spread > 0.0 {
            Ok(Self {
                scale,
                median,
                spread,
            })
        } else {
            Err(HrError::ConstantBaseline { median, spread })
        }
    }

    /// The scale.
    pub fn scale(&self) -> BaselineScale {
        self.scale
    }

    /// The median, of logarithms where they are taken.
    pub fn median(&self) -> f64 {
        self.median
    }

    /// 1.4826 times the median absolute deviation, likewise.
    pub fn spread(&self) -> f64 {
        self.spread
    }

    /// How many spreads a value is above the usual; `None` for a value without a logarithm where one is taken.
    pub fn z(&self, value: f64) -> Option<f64> {
        Some((self.scale.apply(value)? - self.median) / self.spread)
    }
}

/// Settings of [`BaselineCollector`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BaselineConfig {
    /// Seconds of good data of which the baseline is made. Default: 120.
    pub seconds: f64,
    /// Quality from which data are good, 0 to 1. Default: 0.6.
    pub min_quality: f64,
}

impl Default for BaselineConfig {
    fn default() -> Self {
        Self {
            seconds: 120.0,
            min_quality: 0.6,
        }
    }
}

/// Collects the first good values of an index for a [`Baseline`].
#[derive(Debug, Clone)]
pub struct BaselineCollector {
    config: BaselineConfig,
    scale: BaselineScale,
    values: Vec<f64>,
    seconds: f64,
}

impl BaselineCollector {
    /// An empty collection.
    ///
    /// # Errors
    /// [`HrError::InvalidSetting`] for a duration that is not a number above 0, or a quality that is not in 0 to 1.
    pub fn new(config: &BaselineConfig, scale: BaselineScale) -> Result<Self, HrError> {
        if !(config.seconds.is_finite() && config.seconds > 0.0) {
            return Err(HrError::InvalidSetting {
                name: "seconds",
                value: config.seconds,
                expected: "a finite number above 0",
            });
        }
        if !(0.0..=1.0).contains(&config.min_quality) {
            return Err(HrError::InvalidSetting {
                name: "min_quality",
                value: config.min_quality,
                expected: "0 to 1",
            });
        }
        Ok(Self {
            config: config.clone(),
            scale,
            values: Vec::new(),
            seconds: 0.0,
        })
    }

    /// Takes a value that stands for so many new seconds, and gives the baseline once there are enough; `None` until
    /// then, and for as long as the values have no spread.
    pub fn push(&mut self, value: f64, seconds: f64, quality: f64) -> Option<Baseline> {
        let enough = self.seconds >= self.config.seconds;
        if !enough && quality >= self.config.min_quality && seconds > 0.0 {
            self.values.push(value);
            self.seconds += seconds;
        }
        if self.seconds < self.config.seconds {
            return None;
        }
        Baseline::of(&self.values, self.scale).ok()
    }
}
