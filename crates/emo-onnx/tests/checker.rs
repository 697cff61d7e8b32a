//! Holds reading and checking to what `onnx.checker` says of small models, most of them broken in one way.
#![allow(
    clippy::unwrap_used,
    reason = "a test may fail where it finds what it did not expect"
)]

use std::fs;

use emo_onnx::{Attribute, GraphBuilder, Model, OnnxError};
use emo_tensor::ElementType;

/// Broken models that onnx lets pass.
const STRICTER: &[&str] = &[
    // Two numbers for the order of three axes.
    "permutation too short",
];

/// Name, verdict and model of each case.
fn cases() -> Vec<[Vec<u8>; 3]> {
    let bytes = fs::read(emo_testing::fixture("emo-onnx/checker/models.cases")).unwrap();
    let mut rest = bytes.as_slice();
    let mut part = || {
        let (len, after) = rest.split_first_chunk()?;
        let (part, after) = after.split_at(u32::from_le_bytes(*len).try_into().unwrap());
        rest = after;
        Some(part.to_vec())
    };
    let case = || Some([part()?, part()?, part()?]);
    std::iter::from_fn(case).collect()
}

#[test]
fn what_onnx_finds_broken_is_found_and_nothing_else() {
    let cases = cases();
    let mut wrong = Vec::new();
    for [name, verdict, model] in &cases {
        let name = std::str::from_utf8(name).unwrap();
        let errors = match Model::from_bytes(model) {
            Ok(model) => model.check(),
            Err(error) => vec![error],
        };
        let broken = verdict == b"broken" || STRICTER.contains(&name);
        if errors.is_empty() == broken {
            let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
            wrong.push(format!("{name}: broken {broken}, found {errors:?}"));
        }
    }
    assert!(cases.len() > 100);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn all_errors_are_found_and_none_that_follows_from_another() {
    let mut graph = GraphBuilder::new("broken");
    let x = graph.input("x", ElementType::F32, &[2, 3]);
    let a = graph.node("a", "Relou", &[&x], []);
    let b = graph.node("b", "MatMul", &[&x, &x], []);
    let c = graph.node("c", "Add", &[&a, &b], []);
    let d = graph.node("d", "Softmax", &[&c], [("axes", Attribute::Int(1))]);
    let e = graph.node("e", "Concat", &[&d, &x], []);
    graph.output(&e, ElementType::F32, &[2, 3]);
    let errors = graph.build(17).unwrap().check();
    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "node a (Relou): operator set 17 has no such operator",
            "node b (MatMul): the inner extents do not fit: 3 and 2",
            "node d (Softmax): operator set 17 knows no attribute `axes` of it",
            "node e (Concat): its attribute `axis` is missing",
        ]
    );
    assert!(matches!(
        &errors[1],
        OnnxError::Extents { node, left: 3, right: 2, .. } if node == "b (MatMul)"
    ));
}

#[test]
fn a_sound_model_has_no_errors() {
    let mut graph = GraphBuilder::new("sound");
    let x = graph.input("x", ElementType::F32, &[2, 3]);
    let y = graph.node("y", "Softmax", &[&x], [("axis", Attribute::Int(1))]);
    graph.output(&y, ElementType::F32, &[2, 3]);
    assert!(graph.build(17).unwrap().check().is_empty());
}

#[test]
fn operators_give_only_types_that_their_version_has() {
    // ONNX's number of f8e4m3fn, to which `Cast` casts since version 19.
    for (opset, expected) in [(18, 1), (19, 0)] {
        let mut graph = GraphBuilder::new("cast");
        let x = graph.input("x", ElementType::F32, &[2]);
        let y = graph.node("y", "Cast", &[&x], [("to", Attribute::Int(17))]);
        graph.output(&y, ElementType::F8E4M3Fn, &[2]);
        let errors = graph.build(opset).unwrap().check();
        assert_eq!(errors.len(), expected, "{errors:?}");
        for error in &errors {
            assert!(
                matches!(error, OnnxError::Type { node, parameter: "output", .. } if node == "y (Cast)"),
                "{error}"
            );
        }
    }
}
