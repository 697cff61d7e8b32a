//! The emulation of the compiler's quantization, on the bundle's models.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use emo_backend_mobilint::{
    ActivationScales, Approximation, CalibrationMode, EMULATION_KEY, Emulation, HistogramSearch,
    InputScale, OutputScales, Quantization,
    emo_backend::emo_tensor::ElementType,
    emo_onnx::{GraphBuilder, Model},
    emo_quant::{
        Comparison, Method, PercentileOf, Runner as _, Symmetry,
        ndarray::{Array2, ArrayD},
        outputs,
    },
};

use support::{CpuRunner, MODELS, model, samples};

fn quantization(mode: CalibrationMode, symmetry: Symmetry) -> Quantization {
    let mut quantization = Quantization::default();
    quantization.mode = mode;
    quantization.symmetry = symmetry;
    quantization
}

#[test]
fn every_choice_gives_a_model_that_runs_and_says_what_it_is() {
    for name in MODELS {
        let model = model(name);
        let mut runner = CpuRunner(samples(&model, 8));
        let expected = outputs(&mut runner, &model).unwrap();
        for mode in CalibrationMode::ALL {
            for symmetry in [Symmetry::Symmetric, Symmetry::Affine] {
                let emulation = Emulation::new(quantization(mode, symmetry)).unwrap();
                let emulated = emulation.quantize(&model, &mut runner).unwrap();
                assert!(emulated.model().check().is_empty());
                let label = &emulated.model().metadata()[EMULATION_KEY];
                assert!(
                    label.contains(mode.name()) && label.contains("no output of the vendor's"),
                    "{label}"
                );
                let actual = outputs(&mut runner, emulated.model()).unwrap();
                let sqnr = Comparison::of(&expected, &actual).unwrap().sqnr_db();
                // Random numbers are not what the models were made for, and divergence cuts off much of them.
                let least = if mode.name() == "histogram-kl" {
                    0.0
                } else {
                    10.0
                };
                assert!(
                    sqnr > least && sqnr.is_finite(),
                    "{name} {mode} {symmetry:?}: {sqnr}"
                );
            }
        }
    }
}

#[test]
fn modes_become_calibrators() {
    let method = |mode, symmetry| {
        Emulation::new(quantization(mode, symmetry))
            .unwrap()
            .config()
            .method
    };
    let [max, percentile, histogram, mse, kl] = CalibrationMode::ALL;
    assert_eq!(method(max, Symmetry::Symmetric), Method::Max);
    let Method::MaxPercentile(config) = method(percentile, Symmetry::Affine) else {
        panic!();
    };
    assert!((config.percentile - 99.99).abs() < 1e-9 && (config.top_ratio - 0.01).abs() < 1e-9);
    for (symmetry, of) in [
        (Symmetry::Symmetric, PercentileOf::Magnitudes),
        (Symmetry::Affine, PercentileOf::Values),
    ] {
        let Method::Percentile(config) = method(histogram, symmetry) else {
            panic!();
        };
        assert_eq!(config.of, of);
        assert!((config.percentile - 99.99).abs() < 1e-9);
    }
    assert_eq!(method(mse, Symmetry::Symmetric), Method::Mse);
    assert_eq!(method(kl, Symmetry::Symmetric), Method::Entropy);
    let bad = CalibrationMode::Histogram(HistogramSearch::Percentile(99.9));
    assert!(Emulation::new(quantization(bad, Symmetry::Symmetric)).is_err());
}

#[test]
fn what_is_not_published_is_named() {
    let mut quantization = quantization(CalibrationMode::Max, Symmetry::Symmetric);
    quantization.activations = ActivationScales::Layer;
    quantization.output = OutputScales::Channel;
    let model = model("eeg");
    let named = |quantization| {
        let emulated = Emulation::new(quantization)
            .unwrap()
            .quantize(&model, &mut CpuRunner(samples(&model, 2)));
        emulated.unwrap().approximations().to_vec()
    };
    let always = [
        Approximation::Outputs,
        Approximation::Functions,
        Approximation::Fusion,
    ];
    assert_eq!(named(quantization), always);
    quantization.activations = ActivationScales::Multi;
    quantization.mode = CalibrationMode::max_percentile();
    let more = [Approximation::SharedScales, Approximation::MaxPercentile];
    assert_eq!(named(quantization), [&more[..], &always[..]].concat());
}

