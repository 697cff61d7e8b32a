//! ONNX models as checked graphs: reading, writing, metadata and building.
//!
//! A [`Model`] is a [`Graph`] of [`Node`]s together with the version of ONNX's operators that they are written
//! for and the metadata that travels with it. This crate knows the file format; it executes nothing and does not
//! know what the operators mean. Models come from three places: [`Model::read`] (or [`Model::from_bytes`]) for
//! files that any tool wrote, [`GraphBuilder`] for those that a program makes, and [`Model::from_graph`].
//!
//! ```
//! use emo_onnx::{Attribute, GraphBuilder, LABELS_KEY, Model};
//! use emo_tensor::{ElementType, Tensor};
//! use ndarray::{arr1, arr2};
//!
//! let mut graph = GraphBuilder::new("tiny");
//! let x = graph.input("x", ElementType::F32, &[1, 3]);
//! let weight: Tensor = arr2(&[[0.5_f32, -1.0, 2.0], [1.5, 0.0, -0.5]]).into_dyn().into();
//! let weight = graph.initializer("weight", weight);
//! let bias = graph.initializer("bias", arr1(&[0.1_f32, -0.1]).into_dyn());
//! let logits = graph.node(
//!     "logits",
//!     "Gemm",
//!     &[&x, &weight, &bias],
//!     [("transB", Attribute::Int(1))],
//! );
//! let scores = graph.node("scores", "Softmax", &[&logits], [("axis", Attribute::Int(1))]);
//! graph.output(&scores, ElementType::F32, &[1, 2]);
//!
//! let mut model = graph.build(17)?;
//! model.set_labels(&["calm", "aroused"])?;
//!
//! let bytes = model.to_bytes();
//! let again = Model::from_bytes(&bytes)?;
//! assert_eq!(again, model);
//! assert_eq!(again.metadata()[LABELS_KEY], "calm,aroused");
//! assert_eq!(again.graph().initializers()["weight"].shape(), [2, 3]);
//! # Ok::<(), emo_onnx::OnnxError>(())
//! ```
//!
//! # What is read
//!
//! Files of IR version 3 to 14 whose nodes are written for version 7 to 27 of ONNX's own operators; nodes of
//! other domains pass if the model imports the domain. Tensors hold `f32`, `f64`, the integers of 8 to 64 bits
//! and `bool`, as raw bytes or in their typed fields. Everything else is refused by name rather than skipped:
//! narrower floats and integers, strings, external data, sparse tensors, sequences, subgraphs (`If`, `Loop`,
//! `Scan`), functions and training information.
//!
//! # What is checked
//!
//! Each value has one producer: the caller, an initializer or a node. Each node comes after those whose values
//! it reads; where a file has them in another order they are moved, and a cycle is an error that names its nodes.
//! Every tensor, be it an initializer or an attribute, holds exactly the data that its shape asks for. Initializers
//! that a file lists among its inputs, as old ones do, are not among [`Graph::inputs`]. `Constant` nodes stay
//! nodes, so that a file can be written as it was read.
//!
//! Operators are not looked up, nor are the shapes and types of intermediate values inferred; a backend does
//! that when it loads the model.
//!
//! # Files from strangers
//!
//! Reading takes memory in proportion to the file, whatever its headers claim, and never panics. A file may have
//! 2 GiB, 65,536 nodes and as many initializers, 32 levels of nesting, and a structure (all but the elements of
//! its tensors) that takes 64 MiB once decoded; a tensor 64 axes and 2²⁹ elements. No file but the one named is
//! opened.
//!
//! # Round trips
//!
//! [`Model::to_bytes`] is deterministic, and what it writes is read back equal and written again the same, byte
//! for byte. Of a file that was read, what this crate does not interpret (comments, producer, shapes of
//! intermediate values, quantization annotations) is kept, and so is how it spells what it says: the order of
//! nodes, attributes, initializers and metadata, raw or typed data, fields left out or written empty. A file as
//! protobuf's own libraries write it, with its nodes in a sound order, thus comes back byte for byte; fields that
//! ONNX does not define are dropped.
//!
//! # Metadata
//!
//! Class labels and what else a recognizer must know travel in the model: [`Model::labels`] under [`LABELS_KEY`],
//! [`Model::modality`], [`Model::features`] and [`Model::trained_on`] under theirs. Any other key may be set
//! through [`Model::metadata_mut`].
//!
//! # References
//! ONNX, "Open Neural Network Exchange Intermediate Representation",
//! <https://github.com/onnx/onnx/blob/main/docs/IR.md>.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

mod attribute;
mod builder;
mod check;
mod convert;
mod error;
mod external;
mod file;
mod function;
mod graph;
mod infer;
mod inline;
mod inspect;
mod layout;
mod limits;
mod metadata;
mod model;
mod node;
mod opaque;
mod optimize;
pub mod passes;
mod payload;
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::all,
    reason = "generated from ONNX's own definition"
)]
#[rustfmt::skip]
mod proto;
mod reader;
mod schema;
mod specialize;
mod structure;
mod tensor;
mod validate;
mod value_info;
mod writer;

pub use builder::{BatchNorm, GraphBuilder, Window};
pub use error::OnnxError;
pub use external::ReadOptions;
pub use function::Function;
pub use graph::{Dim, Graph};
pub use infer::Inference;
pub use inspect::{Difference, ModelDiff, OperatorSummary, Summary};
pub use metadata::{FEATURES_KEY, LABELS_KEY, MODALITY_KEY, TRAINED_ON_KEY};
pub use model::Model;
pub use node::{Attribute, Node};
pub use opaque::{OpaqueAttribute, OpaqueTensor, OpaqueType};
pub use optimize::{Applied, GraphView, OptimizeReport, Pass, Patch};
pub use passes::default_passes;
pub use schema::{Arity, AttributeKind, AttributeSchema, Parameter, Schema, TypeSet};
pub use value_info::{ValueInfo, ValueType};
