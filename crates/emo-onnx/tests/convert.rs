//! Models for other versions of ONNX's operators: what changes, and what cannot.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_onnx::{Attribute, GraphBuilder, Model, OnnxError};
use emo_tensor::{ElementType, Tensor};
use ndarray::{Array1, arr0, arr1};

/// One node from `x` to `y`, with integers as further inputs.
fn one(
    opset: i64,
    op_type: &str,
    shape: &[usize],
    inputs: &[&[i64]],
    attributes: &[(&'static str, Attribute)],
) -> Model {
    let mut graph = GraphBuilder::new("g");
    let mut names = vec![graph.input("x", ElementType::F32, shape)];
    for (index, values) in inputs.iter().enumerate() {
        let values: Tensor = Array1::from(values.to_vec()).into_dyn().into();
        names.push(graph.initializer(&format!("c{index}"), values));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let y = graph.node("y", op_type, &names, attributes.iter().cloned());
    graph.output_of(&y);
    graph.build(opset).unwrap()
}

fn ops(model: &Model) -> Vec<&str> {
    let nodes = model.graph().nodes().iter();
    nodes.map(|node| node.op_type.as_str()).collect()
}

fn ints(values: &[i64]) -> Attribute {
    Attribute::Ints(values.to_vec())
}

#[test]
fn settings_move_between_inputs_and_attributes() {
    struct Case {
        opsets: (i64, i64),
        op_type: &'static str,
        inputs: &'static [&'static [i64]],
        attribute: &'static str,
    }
    let cases = [
        Case {
            opsets: (13, 12),
            op_type: "Squeeze",
            inputs: &[&[0]],
            attribute: "axes",
        },
        Case {
            opsets: (13, 12),
            op_type: "Unsqueeze",
            inputs: &[&[0]],
            attribute: "axes",
        },
        Case {
            opsets: (13, 12),
            op_type: "ReduceSum",
            inputs: &[&[1]],
            attribute: "axes",
        },
        Case {
            opsets: (18, 17),
            op_type: "ReduceMean",
            inputs: &[&[1]],
            attribute: "axes",
        },
        Case {
            opsets: (11, 10),
            op_type: "Pad",
            inputs: &[&[0, 1, 0, 0, 2, 0]],
            attribute: "pads",
        },
        Case {
            opsets: (10, 9),
            op_type: "Slice",
            inputs: &[&[1], &[3], &[1]],
            attribute: "starts",
        },
    ];
    for Case {
        opsets: (new, old),
        op_type,
        inputs,
        attribute,
    } in cases
    {
        let model = one(new, op_type, &[1, 4, 2], inputs, &[]);
        let mut down = model.clone();
        down.convert_opset(old).unwrap();
        let node = &down.graph().nodes()[0];
        assert_eq!(node.inputs, ["x"], "{op_type}");
        assert_eq!(node.ints(attribute).unwrap(), Some(inputs[0]), "{op_type}");
        assert!(down.graph().initializers().is_empty(), "{op_type}");
        assert_eq!(down.graph().outputs(), model.graph().outputs());
        down.convert_opset(new).unwrap();
        let node = &down.graph().nodes()[0];
        assert_eq!(node.inputs.len(), inputs.len() + 1, "{op_type}");
        assert!(node.attributes.is_empty(), "{op_type}");
        let axes = &down.graph().initializers()[&node.inputs[1]];
        let values: Vec<i64> = axes.as_array::<i64>().unwrap().iter().copied().collect();
        assert_eq!(values, inputs[0], "{op_type}");
    }
}

#[test]
fn softmax_takes_one_axis_or_all_that_follow() {
    let axis = |axis| [("axis", Attribute::Int(axis))];
    let mut last = one(12, "Softmax", &[2, 3], &[], &[]);
    last.convert_opset(13).unwrap();
    assert_eq!(ops(&last), ["Softmax"]);
    assert_eq!(last.graph().nodes()[0].int("axis", -1).unwrap(), 1);
    let mut joined = one(12, "Softmax", &[2, 3, 4], &[], &axis(1));
    joined.convert_opset(13).unwrap();
    assert_eq!(ops(&joined), ["Shape", "Flatten", "Softmax", "Reshape"]);
    let mut middle = one(13, "Softmax", &[2, 3, 4], &[], &axis(1));
    middle.convert_opset(12).unwrap();
    assert_eq!(ops(&middle), ["Transpose", "Softmax", "Transpose"]);
    let perm = middle.graph().nodes()[0].ints("perm").unwrap();
    assert_eq!(perm, Some(&[0_i64, 2, 1][..]));
}

#[test]
fn operators_that_are_newer_are_composed() {
    for (opset, op_type, target) in [
        (20, "Gelu", 13),
        (18, "Mish", 13),
        (14, "HardSwish", 13),
        (12, "Celu", 11),
        (24, "Swish", 13),
    ] {
        let mut model = one(opset, op_type, &[2, 3], &[], &[]);
        model.convert_opset(target).unwrap();
        assert!(!ops(&model).contains(&op_type));
        let y = model.infer().unwrap();
        assert_eq!(y.fixed_shape("y"), Some(vec![2, 3]), "{op_type}");
    }
}

#[test]
fn what_cannot_be_expressed_is_named() {
    let cases = [
        (
            one(10, "Slice", &[4], &[&[0], &[4], &[0], &[2]], &[]),
            9,
            "steps other than 1",
        ),
        (
            one(
                18,
                "Pad",
                &[4],
                &[&[1, 1]],
                &[("mode", Attribute::String("wrap".into()))],
            ),
            18,
            "",
        ),
        (
            one(
                19,
                "AveragePool",
                &[1, 1, 9],
                &[],
                &[("kernel_shape", ints(&[2])), ("dilations", ints(&[3]))],
            ),
            18,
            "dilations",
        ),
        (
            one(
                12,
                "ArgMax",
                &[4],
                &[],
                &[("select_last_index", Attribute::Int(1))],
            ),
            11,
            "the last one of equal elements",
        ),
    ];
    for (mut model, target, expected) in cases {
        let before = model.clone();
        match model.convert_opset(target) {
            Ok(()) => assert_eq!(expected, ""),
            Err(OnnxError::Conversion { node, reason, .. }) => {
                assert!(node.starts_with("y ("), "{node}");
                assert_eq!(reason, expected);
                assert_eq!(model, before);
            }
            Err(other) => unreachable!("{other}"),
        }
    }
    let mut trilu = one(14, "Trilu", &[2, 2], &[], &[]);
    let error = trilu.convert_opset(13).unwrap_err();
    assert!(
        matches!(error, OnnxError::UnknownOperator { opset: 13, .. }),
        "{error}"
    );
    assert!(matches!(
        trilu.convert_opset(28),
        Err(OnnxError::Opset { .. })
    ));
}

#[test]
fn types_that_are_newer_are_refused() {
    // `Relu` of integers came with version 14.
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::I8, &[2]);
    let y = graph.relu("y", &x);
    graph.output_of(&y);
    let mut model = graph.build(14).unwrap();
    assert!(matches!(
        model.convert_opset(13),
        Err(OnnxError::Type { .. })
    ));

    // What comes out counts as well.
    let mut cast = one(19, "Cast", &[2], &[], &[("to", Attribute::Int(17))]);
    assert!(matches!(
        cast.convert_opset(18),
        Err(OnnxError::Type {
            parameter: "output",
            ..
        })
    ));
}

#[test]
fn limits_keep_their_values() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[2]);
    let max = graph.initializer("max", arr0(6.0_f32).into_dyn());
    let y = graph.node("y", "Clip", &[&x, "", &max], []);
    graph.output_of(&y);
    let mut model = graph.build(17).unwrap();
    model.convert_opset(7).unwrap();
    let node = &model.graph().nodes()[0];
    assert_eq!(node.float("max", 0.0).unwrap(), 6.0);
    assert!(!node.attributes.contains_key("min"));
    model.convert_opset(21).unwrap();
    let node = &model.graph().nodes()[0];
    assert_eq!(node.inputs.len(), 3);
    assert_eq!(node.inputs[1], "");
    let max = &model.graph().initializers()[&node.inputs[2]];
    assert_eq!(*max, Tensor::from(arr0(6.0_f32).into_dyn()));
}

#[test]
fn equal_parts_are_named_where_they_are_not_equal() {
    let build = |n: usize| {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", ElementType::F32, &[n]);
        let y = graph.node("y", "Split", &[&x], [("num_outputs", Attribute::Int(1))]);
        graph.output_of(&y);
        graph.build(18).unwrap()
    };
    let mut model = build(4);
    model.convert_opset(13).unwrap();
    assert!(model.graph().nodes()[0].attributes.is_empty());
    model.convert_opset(18).unwrap();
    assert_eq!(model.graph().nodes()[0].int("num_outputs", 0).unwrap(), 1);
    let _ = arr1(&[0_i64]);
}
