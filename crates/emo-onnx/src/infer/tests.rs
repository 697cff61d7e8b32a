use std::collections::BTreeMap;

use emo_tensor::{ElementType, Tensor};
use ndarray::{ArrayD, IxDyn, arr0, arr1};
use proptest::prelude::*;

use crate::{Attribute, Dim, Graph, Inference, Model, Node, OnnxError, ValueInfo, ValueType};

/// A graph of which nothing is declared but its inputs.
#[derive(Default)]
struct Sketch {
    graph: Graph,
}

impl Sketch {
    /// An input as `f32[n, 3, ?]`.
    fn input(mut self, name: &str, value_type: &str) -> Self {
        let (element_type, shape) = value_type
            .strip_suffix(']')
            .unwrap()
            .split_once('[')
            .unwrap();
        let element_type = match element_type {
            "f32" => ElementType::F32,
            "i64" => ElementType::I64,
            "bool" => ElementType::Bool,
            other => panic!("{other}"),
        };
        let shape = shape.split(", ").filter(|dim| !dim.is_empty());
        let shape = shape.map(|dim| match dim.parse() {
            Ok(extent) => Dim::Fixed(extent),
            Err(_) if dim == "?" => Dim::Unknown,
            Err(_) => Dim::Symbol(dim.to_owned()),
        });
        let info = ValueInfo::tensor_of(name, element_type, Some(shape.collect()));
        self.graph.inputs.push(info);
        self
    }

    fn constant(mut self, name: &str, tensor: impl Into<Tensor>) -> Self {
        self.graph
            .initializers
            .insert(name.to_owned(), tensor.into());
        self
    }

    fn ints(self, name: &str, values: &[i64]) -> Self {
        self.constant(name, arr1(values).into_dyn())
    }

    fn node(
        mut self,
        outputs: &str,
        op_type: &str,
        inputs: &str,
        attributes: &[(&str, Attribute)],
    ) -> Self {
        let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let attributes = attributes.iter().cloned();
        self.graph.nodes.push(Node {
            op_type: op_type.to_owned(),
            inputs: names(inputs),
            outputs: names(outputs),
            attributes: attributes
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            ..Node::default()
        });
        self
    }

    fn infer(mut self, opset: i64) -> Result<Inference, OnnxError> {
        // A model must have an output whose type is known; this one tells nothing of the others.
        self = self.constant("end", arr0(0_i64).into_dyn());
        let end = ValueInfo::tensor_of("end", ElementType::I64, Some(Vec::new()));
        self.graph.outputs.push(end);
        Model::from_graph(self.graph, opset)?.infer()
    }

    /// Checks what is inferred of values.
    fn check(self, expected: &[(&str, &str)]) {
        let inference = self.infer(17).unwrap();
        for (name, expected) in expected {
            let known = inference.value(name).map(ToString::to_string);
            assert_eq!(known.as_deref(), Some(*expected), "{name}");
        }
    }
}

fn int(value: i64) -> Attribute {
    Attribute::Int(value)
}

#[test]
fn a_shape_is_followed_through_its_parts() {
    Sketch::default()
        .input("x", "f32[n, 3, t]")
        .ints("zero", &[0])
        .ints("rest", &[-1])
        .ints("axes", &[0])
        .constant("index", arr0(0_i64).into_dyn())
        .node("shape", "Shape", "x", &[])
        .node("batch", "Gather", "shape index", &[])
        .node("batch_1", "Unsqueeze", "batch axes", &[])
        .node("to", "Concat", "batch_1 rest", &[("axis", int(0))])
        .node("y", "Reshape", "x to", &[])
        .node("three", "Slice", "shape one two axes", &[])
        .ints("one", &[1])
        .ints("two", &[2])
        .node("both", "Concat", "rest three", &[("axis", int(0))])
        .node("z", "Reshape", "x both", &[])
        .node("made", "ConstantOfShape", "shape", &[])
        .node("sum", "Add", "x made", &[])
        .check(&[
            ("shape", "i64[3]"),
            ("batch", "i64[]"),
            // n·3·t / n has no name.
            ("y", "f32[n, ?]"),
            ("z", "f32[?, 3]"),
            ("made", "f32[n, 3, t]"),
            ("sum", "f32[n, 3, t]"),
        ]);
}

