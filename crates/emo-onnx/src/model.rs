use std::{borrow::Cow, collections::BTreeMap, fmt, path::Path};

use emo_tensor::Tensor;
use prost::Message;

use crate::{
    Function, Graph, OnnxError, ReadOptions, ValueInfo, ValueType, WriteOptions,
    check::{self, Role},
    external::{self, Files},
    file, limits,
    proto::{ModelProto, OperatorSetIdProto},
    reader, writer,
};

/// An ONNX model: a checked graph with the operator set it is written for and its metadata.
///
/// Two models are equal if their graphs, operator sets, functions and metadata are; what else their files hold
/// (producer, comments, training information) and how they spell it is kept for writing, but not compared.
#[derive(Clone)]
pub struct Model {
    pub(crate) graph: Graph,
    pub(crate) opset: i64,
    metadata: BTreeMap<String, String>,
    pub(crate) functions: Vec<Function>,
    pub(crate) template: Box<ModelProto>,
}

impl Model {
    /// Checks `graph` and makes a model of it, for version `opset` of ONNX's own operators (1 to 27).
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
        let graph = check::checked(graph, Role::Model)?;
        reader::check_domains(&graph, &str::is_empty)?;
        Ok(Self {
            graph,
            opset,
            metadata: BTreeMap::new(),
            functions: Vec::new(),
            template: Box::new(writer::new_template(opset)),
        })
    }

    /// As [`from_graph`](Self::from_graph), with types of outputs inferred where they are unknown.
    pub(crate) fn from_open_graph(mut graph: Graph, opset: i64) -> Result<Self, OnnxError> {
        let is_open = |info: &ValueInfo| info.value_type == ValueType::Unknown;
        if graph.outputs.iter().any(is_open) {
            let opset = reader::check_opset(opset)?;
            let inferred = Self {
                graph: check::checked(graph, Role::Subgraph)?,
                opset,
                metadata: BTreeMap::new(),
                functions: Vec::new(),
                template: Box::new(writer::new_template(opset)),
            };
            let inference = inferred.infer()?;
            graph = inferred.graph;
            for info in graph.outputs.iter_mut().filter(|info| is_open(info)) {
                if let Some(value_type) = inference.value(&info.name) {
                    info.value_type = value_type.clone();
                }
            }
        }
        Self::from_graph(graph, opset)
    }

    /// The same model with another graph, which is checked, written for version `opset` of ONNX's own operators.
    ///
    /// The file format's version rises where the operators need it or a constant would have to be an input.
    pub(crate) fn with_graph(&self, graph: Graph, opset: i64) -> Result<Self, OnnxError> {
        let opset = match opset {
            0 => 0,
            opset => reader::check_opset(opset)?,
        };
        let graph = check::checked(graph, Role::Model)?;
        let mut imported = reader::imported(&self.template.opset_import);
        if opset != 0 {
            imported.insert("");
        }
        reader::check_domains(&graph, &|domain| imported.contains(domain))?;
        let mut template = self.template.clone();
        let needed = match opset == self.opset {
            true => writer::ir_version(0),
            false => writer::ir_version(opset),
        };
        template.ir_version = template.ir_version.max(Some(needed));
        Ok(Self {
            graph,
            opset,
            metadata: self.metadata.clone(),
            functions: self.functions.clone(),
            template,
        })
    }

    /// Takes the graph out of a model that is to get another one.
    pub(crate) fn take_graph(&mut self) -> Graph {
        std::mem::take(&mut self.graph)
    }

    /// Reads and checks a model, and no other file: what it says to stand in one is refused.
    ///
    /// Bytes that are given away (a `Vec<u8>`) are not copied before they are read.
    ///
    /// # Errors
    /// [`OnnxError::Malformed`] and [`OnnxError::Protobuf`] if the bytes are no ONNX model,
    /// [`OnnxError::IrVersion`], [`OnnxError::Opset`], [`OnnxError::Unsupported`], [`OnnxError::DataType`] and
    /// [`OnnxError::ExternalData`] for what this crate does not read, [`OnnxError::Extent`],
    /// [`OnnxError::DataLen`], [`OnnxError::DataField`], [`OnnxError::Element`], [`OnnxError::SparseIndices`] and
    /// [`OnnxError::Attribute`] for tensors and attributes that contradict themselves, [`OnnxError::Shadowed`] for
    /// subgraphs that use a name anew, [`OnnxError::InFunction`] with one of these for a function's body, and those
    /// of [`from_graph`](Self::from_graph).
    pub fn from_bytes<'a>(bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, OnnxError> {
        Self::from_bytes_with(bytes, &ReadOptions::default())
    }

    /// Reads and checks a model, and the files beside it that `options` allow.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), and [`OnnxError::ExternalEntry`], [`OnnxError::ExternalRange`] and
    /// [`OnnxError::ExternalFile`] for tensors in other files.
    pub fn from_bytes_with<'a>(
        bytes: impl Into<Cow<'a, [u8]>>,
        options: &ReadOptions,
    ) -> Result<Self, OnnxError> {
        Self::from_cow(bytes.into(), options)
    }

    fn from_cow(bytes: Cow<'_, [u8]>, options: &ReadOptions) -> Result<Self, OnnxError> {
        let contents = reader::read(bytes, &mut Files::new(options))?;
        Ok(Self::from_contents(contents))
    }

    fn from_contents(contents: reader::Contents) -> Self {
        let reader::Contents {
            graph,
            opset,
            metadata,
            functions,
            template,
        } = contents;
        Self {
            graph,
            opset,
            metadata,
            functions,
            template: Box::new(template),
        }
    }

    /// Reads and checks the model in a file, and no other file.
    ///
    /// # Errors
    /// [`OnnxError::Read`] if the file cannot be read, [`OnnxError::InFile`] with an error of
    /// [`from_bytes`](Self::from_bytes) inside.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, OnnxError> {
        Self::read_with(path, &ReadOptions::default())
    }

    /// Reads and checks the model in a file, and the files beside it that `options` allow.
    ///
    /// # Errors
    /// [`OnnxError::Read`] if the file cannot be read, [`OnnxError::InFile`] with an error of
    /// [`from_bytes_with`](Self::from_bytes_with) inside.
    pub fn read_with(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, OnnxError> {
        let path = path.as_ref();
        if let Some(contents) = reader::read_outline(path, &mut Files::new(options)) {
            return Ok(Self::from_contents(contents));
        }
        let bytes = file::read(path, limits::FILE_LEN).map_err(|source| OnnxError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::from_cow(bytes.into(), options).map_err(|error| OnnxError::InFile {
            path: path.to_owned(),
            source: Box::new(error),
        })
    }

    /// The model as an ONNX file's bytes; the same for the same model.
    ///
    /// A model that was read is written as it was spelled: [the crate's docs](crate#round-trips) say what that
    /// covers.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_proto().encode_to_vec()
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

    /// Writes the model as [`write`](Self::write) does, and large initializers to the file beside it that `options`
    /// name.
    ///
    /// Both are written to new files first, and then take their names, that of the initializers before the model's.
    ///
    /// # Errors
    /// [`OnnxError::Write`], and [`OnnxError::ExternalName`] for a name that is no plain file name or the model's own.
    pub fn write_with(
        &self,
        path: impl AsRef<Path>,
        options: &WriteOptions,
    ) -> Result<(), OnnxError> {
        let path = path.as_ref();
        let Some(name) = &options.external_name else {
            return self.write(path);
        };
        if !external::is_plain_name(name) || path.file_name() == Some(name.as_ref()) {
            return Err(OnnxError::ExternalName { name: name.clone() });
        }
        let mut proto = self.to_proto();
        let mut data = Vec::new();
        if let Some(graph) = &mut proto.graph {
            external::move_out(graph, name, options.external_threshold, &mut data);
        }
        for (path, bytes) in [
            (path.with_file_name(name), data),
            (path.to_owned(), proto.encode_to_vec()),
        ] {
            file::write(&path, &bytes).map_err(|source| OnnxError::Write { path, source })?;
        }
        Ok(())
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The graph's [`initializers`](Graph::initializers), as they lie in memory.
    pub fn into_initializers(self) -> BTreeMap<String, Tensor> {
        self.graph.initializers
    }

    pub(crate) fn to_proto(&self) -> ModelProto {
        writer::write(
            &self.graph,
            self.opset,
            &self.metadata,
            &self.functions,
            &self.template,
        )
    }

    /// The version of ONNX's own operator set that the nodes are written for; 0 if the model uses only operators of
    /// other domains and names no such version.
    pub fn opset(&self) -> i64 {
        self.opset
    }

    /// The version of each domain's operators that the nodes are written for; ONNX's own domain is empty.
    pub fn imports(&self) -> BTreeMap<&str, i64> {
        let others = self.template.opset_import.iter();
        let mut imports = BTreeMap::new();
        imports.extend(
            others
                .filter(|import| !reader::is_default_domain(import.domain()))
                .map(|import: &OperatorSetIdProto| (import.domain(), import.version())),
        );
        if self.opset != 0 {
            imports.insert("", self.opset);
        }
        imports
    }

    /// The operators that the model defines itself.
    pub fn functions(&self) -> &[Function] {
        &self.functions
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
        self.graph == other.graph
            && self.imports() == other.imports()
            && self.functions == other.functions
            && self.metadata == other.metadata
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
