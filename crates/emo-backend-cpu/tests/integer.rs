//! Quantized networks: every set of instructions gives the same bits, and those that the definitions give.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where it stands"
)]

use std::collections::HashMap;

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuConfig, Instructions};
use emo_onnx::{Attribute, Graph, GraphBuilder, Model, Node};
use emo_testing::{load_npy, shared};
use ndarray::{Array1, ArrayD, arr0};
use proptest::prelude::*;

mod networks;

use networks::{INPUT, dims, layer, network, numbers};

fn run_with(model: &Model, instructions: Instructions, inputs: &[Tensor]) -> Vec<Tensor> {
    let mut config = CpuConfig::default();
    config.instructions = Some(instructions);
    let mut session = CpuBackend::new(config).compile(model).unwrap();
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    session.run_to_tensors(&views).unwrap()
}

/// Runs with all instructions that this machine has, and holds them to the portable ones.
fn check_levels(model: &Model, inputs: &[Tensor]) {
    let expected = run_with(model, Instructions::Portable, inputs);
    for instructions in Instructions::available() {
        let outputs = run_with(model, instructions, inputs);
        assert!(outputs == expected, "{instructions:?}\n{}", model.dump());
    }
}

/// A network with every value between its nodes rounded to 8 bits, and weights to 8 bits with one scale per output.
struct Quantizer<'a> {
    graph: GraphBuilder,
    source: &'a Graph,
    seed: u64,
    /// What stands for each value.
    names: HashMap<String, String>,
    n_values: usize,
}

impl Quantizer<'_> {
    fn name(&mut self, what: &str) -> String {
        self.n_values += 1;
        format!("{what}_{}", self.n_values)
    }

    fn constant(&mut self, what: &str, value: impl Into<Tensor>) -> String {
        let name = self.name(what);
        self.graph.initializer(&name, value)
    }

    fn random(&mut self, end: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.seed >> 33) % end
    }

    /// Rounds a value to 8 bits and back.
    fn rounded(&mut self, value: &str) -> String {
        let scale = 0.01 + self.random(100) as f32 * 4e-4;
        let scale = self.constant("scale", arr0(scale).into_dyn());
        let point = self.random(256);
        let point = match self.random(2) {
            0 => self.constant("point", arr0(point as u8).into_dyn()),
            _ => self.constant("point", arr0((point as i64 - 128) as i8).into_dyn()),
        };
        let (bytes, number) = (self.name("bytes"), self.name("number"));
        let bytes = self
            .graph
            .node(&bytes, "QuantizeLinear", &[value, &scale, &point], []);
        self.graph
            .node(&number, "DequantizeLinear", &[&bytes, &scale, &point], [])
    }

    /// Weights of 8 bits, with a scale for each step along `axis`.
    fn weight(&mut self, tensor: &Tensor, axis: usize) -> String {
        let weight: &ArrayD<f32> = tensor.as_array().unwrap();
        let scales: Array1<f32> = (0..weight.shape()[axis])
            .map(|index| {
                let part = weight.index_axis(ndarray::Axis(axis), index);
                part.iter().fold(1e-3_f32, |max, w| max.max(w.abs())) / 127.0
            })
            .collect();
        let mut bytes = ArrayD::<i8>::zeros(weight.raw_dim());
        for (index, byte) in bytes.indexed_iter_mut() {
            *byte = (weight[&index] / scales[index[axis]]).round() as i8;
        }
        let bytes = self.constant("weight", bytes);
        let points = self.constant("point", Array1::<i8>::zeros(scales.len()).into_dyn());
        let scales = self.constant("scale", scales.into_dyn());
        let name = self.name("weight");
        let axis = Attribute::Int(axis as i64);
        self.graph.node(
            &name,
            "DequantizeLinear",
            &[&bytes, &scales, &points],
            [("axis", axis)],
        )
    }

    fn add(&mut self, node: &Node) {
        let inputs: Vec<String> = node
            .inputs
            .iter()
            .enumerate()
            .map(|(index, name)| match self.source.initializers().get(name) {
                None => self.names[name].clone(),
                Some(tensor) if index == 1 && matches!(&*node.op_type, "Conv" | "Gemm") => {
                    self.weight(tensor, 0)
                }
                Some(tensor) => self.constant("constant", tensor.clone()),
            })
            .collect();
        let mut copy = node.clone();
        copy.inputs = inputs;
        copy.outputs = node.outputs.iter().map(|_| self.name("value")).collect();
        let outputs = copy.outputs.clone();
        self.graph.push(copy);
        for (name, output) in node.outputs.iter().zip(outputs) {
            // Some values stay as they are, so that there are numbers between integers; sums of products of such
            // are not the same to the bit everywhere.
            let mut readers = self
                .source
                .nodes()
                .iter()
                .filter(|node| node.inputs.contains(name));
            let is_summed =
                readers.any(|node| matches!(&*node.op_type, "Conv" | "Gemm" | "MatMul"));
            let stays = !is_summed && self.random(4) == 0;
            let value = if stays { output } else { self.rounded(&output) };
            self.names.insert(name.clone(), value);
        }
    }
}

fn quantized(model: &Model, seed: u64) -> Model {
    let source = model.graph();
    let mut graph = GraphBuilder::new("quantized");
    let x = graph.input("x", ElementType::F32, &INPUT);
    let mut quantizer = Quantizer {
        graph,
        source,
        seed,
        names: HashMap::new(),
        n_values: 0,
    };
    let x = quantizer.rounded(&x);
    quantizer.names.insert("x".to_owned(), x);
    for node in source.nodes() {
        quantizer.add(node);
    }
    for output in source.outputs() {
        let name = quantizer.names[&output.name].clone();
        quantizer.graph.output_of(&name);
    }
    quantizer.graph.build(17).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 96 } else { 1024 }))]

    #[test]
    fn random_networks_give_the_same_bits_everywhere(
        layers in prop::collection::vec(layer(), 1..7),
        seed in any::<u64>(),
    ) {
        let model = quantized(&network(&layers, seed, false), seed);
        let input: ArrayD<f32> = numbers(&mut seed.clone(), dims(&INPUT));
        check_levels(&model, &[Tensor::from(input * 2.0)]);
    }
}

#[test]
fn quantized_models_give_the_same_bits_everywhere() {
    for name in ["hr_cnn", "eeg_de", "eegnet", "image_mbv1", "image_cnn"] {
        for method in ["minmax", "percentile"] {
            let file = |ending: &str| shared(format!("models/{name}.{ending}"));
            let (Some(model), Some(inputs)) = (file(&format!("{method}.onnx")), file("in.npy"))
            else {
                continue;
            };
            let model = Model::read(model).unwrap();
            for input in load_npy(inputs).outer_iter().take(3) {
                let input = input.insert_axis(ndarray::Axis(0)).mapv(|x| x as f32);
                check_levels(&model, &[Tensor::from(input)]);
            }
        }
    }
}
