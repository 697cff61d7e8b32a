//! Random networks, and what tests do with them.

#![allow(dead_code, reason = "each test that has this module uses its own part")]

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::CpuBackend;
use emo_onnx::{Attribute, BatchNorm, GraphBuilder, Model, Window};
use ndarray::{Array, Array1, Array2, ArrayD, Dimension, IxDyn};
use proptest::prelude::*;

pub(crate) fn run(model: &Model, inputs: &[Tensor]) -> Vec<Tensor> {
    let mut session = CpuBackend::default().compile(model).unwrap();
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    session.run_to_tensors(&views).unwrap()
}

/// Within 1e-5 of the largest number in any output: one in which large numbers cancel keeps their rounding, which its own
/// size does not show.
pub(crate) fn assert_same(actual: &[Tensor], expected: &[Tensor], what: &str) {
    assert_eq!(actual.len(), expected.len());
    let arrays = |tensors: &[Tensor]| -> Vec<ArrayD<f32>> {
        tensors
            .iter()
            .map(|tensor| tensor.as_array().unwrap().clone())
            .collect()
    };
    let (actual, expected) = (arrays(actual), arrays(expected));
    let largest = expected
        .iter()
        .flatten()
        .fold(1e-6_f32, |max, x| max.max(x.abs()));
    for (actual, expected) in actual.iter().zip(&expected) {
        assert_eq!(actual.shape(), expected.shape(), "{what}");
        for (a, b) in actual.iter().zip(expected) {
            assert!(
                (a - b).abs() <= 1e-5 * largest,
                "{what}: {a} for {b}, the largest is {largest}"
            );
        }
    }
}

