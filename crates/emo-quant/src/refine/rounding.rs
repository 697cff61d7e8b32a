use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, Axis};

use super::moments::{Moments, shrinkage};
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

/// Rounds the weights of one group so that the layer's outputs on quantized inputs come as near as possible to those
/// of the float layer on its own inputs.
///
/// Beginning with the nearest integers, one weight after the other is moved to the integer with the least mean square
/// of the difference, until none is better elsewhere. Products of different inputs count as far as the data warrants
/// ([`shrinkage`]). That also undoes some of what the quantization of earlier layers did.
///
/// - `inputs`: `[rows, inputs]`, quantized.
/// - `targets`: `[rows, outputs]`, what the float layer gives with its bias.
/// - `bias`: that of the float layer; none if the layer has no place for one.
/// - `first_output`: where the group begins among the layer's outputs, for `params`.
///
/// The method is coordinate descent on the objective of AdaRound, without its detour over continuous variables.
///
/// # References
/// M. Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", ICML 2020, arXiv:2004.10568.
/// Bias correction: M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
/// ICCV 2019, doi:10.1109/ICCV.2019.00141.
pub(crate) fn round(
    inputs: &Array2<f32>,
    targets: &Array2<f32>,
    weight: &Array2<f32>,
    bias: Option<&[f32]>,
    params: &Params,
    first_output: usize,
    rows_per_sample: usize,
) -> Rounded {
    let (means, target_means) = match bias {
        Some(_) => (mean(inputs), mean(targets)),
        None => (
            Array1::zeros(inputs.ncols()),
            Array1::zeros(targets.ncols()),
        ),
    };
    let centred = inputs - &means;
    let nearest = |output: usize, input: usize| {
        params
            .of(first_output + output, input)
            .quantize(weight[[output, input]])
    };
    let mut integers =
        Array2::from_shape_fn(weight.dim(), |(output, input)| nearest(output, input));
    let reals = |integers: &Array2<i32>| {
        Array2::from_shape_fn(weight.dim(), |(output, input)| {
            params
                .of(first_output + output, input)
                .dequantize(integers[[output, input]])
        })
    };
    let rounded = reals(&integers);
    let residual = targets - &target_means - centred.dot(&rounded.t());
    let shrink = shrinkage(&centred, rows_per_sample);
    let moments = Moments::new(&centred);
    let diagonal = moments.diagonal();
    if shrink < 1.0 {
        let n_rows = (centred.nrows().max(1) as f32).recip();
        // Of each output: minus half the slope along each input, or the residual that it follows from.
        let states: Array2<f32> = match &moments {
            Moments::Matrix(_) => residual.t().dot(&centred) * n_rows,
            Moments::Columns(_) => residual.t().as_standard_layout().to_owned() * n_rows.sqrt(),
        };
        let mut rows: Vec<(usize, ArrayViewMut1<'_, i32>, Array1<f32>)> = integers
            .axis_iter_mut(Axis(0))
            .zip(states.axis_iter(Axis(0)))
            .enumerate()
            .map(|(output, (integers, state))| (output, integers, state.to_owned()))
            .collect();
        let descend =
            |(output, integers, state): &mut (usize, ArrayViewMut1<'_, i32>, Array1<f32>)| {
                let params = |input: usize| params.of(first_output + *output, input);
                descend(
                    &moments,
                    &diagonal,
                    shrink,
                    weight.row(*output),
                    &params,
                    integers,
                    state,
                );
            };
        #[cfg(feature = "rayon")]
        {
            use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
            rows.par_iter_mut().for_each(descend);
        }
        #[cfg(not(feature = "rayon"))]
        rows.iter_mut().for_each(descend);
    }
    let shifts = match bias {
        None => vec![0.0; weight.nrows()],
        Some(bias) => {
            let errors = targets - inputs.dot(&reals(&integers).t());
            (0..weight.nrows())
                .map(|output| shift(errors.column(output), bias[output], rows_per_sample))
                .collect()
        }
    };
    Rounded { integers, shifts }
}

fn mean(rows: &Array2<f32>) -> Array1<f32> {
    rows.mean_axis(Axis(0))
        .unwrap_or_else(|| Array1::zeros(rows.ncols()))
}

/// Moves the weights of one output, one after the other.
fn descend(
    moments: &Moments,
    diagonal: &Array1<f32>,
    shrink: f32,
    weight: ArrayView1<'_, f32>,
    params: &dyn Fn(usize) -> emo_tensor::QuantParams,
    integers: &mut ArrayViewMut1<'_, i32>,
    state: &mut Array1<f32>,
) {
    let trusted = 1.0 - shrink;
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
            let best = (trusted * slope - shrink * square * off) / (square * params.scale());
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
