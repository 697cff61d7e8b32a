use std::{error::Error, fmt, sync::Arc};

use emo_onnx::{Model, OnnxError};
use ndarray::ArrayD;

use crate::QuantError;

/// What takes a model's outputs for one sample.
pub type Visit<'v> = dyn FnMut(&[ArrayD<f32>]) -> Result<(), QuantError> + 'v;

/// Runs models on calibration data, which this crate does not.
///
/// One runner stands for one set of samples. The quantizer asks for intermediate values by making them outputs of the
/// models that it hands over ([`Model::with_outputs`]).
///
/// # For implementors
/// Each call may bring another model: compile it, run it once for each sample, always in the same order, and hand
/// over what comes out. Values that are not of `f32` are never asked for.
pub trait Runner {
    /// How many samples there are.
    fn n_samples(&self) -> usize;

    /// Runs `model` on every sample and hands its outputs, in their order, to `visit`.
    ///
    /// # Errors
    /// [`QuantError::Runner`] if the model cannot be run, and what `visit` returns; no further sample is run then.
    fn run(&mut self, model: &Model, visit: &mut Visit<'_>) -> Result<(), QuantError>;
}

/// Why a [`Runner`] could not run a model.
#[derive(Clone)]
pub struct RunnerError(Arc<dyn Error + Send + Sync>);

impl RunnerError {
    /// Keeps the cause.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

impl fmt::Debug for RunnerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RunnerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for RunnerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Equal if they say the same.
impl PartialEq for RunnerError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// What [`emo_onnx`] says of a model.
#[derive(Debug, Clone)]
pub struct OnnxFault(Arc<OnnxError>);

impl OnnxFault {
    /// The error itself.
    pub fn error(&self) -> &OnnxError {
        &self.0
    }
}

impl From<OnnxError> for OnnxFault {
    fn from(error: OnnxError) -> Self {
        Self(Arc::new(error))
    }
}

impl fmt::Display for OnnxFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for OnnxFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Equal if they say the same.
impl PartialEq for OnnxFault {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}
