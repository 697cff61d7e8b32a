use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use emo_tensor::Tensor;
use prost::{Message, bytes::Bytes};

use crate::{
    Function, Graph, Node, OnnxError, OpaqueTensor, attribute,
    check::{self, Role},
    external::Files,
    function, limits,
    opaque::OpaqueTensorProto,
    outline::Outline,
    proto::{
        GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
    },
    structure, tensor, value_info,
};

/// What a file holds.
pub(crate) struct Contents {
    pub(crate) graph: Graph,
    pub(crate) opset: i64,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) functions: Vec<Function>,
    /// The message without what the other fields hold: a template of how the file spells it.
    pub(crate) template: ModelProto,
}

/// Reads and checks a model.
///
/// Each tensor's elements are copied once, from these bytes, which are given back to the system behind the last one.
pub(crate) fn read(bytes: Cow<'_, [u8]>, files: &mut Files<'_>) -> Result<Contents, OnnxError> {
    read_with(bytes, files, |_| Some(BTreeMap::new()))
}

/// Reads and checks the model in a file, with only its outline in memory at once beside the tensors themselves.
///
/// `None` for any fault, and where this is no gain: what [`read`] says of the whole file then counts.
pub(crate) fn read_outline(path: &Path, files: &mut Files<'_>) -> Option<Contents> {
    let mut outline = Outline::read(path)?;
    let bytes = std::mem::take(&mut outline.bytes);
    read_with(bytes.into(), files, |initializers| {
        outline.tensors(initializers)
    })
    .ok()
}

/// Reads a model of which `tensors` gives some initializers by their numbers, or `None` if it cannot.
fn read_with(
    bytes: Cow<'_, [u8]>,
    files: &mut Files<'_>,
    tensors: impl FnOnce(&[TensorProto]) -> Option<BTreeMap<usize, Tensor>>,
) -> Result<Contents, OnnxError> {
    structure::check(&bytes)?;
    let bytes = Bytes::from(bytes.into_owned());
    let mut template = ModelProto::decode(bytes).map_err(|error| OnnxError::Protobuf {
        source: Box::new(error),
    })?;
    if !limits::IR_VERSIONS.contains(&template.ir_version()) {
        return Err(OnnxError::IrVersion {
            actual: template.ir_version(),
            min: *limits::IR_VERSIONS.start(),
            max: *limits::IR_VERSIONS.end(),
        });
    }
    let opset = opset(&template.opset_import)?;
    let metadata = metadata(&template.metadata_props)?;
    let functions = function::decode_all(&mut template.functions, files)?;
    for training in &mut template.training_info {
        let graphs = [&mut training.initialization, &mut training.algorithm];
        for graph in graphs.into_iter().flatten() {
            check_kept(graph)?;
        }
    }
    let proto = template.graph.as_mut().ok_or_else(|| OnnxError::Missing {
        place: "the model".to_owned(),
        what: "graph",
    })?;
    let tensors = tensors(&proto.initializer).ok_or_else(|| OnnxError::Missing {
        place: "the model".to_owned(),
        what: "elements of an initializer",
    })?;
    let graph = check::checked(graph_with(proto, files, tensors)?, Role::Model)?;
    let imported = imported(&template.opset_import);
    check_domains(&graph, &|domain| imported.contains(domain))?;
    Ok(Contents {
        graph,
        opset,
        metadata,
        functions,
        template,
    })
}

/// The domains whose operators a model or a function uses, ONNX's own by its short name.
pub(crate) fn imported(imports: &[OperatorSetIdProto]) -> BTreeSet<&str> {
    // Collecting a set sorts what it is made of first: a sort for each type, in programs that need no other.
    let mut domains = BTreeSet::new();
    domains.extend(imports.iter().map(|import| match import.domain() {
        domain if is_default_domain(domain) => "",
        domain => domain,
    }));
    domains
}

/// Checks that the operator of every node, of subgraphs too, is of a domain that is imported.
pub(crate) fn check_domains(
    graph: &Graph,
    is_imported: &dyn Fn(&str) -> bool,
) -> Result<(), OnnxError> {
    for node in &graph.nodes {
        if !is_imported(&node.domain) {
            return Err(OnnxError::Domain {
                node: node.label(),
                domain: node.domain.clone(),
            });
        }
        for subgraph in node.subgraphs() {
            check_domains(subgraph, is_imported)?;
        }
    }
    Ok(())
}

/// Checks a version of ONNX's own operators.
pub(crate) fn check_opset(version: i64) -> Result<i64, OnnxError> {
    if limits::OPSETS.contains(&version) {
        return Ok(version);
    }
    Err(OnnxError::Opset {
        actual: version,
        min: *limits::OPSETS.start(),
        max: *limits::OPSETS.end(),
    })
}

/// Checks that what the operators mean in this version is known; 0 stands for none of them.
pub(crate) fn check_known_opset(version: i64) -> Result<i64, OnnxError> {
    if version == 0 || limits::KNOWN_OPSETS.contains(&version) {
        return Ok(version);
    }
    Err(OnnxError::Opset {
        actual: version,
        min: *limits::KNOWN_OPSETS.start(),
        max: *limits::KNOWN_OPSETS.end(),
    })
}

/// Whether `domain` is ONNX's own, which has two names.
pub(crate) fn is_default_domain(domain: &str) -> bool {
    ["", "ai.onnx"].contains(&domain)
}

