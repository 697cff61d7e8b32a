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
            refusal("GridSample", &[1, 2], vec![], vec![]),
            "node n (GridSample): operator",
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
            refusal("Conv", &[1; 9], vec![zeros(&[1; 9])], vec![]),
            "node n (Conv): an input with 9 axes, at most 6 spatial axes are executed",
        ),
        (
            refusal(
                "Conv",
                &[1, 2, 9],
                vec![zeros(&[4, 2, 3])],
                vec![("pads", ints(&[-9, 0]))],
            ),
            "malformed model: node n (Conv): a kernel that spans 3 over an axis of 9 with pads -9 and 0",
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
                vec![("mode", Attribute::String("mirror".into()))],
            ),
            "node n (Pad): mode `mirror`",
        ),
        (
            refusal(
                "Pad",
                &[1, 2],
                vec![arr1(&[0_i64, 0, i64::MAX, 1]).into_dyn().into()],
                vec![],
            ),
            "malformed model: the output of node n (Pad) needs 18446744073709551615 bytes, the limit is 1073741824",
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
                    arr0(0_i32).into_dyn().into(),
                ],
                vec![],
            ),
            "node n (QuantizeLinear): quantization to i32",
        ),
        (
            refusal("Cast", &[2], vec![], vec![("to", Attribute::Int(8))]),
            "node n (Cast): elements of data type 8",
        ),
        (
            refusal(
                "BatchNormalization",
                &[1, 2],
                vec![zeros(&[2]), zeros(&[2]), zeros(&[2]), zeros(&[2])],
                vec![("epsilon", Attribute::Float(-1.0))],
            ),
            "malformed model: node n (BatchNormalization): attribute `epsilon` is -1",
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
fn contradictory_movements_are_refused() {
    let i64s = |values: &[i64]| Tensor::from(arr1(values).into_dyn());
    let f32s = |values: &[f32]| Tensor::from(arr1(values).into_dyn());
    let text = |value: &str| Attribute::String(value.into());
    let cases = [
        (
            refusal("GatherND", &[2, 3], vec![i64s(&[1, 3])], vec![]),
            "malformed model: node n (GatherND): index 3 along an axis of 3",
        ),
        (
            refusal(
                "GatherND",
                &[2, 3],
                vec![i64s(&[0])],
                vec![("batch_dims", Attribute::Int(1))],
            ),
            "malformed model: node n (GatherND): data [2, 3], indices [1] and 1 batch axes do not fit together",
        ),
        (
            refusal("GatherElements", &[2], vec![i64s(&[-3])], vec![]),
            "malformed model: node n (GatherElements): index -3 along an axis of 2",
        ),
        (
            refusal("GatherElements", &[2, 3], vec![i64s(&[0])], vec![]),
            "malformed model: node n (GatherElements): data [2, 3] and indices [1] do not fit together along axis 0",
        ),
        (
            refusal(
                "ScatterElements",
                &[2],
                vec![i64s(&[0]), f32s(&[1.0])],
                vec![("reduction", text("mean"))],
            ),
            "node n (ScatterElements): reduction `mean`",
        ),
        (
            refusal("ScatterND", &[2], vec![i64s(&[0]), f32s(&[1.0])], vec![]),
            "malformed model: node n (ScatterND): data f32[2], indices [1] and updates f32[1] do not fit together",
        ),
        (
            refusal("Scatter", &[2], vec![i64s(&[0]), f32s(&[1.0])], vec![]),
            "malformed model: node n (Scatter): the operator was withdrawn in opset 11",
        ),
        (
            refusal("Tile", &[2], vec![i64s(&[i64::MAX])], vec![]),
            "malformed model: the output of node n (Tile) needs 18446744073709551615 bytes, the limit is 1073741824",
        ),
        (
            refusal("Expand", &[2], vec![i64s(&[1 << 40, 2])], vec![]),
            "malformed model: the output of node n (Expand) needs 8796093022208 bytes, the limit is 1073741824",
        ),
        (
            refusal(
                "Pad",
                &[2],
                vec![i64s(&[-2, 1])],
                vec![("mode", text("edge"))],
            ),
            "malformed model: node n (Pad): shape [2], of which an axis has nothing to pad with",
        ),
        (
            refusal("Resize", &[2], vec![f32s(&[]), f32s(&[f32::NAN])], vec![]),
            "malformed model: node n (Resize): an axis of 2 scaled by NaN",
        ),
        (
            refusal("Resize", &[2], vec![f32s(&[]), f32s(&[])], vec![]),
            "malformed model: node n (Resize): 0 of `scales` and `sizes`, expected one",
        ),
        (
            refusal("Resize", &[2], vec![f32s(&[]), f32s(&[1e12])], vec![]),
            "malformed model: the output of node n (Resize) needs",
        ),
        (
            refusal(
                "DepthToSpace",
                &[1, 3, 2, 2],
                vec![],
                vec![("blocksize", Attribute::Int(2))],
            ),
            "malformed model: node n (DepthToSpace): 3 channels in blocks of 2×2",
        ),
        (
            refusal(
                "DFT",
                &[1, 4, 2],
                vec![],
                vec![("onesided", Attribute::Int(1))],
            ),
            "malformed model: node n (DFT): one side of the spectrum of complex numbers",
        ),
        (
            refusal(
                "DFT",
                &[1, 4, 1],
                vec![arr0(1_i64 << 50).into_dyn().into()],
                vec![],
            ),
            "malformed model: the transform of node n (DFT) needs",
        ),
        (
            refusal(
                "STFT",
                &[1, 4, 1],
                vec![arr0(0_i64).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (STFT): frames of 4 samples every 0 of 4",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "the error is\n  {actual}\nexpected\n  {expected}"
        );
    }
}

/// An index that the caller supplies is checked when the model runs; the session stays usable.
#[test]
fn an_index_outside_is_an_error_of_the_run() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", F32, &[3]);
    let at = graph.input("at", ElementType::I64, &[2]);
    let output = graph.node("n", "Gather", &[&x, &at], []);
    graph.output(&output, F32, &[2]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    let x = Tensor::from(arr1(&[1.5_f32, 2.5, 3.5]).into_dyn());
    let mut run = |at: [i64; 2]| {
        let at = Tensor::from(arr1(&at).into_dyn());
        session.run_to_tensors(&[x.view(), at.view()])
    };
    for (at, named) in [([0, 3], 3), ([-4, 0], -4), ([i64::MIN, 0], i64::MIN)] {
        let error = run(at).unwrap_err();
        assert!(matches!(error, BackendError::Run { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            format!(
                "backend `cpu` failed while running: node n (Gather): index {named} along an axis of 3"
            )
        );
    }
    let expected = Tensor::from(arr1(&[3.5_f32, 1.5]).into_dyn());
    assert_eq!(run([-1, 0]).unwrap(), [expected]);
}

#[test]
fn elementary_operators_refuse_what_has_no_result() {
    let scalars = |values: [f32; 2]| {
        values
            .map(|value| Tensor::from(arr0(value).into_dyn()))
            .to_vec()
    };
    let equation = |text: &str| vec![("equation", Attribute::String(text.into()))];
    let cases = [
        (
            refusal(
                "TopK",
                &[2, 3],
                vec![arr1(&[4_i64]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (TopK): the first 4 along an axis of 3",
        ),
        (
            refusal(
                "TopK",
                &[2, 3],
                vec![arr1(&[-1_i64]).into_dyn().into()],
                vec![],
            ),
            "malformed model: node n (TopK): `K` is -1",
        ),
        (
            refusal("ArgMax", &[2, 0], vec![], vec![("axis", Attribute::Int(1))]),
            "malformed model: node n (ArgMax): axis 1 has no elements",
        ),
        (
            refusal("ReduceMean", &[2, 0], vec![], vec![]),
            "node n (ReduceMean): the mean of no elements",
        ),
        (
            refusal("PRelu", &[3], vec![zeros(&[2, 1])], vec![]),
            "malformed model: node n (PRelu): a slope of shape [2, 1] for an input of shape [3]",
        ),
        (
            refusal("Clip", &[3], vec![zeros(&[2])], vec![]),
            "malformed model: node n (Clip): input 1 has 2 elements, expected 1",
        ),
        (
            refusal("Where", &[3], vec![zeros(&[3]), zeros(&[3])], vec![]),
            "malformed model: node n (Where): a condition of type f32 between operands of types f32 and f32",
        ),
        (
            refusal(
                "Einsum",
                &[2, 3],
                vec![zeros(&[2, 4])],
                equation("ij,jk->ik"),
            ),
            "malformed model: node n (Einsum): axes of extents 3 and 2 have the same label",
        ),
        (
            refusal("Einsum", &[2, 3], vec![], equation("ij->iz")),
            "malformed model: node n (Einsum): equation `ij->iz`: its result has z twice, or no operand has it",
        ),
        (
            refusal("Einsum", &[2, 3], vec![], equation("ijk->i")),
            "malformed model: node n (Einsum): equation `ijk->i`: term `ijk` for an operand with 2 axes",
        ),
        (
            refusal("Trilu", &[2], vec![], vec![]),
            "malformed model: node n (Trilu): a matrix of shape [2]",
        ),
        (
            refusal(
                "Dropout",
                &[2],
                vec![
                    arr0(0.5_f32).into_dyn().into(),
                    arr0(true).into_dyn().into(),
                ],
                vec![],
            ),
            "node n (Dropout): training mode, which draws random numbers",
        ),
        (
            constant_refusal("Range", {
                let mut constants = vec![arr0(0.0_f32).into_dyn().into()];
                constants.extend(scalars([1e30, 1.0]));
                constants
            }),
            "malformed model: the range of node n (Range) needs 18446744073709551615 bytes, the limit is 1073741824",
        ),
        (
            constant_refusal("Range", {
                let mut constants = vec![arr0(0.0_f32).into_dyn().into()];
                constants.extend(scalars([1.0, 0.0]));
                constants
            }),
            "malformed model: node n (Range): a range from 0 to 1 in steps of 0",
        ),
        (
            constant_refusal(
                "ConstantOfShape",
                vec![arr1(&[1_i64 << 40]).into_dyn().into()],
            ),
            "malformed model: value `n` needs 4398046511104 bytes, the limit is 1073741824",
        ),
        (
            constant_refusal("ConstantOfShape", vec![arr1(&[-2_i64]).into_dyn().into()]),
            "malformed model: node n (ConstantOfShape): an extent is -2",
        ),
        (
            constant_refusal(
                "Mod",
                vec![
                    arr1(&[5_i32]).into_dyn().into(),
                    arr1(&[0_i32]).into_dyn().into(),
                ],
            ),
            "malformed model: node n (Mod): integer division by zero",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "the error is\n  {actual}\nexpected\n  {expected}"
        );
    }
}

/// Compiles one node `n` that reads constants alone, for opset 17, and returns the error's texts.
fn constant_refusal(op_type: &str, constants: Vec<Tensor>) -> String {
    let mut graph = GraphBuilder::new("refused");
    let mut reads = Vec::new();
    for (index, constant) in constants.into_iter().enumerate() {
        reads.push(graph.initializer(&format!("c{index}"), constant));
    }
    let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
    let output = graph.node("n", op_type, &reads, []);
    graph.output(&output, F32, &[]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    texts(&error)
}

/// A divisor that the caller supplies is checked in each run.
#[test]
fn integers_are_not_divided_by_zero() {
    let mut graph = GraphBuilder::new("g");
    let (a, b) = (
        graph.input("a", ElementType::I32, &[1, 2]),
        graph.input("b", ElementType::I32, &[1, 2]),
    );
    let output = graph.node("n", "Div", &[&a, &b], []);
    graph.output(&output, ElementType::I32, &[1, 2]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    let tensor = |values: [i32; 2]| Tensor::from(ndarray::arr2(&[values]).into_dyn());
    let outputs = session
        .run_to_tensors(&[tensor([-7, i32::MIN]).view(), tensor([2, -1]).view()])
        .unwrap();
    assert_eq!(outputs[0], tensor([-3, i32::MIN]));
    let error = session
        .run_to_tensors(&[tensor([7, 1]).view(), tensor([1, 0]).view()])
        .unwrap_err();
    assert!(
        texts(&error).contains("node n (Div): integer division by zero"),
        "{error}"
    );
}

#[test]
fn a_shape_that_the_caller_supplies_is_refused() {
    let mut graph = GraphBuilder::new("g");
    let (x, shape) = (
        graph.input("x", F32, &[4, 2]),
        graph.input("shape", ElementType::I64, &[1]),
    );
    let output = graph.node("n", "Reshape", &[&x, &shape], []);
    graph.output(&output, F32, &[8]);
    let error = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "node n (Reshape): its input `shape` must be constant"
    );
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

#[test]
fn layers_that_contradict_themselves_are_refused() {
    let text = |value: &str| Attribute::String(value.into());
    let texts = |values: &[&str]| {
        Attribute::Strings(values.iter().map(|&value| value.to_owned()).collect())
    };
    let lstm = || vec![zeros(&[1, 8, 3]), zeros(&[1, 8, 2])];
    let cases = [
        (
            refusal("ConvTranspose", &[1, 2, 4], vec![zeros(&[3, 2, 3])], vec![]),
            "malformed model: node n (ConvTranspose): input [1, 2, 4], weights [3, 2, 3] and 1 groups do not fit",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("pads", ints(&[4, 4]))],
            ),
            "malformed model: node n (ConvTranspose): an output of 6 with pads 4 and 4 cut off",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("strides", ints(&[1 << 40]))],
            ),
            "malformed model: the output of node n (ConvTranspose) needs 13194139533324 bytes",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("strides", ints(&[i64::MAX]))],
            ),
            "malformed model: node n (ConvTranspose): an axis of 4 with stride 9223372036854775807",
        ),
        (
            refusal(
                "ConvTranspose",
                &[1, 2, 4],
                vec![zeros(&[2, 2, 3])],
                vec![("output_shape", ints(&[1 << 40]))],
            ),
            "malformed model: the output of node n (ConvTranspose) needs 4398046511104 bytes",
        ),
        (
            refusal("ConvInteger", &[1, 1, 4], vec![zeros(&[1, 1, 2])], vec![]),
            "node n (ConvInteger): input 0 holds f32 elements, only i8 and u8 are executed",
        ),
        (
            refusal(
                "LpPool",
                &[1, 1, 4],
                vec![],
                vec![("p", Attribute::Int(0)), ("kernel_shape", ints(&[2]))],
            ),
            "malformed model: node n (LpPool): attribute `p` is 0",
        ),
        (
            refusal(
                "LpNormalization",
                &[1, 4],
                vec![],
                vec![("p", Attribute::Int(3))],
            ),
            "malformed model: node n (LpNormalization): attribute `p` is 3, not 1 or 2",
        ),
        (
            refusal("LRN", &[1, 4, 2], vec![], vec![]),
            "malformed model: node n (LRN): attribute `size` is missing or 0",
        ),
        (
            refusal(
                "GroupNormalization",
                &[1, 4, 2],
                vec![zeros(&[4]), zeros(&[4])],
                vec![("num_groups", Attribute::Int(3))],
            ),
            "malformed model: node n (GroupNormalization): 4 channels in 3 groups",
        ),
        (
            refusal("LayerNormalization", &[2, 4], vec![zeros(&[3])], vec![]),
            "malformed model: node n (LayerNormalization): input 1 has shape [3] for elements of shape [2, 4]",
        ),
        (
            refusal(
                "InstanceNormalization",
                &[1, 4, 2],
                vec![zeros(&[3]), zeros(&[4])],
                vec![],
            ),
            "malformed model: node n (InstanceNormalization): input 1 has shape [3] for 4 channels",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                vec![zeros(&[1, 8, 3]), zeros(&[1, 7, 2])],
                vec![],
            ),
            "malformed model: node n (LSTM): recurrent weights of shape [1, 7, 2]",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("hidden_size", Attribute::Int(3))],
            ),
            "malformed model: node n (LSTM): hidden_size is 3, the recurrent weights have 2",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("direction", text("both"))],
            ),
            "malformed model: node n (LSTM): direction `both`",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("direction", text("bidirectional"))],
            ),
            "malformed model: node n (LSTM): input 1 is f32[1, 8, 3], expected f32[2, 8, 3]",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("clip", Attribute::Float(-1.0))],
            ),
            "malformed model: node n (LSTM): attribute `clip` is -1",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("activations", texts(&["Tanh"]))],
            ),
            "malformed model: node n (LSTM): activations [\"Tanh\"], expected 3 of them",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![("activations", texts(&["Tanh", "Tanh", "Mish"]))],
            ),
            "node n (LSTM): activation `Mish`",
        ),
        (
            refusal(
                "LSTM",
                &[5, 1, 3],
                lstm(),
                vec![
                    ("activations", texts(&["Tanh", "Elu", "Tanh"])),
                    ("activation_alpha", Attribute::Floats(vec![1.0, 2.0])),
                ],
            ),
            "malformed model: node n (LSTM): more activation parameters than [\"Tanh\", \"Elu\", \"Tanh\"] take",
        ),
        (
            refusal(
                "QuantizeLinear",
                &[4],
                vec![arr0(1.0_f32).into_dyn().into()],
                vec![("precision", Attribute::Int(7))],
            ),
            "node n (QuantizeLinear): division in i64",
        ),
    ];
    for (actual, expected) in cases {
        assert!(
            actual.starts_with(expected),
            "{actual}\nexpected {expected}"
        );
    }
}

