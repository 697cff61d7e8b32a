//! Mobilint NPUs: from an ONNX model to an MXQ file to scores, on the vendor's own software.
//!
//! | item | what it is |
//! |---|---|
//! | [`Mxq`] | the header of a compiled model's file, checked before the vendor's runtime sees it |
//! | [`Device`], [`Target`], [`CoreMode`] | where a model runs: which NPU, which of its cores |
//! | [`PythonConfig`] | the user's interpreter, in which the vendor's wheels are installed |
//! | [`CompileKit`], [`KitConfig`] | a folder from which a person with the vendor's compiler makes an MXQ file (feature `kit`) |
//! | [`compile`](fn@compile), [`CompilerConfig`] | runs the compiler on such a folder, where it is installed (feature `kit`) |
//! | [`Quantization`] | how the compiler is to quantize (feature `kit`) |
//! | [`Emulation`] | what that will do to a model, before the compiler is run (feature `kit`) |
//! | [`MobilintError`], [`Status`] | what goes wrong, in the vendor's words where they are the vendor's |

mod core_mode;
mod device;
#[cfg(feature = "kit")]
mod emulation;
mod error;
#[cfg(feature = "kit")]
mod kit;
mod mxq;
mod python;
#[cfg(feature = "kit")]
mod quantization;
mod status;

pub use core_mode::{Cluster, Core, CoreMode};
pub use device::{Device, Target};
#[cfg(feature = "kit")]
pub use emulation::{Approximation, EMULATION_KEY, EmulatedModel, Emulation, InputScale};
pub use error::MobilintError;
#[cfg(feature = "kit")]
pub use kit::{
    Channels, CompileKit, Compiled, CompiledShapes, CompilerConfig, CompilerVersion,
    InferenceScheme, KitConfig, KitError, Processor, Progress, SampleLayout, compile,
};
pub use mxq::{Mxq, MxqProblem};
pub use python::PythonConfig;
#[cfg(feature = "kit")]
pub use quantization::{
    ActivationScales, CalibrationMode, HistogramSearch, OutputScales, Quantization,
};
pub use status::Status;

pub use emo_backend;
#[cfg(feature = "kit")]
pub use emo_onnx;
#[cfg(feature = "kit")]
pub use emo_quant;
