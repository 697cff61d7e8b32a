use emo_onnx::{
    Graph, Model, Node,
    passes::{FoldAffine, ReorderSeparable},
};

/// The model with the convolutions of an EEGNet in the cheaper order, if it has such.
///
/// A model that does not look like one is not copied; one that the pass refuses is compiled as it is drawn.
pub(super) fn reordered(model: &Model) -> Option<Model> {
    let graph = model.graph();
    let kernels = || graph.nodes().iter().filter_map(|node| kernel(graph, node));
    let looks_so = kernels().any(|temporal| {
        temporal.group == 1
            && temporal.inputs == 1
            && kernels().any(|spatial| {
                spatial.group == temporal.outputs
                    && spatial.inputs == 1
                    && spans_other_axis(temporal.extents, spatial.extents)
            })
    });
    if !looks_so {
        return None;
    }
    let mut reordered = model.clone();
    let report = reordered.optimize(&[&FoldAffine, &ReorderSeparable]).ok()?;
    let is_reordered = report
        .applied()
        .iter()
        .any(|applied| applied.pass == emo_onnx::Pass::name(&ReorderSeparable));
    is_reordered.then_some(reordered)
}

/// The shape of a convolution over two axes.
#[derive(Debug, Clone, Copy)]
struct Kernel {
    group: usize,
    outputs: usize,
    inputs: usize,
    extents: [usize; 2],
}

fn kernel(graph: &Graph, node: &Node) -> Option<Kernel> {
    if !node.is("Conv") {
        return None;
    }
    let &[outputs, inputs, height, width] = graph.initializers().get(node.input(1)?)?.shape()
    else {
        return None;
    };
    Some(Kernel {
        group: usize::try_from(node.int("group", 1).ok()?).ok()?,
        outputs,
        inputs,
        extents: [height, width],
    })
}

fn spans_other_axis(a: [usize; 2], b: [usize; 2]) -> bool {
    matches!((a, b), ([1, _], [_, 1]) | ([_, 1], [1, _]))
}