#[test]
fn a_hole_is_filled_with_what_is_left() {
    let check = |from: &str, to: &[i64], expected: &str| {
        Sketch::default()
            .input("x", from)
            .ints("to", to)
            .node("y", "Reshape", "x to", &[])
            .check(&[("y", expected)]);
    };
    check("f32[n, 3, 4]", &[0, -1], "f32[n, 12]");
    check("f32[?, 3, 4]", &[0, -1], "f32[?, 12]");
    check("f32[2, 3, 4]", &[0, -1], "f32[2, 12]");
    check("f32[n, 12]", &[-1, 12], "f32[n, 12]");
    check("f32[n, 12]", &[-1, 3, 4], "f32[n, 3, 4]");
    check("f32[n, 12]", &[-1, 6], "f32[?, 6]");
    check("f32[?, 12]", &[-1, 12], "f32[?, 12]");
    check("f32[0, 12]", &[-1, 12], "f32[0, 12]");
}

#[test]
fn names_of_extents_survive_what_keeps_extents() {
    let ones = ArrayD::<f32>::zeros(IxDyn(&[8, 3, 3, 3]));
    Sketch::default()
        .input("x", "f32[n, 3, h, w]")
        .input("other", "f32[n, 3, 1, w]")
        .constant("weight", ones)
        .node(
            "same",
            "Conv",
            "x weight",
            &[("pads", Attribute::Ints(vec![1, 1, 1, 1]))],
        )
        .node(
            "auto",
            "Conv",
            "x weight",
            &[("auto_pad", Attribute::String("SAME_UPPER".to_owned()))],
        )
        .node("valid", "Conv", "x weight", &[])
        .node("sum", "Add", "x other", &[])
        .node("mean", "GlobalAveragePool", "same", &[])
        .node("flat", "Flatten", "mean", &[])
        .node(
            "turned",
            "Transpose",
            "x",
            &[("perm", Attribute::Ints(vec![0, 2, 3, 1]))],
        )
        .check(&[
            ("same", "f32[n, 8, h, w]"),
            ("auto", "f32[n, 8, h, w]"),
            ("valid", "f32[n, 8, ?, ?]"),
            ("sum", "f32[n, 3, h, w]"),
            ("mean", "f32[n, 8, 1, 1]"),
            ("flat", "f32[n, 8]"),
            ("turned", "f32[n, h, w, 3]"),
        ]);
}

#[test]
fn extents_broadcast_as_far_as_they_are_known() {
    let check = |left: &str, right: &str, expected: &str| {
        Sketch::default()
            .input("a", left)
            .input("b", right)
            .node("y", "Add", "a b", &[])
            .check(&[("y", expected)]);
    };
    check("f32[n]", "f32[n]", "f32[n]");
    check("f32[n]", "f32[1]", "f32[n]");
    check("f32[n]", "f32[4]", "f32[4]");
    check("f32[n]", "f32[m]", "f32[?]");
    check("f32[?]", "f32[1]", "f32[?]");
    check("f32[n, 4]", "f32[2, 1, 1]", "f32[2, n, 4]");
    check("f32[]", "f32[n, 0]", "f32[n, 0]");
}

#[test]
fn operators_have_the_form_of_their_opset() {
    let squeeze = || {
        let axes = [("axes", Attribute::Ints(vec![0]))];
        let sketch = Sketch::default().input("x", "f32[1, 3]");
        sketch.node("y", "Squeeze", "x", &axes)
    };
    let known = |inference: &Inference| inference.value("y").map(ToString::to_string);
    assert_eq!(
        known(&squeeze().infer(11).unwrap()).as_deref(),
        Some("f32[3]")
    );
    let slice = Sketch::default().input("x", "f32[5, 3]").node(
        "y",
        "Slice",
        "x",
        &[
            ("starts", Attribute::Ints(vec![-3])),
            ("ends", Attribute::Ints(vec![i64::MAX])),
        ],
    );
    assert_eq!(
        known(&slice.infer(9).unwrap()).as_deref(),
        Some("f32[3, 3]")
    );
}

