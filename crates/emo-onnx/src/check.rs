use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

use crate::{Attribute, Dim, Graph, Node, OnnxError, ValueInfo, limits, tensor};

/// Checks `graph` and puts its nodes into an order in which they can run: the given one where that will do.
pub(crate) fn checked(mut graph: Graph) -> Result<Graph, OnnxError> {
    check_counts(&graph)?;
    for node in &graph.nodes {
        check_node(node)?;
    }
    for (name, constant) in &graph.initializers {
        check_name(name, "an initializer")?;
        tensor::check_type(constant.element_type(), &format!("initializer `{name}`"))?;
    }
    for info in &graph.inputs {
        check_value_info(info, "input")?;
    }
    for info in &graph.outputs {
        check_value_info(info, "output")?;
    }
    let order = {
        let producers = producers(&graph)?;
        check_outputs(&graph, &producers)?;
        sorted(&graph.nodes, &read_nodes(&graph, &producers)?)?
    };
    if !order.is_sorted() {
        let mut nodes: Vec<_> = graph.nodes.into_iter().map(Some).collect();
        graph.nodes = order
            .into_iter()
            .filter_map(|index| nodes.get_mut(index)?.take())
            .collect();
    }
    Ok(graph)
}

fn check_counts(graph: &Graph) -> Result<(), OnnxError> {
    let counts = [
        ("nodes", graph.nodes.len(), limits::NODES),
        (
            "initializers",
            graph.initializers.len(),
            limits::INITIALIZERS,
        ),
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

fn check_node(node: &Node) -> Result<(), OnnxError> {
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
        if let Attribute::Tensor(value) = value {
            let place = || format!("{}: attribute `{name}`", place());
            tensor::check_type(value.element_type(), &place())?;
        }
    }
    Ok(())
}

fn check_value_info(info: &ValueInfo, role: &str) -> Result<(), OnnxError> {
    check_name(&info.name, &format!("an {role} of the graph"))?;
    let place = format!("{role} `{}`", info.name);
    tensor::check_type(info.element_type, &place)?;
    let extents = info.shape.iter().map(|dim| match dim {
        Dim::Fixed(extent) => *extent,
        Dim::Symbol(_) | Dim::Unknown => 1,
    });
    tensor::checked_len(extents, &place)?;
    Ok(())
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Producer {
    /// The caller or a constant.
    Given,
    /// The node at this position.
    Node(usize),
}

type Producers<'g> = BTreeMap<&'g str, Producer>;

/// The producer of each value.
fn producers(graph: &Graph) -> Result<Producers<'_>, OnnxError> {
    let inputs = graph.inputs.iter().map(|info| info.name.as_str());
    let given = inputs
        .chain(graph.initializers.keys().map(String::as_str))
        .map(|name| (name, Producer::Given));
    let computed = graph.nodes.iter().enumerate().flat_map(|(index, node)| {
        present(&node.outputs).map(move |name| (name, Producer::Node(index)))
    });
    let mut producers = BTreeMap::new();
    for (name, producer) in given.chain(computed) {
        if producers.insert(name, producer).is_some() {
            return Err(duplicate("value", name));
        }
    }
    Ok(producers)
}

fn check_outputs(graph: &Graph, producers: &Producers<'_>) -> Result<(), OnnxError> {
    if graph.outputs.is_empty() {
        return Err(OnnxError::Missing {
            place: "the graph".to_owned(),
            what: "outputs",
        });
    }
    let mut seen = BTreeSet::new();
    for ValueInfo { name, .. } in &graph.outputs {
        if !producers.contains_key(name.as_str()) {
            return Err(OnnxError::UnknownOutput {
                output: name.clone(),
            });
        }
        if !seen.insert(name) {
            return Err(duplicate("output", name));
        }
    }
    Ok(())
}

/// For each node the positions of the nodes whose values it reads, without repetition.
fn read_nodes(graph: &Graph, producers: &Producers<'_>) -> Result<Vec<Vec<usize>>, OnnxError> {
    let read_by = |node: &Node| {
        let mut read = BTreeSet::new();
        for input in present(&node.inputs) {
            match producers.get(input) {
                Some(Producer::Given) => {}
                Some(Producer::Node(index)) => {
                    read.insert(*index);
                }
                None => {
                    return Err(OnnxError::UnknownInput {
                        node: node.label(),
                        input: input.to_owned(),
                    });
                }
            }
        }
        Ok(read.into_iter().collect())
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
    let stuck: BTreeSet<usize> = waiting_for
        .iter()
        .enumerate()
        .filter_map(|(index, count)| (*count > 0).then_some(index))
        .collect();
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

/// The names that stand for a value.
fn present(names: &[String]) -> impl Iterator<Item = &str> {
    names
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty())
}

fn duplicate(what: &'static str, name: &str) -> OnnxError {
    OnnxError::Duplicate {
        place: "the graph".to_owned(),
        what,
        name: name.to_owned(),
    }
}
