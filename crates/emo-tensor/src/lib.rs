//! Typed tensors, their descriptions and element types.
//!
//! This is the vocabulary that model files, backends and pipelines share. It neither reads files nor
//! executes anything: [`Tensor`] owns, [`TensorView`] and [`TensorViewMut`] borrow, and [`TensorInfo`]
//! describes one without holding any elements. Besides Rust's own numbers an element may be a half-precision float
//! (from [`half`]), an 8-bit float ([`F8E4M3Fn`] and its kin) or an integer of 4 bits ([`I4`], [`U4`]).
//!
//! ```
//! use emo_tensor::{ElementType, Tensor, TensorInfo};
//! use ndarray::arr2;
//!
//! let tensor = Tensor::from(arr2(&[[0.1_f32, 0.9]]).into_dyn());
//! let info = TensorInfo::new("scores", ElementType::F32, vec![1, 2]);
//! info.check(&tensor.view())?;
//! # Ok::<(), emo_tensor::TensorError>(())
//! ```

mod element;
mod error;
mod float8;
mod info;
mod int4;
mod quant;
mod tensor;

pub use element::{Element, ElementType};
pub use error::TensorError;
pub use float8::{F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, Overflow};
pub use info::TensorInfo;
pub use int4::{I4, U4};
pub use quant::QuantParams;
pub use tensor::{Tensor, TensorView, TensorViewMut};

pub use half;
