use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use emo_tensor::Tensor;

use crate::{Graph, Node, graph::present};

/// A change of a graph that a [`Pass`](crate::Pass) proposes: nodes that go and come, constants that go and come,
/// and values whose readers are to read another one.
///
/// A patch refers to nodes by their positions in the graph that the pass was shown. It says what is to change and
/// why; whether the result is a sound graph is checked where patches are applied.
#[derive(Debug, Clone)]
pub struct Patch {
    reason: String,
    removed: BTreeSet<usize>,
    inserted: Vec<Node>,
    constants: BTreeMap<String, Tensor>,
    removed_constants: BTreeSet<String>,
    redirects: Vec<(String, String)>,
}

impl Patch {
    /// An empty patch; `reason` is what a log tells of it, such as `conv1 (Conv) takes in bn2 (BatchNormalization)`.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            removed: BTreeSet::new(),
            inserted: Vec::new(),
            constants: BTreeMap::new(),
            removed_constants: BTreeSet::new(),
            redirects: Vec::new(),
        }
    }

    /// Why the graph is changed.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The same patch with another reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Removes the node at position `index`.
    #[must_use]
    pub fn remove(mut self, index: usize) -> Self {
        self.removed.insert(index);
        self
    }

    /// Adds a node. Where among the others it stands follows from what it reads and from who reads it.
    #[must_use]
    pub fn insert(mut self, node: Node) -> Self {
        self.inserted.push(node);
        self
    }

    /// Puts `node` in the place of the one at position `index`.
    #[must_use]
    pub fn replace(self, index: usize, node: Node) -> Self {
        self.remove(index).insert(node)
    }

    /// Adds a constant. The name must be new: [`GraphView::fresh_name`](crate::GraphView::fresh_name).
    #[must_use]
    pub fn add_constant(mut self, name: impl Into<String>, value: impl Into<Tensor>) -> Self {
        self.constants.insert(name.into(), value.into());
        self
    }

    /// Removes a constant that nothing reads any more.
    #[must_use]
    pub fn remove_constant(mut self, name: impl Into<String>) -> Self {
        self.removed_constants.insert(name.into());
        self
    }

    /// Lets all that read the value `from` read `to` instead: nodes, their subgraphs, and whoever runs the model.
    ///
    /// Nodes that this patch inserts are left out. The node that writes `from` is to be removed by the same patch.
    /// Where `from` is an output of the graph it keeps that name: `to` then takes the name on, or, where it cannot
    /// because it is an input, a constant or an output itself, an `Identity` joins them.
    #[must_use]
    pub fn redirect(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.redirects.push((from.into(), to.into()));
        self
    }

    /// The names whose producers or readers change, and those that inserted nodes read.
    fn footprint(&self, graph: &Graph) -> Footprint {
        let mut footprint = Footprint::default();
        let inputs: HashSet<&str> = graph.inputs.iter().map(|info| info.name.as_str()).collect();
        let is_fixed = |name: &str| graph.is_initializer(name) || inputs.contains(name);
        for &index in &self.removed {
            footprint.nodes.insert(index);
            if let Some(node) = graph.nodes.get(index) {
                let names = present(&node.inputs).chain(present(&node.outputs));
                let names = names.chain(node.captures());
                let changed = names.filter(|name| !is_fixed(name)).map(str::to_owned);
                footprint.changed.extend(changed);
            }
        }
        for node in &self.inserted {
            let written = present(&node.outputs).map(str::to_owned);
            footprint.changed.extend(written);
            let names = present(&node.inputs).chain(node.captures());
            footprint.read.extend(names.map(str::to_owned));
        }
        for (from, to) in &self.redirects {
            footprint.changed.insert(from.clone());
            match is_fixed(to) {
                true => footprint.read.insert(to.clone()),
                false => footprint.changed.insert(to.clone()),
            };
        }
        footprint.changed.extend(self.constants.keys().cloned());
        footprint
            .changed
            .extend(self.removed_constants.iter().cloned());
        footprint
    }
}

/// What a patch depends on.
#[derive(Debug, Default)]
struct Footprint {
    nodes: BTreeSet<usize>,
    changed: BTreeSet<String>,
    read: BTreeSet<String>,
}

