//! What is folded and fused when a model is compiled, and what must not be.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuSession};
use emo_onnx::{Attribute, GraphBuilder};
use ndarray::{arr1, arr2};

const F32: ElementType = ElementType::F32;

/// A dense layer with outputs −1 and 2 for the input of [`input`].
fn dense(graph: &mut GraphBuilder) -> String {
    let x = graph.input("x", F32, &[1, 2]);
    let weights = arr2(&[[1.0_f32, 0.0], [-1.0, 1.0]]).into_dyn();
    let weights = graph.initializer("weights", weights);
    graph.node("dense", "Gemm", &[&x, &weights], [])
}

fn input() -> Tensor {
    arr2(&[[1.0_f32, 2.0]]).into_dyn().into()
}

fn compile(graph: GraphBuilder) -> CpuSession {
    CpuBackend::default()
        .compile(&graph.build(17).unwrap())
        .unwrap()
}

#[test]
fn an_activation_is_fused_unless_its_input_is_needed_elsewhere() {
    let mut graph = GraphBuilder::new("fused");
    let dense_name = dense(&mut graph);
    let relu = graph.node("relu", "Relu", &[&dense_name], []);
    graph.output(&relu, F32, &[1, 2]);
    let mut session = compile(graph);
    assert_eq!(session.plan().n_steps(), 1);
    let outputs = session.run_to_tensors(&[input().view()]).unwrap();
    assert_eq!(outputs[0], arr2(&[[0.0_f32, 2.0]]).into_dyn().into());

    let mut graph = GraphBuilder::new("kept");
    let dense_name = dense(&mut graph);
    let relu = graph.node("relu", "Relu", &[&dense_name], []);
    graph.output(&relu, F32, &[1, 2]);
    graph.output(&dense_name, F32, &[1, 2]);
    let mut session = compile(graph);
    assert_eq!(session.plan().n_steps(), 2);
    let outputs = session.run_to_tensors(&[input().view()]).unwrap();
    assert_eq!(outputs[0], arr2(&[[0.0_f32, 2.0]]).into_dyn().into());
    assert_eq!(outputs[1], arr2(&[[-1.0_f32, 2.0]]).into_dyn().into());

    let mut graph = GraphBuilder::new("seen under another shape");
    let dense_name = dense(&mut graph);
    let flat = graph.node("flat", "Flatten", &[&dense_name], []);
    let relu = graph.node("relu", "Relu", &[&dense_name], []);
    let sum = graph.node("sum", "Add", &[&relu, &flat], []);
    graph.output(&sum, F32, &[1, 2]);
    let outputs = compile(graph).run_to_tensors(&[input().view()]).unwrap();
    assert_eq!(outputs[0], arr2(&[[-1.0_f32, 4.0]]).into_dyn().into());
}

#[test]
fn what_depends_on_constants_alone_is_computed_when_the_model_is_compiled() {
    let mut graph = GraphBuilder::new("folded");
    let x = graph.input("x", F32, &[1, 2, 3]);
    let shape = graph.node("shape", "Shape", &[&x], []);
    let index = graph.initializer("index", arr1(&[1_i64, 2]).into_dyn());
    let picked = graph.node("picked", "Gather", &[&shape, &index], []);
    let doubled = graph.node("doubled", "Add", &[&picked, &picked], []);
    let floats = graph.node("floats", "Cast", &[&doubled], [("to", Attribute::Int(1))]);
    graph.output(&floats, F32, &[2]);
    let mut session = compile(graph);
    assert_eq!(session.plan().n_steps(), 0);
    let x = Tensor::zeros(F32, &[1, 2, 3]);
    let outputs = session.run_to_tensors(&[x.view()]).unwrap();
    assert_eq!(outputs[0], arr1(&[4.0_f32, 6.0]).into_dyn().into());
}

#[test]
fn a_plan_shows_its_steps_and_what_they_cost() {
    let mut graph = GraphBuilder::new("shown");
    let dense_name = dense(&mut graph);
    let softmax = graph.node("softmax", "Softmax", &[&dense_name], []);
    graph.output(&softmax, F32, &[1, 2]);
    let session = compile(graph);
    let plan = session.plan();
    assert_eq!((plan.n_steps(), plan.macs()), (2, 4));
    // The input and the dense layer's output take two floats each; the scores replace the input.
    assert_eq!(plan.memory_bytes(), 16);
    let text = plan.to_string();
    assert!(text.starts_with("input x: f32[1, 2]\n"), "{text}");
    let line = |number: usize| text.lines().nth(number).unwrap();
    let words = |number: usize| line(number).split_whitespace().collect::<Vec<_>>();
    assert!(line(1).starts_with("step  kernel"), "{text}");
    assert_eq!(words(2)[..5], ["0", "Dense", "f32[1,", "2]", "4"], "{text}");
    assert_eq!(
        words(3)[..5],
        ["1", "Softmax", "f32[1,", "2]", "0"],
        "{text}"
    );
    assert!(line(2).ends_with("dense (Gemm)"), "{text}");
    assert!(line(3).ends_with("softmax (Softmax)"), "{text}");
    assert!(text.contains("output softmax: f32[1, 2]"), "{text}");
}
