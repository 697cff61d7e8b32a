use emo_onnx::Model;
use emo_tensor::QuantParams;
use ndarray::{Array2, ArrayD, Axis, s};

use super::layer::Layer;
use crate::{QuantError, Runner};

/// What a layer reads and what it should give, at some of the places where it computes: for each group of channels one
/// row for each place.
#[derive(Debug)]
pub(crate) struct Rows {
    /// `[rows, inputs of one output]`, one for each group.
    pub(crate) inputs: Vec<Array2<f32>>,
    /// `[rows, outputs of the group]`.
    pub(crate) targets: Vec<Array2<f32>>,
    /// How many rows come from one sample.
    pub(crate) rows_per_sample: usize,
}

/// Runs two models on the samples and keeps, for a layer, what it reads in `model` (there called `input`) and what it
/// gives in the float one.
pub(crate) fn collect(
    runner: &mut dyn Runner,
    layer: &Layer,
    float: &Model,
    model: &Model,
    input: &str,
    max_rows: usize,
) -> Result<Rows, QuantError> {
    let n_samples = runner.n_samples();
    let n_groups = layer.groups();
    let budget = max_rows.min(MAX_NUMBERS / (layer.weight.ncols() * n_groups).max(1));
    let per_sample = (budget / n_samples.max(1)).max(1);
    let n_outputs = layer.weight.nrows();
    let targets = gathered(
        runner,
        &float.with_outputs(&[&layer.output])?,
        n_groups,
        |value, group, sample| {
            let places = places(value.len() / n_outputs, per_sample, sample);
            layer.results(value, group, &places)
        },
    )?;
    let inputs = gathered(
        runner,
        &model.with_outputs(&[input])?,
        n_groups,
        |value, group, sample| {
            let places = places(layer.n_positions(value.shape()), per_sample, sample);
            layer.patches(value, group, &places)
        },
    )?;
    let n_rows = inputs.first().map_or(0, Array2::nrows);
    if n_samples == 0 || n_rows == 0 || targets.first().map_or(0, Array2::nrows) != n_rows {
        return Err(QuantError::NoData);
    }
    Ok(Rows {
        inputs,
        targets,
        rows_per_sample: n_rows / n_samples,
    })
}

/// How many numbers are kept of a layer's inputs.
const MAX_NUMBERS: usize = 1 << 24;

/// At most `limit` of `n` places, evenly spread and others for each sample.
fn places(n: usize, limit: usize, sample: usize) -> Vec<usize> {
    let len = limit.min(n);
    (0..len).map(|at| (at * n / len + sample * 7) % n).collect()
}

/// What `take` makes of the only output for each sample and group, the samples joined.
fn gathered(
    runner: &mut dyn Runner,
    model: &Model,
    n_groups: usize,
    take: impl Fn(&ArrayD<f32>, usize, usize) -> Array2<f32>,
) -> Result<Vec<Array2<f32>>, QuantError> {
    let mut parts: Vec<Vec<Array2<f32>>> = vec![Vec::new(); n_groups];
    let mut sample = 0;
    runner.run(model, &mut |values| {
        let value = first(values)?;
        for (group, parts) in parts.iter_mut().enumerate() {
            parts.push(take(value, group, sample));
        }
        sample += 1;
        Ok(())
    })?;
    match sample {
        0 => Err(QuantError::NoData),
        _ => Ok(joined(parts)),
    }
}

fn first(values: &[ArrayD<f32>]) -> Result<&ArrayD<f32>, QuantError> {
    let value = values.first().ok_or(QuantError::NoData)?;
    crate::calibrator::check_finite(value)?;
    Ok(value)
}

fn joined(parts: Vec<Vec<Array2<f32>>>) -> Vec<Array2<f32>> {
    parts
        .into_iter()
        .map(|parts| {
            let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
            ndarray::concatenate(Axis(0), &views).expect("all parts have as many columns")
        })
        .collect()
}

impl Rows {
    /// The same with inputs that are quantized.
    pub(crate) fn quantized(&self, params: QuantParams) -> Vec<Array2<f32>> {
        self.inputs
            .iter()
            .map(|rows| rows.mapv(|x| params.round_trip(x)))
            .collect()
    }

    /// At most so many of the rows, evenly spread.
    pub(crate) fn thinned(&self, limit: usize) -> Self {
        let n_rows = self.inputs.first().map_or(0, Array2::nrows);
        let step = n_rows.div_ceil(limit.max(1)).max(1);
        let thin = |rows: &Vec<Array2<f32>>| {
            rows.iter()
                .map(|rows| rows.slice(s![..;step, ..]).to_owned())
                .collect()
        };
        Self {
            inputs: thin(&self.inputs),
            targets: thin(&self.targets),
            rows_per_sample: 1,
        }
    }
}
