//! Typed tensors, their descriptions and element types.
//!
//! This is the vocabulary that model files, backends and pipelines share. It neither reads files nor
//! executes anything: [`Tensor`] owns, [`TensorView`] and [`TensorViewMut`] borrow, and [`TensorInfo`]
//! describes one without holding any elements.
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
mod info;
mod tensor;

pub use element::{Element, ElementType};
pub use error::TensorError;
pub use info::TensorInfo;
pub use tensor::{Tensor, TensorView, TensorViewMut};
