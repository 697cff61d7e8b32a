//! Writing a model for another version of ONNX's own operators.

mod attributes;
mod decompose;
mod down;
mod editor;
mod resize;
mod up;

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashSet},
};

use self::editor::{Editor, Scope};
use crate::{
    Graph, Model, Node, OnnxError, ValueType, graph::present, optimize::collect_names,
    passes::constant_value, reader,
};

impl Model {
    /// Writes the model for version `target` of ONNX's own operators (7 to 27), newer or older.
    ///
    /// What the model computes stays. Settings move between attributes and inputs where a version has them there
    /// (the axes of `Squeeze`, the limits of `Clip`), defaults that changed are spelled out, and where an old version
    /// lacks an operator it is composed of others if that is simple: activations (`Gelu`, `HardSwish`, `Mish`,
    /// `Celu`, `Swish`), normalizations (`LayerNormalization`, `GroupNormalization`, `RMSNormalization`),
    /// `CastLike`, `GreaterOrEqual` and `LessOrEqual`. `Softmax` over other axes than the last one is surrounded by
    /// `Transpose` or `Flatten` and `Reshape` across version 13. Functions of the model are inlined first; nodes of
    /// other domains stay as they are, and so does the metadata.
    ///
    /// # Errors
    /// [`OnnxError::Opset`] for another version or a model of another one, those of [`infer`](Model::infer) if the model contradicts itself,
    /// [`OnnxError::Conversion`] for a node that cannot be expressed, and what [`check`](Model::check) finds in the
    /// result: [`OnnxError::UnknownOperator`] for an operator that the version lacks and [`OnnxError::Type`] for
    /// element types that an operator did not take or give then. The model is then as it was before.
    ///
    /// # Example
    /// ```
    /// use emo_onnx::{Attribute, GraphBuilder};
    /// use emo_tensor::ElementType;
    /// use ndarray::arr1;
    ///
    /// let mut graph = GraphBuilder::new("g");
    /// let x = graph.input("x", ElementType::F32, &[1, 4]);
    /// let axes = graph.initializer("axes", arr1(&[0_i64]).into_dyn());
    /// let y = graph.node("y", "Squeeze", &[&x, &axes], []);
    /// graph.output(&y, ElementType::F32, &[4]);
    /// let mut model = graph.build(17)?;
    ///
    /// model.convert_opset(11)?;
    /// let squeeze = &model.graph().nodes()[0];
    /// assert_eq!(squeeze.inputs, ["x"]);
    /// assert_eq!(squeeze.ints("axes")?, Some(&[0_i64][..]));
    /// # Ok::<(), emo_onnx::OnnxError>(())
    /// ```
    ///
    /// # References
    /// ONNX, "Changelog", <https://github.com/onnx/onnx/blob/main/docs/Changelog.md>.
    pub fn convert_opset(&mut self, target: i64) -> Result<(), OnnxError> {
        reader::check_opset(target)?;
        reader::check_known_opset(target)?;
        reader::check_known_opset(self.opset())?;
        let mut model = self.clone();
        if !model.functions().is_empty() {
            model.inline_functions()?;
        }
        if model.opset() == 0 || model.opset() == target {
            *self = model;
            return Ok(());
        }
        let inference = model.infer()?;
        let opset = model.opset();
        let mut graph = model.take_graph();
        let read_before = read_names(&graph);
        let mut taken = BTreeSet::new();
        collect_names(&graph, &mut taken);
        let names = RefCell::new(taken.into_iter().map(str::to_owned).collect());
        let known = Known {
            types: &|name| inference.value(name).cloned(),
            integers: &|name| inference.integers(name),
        };
        let steps: Vec<Step> = match target > opset {
            true => (opset + 1..=target).map(Step::Up).collect(),
            false => (target + 1..=opset).rev().map(Step::Down).collect(),
        };
        for step in steps {
            convert(&mut graph, step, known, None, &names)?;
        }
        remove_unread(&mut graph, &read_before);
        let model = model.with_graph(graph, target)?;
        if let Some(error) = model.check().into_iter().next() {
            return Err(error);
        }
        *self = model;
        Ok(())
    }
}

/// From one version to the next or back; the number is that of the newer one.
#[derive(Debug, Clone, Copy)]
enum Step {
    Up(i64),
    Down(i64),
}

/// What the inference knows of a graph's values.
#[derive(Clone, Copy)]
struct Known<'a> {
    types: &'a dyn Fn(&str) -> Option<ValueType>,
    integers: &'a dyn Fn(&str) -> Option<Vec<i64>>,
}

/// Takes a graph and its subgraphs over one step.
fn convert(
    graph: &mut Graph,
    step: Step,
    known: Known<'_>,
    outer: Option<&Scope<'_>>,
    names: &RefCell<BTreeSet<String>>,
) -> Result<(), OnnxError> {
    let nodes = std::mem::take(&mut graph.nodes);
    let constants = nodes
        .iter()
        .filter(|node| node.is("Constant"))
        .filter_map(|node| Some((node.outputs.first()?.clone(), constant_value(node)?)))
        .collect();
    let scope = Scope {
        types: known.types,
        integers: known.integers,
        initializers: &graph.initializers,
        constants: &constants,
        outer,
    };
    let version = match step {
        Step::Up(version) => version,
        Step::Down(version) => version - 1,
    };
    let mut editor = Editor::new(&scope, version, names);
    for mut node in nodes {
        for subgraph in node.subgraphs_mut() {
            // Of what is inside of subgraphs nothing is inferred.
            let nothing = Known {
                types: &|_| None,
                integers: &|_| None,
            };
            convert(subgraph, step, nothing, Some(&scope), names)?;
        }
        if !matches!(node.domain.as_str(), "" | "ai.onnx") {
            editor.push(node);
            continue;
        }
        match step {
            Step::Up(version) => up::convert(&mut editor, node, version)?,
            Step::Down(version) => down::convert(&mut editor, node, version)?,
        }
    }
    let (nodes, added) = editor.finish();
    graph.nodes = nodes;
    graph.initializers.extend(added);
    Ok(())
}

fn read_names(graph: &Graph) -> HashSet<String> {
    let mut read: HashSet<String> = graph.outputs.iter().map(|info| info.name.clone()).collect();
    for node in &graph.nodes {
        let names = present(&node.inputs).chain(node.captures());
        read.extend(names.map(str::to_owned));
    }
    read
}

/// Removes constants that became attributes.
fn remove_unread(graph: &mut Graph, read_before: &HashSet<String>) {
    let read = read_names(graph);
    let is_left = |name: &str| read.contains(name) || !read_before.contains(name);
    graph.initializers.retain(|name, _| is_left(name));
    let is_constant = |node: &Node| node.is("Constant");
    graph
        .nodes
        .retain(|node| !is_constant(node) || node.outputs.iter().any(|name| is_left(name)));
    let produced: HashSet<String> = graph.produced().map(str::to_owned).collect();
    graph
        .value_infos
        .retain(|info| produced.contains(&info.name));
}
