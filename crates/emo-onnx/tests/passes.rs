//! What each pass makes of a small graph, and what it leaves alone.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_onnx::{
    Attribute, BatchNorm, Dim, GraphBuilder, GraphView, Model, Node, OnnxError, Pass, Patch,
    Window, default_passes,
    passes::{
        CleanTransposes, FoldAffine, FoldConstants, MergeDuplicates, MergePads, RemoveNoOps,
        RemoveUnused, ReorderSeparable,
    },
};
use emo_tensor::{ElementType, Tensor};
use ndarray::{Array1, Array2, Array4, arr0, arr1};

fn ops(model: &Model) -> Vec<&str> {
    let nodes = model.graph().nodes().iter();
    nodes.map(|node| node.op_type.as_str()).collect()
}

fn input(graph: &mut GraphBuilder) -> String {
    graph.input("x", ElementType::F32, &[1, 2, 6, 6])
}

fn build(graph: GraphBuilder, outputs: &[&str]) -> Model {
    let mut graph = graph;
    for output in outputs {
        graph.output_of(output);
    }
    graph.build(17).unwrap()
}

fn floats<'m>(model: &'m Model, name: &str) -> &'m [f32] {
    let array = model.graph().initializers()[name]
        .as_array::<f32>()
        .unwrap();
    array.as_slice().unwrap()
}

fn norm(channels: usize) -> BatchNorm {
    BatchNorm {
        scale: Array1::from_elem(channels, 3.0),
        bias: Array1::from_elem(channels, 1.0),
        mean: Array1::from_elem(channels, 2.0),
        variance: Array1::from_elem(channels, 2.25),
        epsilon: 0.0,
    }
}

#[test]
fn a_norm_behind_a_layer_becomes_its_weights() {
    // 3 (y − 2) / 1.5 + 1 = 2 y − 3.
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let bias = Some(arr1(&[0.5, -0.5]));
    let conv = graph.conv(
        "conv",
        &x,
        Array4::ones((2, 2, 1, 1)),
        bias,
        &Window::default(),
    );
    let y = graph.batch_norm("norm", &conv, norm(2));
    let mut model = build(graph, &[&y]);
    model.optimize(&default_passes()).unwrap();
    assert_eq!(ops(&model), ["Conv"]);
    assert_eq!(floats(&model, "conv.weight"), [2.0; 4]);
    assert_eq!(floats(&model, "conv.bias"), [-2.0, -4.0]);
    assert_eq!(model.graph().outputs()[0].name, "norm");
    assert_eq!(model.graph().initializers().len(), 2);
}

/// (x − 1) / 0.5 before a convolution with ones.
fn standardized(pad: usize) -> Model {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let mean = graph.initializer("mean", arr0(1.0_f32).into_dyn());
    let deviation = graph.initializer("deviation", arr1(&[0.5_f32]).into_dyn());
    let shifted = graph.node("shifted", "Sub", &[&x, &mean], []);
    let scaled = graph.node("scaled", "Div", &[&shifted, &deviation], []);
    let window = Window::default().with_pads([pad, pad]);
    let conv = graph.conv("conv", &scaled, Array4::ones((1, 2, 3, 3)), None, &window);
    build(graph, &[&conv])
}

#[test]
fn a_standardizer_goes_into_the_first_layer_unless_that_pads() {
    let mut model = standardized(0);
    model.optimize(&[&FoldAffine]).unwrap();
    assert_eq!(ops(&model), ["Conv"]);
    assert_eq!(floats(&model, "conv.weight"), [2.0; 18]);
    assert_eq!(floats(&model, "conv.bias"), [-36.0]);
    // Zeros beside the picture are not the mean beside the picture.
    let mut padded = standardized(1);
    padded.optimize(&[&FoldAffine]).unwrap();
    assert_eq!(ops(&padded), ["Sub", "Div", "Conv"]);
}

