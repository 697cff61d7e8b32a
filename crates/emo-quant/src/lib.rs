//! Quantization: calibrators that find the range of numbers worth keeping, and a quantizer from ONNX to ONNX.

mod aciq;
mod calibrator;
mod entropy;
mod error;
mod histogram;
mod largest;
mod max;
mod max_percentile;
mod method;
mod moving_average;
mod mse;
mod order_statistics;
mod per_channel;
mod percentile;
mod range;
mod sample;
mod scheme;

pub use aciq::{Aciq, AciqConfig, AciqDistribution};
pub use calibrator::Calibrator;
pub use entropy::{Entropy, entropy_len};
pub use error::QuantError;
pub use histogram::{Histogram, HistogramBin};
pub use max::Max;
pub use max_percentile::{MaxPercentile, MaxPercentileConfig};
pub use method::{AnyCalibrator, Method};
pub use moving_average::{MovingAverage, MovingAverageConfig};
pub use mse::Mse;
pub use per_channel::PerChannel;
pub use percentile::{Percentile, PercentileConfig, PercentileOf};
pub use range::ClipRange;
pub use scheme::{QuantScheme, Symmetry};

pub use emo_tensor;
pub use ndarray;
