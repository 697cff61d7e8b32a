use std::{error::Error, fmt, path::PathBuf};

use emo_tensor::ElementType;

/// What can be wrong with an ONNX model.
///
/// A `place` is where in the model it stands: a node's label (see [`Node::label`](crate::Node::label)), an
/// initializer, an attribute of a node, or the model itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// A file could not be read.
    #[error("{}: cannot read the model", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{}: cannot write the model", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A file was read and holds no model that can be used.
    #[error("{}: not a usable model", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<OnnxError>,
    },
    /// The bytes are not a protobuf message, or are cut short.
    #[error("not an ONNX model: malformed at byte {offset}")]
    Malformed {
        /// Where reading ended.
        offset: usize,
    },
    /// The bytes are a protobuf message, but not one of ONNX's.
    #[error("not an ONNX model")]
    Protobuf {
        /// The reason.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A count exceeds what this crate accepts.
    #[error("{place}: {actual} {what}, at most {limit} are accepted")]
    Limit {
        /// Where.
        place: String,
        /// What was counted.
        what: &'static str,
        /// How many there are; at least this many where counting ended early.
        actual: usize,
        /// How many are accepted.
        limit: usize,
    },
    /// The file format's version is not supported.
    #[error("IR version {actual} is not supported, only {min} to {max}")]
    IrVersion {
        /// The model's; 0 where it names none.
        actual: i64,
        /// The oldest that is supported.
        min: i64,
        /// The newest that is supported.
        max: i64,
    },
    /// The version of ONNX's own operators is not supported.
    #[error("operator set {actual} is not supported, only {min} to {max}")]
    Opset {
        /// The model's.
        actual: i64,
        /// The oldest that is supported.
        min: i64,
        /// The newest that is supported.
        max: i64,
    },
    /// A node's operator is of a domain whose version the model does not name.
    #[error("node {node}: the model imports no operators of domain `{domain}`")]
    Domain {
        /// The node's label.
        node: String,
        /// The domain.
        domain: String,
    },
    /// Something that must be there is not.
    #[error("{place} has no {what}")]
    Missing {
        /// Where.
        place: String,
        /// What is missing.
        what: &'static str,
    },
    /// The model uses a part of ONNX that this crate does not read.
    #[error("{place}: {what} is not supported")]
    Unsupported {
        /// Where.
        place: String,
        /// The part.
        what: &'static str,
    },
    /// A tensor's or value's elements are of a type that [`ElementType`] does not hold.
    #[error("{place}: elements of type {data_type} are not supported")]
    DataType {
        /// Where.
        place: String,
        /// ONNX's name of the type, or its number where it has none.
        data_type: String,
    },
    /// A tensor's elements stand in another file.
    #[error("{place}: external data is not read")]
    ExternalData {
        /// Where.
        place: String,
    },
    /// An axis of negative extent.
    #[error("{place}: axis {axis} has the negative extent {extent}")]
    Extent {
        /// Where.
        place: String,
        /// The axis.
        axis: usize,
        /// Its extent.
        extent: i64,
    },
    /// A tensor holds more or fewer elements than its shape has.
    #[error("{place}: {actual} {unit} of data, the shape has {expected}")]
    DataLen {
        /// Where.
        place: String,
        /// How many there are.
        actual: usize,
        /// How many its shape has.
        expected: usize,
        /// `bytes` or `elements`.
        unit: &'static str,
    },
    /// A tensor holds data in more than one field, or in one that is not for its type.
    #[error("{place}: data in a field that is not for {element_type} elements, or in two fields")]
    DataField {
        /// Where.
        place: String,
        /// The tensor's type.
        element_type: ElementType,
    },
    /// An element does not fit the tensor's type.
    #[error("{place}: element {index} is {value}, which is no {element_type}")]
    Element {
        /// Where.
        place: String,
        /// The element's position in row-major order.
        index: usize,
        /// Its value.
        value: i64,
        /// The tensor's type.
        element_type: ElementType,
    },
    /// A node's attribute is of another kind than its operator or its own type tag defines.
    #[error("node {node}: attribute `{attribute}` is not {expected}")]
    Attribute {
        /// The node's label.
        node: String,
        /// The attribute's name.
        attribute: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Two things have one name that must be its bearer's alone.
    #[error("{place}: more than one {what} is called `{name}`")]
    Duplicate {
        /// Where.
        place: String,
        /// What kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A node reads a value that nothing produces.
    #[error("node {node}: nothing produces its input `{input}`")]
    UnknownInput {
        /// The node's label.
        node: String,
        /// The value.
        input: String,
    },
    /// The graph declares an output that nothing produces.
    #[error("nothing produces the graph's output `{output}`")]
    UnknownOutput {
        /// The value.
        output: String,
    },
    /// Nodes read each other's values in a circle.
    #[error("the graph has a cycle: {}", Path(nodes))]
    Cycle {
        /// The labels of the nodes on it, each before the one that reads its value, the first again after the
        /// last.
        nodes: Vec<String>,
    },
    /// A class label that the comma-separated list cannot hold.
    #[error("label `{label}` is empty, has a comma or begins or ends with white space")]
    Label {
        /// The label.
        label: String,
    },
}

/// The most labels of a cycle that its message names.
const CYCLE_SHOWN: usize = 8;

/// Displays a path through nodes, without its middle where it is long.
struct Path<'a>(&'a [String]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, node) in self.0.iter().take(CYCLE_SHOWN).enumerate() {
            let arrow = if index == 0 { "" } else { " → " };
            write!(f, "{arrow}{node}")?;
        }
        match self.0.len().checked_sub(CYCLE_SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " → … ({more} more)"),
        }
    }
}
