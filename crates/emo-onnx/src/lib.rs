//! ONNX models as checked graphs: reading, writing, metadata and building.
mod builder;
mod error;
mod graph;
mod model;
mod node;

pub use builder::GraphBuilder;
pub use error::OnnxError;
pub use graph::{Dim, Graph, ValueInfo};
pub use model::Model;
pub use node::{Attribute, Node};
