use std::{fmt, str::FromStr};

use emo_quant::Symmetry;

use crate::MobilintError;

/// How the vendor's compiler is to quantize a model: its `CalibrationConfig`, by meaning instead of number.
///
/// Weights always have one scale per output channel. The numbers that a compiler's version has for a choice are written
/// by the [`CompileKit`](crate::CompileKit); [`Emulation`](crate::Emulation) computes what comes of it.
///
/// # Example
/// ```
/// use emo_backend_mobilint::{CalibrationMode, Quantization};
///
/// let mut quantization = Quantization::default();
/// assert_eq!(quantization.mode, "max-percentile".parse()?);
/// quantization.mode = CalibrationMode::Max;
/// quantization.check()?;
/// # Ok::<(), emo_backend_mobilint::MobilintError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Quantization {
    /// Which activations share a scale. Default: [`ActivationScales::Multi`], as in the vendor's examples.
    pub activations: ActivationScales,
    /// Whether activations have a zero point ([`Symmetry::Affine`]). Default: they have none.
    pub symmetry: Symmetry,
    /// How the range of activations is found. Default: [`CalibrationMode::max_percentile`].
    pub mode: CalibrationMode,
    /// How the model's outputs are quantized. Default: [`OutputScales::Layer`], as the vendor's presets for
    /// classification have it.
    pub output: OutputScales,
}

/// Which activations share a scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ActivationScales {
    /// Those of one layer (`WChALayer`).
    Layer,
    /// Those of several layers (`WChAMulti`); which, is not published.
    #[default]
    Multi,
}

/// How the range of activations is found.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum CalibrationMode {
    /// The observed minimum and maximum.
    Max,
    /// A percentile of each sample's largest magnitudes.
    ///
    /// The vendor publishes no formula. It is read as follows: of each sample the `max(1, ⌈topk_ratio · n⌉)` largest of
    /// its `n` magnitudes are pooled, and the range is the percentile of the pool.
    MaxPercentile {
        /// Which part of the pool is kept, from 0 to 1. The vendor advises 0.9 to 0.9999.
        percentile: f64,
        /// Which part of a sample's magnitudes enters the pool, from 0 to 1. The vendor advises 0.01 at most.
        topk_ratio: f64,
    },
    /// A search in the histogram of all observed numbers.
    Histogram(HistogramSearch),
}

/// What is looked for in a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum HistogramSearch {
    /// The range that keeps this part of the numbers, from 0 to 1.
    Percentile(f64),
    /// The range of the least squared error.
    Mse,
    /// The range of the least Kullback-Leibler divergence.
    Kl,
}

/// How the model's outputs are quantized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OutputScales {
    /// One scale for an output.
    #[default]
    Layer,
    /// One scale for each of its channels.
    Channel,
    /// As numbers between 0 and 1 are.
    Sigmoid,
}

impl Default for Quantization {
    fn default() -> Self {
        Self {
            activations: ActivationScales::default(),
            symmetry: Symmetry::Symmetric,
            mode: CalibrationMode::max_percentile(),
            output: OutputScales::default(),
        }
    }
}

impl Quantization {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`MobilintError::Config`] for a part that is not between 0 and 1; a percentile must be above 0.
    pub fn check(&self) -> Result<(), MobilintError> {
        let check = |field, value: f64, least: bool| {
            if (0.0..=1.0).contains(&value) && (least || value > 0.0) {
                return Ok(());
            }
            Err(MobilintError::Config {
                field,
                reason: format!("it is {value}, must be a part of 1, such as 0.9999"),
            })
        };
        match self.mode {
            CalibrationMode::MaxPercentile {
                percentile,
                topk_ratio,
            } => {
                check("quantization.mode.percentile", percentile, false)?;
                check("quantization.mode.topk_ratio", topk_ratio, true)
            }
            CalibrationMode::Histogram(HistogramSearch::Percentile(percentile)) => {
                check("quantization.mode.percentile", percentile, false)
            }
            CalibrationMode::Max | CalibrationMode::Histogram(_) => Ok(()),
        }
    }

    /// The vendor's number of the method, the same in all versions: 0 layer, 1 multi, 2 and 3 these with zero point.
    pub(crate) fn method_number(&self) -> u8 {
        let scales = match self.activations {
            ActivationScales::Layer => 0,
            ActivationScales::Multi => 1,
        };
        match self.symmetry {
            Symmetry::Symmetric => scales,
            Symmetry::Affine => scales + 2,
        }
    }

    /// The vendor's number of the outputs' scales, the same in all versions.
    pub(crate) fn output_number(&self) -> u8 {
        match self.output {
            OutputScales::Layer => 0,
            OutputScales::Channel => 1,
            OutputScales::Sigmoid => 2,
        }
    }
}

