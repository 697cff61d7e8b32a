//! Mobilint NPUs: from an ONNX model to an MXQ file to scores, on the vendor's own software.
//!
//! [`MobilintBackend`] runs compiled models (MXQ files) by handing them to the vendor's runtime, a Python wheel that
//! the user has installed, in worker processes. So nothing of the vendor's is part of this crate, and a crash or a
//! hang of the runtime or its driver is an error of one call: the worker is ended and started again.
//!
//! ```no_run
//! use emo_backend_mobilint::{
//!     MobilintBackend, MobilintConfig, ModelConfig, PythonConfig, Target,
//!     emo_backend::{ModelSource, Session, emo_tensor::Tensor},
//! };
//!
//! let mut config = MobilintConfig::default();
//! config.python = PythonConfig::new("npu/bin/python");
//! let npu = MobilintBackend::new(config);
//! let source = ModelSource::Path("model.mxq".into());
//! let mut session = npu.open(&source, &ModelConfig::new(Target::RegulusRa))?;
//! let input = &session.inputs()[0];
//! let input = Tensor::zeros(input.element_type, &input.shape);
//! let scores = session.run_to_tensors(&[input.view()])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | item | what it is |
//! |---|---|
//! | [`MobilintBackend`], [`MobilintConfig`] | the backend: workers, deadlines, restarts, logs |
//! | [`MobilintSession`], [`ModelConfig`] | a model on an NPU: device, cores, element types, layout, batch |
//! | [`Mxq`] | the header of a compiled model's file, checked before the vendor's runtime sees it |
//! | [`Device`], [`Target`], [`CoreMode`] | where a model runs: which NPU, which of its cores |
//! | [`PythonConfig`] | the user's interpreter, in which the vendor's wheels are installed |
//! | [`CompileKit`], [`KitConfig`] | a folder from which a person with the vendor's compiler makes an MXQ file (feature `kit`) |
//! | [`compile`](fn@compile), [`CompilerConfig`] | runs the compiler on such a folder, where it is installed (feature `kit`) |
//! | [`Quantization`] | how the compiler is to quantize (feature `kit`) |
//! | [`Emulation`] | what that will do to a model, before the compiler is run (feature `kit`) |
//! | [`MobilintError`], [`Status`] | what goes wrong, in the vendor's words where they are the vendor's |
//! | `MobilintShim` (feature `shim`) | the backend without a second process, for latency |
//! | `Telemetry` (feature `telemetry`) | power, temperature and load of an NPU |
//!
//! The backend is for Unix, as the vendor's wheels are.

#![cfg_attr(
    not(feature = "kit"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "the table names what is not compiled in"
    )
)]

#[cfg(unix)]
mod backend;
#[cfg(unix)]
mod config;
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
#[cfg(unix)]
mod session;
#[cfg(all(unix, feature = "shim"))]
mod shim;
#[cfg(unix)]
mod slot;
mod status;
#[cfg(feature = "telemetry")]
mod telemetry;
#[cfg(unix)]
mod worker;

#[cfg(unix)]
pub use backend::MobilintBackend;
#[cfg(unix)]
pub use config::{Layout, MobilintConfig, ModelConfig, RuntimeModule, TensorType};
pub use core_mode::{Cluster, Core, CoreMode};
pub use device::{Device, Target};
#[cfg(feature = "kit")]
pub use emulation::{Approximation, EMULATION_KEY, EmulatedModel, Emulation, InputScale};
pub use error::MobilintError;
#[cfg(feature = "kit")]
pub use kit::{
    Channels, CompileKit, Compiled, CompiledShapes, CompilerConfig, CompilerVersion,
    InferenceScheme, KitConfig, KitError, Processor, Progress, SampleLayout, Standardizer, compile,
};
pub use mxq::{Mxq, MxqProblem};
pub use python::PythonConfig;
#[cfg(feature = "kit")]
pub use quantization::{
    ActivationScales, CalibrationMode, HistogramSearch, OutputScales, Quantization,
};
#[cfg(unix)]
pub use session::MobilintSession;
#[cfg(all(unix, feature = "shim"))]
pub use shim::{MobilintShim, ShimConfig, ShimSession};
pub use status::Status;
#[cfg(feature = "telemetry")]
pub use telemetry::{Telemetry, TelemetryConfig, TelemetryReading, TelemetrySource, TelemetryVia};
#[cfg(unix)]
pub use worker::{LogSink, RuntimeInfo};

pub use emo_backend;
#[cfg(feature = "kit")]
pub use emo_onnx;
#[cfg(feature = "kit")]
pub use emo_quant;
