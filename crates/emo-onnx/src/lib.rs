//! ONNX models as checked graphs: reading, checking, building, changing and writing.
//!
//! A [`Model`] is a [`Graph`] of [`Node`]s together with the version of ONNX's operators that they are written
//! for and the metadata that travels with it. This crate knows the file format and what operators take and give
//! ([`Schema`], [`Model::check`], [`Model::infer`]); it executes nothing. Models come from three places:
//! [`Model::read`] (or [`Model::from_bytes`]) for files that any tool wrote, [`GraphBuilder`] for those that a program
//! makes, and [`Model::from_graph`].
//!
//! What is mostly done with a model from somewhere else:
//!
//! ```
//! use emo_onnx::{Model, default_passes};
//!
//! # use emo_onnx::{Dim, GraphBuilder, Window};
//! # use emo_tensor::ElementType;
//! # use ndarray::{Array2, Array4};
//! # let folder = tempfile::tempdir()?;
//! # let (path, output) = (folder.path().join("faces.onnx"), folder.path().join("faces.small.onnx"));
//! # let mut graph = GraphBuilder::new("faces");
//! # let x = graph.input_of("x", ElementType::F32, [Dim::from("batch"), 1.into(), 8.into(), 8.into()]);
//! # let conv = graph.conv("conv", &x, Array4::ones((2, 1, 3, 3)), None, &Window::default());
//! # let flat = graph.flatten("flat", &conv);
//! # let dense = graph.dense("dense", &flat, Array2::ones((4, 72)), None);
//! # let scores = graph.softmax("scores", &dense);
//! # graph.output_of(&scores);
//! # graph.build(17)?.write(&path)?;
//! let mut model = Model::read(&path)?;
//! for error in model.check() {
//!     eprintln!("{error}");
//! }
//! model.specialize(&[("batch", 1)])?;
//! let report = model.optimize(&default_passes())?;
//! print!("{report}{}", model.summary()?);
//! model.convert_opset(13)?;
//! model.write(&output)?;
//!
//! assert_eq!(model.infer()?.fixed_shape("scores"), Some(vec![1, 4]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! One that is built:
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
//! Files of IR version 3 to 14 whose nodes are written for version 1 to 27 of ONNX's own operators, or only for those
//! of other domains ([`Model::opset`] is 0 then); nodes of a domain pass if the model imports it. Tensors hold `f16`,
//! `bf16`, `f32`, `f64`, the four 8-bit floats, integers of 4 to 64 bits and `bool`, as raw bytes or in their typed
//! fields; elements of 4 bits are packed two to a byte in a file and take one byte each in memory.
//!
//! Subgraphs (`If`, `Loop`, `Scan`) are [`Graph`]s in a node's attributes. They may read what the graphs around them
//! hold, so the values that a node reads are its [`inputs`](Node::inputs) and its [`captures`](Node::captures).
//!
//! Functions that a model defines are [`Model::functions`]; [`Model::inline_functions`] puts them in place of the nodes
//! that call them, so that only operators are left.
//!
//! What is not interpreted is kept as it stands and says what it is: tensors of strings, of complex numbers and of
//! elements of 2 and 6 bits or in the other narrow formats, and sparse tensors ([`OpaqueTensor`],
//! [`OpaqueAttribute`]); sequences, maps and optional values ([`OpaqueType`]). Training information travels along
//! unseen.
//!
//! A tensor's elements may stand in another file. That is refused unless the caller names the folder with
//! [`ReadOptions`]; a model can then name files in it, by a plain name, and no links. [`Model::write_with`] writes such
//! files.
//!
//! # What is checked
//!
//! Each value has one producer: the caller, an initializer or a node. Each node comes after those whose values
//! it or its subgraphs read; where a file has them in another order they are moved, and a cycle is an error that names
//! its nodes. A subgraph gives none of its values the name of one around it. Every tensor, be it an initializer, an
//! attribute, a part of a sparse tensor or of a function's body, holds exactly the data that its shape asks for.
//! Initializers that a file lists among its inputs, as old ones do, are not among [`Graph::inputs`]. `Constant` nodes
//! stay nodes, so that a file can be written as it was read.
//!
//! Reading ends with that, so that a model which uses an operator wrongly can still be looked at. [`Model::check`] then
//! finds all that ONNX's own checker finds, node by node: operators that the operator set does not have or has
//! deprecated, inputs, outputs and attributes that an operator does not have, needs, or has of another type
//! ([`Schema`] tells which), and types and shapes that contradict each other or what the file declares.
//! [`Model::infer`] tells types and shapes of all values, with names of extents that the model leaves open.
//!
//! ```
//! use emo_onnx::{Attribute, GraphBuilder};
//! use emo_tensor::ElementType;
//!
//! let mut graph = GraphBuilder::new("wrong");
//! let x = graph.input("x", ElementType::F32, &[2, 3]);
//! let y = graph.node("y", "MatMul", &[&x, &x], []);
//! let z = graph.node("z", "Softmax", &[&y], [("axes", Attribute::Int(1))]);
//! graph.output(&z, ElementType::F32, &[2, 3]);
//! let errors = graph.build(17)?.check();
//! let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
//! assert_eq!(
//!     errors,
//!     [
//!         "node y (MatMul): the inner extents do not fit: 3 and 2",
//!         "node z (Softmax): operator set 17 knows no attribute `axes` of it",
//!     ]
//! );
//! # Ok::<(), emo_onnx::OnnxError>(())
//! ```
//!
//! # Changing graphs
//!
//! [`Model::optimize`] runs [`Pass`]es: each looks at the graph and proposes [`Patch`]es, and one place applies them,
//! checks the graph again, infers types and shapes anew and holds those of the outputs against what they were.
//! [`default_passes`] fold constants, normalizations and standardizers into layers and remove what does nothing; the
//! module [`passes`] has each of them, and a user of this crate may write more.
//!
//! ```
//! use emo_onnx::{BatchNorm, GraphBuilder, Window, default_passes};
//! use emo_tensor::ElementType;
//! use ndarray::{Array1, Array4};
//!
//! let mut graph = GraphBuilder::new("folded");
//! let x = graph.input("x", ElementType::F32, &[1, 3, 8, 8]);
//! let conv = graph.conv("conv", &x, Array4::ones((4, 3, 3, 3)), None, &Window::default());
//! let ones = || Array1::ones(4);
//! let norm = BatchNorm { scale: ones(), bias: ones(), mean: ones(), variance: ones(), epsilon: 1e-5 };
//! let norm = graph.batch_norm("norm", &conv, norm);
//! let relu = graph.relu("relu", &norm);
//! graph.output_of(&relu);
//! let mut model = graph.build(17)?;
//! let report = model.optimize(&default_passes())?;
//! assert_eq!((report.nodes_before(), report.nodes_after()), (3, 2));
//! # Ok::<(), emo_onnx::OnnxError>(())
//! ```
//!
//! Only the outermost graph is changed, and weights only where they are of `f32` or `f64`. This crate does not compute;
//! [`passes::FoldConstants::with_evaluator`] takes a backend that does, to fold all that depends on constants alone.
//! [`Model::fusible_activations`] names what a backend may compute together.
//!
//! [`Model::convert_opset`] writes a model for another version of the operators, newer or older, and names what that
//! cannot express. [`Model::specialize`] fixes extents that a model leaves open by name and
//! [`Model::specialize_batch`] the first one of all inputs. [`Model::bind_input`] makes a constant of an input, for
//! instance of one on which a shape depends; [`Graph::inputs_behind`] finds those. [`Model::to_nhwc`] and
//! [`Model::to_nchw`] exchange the layout of inputs and outputs.
//!
//! Each of these either does all that it says or returns an error and leaves the model as it was.
//!
//! # Looking at models
//!
//! [`Model::summary`] counts parameters, multiplications and the memory of intermediate values, operator by operator;
//! [`Model::dump`] tells a model as text, [`Model::diff`] how two differ, and [`Model::to_dot`] and
//! [`Model::to_mermaid`] draw one. The example `onnx_inspect` of this workspace does so from the command line.
//! [`read_tensor`] reads a file of one tensor, as test data beside models are.
//!
//! # Files from strangers
//!
//! Reading takes memory in proportion to the file, whatever its headers claim, and never panics. A file may have
//! 2 GiB, 65,536 nodes and as many initializers (those of subgraphs included), 32 levels of nesting and 8 of subgraphs,
//! and a structure (all but the elements of its tensors) that takes 64 MiB once decoded; a tensor 64 axes and 2²⁹
//! elements. Functions may stand 32 deep in one another and come to 65,536 nodes and 128 MiB when they are inlined. No
//! file but the one named is opened, unless the caller allows it; of other files only regular ones are, without
//! following links, and only after offset and length were held against the file's.
//!
//! # Round trips
//!
//! [`Model::to_bytes`] is deterministic, and what it writes is read back equal and written again the same, byte
//! for byte. Of a file that was read, what this crate does not interpret (comments, producer, quantization annotations,
//! device configurations, training information, nodes of unknown domains) is kept, and so is how it spells what it says:
//! the order of nodes, attributes, initializers and metadata, raw or typed data, fields left out or written empty. A
//! file as protobuf's own libraries write it, with its nodes in a sound order, thus comes back byte for byte. Fields
//! that ONNX does not define are dropped, and elements that stood in another file are written with the model.
//!
//! All 1,765 models of ONNX's node tests come back byte for byte, which the example `round_trip` shows.
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
mod bind;
mod builder;
mod check;
mod convert;
mod error;
mod expose;
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
mod outline;
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
mod tensor_file;
mod validate;
mod value_info;
mod writer;

pub use builder::{BatchNorm, GraphBuilder, Window};
pub use error::OnnxError;
pub use external::{ReadOptions, WriteOptions};
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
pub use tensor_file::read_tensor;
pub use value_info::{ValueInfo, ValueType};
