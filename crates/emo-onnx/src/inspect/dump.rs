use std::fmt::{self, Write as _};

use emo_tensor::Tensor;

use crate::{Attribute, Graph, Model, Node, ValueInfo, tensor};

impl Model {
    /// The model as text for people: what goes in and out, the constants by name, the nodes in the order in which
    /// they run, with the types that can be inferred.
    ///
    /// The same model gives the same text, so that texts can be compared line by line. Constants of more than 8
    /// elements are told by their least and greatest element and a number that changes with any bit.
    pub fn dump(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write_dump(&mut text);
        text
    }

    fn write_dump(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "graph {}", quoted(self.graph().name()))?;
        for (domain, version) in self.imports() {
            let domain = if domain.is_empty() { "onnx" } else { domain };
            writeln!(out, "opset {} {version}", domain.escape_debug())?;
        }
        for (key, value) in self.metadata() {
            writeln!(out, "metadata {} = {}", quoted(key), quoted(value))?;
        }
        for function in self.functions() {
            writeln!(
                out,
                "function {}.{}",
                function.domain().escape_debug(),
                function.name().escape_debug()
            )?;
            write_graph(function.body(), &|_| None, 1, out)?;
        }
        let inference = self.infer().ok();
        let type_of = |name: &str| {
            let value = inference.as_ref()?.value(name)?;
            Some(value.to_string())
        };
        write_graph(self.graph(), &type_of, 0, out)
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

fn write_graph(
    graph: &Graph,
    type_of: &dyn Fn(&str) -> Option<String>,
    depth: usize,
    out: &mut String,
) -> fmt::Result {
    let indent = "  ".repeat(depth);
    let declared = |info: &ValueInfo| {
        format!("{}: {}", info.name.escape_debug(), info.value_type).escape_debug_lines()
    };
    for info in graph.inputs() {
        writeln!(out, "{indent}input {}", declared(info))?;
    }
    for (name, constant) in graph.initializers() {
        writeln!(
            out,
            "{indent}constant {}: {}",
            name.escape_debug(),
            content(constant)
        )?;
    }
    for (name, constant) in graph.opaque_initializers() {
        let shape = constant.shape();
        writeln!(
            out,
            "{indent}constant {}: {constant} {shape:?}",
            name.escape_debug()
        )?;
    }
    for node in graph.nodes() {
        writeln!(out, "{indent}{}", line(node, type_of))?;
        for subgraph in node.subgraphs() {
            writeln!(out, "{indent}  subgraph {}", quoted(subgraph.name()))?;
            write_graph(subgraph, &|_| None, depth + 2, out)?;
        }
    }
    for info in graph.outputs() {
        writeln!(out, "{indent}output {}", declared(info))?;
    }
    Ok(())
}

/// Keeps a text on one line.
trait EscapeLines {
    fn escape_debug_lines(self) -> String;
}

impl EscapeLines for String {
    fn escape_debug_lines(self) -> String {
        self.replace('\n', "\\n").replace('\r', "\\r")
    }
}

/// A node on one line: what it writes, its operator, what it reads, its attributes, and the types of what it writes.
pub(super) fn line(node: &Node, type_of: &dyn Fn(&str) -> Option<String>) -> String {
    let names = |names: &[String]| {
        let shown: Vec<String> = names
            .iter()
            .map(|name| match name.as_str() {
                "" => "_".to_owned(),
                name => name.escape_debug().to_string(),
            })
            .collect();
        shown.join(", ")
    };
    let mut text = format!("{} = ", names(&node.outputs));
    if !node.domain.is_empty() {
        let _ = write!(text, "{}.", node.domain.escape_debug());
    }
    let _ = write!(
        text,
        "{}({})",
        node.op_type.escape_debug(),
        names(&node.inputs)
    );
    if !node.attributes.is_empty() {
        let attributes: Vec<String> = node
            .attributes
            .iter()
            .map(|(name, value)| format!("{}={}", name.escape_debug(), attribute(value)))
            .collect();
        let _ = write!(text, " {{{}}}", attributes.join(", "));
    }
    let types: Vec<String> = node
        .outputs
        .iter()
        .filter_map(|name| type_of(name))
        .collect();
    if !types.is_empty() {
        let _ = write!(text, ": {}", types.join(", "));
    }
    text.escape_debug_lines()
}

pub(super) fn attribute(value: &Attribute) -> String {
    match value {
        Attribute::Float(value) => value.to_string(),
        Attribute::Int(value) => value.to_string(),
        Attribute::String(text) => quoted(text),
        Attribute::Tensor(tensor) => content(tensor),
        Attribute::Floats(values) => format!("{values:?}"),
        Attribute::Ints(values) => format!("{values:?}"),
        Attribute::Strings(texts) => format!("{texts:?}"),
        Attribute::Tensors(tensors) => {
            let shown: Vec<String> = tensors.iter().map(content).collect();
            format!("[{}]", shown.join(", "))
        }
        Attribute::Graph(graph) => format!("graph {}", quoted(graph.name())),
        Attribute::Graphs(graphs) => format!("{} graphs", graphs.len()),
        Attribute::Opaque(opaque) => opaque.to_string(),
    }
}

/// The most elements of a constant that are shown.
const SHOWN: usize = 8;

/// Type and elements of a constant.
pub(super) fn content(tensor: &Tensor) -> String {
    let shape = tensor.shape();
    let element_type = tensor.element_type();
    let elements = super::diff::numbers(tensor);
    if tensor.len() <= SHOWN {
        let shown: Vec<String> = elements.map(|value| value.to_string()).collect();
        return format!("{element_type}{shape:?} = [{}]", shown.join(", "));
    }
    let (low, high) = elements.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let hash = hash(tensor);
    format!("{element_type}{shape:?} from {low} to {high}, {hash:016x}")
}

/// A number that differs where any bit of the elements does, but for rare coincidences: FNV-1a.
///
/// # References
/// G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, T. Hansen, "The FNV Non-Cryptographic Hash Algorithm",
/// draft-eastlake-fnv.
fn hash(constant: &Tensor) -> u64 {
    let bytes = tensor::encode(constant, None).raw_data.unwrap_or_default();
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