/// Branches that double or halve `x`, whose first extent they thus leave or change.
fn branches() -> [(&'static str, Attribute); 2] {
    let branch = |op_type: &str, inputs: &[&str], output: &str| Graph {
        nodes: vec![Node {
            op_type: op_type.to_owned(),
            inputs: inputs.iter().map(|&name| name.to_owned()).collect(),
            outputs: vec![output.to_owned()],
            attributes: BTreeMap::from([("axis".to_owned(), int(0))]),
            ..Node::default()
        }],
        outputs: vec![ValueInfo {
            name: output.to_owned(),
            value_type: ValueType::Unknown,
        }],
        ..Graph::default()
    };
    [
        (
            "then_branch",
            Attribute::Graph(branch("Concat", &["x", "x"], "twice")),
        ),
        (
            "else_branch",
            Attribute::Graph(branch("Softmax", &["x"], "once")),
        ),
    ]
}

#[test]
fn a_constant_condition_takes_its_branch() {
    let check = |condition: bool, expected: &str| {
        Sketch::default()
            .input("x", "f32[2, n]")
            .constant("c", arr0(condition).into_dyn())
            .node("y", "If", "c", &branches())
            .check(&[("y", expected)]);
    };
    check(true, "f32[4, n]");
    check(false, "f32[2, n]");
    Sketch::default()
        .input("x", "f32[2, n]")
        .input("c", "bool[]")
        .node("y", "If", "c", &branches())
        .check(&[("y", "f32[?, n]")]);
}

#[test]
fn contradictions_name_the_node_and_the_numbers() {
    let check = |sketch: Sketch, expected: &str| {
        assert_eq!(sketch.infer(17).unwrap_err().to_string(), expected);
    };
    let two = || {
        Sketch::default()
            .input("a", "f32[2, 3]")
            .input("b", "f32[4, 5]")
    };
    check(
        two().node("y", "MatMul", "a b", &[]),
        "node y (MatMul): the inner extents do not fit: 3 and 4",
    );
    check(
        two().node("y", "Concat", "a b", &[("axis", int(0))]),
        "node y (Concat): the extents beside the axis do not fit: 3 and 5",
    );
    check(
        two().node("y", "Conv", "a b", &[]),
        "node y (Conv): `X` has 2 axes, not 3 or more",
    );
    check(
        two().ints("to", &[7]).node("y", "Reshape", "a to", &[]),
        "node y (Reshape): the numbers of elements before and after do not fit: 6 and 7",
    );
    check(
        two().node("y", "Not", "a", &[]),
        "node y (Not): `X` is of f32, not of bool",
    );
    check(
        two().node("y", "Gather", "a a", &[]),
        "node y (Gather): `indices` is of f32, not of i32, i64",
    );
    check(
        two().node("y", "Flatten", "a", &[("axis", int(-3))]),
        "node y (Flatten): there is no axis -3 among 2 axes",
    );
}

#[test]
fn a_batch_of_any_extent_goes_through_the_shared_models() {
    let Some(folder) = emo_testing::shared("models") else {
        return;
    };
    let mut n_models = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "onnx") {
            continue;
        }
        let model = Model::read(&path).unwrap();
        let mut graph = model.graph().clone();
        graph.value_infos.clear();
        for info in graph.inputs.iter_mut().chain(&mut graph.outputs) {
            if let ValueType::Tensor {
                shape: Some(shape), ..
            } = &mut info.value_type
            {
                shape[0] = Dim::Symbol("batch".to_owned());
            }
        }
        let outputs: Vec<_> = graph.outputs.iter().map(|info| info.name.clone()).collect();
        for info in &mut graph.outputs {
            if let ValueType::Tensor { shape, .. } = &mut info.value_type {
                *shape = None;
            }
        }
        let inference = Model::from_graph(graph, model.opset())
            .unwrap()
            .infer()
            .unwrap();
        let fixed = model.infer().unwrap();
        for (name, value_type) in fixed.values() {
            let known = inference.value(name).unwrap();
            let unknown = inference.shape(name).unwrap().contains(&Dim::Unknown);
            assert!(
                !unknown,
                "{}: `{name}` is {known}, not {value_type}",
                path.display()
            );
        }
        for output in outputs {
            assert_eq!(
                inference.shape(&output).unwrap()[0],
                Dim::Symbol("batch".to_owned())
            );
        }
        n_models += 1;
    }
    assert!(n_models > 0);
}

