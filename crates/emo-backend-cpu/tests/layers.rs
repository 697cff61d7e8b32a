//! Laws that convolutions, norms and recurrent layers keep, in forms that ONNX Runtime does not execute.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::CpuBackend;
use emo_onnx::{Attribute, GraphBuilder};
use emo_testing::assert_close;
use ndarray::{ArrayD, Axis, IxDyn};
use proptest::prelude::*;

const F32: ElementType = ElementType::F32;

/// Numbers between −1 and 1 without a pattern.
fn array(shape: &[usize], seed: usize) -> ArrayD<f32> {
    let mut index = seed as f32;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        index += 1.0;
        (index * 12.9898).sin()
    })
}

fn ints(values: &[i64]) -> Attribute {
    Attribute::Ints(values.to_vec())
}

/// The first output of one node whose inputs are all given when it runs.
fn run(
    op_type: &str,
    opset: i64,
    inputs: &[&ArrayD<f32>],
    attributes: &[(&'static str, Attribute)],
    output_shape: &[usize],
) -> ArrayD<f32> {
    let mut graph = GraphBuilder::new("layer");
    let names: Vec<String> = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| graph.input(&format!("x{index}"), F32, input.shape()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = graph.node("layer", op_type, &names, attributes.to_vec());
    graph.output(&output, F32, output_shape);
    let model = graph.build(opset).unwrap();
    let mut session = CpuBackend::default().compile(&model).unwrap();
    let tensors: Vec<Tensor> = inputs.iter().map(|&input| input.clone().into()).collect();
    let views: Vec<_> = tensors.iter().map(Tensor::view).collect();
    let outputs = session.run_to_tensors(&views).unwrap();
    outputs[0].as_array::<f32>().unwrap().clone()
}

fn close(actual: &ArrayD<f32>, expected: &ArrayD<f32>) {
    assert_eq!(actual.shape(), expected.shape());
    let wide = |x: &ArrayD<f32>| x.iter().copied().map(f64::from).collect::<Vec<_>>();
    assert_close(wide(actual), wide(expected), 1e-5, 1e-6);
}

fn dot(a: &ArrayD<f32>, b: &ArrayD<f32>) -> f64 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| f64::from(a) * f64::from(b))
        .sum()
}

proptest! {
    /// `⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩` for the same weights.
    #[test]
    fn the_transposed_convolution_is_the_adjoint(
        kernel in prop::collection::vec(1_usize..4, 1..4),
        extra in prop::collection::vec(0_usize..3, 3),
        pads in prop::collection::vec(0_usize..3, 6),
        strides in prop::collection::vec(1_usize..4, 3),
        dilations in prop::collection::vec(1_usize..3, 3),
        (groups, inputs, outputs) in (1_usize..3, 1_usize..3, 1_usize..3),
        seed in 0_usize..1000,
    ) {
        let rank = kernel.len();
        let reach = |axis: usize| (kernel[axis] - 1) * dilations[axis] + 1;
        let pads: Vec<usize> = (0..2 * rank).map(|i| pads[i].min(reach(i % rank) - 1)).collect();
        // The windows fill the padded input, so that nothing is left over.
        let output: Vec<usize> = (0..rank).map(|axis| extra[axis] + 3).collect();
        let input: Vec<usize> = (0..rank)
            .map(|axis| ((output[axis] - 1) * strides[axis] + reach(axis))
                .saturating_sub(pads[axis] + pads[axis + rank]))
            .collect();
        prop_assume!(input.iter().all(|&extent| extent > 0));
        let shape = |channels: usize, extents: &[usize]| [&[2, channels], extents].concat();
        let x = array(&shape(groups * inputs, &input), seed);
        let y = array(&shape(groups * outputs, &output), seed + 7);
        let weights = array(&[&[groups * outputs, inputs], &kernel[..]].concat(), seed + 13);
        let list = |values: &[usize]| ints(&values.iter().map(|&v| v as i64).collect::<Vec<_>>());
        let attributes = [
            ("group", Attribute::Int(groups as i64)),
            ("pads", list(&pads)),
            ("strides", list(&strides[..rank])),
            ("dilations", list(&dilations[..rank])),
        ];
        let there = run("Conv", 22, &[&x, &weights], &attributes, y.shape());
        let back = run("ConvTranspose", 22, &[&y, &weights], &attributes, x.shape());
        let (a, b) = (dot(&there, &y), dot(&x, &back));
        prop_assert!((a - b).abs() <= 1e-4 * (1.0 + a.abs()), "{a} and {b}");
    }
}

#[test]
fn a_negative_pad_cuts_elements_off() {
    let (x, weights) = (array(&[1, 2, 9], 0), array(&[3, 2, 3], 1));
    let cut = run(
        "Conv",
        22,
        &[&x, &weights],
        &[("pads", ints(&[-2, -1]))],
        &[1, 3, 4],
    );
    let part = x.slice_axis(Axis(2), (2..8).into()).to_owned();
    let expected = run("Conv", 22, &[&part, &weights], &[], &[1, 3, 4]);
    close(&cut, &expected);
}

#[test]
fn groups_are_normalized_alike_with_parameters_per_group_and_per_channel() {
    let x = array(&[2, 4, 3], 0);
    let (scale, bias) = (array(&[2], 3), array(&[2], 5));
    let attributes = [("num_groups", Attribute::Int(2))];
    let shape: &[usize] = &[2, 4, 3];
    let grouped = run(
        "GroupNormalization",
        18,
        &[&x, &scale, &bias],
        &attributes,
        shape,
    );
    let twice =
        |values: &ArrayD<f32>| ArrayD::from_shape_fn(IxDyn(&[4]), |index| values[[index[0] / 2]]);
    let channels = [&x, &twice(&scale), &twice(&bias)];
    let expected = run("GroupNormalization", 21, &channels, &attributes, shape);
    close(&grouped, &expected);
}

#[test]
fn training_takes_the_statistics_of_the_batch() {
    let x = array(&[4, 2, 3], 0);
    let (scale, bias) = (array(&[2], 3), array(&[2], 5));
    let (mean, variance) = (array(&[2], 7), array(&[2], 9).mapv(f32::abs));
    let average = |x: &ArrayD<f32>| x.mean_axis(Axis(2)).unwrap().mean_axis(Axis(0)).unwrap();
    let batch_mean = average(&x);
    let batch_variance = average(&x.mapv(|x| x * x)) - &batch_mean * &batch_mean;
    let training = [("training_mode", Attribute::Int(1))];
    let inputs = [&x, &scale, &bias, &mean, &variance];
    let trained = run("BatchNormalization", 15, &inputs, &training, x.shape());
    let inputs = [&x, &scale, &bias, &batch_mean, &batch_variance];
    let expected = run("BatchNormalization", 15, &inputs, &[], x.shape());
    close(&trained, &expected);
}

#[test]
fn statistics_per_element_are_those_of_a_flat_input() {
    let parameters: Vec<ArrayD<f32>> = (1..5).map(|n| array(&[2, 3], n).mapv(f32::abs)).collect();
    let x = array(&[2, 2, 3], 0);
    let flat = |x: &ArrayD<f32>, shape: &[usize]| x.clone().into_shape_with_order(shape).unwrap();
    let [a, b, c, d] = &parameters[..] else {
        unreachable!("four parameters");
    };
    let per_element = run(
        "BatchNormalization",
        8,
        &[&x, a, b, c, d],
        &[("spatial", Attribute::Int(0))],
        &[2, 2, 3],
    );
    let [a, b, c, d] = [a, b, c, d].map(|parameter| flat(parameter, &[6]));
    let x = flat(&x, &[2, 6]);
    let expected = run("BatchNormalization", 9, &[&x, &a, &b, &c, &d], &[], &[2, 6]);
    close(&flat(&per_element, &[2, 6]), &expected);
}

#[test]
fn a_layout_with_the_batch_first_is_the_other_one_transposed() {
    let x = array(&[5, 2, 3], 0);
    let weights = [array(&[2, 16, 3], 1), array(&[2, 16, 4], 2)];
    let attributes = [("direction", Attribute::String("bidirectional".into()))];
    let inputs = [&x, &weights[0], &weights[1]];
    let first = run("LSTM", 22, &inputs, &attributes, &[5, 2, 2, 4]);
    let permuted = |x: &ArrayD<f32>, axes: &[usize]| {
        let view = x.view().permuted_axes(axes.to_vec());
        view.as_standard_layout().into_owned()
    };
    let [direction] = attributes;
    let attributes = [direction, ("layout", Attribute::Int(1))];
    let x = permuted(&x, &[1, 0, 2]);
    let inputs = [&x, &weights[0], &weights[1]];
    let second = run("LSTM", 22, &inputs, &attributes, &[2, 5, 2, 4]);
    close(&second, &permuted(&first, &[2, 0, 1, 3]));
}

/// ONNX bounds what every activation is applied to, the cell state, too.
#[test]
fn clipping_bounds_the_cell_state_where_an_activation_takes_it() {
    let x = ArrayD::<f32>::zeros(IxDyn(&[1, 1, 1]));
    let zeros = || ArrayD::<f32>::zeros(IxDyn(&[1, 4, 1]));
    let names = ["Sigmoid", "Tanh", "Relu"].map(str::to_owned);
    let mut graph = GraphBuilder::new("clip");
    let given = graph.input("x", F32, &[1, 1, 1]);
    let w = graph.initializer("w", zeros());
    let r = graph.initializer("r", zeros());
    let state: ArrayD<f32> = ArrayD::from_elem(IxDyn(&[1, 1, 1]), 8.0);
    let state = graph.initializer("state", state);
    let attributes = [
        ("clip", Attribute::Float(1.5)),
        ("activations", Attribute::Strings(names.to_vec())),
    ];
    let reads = [&*given, &w, &r, "", "", "", &state];
    let output = graph.node("n", "LSTM", &reads, attributes);
    graph.output(&output, F32, &[1, 1, 1, 1]);
    let mut session = CpuBackend::default()
        .compile(&graph.build(22).unwrap())
        .unwrap();
    let x: Tensor = x.into();
    let outputs = session.run_to_tensors(&[x.view()]).unwrap();
    // Gates of zero sums are one half: the state halves to 4, and the output is half of what is left of that.
    let value = outputs[0].as_array::<f32>().unwrap()[[0, 0, 0, 0]];
    assert_close([f64::from(value)], [0.75], 0.0, 0.0);
}
