//! What cannot be executed is refused with the node's name and a reason, never executed in another way.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_backend::{
    Backend, BackendError, ModelSource, Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuConfig};
use emo_onnx::{Attribute, GraphBuilder};
use ndarray::{ArrayD, arr0, arr1};

mod elementary;
mod layers;
mod models;
mod movements;
mod nodes;

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
