//! Writes a compile kit for a Mobilint NPU, shows beforehand what its quantization will do, and runs the vendor's
//! compiler where it is installed.
//!
//! ```text
//! cargo run --release --example compile_kit -- speech --calibration x.npy --out kit
//! cargo run --release --example compile_kit -- model.onnx --calibration x.npy --held-out v.npy --split "by person" \
//!     --emulate --out kit --compile --python venv/bin/python
//! ```

mod recordings;

use std::{
    error::Error,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use emo_examples::{CpuRunner, accuracy, best, error_chain, read_samples};
use emo_fusion::{
    mobilint::{
        ActivationScales, CalibrationMode, Channels, CompileKit, CompilerConfig, CompilerVersion,
        Emulation, HistogramSearch, InferenceScheme, KitConfig, MobilintError, PythonConfig,
        SampleLayout, Standardizer, Target, compile,
    },
    onnx::Model,
    quant::{Comparison, Symmetry, outputs},
};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::ArrayD;
use serde_json::{Value as Json, json};

use crate::recordings::Recordings;

/// Writes a compile kit for a Mobilint NPU.
#[derive(Debug, Parser)]
#[command(name = "compile_kit", version)]
struct Args {
    /// The float model: an ONNX file, or hr, eeg, speech or image for a bundled one.
    model: PathBuf,
    /// The folder to write, which must not exist; without it nothing is written.
    #[arg(long, value_name = "KIT")]
    out: Option<PathBuf>,
    /// Samples to calibrate with: an NPY file of f32, one sample along the first axis each.
    #[arg(long, value_name = "X.npy", required_unless_present = "data")]
    calibration: Option<PathBuf>,
    /// Samples to judge the emulation with, that the calibration has not seen.
    #[arg(
        long,
        value_name = "V.npy",
        requires = "split",
        conflicts_with = "data"
    )]
    held_out: Option<PathBuf>,
    /// How the two were kept apart, for the report.
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Instead of both, for a bundled model: the folder with the recordings that it was trained with.
    #[arg(long, value_name = "DIR", conflicts_with = "calibration")]
    data: Option<PathBuf>,
    /// With `--data`: the folder with `images.npy` and `epochs_uV.npy`, as `unzip` takes them out of the npz files.
    #[arg(long, value_name = "DIR", requires = "data")]
    arrays: Option<PathBuf>,
    /// With `--data`: how many training samples are taken to calibrate with.
    #[arg(long, value_name = "N", default_value_t = 128)]
    n_calibration: usize,
    /// The compiler's version: 0.12, 1.0, 1.1, 1.2 or 1.3.
    #[arg(long, value_name = "VERSION", default_value = "1.3")]
    compiler: CompilerVersion,
    /// The NPU: aries-rb, regulus-ra, regulus-rb or regulus-rb-usb.
    #[arg(long, value_name = "NAME", default_value = "aries-rb")]
    target: String,
    /// The cores: single, multi, global4, global8 or all.
    #[arg(long, value_name = "NAME", default_value = "single")]
    scheme: InferenceScheme,
    /// How samples are written.
    #[arg(long, default_value = "hwc")]
    layout: LayoutName,
    /// Where the input's channels are; otherwise it is derived.
    #[arg(long)]
    channels: Option<ChannelsName>,
    /// Which activations share a scale.
    #[arg(long, default_value = "multi")]
    activations: ScalesName,
    /// Activations have a zero point.
    #[arg(long)]
    zero_point: bool,
    /// How ranges are found: max, max-percentile, histogram-percentile, histogram-mse or histogram-kl.
    #[arg(long, value_name = "MODE", default_value = "max-percentile")]
    mode: CalibrationMode,
    /// Which part is kept, with a mode of a percentile.
    #[arg(long, value_name = "P")]
    percentile: Option<f64>,
    /// Which part of a sample's magnitudes is looked at, with `--mode max-percentile`.
    #[arg(long, value_name = "R")]
    topk_ratio: Option<f64>,
    /// Leaves the model's standardizer to the application.
    #[arg(long)]
    host_standardizer: bool,
    /// Prints what the quantization will do to the held-out samples, as far as that is known.
    #[arg(long)]
    emulate: bool,
    /// Runs the compiler on the kit.
    #[arg(long, requires = "out")]
    compile: bool,
    /// The interpreter that the compiler is installed in.
    #[arg(long, value_name = "PYTHON", default_value = "python3")]
    python: PathBuf,
    /// How many seconds the compiler may take.
    #[arg(long, value_name = "S", default_value_t = 3600)]
    deadline: u64,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LayoutName {
    /// Height, width, channels: the whole model runs on the NPU.
    Hwc,
    /// As the model's input: a part may stay on the CPU.
    Model,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChannelsName {
    First,
    Last,
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScalesName {
    /// Those of one layer.
    Layer,
    /// Those of several layers.
    Multi,
}

/// What is quantized with, and what it is judged with.
struct Samples {
    calibration: Vec<ArrayD<f32>>,
    held_out: Option<Vec<ArrayD<f32>>>,
    split: String,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let bundled = bundled(&args.model);
    let model = Model::read(bundled.as_deref().unwrap_or(&args.model))?;
    let config = config(args);
    let kit = CompileKit::new(&model, config.clone())?;
    let samples = samples(args, &model)?;
    let mut report = json!({
        "compiler": config.compiler.name(),
        "target": config.target.name(),
        "quantization": config.quantization.to_string(),
        "sample_shape": kit.sample_shape(),
        "n_calibration": samples.calibration.len(),
    });
    if args.emulate {
        report["emulation"] = emulate(&model, &samples, &kit)?;
    }
    if let Some(folder) = &args.out {
        kit.write(folder, &samples.calibration)?;
        report["kit"] = json!(folder);
        if args.compile {
            report["compiled"] = compile_kit(args, folder)?;
        }
    }
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{report:#}")?;
    } else {
        print(&mut out, &report)?;
    }
    Ok(())
}

/// The file of a bundled model, if that is what the name is of.
fn bundled(name: &Path) -> Option<PathBuf> {
    let known = ["hr", "eeg", "speech", "image"]
        .iter()
        .any(|known| name.as_os_str() == *known);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .with_file_name("crates")
        .join("emo-pipeline/bundle");
    known.then(|| folder.join(name).with_extension("onnx"))
}

fn config(args: &Args) -> KitConfig {
    let mut config = KitConfig::default();
    config.compiler = args.compiler;
    config.target = Target::from(&*args.target);
    config.scheme = args.scheme;
    config.layout = match args.layout {
        LayoutName::Hwc => SampleLayout::Hwc,
        LayoutName::Model => SampleLayout::Model,
    };
    config.channels = args.channels.map(|channels| match channels {
        ChannelsName::First => Channels::First,
        ChannelsName::Last => Channels::Last,
        ChannelsName::Absent => Channels::Absent,
    });
    if args.host_standardizer {
        config.standardizer = Standardizer::Host;
    }
    let quantization = &mut config.quantization;
    quantization.activations = match args.activations {
        ScalesName::Layer => ActivationScales::Layer,
        ScalesName::Multi => ActivationScales::Multi,
    };
    if args.zero_point {
        quantization.symmetry = Symmetry::Affine;
    }
    quantization.mode = match args.mode {
        CalibrationMode::MaxPercentile {
            percentile,
            topk_ratio,
        } => CalibrationMode::MaxPercentile {
            percentile: args.percentile.unwrap_or(percentile),
            topk_ratio: args.topk_ratio.unwrap_or(topk_ratio),
        },
        CalibrationMode::Histogram(HistogramSearch::Percentile(percentile)) => {
            let percentile = args.percentile.unwrap_or(percentile);
            CalibrationMode::Histogram(HistogramSearch::Percentile(percentile))
        }
        other => other,
    };
    config
}

fn samples(args: &Args, model: &Model) -> Result<Samples, Box<dyn Error>> {
    if let Some(data) = &args.data {
        let modality = model.modality().ok_or("--data is for the bundled models")?;
        let recordings = Recordings {
            data: data.clone(),
            arrays: args.arrays.clone(),
        };
        return Ok(Samples {
            calibration: recordings.samples(modality, "train", Some(args.n_calibration))?,
            held_out: match args.emulate {
                true => Some(recordings.samples(modality, "test", None)?),
                false => None,
            },
            split: Recordings::split_name(modality).to_owned(),
        });
    }
    let calibration = args
        .calibration
        .as_deref()
        .ok_or("--calibration is missing")?;
    let held_out = args.held_out.as_deref();
    Ok(Samples {
        calibration: read_samples(calibration, model)?,
        held_out: held_out.map(|path| read_samples(path, model)).transpose()?,
        split: args.split.clone().unwrap_or_default(),
    })
}

fn emulate(model: &Model, samples: &Samples, kit: &CompileKit) -> Result<Json, Box<dyn Error>> {
    let inputs = |samples: &[ArrayD<f32>]| -> Result<CpuRunner, MobilintError> {
        let inputs = samples.iter().map(|sample| kit.input_of(sample));
        Ok(CpuRunner::new(inputs.collect::<Result<_, _>>()?))
    };
    let emulation = Emulation::new(kit.config().quantization)?;
    let emulated = emulation.quantize(kit.model(), &mut inputs(&samples.calibration)?)?;
    let (judged, split) = match &samples.held_out {
        Some(held_out) => (held_out, &*samples.split),
        None => (
            &samples.calibration,
            "the calibration samples themselves: no figure for others",
        ),
    };
    let expected = outputs(&mut CpuRunner::new(judged.clone()), model)?;
    let actual = outputs(&mut inputs(judged)?, emulated.model())?;
    let comparison = Comparison::of(&expected, &actual)?;
    let decisions: Vec<usize> = expected.iter().map(best).collect();
    let approximations = emulated.approximations().iter().map(ToString::to_string);
    Ok(json!({
        "backend": "cpu",
        "samples": judged.len(),
        "split": split,
        "standardizer": match kit.config().standardizer {
            Standardizer::Host => "on the host",
            _ => "on the NPU",
        },
        "sqnr_db": Some(comparison.sqnr_db()).filter(|sqnr| sqnr.is_finite()),
        "largest_difference": comparison.largest(),
        "same_decisions": accuracy(&actual, &decisions),
        "approximations": approximations.collect::<Vec<_>>(),
    }))
}

fn compile_kit(args: &Args, folder: &Path) -> Result<Json, Box<dyn Error>> {
    let mut config = CompilerConfig::default();
    config.python = PythonConfig::new(&args.python);
    config.deadline = Duration::from_secs(args.deadline);
    let bar = ProgressBar::new(1000);
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} {elapsed} {wide_msg}",
    )?);
    let compiled = compile(folder, &config, &mut |progress| {
        if let Some(fraction) = progress.fraction {
            bar.set_position((fraction * 1000.0) as u64);
        }
        bar.set_message(progress.message.clone());
    });
    bar.finish_and_clear();
    let compiled = compiled?;
    Ok(json!({
        "path": compiled.path,
        "bytes": compiled.mxq.size,
        "version": format!("{}.{}", compiled.mxq.version, compiled.mxq.minor),
        "shapes_checked": compiled.shapes.is_some(),
        "seconds": compiled.duration.as_secs_f64(),
        "log": compiled.log,
    }))
}

