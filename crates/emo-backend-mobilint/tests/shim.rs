//! The shim: on a stand-in of our own for the vendor's runtime, and as far as it goes without a device on the vendor's.

#![cfg(all(feature = "shim", unix))]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod stand_in;

use std::{env, error::Error, fs, num::NonZeroU32, path::Path, process::Command};

use emo_backend::{
    Backend, BackendError, ModelSource, Session,
    conformance::{Example, ModelCase, Tolerance, check_backend},
};
use emo_backend_mobilint::{
    Cluster, Core, CoreMode, Layout, MobilintError, MobilintShim, ModelConfig, MxqProblem,
    ShimConfig, Status, TensorType,
};
use emo_tensor::{Tensor, TensorInfo};
use ndarray::{ArrayD, IxDyn};
use stand_in::{build, model, shim};
use tempfile::TempDir;

fn backend(model: ModelConfig) -> Option<MobilintShim> {
    let mut config = ShimConfig::new(shim()?);
    config.model = model;
    Some(MobilintShim::new(config).unwrap())
}

fn source(words: &str) -> ModelSource<'static> {
    ModelSource::Bytes(model(words).into())
}

fn open(backend: &MobilintShim, words: &str) -> Result<impl Session + use<>, MobilintError> {
    backend.open(&source(words), &backend.config().model)
}

/// What a test asks of the stand-in's model: shapes as height, width, channels.
struct Spec {
    inputs: &'static [[usize; 3]],
    outputs: &'static [[usize; 3]],
    config: ModelConfig,
}

impl Spec {
    fn words(&self) -> String {
        let list = |role: &str, shapes: &[[usize; 3]]| -> String {
            shapes
                .iter()
                .map(|[h, w, c]| format!("{role} {h} {w} {c} "))
                .collect()
        };
        list("input", self.inputs) + &list("output", self.outputs)
    }

    /// Inputs, and the outputs that the formula of `stand_in.cpp` gives for them. All numbers are multiples of 1/64 of
    /// small size, so that no sum is rounded.
    fn example(&self, seed: usize) -> Example {
        let batch = self.config.batch.map_or(1, |n| n.get() as usize);
        let unit = if self.config.input_type == TensorType::F32 {
            8.0
        } else {
            1.0
        };
        let lowest = if self.config.input_type == TensorType::U8 {
            0.0
        } else {
            8.0
        };
        let mut inputs = vec![Vec::new(); self.inputs.len()];
        let mut outputs = vec![Vec::new(); self.outputs.len()];
        for b in 0..batch {
            let mut all = Vec::new();
            for (k, shape) in self.inputs.iter().enumerate() {
                let n: usize = shape.iter().product();
                let values = (0..n).map(|i| ((i * 5 + b * 3 + k + seed) % 17) as f32);
                let values: Vec<f32> = values.map(|x| (x - lowest) / unit).collect();
                all.extend_from_slice(&values);
                inputs[k].push(values);
            }
            let mut o = 0;
            for (shape, output) in self.outputs.iter().zip(&mut outputs) {
                let n: usize = shape.iter().product();
                let value = |o: usize| {
                    let weights = (0..all.len()).map(|i| ((31 * o + 7 * i) % 13) as f32 - 6.0);
                    let terms = weights.zip(&all).map(|(w, x)| w / 8.0 * x);
                    let sum = o as f32 / 4.0 + terms.sum::<f32>();
                    if self.config.output_type == TensorType::I8 {
                        sum.round_ties_even().clamp(-128.0, 127.0)
                    } else {
                        sum
                    }
                };
                output.push((o..o + n).map(value).collect::<Vec<f32>>());
                o += n;
            }
        }
        let tensors = |shapes: &[[usize; 3]], samples: Vec<Vec<Vec<f32>>>, kind| {
            let pairs = shapes.iter().zip(samples);
            pairs
                .map(|(&shape, samples)| self.tensor(shape, &samples, kind))
                .collect()
        };
        Example {
            inputs: tensors(self.inputs, inputs, self.config.input_type),
            outputs: tensors(self.outputs, outputs, self.config.output_type),
        }
    }

