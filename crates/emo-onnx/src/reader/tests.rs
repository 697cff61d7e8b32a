use super::*;
use crate::proto::{
    AttributeProto, FunctionProto, SparseTensorProto, TensorProto, TrainingInfoProto,
    ValueInfoProto,
    attribute_proto::AttributeType,
    tensor_proto::{DataLocation, DataType},
    type_proto,
};

/// A file with a constant `w` of two numbers and the nodes `a = Add(x, w)` and `y = Relu(a)`.
fn valid() -> ModelProto {
    let info = |name: &str| ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(crate::proto::TypeProto {
            value: Some(type_proto::Value::TensorType(type_proto::Tensor {
                elem_type: Some(1),
                shape: Some(Default::default()),
            })),
            denotation: None,
        }),
        ..ValueInfoProto::default()
    };
    let node = |op_type: &str, inputs: &[&str], output: &str| NodeProto {
        op_type: Some(op_type.to_owned()),
        input: inputs.iter().map(|&input| input.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    };
    ModelProto {
        ir_version: Some(8),
        opset_import: vec![OperatorSetIdProto {
            domain: None,
            version: Some(17),
        }],
        graph: Some(GraphProto {
            node: vec![node("Add", &["x", "w"], "a"), node("Relu", &["a"], "y")],
            initializer: vec![TensorProto {
                name: Some("w".to_owned()),
                dims: vec![2],
                data_type: Some(DataType::Float.into()),
                raw_data: Some(vec![0; 8].into()),
                ..TensorProto::default()
            }],
            input: vec![info("x")],
            output: vec![info("y")],
            ..GraphProto::default()
        }),
        ..ModelProto::default()
    }
}

