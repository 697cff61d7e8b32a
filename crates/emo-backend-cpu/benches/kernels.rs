//! Each family of kernels by itself: models of one layer, in `f32` and, between QuantizeLinear and DequantizeLinear, in
//! bytes, with each set of instructions that this machine has.
//!
//! A throughput in elements is one in multiply–accumulates, or, for layers without any, in elements of the output.
//! The times include what a session adds: the copies of the input and the output, and their change of form, which
//! `benches/session.rs` and the profile of `engine_worker` tell apart.
//! `cargo bench -p emo-backend-cpu --bench kernels -- 'conv 3x3'` runs one family.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor, TensorView, TensorViewMut},
};
use emo_backend_cpu::{CpuBackend, CpuConfig, Instructions};
use emo_onnx::{GraphBuilder, Model, Window};
use ndarray::{Array, Array1, ArrayD, Dimension, IxDyn, arr0};

/// A model of one layer.
struct Layer {
    name: &'static str,
    input: &'static [usize],
    /// Adds the layer that reads a value of the name.
    add: fn(&mut GraphBuilder, &str) -> String,
}

/// Layers that go to one family of kernels.
struct Family {
    name: &'static str,
    layers: &'static [Layer],
}

const FAMILIES: &[Family] = &[
    Family {
        name: "conv 3x3",
        layers: &[
            Layer {
                name: "32x64, 24x24",
                input: &[1, 32, 24, 24],
                add: |graph, x| conv(graph, x, [64, 32, 3, 3], padded(&[1, 1])),
            },
            Layer {
                name: "64x128 of stride 2, 24x24",
                input: &[1, 64, 24, 24],
                add: |graph, x| {
                    let window = padded(&[1, 1]).with_strides([2, 2]);
                    conv(graph, x, [128, 64, 3, 3], window)
                },
            },
        ],
    },
    Family {
        name: "pointwise",
        layers: &[
            Layer {
                name: "64x128, 12x12",
                input: &[1, 64, 12, 12],
                add: |graph, x| conv(graph, x, [128, 64, 1, 1], Window::default()),
            },
            Layer {
                name: "256x256, 3x3",
                input: &[1, 256, 3, 3],
                add: |graph, x| conv(graph, x, [256, 256, 1, 1], Window::default()),
            },
        ],
    },
    Family {
        name: "depthwise",
        layers: &[
            Layer {
                name: "64, 24x24",
                input: &[1, 64, 24, 24],
                add: |graph, x| conv(graph, x, [64, 1, 3, 3], padded(&[1, 1]).with_group(64)),
            },
            Layer {
                name: "64 of stride 2, 24x24",
                input: &[1, 64, 24, 24],
                add: |graph, x| {
                    let window = padded(&[1, 1]).with_strides([2, 2]).with_group(64);
                    conv(graph, x, [64, 1, 3, 3], window)
                },
            },
        ],
    },
    Family {
        name: "conv1d",
        layers: &[
            Layer {
                name: "64x128 of 3, 594",
                input: &[1, 64, 594],
                add: |graph, x| conv(graph, x, [128, 64, 3], padded(&[1])),
            },
            Layer {
                name: "128x128 of 5, 297",
                input: &[1, 128, 297],
                add: |graph, x| conv(graph, x, [128, 128, 5], padded(&[2])),
            },
        ],
    },
    Family {
        name: "first layer",
        layers: &[
            Layer {
                name: "1x32, 48x48",
                input: &[1, 1, 48, 48],
                add: |graph, x| conv(graph, x, [32, 1, 3, 3], padded(&[1, 1])),
            },
            Layer {
                name: "1x8 of 1x64, 32x128",
                input: &[1, 1, 32, 128],
                add: |graph, x| conv(graph, x, [8, 1, 1, 64], padded(&[0, 32])),
            },
        ],
    },
    Family {
        name: "dense",
        layers: &[
            Layer {
                name: "640x256",
                input: &[1, 640],
                add: |graph, x| dense(graph, x, 640, 256),
            },
            Layer {
                name: "128x4",
                input: &[1, 128],
                add: |graph, x| dense(graph, x, 128, 4),
            },
        ],
    },
    Family {
        name: "pools",
        layers: &[
            Layer {
                name: "max 2x2, 32, 48x48",
                input: &[1, 32, 48, 48],
                add: |graph, x| {
                    graph.max_pool("y", x, &[2, 2], &Window::default().with_strides([2, 2]))
                },
            },
            Layer {
                name: "average 1x4, 16, 1x128",
                input: &[1, 16, 1, 128],
                add: |graph, x| {
                    graph.average_pool("y", x, &[1, 4], &Window::default().with_strides([1, 4]))
                },
            },
            Layer {
                name: "mean of 256, 3x3",
                input: &[1, 256, 3, 3],
                add: |graph, x| graph.global_average_pool("y", x),
            },
        ],
    },
    Family {
        name: "activations",
        layers: &[
            Layer {
                name: "relu, 4096",
                input: &[1, 4096],
                add: |graph, x| graph.relu("y", x),
            },
            Layer {
                name: "elu, 4096",
                input: &[1, 4096],
                add: |graph, x| graph.elu("y", x, 1.0),
            },
            Layer {
                name: "sigmoid, 4096",
                input: &[1, 4096],
                add: |graph, x| graph.sigmoid("y", x),
            },
            Layer {
                name: "softmax, 1000",
                input: &[1, 1000],
                add: |graph, x| graph.softmax("y", x),
            },
        ],
    },
];

