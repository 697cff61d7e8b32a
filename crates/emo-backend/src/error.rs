use std::{error::Error, path::PathBuf};

use emo_tensor::TensorError;

/// What can go wrong between a model and a device.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// The backend does not work on this machine.
    #[error("backend `{backend}` is not available: {reason}")]
    Unavailable {
        /// The backend's name.
        backend: &'static str,
        /// What is missing.
        reason: String,
    },
    /// The model's file could not be read.
    #[error("cannot read model `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The model is malformed.
    #[error("malformed model")]
    Model {
        /// The reason.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The backend does not execute an operator, or not in this form.
    #[error("node {node}: {reason}")]
    Unsupported {
        /// The node's name and operator.
        node: String,
        /// What is not supported.
        reason: String,
    },
    /// The backend needs an operand before the model runs: a weight, or what determines a shape.
    #[error("node {node}: its input `{input}` must be constant")]
    NotConstant {
        /// The node's name and operator.
        node: String,
        /// The value that it reads.
        input: String,
    },
    /// Another number of tensors was passed than the session has inputs or outputs.
    #[error("{actual} {role} tensors passed, expected {expected}")]
    TensorCount {
        /// `input` or `output`.
        role: &'static str,
        /// How many the session has.
        expected: usize,
        /// How many were passed.
        actual: usize,
    },
    /// A tensor is not as the session describes it.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// The device failed while running.
    #[error("backend `{backend}` failed while running: {reason}")]
    Run {
        /// The backend's name.
        backend: &'static str,
        /// The device's own words.
        reason: String,
    },
}
