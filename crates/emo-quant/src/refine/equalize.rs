use std::collections::BTreeMap;

use emo_onnx::{GraphView, Model, Node};
use ndarray::{Array2, ArrayD, Axis};

use crate::{
    QuantError, Runner,
    quantizer::{Granularity, Kind, Layer, Plan, Precision, QuantizeConfig},
};

/// Two layers between which each channel's numbers may be multiplied by a factor of its own.
#[derive(Debug)]
struct Pair {
    /// Places among the plan's layers.
    first: usize,
    second: usize,
    /// The upper bound that lies between them, which the largest number after scaling must not leave.
    bound: Option<f32>,
}

/// What is known of the numbers of each channel that the second layer reads.
#[derive(Debug, Clone)]
struct Channels {
    low: Vec<f32>,
    high: Vec<f32>,
    square: Vec<f64>,
    count: f64,
}

/// The model with channels scaled between layers so that one scale for all of them loses less, and the names of the
/// layers in front of which that was done. What the model computes stays the same, but for inputs beyond those of the
/// calibration data where a bound (`Clip`) lies between the layers.
///
/// Factors are powers of what the channel's root mean square lacks of the largest one; the power is that with the
/// least expected noise of the second layer's outputs, from the rounding of its inputs and of its weights together.
///
/// # References
/// M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019,
/// doi:10.1109/ICCV.2019.00141. G. Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for
/// Large Language Models", ICML 2023, arXiv:2211.10438.
pub(crate) fn equalized(
    model: &Model,
    plan: &Plan,
    config: &QuantizeConfig,
    runner: &mut dyn Runner,
) -> Result<(Model, Vec<String>), QuantError> {
    let inference = model.infer()?;
    let view = GraphView::new(model, &inference);
    let pairs = pairs(&view, plan);
    if pairs.is_empty() {
        return Ok((model.clone(), Vec::new()));
    }
    let channels = observe(model, plan, &pairs, runner)?;
    let mut layers: BTreeMap<usize, Layer> = BTreeMap::new();
    let mut scaled = Vec::new();
    for (pair, channels) in pairs.iter().zip(&channels) {
        let mut second = layers
            .remove(&pair.second)
            .unwrap_or_else(|| plan.layers[pair.second].clone());
        let mut first = layers
            .remove(&pair.first)
            .unwrap_or_else(|| plan.layers[pair.first].clone());
        if let Some(factors) = best_factors(&first, &second, channels, pair.bound, config) {
            for (mut row, factor) in first.weight.axis_iter_mut(Axis(0)).zip(&factors) {
                row.mapv_inplace(|w| w * factor);
            }
            for (bias, factor) in first.bias.iter_mut().flatten().zip(&factors) {
                *bias *= factor;
            }
            let columns = Columns::new(&second, factors.len());
            for ((output, input), w) in second.weight.indexed_iter_mut() {
                *w /= factors[columns.channel(output, input)];
            }
            scaled.push(second.name.clone());
        }
        layers.insert(pair.first, first);
        layers.insert(pair.second, second);
    }
    let mut changed = model.clone();
    for (at, layer) in &layers {
        let node = &model.graph().nodes()[layer.node];
        if layer.weight != plan.layers[*at].weight {
            changed.set_initializer(&node.inputs[1], layer.to_file_shape(&layer.weight))?;
        }
        if let (Some(bias), Some(name)) = (&layer.bias, node.input(2))
            && layer.bias != plan.layers[*at].bias
        {
            changed.set_initializer(name, ndarray::Array1::from(bias.clone()).into_dyn())?;
        }
    }
    Ok((changed, scaled))
}

/// Pairs of quantized layers with nothing between them that tells factors from numbers.
fn pairs(view: &GraphView<'_>, plan: &Plan) -> Vec<Pair> {
    let owns = |layer: &Layer, input: usize| {
        let node = view.graph().nodes().get(layer.node);
        match node.and_then(|node| node.input(input)) {
            None => true,
            Some(name) => {
                let shaped = input != 2
                    || view
                        .constant(name)
                        .is_some_and(|b| b.shape() == [layer.weight.nrows()]);
                view.only_reader(name).is_some() && shaped
            }
        }
    };
    let mut pairs = Vec::new();
    for (first, layer) in plan.layers.iter().enumerate() {
        if !owns(layer, 1) || !owns(layer, 2) {
            continue;
        }
        let mut value = layer.output.as_str();
        let mut bound = None;
        while let Some((index, node)) = view.only_reader(value) {
            if let Some(second) = plan.layers.iter().position(|layer| layer.node == index) {
                let reader = &plan.layers[second];
                let fits = reader.input == value
                    && plan.precisions[second] == Precision::Integer
                    && owns(reader, 1)
                    && Columns::fit(reader, layer.weight.nrows());
                if fits {
                    pairs.push(Pair {
                        first,
                        second,
                        bound,
                    });
                }
                break;
            }
            match between(view, node) {
                Between::Nothing => {}
                Between::Bound(high) if bound.is_none() => bound = Some(high),
                Between::Bound(_) | Between::Other => break,
            }
            let Some(output) = node.output(0) else { break };
            value = output;
        }
    }
    pairs
}

