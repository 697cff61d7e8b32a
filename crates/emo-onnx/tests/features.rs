//! One small model of another tool for each part of ONNX that is read.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use std::{collections::BTreeSet, env, fs};

use emo_onnx::{Attribute, Model, ReadOptions, ValueType, WriteOptions};
use emo_tensor::{ElementType, F8E4M3Fn, F8E4M3FnUz, F8E5M2, F8E5M2FnUz, Tensor};
use emo_testing::fixture;

/// Set to write `function_inlined.onnx` anew; `make_features.py` then holds it to `function.onnx`.
const REGENERATE: &str = "EMO_ONNX_REGENERATE";

fn read(name: &str) -> Model {
    Model::read(fixture(format!("emo-onnx/features/{name}.onnx"))).unwrap()
}

#[test]
fn all_come_back_byte_for_byte() {
    let mut n_models = 0;
    for entry in fs::read_dir(fixture("emo-onnx/features")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "onnx")
        {
            let model = Model::read(&path).unwrap();
            assert!(model.to_bytes() == fs::read(&path).unwrap(), "{path:?}");
            n_models += 1;
        }
    }
    assert_eq!(n_models, 13);
}

#[test]
fn subgraphs_are_graphs() {
    let model = read("if");
    let [_, choice] = model.graph().nodes() else {
        panic!("{} nodes", model.graph().nodes().len());
    };
    assert_eq!(choice.captures(), BTreeSet::from(["scaled"]));
    let Some(Attribute::Graph(branch)) = choice.attributes.get("then_branch") else {
        panic!("{choice:?}");
    };
    assert_eq!(branch.name(), "then");
    assert_eq!(branch.nodes()[0].op_type, "Neg");
    assert_eq!(branch.free_names(), BTreeSet::from(["scaled"]));
    assert_eq!(model.graph().value_infos()[0].name, "scaled");

    let model = read("loop");
    let node = &model.graph().nodes()[0];
    assert_eq!(node.captures(), BTreeSet::from(["x"]));
    assert_eq!(node.subgraphs().next().unwrap().inputs().len(), 3);
}

#[test]
fn what_is_not_interpreted_says_what_it_is() {
    let types = |name: &str| -> Vec<String> {
        let model = read(name);
        let outputs = model.graph().outputs();
        outputs
            .iter()
            .map(|info| info.value_type.to_string())
            .collect()
    };
    assert_eq!(
        types("sequence"),
        ["a sequence, each element a tensor of FLOAT"; 2]
    );
    assert_eq!(
        types("optional"),
        ["an optional value: a tensor of FLOAT", "bool[]"]
    );
    assert_eq!(types("strings"), ["a tensor of STRING", "f32[1]"]);

    let constants = |name: &str| -> Vec<(String, String)> {
        let model = read(name);
        let constants = model.graph().opaque_initializers();
        constants
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect()
    };
    let expect = |name: &str, expected: &[(&str, &str)]| {
        let actual = constants(name);
        let actual: Vec<_> = actual
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(actual, expected, "{name}");
    };
    expect("strings", &[("words", "a tensor of STRING")]);
    expect("sparse", &[("w", "a sparse tensor of FLOAT")]);
    expect(
        "other_elements",
        &[
            ("complex", "a tensor of COMPLEX64"),
            ("f4", "a tensor of FLOAT4E2M1"),
            ("i2", "a tensor of INT2"),
        ],
    );
    for (name, attribute, expected) in [
        ("strings", "value", "a tensor of STRING"),
        ("sparse", "sparse_value", "a sparse tensor"),
    ] {
        let model = read(name);
        let Some(Attribute::Opaque(value)) = model.graph().nodes()[0].attributes.get(attribute)
        else {
            panic!("{name}");
        };
        assert_eq!(value.to_string(), expected);
    }
}

/// The elements as numbers, for the types that `narrow.onnx` holds.
fn numbers(tensor: &Tensor) -> Vec<f32> {
    match tensor {
        Tensor::F16(array) => array.iter().map(|x| x.to_f32()).collect(),
        Tensor::BF16(array) => array.iter().map(|x| x.to_f32()).collect(),
        Tensor::F8E4M3Fn(array) => array.iter().copied().map(F8E4M3Fn::to_f32).collect(),
        Tensor::F8E4M3FnUz(array) => array.iter().copied().map(F8E4M3FnUz::to_f32).collect(),
        Tensor::F8E5M2(array) => array.iter().copied().map(F8E5M2::to_f32).collect(),
        Tensor::F8E5M2FnUz(array) => array.iter().copied().map(F8E5M2FnUz::to_f32).collect(),
        Tensor::I4(array) => array.iter().map(|x| x.get().into()).collect(),
        Tensor::U4(array) => array.iter().map(|x| x.get().into()).collect(),
        other => panic!("unexpected {}", other.element_type()),
    }
}

