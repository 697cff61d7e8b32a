//! Quantizes an ONNX model with calibration data.
//!
//! ```text
//! cargo run --release --example quantize -- model.onnx --calibration x.npy --out q.onnx
//! cargo run --release --example quantize -- model.onnx --calibration x.npy --validation v.npy --labels y.npy \
//!     --method search --out q.onnx --report report.html --json
//! ```

mod runner;

use std::{
    error::Error,
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use emo_examples::error_chain;
use emo_fusion::{
    onnx::Model,
    quant::{
        Comparison, Granularity, Precision, QuantReport, QuantScheme, QuantizeConfig, Quantizer,
        Symmetry, outputs,
    },
    tensor::ElementType,
};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::ArrayD;
use serde_json::json;

use crate::runner::{CpuRunner, read_labels, read_samples};

/// Quantizes an ONNX model of one input with calibration data.
#[derive(Debug, Parser)]
#[command(name = "quantize", version)]
struct Args {
    /// The float model.
    model: PathBuf,
    /// Samples to calibrate with: an NPY file of f32, one sample along the first axis each.
    #[arg(long, value_name = "X.npy")]
    calibration: PathBuf,
    /// Samples to judge with [default: those to calibrate with].
    #[arg(long, value_name = "X.npy")]
    validation: Option<PathBuf>,
    /// The class of each of these, an NPY file of integers.
    #[arg(long, value_name = "Y.npy", requires = "validation")]
    labels: Option<PathBuf>,
    /// How ranges are found.
    #[arg(long, default_value = "max")]
    method: MethodName,
    /// Only calibrated ranges and the nearest integers: no search, no correction.
    #[arg(long)]
    plain: bool,
    /// One scale for all weights of a layer.
    #[arg(long)]
    per_tensor: bool,
    /// Activations with a zero point, which is the default.
    #[arg(long, conflicts_with = "symmetric")]
    affine: bool,
    /// Activations around zero.
    #[arg(long)]
    symmetric: bool,
    /// Bits of weights: 8 or 4.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8))]
    bits: u8,
    /// Quantizes weights alone.
    #[arg(long)]
    weight_only: bool,
    /// One scale for so many neighbouring weights, with `--weight-only`.
    #[arg(long, requires = "weight_only", value_name = "N")]
    block: Option<usize>,
    /// Where to write the quantized model.
    #[arg(long, value_name = "Q.onnx")]
    out: PathBuf,
    /// Where to write a page about every layer and value.
    #[arg(long, value_name = "REPORT.html")]
    report: Option<PathBuf>,
    /// Prints the results as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MethodName {
    Max,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn config(args: &Args) -> Result<QuantizeConfig, Box<dyn Error>> {
    let mut config = match args.plain {
        true => QuantizeConfig::plain(),
        false => QuantizeConfig::default(),
    };
    let element_type = match args.bits {
        8 => ElementType::I8,
        4 => ElementType::I4,
        bits => return Err(format!("--bits is {bits}, must be 8 or 4").into()),
    };
    config.weights = QuantScheme::new(element_type, Symmetry::Symmetric)?;
    if args.per_tensor {
        config.granularity = Granularity::PerTensor;
    }
    if args.symmetric {
        config.activations = QuantScheme::I8;
    }
    if args.weight_only {
        let granularity = args.block.map_or(config.granularity, Granularity::Blocks);
        config.precision = Precision::WeightOnly(config.weights, granularity);
    }
    Ok(config)
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let model = Model::read(&args.model)?;
    let calibration = read_samples(&args.calibration, &model)?;
    let validation = match &args.validation {
        Some(path) => read_samples(path, &model)?,
        None => calibration.clone(),
    };
    let labels = args.labels.as_deref().map(read_labels).transpose()?;
    if labels
        .as_ref()
        .is_some_and(|labels| labels.len() != validation.len())
    {
        return Err("there are not as many labels as samples to judge with".into());
    }
    let mut calibration = CpuRunner::new(calibration);
    let mut validation = CpuRunner::new(validation);
    let quantizer = Quantizer::new(&model, config(args)?)?;
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} layers, {elapsed}",
    )?);
    let quantized = quantizer.quantize_with(&mut calibration, &mut |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    quantized.model().write(&args.out)?;
    let report = QuantReport::new(&model, &quantized, &mut validation)?;
    if let Some(path) = &args.report {
        let title = args.model.display().to_string();
        fs::write(path, report.to_html(&title))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let expected = outputs(&mut validation, &model)?;
    let actual = outputs(&mut validation, quantized.model())?;
    let comparison = Comparison::of(&expected, &actual)?;
    let mut out = io::stdout().lock();
    let agreement = accuracy(
        &actual,
        &expected
            .iter()
            .map(|scores| best(scores))
            .collect::<Vec<_>>(),
    );
    let mut result = json!({
        "float_bytes": report.float_bytes,
        "quantized_bytes": report.quantized_bytes,
        "compression_ratio": report.compression_ratio(),
        "sqnr_db": finite(comparison.sqnr_db()),
        "cosine": comparison.cosine(),
        "largest_difference": comparison.largest(),
        "agreement": agreement,
        "layers": report.layers.iter().map(|layer| json!({
            "name": layer.name,
            "weights": layer.n_weights,
            "weight_error": layer.weight_error,
            "sqnr_db": finite(layer.output.sqnr_db),
            "cosine": layer.output.cosine,
        })).collect::<Vec<_>>(),
    });
    if let Some(labels) = &labels {
        let (float, quantized) = (accuracy(&expected, labels), accuracy(&actual, labels));
        let increase = if float > 0.0 { quantized / float } else { 0.0 };
        result["accuracy"] = json!({"float": float, "quantized": quantized});
        result["accuracy_increase_ratio"] = json!(increase);
        result["efficiency"] = json!(increase * report.compression_ratio());
    }
    if args.json {
        writeln!(out, "{result:#}")?;
    } else {
        writeln!(
            out,
            "{} → {} bytes ({:.2}×), {:.1} dB, {:.1} % of decisions the same",
            report.float_bytes,
            report.quantized_bytes,
            report.compression_ratio(),
            comparison.sqnr_db(),
            agreement * 100.0
        )?;
        for layer in &report.layers {
            writeln!(
                out,
                "  {:<24} {:>9} weights  {:>6.1} dB",
                layer.name, layer.n_weights, layer.output.sqnr_db
            )?;
        }
    }
    Ok(())
}

/// JSON has no infinity.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

fn best(scores: &ArrayD<f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (class, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best.0
}

fn accuracy(scores: &[ArrayD<f32>], labels: &[usize]) -> f64 {
    let right = scores
        .iter()
        .zip(labels)
        .filter(|(scores, label)| best(scores) == **label)
        .count();
    right as f64 / labels.len().max(1) as f64
}
