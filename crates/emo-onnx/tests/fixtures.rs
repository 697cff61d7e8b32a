//! Models in `fixtures/emo-onnx`: what other tools make of ours, and we of theirs.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{env, fs};

use emo_onnx::{Attribute, Dim, GraphBuilder, Model};
use emo_tensor::{ElementType, Tensor};
use emo_testing::{assert_close, fixture, load_npy};
use ndarray::{ArrayD, IxDyn};

/// Set to write `built_cnn.onnx` anew; `make_fixtures.py` then has to run it through ONNX Runtime again.
const REGENERATE: &str = "EMO_ONNX_REGENERATE";

/// Numbers between -0.5 and 0.5 that are exact in any arithmetic.
fn weights(shape: &[usize]) -> ArrayD<f32> {
    let numbers = (0_u16..).map(|index| f32::from(index.wrapping_mul(37) % 129) / 128.0 - 0.5);
    let len = shape.iter().product();
    ArrayD::from_shape_vec(IxDyn(shape), numbers.take(len).collect()).unwrap()
}

fn built_cnn() -> Model {
    let mut graph = GraphBuilder::new("cnn");
    let x = graph.input("x", ElementType::F32, &[1, 1, 8, 8]);
    let weight = graph.initializer("conv.weight", weights(&[3, 1, 3, 3]));
    let bias = graph.initializer("conv.bias", weights(&[3]));
    let conv = graph.node(
        "conv",
        "Conv",
        &[&x, &weight, &bias],
        [
            ("kernel_shape", Attribute::Ints(vec![3, 3])),
            ("pads", Attribute::Ints(vec![1, 1, 1, 1])),
        ],
    );
    let relu = graph.node("relu", "Relu", &[&conv], []);
    let pool = graph.node(
        "pool",
        "MaxPool",
        &[&relu],
        [
            ("kernel_shape", Attribute::Ints(vec![2, 2])),
            ("strides", Attribute::Ints(vec![2, 2])),
        ],
    );
    let shape = graph.initializer(
        "shape",
        ArrayD::from_shape_vec(IxDyn(&[2]), vec![1_i64, -1]).unwrap(),
    );
    let reshaped = graph.node("reshape", "Reshape", &[&pool, &shape], []);
    let flat = graph.node(
        "flat",
        "Flatten",
        &[&reshaped],
        [("axis", Attribute::Int(1))],
    );
    let weight = graph.initializer("fc.weight", weights(&[4, 48]));
    let bias = graph.initializer("fc.bias", weights(&[4]));
    let logits = graph.node(
        "logits",
        "Gemm",
        &[&flat, &weight, &bias],
        [
            ("alpha", Attribute::Float(0.5)),
            ("transB", Attribute::Int(1)),
        ],
    );
    let scores = graph.node(
        "scores",
        "Softmax",
        &[&logits],
        [("axis", Attribute::Int(1))],
    );
    graph.output(&scores, ElementType::F32, &[1, 4]);
    let mut model = graph.build(17).unwrap();
    model
        .set_labels(&["happy", "sad", "angry", "calm"])
        .unwrap();
    model
}

#[test]
fn the_model_that_onnx_runtime_ran_is_the_one_we_build() {
    let model = built_cnn();
    let path = fixture("emo-onnx/built_cnn.onnx");
    if env::var_os(REGENERATE).is_some() {
        model.write(&path).unwrap();
    }
    assert_eq!(Model::read(&path).unwrap(), model);
    assert_eq!(fs::read(path).unwrap(), model.to_bytes());
    for (info, file) in [
        (&model.graph().inputs()[0], "emo-onnx/built_cnn.in.npy"),
        (&model.graph().outputs()[0], "emo-onnx/built_cnn.out.npy"),
    ] {
        let array = load_npy(fixture(file));
        let shape: Vec<Dim> = array.shape().iter().copied().map(Dim::Fixed).collect();
        let expected = (ElementType::F32, Some(&*shape));
        assert_eq!(info.tensor(), Some(expected), "{file}");
    }
}

