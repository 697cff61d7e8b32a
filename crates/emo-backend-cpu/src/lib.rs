//! The CPU reference backend: compiles an ONNX graph once, then runs it.
//!
//! [`CpuBackend`] takes ONNX models, in `f32` or quantized with QuantizeLinear and DequantizeLinear. Loading one
//! does all work that needs no input: it infers every shape, computes whatever depends on constants alone, folds
//! norms and activations into the layer before them, packs weights as the kernels read them, and gives every
//! intermediate value its place in memory. What remains is a [`Plan`]: a list of steps, each with its operands'
//! addresses. [`CpuSession::run`](emo_backend::Session::run) walks the list on the calling thread and allocates
//! nothing.
//!
//! ```
//! use emo_backend_cpu::{
//!     CpuBackend,
//!     emo_backend::{Session, emo_tensor::{ElementType, Tensor}},
//!     emo_onnx::{Attribute, GraphBuilder},
//! };
//! use ndarray::arr2;
//!
//! let mut graph = GraphBuilder::new("scores");
//! let x = graph.input("x", ElementType::F32, &[1, 3]);
//! let weights = graph.initializer("weights", arr2(&[[1.0_f32, 0.0], [0.0, 1.0], [0.5, 0.5]]).into_dyn());
//! let dense = graph.node("dense", "Gemm", &[&x, &weights], []);
//! let scores = graph.node("scores", "Softmax", &[&dense], [("axis", Attribute::Int(1))]);
//! graph.output(&scores, ElementType::F32, &[1, 2]);
//!
//! let mut session = CpuBackend::default().compile(&graph.build(17)?)?;
//! let x = Tensor::from(arr2(&[[3.0_f32, 1.0, 0.0]]).into_dyn());
//! let scores = session.run_to_tensors(&[x.view()])?;
//! let scores = scores[0].as_array::<f32>().expect("the output is declared as f32");
//! assert!((scores[[0, 0]] - 0.8808).abs() < 1e-4);
//! println!("{}", session.plan());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is executed
//! [`operators`] lists the operators, as ONNX defines them in opsets 7 to 27: convolutions and pools, recurrent and
//! dense layers and matrix products, the common activations, normalization, arithmetic, quantization, and what moves
//! or reshapes tensors. Anything else is an error that names the node and the reason; so is an attribute, an
//! element type or a form that is not understood. Nothing is computed in another way than the model says.
//!
//! - Whatever determines a shape must be constant. Weights may be inputs; convolutions are slower with such.
//! - A leading axis without a fixed extent is a batch, of which a session runs one example at a time; any other
//!   axis must have a fixed extent.
//! - Quantized models are computed with the integers that they hold: exact sums, then one rounding, the same to the
//!   bit with every set of [`Instructions`]. What has no form for integers is computed in `f32`, as the model says.
//! - Sums are taken in an order of our own, so that results agree with other engines to rounding, not to the bit;
//!   they are the same from run to run on one machine.
//!
//! # Untrusted models
//! A model is checked before memory is taken for it: each value, and a session as a whole, against
//! [`CpuConfig::memory_limit`]. How long a run takes is for the caller to judge by [`Plan::macs`].

mod backend;
mod buffer;
mod compile;
mod config;
mod error;
mod form;
mod kernel;
mod kernels;
mod layout;
mod memory;
mod number;
mod ops;
mod plan;
mod profile;
mod session;
mod shape;
mod simd;
mod table;

pub use backend::CpuBackend;
pub use config::{CpuConfig, Instructions};
pub use error::CpuError;
pub use ops::operators;
pub use plan::Plan;
pub use profile::{Profile, Profiling, StepProfile};
pub use session::CpuSession;

pub use emo_backend;
pub use emo_onnx;
