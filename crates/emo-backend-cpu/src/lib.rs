//! The CPU reference backend: compiles an ONNX graph once, then runs it
mod backend;
mod buffer;
mod compile;
mod config;
mod error;
mod kernel;
mod kernels;
mod layout;
mod memory;
mod ops;
mod plan;
mod session;
mod shape;
mod simd;

pub use backend::CpuBackend;
pub use config::CpuConfig;
pub use error::CpuError;
pub use ops::operators;
pub use plan::Plan;
pub use session::CpuSession;

pub use emo_backend;
pub use emo_onnx;
