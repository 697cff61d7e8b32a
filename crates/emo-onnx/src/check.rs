use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet},
};

use crate::{
    Attribute, Dim, Graph, Node, OnnxError, ValueInfo, ValueType, graph::present, limits, tensor,
};

/// Whose graph is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// That of a model: the types of what goes in and out are known, and its nodes refer to no function's
    /// attributes.
    Model,
    /// The body of a function.
    Function,
    /// A subgraph in the body of a function.
    FunctionSubgraph,
    /// A subgraph in a model's graph.
    Subgraph,
}

/// Checks `graph` and its subgraphs and puts their nodes into an order in which they can run: the given one where
/// that will do.
pub(crate) fn checked(mut graph: Graph, role: Role) -> Result<Graph, OnnxError> {
    let mut counts = Counts::default();
    counts.add(&graph, 0)?;
    check_graph(&graph, role, None)?;
    sort(&mut graph)?;
    Ok(graph)
}

/// How much a graph and its subgraphs hold.
#[derive(Debug, Default)]
struct Counts {
    nodes: usize,
    initializers: usize,
}

impl Counts {
    /// Counts `graph`, which stands `depth` levels inside others.
    fn add(&mut self, graph: &Graph, depth: usize) -> Result<(), OnnxError> {
        self.nodes = self.nodes.saturating_add(graph.nodes.len());
        self.initializers = self
            .initializers
            .saturating_add(graph.initializers.len())
            .saturating_add(graph.opaque_initializers.len());
        let counts = [
            ("levels of subgraphs", depth, limits::SUBGRAPHS),
            ("nodes", self.nodes, limits::NODES),
            ("initializers", self.initializers, limits::INITIALIZERS),
        ];
        for (what, actual, limit) in counts {
            if actual > limit {
                return Err(OnnxError::Limit {
                    place: "the graph".to_owned(),
                    what,
                    actual,
                    limit,
                });
            }
        }
        for node in &graph.nodes {
            for subgraph in node.subgraphs() {
                self.add(subgraph, depth + 1)?;
            }
        }
        Ok(())
    }
}

/// The names that a graph's nodes may read: its own and, further out, those of the graphs around it.
struct Scope<'a> {
    own: HashSet<&'a str>,
    outer: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn contains(&self, name: &str) -> bool {
        self.own.contains(name) || self.outer.is_some_and(|outer| outer.contains(name))
    }
}

