use emo_tensor::{ElementType, TensorError};

/// What can be wrong with data, settings or a model that is to be quantized.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantError {
    /// A number among the activations that is NaN or infinite.
    #[error("element {index} of the activations is {value}")]
    NotFinite {
        /// Its place in row-major order.
        index: usize,
        /// The number.
        value: f32,
    },
    /// A range was asked for before any number was seen.
    #[error("no activations were observed")]
    NoData,
    /// A setting outside of what it may be.
    #[error("{name} is {value}, must be {expected}")]
    Setting {
        /// What the setting is called.
        name: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A name that no method of calibration has.
    #[error("no method of calibration is called {name:?}")]
    UnknownMethod {
        /// The name.
        name: String,
    },
    /// Bounds that are not finite or do not enclose 0.
    #[error("range from {min} to {max} is not finite or does not enclose 0")]
    Range {
        /// The lower bound.
        min: f32,
        /// The upper bound.
        max: f32,
    },
    /// Two calibrators whose observations cannot be joined, since their settings differ.
    #[error("calibrators with different {what} cannot be merged")]
    Merge {
        /// What differs.
        what: &'static str,
    },
    /// An array without the axis along which its channels lie, or with another number of channels than before.
    #[error("array of shape {shape:?} does not have {n_channels} channels along axis {axis}")]
    Channels {
        /// The array's shape.
        shape: Vec<usize>,
        /// The axis.
        axis: usize,
        /// The number of channels.
        n_channels: usize,
    },
    /// A type that does not fit what is asked.
    #[error("{element_type} integers cannot be {what}")]
    Type {
        /// The type.
        element_type: ElementType,
        /// What was asked.
        what: &'static str,
    },
    /// A name in the settings that no node of the model has.
    #[cfg(feature = "onnx")]
    #[error("the model has no layer `{name}`")]
    UnknownLayer {
        /// The name.
        name: String,
    },
    /// A budget that no choice of precisions keeps to.
    #[cfg(feature = "onnx")]
    #[error("no choice of precisions keeps to the budget")]
    Budget,
    /// A search's record that cannot be read or written, or that belongs to something else.
    #[cfg(feature = "search")]
    #[error("record {}: {reason}", path.display())]
    Journal {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Two arrays that should have the same shape.
    #[cfg(feature = "onnx")]
    #[error("array of shape {actual:?} where one of {expected:?} should be")]
    Shapes {
        /// The shape that it should have.
        expected: Vec<usize>,
        /// The shape that it has.
        actual: Vec<usize>,
    },
    /// The caller's backend could not run a model.
    #[cfg(feature = "onnx")]
    #[error("a model could not be run")]
    Runner(#[source] crate::RunnerError),
    /// A model that cannot be read, changed or written.
    #[cfg(feature = "onnx")]
    #[error(transparent)]
    Onnx(#[from] crate::OnnxFault),
    /// A scale or zero point that does not fit its type.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}

#[cfg(feature = "onnx")]
impl From<emo_onnx::OnnxError> for QuantError {
    fn from(error: emo_onnx::OnnxError) -> Self {
        Self::Onnx(error.into())
    }
}
