use std::collections::BTreeMap;

use emo_onnx::{Model, passes::RemoveUnused};
use emo_tensor::QuantParams;

use super::{
    Choice, Format, Plan, Precision, Quantizer, StoredWeight, Written, compact::compact,
    halves::HalveOperands, q_operator::to_q_operator, write,
};
use crate::QuantError;

/// A quantized model, and what was chosen for it.
#[derive(Debug, Clone)]
pub struct QuantizedModel {
    model: Model,
    float: Model,
    plan: Plan,
    choice: Choice,
    equalized: Vec<String>,
}

/// What became of one layer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LayerReport {
    /// Its name.
    pub name: String,
    /// How it is computed.
    pub precision: Precision,
    /// How many weights it has.
    pub n_weights: usize,
    /// Scale and zero point of its input, if that is quantized.
    pub input: Option<QuantParams>,
    /// Whether the scales of its input's channels were moved into the layer before.
    pub equalized: bool,
    /// The root mean square by which its weights are off, relative to their own; 0 for a layer that stayed as it was.
    pub weight_error: f64,
}

impl QuantizedModel {
    pub(super) fn new(
        quantizer: &Quantizer,
        float: Model,
        plan: Plan,
        choice: Choice,
        equalized: Vec<String>,
    ) -> Result<Self, QuantError> {
        let mut model = write(&float, &plan, &choice)?.model;
        model.optimize(&[&RemoveUnused])?;
        if !choice.weights.is_empty() {
            model.optimize(&[&HalveOperands])?;
        }
        let mut model = compact(&model)?;
        if quantizer.config().format == Format::QOperator {
            model = to_q_operator(&model)?;
        }
        Ok(Self {
            model,
            float,
            plan,
            choice,
            equalized,
        })
    }

    /// The quantized model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The quantized model itself.
    pub fn into_model(self) -> Model {
        self.model
    }

    /// The float model that its values are to be held against: folded, and with channels scaled where that was done.
    pub fn float_model(&self) -> &Model {
        &self.float
    }

    /// What became of each layer, in the order of the graph.
    pub fn layers(&self) -> Vec<LayerReport> {
        let layers = self.plan.layers.iter().enumerate();
        layers
            .map(|(at, layer)| LayerReport {
                name: layer.name.clone(),
                precision: self.plan.precisions[at],
                n_weights: layer.weight.len(),
                input: self.choice.input_of(&self.plan, layer),
                equalized: self.equalized.contains(&layer.name),
                weight_error: match self.choice.weights.get(&at) {
                    Some(StoredWeight::Integers(weight)) => {
                        let pairs = weight.to_reals();
                        let square = |x: f32| f64::from(x) * f64::from(x);
                        let off: f64 = pairs
                            .iter()
                            .zip(&layer.weight)
                            .map(|(q, w)| square(q - w))
                            .sum();
                        let power: f64 = layer.weight.iter().map(|&w| square(w)).sum();
                        if power > 0.0 {
                            (off / power).sqrt()
                        } else {
                            0.0
                        }
                    }
                    _ => 0.0,
                },
            })
            .collect()
    }

    /// Scale and zero point of every value that is quantized, by its name in the float model.
    pub fn values(&self) -> BTreeMap<&str, QuantParams> {
        let values = self.plan.roots.iter();
        values
            .filter_map(|(value, root)| Some((value.as_str(), *self.choice.values.get(root)?)))
            .collect()
    }

    /// The quantized model with the names of the float one, and how its values are called there.
    pub(crate) fn named(&self) -> Result<Written, QuantError> {
        Ok(write(&self.float, &self.plan, &self.choice)?)
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The model with nothing but this layer, and its input, quantized.
    pub(crate) fn only(&self, layer: usize) -> Result<Model, QuantError> {
        let mut choice = Choice::default();
        if let Some(weight) = self.choice.weights.get(&layer) {
            choice.weights.insert(layer, weight.clone());
        }
        if let Some(bias) = self.choice.biases.get(&layer) {
            choice.biases.insert(layer, bias.clone());
        }
        if let Some(root) = self.plan.roots.get(&self.plan.layers[layer].input)
            && let Some(params) = self.choice.values.get(root)
        {
            choice.values.insert(root.clone(), *params);
        }
        Ok(write(&self.float, &self.plan, &choice)?.model)
    }
}
