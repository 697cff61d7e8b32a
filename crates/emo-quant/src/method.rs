use std::{fmt, str::FromStr};

use ndarray::ArrayRefD;

use crate::{
    Aciq, AciqConfig, Calibrator, ClipRange, Entropy, Max, MaxPercentile, MaxPercentileConfig,
    MovingAverage, MovingAverageConfig, Mse, Percentile, PercentileConfig, QuantError, QuantScheme,
};

/// A method of calibration with its settings, by name: what a program's option or a search chooses from.
///
/// ```
/// use emo_quant::{Calibrator, Method, QuantScheme};
/// use ndarray::arr1;
///
/// for method in Method::all() {
///     let mut calibrator = method.calibrator(QuantScheme::I8)?;
///     calibrator.observe(&arr1(&[-1.0_f32, 0.5, 2.0]).into_dyn())?;
///     assert!(calibrator.range()?.max() <= 2.0, "{method}");
/// }
/// assert_eq!("max-percentile".parse::<Method>()?.name(), "max-percentile");
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "method", rename_all = "kebab-case"))]
pub enum Method {
    /// [`Max`].
    Max,
    /// [`MovingAverage`].
    MovingAverage(MovingAverageConfig),
    /// [`Percentile`].
    Percentile(PercentileConfig),
    /// [`MaxPercentile`].
    MaxPercentile(MaxPercentileConfig),
    /// [`Entropy`].
    Entropy,
    /// [`Mse`].
    Mse,
    /// [`Aciq`].
    Aciq(AciqConfig),
}

impl Method {
    /// Every method with its defaults, in the order of this enum.
    pub fn all() -> [Self; 7] {
        [
            Self::Max,
            Self::MovingAverage(MovingAverageConfig::new()),
            Self::Percentile(PercentileConfig::new()),
            Self::MaxPercentile(MaxPercentileConfig::new()),
            Self::Entropy,
            Self::Mse,
            Self::Aciq(AciqConfig::new()),
        ]
    }

    /// The method's name: `max`, `moving-average`, `percentile`, `max-percentile`, `entropy`, `mse` or `aciq`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::MovingAverage(_) => "moving-average",
            Self::Percentile(_) => "percentile",
            Self::MaxPercentile(_) => "max-percentile",
            Self::Entropy => "entropy",
            Self::Mse => "mse",
            Self::Aciq(_) => "aciq",
        }
    }

    /// A calibrator of this method that has seen nothing. The integers that the range is for matter to `entropy`, `mse`
    /// and `aciq` alone.
    ///
    /// # Errors
    /// [`QuantError::Setting`] if a setting is not what it may be.
    pub fn calibrator(&self, scheme: QuantScheme) -> Result<AnyCalibrator, QuantError> {
        Ok(match *self {
            Self::Max => AnyCalibrator::Max(Max::new()),
            Self::MovingAverage(config) => {
                AnyCalibrator::MovingAverage(MovingAverage::new(config)?)
            }
            Self::Percentile(config) => AnyCalibrator::Percentile(Percentile::new(config)?),
            Self::MaxPercentile(config) => {
                AnyCalibrator::MaxPercentile(MaxPercentile::new(config)?)
            }
            Self::Entropy => AnyCalibrator::Entropy(Entropy::new(scheme)),
            Self::Mse => AnyCalibrator::Mse(Mse::new(scheme)),
            Self::Aciq(config) => AnyCalibrator::Aciq(Aciq::new(config, scheme)),
        })
    }
}

/// The method's [`name`](Method::name).
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The method of a name, with its defaults.
impl FromStr for Method {
    type Err = QuantError;

    fn from_str(name: &str) -> Result<Self, QuantError> {
        Self::all()
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or_else(|| QuantError::UnknownMethod {
                name: name.to_owned(),
            })
    }
}

/// A calibrator of any [`Method`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[expect(missing_docs, reason = "each variant is the type of its name")]
pub enum AnyCalibrator {
    Max(Max),
    MovingAverage(MovingAverage),
    Percentile(Percentile),
    MaxPercentile(MaxPercentile),
    Entropy(Entropy),
    Mse(Mse),
    Aciq(Aciq),
}

/// Does the same to whichever calibrator it is.
macro_rules! each {
    ($any:expr, $calibrator:ident => $do:expr) => {
        match $any {
            AnyCalibrator::Max($calibrator) => $do,
            AnyCalibrator::MovingAverage($calibrator) => $do,
            AnyCalibrator::Percentile($calibrator) => $do,
            AnyCalibrator::MaxPercentile($calibrator) => $do,
            AnyCalibrator::Entropy($calibrator) => $do,
            AnyCalibrator::Mse($calibrator) => $do,
            AnyCalibrator::Aciq($calibrator) => $do,
        }
    };
}

impl AnyCalibrator {
    /// The method, with the settings that this calibrator has.
    pub fn method(&self) -> Method {
        match self {
            Self::Max(_) => Method::Max,
            Self::MovingAverage(calibrator) => Method::MovingAverage(*calibrator.config()),
            Self::Percentile(calibrator) => Method::Percentile(*calibrator.config()),
            Self::MaxPercentile(calibrator) => Method::MaxPercentile(*calibrator.config()),
            Self::Entropy(_) => Method::Entropy,
            Self::Mse(_) => Method::Mse,
            Self::Aciq(calibrator) => Method::Aciq(*calibrator.config()),
        }
    }

    /// The range for integers of another scheme, of the same observations: what a calibrator made for that scheme would
    /// have found. So a search over schemes observes once.
    ///
    /// # Errors
    /// As [`Calibrator::range`].
    pub fn range_for(&self, scheme: QuantScheme) -> Result<ClipRange, QuantError> {
        match self {
            Self::Entropy(calibrator) => calibrator.range_for(scheme),
            Self::Mse(calibrator) => calibrator.range_for(scheme),
            Self::Aciq(calibrator) => calibrator.range_for(scheme),
            _ => self.range(),
        }
    }
}

impl Calibrator for AnyCalibrator {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        each!(self, calibrator => calibrator.observe(activations))
    }

    fn range(&self) -> Result<ClipRange, QuantError> {
        each!(self, calibrator => calibrator.range())
    }

    fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        match (self, other) {
            (Self::Max(this), Self::Max(other)) => this.merge(other),
            (Self::MovingAverage(this), Self::MovingAverage(other)) => this.merge(other),
            (Self::Percentile(this), Self::Percentile(other)) => this.merge(other),
            (Self::MaxPercentile(this), Self::MaxPercentile(other)) => this.merge(other),
            (Self::Entropy(this), Self::Entropy(other)) => this.merge(other),
            (Self::Mse(this), Self::Mse(other)) => this.merge(other),
            (Self::Aciq(this), Self::Aciq(other)) => this.merge(other),
            _ => Err(QuantError::Merge { what: "methods" }),
        }
    }
}
