use std::{fmt, str::FromStr};

use ndarray::ArrayRef2;

use crate::{ScoreError, table::check_scores};

mod fusion;
mod isotonic;
mod platt;
mod temperature;
mod vector;

pub use self::{
    fusion::CalibratedFusion, isotonic::Isotonic, platt::Platt, temperature::Temperature,
    vector::VectorScaling,
};

/// How calibrations are fitted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CalibrationConfig {
    /// The floor of a score whose logarithm is taken, in `(0, 0.5)`. Default: 1e-6, about the resolution of a score
    /// in `f32`.
    pub floor: f32,
    /// How strongly [vector scaling](VectorScaling) is held to what changes nothing, at least 0. Default: 1, which is
    /// a normal prior of variance 1 on each parameter.
    pub penalty: f64,
}

impl Default for CalibrationConfig {
    fn default() -> Self {
        Self {
            floor: 1e-6,
            penalty: 1.0,
        }
    }
}

/// A way to make scores say how often they are right, fitted on held-out samples.
///
/// With the feature `serde` it is an object with the key `calibration`, its name, beside its own keys.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "calibration", rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Calibration {
    /// Leaves the scores as they are.
    #[default]
    None,
    /// [`Temperature`](struct@Temperature).
    Temperature(Temperature),
    /// [`Platt`](struct@Platt).
    Platt(Platt),
    /// [`Isotonic`](struct@Isotonic).
    Isotonic(Isotonic),
    /// [`VectorScaling`].
    Vector(VectorScaling),
}

/// The name of a calibration.
///
/// ```
/// use emo_score::{CalibrationConfig, CalibrationName, ndarray::arr2};
///
/// // Held-out scores of a modality that is surer than it should be: one in four is wrong.
/// let scores = arr2(&[[0.95, 0.05], [0.95, 0.05], [0.05, 0.95], [0.95, 0.05]]);
/// let truth = [0, 0, 1, 1];
/// let name: CalibrationName = "temperature".parse()?;
/// let calibration = name.fit(&CalibrationConfig::default(), &scores, &truth)?;
/// let mut new = [0.95, 0.05];
/// calibration.apply(&mut new)?;
/// assert!((new[0] - 0.75_f32).abs() < 1e-5);
/// # Ok::<(), emo_score::ScoreError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CalibrationName {
    /// Leaves the scores as they are.
    #[default]
    None,
    /// [`Temperature`](struct@Temperature).
    Temperature,
    /// [`Platt`](struct@Platt).
    Platt,
    /// [`Isotonic`](struct@Isotonic).
    Isotonic,
    /// [`VectorScaling`].
    Vector,
}

impl CalibrationName {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::Temperature,
        Self::Platt,
        Self::Isotonic,
        Self::Vector,
    ];

    /// The names of all calibrations, in one line.
    pub fn known() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|name| name.as_str()).collect();
        names.join(", ")
    }

    /// The name, such as `temperature`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Temperature => "temperature",
            Self::Platt => "platt",
            Self::Isotonic => "isotonic",
            Self::Vector => "vector",
        }
    }

    /// Fits the calibration of that name to scores, `[samples, classes]`, of held-out samples whose classes are known.
    ///
    /// # Errors
    /// [`ScoreError::LengthMismatch`], [`ScoreError::TooFewSamples`], [`ScoreError::ClassIndex`] or
    /// [`ScoreError::Sample`] if the samples cannot serve, [`ScoreError::Parameter`] or
    /// [`ScoreError::NotConverged`].
    pub fn fit(
        self,
        config: &CalibrationConfig,
        scores: &ArrayRef2<f32>,
        truth: &[usize],
    ) -> Result<Calibration, ScoreError> {
        Ok(match self {
            Self::None => Calibration::None,
            Self::Temperature => Calibration::Temperature(Temperature::fit(config, scores, truth)?),
            Self::Platt => Calibration::Platt(Platt::fit(config, scores, truth)?),
            Self::Isotonic => Calibration::Isotonic(Isotonic::fit(scores, truth)?),
            Self::Vector => Calibration::Vector(VectorScaling::fit(config, scores, truth)?),
        })
    }
}

impl fmt::Display for CalibrationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for CalibrationName {
    type Err = ScoreError;

    fn from_str(name: &str) -> Result<Self, ScoreError> {
        Self::ALL
            .iter()
            .copied()
            .find(|calibration| calibration.as_str() == name)
            .ok_or_else(|| ScoreError::UnknownName {
                kind: "calibration",
                name: name.to_owned(),
                known: Self::known(),
            })
    }
}

