use emo_onnx::Model;
use ndarray::ArrayD;

use crate::{
    Comparison, Granularity, Precision, QuantError, QuantizedModel, Quantizer, Runner, outputs,
};

/// What a model with layers of several precisions must keep to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Budget {
    /// The file has no more bytes.
    Bytes(usize),
    /// The outputs' ratio of signal to noise is no less, in dB ([`Comparison::sqnr_db`]).
    Sqnr(f64),
    /// No more than the part `drop` of the samples, whose classes are `labels`, is lost against the float model.
    Accuracy {
        /// The class of each sample.
        labels: Vec<usize>,
        /// The part that may be lost: 0.005 is half a point.
        drop: f64,
    },
}

/// How much one layer costs and loses.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Sensitivity {
    /// The layer.
    pub name: String,
    /// The ratio of signal to noise of the model's first output in dB, if nothing but this layer and its input is
    /// quantized.
    pub sqnr_db: f64,
    /// The same as a ratio: noise by signal.
    pub noise: f64,
}

impl QuantizedModel {
    /// What each quantized layer alone does to the model's first output, in the order of the graph.
    ///
    /// *Cost*: a run of all samples for each layer and one more.
    ///
    /// # Errors
    /// As [`Quantizer::quantize_with`].
    pub fn sensitivities(&self, runner: &mut dyn Runner) -> Result<Vec<Sensitivity>, QuantError> {
        let expected = outputs(runner, self.float_model())?;
        let mut all = Vec::new();
        for (at, layer) in self.layers().into_iter().enumerate() {
            if layer.precision == Precision::Float {
                continue;
            }
            let actual = outputs(runner, &self.only(at)?)?;
            let sqnr_db = Comparison::of(&expected, &actual)?.sqnr_db();
            all.push(Sensitivity {
                name: layer.name,
                sqnr_db,
                noise: 10_f64.powf(-sqnr_db / 10.0),
            });
        }
        Ok(all)
    }
}

impl Quantizer {
    /// The model with each layer in one of the precisions `choices`, which stand from the most exact to the smallest,
    /// so that it keeps to the budget and has, within that, as little noise or as few bytes as the estimate finds.
    ///
    /// Each layer's noise is measured with nothing else quantized. Beginning with the first choice for all, the layer
    /// with the least noise for each byte that it saves takes its next choice, and so on: that gives an order of
    /// models, in which the one that just keeps to the budget is found by trying.
    ///
    /// *Cost*: for each choice a quantization and a run of all samples for each layer; then some more of both, as the
    /// logarithm of their number.
    ///
    /// # Errors
    /// [`QuantError::Budget`] if no model in that order keeps to the budget; those of
    /// [`quantize_with`](Self::quantize_with).
    pub fn mixed_precision(
        &self,
        runner: &mut dyn Runner,
        choices: &[Precision],
        budget: &Budget,
    ) -> Result<QuantizedModel, QuantError> {
        let names: Vec<String> = self
            .layers()
            .filter(|&(_, precision)| precision != Precision::Float)
            .map(|(name, _)| name.to_owned())
            .collect();
        let counts: Vec<usize> = self
            .layers()
            .zip(self.weight_counts())
            .filter(|((_, precision), _)| *precision != Precision::Float)
            .map(|(_, count)| count)
            .collect();
        let mut noise: Vec<Vec<f64>> = Vec::new();
        for &choice in choices {
            if choice == Precision::Float {
                noise.push(vec![0.0; names.len()]);
                continue;
            }
            let quantized = self
                .with_choices(&names, &vec![choice; names.len()])?
                .quantize(runner)?;
            noise.push(
                quantized
                    .sensitivities(runner)?
                    .into_iter()
                    .map(|s| s.noise)
                    .collect(),
            );
        }
        let order = order(&noise, choices, &counts, self.config().weights.bits());
        let expected = outputs(runner, self.float_model())?;
        // Of the prefixes of the order those up to some length keep to a budget of quality, and those from some length
        // on to one of bytes.
        let (mut low, mut high) = (0, order.len());
        let mut found = None;
        while low <= high {
            let middle = usize::midpoint(low, high);
            let mut taken = vec![0; names.len()];
            for &layer in order.iter().take(middle) {
                taken[layer] += 1;
            }
            let chosen: Vec<Precision> = taken.iter().map(|&at| choices[at]).collect();
            let quantized = self.with_choices(&names, &chosen)?.quantize(runner)?;
            let kept = keeps(budget, &quantized, &expected, runner)?;
            let shorter = match budget {
                Budget::Bytes(_) => kept,
                _ => !kept,
            };
            if kept {
                found = Some(quantized);
            }
            match (shorter, middle) {
                (true, 0) => break,
                (true, _) => high = middle - 1,
                (false, _) => low = middle + 1,
            }
        }
        found.ok_or(QuantError::Budget)
    }