#[track_caller]
fn check(change: impl FnOnce(&mut ModelProto), expected: &str) {
    let mut proto = valid();
    change(&mut proto);
    let message = match read(proto.encode_to_vec().into(), &mut Files::none()) {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(message, expected);
}

#[track_caller]
fn check_graph(change: impl FnOnce(&mut GraphProto), expected: &str) {
    check(|model| change(model.graph.as_mut().unwrap()), expected);
}

#[track_caller]
fn check_constant(change: impl Fn(&mut TensorProto), expected: &str) {
    check_graph(
        |graph| change(&mut graph.initializer[0]),
        &format!("initializer `w`{expected}"),
    );
    check_graph(
        |graph| {
            let mut tensor = graph.initializer[0].clone();
            change(&mut tensor);
            graph.node[0].attribute = vec![AttributeProto {
                name: Some("value".to_owned()),
                r#type: Some(AttributeType::Tensor.into()),
                t: Some(tensor),
                ..AttributeProto::default()
            }];
        },
        &format!("node a (Add): attribute `value`{expected}"),
    );
}

#[track_caller]
fn check_attribute(change: impl FnOnce(&mut AttributeProto), expected: &str) {
    check_graph(
        |graph| {
            let mut attribute = AttributeProto {
                name: Some("k".to_owned()),
                r#type: Some(AttributeType::Int.into()),
                ..AttributeProto::default()
            };
            change(&mut attribute);
            graph.node[0].attribute = vec![attribute];
        },
        expected,
    );
}

#[test]
fn the_model_that_the_cases_spoil_is_valid() {
    check(|_| {}, "no error");
}

#[test]
fn versions_and_parts_outside_the_scope_are_refused() {
    check(
        |m| m.ir_version = None,
        "IR version 0 is not supported, only 3 to 14",
    );
    check(
        |m| m.ir_version = Some(15),
        "IR version 15 is not supported, only 3 to 14",
    );
    check(
        |m| m.opset_import[0].version = Some(28),
        "operator set 28 is not supported, only 1 to 27",
    );
    check(
        |m| m.opset_import[0].domain = Some("com.example".to_owned()),
        "node a (Add): the model imports no operators of domain ``",
    );
    check(
        |m| m.opset_import.clear(),
        "the model has no imported operator set",
    );
    check(
        |m| m.opset_import.push(m.opset_import[0].clone()),
        "the model: more than one imported operator set is called ``",
    );
    check(|m| m.graph = None, "the model has no graph");
    check(
        |m| m.functions.push(FunctionProto::default()),
        "a function has no name",
    );
    check(
        |m| m.training_info.push(TrainingInfoProto::default()),
        "no error",
    );
    check(
        |m| m.metadata_props = vec![StringStringEntryProto::default(); 2],
        "the model: more than one metadata entry is called ``",
    );
    check_graph(
        |g| g.sparse_initializer.push(SparseTensorProto::default()),
        "initializer `` has no values",
    );
    check_graph(
        |g| g.node[1].domain = Some("com.example".to_owned()),
        "node y (Relu): the model imports no operators of domain `com.example`",
    );
}

#[test]
fn tensors_that_contradict_themselves_are_refused_wherever_they_stand() {
    check_constant(|t| t.dims = vec![-2], ": axis 0 has the negative extent -2");
    check_constant(|t| t.dims = vec![3], ": 8 bytes of data, the shape has 12");
    check_constant(|t| t.dims = vec![], ": 8 bytes of data, the shape has 4");
    check_constant(
        |t| t.raw_data = None,
        ": 0 elements of data, the shape has 2",
    );
    check_constant(
        |t| t.dims = vec![1 << 40, 1 << 40],
        &format!(": {} elements, at most 536870912 are accepted", usize::MAX),
    );
    check_constant(
        |t| {
            t.dims = vec![0, i64::MAX];
            t.raw_data = None;
        },
        ": 9223372036854775807 elements, at most 536870912 are accepted",
    );
    check_constant(
        |t| t.dims = vec![1; 65],
        ": 65 axes, at most 64 are accepted",
    );
    check_constant(
        |t| t.float_data = vec![0.0; 2],
        ": data in a field that is not for FLOAT elements, or in two fields",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.int32_data = vec![0; 2];
        },
        ": data in a field that is not for FLOAT elements, or in two fields",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.int32_data = vec![127, 128];
            t.data_type = Some(DataType::Int8.into());
        },
        ": element 1 is 128, which is no i8",
    );
    check_constant(
        |t| {
            t.raw_data = Some(vec![1, 2].into());
            t.data_type = Some(DataType::Bool.into());
        },
        ": element 1 is 2, which is no bool",
    );
    check_constant(
        |t| t.data_type = Some(DataType::Float16.into()),
        ": 8 bytes of data, the shape has 4",
    );
    check_constant(
        |t| t.data_type = Some(DataType::Int4.into()),
        ": 8 bytes of data, the shape has 1",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.int32_data = vec![0; 2];
            t.data_type = Some(DataType::Uint4.into());
        },
        ": 2 entries of data, the shape has 1",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.int32_data = vec![256];
            t.data_type = Some(DataType::Uint4.into());
        },
        ": element 0 is 256, which is no u4",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.int32_data = vec![0, -1];
            t.data_type = Some(DataType::Bfloat16.into());
        },
        ": element 1 is -1, which is no bf16",
    );
    check_constant(
        |t| t.data_type = Some(DataType::String.into()),
        ": data in a field that is not for STRING elements, or in two fields",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.string_data = vec![Vec::new()];
            t.data_type = Some(DataType::String.into());
        },
        ": 1 elements of data, the shape has 2",
    );
    check_constant(
        |t| {
            t.raw_data = None;
            t.float_data = vec![0.0; 3];
            t.data_type = Some(DataType::Complex64.into());
        },
        ": 3 entries of data, the shape has 4",
    );
    check_constant(
        |t| t.data_type = Some(99),
        ": elements of type 99 are not supported",
    );
    check_constant(
        |t| t.data_type = None,
        ": elements of type UNDEFINED are not supported",
    );
    check_constant(
        |t| t.data_location = Some(DataLocation::External.into()),
        ": its data are in another file, which is not allowed to be read",
    );
    check_constant(
        |t| t.external_data.push(StringStringEntryProto::default()),
        ": its data are in another file, which is not allowed to be read",
    );
    check_constant(
        |t| t.segment = Some(Default::default()),
        ": a tensor in segments is not supported",
    );
}

