use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use emo_tensor::Tensor;

use crate::{
    Attribute, Function, Graph, Node, ValueInfo, attribute, function,
    graph::present,
    opaque::OpaqueTensorProto,
    proto::{
        AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, SparseTensorProto,
        StringStringEntryProto, TensorProto, ValueInfoProto,
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
    functions: &[Function],
    template: &ModelProto,
) -> ModelProto {
    let mut imports = template.opset_import.clone();
    let own = imports
        .iter_mut()
        .find(|import| is_default_domain(import.domain()));
    match own {
        Some(import) => import.version = Some(opset),
        // Of operators of its own a model may have none.
        None if opset == 0 => {}
        None => imports.push(OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(opset),
        }),
    }
    ModelProto {
        opset_import: imports,
        metadata_props: write_metadata(metadata, &template.metadata_props),
        functions: functions.iter().map(function::encode).collect(),
        graph: Some(write_graph(graph, template.graph.as_ref())),
        ir_version: template.ir_version,
        producer_name: template.producer_name.clone(),
        producer_version: template.producer_version.clone(),
        domain: template.domain.clone(),
        model_version: template.model_version,
        doc_string: template.doc_string.clone(),
        training_info: template.training_info.clone(),
        configuration: template.configuration.clone(),
    }
}

/// The file format's version that came with a version of ONNX's own operators, but at least 4: before that
/// every initializer had to be an input as well. From `VERSION_TABLE` of the Python package `onnx` 1.23.2.
pub(crate) fn ir_version(opset: i64) -> i64 {
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

/// Writes a graph in the form that `template` has.
pub(crate) fn write_graph(graph: &Graph, template: Option<&GraphProto>) -> GraphProto {
    let empty = GraphProto::default();
    let template = template.unwrap_or(&empty);
    let (initializer, sparse_initializer) = write_initializers(graph, template);
    GraphProto {
        node: write_nodes(&graph.nodes, &template.node),
        name: text(&graph.name, template.name.as_ref()),
        initializer,
        sparse_initializer,
        input: write_inputs(graph, &template.input),
        output: write_infos(&graph.outputs, &template.output),
        value_info: write_infos(&graph.value_infos, &template.value_info),
        doc_string: template.doc_string.clone(),
        quantization_annotation: template.quantization_annotation.clone(),
        metadata_props: template.metadata_props.clone(),
    }
}

pub(crate) fn write_nodes(nodes: &[Node], templates: &[NodeProto]) -> Vec<NodeProto> {
    let mut by_key: BTreeMap<_, VecDeque<_>> = BTreeMap::new();
    for node in templates {
        by_key
            .entry(template_key(node))
            .or_default()
            .push_back(node);
    }
    nodes
        .iter()
        .map(|node| {
            let templates = by_key.get_mut(&node_key(node));
            write_node(node, templates.and_then(VecDeque::pop_front))
        })
        .collect()
}

/// By what a node is found again: the first value that it writes, which no other node does, or where it writes
/// none its name, its operator and what it reads.
type Key<'a> = (&'a str, [&'a str; 3], &'a [String]);

fn node_key(node: &Node) -> Key<'_> {
    match present(&node.outputs).next() {
        Some(output) => (output, [""; 3], &[]),
        None => ("", [&node.name, &node.op_type, &node.domain], &node.inputs),
    }
}

fn template_key(node: &NodeProto) -> Key<'_> {
    let domain = match node.domain() {
        domain if is_default_domain(domain) => "",
        domain => domain,
    };
    match present(&node.output).next() {
        Some(output) => (output, [""; 3], &[]),
        None => ("", [node.name(), node.op_type(), domain], &node.input),
    }
}

