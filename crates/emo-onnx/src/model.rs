use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use prost::Message;

use crate::{Graph, OnnxError, check, file, limits, proto::ModelProto, reader, writer};

/// An ONNX model: a checked graph with the operator set it is written for and its metadata.
///
/// Two models are equal if their graphs, operator sets and metadata are; what else their files hold (producer,
/// comments, the shapes of intermediate values) and how they spell it is kept for writing, but not compared.
#[derive(Clone)]
pub struct Model {
    graph: Graph,
    opset: i64,
    metadata: BTreeMap<String, String>,
    template: Box<ModelProto>,
}

impl Model {
    /// Checks `graph` and makes a model of it, for version `opset` of ONNX's own operators (7 to 27).
    ///
    /// Nodes that stand before one whose value they read are moved behind it.
    ///
    /// # Errors
    /// [`OnnxError::Opset`] for another version, [`OnnxError::Domain`] for a node that is none of ONNX's own
    /// operators, [`OnnxError::Duplicate`] for a value with two producers, [`OnnxError::UnknownInput`] and
    /// [`OnnxError::UnknownOutput`] for one without, [`OnnxError::Cycle`], [`OnnxError::Missing`] for empty
    /// names and a graph without outputs, and [`OnnxError::Limit`] for more than this crate reads.
    pub fn from_graph(graph: Graph, opset: i64) -> Result<Self, OnnxError> {
        let opset = reader::check_opset(opset)?;
        let graph = check::checked(graph)?;
        reader::check_domains(&graph, &BTreeSet::new())?;
        Ok(Self {
            graph,
            opset,
            metadata: BTreeMap::new(),
            template: Box::new(writer::new_template(opset)),
        })
    }

    /// Reads and checks a model.
    ///
    /// # Errors
    /// [`OnnxError::Malformed`] and [`OnnxError::Protobuf`] if the bytes are no ONNX model,
    /// [`OnnxError::IrVersion`], [`OnnxError::Opset`], [`OnnxError::Unsupported`], [`OnnxError::DataType`] and
    /// [`OnnxError::ExternalData`] for what this crate does not read, [`OnnxError::Extent`],
    /// [`OnnxError::DataLen`], [`OnnxError::DataField`], [`OnnxError::Element`] and [`OnnxError::Attribute`] for
    /// tensors and attributes that contradict themselves, and those of [`from_graph`](Self::from_graph).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OnnxError> {
        let reader::Contents {
            graph,
            opset,
            metadata,
            template,
        } = reader::read(bytes)?;
        Ok(Self {
            graph,
            opset,
            metadata,
            template: Box::new(template),
        })
    }

    /// Reads and checks the model in a file.
    ///
    /// # Errors
    /// [`OnnxError::Read`] if the file cannot be read, [`OnnxError::InFile`] with an error of
    /// [`from_bytes`](Self::from_bytes) inside.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, OnnxError> {
        let path = path.as_ref();
        let bytes = file::read(path, limits::FILE_LEN).map_err(|source| OnnxError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::from_bytes(&bytes).map_err(|error| OnnxError::InFile {
            path: path.to_owned(),
            source: Box::new(error),
        })
    }

    /// The model as an ONNX file's bytes; the same for the same model.
    ///
    /// A model that was read is written as it was spelled: [the crate's docs](crate#round-trips) say what that
    /// covers.
    pub fn to_bytes(&self) -> Vec<u8> {
        writer::write(&self.graph, self.opset, &self.metadata, &self.template).encode_to_vec()
    }

    /// Writes the model to a new file beside `path`, then renames it, so that nobody ever sees half a model.
    ///
    /// # Errors
    /// [`OnnxError::Write`]; what was at `path` before is then still there.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), OnnxError> {
        let path = path.as_ref();
        file::write(path, &self.to_bytes()).map_err(|source| OnnxError::Write {
            path: path.to_owned(),
            source,
        })
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

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.graph == other.graph && self.opset == other.opset && self.metadata == other.metadata
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("graph", &self.graph)
            .field("opset", &self.opset)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}