#[test]
fn weights_that_others_read_stay() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 2]);
    let weight = graph.initializer("weight", Array2::<f32>::eye(2).into_dyn());
    let left = graph.node("left", "MatMul", &[&x, &weight], []);
    let right = graph.node("right", "MatMul", &[&left, &weight], []);
    let two = graph.initializer("two", arr0(2.0_f32).into_dyn());
    let y = graph.node("y", "Mul", &[&right, &two], []);
    let mut model = build(graph, &[&y]);
    let report = model.optimize(&[&FoldAffine]).unwrap();
    assert!(report.applied().is_empty(), "{report}");
}

#[test]
fn what_hands_on_goes_and_names_of_outputs_stay() {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let a = graph.node("a", "Identity", &[&x], []);
    let b = graph.node("b", "Relu", &[&a], []);
    let c = graph.node("c", "Dropout", &[&b], []);
    let shape = graph.initializer("shape", arr1(&[1_i64, 2, 6, 6]).into_dyn());
    let d = graph.node("d", "Reshape", &[&c, &shape], []);
    let e = graph.node("e", "Identity", &[&x], []);
    let mut model = build(graph, &[&d, &e]);
    model.optimize(&[&RemoveNoOps, &RemoveUnused]).unwrap();
    // What joins an input with an output cannot go.
    assert_eq!(ops(&model), ["Relu", "Identity"]);
    let names: Vec<_> = model
        .graph()
        .outputs()
        .iter()
        .map(|info| info.name.as_str())
        .collect();
    assert_eq!(names, ["d", "e"]);
    assert_eq!(model.graph().nodes()[0].outputs, ["d"]);
}