    fn with_choices(&self, names: &[String], chosen: &[Precision]) -> Result<Self, QuantError> {
        let mut config = self.config().clone();
        config
            .precisions
            .extend(names.iter().cloned().zip(chosen.iter().copied()));
        self.with_config(config)
    }
}

fn keeps(
    budget: &Budget,
    quantized: &QuantizedModel,
    expected: &[ArrayD<f32>],
    runner: &mut dyn Runner,
) -> Result<bool, QuantError> {
    let run = |model: &Model, runner: &mut dyn Runner| outputs(runner, model);
    Ok(match budget {
        Budget::Bytes(bytes) => quantized.model().to_bytes().len() <= *bytes,
        Budget::Sqnr(least) => {
            Comparison::of(expected, &run(quantized.model(), runner)?)?.sqnr_db() >= *least
        }
        Budget::Accuracy { labels, drop } => {
            let actual = run(quantized.model(), runner)?;
            accuracy(&actual, labels) + drop >= accuracy(expected, labels)
        }
    })
}

/// The part of the samples whose largest score is that of their class.
pub(crate) fn accuracy(scores: &[ArrayD<f32>], labels: &[usize]) -> f64 {
    let right = scores
        .iter()
        .zip(labels)
        .filter(|(scores, label)| decision(scores) == **label);
    right.count() as f64 / labels.len().max(1) as f64
}

/// The class with the largest score, the first of several.
pub(crate) fn decision(scores: &ArrayD<f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (class, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best.0
}

/// Bytes of so many weights.
fn bytes(precision: Precision, n_weights: usize, integer_bits: u32) -> f64 {
    let bits = match precision {
        Precision::Float => 32.0,
        Precision::Half => 16.0,
        Precision::WeightOnly(scheme, Granularity::Blocks(len)) => {
            f64::from(scheme.bits()) + 32.0 / len.max(1) as f64
        }
        Precision::WeightOnly(scheme, _) => scheme.bits().into(),
        Precision::Integer => integer_bits.into(),
    };
    n_weights as f64 * bits / 8.0
}

/// In which order layers take their next choice: always the one that adds least noise for each byte that it saves.
fn order(
    noise: &[Vec<f64>],
    choices: &[Precision],
    counts: &[usize],
    integer_bits: u32,
) -> Vec<usize> {
    let mut at = vec![0; counts.len()];
    let mut order = Vec::new();
    let price = |layer: usize, at: usize| -> Option<f64> {
        let (now, next) = (choices.get(at)?, choices.get(at + 1)?);
        let saved =
            bytes(*now, counts[layer], integer_bits) - bytes(*next, counts[layer], integer_bits);
        Some((noise[at + 1][layer] - noise[at][layer]) / saved.max(1.0))
    };
    loop {
        let next = (0..counts.len())
            .filter_map(|layer| Some((price(layer, at[layer])?, layer)))
            .min_by(|left, right| left.0.total_cmp(&right.0));
        let Some((_, layer)) = next else {
            return order;
        };
        at[layer] += 1;
        order.push(layer);
    }
}

#[cfg(test)]
mod tests {
    use emo_tensor::ElementType;

    use super::*;
    use crate::{QuantScheme, Symmetry};

    #[test]
    fn layers_that_lose_least_for_each_byte_go_first() {
        let four = QuantScheme::new(ElementType::I4, Symmetry::Symmetric).unwrap();
        let choices = [
            Precision::Float,
            Precision::Integer,
            Precision::WeightOnly(four, Granularity::PerChannel),
        ];
        // The second layer has ten times the weights and the same noise.
        let noise = [vec![0.0, 0.0], vec![0.1, 0.1], vec![0.2, 4.0]];
        assert_eq!(order(&noise, &choices, &[100, 1000], 8), [1, 0, 0, 1]);
    }
}