/// Weights have one scale per output channel, around 0, and activations one in all.
#[test]
fn weights_are_scaled_per_channel_and_activations_per_layer() {
    let model = model("image");
    let mut runner = CpuRunner(samples(&model, 4));
    let emulated = Emulation::new(Quantization::default())
        .unwrap()
        .quantize(&model, &mut runner)
        .unwrap();
    let graph = emulated.model().graph();
    let mut per_channel = 0;
    for node in graph
        .nodes()
        .iter()
        .filter(|node| node.is("DequantizeLinear"))
    {
        let scale = &graph.initializers()[node.input(1).unwrap()];
        match graph.initializers().get(node.input(0).unwrap()) {
            Some(weight) if weight.element_type() == ElementType::I8 => {
                let axis = usize::try_from(node.int("axis", 1).unwrap()).unwrap();
                assert_eq!(scale.len(), weight.shape()[axis], "{}", node.label());
                per_channel += 1;
            }
            Some(_) => {}
            None => assert_eq!(scale.len(), 1, "{}", node.label()),
        }
    }
    assert_eq!(per_channel, 6, "four convolutions and two dense layers");
}

/// A large and a small feature side by side, which a standardizer makes equal.
fn unequal() -> (Model, Vec<ArrayD<f32>>) {
    let mut graph = GraphBuilder::new("unequal");
    let x = graph.input("input", ElementType::F32, &[1, 2]);
    let scale = graph.initializer(
        "scale",
        ArrayD::from_shape_vec(vec![1, 2], vec![0.001_f32, 1.0]).unwrap(),
    );
    let shape = graph.initializer(
        "shape",
        ArrayD::from_shape_vec(vec![2], vec![1_i64, 2]).unwrap(),
    );
    let scaled = graph.node("scaled", "Mul", &[&x, &scale], []);
    // Keeps the factor from being folded into the layer.
    let same = graph.node("same", "Reshape", &[&scaled, &shape], []);
    let y = graph.node("tanh", "Tanh", &[&same], []);
    let y = graph.dense("y", &y, Array2::eye(2), None);
    graph.output_of(&y);
    let sample = |n: usize| vec![1000.0 * (n as f32 * 0.7).sin(), (n as f32 * 1.3).cos()];
    let samples = (0..32).map(|n| ArrayD::from_shape_vec(vec![1, 2], sample(n)).unwrap());
    (graph.build(17).unwrap(), samples.collect())
}

#[test]
fn one_scale_for_the_input_loses_what_is_small() {
    let (model, samples) = unequal();
    let mut runner = CpuRunner(samples);
    let expected = outputs(&mut runner, &model).unwrap();
    let mut small = |input| {
        let emulation =
            Emulation::new(quantization(CalibrationMode::Max, Symmetry::Symmetric)).unwrap();
        let emulated = emulation
            .with_input(input)
            .quantize(&model, &mut runner)
            .unwrap();
        let actual = outputs(&mut runner, emulated.model()).unwrap();
        let pairs = expected.iter().zip(&actual);
        pairs
            .map(|(e, a)| (e[[0, 1]] - a[[0, 1]]).abs())
            .fold(0.0, f32::max)
    };
    // A step of 1000 / 127 is wider than all of a feature between −1 and 1: only 0 is left of it.
    let largest = expected
        .iter()
        .map(|scores| scores[[0, 1]].abs())
        .fold(0.0, f32::max);
    assert!((small(InputScale::One) - largest).abs() < 0.02);
    assert!(small(InputScale::Float) < 0.02);
}

#[test]
fn an_input_that_is_quantized_anyway_is_quantized_once() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("input", ElementType::F32, &[1, 8]);
    let y = graph.dense("y", &x, Array2::ones((4, 8)), None);
    graph.output_of(&y);
    let model = graph.build(17).unwrap();
    let emulated = Emulation::new(Quantization::default())
        .unwrap()
        .quantize(&model, &mut CpuRunner(vec![ArrayD::ones(vec![1, 8])]))
        .unwrap();
    let nodes = emulated.model().graph().nodes();
    let n = nodes
        .iter()
        .filter(|node| node.is("QuantizeLinear"))
        .count();
    assert_eq!(n, 1);
    let mut seen = 0;
    CpuRunner(vec![ArrayD::ones(vec![1, 8])])
        .run(emulated.model(), &mut |values| {
            seen += values.len();
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, 1);
}
