//! From a float model to a quantized one.

mod compact;
mod config;
mod halves;
mod layer;
mod observe;
mod patches;
mod plan;
mod prepare;
mod q_operator;
mod quantized;
mod rows;
mod weights;
mod write;

use std::collections::BTreeMap;

use emo_onnx::{GraphView, Model};
use emo_tensor::QuantParams;

use self::observe::Observations;
pub use self::{
    config::{
        Clipping, Ends, Equalization, Format, Granularity, Precision, QuantizeConfig, Rounding,
    },
    quantized::{LayerReport, QuantizedModel},
};
pub(crate) use self::{
    layer::{Kind, Layer},
    plan::Plan,
    rows::Rows,
    weights::{Params, QuantizedWeight},
    write::{Choice, StoredWeight, Written, write},
};
use crate::{QuantError, Runner, refine};

/// Makes quantized models of a float one.
///
/// The model is folded first ([`emo_onnx::default_passes`]): norms and standardizers go into layers, and filters with
/// nothing between them are put in the cheaper order. Then it is decided what becomes an integer:
/// - Layers with constant weights: convolutions, dense layers and matrix products; the names of those that are found
///   are [`layers`](Self::layers). Biases become `i32` in the units of their layer's sums.
/// - Their inputs, and those of sums, pools and joins that lead to such inputs. No value is rounded between a layer
///   and the activation behind it, and none in front of scores: the last layer gives `f32`.
/// - Nodes that only move elements (`MaxPool`, `Flatten`, `Reshape`, `Concat`, …) move integers and have no scale of
///   their own. `Relu` and `Clip` vanish where saturation does the same.
///
/// ```
/// use emo_quant::{
///     QuantError, QuantizeConfig, Quantizer, Runner, RunnerError, Visit,
///     emo_onnx::{GraphBuilder, Model},
///     emo_tensor::ElementType,
/// };
/// use ndarray::{Array2, ArrayD, arr2};
///
/// let mut graph = GraphBuilder::new("g");
/// let x = graph.input("x", ElementType::F32, &[1, 64]);
/// let weight = Array2::from_shape_fn((4, 64), |(o, i)| ((o * 64 + i) as f32).sin());
/// let y = graph.dense("y", &x, weight, None);
/// graph.output_of(&y);
/// let model = graph.build(17)?;
///
/// // A caller has a backend; this one knows that only the model's input is asked for.
/// struct Samples(Vec<ArrayD<f32>>);
/// impl Runner for Samples {
///     fn n_samples(&self) -> usize {
///         self.0.len()
///     }
///     fn run(
///         &mut self,
///         model: &Model,
///         visit: &mut Visit<'_>,
///     ) -> Result<(), QuantError> {
///         if model.graph().outputs()[0].name != "x" {
///             return Err(QuantError::Runner(RunnerError::new("no backend")));
///         }
///         self.0.iter().try_for_each(|sample| visit(std::slice::from_ref(sample)))
///     }
/// }
/// let mut samples = Samples(vec![ArrayD::from_shape_fn(vec![1, 64], |i| (i[1] as f32).cos())]);
///
/// let quantizer = Quantizer::new(&model, QuantizeConfig::plain())?;
/// let quantized = quantizer.quantize(&mut samples)?;
/// assert!(quantized.model().to_bytes().len() < model.to_bytes().len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Quantizer {
    config: QuantizeConfig,
    float: Model,
    plan: Plan,
}

impl Quantizer {
    /// Folds the model and decides what is to be quantized.
    ///
    /// # Errors
    /// [`QuantError::Onnx`] if the model contradicts itself or cannot be written for the opset that the settings need;
    /// [`QuantError::UnknownLayer`] if the settings name a layer that the model does not have.
    pub fn new(model: &Model, config: QuantizeConfig) -> Result<Self, QuantError> {
        let float = prepare::prepared(model, &config)?;
        let plan = plan_of(&float, &config)?;
        let named = config.precisions.keys().chain(&config.exclude);
        let nodes = || float.graph().nodes().iter().map(layer::layer_name);
        for name in named {
            if !nodes().any(|node| node == name) {
                return Err(QuantError::UnknownLayer { name: name.clone() });
            }
        }
        Ok(Self {
            config,
            float,
            plan,
        })
    }

    /// The model as it is after folding: what is quantized, and what quantized values are held against.
    pub fn float_model(&self) -> &Model {
        &self.float
    }

    /// The settings.
    pub fn config(&self) -> &QuantizeConfig {
        &self.config
    }

    /// The layers that have weights, in the order of the graph, and how each is to be computed.
    pub fn layers(&self) -> impl Iterator<Item = (&str, Precision)> {
        let names = self.plan.layers.iter().map(|layer| layer.name.as_str());
        names.zip(self.plan.precisions.iter().copied())
    }

    /// The number of weights of each layer, in the same order.
    pub fn weight_counts(&self) -> impl Iterator<Item = usize> {
        self.plan.layers.iter().map(|layer| layer.weight.len())
    }