/// Numbers between −1 and 1 from a seed: those of a linear congruential generator (D. E. Knuth, The Art of Computer
/// Programming, volume 2, section 3.3.4).
pub(crate) fn numbers<D: Dimension>(seed: &mut u64, shape: impl Into<IxDyn>) -> Array<f32, D> {
    let shape: IxDyn = shape.into();
    let len = shape.size();
    let values: Vec<f32> = (0..len)
        .map(|_| {
            *seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (*seed >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect();
    let array = ArrayD::from_shape_vec(shape, values).unwrap();
    array.into_dimensionality().unwrap()
}

pub(crate) fn dims(shape: &[usize]) -> IxDyn {
    IxDyn(shape)
}

/// What a random network is made of.
#[derive(Debug, Clone)]
pub(crate) enum Layer {
    Conv {
        outputs: usize,
        kernel: usize,
        pad: usize,
        depthwise: bool,
        bias: bool,
    },
    Separable {
        filters: usize,
        depth: usize,
    },
    BatchNorm,
    Standardize {
        mean: f32,
        deviation: f32,
    },
    Scale(bool),
    Activation(u8),
    Pool {
        average: bool,
        pad: usize,
    },
    Pad {
        amount: usize,
    },
    Identity(u8),
    TransposeTwice,
    TransposeAround(u8),
    Residual,
    Twins,
    ReshapeTwice,
}

pub(crate) fn layer() -> impl Strategy<Value = Layer> {
    let bools = any::<(bool, bool)>();
    prop_oneof![
        (1..4_usize, 1..4_usize, 0..2_usize, bools).prop_map(
            |(outputs, kernel, pad, (depthwise, bias))| Layer::Conv {
                outputs,
                kernel,
                pad,
                depthwise,
                bias
            }
        ),
        (1..4_usize, 1..3_usize).prop_map(|(filters, depth)| Layer::Separable { filters, depth }),
        Just(Layer::BatchNorm),
        (-3.0..3.0_f32, 0.25..4.0_f32)
            .prop_map(|(mean, deviation)| Layer::Standardize { mean, deviation }),
        any::<bool>().prop_map(Layer::Scale),
        (0..4_u8).prop_map(Layer::Activation),
        (any::<bool>(), 0..2_usize).prop_map(|(average, pad)| Layer::Pool { average, pad }),
        (1..3_usize).prop_map(|amount| Layer::Pad { amount }),
        (0..4_u8).prop_map(Layer::Identity),
        Just(Layer::TransposeTwice),
        (0..3_u8).prop_map(Layer::TransposeAround),
        Just(Layer::Residual),
        Just(Layer::Twins),
        Just(Layer::ReshapeTwice),
    ]
}

/// A network as it is being built: what comes next reads `x` of shape `[1, channels, height, width]`.
struct Network {
    graph: GraphBuilder,
    x: String,
    shape: [usize; 4],
    seed: u64,
    n_values: usize,
}

impl Network {
    fn name(&mut self, what: &str) -> String {
        self.n_values += 1;
        format!("{what}{}", self.n_values)
    }

    fn node(
        &mut self,
        op_type: &str,
        inputs: &[&str],
        attributes: Vec<(&'static str, Attribute)>,
    ) -> String {
        let name = self.name(&op_type.to_lowercase());
        self.graph.node(&name, op_type, inputs, attributes)
    }

    fn constant(&mut self, values: impl Into<Tensor>) -> String {
        let name = self.name("constant");
        self.graph.initializer(&name, values)
    }

    fn add(&mut self, layer: &Layer) {
        let [_, channels, height, width] = self.shape;
        let x = self.x.clone();
        let ints =
            |values: &[usize]| Attribute::Ints(values.iter().map(|&value| value as i64).collect());
        let perm = |values: [usize; 4]| vec![("perm", ints(&values))];
        match *layer {
            Layer::Conv {
                outputs,
                kernel,
                pad,
                depthwise,
                bias,
            } => {
                if height + 2 * pad < kernel || width + 2 * pad < kernel {
                    return;
                }
                let (outputs, group) = if depthwise {
                    (channels, channels)
                } else {
                    (outputs, 1)
                };
                let inputs = channels / group;
                let weight =
                    numbers::<IxDyn>(&mut self.seed, dims(&[outputs, inputs, kernel, kernel]));
                let bias = bias.then(|| numbers(&mut self.seed, dims(&[outputs])));
                let window = Window::default().with_pads([pad, pad]).with_group(group);
                let name = self.name("conv");
                self.x = self.graph.conv(&name, &x, weight, bias, &window);
                let extent = |n: usize| n + 2 * pad + 1 - kernel;
                self.shape = [1, outputs, extent(height), extent(width)];
            }
            Layer::Separable { filters, depth } => {
                if channels != 1 {
                    return;
                }
                let temporal = numbers::<IxDyn>(&mut self.seed, dims(&[filters, 1, 1, 3]));
                let bias = Some(numbers(&mut self.seed, dims(&[filters])));
                let name = self.name("temporal");
                let window = Window::default().with_pads([0, 1]);
                let y = self.graph.conv(&name, &x, temporal, bias, &window);
                let spatial =
                    numbers::<IxDyn>(&mut self.seed, dims(&[filters * depth, 1, height, 1]));
                let name = self.name("spatial");
                let window = Window::default().with_group(filters);
                self.x = self.graph.conv(&name, &y, spatial, None, &window);
                self.shape = [1, filters * depth, 1, width];
            }
            Layer::BatchNorm => {
                let name = self.name("norm");
                let values = |seed: &mut u64| numbers::<ndarray::Ix1>(seed, dims(&[channels]));
                let norm = BatchNorm {
                    scale: values(&mut self.seed),
                    bias: values(&mut self.seed),
                    mean: values(&mut self.seed),
                    variance: values(&mut self.seed).mapv(|x| x.abs() + 0.5),
                    epsilon: 1e-3,
                };
                self.x = self.graph.batch_norm(&name, &x, norm);
            }
            Layer::Standardize { mean, deviation } => {
                let mean = self.constant(ArrayD::from_elem(IxDyn(&[]), mean));
                let deviation = self.constant(ArrayD::from_elem(IxDyn(&[1]), deviation));
                let shifted = self.node("Sub", &[&x, &mean], vec![]);
                self.x = self.node("Div", &[&shifted, &deviation], vec![]);
            }
            Layer::Scale(per_channel) => {
                let shape = if per_channel {
                    vec![channels, 1, 1]
                } else {
                    vec![1, width]
                };
                let values: ArrayD<f32> = numbers(&mut self.seed, dims(&shape));
                let factor = self.constant(values);
                self.x = self.node("Mul", &[&factor, &x], vec![]);
            }
            Layer::Activation(which) => {
                let op_type = ["Relu", "Sigmoid", "Tanh", "Elu"][usize::from(which)];
                self.x = self.node(op_type, &[&x], vec![]);
            }
            Layer::Pool { average, pad } => {
                if height < 2 || width < 2 {
                    return;
                }
                let op_type = if average { "AveragePool" } else { "MaxPool" };
                let mut attributes = vec![
                    ("kernel_shape", ints(&[2, 2])),
                    ("pads", ints(&[pad; 4])),
                    ("strides", ints(&[1, 1])),
                ];
                if average {
                    attributes.push(("count_include_pad", Attribute::Int(1)));
                }
                self.x = self.node(op_type, &[&x], attributes);
                self.shape = [1, channels, height + 2 * pad - 1, width + 2 * pad - 1];
            }
            Layer::Pad { amount } => {
                let pads = [0, 0, amount, 0, 0, 0, 1, amount].map(|pad| pad as i64);
                let pads = self.constant(Array1::from(pads.to_vec()).into_dyn());
                self.x = self.node("Pad", &[&x, &pads], vec![]);
                self.shape = [1, channels, height + amount + 1, width + amount];
            }
            Layer::Identity(which) => {
                self.x = match which {
                    0 => self.node("Identity", &[&x], vec![]),
                    1 => self.node("Dropout", &[&x], vec![]),
                    2 => self.node("Cast", &[&x], vec![("to", Attribute::Int(1))]),
                    _ => self.node("Transpose", &[&x], perm([0, 1, 2, 3])),
                };
            }
            Layer::TransposeTwice => {
                let y = self.node("Transpose", &[&x], perm([0, 2, 3, 1]));
                self.x = self.node("Transpose", &[&y], perm([0, 2, 3, 1]));
                self.shape = [1, width, channels, height];
            }
            Layer::TransposeAround(which) => {
                let last = self.node("Transpose", &[&x], perm([0, 2, 3, 1]));
                let y = match which {
                    0 => self.node("Relu", &[&last], vec![]),
                    1 => {
                        let values: ArrayD<f32> = numbers(&mut self.seed, dims(&[channels]));
                        let bias = self.constant(values);
                        self.node("Add", &[&last, &bias], vec![])
                    }
                    _ => {
                        let other = self.node("Sigmoid", &[&x], vec![]);
                        let other = self.node("Transpose", &[&other], perm([0, 2, 3, 1]));
                        self.node(
                            "Concat",
                            &[&last, &other],
                            vec![("axis", Attribute::Int(1))],
                        )
                    }
                };
                self.x = self.node("Transpose", &[&y], perm([0, 3, 1, 2]));
                let factor = if which == 2 { 2 } else { 1 };
                self.shape = [1, channels, height * factor, width];
            }
            Layer::Residual => {
                let y = self.node("Tanh", &[&x], vec![]);
                self.x = self.node("Add", &[&x, &y], vec![]);
            }
            Layer::Twins => {
                let left = self.node("Sigmoid", &[&x], vec![]);
                let right = self.node("Sigmoid", &[&x], vec![]);
                self.x = self.node("Mul", &[&left, &right], vec![]);
            }
            Layer::ReshapeTwice => {
                let flat = self.node("Flatten", &[&x], vec![("axis", Attribute::Int(1))]);
                let shape = [1, channels, width, height].map(|extent| extent as i64);
                let shape = self.constant(Array1::from(shape.to_vec()).into_dyn());
                self.x = self.node("Reshape", &[&flat, &shape], vec![]);
                self.shape = [1, channels, width, height];
            }
        }
    }
}

pub(crate) const INPUT: [usize; 4] = [1, 1, 5, 6];

pub(crate) fn network(layers: &[Layer], seed: u64, norm_behind: bool) -> Model {
    let mut graph = GraphBuilder::new("random");
    let x = graph.input("x", ElementType::F32, &INPUT);
    let mut network = Network {
        graph,
        x,
        shape: INPUT,
        seed,
        n_values: 0,
    };
    for layer in layers {
        network.add(layer);
    }
    let [_, channels, height, width] = network.shape;
    let mut seed = network.seed;
    let mut graph = network.graph;
    let flat = graph.flatten("flat", &network.x);
    let weight: Array2<f32> = numbers(&mut seed, dims(&[3, channels * height * width]));
    let bias = Some(numbers(&mut seed, dims(&[3])));
    let mut y = graph.dense("dense", &flat, weight, bias);
    if norm_behind {
        let norm = BatchNorm {
            scale: numbers(&mut seed, dims(&[3])),
            bias: numbers(&mut seed, dims(&[3])),
            mean: numbers(&mut seed, dims(&[3])),
            variance: Array1::ones(3),
            epsilon: 1e-5,
        };
        y = graph.batch_norm("norm", &y, norm);
        let weight: Array2<f32> = numbers(&mut seed, dims(&[3, 2]));
        let weight = graph.initializer("product.weight", weight.into_dyn());
        y = graph.node("product", "MatMul", &[&y, &weight], []);
    }
    graph.output_of(&y);
    // An intermediate value that is an output as well keeps its name and is not folded away.
    if seed.is_multiple_of(3) && network.x != "x" {
        graph.output_of(&network.x);
    }
    graph.build(17).unwrap()
}
