//! The script that starts the vendor's compiler, with the settings of one version.

use std::fmt::Write as _;

use super::{CompilerVersion, KitConfig, SampleLayout};
use crate::{CalibrationMode, HistogramSearch, Quantization};

/// What all versions do alike.
const BODY: &str = include_str!("compile.py");

/// A value as Python writes it.
enum Literal {
    Text(String),
    Int(u8),
    Float(f64),
    True,
    Dict(Vec<(&'static str, Literal)>),
}

impl Literal {
    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => _ = write!(out, "{text:?}"),
            Self::Int(value) => _ = write!(out, "{value}"),
            Self::Float(value) => _ = write!(out, "{value:?}"),
            Self::True => out.push_str("True"),
            Self::Dict(entries) => {
                out.push('{');
                for (at, (name, value)) in entries.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { ", " });
                    _ = write!(out, "{name:?}: ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// The script's text.
pub(super) fn script(config: &KitConfig) -> String {
    let version = config.compiler;
    let settings = Settings::new(config);
    let mut text = format!(
        "#!/usr/bin/env python3\n\"\"\"Compiles model.onnx for {} with version {version} of Mobilint's compiler. \
         README.md says how.\n\n{}.\n\"\"\"\n\n",
        config.target, config.quantization
    );
    let (imports, functions) = BODY.split_at(BODY.find("\nFOLDER").unwrap_or(0));
    text.push_str(imports);
    let modules = match version {
        CompilerVersion::V0_12 => "[\"qbcompiler\", \"qubee\"]",
        _ => "[\"qbcompiler\"]",
    };
    let has_command = if version >= CompilerVersion::V1_3 {
        "True"
    } else {
        "False"
    };
    _ = write!(
        text,
        "\nVERSION = \"{version}\"\nMODULES = {modules}\nHAS_COMMAND = {has_command}\nARGUMENTS = {{\n"
    );
    for (name, value) in &settings.arguments {
        _ = write!(text, "    {name:?}: ");
        value.write(&mut text);
        text.push_str(",\n");
    }
    text.push_str("}\nCALIBRATION = ");
    write_optional(settings.calibration, &mut text);
    text.push_str("\nHISTOGRAM = ");
    write_optional(settings.histogram, &mut text);
    text.push('\n');
    text.push_str(functions);
    text
}

fn write_optional(entries: Vec<(&'static str, Literal)>, text: &mut String) {
    if entries.is_empty() {
        text.push_str("None");
    } else {
        Literal::Dict(entries).write(text);
    }
}

/// What `mxq_compile` is given, in a version's own words.
struct Settings {
    arguments: Vec<(&'static str, Literal)>,
    /// The arguments of `CalibrationConfig`, which exists since 1.1.
    calibration: Vec<(&'static str, Literal)>,
    /// What is to be set in it, wherever the installed compiler has it.
    histogram: Vec<(&'static str, Literal)>,
}

impl Settings {
    fn new(config: &KitConfig) -> Self {
        let text = |text: &str| Literal::Text(text.to_owned());
        let mut arguments = vec![
            ("model", text("model.onnx")),
            ("backend", text("onnx")),
            ("calib_data_path", text("calibration.txt")),
            ("device", text(config.processor.name())),
            ("inference_scheme", text(config.scheme.name())),
        ];
        if config.compiler >= CompilerVersion::V1_2 {
            arguments.push(("target_device", text(config.target.name())));
        }
        if config.layout == SampleLayout::Model {
            arguments.push(("cpu_offload", Literal::True));
        }
        let mut calibration = Vec::new();
        let mut histogram = Vec::new();
        match config.compiler {
            CompilerVersion::V0_12 => arguments.extend(of_0_12(&config.quantization)),
            CompilerVersion::V1_0 => arguments.extend(of_1_0(&config.quantization)),
            _ => (calibration, histogram) = of_1_1(&config.quantization),
        }
        Self {
            arguments,
            calibration,
            histogram,
        }
    }
}

type Entries = Vec<(&'static str, Literal)>;

/// 0 percentile, 1 maximum, 2 percentile of the maxima, 4 divergence, 5 squared error.
fn of_0_12(quantization: &Quantization) -> Entries {
    let (mode, numbers): (u8, Entries) = match quantization.mode {
        CalibrationMode::Histogram(HistogramSearch::Percentile(percentile)) => {
            (0, vec![("percentile", Literal::Float(percentile))])
        }
        CalibrationMode::Max => (1, Vec::new()),
        CalibrationMode::MaxPercentile {
            percentile,
            topk_ratio,
        } => (2, max_percentile(percentile, topk_ratio)),
        CalibrationMode::Histogram(HistogramSearch::Kl) => (4, Vec::new()),
        CalibrationMode::Histogram(HistogramSearch::Mse) => (5, Vec::new()),
    };
    flat(quantization, mode, numbers)
}

/// 0 maximum, 1 percentile of the maxima, 2 histogram with a search of its own: 0 percentile, 1 squared error,
/// 2 divergence.
fn of_1_0(quantization: &Quantization) -> Entries {
    let search = |number| ("hist_search_type", Literal::Int(number));
    let numbers = match quantization.mode {
        CalibrationMode::Max => Vec::new(),
        CalibrationMode::MaxPercentile {
            percentile,
            topk_ratio,
        } => max_percentile(percentile, topk_ratio),
        CalibrationMode::Histogram(HistogramSearch::Percentile(percentile)) => {
            vec![search(0), ("hist_percentile", Literal::Float(percentile))]
        }
        CalibrationMode::Histogram(HistogramSearch::Mse) => vec![search(1)],
        CalibrationMode::Histogram(HistogramSearch::Kl) => vec![search(2)],
    };
    flat(quantization, mode_number(&quantization.mode), numbers)
}

/// The numbers as in 1.0, in a `CalibrationConfig`.
fn of_1_1(quantization: &Quantization) -> (Entries, Entries) {
    let mut calibration = vec![
        ("method", Literal::Int(quantization.method_number())),
        ("output", Literal::Int(quantization.output_number())),
        ("mode", Literal::Int(mode_number(&quantization.mode))),
    ];
    let search = |number| ("search_type", Literal::Int(number));
    let histogram = match quantization.mode {
        CalibrationMode::Max => Vec::new(),
        CalibrationMode::MaxPercentile {
            percentile,
            topk_ratio,
        } => {
            let numbers = Literal::Dict(max_percentile(percentile, topk_ratio));
            calibration.push(("max_percentile", numbers));
            Vec::new()
        }
        CalibrationMode::Histogram(HistogramSearch::Percentile(percentile)) => {
            vec![search(0), ("percentile", Literal::Float(percentile))]
        }
        CalibrationMode::Histogram(HistogramSearch::Mse) => vec![search(1)],
        CalibrationMode::Histogram(HistogramSearch::Kl) => vec![search(2)],
    };
    (calibration, histogram)
}

/// The number of a mode since 1.0.
fn mode_number(mode: &CalibrationMode) -> u8 {
    match mode {
        CalibrationMode::Max => 0,
        CalibrationMode::MaxPercentile { .. } => 1,
        CalibrationMode::Histogram(_) => 2,
    }
}

fn max_percentile(percentile: f64, topk_ratio: f64) -> Entries {
    vec![
        ("percentile", Literal::Float(percentile)),
        ("topk_ratio", Literal::Float(topk_ratio)),
    ]
}

/// As arguments of the function itself.
fn flat(quantization: &Quantization, mode: u8, numbers: Entries) -> Entries {
    let mut entries = vec![
        (
            "quantization_method",
            Literal::Int(quantization.method_number()),
        ),
        (
            "quantization_output",
            Literal::Int(quantization.output_number()),
        ),
        ("quantization_mode", Literal::Int(mode)),
    ];
    entries.extend(numbers);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines between the settings' braces, without spaces.
    fn settings(compiler: CompilerVersion, mode: CalibrationMode) -> String {
        let mut config = KitConfig {
            compiler,
            ..KitConfig::default()
        };
        config.quantization.mode = mode;
        let text = script(&config);
        let begin = text.find("ARGUMENTS = ").unwrap();
        let end = text.find("\nFOLDER").unwrap();
        text[begin..end].to_owned()
    }

    #[test]
    fn each_version_has_its_numbers() {
        use CompilerVersion::{V0_12, V1_0, V1_1, V1_3};
        let [max, percentile, histogram, mse, kl] = CalibrationMode::ALL;
        for (version, mode, expected) in [
            (V0_12, max, "\"quantization_mode\": 1,\n"),
            (
                V0_12,
                percentile,
                "\"quantization_mode\": 2,\n    \"percentile\": 0.9999,\n    \"topk_ratio\": 0.01,\n",
            ),
            (
                V0_12,
                histogram,
                "\"quantization_mode\": 0,\n    \"percentile\": 0.9999,\n",
            ),
            (V0_12, kl, "\"quantization_mode\": 4,\n"),
            (V0_12, mse, "\"quantization_mode\": 5,\n"),
            (V1_0, max, "\"quantization_mode\": 0,\n"),
            (
                V1_0,
                percentile,
                "\"quantization_mode\": 1,\n    \"percentile\": 0.9999,\n    \"topk_ratio\": 0.01,\n",
            ),
            (
                V1_0,
                histogram,
                "\"quantization_mode\": 2,\n    \"hist_search_type\": 0,\n    \"hist_percentile\": 0.9999,\n",
            ),
            (V1_0, mse, "\"hist_search_type\": 1,\n"),
            (V1_0, kl, "\"hist_search_type\": 2,\n"),
            (
                V1_1,
                percentile,
                "CALIBRATION = {\"method\": 1, \"output\": 0, \"mode\": 1, \"max_percentile\": {\"percentile\": 0.9999, \"topk_ratio\": 0.01}}\nHISTOGRAM = None\n",
            ),
            (
                V1_3,
                max,
                "CALIBRATION = {\"method\": 1, \"output\": 0, \"mode\": 0}\nHISTOGRAM = None\n",
            ),
            (V1_3, kl, "\"mode\": 2}\nHISTOGRAM = {\"search_type\": 2}\n"),
        ] {
            let text = settings(version, mode);
            assert!(text.contains(expected), "{version} {mode}: {text}");
            assert_eq!(text.contains("CALIBRATION = None"), version < V1_1);
            assert_eq!(
                text.contains("target_device"),
                version >= CompilerVersion::V1_2
            );
        }
    }
}
