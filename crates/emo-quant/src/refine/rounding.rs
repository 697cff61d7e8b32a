use emo_tensor::QuantParams;
use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, Axis};

use super::moments::Moments;
use crate::quantizer::Params;

/// Integers of one group of outputs, and their biases.
#[derive(Debug)]
pub(crate) struct Rounded {
    /// `[outputs, inputs]`.
    pub(crate) integers: Array2<i32>,
    /// What is to be added to the bias of each output.
    pub(crate) shifts: Vec<f32>,
}

/// How often all weights are gone through; few change after the second time.
const MAX_SWEEPS: usize = 6;

/// What the weights of one group of outputs are chosen by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group<'g> {
    /// `[rows, inputs]`, quantized.
    pub(crate) inputs: &'g Array2<f32>,
    /// `[rows, outputs]`: what the float layer gives with its bias.
    pub(crate) targets: &'g Array2<f32>,
    /// `[outputs, inputs]`, of the float layer.
    pub(crate) weight: &'g Array2<f32>,
    /// That of the float layer; none if the layer has no place for one.
    pub(crate) bias: Option<&'g [f32]>,
    /// Of the whole layer.
    pub(crate) params: &'g Params,
    /// Where the group begins among the layer's outputs.
    pub(crate) first_output: usize,
    /// How many rows come from one sample.
    pub(crate) rows_per_sample: usize,
}

/// How far products of different inputs may be trusted: what is tried.
const TRUSTS: [f32; 5] = [0.1, 0.3, 0.6, 0.85, 0.97];
/// The outputs for which that is tried; they tell of the others, since all have the same inputs.
const MAX_TRIED: usize = 24;

/// Rounds the weights of one group so that the layer's outputs on quantized inputs come as near as possible to those
/// of the float layer on its own inputs.
///
/// Beginning with the nearest integers, one weight after the other is moved to the integer with the least mean square
/// of the difference, until none is better elsewhere. That also undoes some of what the quantization of earlier layers
/// did. How far the products of different inputs are trusted, which a few samples tell little of, is chosen by what
/// it does for a quarter of the samples that is left out; if nothing helps these the nearest integers stay.
///
/// The method is coordinate descent on the objective of AdaRound, without its detour over continuous variables.
///
/// # References
/// M. Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", ICML 2020, arXiv:2004.10568.
/// Bias correction: M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
/// ICCV 2019, doi:10.1109/ICCV.2019.00141.
pub(crate) fn round(group: &Group<'_>) -> Rounded {
    let trust = group.best_trust();
    let integers = group.integers(trust);
    let shifts = match group.bias {
        None => vec![0.0; group.weight.nrows()],
        Some(bias) => {
            let errors = group.targets - group.inputs.dot(&group.reals(&integers).t());
            (0..group.weight.nrows())
                .map(|output| shift(errors.column(output), bias[output], group.rows_per_sample))
                .collect()
        }
    };
    Rounded { integers, shifts }
}

impl Group<'_> {
    fn params(&self, output: usize, input: usize) -> QuantParams {
        self.params.of(self.first_output + output, input)
    }

    fn nearest(&self) -> Array2<i32> {
        Array2::from_shape_fn(self.weight.dim(), |(output, input)| {
            self.params(output, input)
                .quantize(self.weight[[output, input]])
        })
    }

    fn reals(&self, integers: &Array2<i32>) -> Array2<f32> {
        Array2::from_shape_fn(integers.dim(), |(output, input)| {
            self.params(output, input)
                .dequantize(integers[[output, input]])
        })
    }

    /// The trust that helps samples which are left out most; 0 if none does.
    fn best_trust(&self) -> f32 {
        let rows_per_sample = self.rows_per_sample.max(1);
        let n_samples = self.inputs.nrows() / rows_per_sample;
        if n_samples < 8 {
            return 0.0;
        }
        let step = self.weight.nrows().div_ceil(MAX_TRIED);
        let (kept, left): (Vec<usize>, Vec<usize>) =
            (0..self.inputs.nrows()).partition(|row| row / rows_per_sample % 4 != 3);
        let outputs: Vec<usize> = (0..self.weight.nrows()).step_by(step).collect();
        let inputs = self.inputs.select(Axis(0), &kept);
        let all_targets = self.targets.select(Axis(1), &outputs);
        let targets = all_targets.select(Axis(0), &kept);
        let weight = self.weight.select(Axis(0), &outputs);
        let tried = Tried {
            group: self,
            outputs: &outputs,
            weight: &weight,
        };
        let (left_inputs, left_targets) = (
            self.inputs.select(Axis(0), &left),
            all_targets.select(Axis(0), &left),
        );
        let (means, target_means) = self.means(&inputs, &targets);
        let error = |integers: &Array2<i32>| -> f64 {
            let off = &left_targets
                - &target_means
                - (&left_inputs - &means).dot(&tried.reals(integers).t());
            off.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
        };
        let mut best = (error(&tried.nearest()), 0.0);
        let descent = Descent::new(&tried, &inputs, &targets, (&means, &target_means));
        for trust in TRUSTS {
            let error = error(&descent.run(&tried, trust));
            if error < best.0 {
                best = (error, trust);
            } else {
                break;
            }
        }
        best.1
    }

    fn means(&self, inputs: &Array2<f32>, targets: &Array2<f32>) -> (Array1<f32>, Array1<f32>) {
        match self.bias {
            Some(_) => (mean(inputs), mean(targets)),
            None => (
                Array1::zeros(inputs.ncols()),
                Array1::zeros(targets.ncols()),
            ),
        }
    }

    fn integers(&self, trust: f32) -> Array2<i32> {
        if trust <= 0.0 {
            return self.nearest();
        }
        let (means, target_means) = self.means(self.inputs, self.targets);
        let outputs: Vec<usize> = (0..self.weight.nrows()).collect();
        let tried = Tried {
            group: self,
            outputs: &outputs,
            weight: self.weight,
        };
        Descent::new(&tried, self.inputs, self.targets, (&means, &target_means)).run(&tried, trust)
    }
}

