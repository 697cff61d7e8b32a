//! The order of the axes in which pictures and signals come in.

use std::collections::BTreeSet;

use crate::{
    Attribute, Dim, Graph, Model, Node, OnnxError, ValueInfo, ValueType,
    optimize::{collect_names, fresh_name},
    passes::{CleanTransposes, RemoveNoOps, RemoveUnused},
};

/// Where the channels of an input or output stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channels {
    First,
    Last,
}

impl Model {
    /// Lets the inputs and outputs `values`, which are `[batch, channels, …]` as ONNX has it, be
    /// `[batch, …, channels]`: NCHW becomes NHWC, and with one spatial axis NCW becomes NWC.
    ///
    /// The model then expects and gives the same numbers in the other order. `Transpose` nodes stand between, and
    /// those that this makes meet are removed ([`CleanTransposes`]); ONNX's convolutions and pools themselves know
    /// only channels that come first.
    ///
    /// # Errors
    /// [`OnnxError::UnknownValue`] for a name that is no input or output, [`OnnxError::Unsupported`] for one
    /// without a known number of axes or with fewer than 3, and those of [`optimize`](Model::optimize). The model is
    /// then as it was before.
    pub fn to_nhwc(&mut self, values: &[&str]) -> Result<(), OnnxError> {
        self.move_channels(values, Channels::Last)
    }

    /// Lets the inputs and outputs `values`, which are `[batch, …, channels]`, be `[batch, channels, …]`: NHWC
    /// becomes NCHW. Models from TensorFlow lose their transpositions that way.
    ///
    /// # Errors
    /// As [`to_nhwc`](Self::to_nhwc).
    pub fn to_nchw(&mut self, values: &[&str]) -> Result<(), OnnxError> {
        self.move_channels(values, Channels::First)
    }

    fn move_channels(&mut self, values: &[&str], to: Channels) -> Result<(), OnnxError> {
        let mut graph = self.graph().clone();
        for &name in values {
            let is_input = graph.inputs.iter().any(|info| info.name == name);
            let is_output = graph.outputs.iter().any(|info| info.name == name);
            if !is_input && !is_output {
                return Err(OnnxError::UnknownValue {
                    value: name.to_owned(),
                });
            }
            if is_input && is_output {
                return Err(OnnxError::Unsupported {
                    place: format!("value `{name}`"),
                    what: "another layout of an input that is an output",
                });
            }
            if is_input {
                turn_input(&mut graph, name, to)?;
            } else {
                turn_output(&mut graph, name, to)?;
            }
        }
        // Declarations of the values that took on other names follow from the rest.
        graph.value_infos.clear();
        let mut model = self.with_graph(graph, self.opset())?;
        model.optimize(&[&CleanTransposes, &RemoveNoOps, &RemoveUnused])?;
        *self = model;
        Ok(())
    }
}

/// The axes of the old order in the new one.
fn permutation(rank: usize, to: Channels) -> Vec<usize> {
    let last = rank.saturating_sub(1);
    match to {
        Channels::Last => [0].into_iter().chain(2..rank).chain([1]).collect(),
        Channels::First => [0, last].into_iter().chain(1..last).collect(),
    }
}

/// Declares a value in the new order, and returns that.
fn turn(info: &mut ValueInfo, to: Channels) -> Result<Vec<usize>, OnnxError> {
    let ValueType::Tensor {
        shape: Some(shape), ..
    } = &mut info.value_type
    else {
        return Err(OnnxError::Unsupported {
            place: format!("value `{}`", info.name),
            what: "another layout of a value whose number of axes is open",
        });
    };
    if shape.len() < 3 {
        return Err(OnnxError::Unsupported {
            place: format!("value `{}`", info.name),
            what: "another layout of a value with fewer than 3 axes",
        });
    }
    let perm = permutation(shape.len(), to);
    let dims: Vec<Dim> = perm
        .iter()
        .filter_map(|&axis| shape.get(axis).cloned())
        .collect();
    *shape = dims;
    Ok(perm)
}

fn transpose(input: &str, output: &str, perm: &[usize]) -> Node {
    let axis = |&axis: &usize| i64::try_from(axis).unwrap_or(i64::MAX);
    let perm = perm.iter().map(axis).collect();
    Node::new("Transpose", [input], output).with("perm", Attribute::Ints(perm))
}

fn new_name(graph: &Graph, hint: &str) -> String {
    let mut names = BTreeSet::new();
    collect_names(graph, &mut names);
    fresh_name(&names, hint)
}

fn turn_input(graph: &mut Graph, name: &str, to: Channels) -> Result<(), OnnxError> {
    let inner = new_name(graph, &format!("{name}.turned"));
    let mut rank = 0;
    for info in graph.inputs.iter_mut().filter(|info| info.name == name) {
        rank = turn(info, to)?.len();
    }
    let back = match to {
        Channels::First => Channels::Last,
        Channels::Last => Channels::First,
    };
    for node in &mut graph.nodes {
        rename(node, name, &inner);
    }
    let node = transpose(name, &inner, &permutation(rank, back));
    graph.nodes.insert(0, node);
    Ok(())
}

fn turn_output(graph: &mut Graph, name: &str, to: Channels) -> Result<(), OnnxError> {
    if graph.is_initializer(name) {
        return Err(OnnxError::Unsupported {
            place: format!("value `{name}`"),
            what: "another layout of an output that is a constant",
        });
    }
    let inner = new_name(graph, &format!("{name}.turned"));
    let mut perm = Vec::new();
    for info in graph.outputs.iter_mut().filter(|info| info.name == name) {
        perm = turn(info, to)?;
    }
    for node in &mut graph.nodes {
        rename(node, name, &inner);
        for output in node.outputs.iter_mut().filter(|output| *output == name) {
            output.clone_from(&inner);
        }
    }
    graph.nodes.push(transpose(&inner, name, &perm));
    Ok(())
}

/// Lets a node and its subgraphs read another value.
fn rename(node: &mut Node, from: &str, to: &str) {
    for input in node.inputs.iter_mut().filter(|input| *input == from) {
        to.clone_into(input);
    }
    for graph in node.subgraphs_mut() {
        for node in &mut graph.nodes {
            rename(node, from, to);
        }
        for info in graph.outputs.iter_mut().filter(|info| info.name == from) {
            to.clone_into(&mut info.name);
        }
    }
}
