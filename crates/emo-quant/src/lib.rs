//! Quantization: calibrators that find the range of numbers worth keeping, and a quantizer from ONNX to ONNX.

mod calibrator;
mod error;
mod max;
mod per_channel;
mod range;
mod sample;
mod scheme;

pub use calibrator::Calibrator;
pub use error::QuantError;
pub use max::Max;
pub use per_channel::PerChannel;
pub use range::ClipRange;
pub use scheme::{QuantScheme, Symmetry};

pub use emo_tensor;
pub use ndarray;
