use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Graph, Node, ValueInfo, attribute,
    proto::{
        GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
        ValueInfoProto,
    },
    reader::is_default_domain,
    tensor, value_info,
};

/// The frame of a model that was not read from a file.
pub(crate) fn new_template(opset: i64) -> ModelProto {
    ModelProto {
        ir_version: Some(ir_version(opset)),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(opset),
        }],
        producer_name: Some(env!("CARGO_PKG_NAME").to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..ModelProto::default()
    }
}

/// Writes a model in the form that `template` has, and what that lacks in the order of the names.
pub(crate) fn write(
    graph: &Graph,
    opset: i64,
    metadata: &BTreeMap<String, String>,
    template: &ModelProto,
) -> ModelProto {
    let mut proto = template.clone();
    for import in &mut proto.opset_import {
        if is_default_domain(import.domain()) {
            import.version = Some(opset);
        }
    }
    proto.metadata_props = write_metadata(metadata, &template.metadata_props);
    proto.graph = Some(write_graph(
        graph,
        &template.graph.clone().unwrap_or_default(),
    ));
    proto
}

/// The file format's version that came with a version of ONNX's own operators, but at least 4: before that
/// every initializer had to be an input as well. From `VERSION_TABLE` of the Python package `onnx` 1.23.2.
fn ir_version(opset: i64) -> i64 {
    match opset {
        ..=9 => 4,
        10 => 5,
        11 => 6,
        12..=14 => 7,
        15..=18 => 8,
        19..=20 => 9,
        21..=22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    }
}

fn write_metadata(
    metadata: &BTreeMap<String, String>,
    template: &[StringStringEntryProto],
) -> Vec<StringStringEntryProto> {
    let names = in_order(metadata, template.iter().map(|entry| entry.key()));
    let templates: BTreeMap<_, _> = template.iter().map(|entry| (entry.key(), entry)).collect();
    names
        .into_iter()
        .map(|(key, value)| {
            let template = templates.get(key.as_str());
            let present = |field: Option<&Option<String>>, text: &str| match field {
                Some(None) if text.is_empty() => None,
                _ => Some(text.to_owned()),
            };
            StringStringEntryProto {
                key: present(template.map(|entry| &entry.key), key),
                value: present(template.map(|entry| &entry.value), value),
            }
        })
        .collect()
}

fn write_graph(graph: &Graph, template: &GraphProto) -> GraphProto {
    let nodes = template.node.iter();
    let nodes: BTreeMap<_, _> = nodes
        .filter_map(|node| Some((key(&node.output)?, node)))
        .collect();
    let constants = template.initializer.iter();
    let constants: BTreeMap<_, _> = constants
        .map(|constant| (constant.name(), constant))
        .collect();
    let names = template.initializer.iter().map(TensorProto::name);
    GraphProto {
        node: graph
            .nodes
            .iter()
            .map(|node| {
                let template = key(&node.outputs).and_then(|key| nodes.get(key));
                write_node(node, template.copied())
            })
            .collect(),
        name: text(&graph.name, template.name.as_ref()),
        initializer: in_order(&graph.initializers, names)
            .into_iter()
            .map(|(name, value)| TensorProto {
                name: Some(name.clone()),
                ..tensor::encode(value, constants.get(name.as_str()).copied())
            })
            .collect(),
        input: write_inputs(graph, &template.input),
        output: graph
            .outputs
            .iter()
            .enumerate()
            .map(|(index, info)| value_info::encode(info, template.output.get(index)))
            .collect(),
        ..template.clone()
    }
}

/// Writes the inputs; constants that the template lists among them keep their places there.
fn write_inputs(graph: &Graph, template: &[ValueInfoProto]) -> Vec<ValueInfoProto> {
    let mut inputs = graph.inputs.iter();
    let mut written = Vec::new();
    for template in template {
        if graph.initializers.contains_key(template.name()) {
            written.push(template.clone());
        } else if let Some(info) = inputs.next() {
            written.push(value_info::encode(info, Some(template)));
        }
    }
    written.extend(inputs.map(|info: &ValueInfo| value_info::encode(info, None)));
    written
}

fn write_node(node: &Node, template: Option<&NodeProto>) -> NodeProto {
    let attributes = template.map_or(&[][..], |template| &template.attribute);
    let names = attributes.iter().map(|attribute| attribute.name());
    let templates: BTreeMap<_, _> = attributes
        .iter()
        .map(|attribute| (attribute.name(), attribute))
        .collect();
    let domain = template.and_then(|template| template.domain.as_ref());
    let is_alias = node.domain.is_empty() && domain.is_some_and(|domain| is_default_domain(domain));
    NodeProto {
        input: node.inputs.clone(),
        output: node.outputs.clone(),
        name: text(&node.name, template.and_then(|node| node.name.as_ref())),
        op_type: Some(node.op_type.clone()),
        domain: if is_alias {
            domain.cloned()
        } else {
            text(&node.domain, None)
        },
        attribute: in_order(&node.attributes, names)
            .into_iter()
            .map(|(name, value)| {
                attribute::encode(name, value, templates.get(name.as_str()).copied())
            })
            .collect(),
        ..template.cloned().unwrap_or_default()
    }
}

/// By what a node is found again: the first value that it writes, which no other node does.
fn key(outputs: &[String]) -> Option<&str> {
    let mut names = outputs.iter().map(String::as_str);
    names.find(|name| !name.is_empty())
}

/// A text that may be absent where it is empty, and then is so unless the template has it.
fn text(text: &str, template: Option<&String>) -> Option<String> {
    (!text.is_empty() || template.is_some()).then(|| text.to_owned())
}

/// The entries of `map`: those in `first` in that order, then the others.
fn in_order<'m, 'n, V>(
    map: &'m BTreeMap<String, V>,
    first: impl Iterator<Item = &'n str>,
) -> Vec<(&'m String, &'m V)> {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for name in first {
        if let Some((name, value)) = map.get_key_value(name)
            && seen.insert(name)
        {
            entries.push((name, value));
        }
    }
    entries.extend(map.iter().filter(|(name, _)| !seen.contains(name)));
    entries
}

#[cfg(test)]
mod tests;
