//! A slow and plain executor of a few operators, so that the tests of this crate need no backend.

#![allow(dead_code, reason = "not every test file uses all of it")]
#![allow(
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::HashMap;

use emo_quant::{
    QuantError, Runner, RunnerError, Visit,
    emo_onnx::{Model, Node},
    emo_tensor::{ElementType, QuantParams, Tensor},
};
use ndarray::{Array2, ArrayD, Axis, Dimension, IxDyn};

/// Samples, and the executor.
pub(crate) struct Plain(pub(crate) Vec<ArrayD<f32>>);

impl Runner for Plain {
    fn n_samples(&self) -> usize {
        self.0.len()
    }

    fn run(&mut self, model: &Model, visit: &mut Visit<'_>) -> Result<(), QuantError> {
        for sample in &self.0 {
            visit(
                &run(model, sample)
                    .map_err(|reason| QuantError::Runner(RunnerError::new(reason)))?,
            )?;
        }
        Ok(())
    }
}

/// Numbers of any type, exact in `f64`.
type Value = (ElementType, ArrayD<f64>);

/// The outputs of a model of one input.
pub(crate) fn run(model: &Model, input: &ArrayD<f32>) -> Result<Vec<ArrayD<f32>>, String> {
    let graph = model.graph();
    let mut values: HashMap<&str, Value> = HashMap::new();
    values.insert(
        &graph.inputs()[0].name,
        (ElementType::F32, input.mapv(f64::from)),
    );
    for (name, tensor) in graph.initializers() {
        values.insert(name, (tensor.element_type(), numbers(tensor)));
    }
    for node in graph.nodes() {
        let inputs: Vec<Option<&Value>> = node
            .inputs
            .iter()
            .map(|name| values.get(name.as_str()))
            .collect();
        let output = compute(node, &inputs)
            .ok_or_else(|| format!("{} is beyond the tests", node.label()))?;
        values.insert(&node.outputs[0], output);
    }
    let of = |name: &str| values[name].1.mapv(|x| x as f32);
    Ok(graph.outputs().iter().map(|info| of(&info.name)).collect())
}

pub(crate) fn numbers(tensor: &Tensor) -> ArrayD<f64> {
    match tensor {
        Tensor::F32(array) => array.mapv(f64::from),
        Tensor::F16(array) => array.mapv(|x| x.to_f64()),
        Tensor::I4(array) => array.mapv(|x| f64::from(x.get())),
        Tensor::I8(array) => array.mapv(f64::from),
        Tensor::U8(array) => array.mapv(f64::from),
        Tensor::I32(array) => array.mapv(f64::from),
        Tensor::I64(array) => array.mapv(|x| x as f64),
        other => panic!("tensors of {} are beyond the tests", other.element_type()),
    }
}

fn compute(node: &Node, inputs: &[Option<&Value>]) -> Option<Value> {
    let value = |index: usize| inputs.get(index).copied().flatten();
    let (element_type, x) = value(0)?;
    let array = |index: usize| value(index).map(|(_, array)| array);
    let real = |array: ArrayD<f64>| Some((ElementType::F32, array.mapv(|x| f64::from(x as f32))));
    match node.op_type.as_str() {
        "Relu" => real(x.mapv(|x| x.max(0.0))),
        "Clip" => {
            let (low, high) = (array(1)?.first().copied()?, array(2)?.first().copied()?);
            real(x.mapv(|x| x.clamp(low, high)))
        }
        "Identity" => Some((*element_type, x.clone())),
        "Cast" => real(x.clone()),
        "Add" => real(x + array(1)?),
        "Flatten" | "Reshape" => {
            let len = x.len() / x.shape()[0];
            Some((
                *element_type,
                x.to_shape(IxDyn(&[x.shape()[0], len])).ok()?.to_owned(),
            ))
        }
        "Softmax" => {
            let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let exps = x.mapv(|x| (x - max).exp());
            let sum = exps.sum();
            real(exps / sum)
        }
        "GlobalAveragePool" => {
            let mut means = x.clone();
            for axis in 2..x.ndim() {
                means = means.mean_axis(Axis(axis))?.insert_axis(Axis(axis));
            }
            real(means)
        }
        "MaxPool" => Some((*element_type, max_pool(node, x))),
        "Gemm" | "MatMul" => {
            let x = x.view().into_dimensionality::<ndarray::Ix2>().ok()?;
            let w = array(1)?
                .view()
                .into_dimensionality::<ndarray::Ix2>()
                .ok()?;
            let transposed = node.int("transB", 0).ok()? != 0;
            let mut y: Array2<f64> = if transposed { x.dot(&w.t()) } else { x.dot(&w) };
            if let Some(bias) = array(2) {
                y = y + bias.view().into_dimensionality::<ndarray::Ix1>().ok()?;
            }
            real(y.into_dyn())
        }
        "Conv" => real(conv(node, x, array(1)?, array(2))),
        "QuantizeLinear" => {
            let (to, point) = value(2)?;
            let params =
                QuantParams::new(*array(1)?.first()? as f32, *point.first()? as i32, *to).ok()?;
            Some((*to, x.mapv(|x| f64::from(params.quantize(x as f32)))))
        }
        "DequantizeLinear" => {
            let (scales, points) = (array(1)?, array(2));
            let axis = node.int("axis", 1).ok()? as usize;
            let block = node.int("block_size", 0).ok()? as usize;
            let place = |index: &[usize]| match (block, scales.len()) {
                (0, 1) => vec![0; scales.ndim()],
                (0, _) => vec![index[axis]],
                _ => {
                    let mut place = index.to_vec();
                    place[axis] /= block;
                    place
                }
            };
            let dequantized = ArrayD::from_shape_fn(x.raw_dim(), |index| {
                let place = IxDyn(&place(
                    index
                        .as_array_view()
                        .as_slice()
                        .expect("an index is a list"),
                ));
                let point = points.map_or(0.0, |points| points[&place]);
                let steps = (x[&index] - point) as f32;
                f64::from(steps * scales[&place] as f32)
            });
            real(dequantized)
        }
        "QLinearConv" => {
            let scale = |index: usize| Some(*array(index)?.first()? as f32);
            let centred = x.mapv(|q| q - array(2).map_or(0.0, |z| z[[]]));
            let sums = conv(node, &centred, array(3)?, array(8));
            let (to, point) = value(7)?;
            let params = QuantParams::new(scale(6)?, *point.first()? as i32, *to).ok()?;
            let (x_scale, w_scales) = (scale(1)?, array(4)?);
            let of = |channel: usize| match w_scales.len() {
                1 => *w_scales.first().expect("there is one") as f32,
                _ => w_scales[[channel]] as f32,
            };
            let y = ArrayD::from_shape_fn(sums.raw_dim(), |index| {
                let real = sums[&index] as f32 * (x_scale * of(index[1]));
                f64::from(params.quantize(real))
            });
            Some((*to, y))
        }
        _ => None,
    }
}

