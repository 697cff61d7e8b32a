//! What becomes of whole models, held against a plain executor.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use emo_quant::{
    Budget, Comparison, Equalization, Format, Granularity, Precision, QuantReport, QuantScheme,
    QuantizeConfig, Quantizer, Symmetry,
    emo_onnx::{GraphBuilder, Model, Window},
    emo_tensor::ElementType,
    outputs,
};
use ndarray::{ArrayD, Ix1, Ix2, Ix4};

use crate::support::{Noise, Plain};

/// Two convolutions, the second one by channels, with a pool; then two dense layers.
fn network(noise: &mut Noise) -> Model {
    let mut weights = |shape: &[usize]| {
        let fan_in: usize = shape[1..].iter().product();
        noise
            .array(shape)
            .mapv(|w| w * (2.0 / fan_in as f32).sqrt())
    };
    let ix4 = |array: ArrayD<f32>| array.into_dimensionality::<Ix4>().unwrap();
    let ix2 = |array: ArrayD<f32>| array.into_dimensionality::<Ix2>().unwrap();
    let bias = |array: ArrayD<f32>| Some(array.into_dimensionality::<Ix1>().unwrap());
    let mut graph = GraphBuilder::new("net");
    let x = graph.input("input", ElementType::F32, &[1, 2, 6, 6]);
    let same = Window::default().with_pads([1, 1]);
    let conv1 = graph.conv(
        "conv1",
        &x,
        ix4(weights(&[8, 2, 3, 3])),
        bias(weights(&[8])),
        &same,
    );
    let relu1 = graph.relu("relu1", &conv1);
    let depthwise = same.clone().with_group(8);
    let conv2 = graph.conv(
        "conv2",
        &relu1,
        ix4(weights(&[8, 1, 3, 3])),
        None,
        &depthwise,
    );
    let relu2 = graph.relu("relu2", &conv2);
    let pool = graph.max_pool(
        "pool",
        &relu2,
        &[2, 2],
        &Window::default().with_strides([2, 2]),
    );
    let flat = graph.flatten("flat", &pool);
    let dense1 = graph.dense(
        "dense1",
        &flat,
        ix2(weights(&[16, 72])),
        bias(weights(&[16])),
    );
    let relu3 = graph.relu("relu3", &dense1);
    let dense2 = graph.dense(
        "dense2",
        &relu3,
        ix2(weights(&[4, 16])),
        bias(weights(&[4])),
    );
    let scores = graph.softmax("scores", &dense2);
    graph.output_of(&scores);
    let mut model = graph.build(17).unwrap();
    model.set_labels(&["a", "b", "c", "d"]).unwrap();
    model
}

fn samples(noise: &mut Noise, n: usize) -> Plain {
    Plain((0..n).map(|_| noise.array(&[1, 2, 6, 6])).collect())
}

fn sqnr(model: &Model, quantized: &Model, data: &mut Plain) -> f64 {
    let expected = outputs(data, model).unwrap();
    Comparison::of(&expected, &outputs(data, quantized).unwrap())
        .unwrap()
        .sqnr_db()
}

fn count(model: &Model, op_type: &str) -> usize {
    model
        .graph()
        .nodes()
        .iter()
        .filter(|node| node.is(op_type))
        .count()
}

#[test]
fn integers_flow_from_layer_to_layer() {
    let mut noise = Noise(1);
    let (model, mut data) = (network(&mut noise), samples(&mut noise, 16));
    let mut further = samples(&mut noise, 16);
    for config in [QuantizeConfig::plain(), QuantizeConfig::default()] {
        let quantized = Quantizer::new(&model, config)
            .unwrap()
            .quantize(&mut data)
            .unwrap();
        let result = quantized.model();
        assert!(result.check().is_empty(), "{:?}", result.check());
        assert_eq!(result.labels(), model.labels());
        // The input, behind each layer but the last; saturation is what `Relu` does.
        assert_eq!(count(result, "QuantizeLinear"), 4);
        assert_eq!(count(result, "Relu"), 0);
        // Each layer's input, weights and, where there is one, bias.
        assert!(count(result, "DequantizeLinear") <= 4 + 4 + 4);
        assert_eq!(count(result, "MaxPool"), 1);
        assert!(sqnr(&model, result, &mut further) > 30.0);
        let again = Model::from_bytes(result.to_bytes()).unwrap();
        assert_eq!(&again, result);
    }
}

