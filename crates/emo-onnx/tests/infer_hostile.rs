//! Models that want inference to take memory or time, under an allocator that ends the process at 256 MiB.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is wrong"
)]

use emo_onnx::{Attribute, GraphBuilder, Model, OnnxError};
use emo_tensor::ElementType;
use emo_testing::CappedAllocator;
use ndarray::arr1;

#[global_allocator]
static ALLOCATOR: CappedAllocator = CappedAllocator::in_total(256 << 20);

/// The model of a graph of whose values nothing is declared.
fn ended(mut graph: GraphBuilder) -> Model {
    let end = graph.input("end", ElementType::F32, &[1]);
    graph.output(&end, ElementType::F32, &[1]);
    graph.build(17).unwrap()
}

#[test]
fn axes_do_not_multiply() {
    let mut graph = GraphBuilder::new("g");
    let mut x = graph.input("x", ElementType::I64, &[2, 2]);
    for index in 0..200 {
        x = graph.node(&format!("y{index}"), "Gather", &[&x, &x], []);
    }
    // 2, 3, 5, 9, 17, 33, 65 axes.
    let error = ended(graph).infer().unwrap_err();
    assert!(
        matches!(&error, OnnxError::Limit { place, what: "axes", actual: 65, limit: 64 } if place == "node y5 (Gather)"),
        "{error}"
    );
}

#[test]
fn extents_do_not_overflow() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1 << 20]);
    let repeats = graph.initializer("repeats", arr1(&[1_i64 << 30]).into_dyn());
    let y = graph.node("y", "Tile", &[&x, &repeats], []);
    graph.node("z", "Tile", &[&y, &repeats], []);
    let error = ended(graph).infer().unwrap_err();
    assert!(matches!(error, OnnxError::Limit { .. }), "{error}");
}

#[test]
fn claimed_extents_are_not_allocated() {
    let mut graph = GraphBuilder::new("g");
    let shape = graph.initializer("shape", arr1(&[1_i64 << 40, 1 << 20]).into_dyn());
    graph.node("zeros", "ConstantOfShape", &[&shape], []);
    let start = graph.initializer("start", arr1(&[0_i64]).into_dyn());
    let limit = graph.initializer("limit", arr1(&[1_i64 << 50]).into_dyn());
    let one = graph.initializer("one", arr1(&[1_i64]).into_dyn());
    graph.node("range", "Range", &[&start, &limit, &one], []);
    let count = graph.node("count", "Shape", &["zeros"], []);
    graph.node("more", "Expand", &[&one, &count], []);
    let inference = ended(graph).infer().unwrap();
    assert_eq!(inference.fixed_shape("more"), Some(vec![1 << 40, 1 << 20]));
    assert_eq!(inference.fixed_shape("range"), Some(vec![1 << 50]));
    assert_eq!(inference.integers("count"), Some(vec![1 << 40, 1 << 20]));
}

#[test]
fn shapes_take_a_bounded_amount_in_all() {
    let mut graph = GraphBuilder::new("g");
    let mut x = graph.input("x", ElementType::F32, &[1; 64]);
    for index in 0..60_000 {
        x = graph.node(&format!("y{index}"), "Relu", &[&x], []);
    }
    let error = ended(graph).infer().unwrap_err();
    assert!(matches!(error, OnnxError::Limit { limit, .. } if limit == 64 << 20));
}

#[test]
fn errors_take_a_bounded_amount_in_all() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1]);
    let name = "n".repeat(400);
    for index in 0..30_000 {
        graph.node(
            &format!("{name}{index}"),
            "NoSuchOperator",
            &[&x],
            [("a", Attribute::Int(1))],
        );
    }
    let errors = ended(graph).check();
    let len: usize = errors.iter().map(|error| error.to_string().len()).sum();
    assert!(errors.len() > 1000 && len <= (1 << 20) + 1000);
}