#[test]
fn attributes_that_contradict_themselves_are_refused() {
    check_attribute(|a| a.i = Some(3), "no error");
    check_attribute(
        |a| a.f = Some(0.5),
        "node a (Add): attribute `k` is not an integer",
    );
    check_attribute(
        |a| {
            a.r#type = Some(AttributeType::String.into());
            a.s = Some(vec![0xff]);
        },
        "no error",
    );
    check_attribute(
        |a| a.r#type = Some(AttributeType::Tensor.into()),
        "node a (Add): attribute `k` is not a tensor",
    );
    check_attribute(
        |a| {
            a.r#type = Some(AttributeType::Graph.into());
            a.g = Some(GraphProto::default());
        },
        "no error",
    );
    check_attribute(
        |a| a.r#type = Some(77),
        "node a (Add): attribute `k` has no known type",
    );
    check_attribute(
        |a| a.ref_attr_name = Some("outer".to_owned()),
        "node a (Add): attribute `k`: a reference to a function's attribute outside of a function is not supported",
    );
    check_attribute(
        |a| a.name = None,
        "an attribute of node a (Add) has no name",
    );
    check_graph(
        |g| {
            let attribute = AttributeProto {
                name: Some("k".to_owned()),
                r#type: Some(AttributeType::Ints.into()),
                ..AttributeProto::default()
            };
            g.node[0].attribute = vec![attribute; 2];
        },
        "node a (Add): more than one attribute is called `k`",
    );
}