/// Numbers near the ends of their range, and small ones.
fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -3_i64..9,
        1 => Just(i64::MAX),
        1 => Just(i64::MIN),
        1 => Just(i64::MAX / 3),
        1 => any::<i64>(),
    ]
}

const OPERATORS: &[&str] = &[
    "ArgMax",
    "AveragePool",
    "CenterCropPad",
    "Col2Im",
    "Compress",
    "Concat",
    "ConstantOfShape",
    "Conv",
    "ConvTranspose",
    "CumSum",
    "DFT",
    "DepthToSpace",
    "Einsum",
    "Expand",
    "Flatten",
    "Gather",
    "GatherElements",
    "GatherND",
    "Gemm",
    "HannWindow",
    "LSTM",
    "LpPool",
    "MatMul",
    "MaxPool",
    "MelWeightMatrix",
    "OneHot",
    "Pad",
    "Range",
    "ReduceSum",
    "ReduceMax",
    "Reshape",
    "Resize",
    "STFT",
    "ScatterND",
    "Shape",
    "Size",
    "Slice",
    "SpaceToDepth",
    "Split",
    "Squeeze",
    "Tile",
    "TopK",
    "Transpose",
    "Unsqueeze",
    "Upsample",
    "Where",
    "MaxUnpool",
    "RoiAlign",
    "AffineGrid",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever a node's numbers are, it is an error or a result, at once, and nothing is allocated by them.
    #[test]
    fn wild_numbers_do_no_harm(
        operator in proptest::sample::select(OPERATORS),
        opset in 7_i64..=27,
        shape in proptest::collection::vec(prop_oneof![Just("n".to_owned()), Just("?".to_owned()),
            (0_usize..9).prop_map(|n| n.to_string()), Just(usize::MAX.to_string())], 0..5),
        constants in proptest::collection::vec(proptest::collection::vec(number(), 0..5), 0..4),
        scalar in any::<bool>(),
        settings in proptest::collection::btree_map(
            proptest::sample::select(&["axis", "axes", "kernel_shape", "pads", "strides", "dilations", "group",
                "perm", "blocksize", "allowzero", "keepdims", "ceil_mode", "split", "starts", "ends",
                "output_shape", "output_padding", "hidden_size", "batch_dims", "start", "end", "onesided",
                "inverse", "num_outputs", "output_height", "output_width", "k"][..]),
            (any::<bool>(), proptest::collection::vec(number(), 1..5)),
            0..6,
        ),
    ) {
        let text = format!("f32[{}]", shape.join(", "));
        let mut sketch = Sketch::default().input("x", &text);
        let mut inputs = "x".to_owned();
        for (index, values) in constants.iter().enumerate() {
            let name = format!("c{index}");
            sketch = match values.as_slice() {
                [value] if scalar => sketch.constant(&name, arr0(*value).into_dyn()),
                values => sketch.ints(&name, values),
            };
            inputs = format!("{inputs} {name}");
        }
        // Operators of integers alone get nothing but constants.
        if matches!(operator, "ConstantOfShape" | "Range" | "HannWindow" | "MelWeightMatrix") {
            inputs = inputs.trim_start_matches("x").to_owned();
        }
        let attributes: Vec<_> = settings
            .iter()
            .map(|(name, (single, values))| match (single, values.first()) {
                (true, Some(value)) => (*name, int(*value)),
                _ => (*name, Attribute::Ints(values.clone())),
            })
            .collect();
        let sketch = sketch.node("y z", operator, inputs.trim(), &attributes);
        let graph = sketch.graph;
        for n_outputs in 1..=2 {
            let mut sketch = Sketch { graph: graph.clone() };
            sketch.graph.nodes[0].outputs.truncate(n_outputs);
            if let Ok(inference) = sketch.infer(opset) {
                prop_assert!(inference.shape("y").is_none_or(|shape| shape.len() <= 64));
            }
        }
    }
}
