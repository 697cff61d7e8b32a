use std::collections::BTreeMap;

use emo_onnx::Model;
use emo_tensor::QuantParams;
use ndarray::{ArrayD, Axis};

use super::Comparison;
use crate::{LayerReport, QuantError, QuantizedModel, Runner};

/// What quantization did to each layer and value of a model, on some data.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct QuantReport {
    /// The bytes of the float model's file.
    pub float_bytes: usize,
    /// Those of the quantized one.
    pub quantized_bytes: usize,
    /// The model's first output.
    pub output: Fidelity,
    /// Each layer with weights, in the order of the graph.
    pub layers: Vec<LayerFidelity>,
    /// Each value that is quantized, by name.
    pub values: Vec<ValueReport>,
}

/// How near something comes to what it is in the float model.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fidelity {
    /// [`Comparison::sqnr_db`].
    pub sqnr_db: f64,
    /// [`Comparison::cosine`].
    pub cosine: f64,
    /// [`Comparison::largest`].
    pub largest_difference: f64,
}

impl From<Comparison> for Fidelity {
    fn from(comparison: Comparison) -> Self {
        Self {
            sqnr_db: comparison.sqnr_db(),
            cosine: comparison.cosine(),
            largest_difference: comparison.largest(),
        }
    }
}

/// A layer's outputs, before the activation behind it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerFidelity {
    /// The layer's name.
    pub name: String,
    /// How many weights it has.
    pub n_weights: usize,
    /// The root mean square by which they are off, relative to their own.
    pub weight_error: f64,
    /// Its outputs, with all that was quantized before it.
    pub output: Fidelity,
}

/// A value that is quantized.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ValueReport {
    /// Its name in the float model.
    pub name: String,
    /// The difference of the numbers of two neighbouring integers.
    pub scale: f32,
    /// The integer that stands for 0.
    pub zero_point: i32,
    /// Its numbers, with all that was quantized before.
    pub fidelity: Fidelity,
    /// The part of the float model's numbers that lies outside of what the integers reach, by more than half a step.
    pub saturated: f64,
    /// The float model's numbers.
    pub histogram: ValueHistogram,
    /// What the lowest and the highest integer stand for.
    pub clip: (f32, f32),
    /// The channels (along axis 1) that are the same number everywhere.
    pub dead_channels: Vec<usize>,
}

/// How often numbers fall between evenly spaced bounds.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ValueHistogram {
    /// The least number.
    pub min: f32,
    /// The largest number.
    pub max: f32,
    /// How many lie in each of the equal parts between.
    pub counts: Vec<u64>,
}

/// The parts of a histogram.
const N_BINS: usize = 80;
/// How many numbers of the float model are held at once.
const MAX_HELD: usize = 1 << 26;