#[test]
fn values_need_one_producer() {
    check_graph(
        |g| g.node[1].input[0] = "b".to_owned(),
        "node y (Relu): nothing produces its input `b`",
    );
    check_graph(
        |g| g.output[0].name = Some("z".to_owned()),
        "nothing produces the graph's output `z`",
    );
    check_graph(|g| g.output.clear(), "the graph has no outputs");
    check_graph(
        |g| g.output.push(g.output[0].clone()),
        "the graph: more than one output is called `y`",
    );
    for name in ["x", "w", "a"] {
        check_graph(
            |g| g.node[1].output.push(name.to_owned()),
            &format!("the graph: more than one value is called `{name}`"),
        );
    }
    check_graph(
        |g| g.initializer.push(g.initializer[0].clone()),
        "the graph: more than one initializer is called `w`",
    );
    check_graph(|g| g.node[0].op_type = None, "node a () has no operator");
    check_graph(
        |g| g.initializer[0].name = None,
        "an initializer has no name",
    );
    check_graph(|g| g.input[0].r#type = None, "input `x` has no type");
}

#[test]
fn nodes_are_put_in_order_and_cycles_are_named() {
    let mut proto = valid();
    proto.graph.as_mut().unwrap().node.reverse();
    let graph = read(proto.encode_to_vec().into(), &mut Files::none())
        .unwrap()
        .graph;
    let outputs: Vec<_> = graph.nodes().iter().map(|node| &node.outputs[0]).collect();
    assert_eq!(outputs, ["a", "y"]);

    check_graph(
        |g| g.node[0].input[0] = "y".to_owned(),
        "the graph has a cycle: a (Add) → y (Relu) → a (Add)",
    );
    check_graph(
        |g| {
            // `y` and what follows it are stuck as well, but not on the cycle.
            g.node[0].input[0] = "a".to_owned();
        },
        "the graph has a cycle: a (Add) → a (Add)",
    );
}

#[test]
fn long_chains_in_the_worst_order_are_sorted() {
    let mut proto = valid();
    let graph = proto.graph.as_mut().unwrap();
    graph.node = (0..20_000)
        .rev()
        .map(|index| NodeProto {
            op_type: Some("Relu".to_owned()),
            input: vec![match index {
                0 => "x".to_owned(),
                _ => format!("v{}", index - 1),
            }],
            output: vec![format!("v{index}")],
            ..NodeProto::default()
        })
        .collect();
    graph.output[0].name = Some("v19999".to_owned());
    let contents = read(proto.encode_to_vec().into(), &mut Files::none()).unwrap();
    assert_eq!(contents.graph.nodes()[0].outputs, ["v0"]);
    assert_eq!(contents.graph.nodes()[19_999].outputs, ["v19999"]);
}

/// An `If` in place of the second node, whose branch `then` reads `a` and whose branch `else` is the same.
fn with_branches(graph: &mut GraphProto) -> &mut GraphProto {
    let relu = graph.node[1].clone();
    let branch = GraphProto {
        name: Some("branch".to_owned()),
        node: vec![NodeProto {
            output: vec!["b".to_owned()],
            ..relu
        }],
        output: vec![ValueInfoProto {
            name: Some("b".to_owned()),
            ..ValueInfoProto::default()
        }],
        ..GraphProto::default()
    };
    let attribute = |name: &str| AttributeProto {
        name: Some(name.to_owned()),
        r#type: Some(AttributeType::Graph.into()),
        g: Some(branch.clone()),
        ..AttributeProto::default()
    };
    graph.node[1] = NodeProto {
        op_type: Some("If".to_owned()),
        input: vec!["x".to_owned()],
        output: vec!["y".to_owned()],
        attribute: vec![attribute("then_branch"), attribute("else_branch")],
        ..NodeProto::default()
    };
    graph.node[1].attribute[0].g.as_mut().unwrap()
}

#[test]
fn subgraphs_read_what_is_around_them() {
    check_graph(
        |g| {
            with_branches(g);
        },
        "no error",
    );
    let mut proto = valid();
    let graph = proto.graph.as_mut().unwrap();
    with_branches(graph);
    // The node whose subgraphs read `a` stands before the one that writes it.
    graph.node.reverse();
    let graph = read(proto.encode_to_vec().into(), &mut Files::none())
        .unwrap()
        .graph;
    let [first, second] = graph.nodes() else {
        panic!("{} nodes", graph.nodes().len());
    };
    assert_eq!(first.outputs, ["a"]);
    assert_eq!(second.captures(), BTreeSet::from(["a"]));
    assert!(graph.free_names().is_empty());

    check_graph(
        |g| with_branches(g).node[0].input[0] = "z".to_owned(),
        "node b (Relu): nothing produces its input `z`",
    );
    check_graph(
        |g| with_branches(g).node[0].input[0] = "y".to_owned(),
        "the graph has a cycle: y (If) → y (If)",
    );
    check_graph(
        |g| with_branches(g).node[0].input[0] = "b".to_owned(),
        "the graph has a cycle: b (Relu) → b (Relu)",
    );
    check_graph(
        |g| with_branches(g).output[0].name = Some("a".to_owned()),
        "nothing produces the graph's output `a`",
    );
    for name in ["x", "w", "a", "y"] {
        check_graph(
            |g| with_branches(g).node[0].output.push(name.to_owned()),
            &format!("node y (If): its subgraph has a value `{name}`, as a graph around it"),
        );
    }
    check_graph(
        |g| with_branches(g).node[0].domain = Some("com.example".to_owned()),
        "node b (Relu): the model imports no operators of domain `com.example`",
    );
    check_graph(
        |g| with_branches(g).initializer = vec![TensorProto::default()],
        "initializer ``: elements of type UNDEFINED are not supported",
    );
}

#[test]
fn nodes_and_constants_are_counted_with_those_of_subgraphs() {
    let is_limit = |proto: ModelProto, expected: &str, n_expected: usize| {
        let error = read(proto.encode_to_vec().into(), &mut Files::none())
            .err()
            .unwrap();
        assert!(
            matches!(&error, OnnxError::Limit { what, actual, .. } if *what == expected && *actual == n_expected),
            "{error}"
        );
    };
    let mut proto = valid();
    let branch = with_branches(proto.graph.as_mut().unwrap());
    branch.node.resize_with(limits::NODES, Default::default);
    is_limit(proto, "nodes", limits::NODES + 3);

    let mut proto = valid();
    let branch = with_branches(proto.graph.as_mut().unwrap());
    branch.initializer = (0..limits::INITIALIZERS)
        .map(|index| TensorProto {
            name: Some(format!("c{index}")),
            data_type: Some(DataType::Bool.into()),
            raw_data: Some(vec![0].into()),
            ..TensorProto::default()
        })
        .collect();
    is_limit(proto, "initializers", limits::INITIALIZERS + 1);

    let mut proto = valid();
    let mut attribute = AttributeProto::default();
    for _ in 0..limits::SUBGRAPHS + 1 {
        attribute = AttributeProto {
            name: Some("k".to_owned()),
            r#type: Some(AttributeType::Graph.into()),
            g: Some(GraphProto {
                node: vec![NodeProto {
                    op_type: Some("If".to_owned()),
                    attribute: vec![attribute],
                    ..NodeProto::default()
                }],
                ..GraphProto::default()
            }),
            ..AttributeProto::default()
        };
        // The innermost node has an attribute without a subgraph.
        attribute.g.as_mut().unwrap().node[0]
            .attribute
            .retain(|attribute| attribute.name.is_some());
    }
    proto.graph.as_mut().unwrap().node[0].attribute = vec![attribute];
    is_limit(proto, "levels of subgraphs", limits::SUBGRAPHS + 1);
}