#[test]
fn padding_goes_where_it_means_the_same() {
    let padded = |op_type: &str, value: Option<f32>, before: Option<&str>| {
        let mut graph = GraphBuilder::new("g");
        let mut x = input(&mut graph);
        if let Some(before) = before {
            x = graph.node("before", before, &[&x], []);
        }
        let pads = graph.initializer("pads", arr1(&[0_i64, 0, 1, 1, 0, 0, 1, 0]).into_dyn());
        let mut inputs = vec![x, pads];
        if let Some(value) = value {
            inputs.push(graph.initializer("value", arr0(value).into_dyn()));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let pad = graph.node("pad", "Pad", &inputs, []);
        let kernel = [("kernel_shape", Attribute::Ints(vec![3, 3]))];
        let y = match op_type {
            "Conv" => graph.conv(
                "y",
                &pad,
                Array4::ones((1, 2, 3, 3)),
                None,
                &Window::default(),
            ),
            other => graph.node("y", other, &[&pad], kernel),
        };
        let mut model = build(graph, &[&y]);
        model.optimize(&[&MergePads]).unwrap();
        let last = model.graph().nodes().last().unwrap().clone();
        (
            model
                .graph()
                .nodes()
                .iter()
                .all(|node| node.op_type != "Pad"),
            last,
        )
    };
    let merged = |pair: (bool, Node)| pair.0;
    let (is_merged, conv) = padded("Conv", None, None);
    assert!(is_merged);
    assert_eq!(conv.ints("pads").unwrap(), Some(&[1_i64, 1, 1, 0][..]));
    let (is_merged, pool) = padded("AveragePool", Some(0.0), None);
    assert!(is_merged);
    assert_eq!(pool.int("count_include_pad", 0).unwrap(), 1);
    assert!(!merged(padded("Conv", Some(1.0), None)));
    assert!(!merged(padded("MaxPool", None, None)));
    assert!(merged(padded("MaxPool", Some(f32::NEG_INFINITY), None)));
    assert!(merged(padded("MaxPool", None, Some("Relu"))));
}

#[test]
fn transpositions_that_meet_cancel() {
    let perm = |values: [i64; 4]| [("perm", Attribute::Ints(values.to_vec()))];
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let last = graph.node("last", "Transpose", &[&x], perm([0, 2, 3, 1]));
    let bias = graph.initializer("bias", arr1(&[1.0_f32, 2.0]).into_dyn());
    let sum = graph.node("sum", "Add", &[&last, &bias], []);
    let relu = graph.relu("relu", &sum);
    let y = graph.node("y", "Transpose", &[&relu], perm([0, 3, 1, 2]));
    let mut model = build(graph, &[&y]);
    model.optimize(&[&CleanTransposes, &RemoveUnused]).unwrap();
    assert_eq!(ops(&model), ["Add", "Relu"]);
    let constant = model.graph().initializers().values().next().unwrap();
    assert_eq!(constant.shape(), [1, 2, 1, 1]);
    assert_eq!(model.graph().nodes()[1].outputs, ["y"]);
}

#[test]
fn what_is_computed_twice_is_computed_once() {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let one = graph.initializer("one", arr0(0.0_f32).into_dyn());
    let same = graph.initializer("same", arr0(0.0_f32).into_dyn());
    let minus = graph.initializer("minus", arr0(-0.0_f32).into_dyn());
    let a = graph.node("a", "Sub", &[&x, &one], []);
    let b = graph.node("b", "Sub", &[&x, &same], []);
    let c = graph.node("c", "Sub", &[&x, &minus], []);
    let y = graph.node("y", "Concat", &[&a, &b, &c], [("axis", Attribute::Int(1))]);
    let mut model = build(graph, &[&y]);
    model.optimize(&[&MergeDuplicates]).unwrap();
    assert_eq!(model.graph().nodes().len(), 3);
    assert_eq!(model.graph().nodes()[2].inputs, ["a", "a", "c"]);
    assert_eq!(model.graph().initializers().len(), 2);
}

#[test]
fn shapes_are_folded_without_running_anything() {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let shape = graph.node("shape", "Shape", &[&x], []);
    let zero = graph.node("zero", "Constant", &[], [("value_int", Attribute::Int(0))]);
    let batch = graph.node("batch", "Gather", &[&shape, &zero], []);
    let axes = graph.initializer("axes", arr1(&[0_i64]).into_dyn());
    let batch = graph.node("batches", "Unsqueeze", &[&batch, &axes], []);
    let rest = graph.initializer("rest", arr1(&[-1_i64]).into_dyn());
    let target = graph.node(
        "target",
        "Concat",
        &[&batch, &rest],
        [("axis", Attribute::Int(0))],
    );
    let y = graph.node("y", "Reshape", &[&x, &target], []);
    let mut model = build(graph, &[&y]);
    model
        .optimize(&[&FoldConstants::new(), &RemoveUnused])
        .unwrap();
    assert_eq!(ops(&model), ["Reshape"]);
    let target = Tensor::from(arr1(&[1_i64, -1]).into_dyn());
    assert_eq!(model.graph().initializers()["target"], target);
}

/// Filters in time, then across the two rows: 4 filters of length 5, one joined signal each.
fn eegnet(stride: usize, between: bool) -> Model {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 1, 2, 32]);
    let window = Window::default().with_pads([0, 2]);
    let mut y = graph.conv(
        "time",
        &x,
        Array4::ones((4, 1, 1, 5)),
        Some(Array1::ones(4)),
        &window,
    );
    if between {
        y = graph.relu("relu", &y);
    }
    let window = Window::default().with_group(4).with_strides([1, stride]);
    let y = graph.conv("space", &y, Array4::ones((4, 1, 2, 1)), None, &window);
    build(graph, &[&y])
}

#[test]
fn electrodes_are_joined_before_they_are_filtered() {
    let mut model = eegnet(1, false);
    let before = model.summary().unwrap().macs;
    let report = model.optimize(&[&ReorderSeparable]).unwrap();
    assert_eq!(report.applied().len(), 1);
    assert_eq!(
        (before, model.summary().unwrap().macs),
        (64 * 20 + 128 * 2, 128 * 2 + 128 * 5)
    );
    let [space, time] = model.graph().nodes() else {
        unreachable!("{}", model.dump());
    };
    assert_eq!(
        (
            space.int("group", 1).unwrap(),
            time.int("group", 1).unwrap()
        ),
        (1, 4)
    );
    assert_eq!(time.ints("pads").unwrap(), Some(&[0_i64, 2, 0, 2][..]));
    // The bias of 1 in time, once per row.
    assert_eq!(floats(&model, &time.inputs[2]), [2.0; 4]);
    for mut other in [eegnet(2, false), eegnet(1, true)] {
        let report = other.optimize(&[&ReorderSeparable]).unwrap();
        assert!(report.applied().is_empty());
    }
}

