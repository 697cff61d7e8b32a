//! Quantization: calibrators that find the range of numbers worth keeping, and a quantizer from ONNX to ONNX.
//!
//! An integer of 8 bits has 256 values. Whoever writes real numbers as such integers has to say from where to where the
//! numbers reach: a [`ClipRange`]. It decides about two errors. *Rounding*: a wide range has wide steps, and each number
//! is off by up to half of one. *Clipping*: what lies outside of a narrow range becomes the nearest number inside. A
//! single outlier can make the steps of all other numbers ten times as wide; so it may pay to clip it. What range is best
//! is a question about the numbers, and calibrators answer it: they are shown many, and say one.
//!
//! # Ranges for arrays of one's own
//!
//! Nothing of this needs a model. A [`Calibrator`] is shown arrays of any shape, sample by sample, and keeps what its
//! method has to know, in bounded memory. The range then becomes scale and zero point of an integer type, a
//! [`QuantScheme`]:
//!
//! ```
//! use emo_quant::{Calibrator, QuantScheme, Percentile, PercentileConfig};
//! use ndarray::Array2;
//!
//! let mut config = PercentileConfig::new();
//! config.percentile = 99.5;
//! let mut calibrator = Percentile::new(config)?;
//! for sample in 0..10 {
//!     let mut array = Array2::from_shape_fn((16, 64), |(i, j)| ((i * 64 + j) as f32 * 0.1).sin());
//!     // A glitch, that is not worth wider steps for all the rest.
//!     array[[sample, 0]] = 50.0;
//!     calibrator.observe(&array.into_dyn())?;
//! }
//! let range = calibrator.range()?;
//! assert!(range.max() < 50.0);
//!
//! let params = range.params(QuantScheme::U8)?;
//! assert!((params.round_trip(0.5) - 0.5).abs() <= params.scale() / 2.0);
//! assert!(params.round_trip(50.0) < 1.1);
//! # Ok::<(), emo_quant::QuantError>(())
//! ```
//!
//! # Which method?
//!
//! | method | keeps | memory | order of samples | takes part in the answer |
//! |---|---|---|---|---|
//! | [`Max`] | everything | 2 numbers | does not matter | the two extremes |
//! | [`MovingAverage`] | the average sample | 5 numbers | later ones weigh more | the extremes of each sample |
//! | [`Percentile`] | a share of all numbers | 384 KiB | does not matter | all numbers, by rank |
//! | [`MaxPercentile`] | a share of each sample's largest magnitudes | 192 KiB, and 4 bytes for each number of the largest sample's top | does not matter | the top of each sample, by rank |
//! | [`Entropy`] | most of the information | 256 KiB | does not matter | all numbers, and how many integers there are |
//! | [`Mse`] | the least squared error | 256 KiB | does not matter | all numbers, and the integers |
//! | [`Aciq`] | the least error of a distribution with this spread | 256 KiB | does not matter | the spread, and how many bits there are |
//!
//! `docs/quantization.md` explains the first three with pictures. As a rule: `Max` where nothing may be clipped, `Mse`
//! where bits are few, `Percentile` and `MaxPercentile` where a tool or a device asks for them, and all of them where
//! there is a validation set to choose by. [`Method`] has them by name, with settings that can be written to a file, and
//! makes an [`AnyCalibrator`] of whichever was chosen. [`PerChannel`] gives each channel of an array a calibrator of its
//! own.
//!
//! # What all calibrators promise
//!
//! - *Bounded*: memory depends on the settings, never on how much is observed.
//! - *Mergeable*: calibrators of the same settings can observe on different threads or machines and be joined by
//!   [`merge`](Calibrator::merge), as if one had seen everything; with the feature `serde` they can be written and read in
//!   between.
//! - *Deterministic*: the range is a function of the set of observed samples, to the last bit. The one exception is
//!   [`MovingAverage`], which is about order; it says how it merges. There are no random sketches.
//! - *Exact where that is possible in bounded memory*: extremes always are, percentiles as long as what they cut off
//!   fits, which with the defaults are 164 million numbers at 99.99 %. Everything else is read from a [`Histogram`], whose
//!   bins know each number to 2⁻¹¹ of itself, and which can be used alone.
//! - *Within what was seen*: a range encloses 0, which is always written exactly, and reaches no further than the observed
//!   numbers (or than their averages, for the moving average).
//! - *Loud*: NaN and infinity are an error that names the place, and leaves the calibrator as it was.
//!
//! # From a float model to a quantized one
//!
//! A [`Quantizer`] folds an ONNX model, decides what becomes an integer, and chooses ranges, integers and biases by what
//! they do on calibration data. It executes nothing: whoever calls it brings a [`Runner`], which runs models on samples
//! with any backend. [`QuantizeConfig`] says how; its default loses least, [`QuantizeConfig::plain`] does what most tools
//! do. A [`QuantReport`] tells what became of each layer and value, as numbers and as a page of HTML;
//! [`QuantizedModel::sensitivities`] which layers hurt, [`Quantizer::mixed_precision`] keeps those in a better precision
//! as far as a [`Budget`] allows, and with the feature `search` the function `search` tries whole spaces of settings and
//! ranks them. `docs/quantization.md` says how that compares with other tools.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `onnx` (default) | the quantizer |
//! | `search` | trying many settings, with a record of what was tried |
//! | `rayon` | layers are refined, and settings tried, on all processors |
//! | `serde` (default) | settings, calibrators, ranges and schemes can be written and read |

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
#[cfg(feature = "onnx")]
mod quantizer;
mod range;
#[cfg(feature = "onnx")]
mod refine;
#[cfg(feature = "onnx")]
mod report;
#[cfg(feature = "onnx")]
mod runner;
mod sample;
mod scheme;
#[cfg(feature = "search")]
mod search;

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

#[cfg(feature = "onnx")]
pub use quantizer::{
    Clipping, Ends, Equalization, Format, Granularity, LayerReport, Precision, QuantizeConfig,
    QuantizedModel, Quantizer, Rounding,
};
#[cfg(feature = "onnx")]
pub use refine::{Budget, Sensitivity};
#[cfg(feature = "onnx")]
pub use report::{
    Comparison, Fidelity, LayerFidelity, QuantReport, ValueHistogram, ValueReport, outputs,
};
#[cfg(feature = "onnx")]
pub use runner::{OnnxFault, Runner, RunnerError, Visit};
#[cfg(feature = "search")]
pub use search::{
    Bench, Judgement, Record, Refinement, SearchResult, SearchSpace, Trial, fingerprint, search,
};

#[cfg(feature = "onnx")]
pub use emo_onnx;
pub use emo_tensor;
pub use ndarray;