/// Writes the constants: those with all their elements and the sparse ones.
fn write_initializers(
    graph: &Graph,
    template: &GraphProto,
) -> (Vec<TensorProto>, Vec<SparseTensorProto>) {
    enum Constant<'a> {
        Known(&'a Tensor),
        Dense(&'a TensorProto),
    }
    let mut dense: BTreeMap<&str, Constant<'_>> = graph
        .initializers
        .iter()
        .map(|(name, value)| (name.as_str(), Constant::Known(value)))
        .collect();
    let mut sparse = BTreeMap::new();
    for (name, value) in &graph.opaque_initializers {
        match &value.0 {
            OpaqueTensorProto::Dense(proto) => {
                dense.insert(name, Constant::Dense(proto));
            }
            OpaqueTensorProto::Sparse(proto) => {
                sparse.insert(name.as_str(), &**proto);
            }
        }
    }
    let templates: BTreeMap<_, _> = template
        .initializer
        .iter()
        .map(|constant| (constant.name(), constant))
        .collect();
    let names = template.initializer.iter().map(TensorProto::name);
    let dense = in_order(&dense, names)
        .into_iter()
        .map(|(name, value)| TensorProto {
            name: Some((*name).to_owned()),
            ..match value {
                Constant::Known(value) => tensor::encode(value, templates.get(name).copied()),
                Constant::Dense(proto) => (*proto).clone(),
            }
        })
        .collect();
    let names = template.sparse_initializer.iter().filter_map(sparse_name);
    let sparse = in_order(&sparse, names)
        .into_iter()
        .map(|(name, proto)| {
            let mut proto = (*proto).clone();
            // Its values bear the name, and may have another since they were read.
            if let Some(values) = &mut proto.values
                && values.name() != *name
            {
                values.name = Some((*name).to_owned());
            }
            proto
        })
        .collect();
    (dense, sparse)
}

fn sparse_name(proto: &SparseTensorProto) -> Option<&str> {
    proto.values.as_ref().map(TensorProto::name)
}

/// Writes the inputs; constants that the template lists among them keep their places there.
fn write_inputs(graph: &Graph, template: &[ValueInfoProto]) -> Vec<ValueInfoProto> {
    let mut inputs = graph.inputs.iter();
    let mut written = Vec::new();
    for template in template {
        if graph.is_initializer(template.name()) {
            written.push(template.clone());
        } else if let Some(info) = inputs.next() {
            written.push(value_info::encode(info, Some(template)));
        }
    }
    written.extend(inputs.map(|info: &ValueInfo| value_info::encode(info, None)));
    written
}

/// Writes declarations, each in the form of that at its place in the template or else of that of its name.
pub(crate) fn write_infos(infos: &[ValueInfo], template: &[ValueInfoProto]) -> Vec<ValueInfoProto> {
    let by_name: BTreeMap<_, _> = template.iter().map(|info| (info.name(), info)).collect();
    infos
        .iter()
        .enumerate()
        .map(|(index, info)| {
            let same_place = template.get(index).filter(|t| t.name() == info.name);
            let same_name = || by_name.get(info.name.as_str()).copied();
            value_info::encode(info, same_place.or_else(same_name))
        })
        .collect()
}

fn write_node(node: &Node, template: Option<&NodeProto>) -> NodeProto {
    let domain = template.and_then(|template| template.domain.as_ref());
    let is_alias = node.domain.is_empty() && domain.is_some_and(|domain| is_default_domain(domain));
    let overload = template.and_then(|node| node.overload.as_ref());
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
        overload: text(&node.overload, overload),
        attribute: write_attributes(
            &node.attributes,
            template.map_or(&[][..], |template| &template.attribute),
        ),
        doc_string: template.and_then(|node| node.doc_string.clone()),
        metadata_props: template.map_or_else(Vec::new, |node| node.metadata_props.clone()),
        device_configurations: template
            .map_or_else(Vec::new, |node| node.device_configurations.clone()),
    }
}

pub(crate) fn write_attributes(
    attributes: &BTreeMap<String, Attribute>,
    template: &[AttributeProto],
) -> Vec<AttributeProto> {
    let names = template.iter().map(|attribute| attribute.name());
    let templates: BTreeMap<_, _> = template
        .iter()
        .map(|attribute| (attribute.name(), attribute))
        .collect();
    in_order(attributes, names)
        .into_iter()
        .map(|(name, value)| attribute::encode(name, value, templates.get(name.as_str()).copied()))
        .collect()
}

/// A text that may be absent where it is empty, and then is so unless the template has it.
fn text(text: &str, template: Option<&String>) -> Option<String> {
    (!text.is_empty() || template.is_some()).then(|| text.to_owned())
}

/// The entries of `map`: those in `first` in that order, then the others.
fn in_order<'m, 'n, K: Ord + Borrow<str>, V>(
    map: &'m BTreeMap<K, V>,
    first: impl Iterator<Item = &'n str>,
) -> Vec<(&'m K, &'m V)> {
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