#[test]
fn models_of_other_tools_come_back_byte_for_byte() {
    for name in ["types", "spelling", "ir3"] {
        let path = fixture(format!("emo-onnx/{name}.onnx"));
        let model = Model::read(&path).unwrap();
        assert!(model.to_bytes() == fs::read(&path).unwrap(), "{name}");
    }
}

#[test]
fn every_element_type_is_read_from_both_forms() {
    let model = Model::read(fixture("emo-onnx/types.onnx")).unwrap();
    let initializers = model.graph().initializers();
    let types = [
        ElementType::F32,
        ElementType::F64,
        ElementType::I8,
        ElementType::I16,
        ElementType::I32,
        ElementType::I64,
        ElementType::U8,
        ElementType::U16,
        ElementType::U32,
        ElementType::U64,
        ElementType::Bool,
    ];
    assert_eq!(initializers.len(), 2 * types.len());
    for element_type in types {
        let expected = load_npy(fixture(format!("emo-onnx/types.{element_type}.npy")));
        for form in ["raw", "typed"] {
            let tensor = &initializers[&format!("{form}_{element_type}")];
            assert_eq!(tensor.element_type(), element_type);
            assert_eq!(tensor.shape(), expected.shape());
            assert_close(numbers(tensor), expected.iter().copied(), 0.0, 0.0);
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the fixture's integers are exact in f64"
)]
fn numbers(tensor: &Tensor) -> Vec<f64> {
    match tensor {
        Tensor::F32(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::F64(array) => array.iter().copied().collect(),
        Tensor::I8(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::I16(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::I32(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::I64(array) => array.iter().map(|&x| x as f64).collect(),
        Tensor::U8(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::U16(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::U32(array) => array.iter().map(|&x| x.into()).collect(),
        Tensor::U64(array) => array.iter().map(|&x| x as f64).collect(),
        Tensor::Bool(array) => array.iter().map(|&x| u8::from(x).into()).collect(),
        other => panic!("unexpected {}", other.element_type()),
    }
}

#[test]
fn what_another_tool_wrote_is_understood() {
    let model = Model::read(fixture("emo-onnx/spelling.onnx")).unwrap();
    assert_eq!(model.opset(), 21);
    assert_eq!(model.labels(), ["neutral", "stressed"]);
    assert_eq!(model.modality(), Some("hr"));
    assert_eq!(model.features(), None);
    let graph = model.graph();
    let shape = [Dim::Symbol("batch".to_owned()), Dim::Fixed(2), Dim::Unknown];
    assert_eq!(
        graph.inputs()[0].tensor(),
        Some((ElementType::F32, Some(&shape[..])))
    );
    let [declared] = graph.value_infos() else {
        panic!("{} declarations", graph.value_infos().len());
    };
    assert_eq!(declared.name, "half");
    let [constant, fused, last] = graph.nodes() else {
        panic!("{} nodes", graph.nodes().len());
    };
    assert_eq!(constant.op_type, "Constant");
    let Some(Attribute::Tensor(value)) = constant.attributes.get("value") else {
        panic!("no tensor in {constant:?}");
    };
    assert_eq!(
        value.as_array::<f32>().unwrap().as_slice(),
        Some(&[0.5, -2.0][..])
    );
    assert_eq!(fused.domain, "com.example");
    assert_eq!(fused.string("mode", "").unwrap(), "bilinear");
    assert_eq!(fused.ints("sizes").unwrap(), Some(&[1_i64, -2, 3][..]));
    assert_eq!(fused.float("ratio", 0.0).unwrap(), 0.25);
    assert_eq!(fused.inputs[1], "");
    assert_eq!(last.domain, "");

    let model = Model::read(fixture("emo-onnx/ir3.onnx")).unwrap();
    let inputs: Vec<_> = model
        .graph()
        .inputs()
        .iter()
        .map(|info| &info.name)
        .collect();
    assert_eq!(inputs, ["x"]);
}