enum Between {
    /// Factors above 0 pass.
    Nothing,
    /// They pass below this number.
    Bound(f32),
    Other,
}

fn between(view: &GraphView<'_>, node: &Node) -> Between {
    let is = |op_types: &[&str]| op_types.iter().any(|op| node.is(op));
    let flat = node.is("Flatten") && node.int("axis", 1).is_ok_and(|axis| axis == 1);
    if flat
        || is(&[
            "Relu",
            "LeakyRelu",
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Identity",
        ])
    {
        return Between::Nothing;
    }
    if node.is("PRelu")
        && node
            .input(1)
            .is_some_and(|slope| view.constant(slope).is_some())
    {
        return Between::Nothing;
    }
    let number = |index: usize| {
        Some(
            *view
                .constant_input(node, index)?
                .as_array::<f32>()?
                .first()?,
        )
    };
    match (node.is("Clip"), number(1), number(2)) {
        (true, Some(0.0), Some(high)) if high > 0.0 => Between::Bound(high),
        _ => Between::Other,
    }
}

/// Which channel each weight of a layer belongs to.
struct Columns {
    /// Weights of an output for each channel that it reads.
    per_channel: usize,
    outputs_per_group: usize,
    channels_per_group: usize,
}

impl Columns {
    fn fit(layer: &Layer, n_channels: usize) -> bool {
        let of_groups = n_channels / layer.groups();
        let is_conv = matches!(layer.kind, Kind::Conv(_));
        n_channels.is_multiple_of(layer.groups())
            && of_groups > 0
            && layer.weight.ncols().is_multiple_of(of_groups)
            && (is_conv || layer.rank == 2)
    }

    fn new(layer: &Layer, n_channels: usize) -> Self {
        let channels_per_group = n_channels / layer.groups();
        Self {
            per_channel: layer.weight.ncols() / channels_per_group,
            outputs_per_group: layer.weight.nrows() / layer.groups(),
            channels_per_group,
        }
    }

    fn channel(&self, output: usize, input: usize) -> usize {
        output / self.outputs_per_group * self.channels_per_group + input / self.per_channel
    }
}

