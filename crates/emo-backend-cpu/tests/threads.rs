//! Large layers by several threads: the same bits, from plans that say so.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{num::NonZeroUsize, thread};

use emo_backend::{
    Session,
    emo_tensor::{ElementType, Tensor},
};
use emo_backend_cpu::{CpuBackend, CpuConfig, CpuSession};
use emo_onnx::{GraphBuilder, Model, Window};
use emo_testing::{fixture, load_npy, shared};
use ndarray::{Array4, ArrayD, Ix1, arr0, arr1};

mod networks;

use networks::{dims, numbers};

fn backend(threads: usize) -> CpuBackend {
    let mut config = CpuConfig::default();
    config.threads = NonZeroUsize::new(threads).unwrap();
    CpuBackend::new(config)
}

fn outputs(session: &mut CpuSession, inputs: &[Tensor]) -> Vec<Tensor> {
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    session.run_to_tensors(&views).unwrap()
}

/// Minimal filtering, a strided and a depthwise convolution, and a dense layer, each large enough to be cut.
fn large() -> Model {
    let mut seed = 5;
    let seed = &mut seed;
    let mut graph = GraphBuilder::new("large");
    let x = graph.input("x", ElementType::F32, &[1, 24, 46, 40]);
    let bias = |seed: &mut u64, n: usize| Some(numbers::<Ix1>(seed, dims(&[n])));
    let window = Window::default().with_pads([1, 1]);
    let weight: Array4<f32> = numbers(seed, dims(&[48, 24, 3, 3]));
    let a = graph.conv("filtered", &x, weight, bias(seed, 48), &window);
    let a = graph.relu("relu", &a);
    let weight: Array4<f32> = numbers(seed, dims(&[96, 48, 3, 3]));
    let strided = window.clone().with_strides([2, 2]);
    let b = graph.conv("strided", &a, weight, bias(seed, 96), &strided);
    let weight: Array4<f32> = numbers(seed, dims(&[96, 1, 7, 7]));
    let depthwise = Window::default().with_pads([3, 3]).with_group(96);
    let c = graph.conv("depthwise", &b, weight, bias(seed, 96), &depthwise);
    let c = graph.max_pool("pool", &c, &[4, 4], &Window::default().with_strides([4, 4]));
    let flat = graph.flatten("flat", &c);
    let weight = numbers(seed, dims(&[700, 96 * 5 * 5]));
    let y = graph.dense("dense", &flat, weight, bias(seed, 700));
    graph.output(&y, ElementType::F32, &[1, 700]);
    graph.build(17).unwrap()
}

/// A convolution and a dense layer of bytes.
fn large_quantized() -> Model {
    let mut seed = 6;
    let mut graph = GraphBuilder::new("large quantized");
    let x = graph.input("x", ElementType::F32, &[1, 64, 20, 20]);
    let scale = graph.initializer("scale", arr0(1.0_f32 / 100.0).into_dyn());
    let zero = graph.initializer("zero", arr0(120_u8).into_dyn());
    let fine = graph.initializer("fine", arr0(1.0_f32 / 3000.0).into_dyn());
    let point = graph.initializer("point", arr0(0_i8).into_dyn());
    let rounded = |graph: &mut GraphBuilder, name: &str, value: &str| {
        let bytes = format!("{name}.q");
        let bytes = graph.node(&bytes, "QuantizeLinear", &[value, &scale, &zero], []);
        let number = format!("{name}.d");
        graph.node(&number, "DequantizeLinear", &[&bytes, &scale, &zero], [])
    };
    let mut weights = |graph: &mut GraphBuilder, name: &str, shape: &[usize]| {
        let values: ArrayD<f32> = numbers(&mut seed, dims(shape));
        let bytes = graph.initializer(name, values.mapv(|x| (x * 127.0) as i8));
        let number = format!("{name}.d");
        graph.node(&number, "DequantizeLinear", &[&bytes, &fine, &point], [])
    };
    let x = rounded(&mut graph, "x", &x);
    let weight = weights(&mut graph, "w1", &[96, 64, 3, 3]);
    let a = graph.node("a", "Conv", &[&x, &weight], []);
    let a = rounded(&mut graph, "a", &a);
    let shape = graph.initializer("shape", arr1(&[1_i64, 96 * 18 * 18]).into_dyn());
    let flat = graph.node("flat", "Reshape", &[&a, &shape], []);
    let weight = weights(&mut graph, "w2", &[96 * 18 * 18, 150]);
    let y = graph.node("y", "MatMul", &[&flat, &weight], []);
    let y = rounded(&mut graph, "y", &y);
    graph.output(&y, ElementType::F32, &[1, 150]);
    graph.build(17).unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let models = [
        (large(), vec![1, 24, 46, 40], 4),
        (large_quantized(), vec![1, 64, 20, 20], 2),
    ];
    for (model, shape, n_divided) in models {
        let x = Tensor::from(numbers::<ndarray::IxDyn>(&mut 3, dims(&shape)));
        let mut alone = CpuBackend::default().compile(&model).unwrap();
        assert_eq!(alone.plan().n_divided_steps(), 0);
        let expected = outputs(&mut alone, std::slice::from_ref(&x));
        for threads in [1, 2, 3, 4, 16, 1000] {
            let mut session = backend(threads).compile(&model).unwrap();
            let divided = if threads > 1 { n_divided } else { 0 };
            let plan = session.plan();
            assert_eq!(plan.n_divided_steps(), divided, "{plan}");
            for _ in 0..3 {
                let actual = outputs(&mut session, std::slice::from_ref(&x));
                assert!(actual == expected, "{threads} threads");
            }
        }
    }
}

