//! The [`Backend`] and [`Session`] traits: where a model runs, without knowing any device.
//!
//! A [`Backend`] loads a model for its device; the [`Session`] that it returns runs it. Loading never falls
//! back to another backend, and every report names the backend that ran.
//!
//! # For implementors
//! Do all the work that depends on the model alone in [`Backend::load`]. [`Session::run`] checks the tensors
//! against [`Session::inputs`] and [`Session::outputs`] (with [`check_tensors`]) and then computes; a steady
//! stream of calls should allocate nothing. Run the suite in [`conformance`] in a test of the new backend.

pub mod conformance;
mod error;
mod session;

pub use error::BackendError;
pub use session::{Backend, ModelSource, Session, check_tensors};

pub use emo_tensor;
