use std::collections::{BTreeMap, BTreeSet};

use emo_tensor::ElementType;

use crate::{Method, QuantScheme, Symmetry};

/// How finely the scales of weights are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Granularity {
    /// As [`PerChannel`](Self::PerChannel), but as [`PerTensor`](Self::PerTensor) for dense layers of fewer than 64
    /// inputs, in which the scales of weights and biases would take more than an eighth of the weights' bytes.
    Auto,
    /// One scale for all weights of a layer.
    PerTensor,
    /// One scale for the weights of each output channel.
    PerChannel,
    /// One scale for so many neighbouring weights of each output channel, as far as a file can say so: dense layers,
    /// and convolutions along their input channels if these are no fewer. Other layers are quantized per channel.
    /// For [`Precision::WeightOnly`] alone; needs opset 21.
    Blocks(usize),
}

/// How a layer is stored and computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// As it was.
    Float,
    /// Weights of 16 bits, computed in `f32`.
    Half,
    /// Weights as integers of this kind, computed in `f32`.
    WeightOnly(QuantScheme, Granularity),
    /// Weights and activations as integers.
    Integer,
}

/// How quantized nodes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// The nodes of the float model between `DequantizeLinear` and `QuantizeLinear`.
    #[default]
    Qdq,
    /// `QLinearConv` and `QLinearMatMul` where these exist: convolutions and matrix products, with a quantized output
    /// and, for the latter, without bias. Elsewhere as [`Qdq`](Self::Qdq).
    QOperator,
}

/// How weights are rounded to integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Rounding {
    /// To the nearest.
    Nearest,
    /// So that the layer's outputs on the calibration data come out best.
    #[default]
    Adaptive,
}

/// How activations' scales are moved into weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Equalization {
    /// Not at all.
    None,
    /// Between two layers, channel by channel, as far as it lowers the expected noise.
    #[default]
    Search,
}

/// Where the range of a layer's input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Clipping {
    /// From the calibrator.
    Calibrated,
    /// The part of the calibrated range, and of the observed one, with which the layer's outputs come out best.
    #[default]
    Search,
}

/// Which of the layers at the ends of a network are quantized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Ends {
    /// All.
    #[default]
    Quantized,
    /// All but the first.
    FirstFloat,
    /// All but the last.
    LastFloat,
    /// All but these two.
    BothFloat,
}

/// What a [`Quantizer`](crate::Quantizer) does.
///
/// The default is what loses least: 8 bits, weights per channel where that pays, and all refinements that need no training.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QuantizeConfig {
    /// The integers of activations. Default: `i8` with a zero point, which ONNX Runtime computes without intermediate
    /// saturation on any processor.
    pub activations: QuantScheme,
    /// The integers of weights that are computed with. Default: `i8` around 0.
    pub weights: QuantScheme,
    /// How finely their scales are chosen. Default: [`Granularity::Auto`].
    pub granularity: Granularity,
    /// How layers are computed that [`precisions`](Self::precisions) does not name. Default: [`Precision::Integer`].
    pub precision: Precision,
    /// How single layers are computed, by the names that [`Quantizer::layers`](crate::Quantizer::layers) gives.
    pub precisions: BTreeMap<String, Precision>,
    /// Layers that stay as they are, by name.
    pub exclude: BTreeSet<String>,
    /// Whether the layers at the ends are quantized. Default: all are.
    pub ends: Ends,
    /// The fewest weights that are worth quantizing. Default: 64, below which scales and nodes take more bytes than
    /// are saved.
    pub min_weights: usize,
    /// How the ranges of activations are found. Default: [`Method::Max`].
    pub method: Method,
    /// Whether ranges are searched by their effect. Default: they are.
    pub clipping: Clipping,
    /// How weights are rounded. Default: adaptively, which corrects biases as well.
    pub rounding: Rounding,
    /// Whether scales are moved between layers. Default: they are.
    pub equalization: Equalization,
    /// How the result is written. Default: [`Format::Qdq`].
    pub format: Format,
    /// The most rows of inputs that are kept for one layer. Default: 4,096.
    pub max_rows: usize,
}

impl Default for QuantizeConfig {
    fn default() -> Self {
        Self {
            activations: QuantScheme::new(ElementType::I8, Symmetry::Affine)
                .expect("`i8` is a type that is quantized to"),
            weights: QuantScheme::I8,
            granularity: Granularity::Auto,
            precision: Precision::Integer,
            precisions: BTreeMap::new(),
            exclude: BTreeSet::new(),
            ends: Ends::default(),
            min_weights: 64,
            method: Method::Max,
            clipping: Clipping::default(),
            rounding: Rounding::default(),
            equalization: Equalization::default(),
            format: Format::default(),
            max_rows: 4096,
        }
    }
}

impl QuantizeConfig {
    /// The plain method of most tools: calibrated ranges, weights rounded to the nearest, nothing moved.
    pub fn plain() -> Self {
        Self {
            clipping: Clipping::Calibrated,
            rounding: Rounding::Nearest,
            equalization: Equalization::None,
            ..Self::default()
        }
    }
}