fn print(out: &mut impl io::Write, report: &Json) -> io::Result<()> {
    let text = |value: &Json| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    writeln!(
        out,
        "compiler {} for {}: {}; {} samples of {} to calibrate with",
        text(&report["compiler"]),
        text(&report["target"]),
        text(&report["quantization"]),
        report["n_calibration"],
        report["sample_shape"]
    )?;
    let emulation = &report["emulation"];
    if !emulation.is_null() {
        let number = |name: &str| emulation[name].as_f64().unwrap_or(f64::INFINITY);
        writeln!(
            out,
            "emulated on the CPU, standardizer {}: {:.1} dB, {:.1} % of decisions the same, on {} samples ({})",
            text(&emulation["standardizer"]),
            number("sqnr_db"),
            number("same_decisions") * 100.0,
            emulation["samples"],
            text(&emulation["split"])
        )?;
        for approximation in emulation["approximations"].as_array().into_iter().flatten() {
            writeln!(out, "  approximate: {}", text(approximation))?;
        }
    }
    if !report["kit"].is_null() {
        writeln!(out, "wrote {}", text(&report["kit"]))?;
    }
    let compiled = &report["compiled"];
    if !compiled.is_null() {
        writeln!(
            out,
            "compiled {}: {} bytes, MXQ {}, shapes {}",
            text(&compiled["path"]),
            compiled["bytes"],
            text(&compiled["version"]),
            if compiled["shapes_checked"] == true {
                "checked"
            } else {
                "not checked"
            }
        )?;
    }
    Ok(())
}
