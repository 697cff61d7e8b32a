//! What cannot be executed is refused with the node's name and a reason, never executed in another way.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_backend::{
    Backend, BackendError, ModelSource, Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuConfig};
use emo_onnx::{Attribute, GraphBuilder};
use ndarray::{ArrayD, arr0, arr1};

const F32: ElementType = ElementType::F32;

fn zeros(shape: &[usize]) -> Tensor {
    ArrayD::<f32>::zeros(shape).into()
}

fn ints(values: &[i64]) -> Attribute {
    Attribute::Ints(values.to_vec())
}

/// Compiles one node `n` that reads an input `x` and constants, for opset 17, and returns the error's texts.
fn refusal(
    op_type: &str,
    input: &[usize],
    constants: Vec<Tensor>,
    attributes: Vec<(&'static str, Attribute)>,
) -> String {
    let mut graph = GraphBuilder::new("refused");
    let mut reads = vec![graph.input("x", F32, input)];
    for (index, constant) in constants.into_iter().enumerate() {
        reads.push(graph.initializer(&format!("c{index}"), constant));
    }
    let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
    let output = graph.node("n", op_type, &reads, attributes);
    graph.output(&output, F32, &[]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    texts(&error)
}

fn texts(error: &dyn std::error::Error) -> String {
    match error.source() {
        None => error.to_string(),
        Some(source) => format!("{error}: {}", texts(source)),
    }
}

#[test]
fn unsupported_and_contradictory_nodes_are_refused() {
    let cases = [
        (
            refusal("Selu", &[1, 2], vec![], vec![]),
            "node n (Selu): operator",
        ),
        (
            refusal("Relu", &[1, 2], vec![], vec![("slope", Attribute::Int(1))]),
            "node n (Relu): attribute `slope`",
        ),
        (
            refusal("Relu", &[1, 2], vec![zeros(&[1])], vec![]),
            "malformed model: node n (Relu): 2 inputs, expected 1 to 1",
        ),
        (
            refusal("Elu", &[1], vec![], vec![("alpha", Attribute::Int(1))]),
            "malformed model: node n (Elu): attribute `alpha` is not a number",
        ),
        (
            refusal("Conv", &[1, 2, 9], vec![zeros(&[4, 3, 2])], vec![]),
            "malformed model: node n (Conv): input [1, 2, 9], weights [4, 3, 2] and 1 groups do not fit together",
        ),
        (
            refusal("Conv", &[1, 2, 3], vec![zeros(&[4, 2, 5])], vec![]),
            "malformed model: node n (Conv): a kernel that spans 5 over an axis of 3 with pads 0 and 0",
        ),
        (
            refusal(
                "Conv",
                &[1, 1, 4, 4, 4],
                vec![zeros(&[1, 1, 2, 2, 2])],
                vec![],
            ),
            "node n (Conv): an input with 5 axes, only one or two spatial axes are executed",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[-1, 0]))],
            ),
            "node n (Conv): negative pads [-1, 0]",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("strides", ints(&[0]))],
            ),
            "malformed model: node n (Conv): attribute `strides` is [0] over 1 spatial axes",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("auto_pad", Attribute::String("SAME".into()))],
            ),
            "node n (Conv): auto_pad `SAME`",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[i64::MAX, i64::MAX]))],
            ),
            "malformed model: node n (Conv): a kernel that spans 3 over an axis of 9",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[1 << 40, 0]))],
            ),
            "malformed model: the padded input of node n (Conv) needs 8796093022280 bytes, the limit is 1073741824",
        ),
        (
            refusal(
                "Pad",
                &[1, 2],
                vec![arr1(&[0_i64, 0, 1, 1]).into_dyn().into()],
                vec![("mode", Attribute::String("reflect".into()))],
            ),
            "node n (Pad): mode `reflect`",
        ),
        (
            refusal(
                "Pad",
                &[1, 2],
                vec![arr1(&[0_i64, 0, i64::MAX, 1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Pad): an axis of 1 padded by 0 and 9223372036854775807",
        ),
        (
            refusal(
                "Reshape",
                &[2, 3],
                vec![arr1(&[4_i64, -1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Reshape): shape [2, 3] reshaped to [4, -1]",
        ),
        (
            refusal(
                "Reshape",
                &[2, 3],
                vec![arr1(&[-1_i64, -1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Reshape): shape [2, 3] reshaped to [-1, -1]",
        ),
        (
            refusal("Transpose", &[2, 3], vec![], vec![("perm", ints(&[0, 0]))]),
            "malformed model: node n (Transpose): axes [0, 0] repeat one",
        ),
        (
            refusal(
                "Softmax",
                &[2, 3],
                vec![],
                vec![("axis", Attribute::Int(2))],
            ),
            "malformed model: node n (Softmax): axis 2 of a tensor with 2 axes",
        ),
        (
            refusal("Add", &[2, 3], vec![zeros(&[2])], vec![]),
            "malformed model: node n (Add): shapes [2, 3] and [2] do not broadcast",
        ),
        (
            refusal("Add", &[2], vec![arr1(&[1_i64]).into_dyn().into()], vec![]),
            "malformed model: node n (Add): operands of types f32 and i64",
        ),
        (
            refusal("MatMul", &[2, 3], vec![zeros(&[2, 3])], vec![]),
            "malformed model: node n (MatMul): shapes [2, 3] and [2, 3] do not multiply",
        ),
        (
            refusal(
                "Gather",
                &[2, 3],
                vec![arr1(&[2_i64]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (Gather): index 2 along an axis of 2",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[2],
                vec![arr0(0.0_f32).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (QuantizeLinear): scale 0",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[2, 4],
                vec![arr1(&[0.1_f32, 0.2]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (QuantizeLinear): 2 scales along an axis of 4",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[2],
                vec![
                    arr0(0.5_f32).into_dyn().into(),
                    arr0(0_i16).into_dyn().into(),
                ],
                vec![],
            ),
            "node n (QuantizeLinear): its input `c1` holds i16 elements",
        ),
        (
            refusal("Cast", &[2], vec![], vec![("to", Attribute::Int(10))]),
            "node n (Cast): a cast to data type 10",
        ),
        (
            refusal(
                "BatchNormalization",
                &[1, 2],
                vec![zeros(&[2]), zeros(&[2]), zeros(&[2]), zeros(&[2])],
                vec![("training_mode", Attribute::Int(1))],
            ),
            "node n (BatchNormalization): training mode",
        ),
        (
            refusal(
                "MaxPool",
                &[1, 1, 4],
                vec![],
                vec![("kernel_shape", ints(&[2])), ("pads", ints(&[2, 0]))],
            ),
            "node n (MaxPool): windows that lie in the padding alone",
        ),
        (
            refusal(
                "Concat",
                &[1, 2],
                vec![zeros(&[2, 2])],
                vec![("axis", Attribute::Int(1))],
            ),
            "malformed model: node n (Concat): f32[1, 2] and f32[2, 2] do not join along axis 1",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "the error is\n  {actual}\nexpected\n  {expected}"
        );
    }
}

#[test]
fn weights_that_the_caller_supplies_are_refused() {
    let mut graph = GraphBuilder::new("g");
    let (x, w) = (
        graph.input("x", F32, &[1, 2, 9]),
        graph.input("w", F32, &[4, 2, 3]),
    );
    let output = graph.node("n", "Conv", &[&x, &w], []);
    graph.output(&output, F32, &[1, 4, 7]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert_eq!(error.to_string(), "node n (Conv): input 1 is not constant");
}

#[test]
fn a_declared_output_that_contradicts_the_nodes_is_refused() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", F32, &[1, 2]);
    let output = graph.node("n", "Relu", &[&x], []);
    graph.output(&output, F32, &[1, 3]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert_eq!(
        texts(&error),
        "malformed model: output `n` is declared as f32[1, 3] but computed as f32[1, 2]"
    );
}

#[test]
fn a_model_beyond_the_memory_limit_is_refused() {
    let build = || {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", F32, &[1, 1000]);
        let output = graph.node("n", "Relu", &[&x], []);
        graph.output(&output, F32, &[1, 1000]);
        graph.build(17).unwrap()
    };
    let limited = |limit| {
        let mut config = CpuConfig::default();
        config.memory_limit = limit;
        CpuBackend::new(config).compile(&build())
    };
    assert!(limited(8000).is_ok());
    assert_eq!(
        texts(&limited(7999).unwrap_err()),
        "malformed model: the session needs 8000 bytes, the limit is 7999"
    );
    assert_eq!(
        texts(&limited(3999).unwrap_err()),
        "malformed model: value `x` needs 4000 bytes, the limit is 3999"
    );
}

/// Each joint doubles the value; the sum of sixty is refused before it is made.
#[test]
fn constants_that_grow_without_end_are_refused() {
    let mut graph = GraphBuilder::new("g");
    let mut value = graph.initializer("c", zeros(&[1024]));
    for index in 0..60 {
        value = graph.node(
            &format!("n{index}"),
            "Concat",
            &[&value, &value],
            [("axis", Attribute::Int(0))],
        );
    }
    graph.output(&value, F32, &[]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert!(texts(&error).contains("the limit is 1073741824"), "{error}");
}

#[test]
fn an_open_leading_axis_is_one_and_others_are_refused() {
    let load = |name: &str| {
        let path = emo_testing::fixture(format!("emo-backend-cpu/models/{name}.onnx"));
        CpuBackend::default().load(&ModelSource::Path(path))
    };
    let session = load("open_batch").unwrap();
    assert_eq!(session.inputs()[0].shape, [1, 3]);
    assert_eq!(session.outputs()[0].shape, [1, 3]);
    assert_eq!(
        load("open_axis").unwrap_err().to_string(),
        "node input `x`: the extent of axis 1 is open (`T`), only that of the first may be"
    );
}

#[test]
fn a_broken_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.onnx");
    std::fs::write(&path, b"not a model").unwrap();
    let error = CpuBackend::default()
        .load(&ModelSource::Path(path.clone()))
        .unwrap_err();
    assert!(matches!(error, BackendError::Model { .. }), "{error}");
    assert!(texts(&error).contains(&*path.to_string_lossy()));
}

#[test]
fn an_input_that_is_an_output_and_constants_pass_through() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", F32, &[1, 2]);
    let unused = graph.input("unused", F32, &[3]);
    let c = graph.initializer("c", arr1(&[5_i64, -6]).into_dyn());
    let flat = graph.node("flat", "Flatten", &[&x], [("axis", Attribute::Int(0))]);
    graph.node("dead", "Relu", &[&unused], []);
    for (name, element_type, shape) in [
        (&x, F32, &[1, 2][..]),
        (&flat, F32, &[1, 2]),
        (&c, ElementType::I64, &[2]),
    ] {
        graph.output(name, element_type, shape);
    }
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    assert_eq!(session.plan().n_steps(), 0);
    let x = Tensor::from(ndarray::arr2(&[[1.5_f32, -2.5]]).into_dyn());
    let outputs = session
        .run_to_tensors(&[x.view(), zeros(&[3]).view()])
        .unwrap();
    assert_eq!(outputs[0], x);
    assert_eq!(outputs[1], x);
    assert_eq!(outputs[2], arr1(&[5_i64, -6]).into_dyn().into());
}