#[test]
fn shared_networks_give_the_same_bits() {
    let names = [
        "image_cnn",
        "image_cnn.minmax",
        "speech_simple",
        "speech_simple.minmax",
    ];
    for name in names {
        let base = name.split('.').next().unwrap();
        let path = |file: String| shared(format!("models/{file}"));
        let Some((model, inputs)) =
            path(format!("{name}.onnx")).zip(path(format!("{base}.in.npy")))
        else {
            continue;
        };
        let model = Model::read(model).unwrap();
        let inputs = load_npy(inputs);
        let mut alone = CpuBackend::default().compile(&model).unwrap();
        let info = alone.inputs()[0].clone();
        let x: Vec<f32> = inputs.iter().take(info.len()).map(|&x| x as f32).collect();
        let x = Tensor::from(ArrayD::from_shape_vec(info.shape, x).unwrap());
        let expected = outputs(&mut alone, std::slice::from_ref(&x));
        for threads in [2, 3] {
            let mut session = backend(threads).compile(&model).unwrap();
            assert!(session.plan().n_divided_steps() > 0, "{name}");
            assert!(
                outputs(&mut session, std::slice::from_ref(&x)) == expected,
                "{name}"
            );
        }
    }
}

#[test]
fn small_networks_have_the_same_plan() {
    let stored = ["hr_cnn", "eeg_de", "eegnet", "eegnet.minmax"]
        .map(|name| Some(fixture(format!("emo-backend-cpu/models/{name}.onnx"))));
    let others = [
        "hr_cnn.minmax",
        "eeg_de.minmax",
        "image_mbv1",
        "image_mbv1.minmax",
    ]
    .map(|name| shared(format!("models/{name}.onnx")));
    for path in stored.into_iter().chain(others).flatten() {
        let model = Model::read(&path).unwrap();
        let alone = CpuBackend::default().compile(&model).unwrap();
        let many = backend(16).compile(&model).unwrap();
        let (alone, many) = (alone.plan().to_string(), many.plan().to_string());
        assert_eq!(alone, many, "{}", path.display());
    }
}

#[test]
fn a_plan_tells_into_how_many_parts_a_step_is_cut() {
    let session = backend(2).compile(&large()).unwrap();
    let plan = session.plan().to_string();
    assert!(plan.contains("Winograd in "), "{plan}");
    assert!(plan.contains("DenseRows in 8 parts"), "{plan}");
}

#[test]
fn sessions_in_several_threads_share_those_that_help() {
    let model = large();
    let session = backend(2).compile(&model).unwrap();
    let inputs: Vec<Tensor> = (0..3)
        .map(|mut seed| numbers::<ndarray::IxDyn>(&mut seed, dims(&[1, 24, 46, 40])).into())
        .collect();
    let mut alone = CpuBackend::default().compile(&model).unwrap();
    thread::scope(|scope| {
        for x in &inputs {
            let mut session = session.clone();
            let expected = outputs(&mut alone, std::slice::from_ref(x));
            scope.spawn(move || {
                for _ in 0..5 {
                    assert!(outputs(&mut session, std::slice::from_ref(x)) == expected);
                }
            });
        }
    });
}