    /// The same with other settings, without folding anew.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_config(&self, config: QuantizeConfig) -> Result<Self, QuantError> {
        Self::new(&self.float, config)
    }

    /// Quantizes by what the samples say.
    ///
    /// # Errors
    /// As [`quantize_with`](Self::quantize_with).
    pub fn quantize(&self, runner: &mut dyn Runner) -> Result<QuantizedModel, QuantError> {
        self.quantize_with(runner, &mut |_, _| {})
    }

    /// Quantizes by what the samples say, and tells `progress` how many layers are done, and of how many.
    ///
    /// Layers are taken in the order of the graph, each with what those before it then give: its input's range is
    /// chosen, its channels' scales, its weights' integers and its bias.
    ///
    /// *Cost*: two runs of all samples for each layer, if anything is refined; two in all otherwise.
    ///
    /// # Errors
    /// [`QuantError::Runner`] if the models cannot be run, [`QuantError::NotFinite`] and [`QuantError::NoData`] if
    /// what comes out is of no use, [`QuantError::Onnx`] if the model cannot be written.
    pub fn quantize_with(
        &self,
        runner: &mut dyn Runner,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<QuantizedModel, QuantError> {
        let (float, plan, equalized) = self.equalized(runner)?;
        let observations = Observations::of(&float, &plan, &self.config, runner)?;
        let mut choice = Choice::default();
        let is_refined =
            self.config.clipping == Clipping::Search || self.config.rounding == Rounding::Adaptive;
        for root in observations.roots() {
            if !is_refined || plan.readers_of(root).next().is_none() {
                choice
                    .values
                    .insert(root.to_owned(), self.calibrated(&observations, root)?);
            }
        }
        let n_layers = plan.layers.len();
        for (at, layer) in plan.layers.iter().enumerate() {
            progress(at, n_layers);
            if !is_refined {
                self.round_nearest(&plan, at, &mut choice)?;
                continue;
            }
            self.refine_layer(
                runner,
                &float,
                &plan,
                &observations,
                (at, layer),
                &mut choice,
            )?;
        }
        progress(n_layers, n_layers);
        QuantizedModel::new(self, float, plan, choice, equalized)
    }

    /// Quantizes weights alone, to the nearest integer: no data is needed, and layers whose activations should be
    /// quantized as well are treated as [`Precision::WeightOnly`].
    ///
    /// # Errors
    /// [`QuantError::Onnx`] if the model cannot be written.
    pub fn quantize_weights(&self) -> Result<QuantizedModel, QuantError> {
        let mut plan = self.plan.clone();
        for precision in &mut plan.precisions {
            if *precision == Precision::Integer {
                *precision = Precision::WeightOnly(self.config.weights, self.config.granularity);
            }
        }
        plan.roots.clear();
        plan.movers.clear();
        let mut choice = Choice::default();
        for at in 0..plan.layers.len() {
            self.round_nearest(&plan, at, &mut choice)?;
        }
        QuantizedModel::new(self, self.float.clone(), plan, choice, Vec::new())
    }

    fn equalized(&self, runner: &mut dyn Runner) -> Result<(Model, Plan, Vec<String>), QuantError> {
        let has_integers = self.plan.precisions.contains(&Precision::Integer);
        if self.config.equalization == Equalization::None || !has_integers {
            return Ok((self.float.clone(), self.plan.clone(), Vec::new()));
        }
        let (float, names) = refine::equalized(&self.float, &self.plan, &self.config, runner)?;
        let plan = plan_of(&float, &self.config)?;
        Ok((float, plan, names))
    }

    fn calibrated(
        &self,
        observations: &Observations,
        root: &str,
    ) -> Result<QuantParams, QuantError> {
        observations
            .calibrated(root)?
            .params(self.config.activations)
    }

    fn round_nearest(&self, plan: &Plan, at: usize, choice: &mut Choice) -> Result<(), QuantError> {
        let layer = &plan.layers[at];
        let stored = match plan.precisions[at] {
            Precision::Float => return Ok(()),
            Precision::Half => StoredWeight::Half,
            Precision::WeightOnly(scheme, granularity) => {
                let params = Params::of_range(layer, &layer.weight, scheme, granularity, &|_| 1.0)?;
                StoredWeight::Integers(QuantizedWeight::nearest(&layer.weight, params, scheme))
            }
            Precision::Integer => {
                let granularity = self.config.granularity;
                let params = Params::of_range(
                    layer,
                    &layer.weight,
                    self.config.weights,
                    granularity,
                    &|_| 1.0,
                )?;
                let input = choice.input_of(plan, layer);
                let params = params.fit_for_bias(input, layer.bias.as_deref())?;
                StoredWeight::Integers(QuantizedWeight::nearest(
                    &layer.weight,
                    params,
                    self.config.weights,
                ))
            }
        };
        choice.weights.insert(at, stored);
        Ok(())
    }

    fn refine_layer(
        &self,
        runner: &mut dyn Runner,
        float: &Model,
        plan: &Plan,
        observations: &Observations,
        (at, layer): (usize, &Layer),
        choice: &mut Choice,
    ) -> Result<(), QuantError> {
        let (scheme, granularity) = match plan.precisions[at] {
            Precision::Float | Precision::Half => return self.round_nearest(plan, at, choice),
            Precision::WeightOnly(scheme, granularity) => (scheme, granularity),
            Precision::Integer => (self.config.weights, self.config.granularity),
        };
        let written = write(float, plan, choice)?;
        let input = written.names.get(&layer.input).unwrap_or(&layer.input);
        let rows = rows::collect(
            runner,
            layer,
            float,
            &written.model,
            input,
            self.config.max_rows,
        )?;
        let mut quantized_rows = None;
        if plan.precisions[at] == Precision::Integer
            && let Some(root) = plan.roots.get(&layer.input)
        {
            let params = match choice.values.get(root) {
                Some(&chosen) => chosen,
                None => {
                    let calibrated = observations.calibrated(root)?;
                    match self.config.clipping {
                        Clipping::Calibrated => calibrated.params(self.config.activations)?,
                        Clipping::Search => refine::best_range(
                            &[(layer, &rows)],
                            calibrated,
                            observations.observed(root)?,
                            self.config.activations,
                        )?,
                    }
                }
            };
            choice.values.insert(root.clone(), params);
            quantized_rows = Some(rows.quantized(params));
        }
        if self.config.rounding == Rounding::Nearest {
            return self.round_nearest(plan, at, choice);
        }
        let inputs = quantized_rows.as_ref().unwrap_or(&rows.inputs);
        let params = weight_params(layer, inputs, scheme, granularity)?;
        let params = params.fit_for_bias(choice.input_of(plan, layer), layer.bias.as_deref())?;
        let zeros = vec![0.0; layer.weight.nrows()];
        let bias = layer
            .has_bias()
            .then(|| layer.bias.as_ref().unwrap_or(&zeros));
        let n_outputs = layer.weight.nrows() / layer.groups();
        let mut integers = Vec::new();
        let mut shifted = Vec::new();
        for (group, inputs) in inputs.iter().enumerate() {
            let outputs = group * n_outputs..(group + 1) * n_outputs;
            let weight = layer
                .weight
                .slice(ndarray::s![outputs.clone(), ..])
                .to_owned();
            let rounded = refine::round(&refine::Group {
                inputs,
                targets: &rows.targets[group],
                weight: &weight,
                bias: bias.map(|bias| &bias[outputs.clone()]),
                params: &params,
                first_output: outputs.start,
                rows_per_sample: rows.rows_per_sample,
            });
            integers.push(rounded.integers);
            if let Some(bias) = bias {
                let shift = bias[outputs].iter().zip(rounded.shifts);
                shifted.extend(shift.map(|(bias, shift)| bias + shift));
            }
        }
        let views: Vec<_> = integers.iter().map(|part| part.view()).collect();
        let integers =
            ndarray::concatenate(ndarray::Axis(0), &views).expect("all groups have as many inputs");
        choice.weights.insert(
            at,
            StoredWeight::Integers(QuantizedWeight {
                integers,
                params,
                scheme,
            }),
        );
        if bias.is_some() {
            choice.biases.insert(at, shifted);
        }
        Ok(())
    }
}

