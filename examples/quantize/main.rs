//! Quantizes an ONNX model with calibration data.
//!
//! ```text
//! cargo run --release --example quantize -- model.onnx --calibration x.npy --out q.onnx
//! cargo run --release --example quantize -- model.onnx --calibration x.npy --validation v.npy --labels y.npy \
//!     --method search --out q.onnx --report report.html --json
//! ```

mod bench;
mod settings;

use std::{
    error::Error,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use emo_examples::{CpuRunner, accuracy, best, error_chain, read_labels, read_samples, replace};
use emo_fusion::{
    onnx::Model,
    quant::{
        Comparison, Granularity, QuantReport, QuantizeConfig, Quantizer, Record, SearchResult,
        SearchSpace, fingerprint, outputs, search,
    },
};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::ArrayD;
use serde_json::json;

use crate::{
    bench::CpuBench,
    settings::{MethodName, RefinementName},
};

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
    /// How many percent of the numbers are kept, with `--method percentile` and `max-percentile`.
    #[arg(long, value_name = "P")]
    percentile: Option<f64>,
    /// Which share of a sample's numbers is looked at, with `--method max-percentile`.
    #[arg(long, value_name = "R")]
    top_k: Option<f64>,
    /// With `--method search`: the file in which finished trials are recorded, and from which they are taken.
    #[arg(long, value_name = "TRIED.jsonl")]
    record: Option<PathBuf>,
    /// What is done beyond calibration and rounding to the nearest; `--method search` tries all.
    #[arg(long, default_value = "full")]
    refinement: RefinementName,
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
    /// Writes QLinearConv and QLinearMatMul where these exist.
    #[arg(long)]
    qoperator: bool,
    /// A layer that stays as it is, by name; may be given several times.
    #[arg(long, value_name = "NAME")]
    exclude: Vec<String>,
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
    let mut judged = CpuRunner::new(validation.clone());
    let expected = outputs(&mut judged, &model)?;
    let mut config = settings::config(args)?;
    let mut found = None;
    if args.method == MethodName::Search {
        let bench = CpuBench {
            fingerprint: data_fingerprint(&calibration, &validation, labels.as_deref()),
            labels: labels
                .clone()
                .unwrap_or_else(|| expected.iter().map(best).collect()),
            expected: expected.clone(),
            calibration: calibration.clone(),
            validation,
        };
        let result = search_settings(args, &model, &config, &bench)?;
        config = result
            .records
            .first()
            .ok_or("nothing was tried")?
            .trial
            .config(&config)?;
        found = Some(result);
    }
    let quantizer = Quantizer::new(&model, config)?;
    let bar = progress_bar("layers")?;
    let quantized =
        quantizer.quantize_with(&mut CpuRunner::new(calibration), &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        })?;
    bar.finish_and_clear();
    quantized.model().write(&args.out)?;
    let report = QuantReport::new(&model, &quantized, &mut judged)?;
    if let Some(path) = &args.report {
        let title = args.model.display().to_string();
        replace(path, |file| {
            file.write_all(report.to_html(&title).as_bytes())
        })?;
    }
    let actual = outputs(&mut judged, quantized.model())?;
    let comparison = Comparison::of(&expected, &actual)?;
    let mut out = io::stdout().lock();
    let agreement = accuracy(&actual, &expected.iter().map(best).collect::<Vec<_>>());
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
    if let Some(found) = &found {
        result["search"] = json!({
            "tried": found.records,
            "pareto": found.pareto(),
        });
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

fn progress_bar(what: &str) -> Result<ProgressBar, Box<dyn Error>> {
    let style =
        ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {what}, {{elapsed}}"))?;
    Ok(ProgressBar::new(0).with_style(style))
}

/// Goes through all settings that the command line leaves open.
fn search_settings(
    args: &Args,
    model: &Model,
    base: &QuantizeConfig,
    bench: &CpuBench,
) -> Result<SearchResult, Box<dyn Error>> {
    let mut space = SearchSpace::default();
    space.bits = vec![args.bits];
    if args.per_tensor {
        space.granularities = vec![Granularity::PerTensor];
    }
    if args.symmetric || args.affine {
        space.symmetries = vec![base.activations.symmetry()];
    }
    let bar = progress_bar("trials")?;
    let result = search(
        model,
        base,
        &space,
        bench,
        args.record.as_deref(),
        &|done, of, record| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
            bar.set_message(line(record));
        },
    )?;
    bar.finish_and_clear();
    Ok(result)
}

fn line(record: &Record) -> String {
    let trial = &record.trial;
    format!(
        "{} {:?} {:?} {} bits {:?}: accuracy {:.4}, {:.2}×, efficiency {:.3}",
        trial.method,
        trial.granularity,
        trial.symmetry,
        trial.bits,
        trial.refinement,
        record.judgement.accuracy,
        record.compression_ratio,
        record.efficiency
    )
}

/// A number for the data, so that a record is not continued with others.
fn data_fingerprint(
    calibration: &[ArrayD<f32>],
    validation: &[ArrayD<f32>],
    labels: Option<&[usize]>,
) -> u64 {
    let samples = calibration
        .iter()
        .chain(validation)
        .flatten()
        .flat_map(|x| x.to_le_bytes());
    let labels = labels
        .into_iter()
        .flatten()
        .flat_map(|label| label.to_le_bytes());
    fingerprint(&samples.chain(labels).collect::<Vec<_>>())
}
