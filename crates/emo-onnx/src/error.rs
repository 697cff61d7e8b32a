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
    /// A function that the model defines cannot be used.
    #[error("function `{function}`")]
    InFunction {
        /// The function's name.
        function: String,
        /// The reason.
        source: Box<OnnxError>,
    },
    /// A function calls itself.
    #[error("node {node}: the function calls itself: {}", Path(functions))]
    RecursiveFunction {
        /// The label of the node that closes the circle.
        node: String,
        /// The functions on the circle, each before one that it calls, the first again after the last.
        functions: Vec<String>,
    },
    /// A function is written for another version of operators than the model that it is to be put into.
    #[error(
        "function `{function}` is written for version {function_version} of the operators of domain `{domain}`, \
         the model for {model_version}"
    )]
    FunctionImport {
        /// The function's name.
        function: String,
        /// The domain.
        domain: String,
        /// The function's version.
        function_version: i64,
        /// The model's version.
        model_version: i64,
    },
    /// A node calls a function with more than it has.
    #[error("node {node}: {actual} {what}, at most {limit} are possible")]
    FunctionCall {
        /// The node's label.
        node: String,
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        actual: usize,
        /// How many the function has.
        limit: usize,
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
    /// A tensor's elements are of a type that ONNX does not define or this crate does not write.
    #[error("{place}: elements of type {data_type} are not supported")]
    DataType {
        /// Where.
        place: String,
        /// ONNX's name of the type, or its number where it has none.
        data_type: String,
    },
    /// A tensor's elements stand in another file, and the caller allows none
    /// ([`ReadOptions::external_folder`](crate::ReadOptions::external_folder)).
    #[error("{place}: its data are in another file, which is not allowed to be read")]
    ExternalData {
        /// Where.
        place: String,
    },
    /// What a model says of the place of a tensor's elements in another file is not acceptable.
    #[error("{place}: the {key} `{value}` of its external data is not {expected}")]
    ExternalEntry {
        /// Where.
        place: String,
        /// Which entry.
        key: &'static str,
        /// What it says.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The file for a model's initializers cannot have this name.
    #[error("`{name}` is not a plain file name other than the model's own")]
    ExternalName {
        /// The name.
        name: String,
    },
    /// A tensor's elements would stand behind the end of another file.
    #[error(
        "{place}: {} has {file_len} bytes, not {len} from byte {offset} on", path.display()
    )]
    ExternalRange {
        /// Where.
        place: String,
        /// The file.
        path: PathBuf,
        /// Where in the file the elements begin.
        offset: u64,
        /// How many bytes they take.
        len: usize,
        /// How many bytes the file has.
        file_len: u64,
    },
    /// The file that a tensor's elements stand in could not be read.
    #[error("{place}: cannot read {}", path.display())]
    ExternalFile {
        /// Where.
        place: String,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A sparse tensor's values and their places do not belong together.
    #[error(
        "{place}: INT64 elements of shape [values] or [values, {rank}] are expected for values of shape {values:?}, \
         not of {indices:?}"
    )]
    SparseIndices {
        /// Where.
        place: String,
        /// The shape of the places.
        indices: Vec<usize>,
        /// The shape of the values.
        values: Vec<usize>,
        /// How many axes the tensor has.
        rank: usize,
    },
    /// A sparse tensor has a value at a place that its shape does not have.
    #[error("{place}: element {position} is {index}, of an extent of {extent}")]
    SparseIndex {
        /// Where.
        place: String,
        /// Which of the places, in row-major order.
        position: usize,
        /// What it is.
        index: i64,
        /// How many places there are on its axis, or in the whole tensor.
        extent: usize,
    },
    /// A subgraph gives a value the name that one of a graph around it has.
    #[error("node {node}: its subgraph has a value `{name}`, as a graph around it")]
    Shadowed {
        /// The label of the node with the subgraph.
        node: String,
        /// The name.
        name: String,
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
        /// `bytes`, `elements`, or `entries` where several elements share one or one takes several.
        unit: &'static str,
    },
    /// A tensor holds data in more than one field, or in one that is not for its type.
    #[error("{place}: data in a field that is not for {data_type} elements, or in two fields")]
    DataField {
        /// Where.
        place: String,
        /// ONNX's name of the tensor's type.
        data_type: String,
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
    /// The graph has no input of this name.
    #[error("the graph has no input `{input}`")]
    NoInput {
        /// The name.
        input: String,
    },
    /// A value that is bound to an input is not what the graph declares.
    #[error("input `{input}` is declared as {declared}, not {actual}")]
    Bind {
        /// The input.
        input: String,
        /// Type and shape that the graph declares.
        declared: String,
        /// Type and shape of the value.
        actual: String,
    },
    /// Nodes read each other's values in a circle.
    #[error("the graph has a cycle: {}", Path(nodes))]
    Cycle {
        /// The labels of the nodes on it, each before the one that reads its value, the first again after the
        /// last.
        nodes: Vec<String>,
    },
    /// A node's operator is none that the model's operator set has.
    #[error("node {node}: operator set {opset} has no such operator")]
    UnknownOperator {
        /// The node's label.
        node: String,
        /// The model's operator set.
        opset: i64,
    },
    /// A node's operator may no longer be used in the model's operator set.
    #[error("node {node}: the operator is deprecated since operator set {since}")]
    Deprecated {
        /// The node's label.
        node: String,
        /// The operator set that deprecated it.
        since: i64,
    },
    /// A node lists more or fewer inputs or outputs than its operator has.
    #[error("node {node}: {actual} {what}, the operator has {}", Range(*min, *max))]
    Arity {
        /// The node's label.
        node: String,
        /// `inputs` or `outputs`.
        what: &'static str,
        /// How many it lists.
        actual: usize,
        /// The least that the operator has.
        min: usize,
        /// The most that it has; `usize::MAX` where there may be any number.
        max: usize,
    },
    /// A node leaves out an input or output that its operator must have.
    #[error("node {node}: its {what} `{parameter}` is left out")]
    Absent {
        /// The node's label.
        node: String,
        /// `input` or `output`.
        what: &'static str,
        /// How ONNX calls it.
        parameter: &'static str,
    },
    /// A node has an attribute that its operator does not have in the model's operator set.
    #[error("node {node}: operator set {opset} knows no attribute `{attribute}` of it")]
    UnknownAttribute {
        /// The node's label.
        node: String,
        /// The attribute.
        attribute: String,
        /// The model's operator set.
        opset: i64,
    },
    /// A node lacks an attribute that its operator must have.
    #[error("node {node}: its attribute `{attribute}` is missing")]
    MissingAttribute {
        /// The node's label.
        node: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// An input or output of a node is of a type that its operator does not take or give there.
    #[error("node {node}: `{parameter}` is of {actual}, not of {expected}")]
    Type {
        /// The node's label.
        node: String,
        /// How ONNX calls the input or output.
        parameter: &'static str,
        /// Its type.
        actual: String,
        /// The types that it may have.
        expected: String,
    },
    /// An input of a node has more or fewer axes than its operator takes.
    #[error("node {node}: `{parameter}` has {actual} axes, not {}", Range(*min, *max))]
    Rank {
        /// The node's label.
        node: String,
        /// How ONNX calls the input.
        parameter: &'static str,
        /// How many axes it has.
        actual: usize,
        /// The least that the operator takes.
        min: usize,
        /// The most that it takes; `usize::MAX` where it takes any number.
        max: usize,
    },
    /// A node names an axis that its input does not have.
    #[error("node {node}: there is no axis {axis} among {rank} axes")]
    Axis {
        /// The node's label.
        node: String,
        /// The axis, counted from the end where negative.
        axis: i64,
        /// How many there are.
        rank: usize,
    },
    /// Two extents or counts do not go together: most must be equal, some a multiple of the other.
    #[error("node {node}: {what} do not fit: {left} and {right}")]
    Extents {
        /// The node's label.
        node: String,
        /// Of what.
        what: &'static str,
        /// One.
        left: i64,
        /// The other.
        right: i64,
    },
    /// A number that a node is given, as an attribute or a constant input, makes no sense where it stands.
    #[error("node {node}: `{name}` is {value}, not {expected}")]
    Setting {
        /// The node's label.
        node: String,
        /// The attribute or input.
        name: &'static str,
        /// The number.
        value: i64,
        /// What it should be.
        expected: &'static str,
    },
    /// What a graph declares of a value contradicts what follows from the nodes before.
    #[error("value `{value}` is declared as {declared} and is {inferred}")]
    Declared {
        /// The value.
        value: String,
        /// What is declared.
        declared: String,
        /// What follows.
        inferred: String,
    },
    /// An extent is named that no input has.
    #[error("no input has an extent called `{symbol}`")]
    UnknownSymbol {
        /// The name.
        symbol: String,
    },
    /// A value is named that is neither an input nor an output of the graph.
    #[error("the graph has no input or output `{value}`")]
    UnknownValue {
        /// The name.
        value: String,
    },
    /// What a pass proposes does not make a sound model of the same kind.
    #[error("pass `{pass}`")]
    Pass {
        /// The name of the pass.
        pass: &'static str,
        /// The reason.
        source: Box<OnnxError>,
    },
    /// Passes keep on changing a model.
    #[error("after {rounds} rounds pass `{pass}` still finds something to change")]
    Unsettled {
        /// The name of the last pass that changed something.
        pass: &'static str,
        /// How many rounds were made.
        rounds: usize,
    },
    /// A node cannot be written for another version of ONNX's own operators.
    #[error("node {node}: not possible in operator set {opset}: {reason}")]
    Conversion {
        /// The node's label.
        node: String,
        /// The version, on the way from the model's to the one that was asked for.
        opset: i64,
        /// What cannot be expressed.
        reason: &'static str,
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

/// Displays a range of counts.
struct Range(usize, usize);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(min, max) = self;
        match *max {
            max if max == *min => write!(f, "{min}"),
            usize::MAX => write!(f, "{min} or more"),
            max => write!(f, "{min} to {max}"),
        }
    }
}
