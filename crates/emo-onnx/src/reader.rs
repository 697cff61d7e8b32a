use std::collections::{BTreeMap, BTreeSet};

use prost::Message;

use crate::{
    Graph, Node, OnnxError, attribute, check, limits,
    proto::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto},
    structure, tensor, value_info,
};

/// What a file holds.
pub(crate) struct Contents {
    pub(crate) graph: Graph,
    pub(crate) opset: i64,
    pub(crate) metadata: BTreeMap<String, String>,
    /// The message without what the other fields hold: a template of how the file spells it.
    pub(crate) template: ModelProto,
}

/// Reads and checks a model.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, OnnxError> {
    structure::check(bytes)?;
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
    let unsupported = [
        (template.functions.is_empty(), "a function of its own"),
        (template.training_info.is_empty(), "training information"),
    ];
    for (absent, what) in unsupported {
        if !absent {
            return Err(OnnxError::Unsupported {
                place: "the model".to_owned(),
                what,
            });
        }
    }
    let opset = opset(&template.opset_import)?;
    let metadata = metadata(&template.metadata_props)?;
    let proto = template.graph.as_mut().ok_or_else(|| OnnxError::Missing {
        place: "the model".to_owned(),
        what: "graph",
    })?;
    let graph = check::checked(graph(proto)?)?;
    let domains = template.opset_import.iter().map(|import| import.domain());
    check_domains(&graph, &domains.collect())?;
    Ok(Contents {
        graph,
        opset,
        metadata,
        template,
    })
}

/// Checks that every node's operator is of ONNX's own domain or of one of `imported`.
pub(crate) fn check_domains(graph: &Graph, imported: &BTreeSet<&str>) -> Result<(), OnnxError> {
    let unknown = |node: &&Node| !node.domain.is_empty() && !imported.contains(&*node.domain);
    match graph.nodes.iter().find(unknown) {
        None => Ok(()),
        Some(node) => Err(OnnxError::Domain {
            node: node.label(),
            domain: node.domain.clone(),
        }),
    }
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

/// Whether `domain` is ONNX's own, which has two names.
pub(crate) fn is_default_domain(domain: &str) -> bool {
    ["", "ai.onnx"].contains(&domain)
}

fn opset(imports: &[OperatorSetIdProto]) -> Result<i64, OnnxError> {
    let mut own = None;
    let mut seen = BTreeSet::new();
    for import in imports {
        let is_default = is_default_domain(import.domain());
        let domain = if is_default { "" } else { import.domain() };
        if !seen.insert(domain) {
            return Err(duplicate("the model", "imported operator set", domain));
        }
        if is_default {
            own = Some(check_opset(import.version())?);
        }
    }
    own.ok_or_else(|| OnnxError::Missing {
        place: "the model".to_owned(),
        what: "version of ONNX's own operators",
    })
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
fn graph(proto: &mut GraphProto) -> Result<Graph, OnnxError> {
    if let Some(sparse) = proto.sparse_initializer.first() {
        let name = sparse.values.as_ref().map_or("", |values| values.name());
        return Err(OnnxError::Unsupported {
            place: format!("initializer `{name}`"),
            what: "a sparse tensor",
        });
    }
    let mut initializers = BTreeMap::new();
    for constant in &mut proto.initializer {
        let name = constant.name().to_owned();
        let value = tensor::decode(constant, &format!("initializer `{name}`"))?;
        if initializers.insert(name, value).is_some() {
            return Err(duplicate("the graph", "initializer", constant.name()));
        }
    }
    let inputs = proto
        .input
        .iter()
        .filter(|input| !initializers.contains_key(input.name()))
        .map(|input| value_info::decode(input, "input"))
        .collect::<Result<_, _>>()?;
    let outputs = proto
        .output
        .iter()
        .map(|output| value_info::decode(output, "output"))
        .collect::<Result<_, _>>()?;
    Ok(Graph {
        name: proto.name().to_owned(),
        nodes: proto.node.iter_mut().map(node).collect::<Result<_, _>>()?,
        inputs,
        outputs,
        initializers,
    })
}

/// Takes a node out of `proto`, which is left as a template.
fn node(proto: &mut NodeProto) -> Result<Node, OnnxError> {
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
        inputs: proto.input.clone(),
        outputs: proto.output.clone(),
        attributes: BTreeMap::new(),
    };
    let label = node.label();
    if !proto.overload().is_empty() {
        return Err(OnnxError::Unsupported {
            place: format!("node {label}"),
            what: "an overload of a function",
        });
    }
    for attribute in &mut proto.attribute {
        let value = attribute::decode(attribute, &label)?;
        let name = attribute.name().to_owned();
        if node.attributes.insert(name, value).is_some() {
            let place = format!("node {label}");
            return Err(duplicate(&place, "attribute", attribute.name()));
        }
    }
    Ok(node)
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
