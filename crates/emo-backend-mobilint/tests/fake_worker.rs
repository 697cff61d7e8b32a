//! The backend with a fake of the vendor's module: protocol, element types, layouts, batches, many models. What the
//! fake computes comes from our own CPU backend, and no figure from it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod worker;

use std::{
    num::{NonZeroU32, NonZeroUsize},
    sync::{Arc, Barrier, Mutex},
    thread,
    time::Duration,
};

use emo_backend::{
    ModelSource, Session,
    conformance::{Example, ModelCase, Tolerance, check_backend},
    emo_tensor::{Tensor, TensorInfo},
};
use emo_backend_cpu::emo_onnx::GraphBuilder;
use emo_backend_mobilint::{
    Cluster, Core, CoreMode, Device, Layout, LogSink, MobilintBackend, MobilintConfig,
    MobilintError, ModelConfig, Status, Target, TensorType,
};
use emo_testing::{fixture, load_npy};
use ndarray::{Array, ArrayD, Axis, IxDyn};
use worker::{fake, mxq};

/// A network in a fake model's file, with what ONNX Runtime computes for it.
fn stored(name: &str) -> (Vec<u8>, Vec<Example>) {
    let file = |ending: &str| fixture(format!("emo-backend-cpu/models/{name}.{ending}"));
    let (inputs, outputs) = (load_npy(file("in.npy")), load_npy(file("out.npy")));
    let one = |array: ndarray::ArrayViewD<'_, f64>| -> Tensor {
        array.insert_axis(Axis(0)).mapv(|x| x as f32).into()
    };
    let examples = inputs.outer_iter().zip(outputs.outer_iter());
    let examples = examples.map(|(x, y)| Example {
        inputs: vec![one(x)],
        outputs: vec![one(y)],
    });
    let onnx = std::fs::read(file("onnx")).unwrap();
    (mxq(7, &onnx), examples.collect())
}

fn infos(name: &str, tensors: &[Tensor]) -> Vec<TensorInfo> {
    tensors
        .iter()
        .map(|tensor| TensorInfo::new(name, tensor.element_type(), tensor.shape().to_vec()))
        .collect()
}

#[test]
fn stored_networks_conform() {
    for name in ["hr_cnn", "eeg_de", "eegnet"] {
        let Some(mut config) = fake(&[]) else {
            return;
        };
        let (model, examples) = stored(name);
        config.model.inputs = infos("x", &examples[0].inputs);
        config.model.outputs = infos("y", &examples[0].outputs);
        let case = ModelCase {
            name,
            source: ModelSource::Bytes(model.into()),
            examples,
            // As for the CPU backend, which computes here.
            tolerance: Tolerance {
                absolute: 0.0,
                relative: 1e-5,
            },
        };
        check_backend(&MobilintBackend::new(config), &[case]).unwrap();
    }
}

/// A model of two inputs and two outputs that weighs each element on its own: `a·w` and `b + w`, of shape
/// `[height, width, channels]`.
fn weights(shape: &[usize]) -> ArrayD<f32> {
    Array::from_shape_fn(IxDyn(shape), |at| {
        let index = (0..shape.len()).fold(0, |index, axis| index * shape[axis] + at[axis]);
        index as f32
    })
}

fn weighing(shape: &[usize]) -> Vec<u8> {
    use emo_backend::emo_tensor::ElementType::F32;
    let mut graph = GraphBuilder::new("weighing");
    let a = graph.input("a", F32, shape);
    let b = graph.input("b", F32, shape);
    let w = graph.initializer("w", weights(shape));
    let product = graph.node("product", "Mul", &[&a, &w], []);
    let sum = graph.node("sum", "Add", &[&b, &w], []);
    graph.output(&product, F32, shape);
    graph.output(&sum, F32, shape);
    mxq(7, &graph.build(13).unwrap().to_bytes())
}

const HWC: [usize; 3] = [2, 3, 4];

fn open(
    config: MobilintConfig,
    model: &ModelConfig,
) -> Result<emo_backend_mobilint::MobilintSession, MobilintError> {
    let source = ModelSource::Bytes(weighing(&HWC).into());
    MobilintBackend::new(config).open(&source, model)
}

/// A tensor of small numbers that tells elements apart.
fn counting(shape: &[usize], offset: i32) -> ArrayD<f32> {
    weights(shape).mapv(|x| (x as i32 % 5 + offset) as f32)
}