#[test]
fn open_extents_are_fixed() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input_of("x", ElementType::F32, [Dim::Unknown, Dim::from("length")]);
    let y = graph.relu("y", &x);
    let mut model = build(graph, &[&y]);
    assert!(matches!(
        model.specialize(&[("batch", 1)]),
        Err(OnnxError::UnknownSymbol { symbol }) if symbol == "batch"
    ));
    model.specialize(&[("length", 7)]).unwrap();
    assert_eq!(
        model.graph().outputs()[0].value_type.to_string(),
        "f32[?, 7]"
    );
    model.specialize_batch(1).unwrap();
    assert_eq!(
        model.graph().outputs()[0].value_type.to_string(),
        "f32[1, 7]"
    );
}

#[test]
fn another_layout_is_a_transposition_at_the_border() {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let conv = graph.conv(
        "conv",
        &x,
        Array4::ones((3, 2, 3, 3)),
        None,
        &Window::default(),
    );
    let mut model = build(graph, &[&conv]);
    let before = model.clone();
    model.to_nhwc(&["x", "conv"]).unwrap();
    assert_eq!(ops(&model), ["Transpose", "Conv", "Transpose"]);
    assert_eq!(
        model.graph().inputs()[0].value_type.to_string(),
        "f32[1, 6, 6, 2]"
    );
    assert_eq!(
        model.graph().outputs()[0].value_type.to_string(),
        "f32[1, 4, 4, 3]"
    );
    model.to_nchw(&["x", "conv"]).unwrap();
    assert_eq!(ops(&model), ["Conv"]);
    assert_eq!(model.graph().outputs(), before.graph().outputs());
    assert!(matches!(
        model.to_nhwc(&["absent"]),
        Err(OnnxError::UnknownValue { .. })
    ));
}

#[test]
fn activations_behind_layers_are_found() {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let conv = graph.conv(
        "conv",
        &x,
        Array4::ones((2, 2, 1, 1)),
        None,
        &Window::default(),
    );
    let relu = graph.relu("relu", &conv);
    let again = graph.conv(
        "again",
        &relu,
        Array4::ones((2, 2, 1, 1)),
        None,
        &Window::default(),
    );
    let elu = graph.elu("elu", &again, 1.0);
    let model = build(graph, &[&again, &elu]);
    let found = model.fusible_activations().unwrap();
    // What the caller sees as well cannot be left out.
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].layer, found[0].activation), (0, 1));
}

/// Proposes something wrong.
#[derive(Debug)]
enum Wrong {
    Removes,
    ChangesTheOutput,
    Endless,
}

impl Pass for Wrong {
    fn name(&self) -> &'static str {
        "wrong"
    }

    fn propose(&self, view: &GraphView<'_>) -> Result<Vec<Patch>, OnnxError> {
        let (index, node) = view.nodes().next().unwrap();
        let mut node = node.clone();
        let patch = Patch::new("no reason");
        Ok(vec![match self {
            Self::Removes => patch.remove(index),
            Self::ChangesTheOutput => {
                node.op_type = "Transpose".to_owned();
                patch.replace(index, node)
            }
            Self::Endless => patch.replace(index, node),
        }])
    }
}

#[test]
fn a_wrong_patch_is_refused_and_changes_nothing() {
    let mut graph = GraphBuilder::new("g");
    let x = input(&mut graph);
    let y = graph.relu("y", &x);
    let mut model = build(graph, &[&y]);
    let before = model.clone();
    for wrong in [Wrong::Removes, Wrong::ChangesTheOutput] {
        let error = model.optimize(&[&wrong]).unwrap_err();
        assert!(
            matches!(error, OnnxError::Pass { pass: "wrong", .. }),
            "{error}"
        );
    }
    let error = model.optimize(&[&Wrong::Endless]).unwrap_err();
    assert!(matches!(error, OnnxError::Unsettled { .. }), "{error}");
    assert_eq!(model, before);
}
