//! What `Model::infer` says of each operator's outputs before the backend compiles it is what the backend gives.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use emo_backend::Session;
use emo_backend_cpu::CpuBackend;
use emo_onnx::{Dim, GraphBuilder, Model};
use emo_testing::fixture;

/// The model without what it declares of its outputs, which would answer in the inference's place.
fn undeclared(model: &Model) -> Model {
    let graph = model.graph();
    let mut bare = GraphBuilder::new(graph.name());
    for input in graph.inputs() {
        let (element_type, shape) = input.tensor().unwrap();
        bare.input_of(&input.name, element_type, shape.unwrap().iter().cloned());
    }
    for (name, tensor) in graph.initializers() {
        bare.initializer(name, tensor.clone());
    }
    for node in graph.nodes() {
        bare.push(node.clone());
    }
    for output in graph.outputs() {
        bare.output_of(&output.name);
    }
    bare.build(model.opset()).unwrap()
}

/// What is inferred otherwise than it is computed.
fn disagreements(path: &Path) -> Vec<String> {
    let model = Model::read(path).unwrap();
    let session = CpuBackend::default().compile(&model).unwrap();
    let inference = undeclared(&model).infer().unwrap();
    let mut disagreements = Vec::new();
    for info in session.outputs() {
        let element_type = inference.element_type(&info.name);
        let shape = inference.shape(&info.name);
        let fixed = inference.fixed_shape(&info.name);
        if element_type != Some(info.element_type) || fixed.as_ref() != Some(&info.shape) {
            let mut nodes = model.graph().nodes().iter();
            let node = nodes.find(|node| node.outputs.contains(&info.name));
            disagreements.push(format!(
                "{}: inferred {element_type:?}{:?}, computed {info}, {node:?}",
                path.display(),
                shape.map(|dims| dims.iter().map(Dim::to_string).collect::<Vec<_>>())
            ));
        }
    }
    disagreements
}

#[test]
fn outputs_are_inferred_as_they_are_computed() {
    let mut paths: Vec<PathBuf> = ["ops", "differential"]
        .iter()
        .flat_map(|folder| fs::read_dir(fixture(format!("emo-backend-cpu/{folder}"))).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let disagreements: Vec<String> = paths.iter().flat_map(|path| disagreements(path)).collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}