impl QuantReport {
    /// Runs the float and the quantized model on all samples and holds their values against each other.
    ///
    /// *Cost*: two runs of all samples if 256 MiB hold the float model's values; more if not.
    ///
    /// # Errors
    /// As [`Quantizer::quantize_with`](crate::Quantizer::quantize_with).
    pub fn new(
        original: &Model,
        quantized: &QuantizedModel,
        runner: &mut dyn Runner,
    ) -> Result<Self, QuantError> {
        let named = quantized.named()?;
        let float = quantized.float_model();
        let params = quantized.values();
        let plan = quantized.plan();
        let layer_outputs: Vec<&str> = plan
            .layers
            .iter()
            .map(|layer| layer.output.as_str())
            .collect();
        let output = float
            .graph()
            .outputs()
            .first()
            .map_or("", |info| info.name.as_str());
        let mut names: Vec<&str> = layer_outputs.clone();
        names.extend(
            params
                .keys()
                .copied()
                .filter(|value| !plan.is_moved(float, value)),
        );
        names.push(output);
        names.sort_unstable();
        names.dedup();
        let inference = float.infer()?;
        let len = |name: &str| {
            inference
                .fixed_shape(name)
                .map_or(1, |shape| shape.iter().product::<usize>())
        };
        let mut found: BTreeMap<&str, Gathered> = BTreeMap::new();
        let mut from = 0;
        while from < names.len() {
            let mut to = from;
            let mut held = 0;
            while to < names.len()
                && (to == from || held + len(names[to]) * runner.n_samples() <= MAX_HELD)
            {
                held += len(names[to]) * runner.n_samples();
                to += 1;
            }
            let part = &names[from..to];
            let mut floats: Vec<Vec<ArrayD<f32>>> = Vec::new();
            runner.run(&float.with_outputs(part)?, &mut |values| {
                floats.push(values.to_vec());
                Ok(())
            })?;
            // Two names of the float model may stand for one value of the other.
            let mut stands: Vec<&str> = part
                .iter()
                .map(|name| named.names.get(*name).map_or(*name, String::as_str))
                .collect();
            let all = stands.clone();
            stands.sort_unstable();
            stands.dedup();
            let mut gathered: Vec<Gathered> = part.iter().map(|_| Gathered::default()).collect();
            let mut sample = 0;
            runner.run(&named.model.with_outputs(&stands)?, &mut |values| {
                let expected = floats.get(sample).ok_or(QuantError::NoData)?;
                for (at, gathered) in gathered.iter_mut().enumerate() {
                    let place = stands.partition_point(|name| *name < all[at]);
                    let actual = values.get(place).ok_or(QuantError::NoData)?;
                    gathered.comparison.add(&expected[at], actual)?;
                }
                sample += 1;
                Ok(())
            })?;
            for (at, (name, mut gathered)) in part.iter().zip(gathered).enumerate() {
                if let Some(params) = params.get(name) {
                    gathered.describe(floats.iter().map(|values| &values[at]), *params);
                }
                found.insert(name, gathered);
            }
            from = to;
        }
        let fidelity =
            |name: &str| Fidelity::from(found.get(name).map(|f| f.comparison).unwrap_or_default());
        let layers = quantized.layers().into_iter().zip(&layer_outputs);
        let values = params.iter().filter_map(|(name, params)| {
            let gathered = found.get(name)?;
            Some(ValueReport {
                name: (*name).to_owned(),
                scale: params.scale(),
                zero_point: params.zero_point(),
                fidelity: gathered.comparison.into(),
                saturated: gathered.saturated,
                histogram: gathered.histogram.clone()?,
                clip: params.real_range(),
                dead_channels: gathered.dead_channels.clone(),
            })
        });
        Ok(Self {
            float_bytes: original.to_bytes().len(),
            quantized_bytes: quantized.model().to_bytes().len(),
            output: fidelity(output),
            layers: layers
                .map(
                    |(
                        LayerReport {
                            name,
                            n_weights,
                            weight_error,
                            ..
                        },
                        output,
                    )| LayerFidelity {
                        name,
                        n_weights,
                        weight_error,
                        output: fidelity(output),
                    },
                )
                .collect(),
            values: values.collect(),
        })
    }

    /// The bytes of the float model by those of the quantized one.
    pub fn compression_ratio(&self) -> f64 {
        self.float_bytes as f64 / self.quantized_bytes.max(1) as f64
    }
}

#[derive(Debug, Default)]
struct Gathered {
    comparison: Comparison,
    saturated: f64,
    histogram: Option<ValueHistogram>,
    dead_channels: Vec<usize>,
}

impl Gathered {
    fn describe<'v>(
        &mut self,
        values: impl Iterator<Item = &'v ArrayD<f32>> + Clone,
        params: QuantParams,
    ) {
        let numbers = || values.clone().flatten().copied();
        let (low, high) = numbers().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), x| {
            (l.min(x), h.max(x))
        });
        if low > high {
            return;
        }
        let (lowest, highest) = params.real_range();
        let half = params.scale() * 0.5;
        let mut counts = vec![0_u64; N_BINS];
        let (mut n, mut outside) = (0_u64, 0_u64);
        let width = (high - low).max(f32::MIN_POSITIVE);
        for x in numbers() {
            n += 1;
            outside += u64::from(x < lowest - half || x > highest + half);
            counts[(((x - low) / width * N_BINS as f32) as usize).min(N_BINS - 1)] += 1;
        }
        self.saturated = outside as f64 / n.max(1) as f64;
        self.histogram = Some(ValueHistogram {
            min: low,
            max: high,
            counts,
        });
        self.dead_channels = dead_channels(values);
    }
}

/// The channels along axis 1 that never change.
fn dead_channels<'v>(values: impl Iterator<Item = &'v ArrayD<f32>>) -> Vec<usize> {
    let mut ranges: Vec<(f32, f32)> = Vec::new();
    for value in values {
        if value.ndim() < 2 {
            return Vec::new();
        }
        ranges.resize(value.shape()[1], (f32::INFINITY, f32::NEG_INFINITY));
        for (range, channel) in ranges.iter_mut().zip(value.axis_iter(Axis(1))) {
            for &x in channel {
                *range = (range.0.min(x), range.1.max(x));
            }
        }
    }
    let dead = ranges
        .iter()
        .enumerate()
        .filter(|(_, (low, high))| low >= high);
    dead.map(|(channel, _)| channel).collect()
}