    /// Samples in the order height, width, channels, as the session has them.
    fn tensor(&self, [h, w, c]: [usize; 3], samples: &[Vec<f32>], kind: TensorType) -> Tensor {
        let arrays = samples.iter().map(|sample| {
            let array = ArrayD::from_shape_vec(IxDyn(&[h, w, c]), sample.clone()).unwrap();
            match self.config.layout {
                Layout::Chw => array.permuted_axes(IxDyn(&[2, 0, 1])),
                _ => array,
            }
        });
        let arrays: Vec<ArrayD<f32>> = arrays.collect();
        let views: Vec<_> = arrays.iter().map(|array| array.view()).collect();
        let stacked = match self.config.batch {
            Some(_) => ndarray::stack(ndarray::Axis(0), &views).unwrap(),
            None => views[0].to_owned(),
        };
        let stacked = stacked.as_standard_layout().into_owned();
        match kind {
            TensorType::U8 => stacked.mapv(|x| x as u8).into(),
            TensorType::I8 => stacked.mapv(|x| x as i8).into(),
            _ => stacked.into(),
        }
    }
}

fn config(change: impl FnOnce(&mut ModelConfig)) -> ModelConfig {
    let mut config = ModelConfig::default();
    change(&mut config);
    config
}

#[test]
fn the_suite_passes_on_the_stand_in() -> Result<(), Box<dyn Error>> {
    let kinds = [
        (TensorType::F32, TensorType::F32),
        (TensorType::U8, TensorType::F32),
        (TensorType::I8, TensorType::I8),
        (TensorType::I8, TensorType::F32),
    ];
    for (input, output) in kinds {
        for layout in [Layout::Hwc, Layout::Chw] {
            for batch in [None, NonZeroU32::new(1), NonZeroU32::new(3)] {
                let config = || {
                    config(|config| {
                        config.input_type = input;
                        config.output_type = output;
                        config.layout = layout;
                        config.batch = batch;
                    })
                };
                let Some(backend) = backend(config()) else {
                    return Ok(());
                };
                let specs = [
                    Spec {
                        inputs: &[[3, 4, 2]],
                        outputs: &[[1, 1, 5]],
                        config: config(),
                    },
                    Spec {
                        inputs: &[[1, 5, 3], [2, 1, 2]],
                        outputs: &[[2, 3, 4], [1, 1, 2]],
                        config: config(),
                    },
                ];
                let cases: Vec<ModelCase<'_>> = specs
                    .iter()
                    .map(|spec| ModelCase {
                        name: "a model of the stand-in",
                        source: source(&spec.words()),
                        examples: vec![spec.example(0), spec.example(5)],
                        tolerance: Tolerance {
                            absolute: 0.0,
                            relative: 0.0,
                        },
                    })
                    .collect();
                check_backend(&backend, &cases).map_err(|error| {
                    format!("{input:?} {output:?} {layout:?} {batch:?}: {error}")
                })?;
            }
        }
    }
    Ok(())
}

