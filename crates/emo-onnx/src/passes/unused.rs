use std::collections::HashSet;

use crate::{GraphView, OnnxError, Pass, Patch, graph::present};

/// Removes nodes of which nothing is read, and constants that nobody reads.
///
/// Nodes of foreign domains stay: they may do more than compute.
#[derive(Debug, Clone, Copy, Default)]
pub struct RemoveUnused;

impl Pass for RemoveUnused {
    fn name(&self) -> &'static str {
        "remove unused"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let graph = view.graph();
        let mut read: HashSet<&str> = graph.outputs().iter().map(|o| o.name.as_str()).collect();
        let mut unused = Vec::new();
        // Readers stand behind what they read.
        for (index, node) in view.nodes().collect::<Vec<_>>().into_iter().rev() {
            let is_own = matches!(node.domain.as_str(), "" | "ai.onnx");
            if is_own && !present(&node.outputs).any(|name| read.contains(name)) {
                unused.push((index, node));
            } else {
                read.extend(present(&node.inputs).chain(node.captures()));
            }
        }
        let mut patches = Vec::new();
        if let [.., (_, first)] = unused.as_slice() {
            let reason = match unused.len() {
                1 => format!("nobody reads {}", first.label()),
                n => format!("nobody reads {n} nodes, the first {}", first.label()),
            };
            let patch = Patch::new(reason);
            patches.push(
                unused
                    .iter()
                    .fold(patch, |patch, (index, _)| patch.remove(*index)),
            );
        }
        let constants: Vec<&str> = graph
            .initializers()
            .keys()
            .chain(graph.opaque_initializers().keys())
            .map(String::as_str)
            .filter(|name| !read.contains(name))
            .collect();
        if let Some(first) = constants.first() {
            let reason = match constants.len() {
                1 => format!("nobody reads constant `{first}`"),
                n => format!("nobody reads {n} constants, the first `{first}`"),
            };
            let patch = Patch::new(reason);
            let remove = |patch: Patch, name: &&str| patch.remove_constant(*name);
            patches.push(constants.iter().fold(patch, remove));
        }
        Ok(patches)
    }
}