/// The window of a node along one axis: kernel, stride, padding before and behind.
fn windows(node: &Node, kernel: &[usize]) -> Vec<(usize, usize, usize, usize)> {
    let list = |name: &str| {
        node.ints(name)
            .expect("a list")
            .map(|l| l.iter().map(|&x| x as usize).collect::<Vec<_>>())
    };
    let n = kernel.len();
    let strides = list("strides").unwrap_or(vec![1; n]);
    let pads = list("pads").unwrap_or(vec![0; 2 * n]);
    (0..n)
        .map(|a| (kernel[a], strides[a], pads[a], pads[a + n]))
        .collect()
}

/// All places of an array of these extents.
fn places(extents: &[usize]) -> Vec<Vec<usize>> {
    ndarray::indices(IxDyn(extents))
        .into_iter()
        .map(|index| index.as_array_view().to_vec())
        .collect()
}

/// The places in a plane that the output at `at` reads, each with its place in the kernel; those in the padding left out.
fn taps(
    windows: &[(usize, usize, usize, usize)],
    extents: &[usize],
    at: &[usize],
) -> Vec<(Vec<usize>, Vec<usize>)> {
    let kernel: Vec<usize> = windows.iter().map(|w| w.0).collect();
    places(&kernel)
        .into_iter()
        .filter_map(|tap| {
            let place: Option<Vec<usize>> = (0..kernel.len())
                .map(|a| {
                    (at[a] * windows[a].1 + tap[a])
                        .checked_sub(windows[a].2)
                        .filter(|&p| p < extents[a])
                })
                .collect();
            Some((place?, tap))
        })
        .collect()
}

fn output_extents(windows: &[(usize, usize, usize, usize)], extents: &[usize]) -> Vec<usize> {
    windows
        .iter()
        .zip(extents)
        .map(|(w, n)| (n + w.2 + w.3 - w.0) / w.1 + 1)
        .collect()
}

fn max_pool(node: &Node, x: &ArrayD<f64>) -> ArrayD<f64> {
    let kernel: Vec<usize> = node
        .ints("kernel_shape")
        .expect("a list")
        .expect("a kernel")
        .iter()
        .map(|&k| k as usize)
        .collect();
    let windows = windows(node, &kernel);
    let mut shape = x.shape()[..2].to_vec();
    shape.extend(output_extents(&windows, &x.shape()[2..]));
    ArrayD::from_shape_fn(shape, |index| {
        let index = index.as_array_view().to_vec();
        taps(&windows, &x.shape()[2..], &index[2..])
            .into_iter()
            .map(|(place, _)| x[&*[&index[..2], &place].concat()])
            .fold(f64::NEG_INFINITY, f64::max)
    })
}

fn conv(node: &Node, x: &ArrayD<f64>, w: &ArrayD<f64>, bias: Option<&ArrayD<f64>>) -> ArrayD<f64> {
    let windows = windows(node, &w.shape()[2..]);
    let group = node.int("group", 1).expect("a number") as usize;
    let outputs_per_group = w.shape()[0] / group;
    let mut shape = vec![x.shape()[0], w.shape()[0]];
    shape.extend(output_extents(&windows, &x.shape()[2..]));
    ArrayD::from_shape_fn(shape, |index| {
        let index = index.as_array_view().to_vec();
        let first = index[1] / outputs_per_group * w.shape()[1];
        let mut sum = bias.map_or(0.0, |bias| bias[[index[1]]]);
        for (place, tap) in taps(&windows, &x.shape()[2..], &index[2..]) {
            for channel in 0..w.shape()[1] {
                sum += x[&*[&[index[0], first + channel], &*place].concat()]
                    * w[&*[&[index[1], channel], &*tap].concat()];
            }
        }
        sum
    })
}

/// Numbers from −1 to 1 that look random and are the same every time.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32 / (1_u64 << 23) as f32) - 1.0
    }

    /// Nearly normal, of variance 1.
    pub(crate) fn normal(&mut self) -> f32 {
        (0..4).map(|_| self.next()).sum::<f32>() * (3.0_f32 / 4.0).sqrt()
    }

    pub(crate) fn array(&mut self, shape: &[usize]) -> ArrayD<f32> {
        ArrayD::from_shape_simple_fn(IxDyn(shape), || self.normal())
    }
}