impl Footprint {
    fn meets(&self, other: &Self) -> bool {
        !self.nodes.is_disjoint(&other.nodes)
            || !self.changed.is_disjoint(&other.changed)
            || !self.changed.is_disjoint(&other.read)
            || !self.read.is_disjoint(&other.changed)
    }

    fn merge(&mut self, other: Self) {
        self.nodes.extend(other.nodes);
        self.changed.extend(other.changed);
        self.read.extend(other.read);
    }
}

/// Changes `graph` by those of the patches that do not get in each other's way, and says which these are.
///
/// The first is always among them; the others have to be proposed again for the graph as it then is.
pub(super) fn apply(graph: &mut Graph, patches: Vec<Patch>) -> Vec<String> {
    let mut taken = Footprint::default();
    let mut fitting = Vec::new();
    for patch in patches {
        let footprint = patch.footprint(graph);
        if !footprint.meets(&taken) {
            taken.merge(footprint);
            fitting.push(patch);
        }
    }
    let nodes = std::mem::take(&mut graph.nodes);
    let mut slots: Vec<Vec<Node>> = nodes.into_iter().map(|node| vec![node]).collect();
    // What is inserted without anything being removed comes last; sorting moves it to where it can run.
    slots.push(Vec::new());
    let mut reasons = Vec::with_capacity(fitting.len());
    for patch in fitting {
        reasons.push(patch.reason.clone());
        apply_one(graph, &mut slots, patch);
    }
    graph.nodes = slots.into_iter().flatten().collect();
    // What was declared of values that are gone says nothing any more.
    let produced: HashSet<String> = graph.produced().map(str::to_owned).collect();
    graph
        .value_infos
        .retain(|info| produced.contains(&info.name));
    reasons
}

fn apply_one(graph: &mut Graph, slots: &mut [Vec<Node>], patch: Patch) {
    let place = patch.removed.first().copied();
    for &index in &patch.removed {
        if let Some(slot) = slots.get_mut(index) {
            slot.clear();
        }
    }
    for name in &patch.removed_constants {
        graph.initializers.remove(name);
        graph.opaque_initializers.remove(name);
    }
    graph.initializers.extend(patch.constants);
    let mut inserted = patch.inserted;
    let mut renames: HashMap<String, String> = HashMap::new();
    for (from, to) in patch.redirects {
        let is_output = |name: &str| graph.outputs.iter().any(|info| info.name == name);
        if is_output(&from) {
            let is_computed = !graph.is_initializer(&to)
                && !graph.inputs.iter().any(|info| info.name == to)
                && !is_output(&to)
                && !renames.contains_key(&to);
            if is_computed {
                // The value takes on the output's name, by which its readers know it from now on.
                graph.value_infos.retain(|info| info.name != to);
                renames.insert(to, from);
                continue;
            }
            inserted.push(Node {
                name: from.clone(),
                op_type: "Identity".to_owned(),
                inputs: vec![to.clone()],
                outputs: vec![from.clone()],
                ..Node::default()
            });
        }
        let only = HashMap::from([(from, to)]);
        for node in slots.iter_mut().flatten() {
            rename_reads(node, &only);
        }
    }
    let slot = place.unwrap_or(slots.len().saturating_sub(1));
    if let Some(slot) = slots.get_mut(slot) {
        slot.extend(inserted);
    }
    if !renames.is_empty() {
        for node in slots.iter_mut().flatten() {
            rename_reads(node, &renames);
            rename(&mut node.outputs, &renames);
        }
    }
}

/// Lets a node and its subgraphs read other values.
fn rename_reads(node: &mut Node, names: &HashMap<String, String>) {
    rename(&mut node.inputs, names);
    for graph in node.subgraphs_mut() {
        for node in &mut graph.nodes {
            rename_reads(node, names);
        }
        for info in &mut graph.outputs {
            if let Some(new) = names.get(&info.name) {
                info.name.clone_from(new);
            }
        }
    }
}

fn rename(names: &mut [String], by: &HashMap<String, String>) {
    for name in names {
        if let Some(new) = by.get(name) {
            name.clone_from(new);
        }
    }
}
