//! ONNX models as checked graphs: reading, writing, metadata and building.
#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod attribute;
mod builder;
mod check;
mod error;
mod file;
mod graph;
mod limits;
mod metadata;
mod model;
mod node;
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
mod structure;
mod tensor;
mod value_info;
mod writer;

pub use builder::GraphBuilder;
pub use error::OnnxError;
pub use graph::{Dim, Graph, ValueInfo};
pub use metadata::{FEATURES_KEY, LABELS_KEY, MODALITY_KEY, TRAINED_ON_KEY};
pub use model::Model;
pub use node::{Attribute, Node};
