//! Compile kits of the bundle's models, read by those who get them.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use std::{env, fs, path::Path, process::Command};

use emo_backend_mobilint::{
    CalibrationMode, Channels, CompileKit, CompilerVersion, KitConfig, KitError, MobilintError,
    SampleLayout, Standardizer,
    emo_backend::emo_tensor::ElementType,
    emo_onnx::{Dim, GraphBuilder, Model},
    emo_quant::{
        QuantizeConfig, Quantizer, Runner as _,
        ndarray::{Array2, ArrayD, Axis, concatenate, stack},
    },
};
use ndarray_npy::{ReadNpyExt as _, WriteNpyExt as _};

use support::{CpuRunner, MODELS, model, samples};

fn config(compiler: CompilerVersion, layout: SampleLayout) -> KitConfig {
    let mut config = KitConfig::default();
    config.compiler = compiler;
    config.layout = layout;
    config
}

fn outputs(model: &Model, samples: &[ArrayD<f32>]) -> Vec<ArrayD<f32>> {
    let mut all = Vec::new();
    let mut runner = CpuRunner(samples.to_vec());
    runner
        .run(model, &mut |values| {
            all.extend(values.iter().cloned());
            Ok(())
        })
        .unwrap();
    all
}

/// All models in both layouts for all versions, and their samples as one array each.
fn write_all(folder: &Path) -> usize {
    let mut n = 0;
    for name in MODELS {
        let model = model(name);
        let samples = samples(&model, 3);
        let views: Vec<_> = samples.iter().map(|sample| sample.view()).collect();
        let file = fs::File::create(folder.join(format!("{name}.npy"))).unwrap();
        stack(Axis(0), &views).unwrap().write_npy(file).unwrap();
        for compiler in CompilerVersion::ALL {
            for layout in [SampleLayout::Hwc, SampleLayout::Model] {
                let kit = CompileKit::new(&model, config(compiler, layout)).unwrap();
                kit.write(
                    folder.join(format!("{name}-{compiler}-{}", layout.name())),
                    &samples,
                )
                .unwrap();
                n += 1;
            }
        }
    }
    n
}

#[test]
fn python_numpy_and_onnx_read_every_kit() {
    let Some(python) = env::var_os("EMO_KIT_PYTHON") else {
        eprintln!("skipped: EMO_KIT_PYTHON names no interpreter with numpy and onnx");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let n = write_all(folder.path());
    assert_eq!(n, 40);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_kits.py");
    // The tests run in the crate's folder, the variable is relative to the workspace's.
    let output = Command::new(python)
        .current_dir(emo_testing::workspace_root())
        .arg(script)
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        n.to_string()
    );
}

#[test]
fn what_is_compiled_computes_what_the_model_does() {
    let folder = tempfile::tempdir().unwrap();
    for name in MODELS {
        let model = model(name);
        let samples = samples(&model, 20);
        let kit = CompileKit::new(&model, KitConfig::default()).unwrap();
        kit.write(folder.path().join(name), &samples).unwrap();
        let written = Model::read(folder.path().join(name).join("model.onnx")).unwrap();
        assert_eq!(written.opset(), 13);
        assert!(written.check().is_empty());
        let pairs = outputs(&model, &samples)
            .into_iter()
            .zip(outputs(&written, &samples));
        for (expected, actual) in pairs {
            for (expected, actual) in expected.iter().zip(&actual) {
                assert!(
                    (expected - actual).abs() <= 1e-5,
                    "{name}: {actual}, expected {expected}"
                );
            }
        }
    }
}