#[test]
fn refining_is_better_than_rounding_to_the_nearest() {
    let mut noise = Noise(2);
    let (model, mut data) = (network(&mut noise), samples(&mut noise, 32));
    let mut further = samples(&mut noise, 16);
    let four = QuantScheme::new(ElementType::I4, Symmetry::Symmetric).unwrap();
    for granularity in [Granularity::PerChannel, Granularity::Blocks(32)] {
        let judged = |mut config: QuantizeConfig, data: &mut Plain, further: &mut Plain| {
            config.precision = Precision::WeightOnly(four, granularity);
            let quantized = Quantizer::new(&model, config)
                .unwrap()
                .quantize(data)
                .unwrap();
            assert!(
                quantized.model().check().is_empty(),
                "{:?}",
                quantized.model().check()
            );
            sqnr(&model, quantized.model(), further)
        };
        let plain = judged(QuantizeConfig::plain(), &mut data, &mut further);
        let refined = judged(QuantizeConfig::default(), &mut data, &mut further);
        assert!(
            refined > plain + 1.0,
            "{granularity:?}: {refined} dB, plain {plain} dB"
        );
    }
}

#[test]
fn equalization_changes_nothing_but_scales() {
    let mut noise = Noise(3);
    let mut weights = |shape: &[usize]| noise.array(shape).into_dimensionality::<Ix2>().unwrap();
    // Channels of very different size, which one scale for all of them does not suit.
    let mut first = weights(&[64, 64]);
    let mut second = weights(&[64, 64]);
    for (channel, mut row) in first.rows_mut().into_iter().enumerate() {
        let factor = 0.5_f32.powi(channel as i32 % 8);
        row.mapv_inplace(|w| w * factor);
        second.column_mut(channel).mapv_inplace(|w| w / factor);
    }
    let mut graph = GraphBuilder::new("unequal");
    let x = graph.input("x", ElementType::F32, &[1, 64]);
    let hidden = graph.dense("hidden", &x, first, None);
    let relu = graph.relu("relu", &hidden);
    let y = graph.dense("y", &relu, second, None);
    graph.output_of(&y);
    let model = graph.build(17).unwrap();
    let mut data = Plain((0..64).map(|_| noise.array(&[1, 64])).collect());
    let mut config = QuantizeConfig::plain();
    let quantizer = Quantizer::new(&model, config.clone()).unwrap();
    let without = quantizer.quantize(&mut data).unwrap();
    config.equalization = Equalization::Search;
    let with = quantizer
        .with_config(config)
        .unwrap()
        .quantize(&mut data)
        .unwrap();
    let equalized: Vec<bool> = with.layers().iter().map(|layer| layer.equalized).collect();
    assert_eq!(equalized, [false, true]);
    // The float model computes the same as before.
    assert!(sqnr(&model, with.float_model(), &mut data) > 100.0);
    let mut further = Plain((0..64).map(|_| noise.array(&[1, 64])).collect());
    let (with, without) = (
        sqnr(&model, with.model(), &mut further),
        sqnr(&model, without.model(), &mut further),
    );
    assert!(with > without + 6.0, "{with} dB with, {without} dB without");
}

#[test]
fn operators_of_integers_say_the_same() {
    let mut noise = Noise(4);
    let (model, mut data) = (network(&mut noise), samples(&mut noise, 8));
    let qdq = Quantizer::new(&model, QuantizeConfig::default())
        .unwrap()
        .quantize(&mut data)
        .unwrap();
    let mut config = QuantizeConfig::default();
    config.format = Format::QOperator;
    let operators = Quantizer::new(&model, config)
        .unwrap()
        .quantize(&mut data)
        .unwrap();
    assert_eq!(count(operators.model(), "QLinearConv"), 2);
    assert!(
        operators.model().check().is_empty(),
        "{:?}",
        operators.model().check()
    );
    assert!(sqnr(qdq.model(), operators.model(), &mut data) > 60.0);
}

