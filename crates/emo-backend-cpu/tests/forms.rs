//! How values lie in memory is nobody's business but the engine's: whole networks against their nodes one by one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use std::collections::HashMap;

use emo_backend::emo_tensor::{ElementType, Tensor};
use emo_backend_cpu::CpuBackend;
use emo_onnx::{Attribute, GraphBuilder, Model, Window};
use ndarray::{Array1, Array2, Array3, ArrayD};
use proptest::prelude::*;

mod networks;

use networks::{INPUT, assert_same, dims, layer, network, numbers, run};

/// The outputs of a model of which every node is a model of its own.
fn node_by_node(model: &Model, inputs: &[Tensor]) -> Vec<Tensor> {
    let cpu = CpuBackend::default();
    let graph = model.graph();
    let mut values: HashMap<&str, Tensor> = graph
        .initializers()
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor.clone()))
        .collect();
    for (info, tensor) in graph.inputs().iter().zip(inputs) {
        values.insert(&info.name, tensor.clone());
    }
    for node in graph.nodes() {
        let given: Vec<Option<&Tensor>> = node
            .inputs
            .iter()
            .map(|name| values.get(name.as_str()))
            .collect();
        let outputs = cpu.evaluate(node, model.opset(), &given).unwrap();
        for (name, tensor) in node.outputs.iter().zip(outputs) {
            values.insert(name, tensor);
        }
    }
    graph
        .outputs()
        .iter()
        .map(|info| values[info.name.as_str()].clone())
        .collect()
}

#[track_caller]
fn check(model: &Model, inputs: &[Tensor]) {
    assert_same(
        &run(model, inputs),
        &node_by_node(model, inputs),
        &model.dump().to_string(),
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 128 } else { 1024 }))]

    #[test]
    fn random_networks_are_what_their_nodes_are(
        layers in prop::collection::vec(layer(), 0..8),
        seed in any::<u64>(),
        norm_behind in any::<bool>(),
    ) {
        let model = network(&layers, seed, norm_behind);
        let input: ArrayD<f32> = numbers(&mut seed.clone(), dims(&INPUT));
        check(&model, &[Tensor::from(input)]);
    }
}

/// A convolution of `x` to `outputs` channels, 3 wide.
fn conv(
    graph: &mut GraphBuilder,
    name: &str,
    x: &str,
    (inputs, outputs): (usize, usize),
    seed: &mut u64,
) -> String {
    let weight: Array3<f32> = numbers(seed, dims(&[outputs, inputs, 3]));
    graph.conv(
        name,
        x,
        weight,
        Some(numbers(seed, dims(&[outputs]))),
        &Window::default().with_pads([1]),
    )
}

#[test]
fn values_with_several_readers_are_read_by_each_in_its_own_order() {
    let mut seed = 7;
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[2, 3, 10]);
    let a = conv(&mut graph, "a", &x, (3, 6), &mut seed);
    let b = conv(&mut graph, "b", &a, (6, 6), &mut seed);
    let joined = graph.node("joined", "Concat", &[&a, &b], [("axis", Attribute::Int(1))]);
    let c = conv(&mut graph, "c", &joined, (12, 6), &mut seed);
    let sum = graph.node("sum", "Add", &[&a, &c], []);
    let turned = graph.node(
        "turned",
        "Transpose",
        &[&sum],
        [("perm", Attribute::Ints(vec![0, 2, 1]))],
    );
    let shape = graph.initializer("shape", Array1::from(vec![2_i64, 4, 15]).into_dyn());
    let reshaped = graph.node("reshaped", "Reshape", &[&sum, &shape], []);
    let d = conv(&mut graph, "d", &reshaped, (4, 5), &mut seed);
    let flat = graph.node("flat", "Flatten", &[&d], []);
    let weight: Array2<f32> = numbers(&mut seed, dims(&[3, 75]));
    let dense = graph.dense("dense", &flat, weight, None);
    let mean = graph.node(
        "mean",
        "ReduceMean",
        &[&sum],
        [("axes", Attribute::Ints(vec![2]))],
    );
    for output in [&turned, &reshaped, &dense, &mean, &a] {
        graph.output_of(output);
    }
    let input: ArrayD<f32> = numbers(&mut seed, dims(&[2, 3, 10]));
    check(&graph.build(17).unwrap(), &[Tensor::from(input)]);
}