#[test]
fn a_standardizer_on_the_host_changes_no_score() {
    let folder = tempfile::tempdir().unwrap();
    for name in MODELS {
        let model = model(name);
        let samples = samples(&model, 20);
        let mut config = KitConfig::default();
        config.standardizer = Standardizer::Host;
        let kit = CompileKit::new(&model, config).unwrap();
        let path = folder.path().join(name);
        kit.write(&path, &samples).unwrap();
        let runtime: serde_json::Value =
            serde_json::from_slice(&fs::read(path.join("runtime.json")).unwrap()).unwrap();
        let steps = runtime["on_host"].as_array().unwrap();
        let operations: Vec<_> = steps.iter().map(|step| &step["operation"]).collect();
        assert_eq!(operations, ["sub", "mul"], "{name}");
        let written = Model::read(path.join("model.onnx")).unwrap();
        assert_eq!(
            written.graph().nodes().len() + 2,
            CompileKit::new(&model, KitConfig::default())
                .unwrap()
                .model()
                .graph()
                .nodes()
                .len()
        );
        let inputs: Vec<_> = samples
            .iter()
            .map(|sample| kit.input_of(sample).unwrap())
            .collect();
        let pairs = outputs(&model, &samples)
            .into_iter()
            .zip(outputs(&written, &inputs));
        for (expected, actual) in pairs {
            for (expected, actual) in expected.iter().zip(&actual) {
                assert!(
                    (expected - actual).abs() <= 1e-5,
                    "{name}: {actual}, expected {expected}"
                );
            }
        }
        // What is calibrated with is what the NPU gets.
        let sample =
            ArrayD::<f32>::read_npy(fs::File::open(path.join("calibration/00003.npy")).unwrap())
                .unwrap();
        assert_eq!(sample.shape(), kit.sample_shape());
        let mut written: Vec<f32> = sample.iter().copied().collect();
        let mut expected: Vec<f32> = inputs[3].iter().copied().collect();
        written.sort_by(f32::total_cmp);
        expected.sort_by(f32::total_cmp);
        assert_eq!(written, expected);
        assert!(kit.input_of(&ArrayD::zeros(vec![3])).is_err());
    }
}

#[test]
fn samples_are_laid_as_the_npu_has_them() {
    let shape = |name: &str| {
        let kit = CompileKit::new(&model(name), KitConfig::default()).unwrap();
        kit.sample_shape().to_vec()
    };
    assert_eq!(shape("hr"), [15, 1, 1]);
    assert_eq!(shape("eeg"), [9, 5, 1]);
    assert_eq!(shape("speech"), [1, 1, 2376]);
    assert_eq!(shape("image"), [48, 48, 1]);
    let mut config = config(CompilerVersion::V1_3, SampleLayout::Hwc);
    config.channels = Some(Channels::First);
    let kit = CompileKit::new(&model("eeg"), config).unwrap();
    assert_eq!(kit.sample_shape(), [5, 1, 9]);
}

fn refusal(model: &Model, config: KitConfig) -> String {
    CompileKit::new(model, config).unwrap_err().to_string()
}

#[test]
fn a_quantized_model_is_refused() {
    let model = model("eeg");
    let mut runner = CpuRunner(samples(&model, 4));
    let quantizer = Quantizer::new(&model, QuantizeConfig::plain()).unwrap();
    let quantized = quantizer.quantize(&mut runner).unwrap();
    for layout in [SampleLayout::Hwc, SampleLayout::Model] {
        let said = refusal(quantized.model(), config(CompilerVersion::V1_3, layout));
        assert!(
            said.contains("the model is quantized already (") && said.contains("Linear)"),
            "{said}"
        );
        assert!(said.contains("give it the float model"), "{said}");
    }
}

#[test]
fn what_the_npu_does_not_have_is_named() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 4]);
    let y = graph.node("strange", "Acosh", &[&x], []);
    let z = graph.node("fine", "Relu", &[&y], []);
    graph.output_of(&z);
    let model = graph.build(17).unwrap();
    let said = refusal(&model, KitConfig::default());
    assert!(said.contains("no operator for strange (Acosh);"), "{said}");
    let kit = CompileKit::new(&model, config(CompilerVersion::V1_3, SampleLayout::Model)).unwrap();
    assert_eq!(kit.nodes_on_cpu(), ["strange (Acosh)"]);
}