#[test]
fn every_element_type_layout_and_batch_reaches_the_model() {
    let types = [
        (TensorType::F32, TensorType::F32),
        (TensorType::U8, TensorType::F32),
        (TensorType::I8, TensorType::F32),
        (TensorType::I8, TensorType::I8),
    ];
    for (input_type, output_type) in types {
        for layout in [Layout::Hwc, Layout::Chw] {
            for batch in [None, NonZeroU32::new(1), NonZeroU32::new(3)] {
                let Some(config) = fake(&[]) else {
                    return;
                };
                let mut model = ModelConfig::default();
                (model.input_type, model.output_type) = (input_type, output_type);
                (model.layout, model.batch) = (layout, batch);
                check_weighing(config, &model);
            }
        }
    }
}

fn check_weighing(config: MobilintConfig, model: &ModelConfig) {
    let mut session = open(config, model).unwrap();
    let ordered = |array: ArrayD<f32>| match model.layout {
        Layout::Chw => array
            .permuted_axes(IxDyn(&[2, 0, 1]))
            .as_standard_layout()
            .into_owned(),
        _ => array,
    };
    let weights = ordered(weights(&HWC));
    let mut shape = weights.shape().to_vec();
    if let Some(batch) = model.batch {
        shape.insert(0, batch.get() as usize);
    }
    for info in session.inputs() {
        assert_eq!(info.shape, shape);
        assert_eq!(info.element_type, model.input_type.element_type());
    }
    let (a, b) = (counting(&shape, 1), counting(&shape, 0));
    let typed = |array: &ArrayD<f32>| -> Tensor {
        match model.input_type {
            TensorType::U8 => array.mapv(|x| x as u8).into(),
            TensorType::I8 => array.mapv(|x| x as i8).into(),
            _ => array.clone().into(),
        }
    };
    let inputs = [typed(&a), typed(&b)];
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    let outputs = session.run_to_tensors(&views).unwrap();
    for (output, expected) in outputs.iter().zip([&a * &weights, &b + &weights]) {
        let expected: Tensor = match model.output_type {
            // Every number is an integer below 128.
            TensorType::I8 => expected.mapv(|x| x as i8).into(),
            _ => expected.into(),
        };
        assert_eq!(*output, expected, "{model:?}");
    }
}

#[test]
fn cores_reach_the_runtime_and_its_log_comes_back() {
    let cores = [
        Core::new(Cluster::Cluster0, 1),
        Core::new(Cluster::Cluster1, 3),
    ];
    for mode in [
        CoreMode::Auto,
        CoreMode::Single(cores.to_vec()),
        CoreMode::Multi(vec![Cluster::Cluster1]),
        CoreMode::Global4(Cluster::ALL.to_vec()),
        CoreMode::Global8,
    ] {
        let Some(mut config) = fake(&[]) else {
            return;
        };
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        config.log = Some(LogSink::new(move |line| {
            sink.lock().unwrap().push(line.to_owned());
        }));
        let mut model = ModelConfig::default();
        model.core_mode = mode.clone();
        let backend = MobilintBackend::new(config);
        let source = ModelSource::Bytes(weighing(&HWC).into());
        let session = backend.open(&source, &model).unwrap();
        drop(session);
        backend.shut_down();
        let lines = lines.lock().unwrap();
        let expected = format!("fake: core mode {mode}");
        assert!(lines.contains(&expected), "{expected}: {lines:?}");
    }
}

#[test]
fn devices_are_told_apart() {
    for (devices, asked, status) in [
        ("aries-rb", "regulus-ra", Status::DeviceNotFound),
        ("aries-rb,regulus-ra", "auto", Status::AmbiguousDevice),
        ("aries-rb", "bogus", Status::UnknownDevice),
    ] {
        let Some(mut config) = fake(&[("FAKE_DEVICES", devices)]) else {
            return;
        };
        config.model.device = Device::from(asked);
        let error = MobilintBackend::new(config).inspect().unwrap_err();
        let MobilintError::WrongDevice { device, found, .. } = &error else {
            unreachable!("{error}")
        };
        assert_eq!(device.target.name(), asked);
        assert_eq!(found.join(","), devices);
        assert_eq!(error.status(), Some(status));
    }
    let Some(config) = fake(&[]) else {
        return;
    };
    let runtime = MobilintBackend::new(config).inspect().unwrap();
    assert_eq!(runtime.module, "qbruntime");
    assert_eq!(runtime.devices, [Target::AriesRb.name()]);
}