/// Some of a group's outputs.
struct Tried<'t> {
    group: &'t Group<'t>,
    outputs: &'t [usize],
    weight: &'t Array2<f32>,
}

impl Tried<'_> {
    fn params(&self, row: usize, input: usize) -> QuantParams {
        self.group.params(self.outputs[row], input)
    }

    fn nearest(&self) -> Array2<i32> {
        Array2::from_shape_fn(self.weight.dim(), |(row, input)| {
            self.params(row, input).quantize(self.weight[[row, input]])
        })
    }

    fn reals(&self, integers: &Array2<i32>) -> Array2<f32> {
        Array2::from_shape_fn(integers.dim(), |(row, input)| {
            self.params(row, input).dequantize(integers[[row, input]])
        })
    }
}

/// What descents from the nearest integers have in common.
struct Descent {
    moments: Moments,
    diagonal: Array1<f32>,
    /// Of each output: minus half the slope along each input, or the residual that it follows from.
    states: Array2<f32>,
    nearest: Array2<i32>,
}

impl Descent {
    fn new(
        tried: &Tried<'_>,
        inputs: &Array2<f32>,
        targets: &Array2<f32>,
        (means, target_means): (&Array1<f32>, &Array1<f32>),
    ) -> Self {
        let centred = inputs - means;
        let nearest = tried.nearest();
        let residual = targets - target_means - centred.dot(&tried.reals(&nearest).t());
        let moments = Moments::new(&centred);
        let part = (centred.nrows().max(1) as f32).recip();
        let states = match &moments {
            Moments::Matrix(_) => residual.t().dot(&centred) * part,
            Moments::Columns(_) => residual.t().as_standard_layout().to_owned() * part.sqrt(),
        };
        Self {
            diagonal: moments.diagonal(),
            moments,
            states,
            nearest,
        }
    }

    fn run(&self, tried: &Tried<'_>, trust: f32) -> Array2<i32> {
        let mut integers = self.nearest.clone();
        let mut rows: Vec<(usize, ArrayViewMut1<'_, i32>)> =
            integers.axis_iter_mut(Axis(0)).enumerate().collect();
        let descend = |(row, integers): &mut (usize, ArrayViewMut1<'_, i32>)| {
            let mut state = self.states.row(*row).to_owned();
            let params = |input: usize| tried.params(*row, input);
            descend(
                self,
                trust,
                tried.weight.row(*row),
                &params,
                integers,
                &mut state,
            );
        };
        #[cfg(feature = "rayon")]
        {
            use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
            rows.par_iter_mut().for_each(descend);
        }
        #[cfg(not(feature = "rayon"))]
        rows.iter_mut().for_each(descend);
        integers
    }
}

fn mean(rows: &Array2<f32>) -> Array1<f32> {
    rows.mean_axis(Axis(0))
        .unwrap_or_else(|| Array1::zeros(rows.ncols()))
}

/// Moves the weights of one output, one after the other.
fn descend(
    descent: &Descent,
    trust: f32,
    weight: ArrayView1<'_, f32>,
    params: &dyn Fn(usize) -> QuantParams,
    integers: &mut ArrayViewMut1<'_, i32>,
    state: &mut Array1<f32>,
) {
    let Descent {
        moments, diagonal, ..
    } = descent;
    for _ in 0..MAX_SWEEPS {
        let mut n_moved = 0_usize;
        for input in 0..weight.len() {
            let square = diagonal[input];
            if square <= 0.0 {
                continue;
            }
            let params = params(input);
            let slope = match moments {
                Moments::Matrix(_) => state[input],
                Moments::Columns(columns) => columns.row(input).dot(state),
            };
            let integer = integers[input];
            let off = params.dequantize(integer) - weight[input];
            let best = (trust * slope - (1.0 - trust) * square * off) / (square * params.scale());
            let (lowest, highest) = params.integer_range();
            let steps = (best.round_ties_even().clamp(-4.0, 4.0) as i32)
                .clamp(lowest - integer, highest - integer);
            if steps == 0 {
                continue;
            }
            integers[input] = integer + steps;
            n_moved += 1;
            let change = steps as f32 * params.scale();
            match moments {
                Moments::Matrix(matrix) => state.scaled_add(-change, &matrix.row(input)),
                Moments::Columns(columns) => state.scaled_add(-change, &columns.row(input)),
            }
        }
        if n_moved * 1000 < weight.len() {
            break;
        }
    }
}

/// How far the bias is off, as far as the samples agree on it.
fn shift(errors: ArrayView1<'_, f32>, bias: f32, rows_per_sample: usize) -> f32 {
    let per_sample: Vec<f64> = errors
        .iter()
        .collect::<Vec<_>>()
        .chunks(rows_per_sample.max(1))
        .map(|chunk| {
            let sum: f64 = chunk
                .iter()
                .map(|&&error| f64::from(error) - f64::from(bias))
                .sum();
            sum / chunk.len() as f64
        })
        .collect();
    let n = per_sample.len() as f64;
    let mean = per_sample.iter().sum::<f64>() / n.max(1.0);
    if per_sample.len() < 2 {
        return mean as f32;
    }
    let variance = per_sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n;
    let square = mean * mean;
    // The mean of a few samples is off itself, which counts for as much as what it tells.
    match square + variance > 0.0 {
        true => (mean * square / (square + variance)) as f32,
        false => 0.0,
    }
}
