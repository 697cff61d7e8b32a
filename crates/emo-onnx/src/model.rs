use std::{collections::BTreeMap, path::Path};

use crate::{Graph, OnnxError};

/// An ONNX model: a checked graph with the operator set it is written for and its metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    graph: Graph,
    opset: i64,
    metadata: BTreeMap<String, String>,
}

impl Model {
    /// Checks `graph` and makes a model of it, for version `opset` of ONNX's own operators.
    pub fn from_graph(graph: Graph, opset: i64) -> Result<Self, OnnxError> {
        Ok(Self {
            graph,
            opset,
            metadata: BTreeMap::new(),
        })
    }

    /// Reads and checks a model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OnnxError> {
        let _ = bytes;
        todo!("written next")
    }

    /// Reads and checks the model in a file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, OnnxError> {
        let _ = path;
        todo!("written next")
    }

    /// The model as an ONNX file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!("written next")
    }

    /// Writes the model to a new file beside `path`, then renames it.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), OnnxError> {
        let _ = path;
        todo!("written next")
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The version of ONNX's own operator set that the nodes are written for.
    pub fn opset(&self) -> i64 {
        self.opset
    }

    /// The model's metadata (`metadata_props`), such as `emo.labels`.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// The model's metadata, to be changed.
    pub fn metadata_mut(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.metadata
    }
}