#[test]
fn the_vendor_s_words_stay_in_an_error_and_the_worker_goes_on() {
    let Some(config) = fake(&[("FAKE_ON_INFER", "raise:Acc_NPUTimeout")]) else {
        return;
    };
    let backend = MobilintBackend::new(config);
    let source = ModelSource::Bytes(weighing(&HWC).into());
    let mut session = backend.open(&source, &ModelConfig::default()).unwrap();
    let input = Tensor::from(counting(&HWC, 0));
    for _ in 0..2 {
        let error = session
            .run_to_tensors(&[input.view(), input.view()])
            .unwrap_err();
        assert!(
            error.to_string().contains("Acc_NPUTimeout occurred."),
            "{error}"
        );
    }
    assert_eq!(backend.workers().1, 1);
}

#[test]
fn a_shape_that_is_none_of_the_model_s_is_refused_when_it_is_opened() {
    let Some(config) = fake(&[]) else {
        return;
    };
    let mut model = ModelConfig::default();
    model.inputs = infos("x", &[Tensor::from(counting(&[5], 0))]);
    let error = open(config, &model).unwrap_err();
    assert!(
        matches!(
            error,
            MobilintError::Config {
                field: "inputs",
                ..
            }
        ),
        "{error}"
    );
}

/// Several threads with several models each, in several workers.
#[test]
fn many_models_run_side_by_side() {
    let Some(mut config) = fake(&[]) else {
        return;
    };
    config.workers = NonZeroUsize::new(2).unwrap();
    let backend = MobilintBackend::new(config);
    let all_open = Barrier::new(4);
    let run = |n: usize| {
        let shape = [n + 1, 2, 3];
        let source = ModelSource::Bytes(weighing(&shape).into());
        let mut session = backend.open(&source, &ModelConfig::default()).unwrap();
        all_open.wait();
        for offset in 0..20 {
            let x = counting(&shape, offset);
            let tensor = Tensor::from(x.clone());
            let outputs = session
                .run_to_tensors(&[tensor.view(), tensor.view()])
                .unwrap();
            assert_eq!(outputs[0], Tensor::from(&x * &weights(&shape)));
            assert_eq!(outputs[1], Tensor::from(&x + &weights(&shape)));
        }
    };
    thread::scope(|scope| {
        for n in 0..4 {
            let run = &run;
            scope.spawn(move || {
                run(n);
                run(n + 4);
            });
        }
    });
    assert_eq!(backend.workers().1, 2);
}

/// What an interpreter of ours does before the worker's script runs: `sitecustomize` is imported at its start.
fn customized(code: &str) -> Option<(tempfile::TempDir, MobilintConfig)> {
    let mut config = fake(&[])?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sitecustomize.py"), code).unwrap();
    config.python = config.python.with_python_path(folder.path());
    config.start_deadline = Duration::from_secs(60);
    Some((folder, config))
}

#[test]
fn what_an_interpreter_prints_at_its_start_is_no_answer() {
    if let Some((_folder, config)) = customized("print('EMO, good morning', flush=True)") {
        let runtime = MobilintBackend::new(config).inspect().unwrap();
        assert_eq!(runtime.module, "qbruntime");
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    let answer = |bytes: &str| format!("import os, time\nos.write(1, {bytes})\ntime.sleep(600)");
    let frame = |op: u8, sequence: u8, len: u32| {
        let len = len
            .to_le_bytes()
            .map(|byte| format!("\\x{byte:02x}"))
            .join("");
        answer(&format!(
            "b'EMON\\x{op:02x}\\0\\0\\0\\x{sequence:02x}\\0\\0\\0{len}'"
        ))
    };
    for (code, reason) in [
        (answer("b'junk' * 20000"), "a frame begins with 6b6e756a"),
        (frame(9, 1, 0), "operation 9 is unknown"),
        (frame(1, 7, 0), "an answer to request 7, expected 1"),
        (frame(3, 1, 0), "Infer for Hello"),
        (frame(1, 1, 0), "an answer ends too early"),
        (frame(1, 1, u32::MAX), "a frame announces 4294967295 bytes"),
    ] {
        let Some((_folder, config)) = customized(&code) else {
            return;
        };
        let error = MobilintBackend::new(config).inspect().unwrap_err();
        assert!(matches!(error, MobilintError::Protocol { .. }), "{error}");
        assert!(error.to_string().ends_with(reason), "{error}");
    }
    // What is only announced is waited for until the deadline.
    if let Some((_folder, mut config)) = customized(&frame(1, 1, 1 << 29)) {
        config.start_deadline = Duration::from_millis(500);
        let error = MobilintBackend::new(config).inspect().unwrap_err();
        assert!(matches!(error, MobilintError::Deadline { .. }), "{error}");
    }
}