fn observe(
    model: &Model,
    plan: &Plan,
    pairs: &[Pair],
    runner: &mut dyn Runner,
) -> Result<Vec<Channels>, QuantError> {
    let mut names: Vec<&str> = pairs
        .iter()
        .map(|pair| plan.layers[pair.second].input.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let places: Vec<usize> = pairs
        .iter()
        .map(|pair| names.partition_point(|name| *name < plan.layers[pair.second].input.as_str()))
        .collect();
    let mut all: Vec<Channels> = pairs
        .iter()
        .map(|pair| {
            let n = plan.layers[pair.first].weight.nrows();
            Channels {
                low: vec![0.0; n],
                high: vec![0.0; n],
                square: vec![0.0; n],
                count: 0.0,
            }
        })
        .collect();
    runner.run(&model.with_outputs(&names)?, &mut |values| {
        for (channels, &place) in all.iter_mut().zip(&places) {
            channels.observe(values.get(place).ok_or(QuantError::NoData)?)?;
        }
        Ok(())
    })?;
    Ok(all)
}

impl Channels {
    fn observe(&mut self, value: &ArrayD<f32>) -> Result<(), QuantError> {
        crate::calibrator::check_finite(value)?;
        let value = value.as_standard_layout();
        let flat = value.as_slice().expect("the layout is standard");
        let n = self.low.len();
        // One example's channels, or the features of a flattened one, which begin with all of the first channel.
        let batch = value.shape().first().copied().unwrap_or(1).max(1);
        let len = flat.len() / batch / n;
        for (at, part) in flat.chunks_exact(len.max(1)).enumerate() {
            let channel = at % n;
            for &x in part {
                self.low[channel] = self.low[channel].min(x);
                self.high[channel] = self.high[channel].max(x);
                self.square[channel] += f64::from(x) * f64::from(x);
            }
        }
        self.count += (len * batch) as f64;
        Ok(())
    }
}

/// Powers that are tried.
const POWERS: [f32; 4] = [0.25, 0.5, 0.75, 1.0];
/// A channel counts as having at least this part of the largest one's size: otherwise factors for dead ones explode.
const LEAST_PART: f32 = 1.0 / 64.0;

/// The factor of each channel, or none if it is best to leave them.
fn best_factors(
    first: &Layer,
    second: &Layer,
    channels: &Channels,
    bound: Option<f32>,
    config: &QuantizeConfig,
) -> Option<Vec<f32>> {
    let sizes: Vec<f32> = channels
        .square
        .iter()
        .map(|square| (square / channels.count.max(1.0)).sqrt() as f32)
        .collect();
    let largest = sizes.iter().copied().fold(0.0, f32::max);
    if largest <= 0.0 {
        return None;
    }
    let columns = Columns::new(second, sizes.len());
    // A channel that is bounded must stay below the bound, which stays where it is.
    let most = |channel: usize| match bound {
        None => f32::INFINITY,
        Some(bound) => (bound / (1.1 * channels.high[channel].max(f32::MIN_POSITIVE))).max(1.0),
    };
    let mut candidates: Vec<Vec<f32>> = POWERS
        .iter()
        .map(|&power| {
            sizes
                .iter()
                .enumerate()
                .map(|(channel, size)| {
                    let factor = (largest / size.max(largest * LEAST_PART)).powf(power);
                    factor.min(most(channel))
                })
                .collect()
        })
        .collect();
    if first.granularity(config.granularity) == Granularity::PerTensor && bound.is_none() {
        candidates.push(weight_factors(first, second, &columns, sizes.len()));
    }
    let noise =
        |factors: &[f32]| expected_noise(first, second, &columns, channels, factors, config);
    let as_it_is = noise(&vec![1.0; sizes.len()]);
    let (least, best) = candidates
        .into_iter()
        .map(|factors| (noise(&factors), factors))
        .min_by(|left, right| left.0.total_cmp(&right.0))?;
    // Less than that is within what the estimate is worth.
    (least < 0.95 * as_it_is).then_some(best)
}

/// The factors that give weights of the same range to each channel on both sides: `√(r₁ r₂) / r₁`.
fn weight_factors(first: &Layer, second: &Layer, columns: &Columns, n: usize) -> Vec<f32> {
    let before: Vec<f32> = first
        .weight
        .rows()
        .into_iter()
        .map(|row| row.iter().fold(0.0_f32, |m, w| m.max(w.abs())))
        .collect();
    let mut behind = vec![0.0_f32; n];
    for ((output, input), w) in second.weight.indexed_iter() {
        let range = &mut behind[columns.channel(output, input)];
        *range = range.max(w.abs());
    }
    before
        .iter()
        .zip(&behind)
        .map(|(&r1, &r2)| {
            if r1 > 0.0 && r2 > 0.0 {
                (r2 / r1).sqrt()
            } else {
                1.0
            }
        })
        .collect()
}

/// The mean square by which rounding inputs and weights moves the second layer's outputs, summed over these, if errors
/// of rounding are even and independent.
fn expected_noise(
    first: &Layer,
    second: &Layer,
    columns: &Columns,
    channels: &Channels,
    factors: &[f32],
    config: &QuantizeConfig,
) -> f64 {
    let (mut low, mut high) = (0.0_f32, 0.0_f32);
    for ((l, h), factor) in channels.low.iter().zip(&channels.high).zip(factors) {
        low = low.min(l * factor);
        high = high.max(h * factor);
    }
    let steps = |scheme: crate::QuantScheme| f64::from(1_u32 << scheme.bits()) - 1.0;
    let width = match config.activations.symmetry() {
        crate::Symmetry::Affine => high - low,
        crate::Symmetry::Symmetric => 2.0 * high.max(-low),
    };
    let input_noise = (f64::from(width) / steps(config.activations)).powi(2) / 12.0;
    let mut noise = 0.0;
    let largest =
        |weights: &mut dyn Iterator<Item = f32>| weights.fold(0.0_f32, |max, w| max.max(w.abs()));
    let scaled: Array2<f32> = Array2::from_shape_fn(second.weight.dim(), |(output, input)| {
        second.weight[[output, input]] / factors[columns.channel(output, input)]
    });
    let of_all = largest(&mut scaled.iter().copied());
    for (output, row) in scaled.rows().into_iter().enumerate() {
        let range = match second.granularity(config.granularity) {
            Granularity::PerTensor => of_all,
            _ => largest(&mut row.iter().copied()),
        };
        let weight_noise = (2.0 * f64::from(range) / steps(config.weights)).powi(2) / 12.0;
        for (input, &w) in row.iter().enumerate() {
            let channel = columns.channel(output, input);
            let square = channels.square[channel] / channels.count.max(1.0)
                * f64::from(factors[channel]).powi(2);
            noise += f64::from(w).powi(2) * input_noise + weight_noise * square;
        }
    }
    if first.granularity(config.granularity) == Granularity::PerTensor {
        // What the first layer's weights lose reaches each channel in proportion to its own size.
        let rows = first.weight.rows().into_iter().zip(factors);
        let range = rows
            .clone()
            .map(|(row, f)| f * largest(&mut row.iter().copied()))
            .fold(0.0_f32, f32::max);
        let step = (2.0 * f64::from(range) / steps(config.weights)).powi(2) / 12.0;
        for (channel, (row, factor)) in rows.enumerate() {
            let power: f64 = row.iter().map(|&w| f64::from(w).powi(2)).sum();
            if power > 0.0 {
                let relative = step * row.len() as f64 / (power * f64::from(*factor).powi(2));
                let square = channels.square[channel] / channels.count.max(1.0);
                let reach: f64 = second
                    .weight
                    .indexed_iter()
                    .filter(|((output, input), _)| columns.channel(*output, *input) == channel)
                    .map(|(_, &w)| f64::from(w).powi(2))
                    .sum();
                noise += relative * square * reach;
            }
        }
    }
    noise
}