#[test]
fn a_shape_without_elements_whose_extents_overflow_is_refused() {
    let wide = 1_i64 << 62;
    for shape in [[wide, 0, 2], [0, wide, 2], [wide, 2, 0]] {
        let mut graph = GraphBuilder::new("refused");
        let shape = graph.initializer("shape", arr1(&shape).into_dyn());
        let output = graph.node("n", "ConstantOfShape", &[&shape], []);
        graph.output(&output, F32, &[]);
        let error = CpuBackend::default().compile(&graph.build(17).unwrap());
        let error = error.unwrap_err();
        let text = std::error::Error::source(&error).unwrap().to_string();
        assert!(text.contains("the limit is"), "{text}");
    }
}

#[test]
fn pads_that_cut_an_axis_off_leave_nothing() {
    let mut graph = GraphBuilder::new("cut");
    let x = graph.input("x", F32, &[3, 4]);
    let pads = graph.initializer("pads", arr1(&[0_i64, -2, -3, 2]).into_dyn());
    let output = graph.node("n", "Pad", &[&x, &pads], []);
    graph.output(&output, F32, &[0, 4]);
    let session = CpuBackend::default().compile(&graph.build(17).unwrap());
    assert_eq!(session.unwrap().outputs()[0].shape, [0, 4]);
}

#[test]
fn a_stride_that_is_never_taken_may_be_of_any_size() {
    let mut graph = GraphBuilder::new("strides");
    let x = graph.input("x", F32, &[1, 1, 3, 3]);
    let weights = graph.initializer("weights", zeros(&[1, 1, 3, 3]));
    let strides = ("strides", ints(&[i64::MAX, i64::MAX]));
    let output = graph.node("n", "Conv", &[&x, &weights], [strides]);
    graph.output(&output, F32, &[1, 1, 1, 1]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap();
    let outputs = session
        .run_to_tensors(&[zeros(&[1, 1, 3, 3]).view()])
        .unwrap();
    assert_eq!(outputs[0], zeros(&[1, 1, 1, 1]));
}