/// The version of ONNX's own operators, or 0 where only those of other domains are imported.
fn opset(imports: &[OperatorSetIdProto]) -> Result<i64, OnnxError> {
    let mut own = 0;
    let mut seen = BTreeSet::new();
    for import in imports {
        let is_default = is_default_domain(import.domain());
        let domain = if is_default { "" } else { import.domain() };
        if !seen.insert(domain) {
            return Err(duplicate("the model", "imported operator set", domain));
        }
        if is_default {
            own = check_opset(import.version())?;
        }
    }
    if seen.is_empty() {
        return Err(OnnxError::Missing {
            place: "the model".to_owned(),
            what: "imported operator set",
        });
    }
    Ok(own)
}

fn metadata(entries: &[StringStringEntryProto]) -> Result<BTreeMap<String, String>, OnnxError> {
    let mut metadata = BTreeMap::new();
    for entry in entries {
        let value = entry.value().to_owned();
        if metadata.insert(entry.key().to_owned(), value).is_some() {
            return Err(duplicate("the model", "metadata entry", entry.key()));
        }
    }
    Ok(metadata)
}

/// Takes the graph out of `proto`, which is left as a template.
pub(crate) fn graph(proto: &mut GraphProto, files: &mut Files<'_>) -> Result<Graph, OnnxError> {
    graph_with(proto, files, BTreeMap::new())
}

/// As [`graph`], with some initializers that are known already, by their numbers.
fn graph_with(
    proto: &mut GraphProto,
    files: &mut Files<'_>,
    mut tensors: BTreeMap<usize, Tensor>,
) -> Result<Graph, OnnxError> {
    let mut graph = Graph {
        name: proto.name().to_owned(),
        ..Graph::default()
    };
    for (number, constant) in proto.initializer.iter_mut().enumerate() {
        let name = constant.name().to_owned();
        let place = format!("initializer `{name}`");
        let value = match tensors.remove(&number) {
            Some(tensor) => Some(tensor),
            None => tensor::decode(constant, &place, files)?,
        };
        let former = match value {
            Some(value) => graph.initializers.insert(name.clone(), value).is_some(),
            None => {
                let kept = OpaqueTensorProto::Dense(Box::new(std::mem::take(constant)));
                constant.name = Some(name.clone());
                let kept = OpaqueTensor(kept);
                graph
                    .opaque_initializers
                    .insert(name.clone(), kept)
                    .is_some()
            }
        };
        if former {
            return Err(duplicate("the graph", "initializer", &name));
        }
    }
    for constant in &mut proto.sparse_initializer {
        let name = constant.values.as_ref().map_or("", |values| values.name());
        let name = name.to_owned();
        tensor::check_sparse(constant, &format!("initializer `{name}`"), files)?;
        let kept = OpaqueTensorProto::Sparse(Box::new(std::mem::take(constant)));
        // What is left in the template is the name.
        constant.values.get_or_insert_default().name = Some(name.clone());
        let former = graph
            .opaque_initializers
            .insert(name.clone(), OpaqueTensor(kept));
        if former.is_some() {
            return Err(duplicate("the graph", "initializer", &name));
        }
    }
    if let Some(name) = graph
        .opaque_initializers
        .keys()
        .find(|name| graph.initializers.contains_key(*name))
    {
        return Err(duplicate("the graph", "initializer", name));
    }
    for input in &proto.input {
        if !graph.is_initializer(input.name()) {
            graph.inputs.push(value_info::decode(input, "input")?);
        }
    }
    for output in &proto.output {
        graph.outputs.push(value_info::decode(output, "output")?);
    }
    for info in &proto.value_info {
        graph.value_infos.push(value_info::decode(info, "value")?);
    }
    for proto in &mut proto.node {
        graph.nodes.push(node(proto, files)?);
    }
    Ok(graph)
}

/// Takes a node out of `proto`, which is left as a template.
pub(crate) fn node(proto: &mut NodeProto, files: &mut Files<'_>) -> Result<Node, OnnxError> {
    let domain = proto.domain();
    let mut node = Node {
        name: proto.name().to_owned(),
        op_type: proto.op_type().to_owned(),
        domain: if is_default_domain(domain) {
            ""
        } else {
            domain
        }
        .to_owned(),
        overload: proto.overload().to_owned(),
        inputs: proto.input.clone(),
        outputs: proto.output.clone(),
        attributes: BTreeMap::new(),
    };
    let label = node.label();
    for attribute in &mut proto.attribute {
        let value = attribute::decode(attribute, &label, files)?;
        let name = attribute.name().to_owned();
        if node.attributes.insert(name, value).is_some() {
            let place = format!("node {label}");
            return Err(duplicate(&place, "attribute", attribute.name()));
        }
    }
    Ok(node)
}

/// Checks the tensors of a graph that is kept as it stands and not interpreted.
fn check_kept(proto: &mut GraphProto) -> Result<(), OnnxError> {
    let mut files = Files::none();
    // Decoding takes the payloads out of what it reads.
    graph(&mut proto.clone(), &mut files).map(|_| ())
}

fn duplicate(place: &str, what: &'static str, name: &str) -> OnnxError {
    OnnxError::Duplicate {
        place: place.to_owned(),
        what,
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
