use emo_tensor::Tensor;

use crate::{Dim, GraphView, Node, OnnxError, Pass, Patch};

/// Removes nodes that hand on what they read: `Identity`, `Dropout` outside of training, `Cast` to the same type,
/// `Reshape` and its kin to the same shape, `Transpose` that leaves the axes, `Pad` by nothing, `Slice` of
/// everything, and `Concat`, `Sum`, `Mean`, `Min` and `Max` of one value.
///
/// A node that joins an output of the graph with an input, a constant or another output stays, since both keep
/// their names.
#[derive(Debug, Clone, Copy, Default)]
pub struct RemoveNoOps;

impl Pass for RemoveNoOps {
    fn name(&self) -> &'static str {
        "remove no-ops"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes() {
            let (Some(input), Some(output)) = (node.input(0), node.output(0)) else {
                continue;
            };
            if view.can_redirect(output, input) && changes_nothing(view, node, input, output)? {
                patches.push(
                    Patch::new(format!("{} changes nothing", node.label()))
                        .remove(index)
                        .redirect(output, input),
                );
            }
        }
        Ok(patches)
    }
}

fn changes_nothing(
    view: &GraphView<'_>,
    node: &Node,
    input: &str,
    output: &str,
) -> Result<bool, OnnxError> {
    if !matches!(node.domain.as_str(), "" | "ai.onnx") {
        return Ok(false);
    }
    let same_type = || view.same_type(input, output);
    Ok(match node.op_type.as_str() {
        "Identity" => true,
        "Dropout" => is_idle_dropout(view, node),
        "Concat" | "Sum" | "Mean" | "Min" | "Max" => node.inputs.len() == 1,
        "Cast" | "CastLike" => {
            let from = view.element_type(input);
            from.is_some() && from == view.element_type(output)
        }
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Expand" => same_type(),
        "Transpose" => match node.ints("perm")? {
            Some(perm) => perm.iter().zip(0..).all(|(&axis, index)| axis == index),
            // Without it the axes are reversed.
            None => view.rank(input).is_some_and(|rank| rank < 2),
        },
        "Pad" => {
            let pads = view.integers(node, "pads", 1)?;
            pads.is_some_and(|pads| pads.iter().all(|&pad| pad == 0))
        }
        "Slice" => {
            // Whatever keeps all extents and does not turn an axis round takes everything.
            let steps = match node.input(4) {
                None => Some(Vec::new()),
                Some(_) => view.integers(node, "steps", 4)?,
            };
            let forward = steps.is_some_and(|steps| steps.iter().all(|&step| step == 1));
            let is_fixed = |dims: &[Dim]| dims.iter().all(|dim| matches!(dim, Dim::Fixed(_)));
            forward && same_type() && view.shape(input).as_deref().is_some_and(is_fixed)
        }
        _ => false,
    })
}

/// Whether it is known that nothing is dropped and nobody asks what was.
fn is_idle_dropout(view: &GraphView<'_>, node: &Node) -> bool {
    let mask_is_read = node
        .output(1)
        .is_some_and(|mask| view.is_output(mask) || !view.readers(mask).is_empty());
    let is_training = match node.input(2) {
        None => false,
        Some(mode) => match view.constant(mode) {
            Some(Tensor::Bool(mode)) => mode.iter().any(|&mode| mode),
            _ => true,
        },
    };
    !mask_is_read && !is_training
}
