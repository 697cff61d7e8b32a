use ndarray::Array1;

use crate::{Dim, GraphView, Node, OnnxError, Pass, Patch};

/// Makes one `Reshape` of two operators of which each only gives its input another shape: `Reshape`, `Flatten`,
/// `Squeeze` and `Unsqueeze`.
///
/// The last shape must be known, but for one axis at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergeReshapes;

fn reshapes(node: &Node) -> bool {
    ["Reshape", "Flatten", "Squeeze", "Unsqueeze"]
        .iter()
        .any(|op_type| node.is(op_type))
}

impl Pass for MergeReshapes {
    fn name(&self) -> &'static str {
        "merge reshapes"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let mut patches = Vec::new();
        for (index, node) in view.nodes().filter(|(_, node)| reshapes(node)) {
            patches.extend(merge(view, index, node));
        }
        Ok(patches)
    }
}

fn merge(view: &GraphView<'_>, index: usize, node: &Node) -> Option<Patch> {
    let between = node.input(0)?;
    view.only_reader(between)?;
    let (first_index, first) = view.producer(between)?;
    if !reshapes(first) {
        return None;
    }
    let (x, output) = (first.input(0)?, node.output(0)?);
    let shape = target(&view.shape(output)?)?;
    let name = view.fresh_name(&format!("{output}.shape"));
    let reshape = Node {
        name: node.name.clone(),
        ..Node::new("Reshape", [x, name.as_str()], output)
    };
    Some(
        Patch::new(format!("{} and {} are one", first.label(), node.label()))
            .remove(first_index)
            .replace(index, reshape)
            .add_constant(name, Array1::from(shape).into_dyn()),
    )
}

/// What `Reshape` needs to be told to give this shape; none if more than one extent is open or one is 0, which
/// stands for an axis of the input there.
fn target(shape: &[Dim]) -> Option<Vec<i64>> {
    let mut n_open = 0;
    let mut target = Vec::with_capacity(shape.len());
    for dim in shape {
        target.push(match dim {
            Dim::Fixed(0) => return None,
            Dim::Fixed(extent) => i64::try_from(*extent).ok()?,
            Dim::Symbol(_) | Dim::Unknown => {
                n_open += 1;
                -1
            }
        });
    }
    (n_open < 2).then_some(target)
}
