use std::collections::{BTreeMap, HashMap};

use emo_tensor::Tensor;

use crate::{GraphView, Node, OnnxError, Pass, Patch, graph::present, tensor};

/// Joins nodes that compute the same from the same values, and constants that hold the same bits.
///
/// Only ONNX's own operators without subgraphs count, and of those not the random ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergeDuplicates;

/// Operators that give something else each time, and `Dropout`, which does in training.
const RANDOM: &[&str] = &[
    "Bernoulli",
    "Dropout",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
];

impl Pass for MergeDuplicates {
    fn name(&self) -> &'static str {
        "merge duplicates"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = constants(view);
        let mut seen: HashMap<(&str, &[String], usize), Vec<&Node>> = HashMap::new();
        for (index, node) in view.nodes() {
            let is_own = matches!(node.domain.as_str(), "" | "ai.onnx");
            if !is_own || RANDOM.contains(&&*node.op_type) || node.subgraphs().next().is_some() {
                continue;
            }
            let key = (&*node.op_type, &*node.inputs, node.outputs.len());
            let alike = seen.entry(key).or_default();
            let Some(first) = alike
                .iter()
                .find(|other| other.attributes == node.attributes)
            else {
                alike.push(node);
                continue;
            };
            let pairs: Vec<_> = node.outputs.iter().zip(&first.outputs).collect();
            let can_join = pairs.iter().all(|(from, to)| {
                from.is_empty() || (!to.is_empty() && view.can_redirect(from, to))
            });
            if can_join && present(&node.outputs).next().is_some() {
                let reason = format!("{} computes what {} does", node.label(), first.label());
                let patch = Patch::new(reason).remove(index);
                let join = |patch: Patch, (from, to): &(&String, &String)| match from.is_empty() {
                    true => patch,
                    false => patch.redirect(from.as_str(), to.as_str()),
                };
                patches.push(pairs.iter().fold(patch, join));
            }
        }
        Ok(patches)
    }
}

/// Lets the readers of equal constants read the first of them.
fn constants(view: &GraphView<'_>) -> Vec<Patch> {
    let mut alike: BTreeMap<_, Vec<(&str, &Tensor)>> = BTreeMap::new();
    for (name, tensor) in view.graph().initializers() {
        if !view.is_output(name) && !view.readers(name).is_empty() {
            let key = (tensor.element_type(), tensor.shape().to_vec());
            alike.entry(key).or_default().push((name, tensor));
        }
    }
    let mut patches = Vec::new();
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let mut seen: HashMap<_, &str> = HashMap::new();
        for (name, constant) in group {
            // Bits are compared, since 0 equals −0 and no NaN equals itself.
            let bits = tensor::encode(constant, None).raw_data.unwrap_or_default();
            match seen.get(&bits) {
                None => {
                    seen.insert(bits, name);
                }
                Some(first) => patches.push(
                    Patch::new(format!("constant `{name}` is constant `{first}`"))
                        .redirect(name, *first)
                        .remove_constant(name),
                ),
            }
        }
    }
    patches
}