#[test]
fn weights_alone_need_no_data() {
    let mut noise = Noise(5);
    let (model, mut data) = (network(&mut noise), samples(&mut noise, 8));
    let quantizer = Quantizer::new(&model, QuantizeConfig::default()).unwrap();
    let quantized = quantizer.quantize_weights().unwrap();
    assert_eq!(count(quantized.model(), "QuantizeLinear"), 0);
    assert!(sqnr(&model, quantized.model(), &mut data) > 35.0);
    let mut config = QuantizeConfig::default();
    config.precision = Precision::Half;
    let half = quantizer
        .with_config(config)
        .unwrap()
        .quantize_weights()
        .unwrap();
    assert!(sqnr(&model, half.model(), &mut data) > 60.0);
}

#[test]
fn named_layers_stay_as_they_are() {
    let mut noise = Noise(6);
    let (model, mut data) = (network(&mut noise), samples(&mut noise, 4));
    let mut config = QuantizeConfig::default();
    config.exclude.insert("dense1".to_owned());
    config
        .precisions
        .insert("conv1".to_owned(), Precision::Float);
    let quantized = Quantizer::new(&model, config)
        .unwrap()
        .quantize(&mut data)
        .unwrap();
    let float: Vec<String> = quantized
        .layers()
        .into_iter()
        .filter(|layer| layer.precision == Precision::Float)
        .map(|layer| layer.name)
        .collect();
    assert_eq!(float, ["conv1", "dense1"]);
    let mut config = QuantizeConfig::default();
    config.exclude.insert("nobody".to_owned());
    assert!(Quantizer::new(&model, config).is_err());
}

#[test]
fn mixed_precision_keeps_to_its_budget() {
    let mut noise = Noise(7);
    let (model, mut data) = (network(&mut noise), samples(&mut noise, 8));
    let quantizer = Quantizer::new(&model, QuantizeConfig::plain()).unwrap();
    let choices = [Precision::Float, Precision::Integer];
    let all_integers = quantizer.quantize(&mut data).unwrap();
    let floor = sqnr(&model, all_integers.model(), &mut data);
    let mixed = quantizer
        .mixed_precision(&mut data, &choices, &Budget::Sqnr(floor + 3.0))
        .unwrap();
    assert!(sqnr(&model, mixed.model(), &mut data) >= floor + 3.0);
    let bytes = usize::midpoint(
        model.to_bytes().len(),
        all_integers.model().to_bytes().len(),
    );
    let mixed = quantizer
        .mixed_precision(&mut data, &choices, &Budget::Bytes(bytes))
        .unwrap();
    assert!(mixed.model().to_bytes().len() <= bytes);
    assert!(
        quantizer
            .mixed_precision(&mut data, &choices, &Budget::Bytes(1))
            .is_err()
    );
}

#[test]
fn a_report_names_layers_values_and_dead_channels() {
    let mut noise = Noise(8);
    let mut model = network(&mut noise);
    let mut bias = model.graph().initializers()["conv1.bias"]
        .as_array::<f32>()
        .unwrap()
        .clone();
    // So low that its `Relu` never gives anything but 0.
    bias[[3]] = -1e3;
    model.set_initializer("conv1.bias", bias).unwrap();
    let mut data = samples(&mut noise, 8);
    let quantized = Quantizer::new(&model, QuantizeConfig::default())
        .unwrap()
        .quantize(&mut data)
        .unwrap();
    let report = QuantReport::new(&model, &quantized, &mut data).unwrap();
    let names: Vec<&str> = report
        .layers
        .iter()
        .map(|layer| layer.name.as_str())
        .collect();
    assert_eq!(names, ["conv1", "conv2", "dense1", "dense2"]);
    let value = report
        .values
        .iter()
        .find(|value| value.name == "relu1")
        .unwrap();
    assert_eq!(value.dead_channels, [3]);
    assert_eq!(value.histogram.counts.iter().sum::<u64>(), 8 * 8 * 36);
    assert!(report.output.sqnr_db > 25.0 && report.compression_ratio() > 1.0);
    let page = report.to_html("net <&>");
    assert!(page.contains("net &lt;&amp;&gt;") && page.contains("<svg") && page.contains("conv2"));
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut noise = Noise(9);
    let model = network(&mut noise);
    let mut data = samples(&mut noise, 2);
    data.0[1][[0, 0, 0, 0]] = f32::NAN;
    let quantizer = Quantizer::new(&model, QuantizeConfig::default()).unwrap();
    assert!(quantizer.quantize(&mut data).is_err());
    assert!(quantizer.quantize(&mut Plain(Vec::new())).is_err());
}