/// Checks a graph and its subgraphs; `around` is the node that a subgraph belongs to and what it may read.
fn check_graph(
    graph: &Graph,
    role: Role,
    around: Option<(&Node, &Scope<'_>)>,
) -> Result<(), OnnxError> {
    for node in &graph.nodes {
        check_node(node, role)?;
    }
    for (name, constant) in &graph.initializers {
        check_name(name, "an initializer")?;
        tensor::check_type(constant.element_type(), &format!("initializer `{name}`"))?;
    }
    for name in graph.opaque_initializers.keys() {
        check_name(name, "an initializer")?;
    }
    for info in &graph.inputs {
        check_value_info(info, "input", role)?;
    }
    for info in &graph.outputs {
        check_value_info(info, "output", role)?;
    }
    for info in &graph.value_infos {
        check_value_info(info, "value", Role::Subgraph)?;
    }
    let mut scope = Scope {
        own: HashSet::new(),
        outer: around.map(|(_, scope)| scope),
    };
    for name in graph.produced() {
        if let Some((node, outer)) = around
            && outer.contains(name)
        {
            return Err(OnnxError::Shadowed {
                node: node.label(),
                name: name.to_owned(),
            });
        }
        if !scope.own.insert(name) {
            return Err(duplicate("value", name));
        }
    }
    check_outputs(graph, role, &scope.own)?;
    for node in &graph.nodes {
        for input in present(&node.inputs) {
            if !scope.contains(input) {
                return Err(OnnxError::UnknownInput {
                    node: node.label(),
                    input: input.to_owned(),
                });
            }
        }
        let role = match role {
            Role::Function | Role::FunctionSubgraph => Role::FunctionSubgraph,
            Role::Model | Role::Subgraph => Role::Subgraph,
        };
        for subgraph in node.subgraphs() {
            check_graph(subgraph, role, Some((node, &scope)))?;
        }
    }
    Ok(())
}

fn check_name(name: &str, place: &str) -> Result<(), OnnxError> {
    if name.is_empty() {
        return Err(OnnxError::Missing {
            place: place.to_owned(),
            what: "name",
        });
    }
    Ok(())
}

fn check_node(node: &Node, role: Role) -> Result<(), OnnxError> {
    let place = || format!("node {}", node.label());
    if node.op_type.is_empty() {
        return Err(OnnxError::Missing {
            place: place(),
            what: "operator",
        });
    }
    for (name, value) in &node.attributes {
        if name.is_empty() {
            check_name(name, &format!("an attribute of node {}", node.label()))?;
        }
        let place = || format!("{}: attribute `{name}`", place());
        match value {
            Attribute::Tensor(value) => tensor::check_type(value.element_type(), &place())?,
            Attribute::Tensors(values) => {
                for value in values {
                    tensor::check_type(value.element_type(), &place())?;
                }
            }
            Attribute::Opaque(value)
                if matches!(role, Role::Model | Role::Subgraph) && value.reference().is_some() =>
            {
                return Err(OnnxError::Unsupported {
                    place: place(),
                    what: "a reference to a function's attribute outside of a function",
                });
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_value_info(info: &ValueInfo, what: &str, role: Role) -> Result<(), OnnxError> {
    check_name(&info.name, &format!("an {what} of the graph"))?;
    let place = || format!("{what} `{}`", info.name);
    match &info.value_type {
        ValueType::Unknown if role == Role::Model => Err(OnnxError::Missing {
            place: place(),
            what: "type",
        }),
        ValueType::Tensor {
            element_type,
            shape,
        } => {
            tensor::check_type(*element_type, &place())?;
            let extents = shape.iter().flatten().map(|dim| match dim {
                Dim::Fixed(extent) => *extent,
                Dim::Symbol(_) | Dim::Unknown => 1,
            });
            tensor::checked_len(extents, &place())?;
            Ok(())
        }
        ValueType::Opaque(_) | ValueType::Unknown => Ok(()),
    }
}

fn check_outputs(graph: &Graph, role: Role, produced: &HashSet<&str>) -> Result<(), OnnxError> {
    if graph.outputs.is_empty() && role == Role::Model {
        return Err(OnnxError::Missing {
            place: "the graph".to_owned(),
            what: "outputs",
        });
    }
    let mut seen = HashSet::new();
    for ValueInfo { name, .. } in &graph.outputs {
        if !produced.contains(name.as_str()) {
            return Err(OnnxError::UnknownOutput {
                output: name.clone(),
            });
        }
        // A loop may carry one value on and collect it as well: the outputs of subgraphs go by position.
        let is_subgraph = matches!(role, Role::Subgraph | Role::FunctionSubgraph);
        if !seen.insert(name) && !is_subgraph {
            return Err(duplicate("output", name));
        }
    }
    Ok(())
}

/// Puts the nodes of `graph` and of its subgraphs in order.
fn sort(graph: &mut Graph) -> Result<(), OnnxError> {
    for node in &mut graph.nodes {
        for subgraph in node.subgraphs_mut() {
            sort(subgraph)?;
        }
    }
    let order = sorted(&graph.nodes, &read_nodes(graph))?;
    if !order.is_sorted() {
        let nodes = std::mem::take(&mut graph.nodes);
        let mut nodes: Vec<_> = nodes.into_iter().map(Some).collect();
        graph.nodes = order
            .into_iter()
            .filter_map(|index| nodes.get_mut(index)?.take())
            .collect();
    }
    Ok(())
}

/// For each node the positions of the nodes whose values it or its subgraphs read, without repetition.
fn read_nodes(graph: &Graph) -> Vec<Vec<usize>> {
    let mut writers = BTreeMap::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        writers.extend(present(&node.outputs).map(|name| (name, index)));
    }
    let read_by = |node: &Node| {
        let names = present(&node.inputs).chain(node.captures());
        let mut read = BTreeSet::new();
        read.extend(names.filter_map(|name| writers.get(name).copied()));
        read.into_iter().collect()
    };
    graph.nodes.iter().map(read_by).collect()
}

/// Positions in an order in which each node follows those that it reads: of those that could come next always
/// the first in the given order, as in A. B. Kahn, "Topological sorting of large networks", Communications of
/// the ACM 5(11), 1962.
fn sorted(nodes: &[Node], read: &[Vec<usize>]) -> Result<Vec<usize>, OnnxError> {
    let mut readers = vec![Vec::new(); nodes.len()];
    for (reader, sources) in read.iter().enumerate() {
        for &source in sources {
            if let Some(list) = readers.get_mut(source) {
                list.push(reader);
            }
        }
    }
    let mut waiting_for: Vec<usize> = read.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<_> = waiting_for
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(index, _)| Reverse(index))
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for &reader in readers.get(index).into_iter().flatten() {
            if let Some(count) = waiting_for.get_mut(reader) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse(reader));
                }
            }
        }
    }
    if order.len() == nodes.len() {
        return Ok(order);
    }
    let mut stuck = BTreeSet::new();
    let left = waiting_for.iter().enumerate();
    stuck.extend(left.filter_map(|(index, count)| (*count > 0).then_some(index)));
    Err(cycle(nodes, read, &stuck))
}

/// Names a cycle among the nodes at the positions `stuck`, each of which reads another of them.
fn cycle(nodes: &[Node], read: &[Vec<usize>], stuck: &BTreeSet<usize>) -> OnnxError {
    let mut path = Vec::new();
    let mut place_on_path = BTreeMap::new();
    let mut next = stuck.first().copied();
    while let Some(index) = next {
        if let Some(&start) = place_on_path.get(&index) {
            // The walk went from reader to source; the cycle is told from source to reader.
            path.drain(..start);
            path.push(index);
            path.reverse();
            break;
        }
        place_on_path.insert(index, path.len());
        path.push(index);
        let mut sources = read.get(index).into_iter().flatten();
        next = sources.find(|source| stuck.contains(source)).copied();
    }
    OnnxError::Cycle {
        nodes: path
            .into_iter()
            .filter_map(|index| nodes.get(index))
            .map(Node::label)
            .collect(),
    }
}

fn duplicate(what: &'static str, name: &str) -> OnnxError {
    OnnxError::Duplicate {
        place: "the graph".to_owned(),
        what,
        name: name.to_owned(),
    }
}