fn padded(pads: &[usize]) -> Window {
    Window::default().with_pads(pads)
}

/// Numbers between −1 and 1: those of a linear congruential generator (D. E. Knuth, The Art of Computer Programming,
/// volume 2, section 3.3.4).
fn numbers<D: Dimension>(shape: &[usize]) -> Array<f32, D> {
    let mut state = 7_u64;
    let array = ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    });
    array
        .into_dimensionality()
        .expect("the shape has as many axes as the array")
}

fn conv<const N: usize>(
    graph: &mut GraphBuilder,
    x: &str,
    weight: [usize; N],
    window: Window,
) -> String {
    let bias: Array1<f32> = numbers(&weight[..1]);
    let weight: ArrayD<f32> = numbers(&weight);
    graph.conv("y", x, weight, Some(bias), &window)
}

fn dense(graph: &mut GraphBuilder, x: &str, inputs: usize, outputs: usize) -> String {
    graph.dense(
        "y",
        x,
        numbers(&[outputs, inputs]),
        Some(numbers(&[outputs])),
    )
}

/// The layer alone.
fn real(layer: &Layer) -> Model {
    let mut graph = GraphBuilder::new("layer");
    let x = graph.input("x", ElementType::F32, layer.input);
    let y = (layer.add)(&mut graph, &x);
    graph.output_of(&y);
    graph.build(17).expect("the graph is well-formed")
}

/// The layer on bytes: weights with a scale of their own, the bias in that of the products.
fn quantized(layer: &Layer) -> Model {
    let plain = real(layer);
    let mut graph = GraphBuilder::new("layer");
    let x = graph.input("x", ElementType::F32, layer.input);
    let scale = graph.initializer("scale", arr0(1.0_f32 / 128.0).into_dyn());
    let zero = graph.initializer("zero", arr0(128_u8).into_dyn());
    let fine = graph.initializer("fine", arr0(1.0_f32 / (128.0 * 128.0)).into_dyn());
    let point = graph.initializer("point", arr0(0_i8).into_dyn());
    let rounded = |graph: &mut GraphBuilder, name: &str, value: &str| {
        let bytes = graph.node(
            &format!("{name}.q"),
            "QuantizeLinear",
            &[value, &scale, &zero],
            [],
        );
        graph.node(
            &format!("{name}.d"),
            "DequantizeLinear",
            &[&bytes, &scale, &zero],
            [],
        )
    };
    let x = rounded(&mut graph, "x", &x);
    let node = &plain.graph().nodes()[0];
    let mut inputs = vec![x];
    for (index, name) in node.inputs.iter().enumerate().skip(1) {
        let tensor = &plain.graph().initializers()[name.as_str()];
        let Some(array) = tensor.as_array::<f32>() else {
            continue;
        };
        let (name, scale) = (format!("c{index}"), if index == 1 { &scale } else { &fine });
        let value = if index == 1 {
            let bytes = graph.initializer(&name, array.mapv(|x| (x * 127.0) as i8));
            graph.node(
                &format!("{name}.d"),
                "DequantizeLinear",
                &[&bytes, scale, &point],
                [],
            )
        } else {
            let sums = graph.initializer(&name, array.mapv(|x| (x * 16384.0) as i32));
            graph.node(
                &format!("{name}.d"),
                "DequantizeLinear",
                &[&sums, scale],
                [],
            )
        };
        inputs.push(value);
    }
    let mut node = node.clone();
    node.inputs = inputs;
    let y = node.outputs[0].clone();
    graph.push(node);
    let y = rounded(&mut graph, "y", &y);
    graph.output_of(&y);
    graph.build(17).expect("the graph is well-formed")
}

/// The quantization of an input, and back.
fn quantization() -> Model {
    quantized(&Layer {
        name: "quantize",
        input: &[1, 4096],
        add: |graph, x| graph.node("y", "Identity", &[x], []),
    })
}

fn bench(criterion: &mut Criterion, family: &str, name: &str, model: &Model) {
    let mut group = criterion.benchmark_group(family);
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    for instructions in Instructions::available() {
        let mut config = CpuConfig::default();
        config.instructions = Some(instructions);
        let mut session = CpuBackend::new(config)
            .compile(model)
            .expect("every operator is executed");
        let elements = match session.plan().macs() {
            0 => session.outputs()[0].len() as u64,
            macs => macs,
        };
        group.throughput(Throughput::Elements(elements));
        let x = Tensor::from(numbers::<IxDyn>(&session.inputs()[0].shape));
        let mut y = Tensor::zeros(ElementType::F32, &session.outputs()[0].shape);
        let inputs: [TensorView<'_>; 1] = [x.view()];
        let mut outputs: [TensorViewMut<'_>; 1] = [y.view_mut()];
        group.bench_function(format!("{name}/{instructions:?}"), |bencher| {
            bencher.iter(|| session.run(black_box(&inputs), black_box(&mut outputs)));
        });
    }
    group.finish();
}

fn kernels(criterion: &mut Criterion) {
    for family in FAMILIES {
        for layer in family.layers {
            bench(
                criterion,
                family.name,
                &format!("{} f32", layer.name),
                &real(layer),
            );
            bench(
                criterion,
                family.name,
                &format!("{} int8", layer.name),
                &quantized(layer),
            );
        }
    }
    bench(criterion, "quantize", "4096", &quantization());
}

criterion_group!(benches, kernels);
criterion_main!(benches);