#[test]
fn shapes_are_fixed_with_a_batch_of_one() {
    let build = |dims: &[Dim]| {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input_of("x", ElementType::F32, dims.to_vec());
        let y = graph.node("y", "Relu", &[&x], []);
        graph.output_of(&y);
        graph.build(17).unwrap()
    };
    let kit = CompileKit::new(&build(&["batch".into(), 4.into()]), KitConfig::default()).unwrap();
    assert_eq!(kit.sample_shape(), [1, 1, 4]);
    for (dims, expected) in [
        (
            vec![Dim::from(1), "time".into()],
            "value `y` is f32[1, time]: the compiler wants fixed shapes",
        ),
        (
            vec![2.into(), 4.into()],
            "the model's input is `x`, f32[2, 4], a kit is written for one input of f32 with a batch of 1",
        ),
        (
            vec![1.into()],
            "the model's input is of shape [1], a kit is written for",
        ),
    ] {
        let said = refusal(&build(&dims), KitConfig::default());
        assert!(said.starts_with(expected), "{said}");
    }
    let mut graph = GraphBuilder::new("g");
    let a = graph.input("a", ElementType::F32, &[1, 4]);
    let b = graph.input("b", ElementType::F32, &[1, 4]);
    let y = graph.node("y", "Add", &[&a, &b], []);
    graph.output_of(&y);
    let said = refusal(&graph.build(17).unwrap(), KitConfig::default());
    assert!(said.starts_with("the model's input is [a, b], "), "{said}");
}

#[test]
fn a_folder_is_whole_or_not_there() {
    let mut graph = GraphBuilder::new("g");
    let x = graph.input("x", ElementType::F32, &[1, 4]);
    let y = graph.dense("y", &x, Array2::ones((3, 4)), None);
    graph.output_of(&y);
    let kit = CompileKit::new(&graph.build(17).unwrap(), KitConfig::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit");
    let good = ArrayD::zeros(vec![1, 4]);
    let mut nan = good.clone();
    nan[[0, 2]] = f32::NAN;
    let wide = concatenate(Axis(1), &[good.view(), good.view()]).unwrap();
    let write = |samples: &[ArrayD<f32>]| kit.write(&path, samples).unwrap_err();
    let is = |error: MobilintError, text: &str| assert_eq!(error.to_string(), text);
    is(write(&[]), "there are no calibration samples");
    is(
        write(&[good.clone(), nan]),
        "calibration sample 1 is NaN at element 2",
    );
    is(
        write(&[wide]),
        "calibration sample 0 is of shape [1, 8], the model's input of [1, 4]",
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    kit.write(&path, std::slice::from_ref(&good)).unwrap();
    assert!(matches!(
        write(std::slice::from_ref(&good)),
        MobilintError::Kit(KitError::FolderExists { .. })
    ));
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["kit"]);
    let elsewhere = kit
        .write(folder.path().join("no/such/kit"), &[good])
        .unwrap_err();
    assert!(
        matches!(elsewhere, MobilintError::Write { .. }),
        "{elsewhere}"
    );
}

#[test]
fn the_readme_says_what_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = KitConfig::default();
    config.quantization.mode = CalibrationMode::Max;
    let text = |name: &str, config: &KitConfig| {
        let model = model(name);
        let path = folder
            .path()
            .join(format!("{name}-{}", config.quantization.mode.name()));
        let kit = CompileKit::new(&model, config.clone()).unwrap();
        kit.write(&path, &samples(&model, 2)).unwrap();
        fs::read_to_string(path.join("README.md")).unwrap()
    };
    let image = text("image", &config);
    assert!(image.contains("100 to 128 samples; 2 may"), "{image}");
    assert!(!image.contains("fewer than four axes") && !image.contains("histogram"));
    config.quantization.mode = "histogram-kl".parse().unwrap();
    let speech = text("speech", &config);
    assert!(
        speech.contains("fewer than four axes")
            && speech.contains("histogram's settings are not published")
    );
}