fn plan_of(float: &Model, config: &QuantizeConfig) -> Result<Plan, QuantError> {
    let inference = float.infer()?;
    Ok(Plan::new(&GraphView::new(float, &inference), config))
}

/// The scales of a layer's weights: of each output or block the part of its range with the least square error, each
/// input counted by its mean square.
fn weight_params(
    layer: &Layer,
    inputs: &[ndarray::Array2<f32>],
    scheme: crate::QuantScheme,
    granularity: Granularity,
) -> Result<Params, QuantError> {
    /// The error of each output or block.
    type Errors = BTreeMap<(usize, usize), f64>;
    /// The parts of a range that are tried. Below 8 bits much of it may be worth giving up.
    const PARTS: [f32; 9] = [1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.75, 0.7, 0.6];
    let squares: Vec<Vec<f32>> = inputs
        .iter()
        .map(|rows| {
            let factor = 1.0 / rows.nrows().max(1) as f32;
            rows.columns()
                .into_iter()
                .map(|column| column.dot(&column) * factor)
                .collect()
        })
        .collect();
    let n_outputs = layer.weight.nrows() / layer.groups();
    let mut best: Option<(Params, Errors)> = None;
    for part in PARTS {
        let params = Params::of_range(layer, &layer.weight, scheme, granularity, &|_| part)?;
        let mut errors = Errors::new();
        for ((output, input), &w) in layer.weight.indexed_iter() {
            let off = f64::from(params.of(output, input).round_trip(w) - w);
            let square = squares[output / n_outputs]
                .get(input)
                .copied()
                .unwrap_or_default();
            *errors.entry(params.place(output, input)).or_default() +=
                off * off * f64::from(square);
        }
        match &mut best {
            None => best = Some((params, errors)),
            Some((chosen, least)) => {
                for (place, error) in errors {
                    let old = least.entry(place).or_insert(f64::INFINITY);
                    if error < *old {
                        *old = error;
                        chosen.take(place, &params);
                    }
                }
            }
        }
    }
    best.map(|(params, _)| params).ok_or(QuantError::NoData)
}