#[test]
fn the_tensors_are_described_or_named_by_the_user() {
    let spec = "input 3 4 2 output 1 1 5";
    let Some(backend) = backend(ModelConfig::default()) else {
        return;
    };
    assert_eq!(backend.name(), "mobilint-shim");
    assert_eq!(backend.inspect().unwrap(), "1.5.0-stand-in");
    let list =
        |infos: &[TensorInfo]| -> Vec<String> { infos.iter().map(TensorInfo::to_string).collect() };
    let shapes = |config: &ModelConfig| {
        let session = backend.open(&source(spec), config).unwrap();
        [list(session.inputs()), list(session.outputs())].concat()
    };
    assert_eq!(
        shapes(&config(|_| {})),
        ["input_0: f32[3, 4, 2]", "output_0: f32[1, 1, 5]"]
    );
    let chw = config(|config| {
        config.layout = Layout::Chw;
        config.batch = NonZeroU32::new(7);
    });
    assert_eq!(
        shapes(&chw),
        ["input_0: f32[7, 2, 3, 4]", "output_0: f32[7, 5, 1, 1]"]
    );
    let f32 = TensorType::F32.element_type();
    let named = config(|config| {
        config.inputs = vec![TensorInfo::new("x", f32, vec![1, 3, 8])];
        config.outputs = vec![TensorInfo::new("scores", f32, vec![1, 5])];
    });
    assert_eq!(shapes(&named), ["x: f32[1, 3, 8]", "scores: f32[1, 5]"]);
    // The order in memory stays.
    let plain = Spec {
        inputs: &[[3, 4, 2]],
        outputs: &[[1, 1, 5]],
        config: config(|_| {}),
    };
    let Example { inputs, outputs } = plain.example(3);
    let (Tensor::F32(input), Tensor::F32(output)) = (&inputs[0], &outputs[0]) else {
        panic!("f32 it is");
    };
    let input = Tensor::from(
        input
            .clone()
            .into_shape_with_order(IxDyn(&[1, 3, 8]))
            .unwrap(),
    );
    let output = Tensor::from(
        output
            .clone()
            .into_shape_with_order(IxDyn(&[1, 5]))
            .unwrap(),
    );
    let mut session = backend.open(&source(spec), &named).unwrap();
    assert_eq!(session.run_to_tensors(&[input.view()]).unwrap(), [output]);

    let wrong = config(|config| {
        config.inputs = vec![TensorInfo::new("x", f32, vec![1, 3, 7])];
    });
    let error = backend.open(&source(spec), &wrong).unwrap_err();
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

#[test]
fn devices_and_core_modes_arrive() {
    let Some(any) = backend(ModelConfig::default()) else {
        return;
    };
    let tensors = "input 1 1 1 output 1 1 1";
    let core = |cluster, number| Core::new(cluster, number);
    let modes = [
        (CoreMode::Auto, "auto 0"),
        (
            CoreMode::Single(vec![core(Cluster::Cluster0, 1), core(Cluster::Cluster1, 3)]),
            "single 130",
        ),
        (CoreMode::Multi(vec![Cluster::Cluster1]), "multi 2"),
        (CoreMode::Global4(Cluster::ALL.to_vec()), "global4 3"),
        (CoreMode::Global8, "global8 0"),
    ];
    for (mode, asked) in &modes {
        for (_, compiled) in &modes {
            let config = config(|config| config.core_mode = mode.clone());
            let opened = any.open(&source(&format!("mode {compiled} {tensors}")), &config);
            match opened.map(|_| ()) {
                Ok(()) => assert_eq!(asked, compiled),
                Err(error) => {
                    assert_ne!(asked, compiled);
                    assert_eq!(error.status(), Some(Status::ConfigNotMatch), "{error}");
                    let error = BackendError::from(error);
                    assert!(matches!(error, BackendError::Model { .. }), "{error}");
                }
            }
        }
    }
    for device in ["auto:0", "auto:1", "aries-rb:0", "aries-rb:1"] {
        let opened = any.open(&source(tensors), &ModelConfig::new(device));
        assert!(opened.is_ok(), "{device}");
    }
    for (device, status) in [
        ("auto:2", Status::DeviceNotFound),
        ("aries-rb:2", Status::DeviceNotFound),
        ("bogus", Status::UnknownDevice),
    ] {
        let backend = backend(ModelConfig::new(device)).unwrap();
        let errors = [
            backend.inspect().unwrap_err(),
            open(&backend, tensors).map(|_| ()).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.status(), Some(status), "{error}");
            assert!(error.to_string().contains("opening the device"), "{error}");
        }
        match backend.check() {
            Err(BackendError::Unavailable { backend, .. }) => assert_eq!(backend, "mobilint-shim"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn failures_carry_code_and_text() {
    let Some(backend) = backend(ModelConfig::default()) else {
        return;
    };
    let tensors = "input 1 2 2 output 1 1 3";
    let input = Tensor::zeros(TensorType::F32.element_type(), &[1, 2, 2]);
    let run = |words: &str| {
        let mut session = backend
            .open(
                &source(&format!("{tensors} {words}")),
                &ModelConfig::default(),
            )
            .unwrap();
        let mut output = Tensor::zeros(TensorType::F32.element_type(), &[1, 1, 3]);
        let mut infer = || session.infer(&[input.view()], &mut [output.view_mut()]);
        let error = infer().unwrap_err();
        // A failure leaves the session as it was: it fails in the same way again.
        assert_eq!(infer().unwrap_err().to_string(), error.to_string());
        error
    };
    match run("status 21") {
        MobilintError::Runtime { status, text, .. } => {
            assert_eq!(status, Status::ShapeMismatched);
            assert_eq!(text, "Model_ShapeMismatched (running the model)");
        }
        other => panic!("{other:?}"),
    }
    match run("status 1234") {
        MobilintError::Runtime { status, text, .. } => {
            assert_eq!(status, Status::Unlisted);
            assert_eq!(text, "status 1234 (running the model)");
        }
        other => panic!("{other:?}"),
    }
    for (words, code, expected) in [
        ("throw std", -1, "the stand-in was told to throw"),
        ("throw other", -1, "an exception that is no std::exception"),
        ("fewer", -4, "the runtime gave another number of outputs"),
        ("larger", -4, "the runtime gave an output of another size"),
        ("status -7", -4, "running the model"),
    ] {
        let error = run(words);
        assert_eq!(
            error.to_string(),
            format!("the shim answers {code}: {expected}")
        );
        match BackendError::from(error) {
            BackendError::Run { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    let error = open(&backend, &format!("{tensors} launch 48"))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        error.status(),
        Some(Status::IsNotSupportedHardware),
        "{error}"
    );
    assert!(
        matches!(error, MobilintError::WrongDevice { .. }),
        "{error}"
    );
    // Shapes that no array can have are not believed.
    for shape in [
        "0 1 1",
        "-1 1 1",
        "9223372036854775807 9 9",
        "1 1 1 1 1 1 1 1 1",
    ] {
        let error = open(&backend, &format!("input {shape} output 1 1 1"))
            .map(|_| ())
            .unwrap_err();
        assert!(
            matches!(error, MobilintError::Shim { code: -4, .. }),
            "{error}"
        );
    }
}

#[test]
fn bad_files_are_named() {
    let Some(backend) = backend(ModelConfig::default()) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.mxq");
    let load = |bytes: Option<&[u8]>| {
        fs::remove_file(&path).ok();
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        let source = ModelSource::Path(path.clone());
        backend
            .open(&source, &ModelConfig::default())
            .map(|_| ())
            .unwrap_err()
    };
    assert!(matches!(load(None), MobilintError::Read { .. }));
    let error = load(Some(b"no model at all, but long enough to be one"));
    assert!(
        matches!(
            error,
            MobilintError::Mxq {
                problem: MxqProblem::Magic { .. },
                ..
            }
        ),
        "{error}"
    );
    let mut old = model("input 1 1 1 output 1 1 1");
    old[6] = 1;
    let error = load(Some(&old));
    assert!(
        matches!(
            error,
            MobilintError::Mxq {
                problem: MxqProblem::Version { .. },
                ..
            }
        ),
        "{error}"
    );
    let good = model("input 1 1 1 output 1 1 1");
    match load(Some(&good[..good.len() - 1])) {
        MobilintError::Mxq {
            file,
            problem: MxqProblem::Refused { status, text, .. },
        } => {
            assert_eq!(file, path.display().to_string());
            assert_eq!(status, Status::FailedToLoadMxq);
            assert_eq!(text, "Model_FailedToLoadMXQ (reading the model)");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_libraries_are_refused() {
    match MobilintShim::new(ShimConfig::new("no-such-folder/shim.so")) {
        Err(MobilintError::NoLibrary { path, reason }) => {
            assert_eq!(path, Path::new("no-such-folder/shim.so"));
            assert!(reason.contains("no-such-folder/shim.so"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    let folder = TempDir::new().unwrap();
    for (name, code, expected) in [
        (
            "newer",
            "unsigned emo_qb_abi_version(void) { return 999; }",
            "it is of version 999, known is version 1: compile it again",
        ),
        (
            "lacking",
            "unsigned emo_qb_abi_version(void) { return 1; }",
            "it lacks a function",
        ),
        ("other", "int nothing;", "it has no emo_qb_abi_version"),
    ] {
        let source = folder.path().join(name).with_extension("c");
        let library = folder.path().join(name).with_extension("so");
        fs::write(&source, code).unwrap();
        let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
        let status = Command::new(&compiler)
            .args(["-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .status();
        let Ok(status) = status else {
            eprintln!("skipped: {} cannot be started", compiler.display());
            return;
        };
        assert!(status.success());
        match MobilintShim::new(ShimConfig::new(&library)) {
            Err(MobilintError::LibraryVersion { path, reason }) => {
                assert_eq!(path, library);
                assert_eq!(reason, expected);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn older_headers_open_an_aries_by_number() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shim.so");
    let source = stand_in::folder().join("stand_in.cpp");
    if build(&path, &source, "-DEMO_STAND_IN_BEFORE_1_4").is_none() {
        return;
    }
    let inspect = |device: &str| {
        let mut config = ShimConfig::new(&path);
        config.model = ModelConfig::new(device);
        MobilintShim::new(config).unwrap().inspect()
    };
    for device in ["auto", "auto:1", "aries", "aries-rb:1"] {
        assert!(inspect(device).is_ok(), "{device}");
    }
    match inspect("regulus-ra") {
        Err(MobilintError::RuntimeTooOld {
            module, version, ..
        }) => {
            assert_eq!((&*module, &*version), ("qbruntime", "1.5.0-stand-in"));
        }
        other => panic!("{other:?}"),
    }
}

/// The interpreters with the vendor's wheels, as `scripts/vendor_wheels` makes them, and the flags of their versions.
const VENDOR: [(&str, &str); 2] = [
    ("EMO_QBRUNTIME_PYTHON", ""),
    ("EMO_QBRUNTIME_1_3_2_PYTHON", "-DEMO_STAND_IN_BEFORE_1_4"),
];

/// Names and signatures of the stand-in are the vendor's: the shim that was compiled against it finds each of them in
/// the vendor's library, which answers as the vendor's Python does where there is no device.
#[test]
fn the_vendor_s_library_has_what_the_shim_calls() {
    let folder = TempDir::new().unwrap();
    let garbage = folder.path().join("garbage.mxq");
    fs::write(&garbage, model("what the stand-in alone would read")).unwrap();
    for (variable, flags) in VENDOR {
        let Some(python) = env::var_os(variable) else {
            eprintln!("skipped: {variable} names no interpreter with the vendor's wheel");
            continue;
        };
        let path = folder.path().join(format!("{variable}.so"));
        // No library is linked: what is missing shows when the process loads the shim, with all names bound at once.
        if build(&path, Path::new(""), &format!("{flags} -Wl,-z,now")).is_none() {
            return;
        }
        let output = Command::new(python)
            .arg(stand_in::folder().join("on_vendor.py"))
            .args([&path, &garbage])
            .env("QBRUNTIME_LOG_LEVEL", "6")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{variable}: {text}{errors}");
        let line = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
            lines
                .next()
                .unwrap_or_else(|| panic!("{variable}: no {name} in {text}"))
                .to_owned()
        };
        assert!(line("version: ").starts_with("v1."), "{text}");
        if emo_backend_mobilint::Device::nodes().is_empty() {
            // Acc_DeviceNotFound, or in older versions Driver_NotInitialized.
            let code = line("probe None 0: ");
            assert!(
                code == "71 opening the device" || code == "1 opening the device",
                "{text}"
            );
        }
        for mode in ["0 0", "1 2", "2 2", "3 1", "4 0"] {
            assert_eq!(
                line(&format!("open {mode}: ")),
                "3 reading the model",
                "{text}"
            );
        }
        eprintln!("{variable}:\n{text}");
    }
}