#[test]
fn narrow_elements_are_read_from_both_forms() {
    // The values are those of `make_features.py`. 1e30 is 0x7149f2ca as an f32, and the nearest bf16 0x714a.
    let rounded = f32::from_bits(0x714a_0000);
    let cases = [
        (ElementType::F16, [0.5, -2.0, 65504.0]),
        (ElementType::BF16, [0.5, -2.0, rounded]),
        (ElementType::I4, [-8.0, 7.0, -1.0]),
        (ElementType::U4, [0.0, 15.0, 9.0]),
        (ElementType::F8E4M3Fn, [0.5, -448.0, 3.0]),
        (ElementType::F8E4M3FnUz, [0.5, -240.0, 3.0]),
        (ElementType::F8E5M2, [0.5, -57344.0, 3.0]),
        (ElementType::F8E5M2FnUz, [0.5, -57344.0, 3.0]),
    ];
    let model = read("narrow");
    assert_eq!(model.graph().initializers().len(), 2 * cases.len());
    for (element_type, expected) in cases {
        for form in ["raw", "typed"] {
            let tensor = &model.graph().initializers()[&format!("{form}_{element_type}")];
            assert_eq!(tensor.element_type(), element_type);
            assert_eq!(numbers(tensor), expected, "{form} {element_type}");
        }
    }
}

#[test]
fn models_of_other_domains_are_read() {
    let model = read("ml");
    assert_eq!(model.opset(), 0);
    assert_eq!(
        model.imports().into_iter().collect::<Vec<_>>(),
        [("ai.onnx.ml", 3)]
    );
    assert_eq!(model.graph().nodes()[0].domain, "ai.onnx.ml");
}

#[test]
fn functions_are_put_in_place_of_their_calls() {
    let mut model = read("function");
    let [scale, choose] = model.functions() else {
        panic!("{} functions", model.functions().len());
    };
    assert_eq!((scale.domain(), scale.name()), ("local", "Scale"));
    assert_eq!(scale.attributes(), ["factor"]);
    assert_eq!(choose.default_attributes()["axis"], Attribute::Int(-1));
    assert_eq!(choose.imports()["local"], 1);
    assert_eq!(choose.body().inputs()[0].value_type, ValueType::Unknown);

    model.inline_functions().unwrap();
    assert!(model.functions().is_empty());
    let path = fixture("emo-onnx/features/function_inlined.onnx");
    if env::var_os(REGENERATE).is_some() {
        model.write(&path).unwrap();
    }
    assert!(model.to_bytes() == fs::read(path).unwrap());
    let nodes = model.graph().nodes();
    assert!(nodes.iter().all(|node| node.domain.is_empty()));
    // The calls' attribute and the default.
    let axes: Vec<i64> = nodes
        .iter()
        .filter_map(|node| match node.attributes.get("else_branch")? {
            Attribute::Graph(branch) => branch.nodes()[0].int("axis", 77).ok(),
            _ => None,
        })
        .collect();
    assert_eq!(axes, [0, -1]);
}

#[test]
fn large_initializers_go_to_another_file_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let weights = folder.path().join("model.bin");
    let mut options = WriteOptions::default();
    options.external_name = Some("model.bin".to_owned());
    options.external_threshold = 5;
    let model = read("narrow");
    model.write_with(&path, &options).unwrap();
    let error = Model::read(&path).unwrap_err();
    assert!(
        emo_testing::error_chain(&error).contains("initializer `raw_f16`"),
        "{error}"
    );
    let mut reading = ReadOptions::default();
    reading.external_folder = Some(folder.path().to_owned());
    let again = Model::read_with(&path, &reading).unwrap();
    assert_eq!(again, model);
    assert!(again.to_bytes() == model.to_bytes());

    #[cfg(unix)]
    {
        // A link at either path is replaced, what it points to stays as it is.
        let victim = folder.path().join("victim");
        fs::write(&victim, "untouched").unwrap();
        for path in [&path, &weights] {
            fs::remove_file(path).unwrap();
            std::os::unix::fs::symlink(&victim, path).unwrap();
        }
        model.write_with(&path, &options).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"untouched");
        assert_eq!(Model::read_with(&path, &reading).unwrap(), model);
    }
    for name in ["", "..", "../model.bin", "/model.bin", "model.onnx"] {
        options.external_name = Some(name.to_owned());
        model.write_with(&path, &options).unwrap_err();
    }
    assert!(weights.exists());
}
