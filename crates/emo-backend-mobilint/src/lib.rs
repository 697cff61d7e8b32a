//! Mobilint NPUs: from an ONNX model to an MXQ file to scores, on the vendor's own software.
//!
//! | item | what it is |
//! |---|---|
//! | [`Mxq`] | the header of a compiled model's file, checked before the vendor's runtime sees it |
//! | [`Device`], [`Target`], [`CoreMode`] | where a model runs: which NPU, which of its cores |
//! | [`PythonConfig`] | the user's interpreter, in which the vendor's wheels are installed |
//! | [`MobilintError`], [`Status`] | what goes wrong, in the vendor's words where they are the vendor's |

mod core_mode;
mod device;
mod error;
mod mxq;
mod python;
mod status;

pub use core_mode::{Cluster, Core, CoreMode};
pub use device::{Device, Target};
pub use error::MobilintError;
pub use mxq::{Mxq, MxqProblem};
pub use python::PythonConfig;
pub use status::Status;

pub use emo_backend;