impl CalibrationMode {
    /// [`MaxPercentile`](Self::MaxPercentile) with the vendor's defaults: 0.9999 of 0.01.
    pub const fn max_percentile() -> Self {
        Self::MaxPercentile {
            percentile: 0.9999,
            topk_ratio: 0.01,
        }
    }

    /// `max`, `max-percentile`, `histogram-percentile`, `histogram-mse` or `histogram-kl`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::MaxPercentile { .. } => "max-percentile",
            Self::Histogram(HistogramSearch::Percentile(_)) => "histogram-percentile",
            Self::Histogram(HistogramSearch::Mse) => "histogram-mse",
            Self::Histogram(HistogramSearch::Kl) => "histogram-kl",
        }
    }

    /// Each of them, with the vendor's defaults.
    pub const ALL: [Self; 5] = [
        Self::Max,
        Self::max_percentile(),
        Self::Histogram(HistogramSearch::Percentile(0.9999)),
        Self::Histogram(HistogramSearch::Mse),
        Self::Histogram(HistogramSearch::Kl),
    ];
}

/// The mode of a [`name`](CalibrationMode::name), with the vendor's defaults.
impl FromStr for CalibrationMode {
    type Err = MobilintError;

    fn from_str(name: &str) -> Result<Self, MobilintError> {
        let found = Self::ALL.into_iter().find(|mode| mode.name() == name);
        found.ok_or_else(|| MobilintError::Config {
            field: "quantization.mode",
            reason: format!(
                "{name:?} is none of {}",
                Self::ALL.map(|mode| mode.name()).join(", ")
            ),
        })
    }
}

/// In words, such as `max-percentile(0.9999 of 0.01)`.
impl fmt::Display for CalibrationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::MaxPercentile {
                percentile,
                topk_ratio,
            } => write!(f, "({percentile} of {topk_ratio})"),
            Self::Histogram(HistogramSearch::Percentile(percentile)) => write!(f, "({percentile})"),
            Self::Max | Self::Histogram(_) => Ok(()),
        }
    }
}

/// In words, such as `WChAMulti, max-percentile(0.9999 of 0.01), outputs per layer`.
impl fmt::Display for Quantization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = [
            "WChALayer",
            "WChAMulti",
            "WChALayerZeropoint",
            "WChAMultiZeropoint",
        ];
        let output = ["layer", "channel", "sigmoid"];
        write!(
            f,
            "{}, {}, outputs per {}",
            method[usize::from(self.method_number())],
            self.mode,
            output[usize::from(self.output_number())]
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_the_vendor_s_numbers() {
        let mut quantization = Quantization::default();
        let mut numbers = Vec::new();
        for symmetry in [Symmetry::Symmetric, Symmetry::Affine] {
            for activations in [ActivationScales::Layer, ActivationScales::Multi] {
                quantization.symmetry = symmetry;
                quantization.activations = activations;
                numbers.push((quantization.method_number(), quantization.to_string()));
            }
        }
        let names = [
            "WChALayer,",
            "WChAMulti,",
            "WChALayerZeropoint,",
            "WChAMultiZeropoint,",
        ];
        for (expected, (number, text)) in names
            .iter()
            .zip(&numbers)
            .enumerate()
            .map(|(n, (name, got))| ((n, name), got))
        {
            assert_eq!(usize::from(*number), expected.0);
            assert!(text.starts_with(expected.1), "{text}");
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for mode in CalibrationMode::ALL {
            assert_eq!(mode.name().parse::<CalibrationMode>().unwrap(), mode);
        }
        let error = "kl".parse::<CalibrationMode>().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("\"kl\" is none of max, max-percentile, ")
        );
    }

    #[test]
    fn parts_lie_between_0_and_1() {
        let with = |percentile, topk_ratio| Quantization {
            mode: CalibrationMode::MaxPercentile {
                percentile,
                topk_ratio,
            },
            ..Quantization::default()
        };
        assert!(with(1.0, 0.0).check().is_ok());
        for (percentile, ratio) in [
            (0.0, 0.1),
            (99.99, 0.1),
            (0.9, -0.1),
            (f64::NAN, 0.1),
            (0.9, f64::NAN),
        ] {
            assert!(
                with(percentile, ratio).check().is_err(),
                "{percentile} {ratio}"
            );
        }
    }
}