impl Calibration {
    /// The calibration's name.
    pub fn name(&self) -> CalibrationName {
        match self {
            Self::None => CalibrationName::None,
            Self::Temperature(_) => CalibrationName::Temperature,
            Self::Platt(_) => CalibrationName::Platt,
            Self::Isotonic(_) => CalibrationName::Isotonic,
            Self::Vector(_) => CalibrationName::Vector,
        }
    }

    /// Replaces one sample's scores, `[classes]`, by calibrated ones that sum to 1.
    ///
    /// # Errors
    /// [`ScoreError::RuleClasses`] if there are not as many classes as it was fitted for, and [`ScoreError::Vetoed`]
    /// where an isotonic calibration has never seen any class to be true at such scores.
    pub fn apply(&self, scores: &mut [f32]) -> Result<(), ScoreError> {
        match self {
            Self::None => Ok(()),
            Self::Temperature(temperature) => {
                temperature.apply(scores);
                Ok(())
            }
            Self::Platt(platt) => platt.apply(scores),
            Self::Isotonic(isotonic) => isotonic.apply(scores),
            Self::Vector(vector) => vector.apply(scores),
        }
    }
}

/// Checks samples to fit on and returns the number of classes.
fn check_samples(scores: &ArrayRef2<f32>, truth: &[usize]) -> Result<usize, ScoreError> {
    let (n_samples, n_classes) = scores.dim();
    if truth.len() != n_samples {
        return Err(ScoreError::LengthMismatch {
            truth: truth.len(),
            predicted: n_samples,
        });
    }
    if n_samples == 0 {
        return Err(ScoreError::TooFewSamples {
            actual: 0,
            required: 1,
        });
    }
    if let Some(index) = truth.iter().position(|class| *class >= n_classes) {
        return Err(ScoreError::ClassIndex {
            index,
            class: truth[index],
            n_classes,
        });
    }
    for (index, row) in scores.outer_iter().enumerate() {
        check_scores(&row.to_vec(), n_classes, 0).map_err(|source| ScoreError::Sample {
            index,
            source: Box::new(source),
        })?;
    }
    Ok(n_classes)
}

/// Refuses parameters of each class that are not two finite numbers.
fn check_coefficients(
    factors: &[f64],
    addends: &[f64],
    name: &'static str,
) -> Result<(), ScoreError> {
    if addends.len() != factors.len() {
        return Err(ScoreError::RuleClasses {
            expected: factors.len(),
            actual: addends.len(),
        });
    }
    let mut numbers = factors.iter().chain(addends);
    match numbers.find(|number| !number.is_finite()) {
        Some(value) => Err(ScoreError::Parameter {
            name,
            value: *value,
            expected: "a finite number",
        }),
        None => Ok(()),
    }
}

/// An error unless the floor is above 0 and below 0.5.
fn check_floor(floor: f32) -> Result<(), ScoreError> {
    if floor > 0.0 && floor < 0.5 {
        return Ok(());
    }
    Err(ScoreError::Parameter {
        name: "floor",
        value: f64::from(floor),
        expected: "a number above 0 and below 0.5",
    })
}

fn check_classes(scores: &[f32], expected: usize) -> Result<(), ScoreError> {
    if scores.len() == expected {
        return Ok(());
    }
    Err(ScoreError::RuleClasses {
        expected,
        actual: scores.len(),
    })
}

/// Divides scores by their sum.
fn normalize(scores: &mut [f32]) -> Result<(), ScoreError> {
    let sum: f64 = scores.iter().copied().map(f64::from).sum();
    if !(sum.is_finite() && sum > 0.0) {
        return Err(ScoreError::Vetoed);
    }
    for score in scores {
        *score = (f64::from(*score) / sum) as f32;
    }
    Ok(())
}

/// The logarithm of a score, or of the floor below it.
fn log_score(score: f32, floor: f32) -> f64 {
    f64::from(score.max(floor)).ln()
}

/// Turns logits, given by class and score, into scores in place.
fn softmax_in_place(scores: &mut [f32], logit: impl Fn(usize, f32) -> f64) {
    let max = scores
        .iter()
        .enumerate()
        .map(|(class, score)| logit(class, *score))
        .fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for (class, score) in scores.iter_mut().enumerate() {
        let power = (logit(class, *score) - max).exp();
        sum += power;
        *score = power as f32;
    }
    for score in scores {
        *score = (f64::from(*score) / sum) as f32;
    }
}
