//! Quantization: calibrators that find the range of numbers worth keeping, and a quantizer from ONNX to ONNX.

mod calibrator;
mod error;
mod max;
mod per_channel;
#[cfg(feature = "onnx")]
mod quantizer;
mod range;
#[cfg(feature = "onnx")]
mod refine;
#[cfg(feature = "onnx")]
mod report;
#[cfg(feature = "onnx")]
mod runner;
mod scheme;

pub use calibrator::Calibrator;
pub use error::QuantError;
pub use max::Max;
pub use per_channel::PerChannel;
pub use range::ClipRange;
pub use scheme::{QuantScheme, Symmetry};

#[cfg(feature = "onnx")]
pub use quantizer::{
    Clipping, CloneCalibrator, Ends, Equalization, Format, Granularity, LayerReport, Precision,
    QuantizeConfig, QuantizedModel, Quantizer, Rounding,
};
#[cfg(feature = "onnx")]
pub use refine::{Budget, Sensitivity};
#[cfg(feature = "onnx")]
pub use report::{
    Comparison, Fidelity, Histogram, LayerFidelity, QuantReport, ValueReport, outputs,
};
#[cfg(feature = "onnx")]
pub use runner::{OnnxFault, Runner, RunnerError};

#[cfg(feature = "onnx")]
pub use emo_onnx;
pub use emo_tensor;
pub use ndarray;
