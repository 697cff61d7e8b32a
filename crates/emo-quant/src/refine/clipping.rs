use emo_tensor::QuantParams;
use ndarray::{Array2, Axis};

use crate::{
    ClipRange, QuantError, QuantScheme,
    quantizer::{Layer, Rows},
};

/// The parts of a range that are tried.
const PARTS: [f32; 12] = [
    1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5, 0.4, 0.3,
];
/// The rows that are looked at.
const MAX_ROWS: usize = 512;
/// How much worse than the best a wider range may be.
const SLACK: f64 = 1.05;
/// The products that one try may take.
const MAX_PRODUCTS: usize = 1 << 28;

/// Scale and zero point for the inputs of layers with which their outputs come nearest to what they should be: parts of
/// the observed range, each bound for itself, and the calibrated one.
pub(crate) fn best_range(
    readers: &[(&Layer, &Rows)],
    calibrated: ClipRange,
    observed: ClipRange,
    scheme: QuantScheme,
) -> Result<QuantParams, QuantError> {
    let readers: Vec<(&Layer, Rows)> = readers
        .iter()
        .map(|&(layer, rows)| {
            let limit = (MAX_PRODUCTS / layer.weight.len().max(1)).clamp(16, MAX_ROWS);
            (layer, rows.thinned(limit))
        })
        .collect();
    let loss = |params: QuantParams| -> f64 {
        readers
            .iter()
            .map(|(layer, rows)| output_error(layer, rows, params))
            .sum()
    };
    let mut tried: Vec<(f64, f32, QuantParams)> = Vec::new();
    let mut consider = |range: ClipRange| -> Result<f64, QuantError> {
        let params = range.params(scheme)?;
        let error = loss(params);
        tried.push((error, range.max() - range.min(), params));
        Ok(error)
    };
    consider(calibrated)?;
    let (min, max) = (observed.min(), observed.max());
    let mut joint = (f64::INFINITY, 1.0);
    for part in PARTS {
        let error = consider(ClipRange::new(min * part, max * part)?)?;
        if error < joint.0 {
            joint = (error, part);
        } else if error > 4.0 * joint.0 {
            break;
        }
    }
    if min < 0.0 && max > 0.0 {
        let part = joint.1;
        for other in PARTS {
            consider(ClipRange::new(min * other, max * part)?)?;
            consider(ClipRange::new(min * part, max * other)?)?;
        }
    }
    let least = tried
        .iter()
        .map(|&(error, ..)| error)
        .fold(f64::INFINITY, f64::min);
    // Further data reaches further: of what is nearly as good the widest.
    tried
        .into_iter()
        .filter(|&(error, ..)| error <= least * SLACK)
        .max_by(|left, right| left.1.total_cmp(&right.1))
        .map(|(.., params)| params)
        .ok_or(QuantError::NoData)
}

/// The mean square by which a float layer's outputs on quantized inputs are off, apart from their means, which a bias
/// sets right; relative to their variance.
fn output_error(layer: &Layer, rows: &Rows, params: QuantParams) -> f64 {
    let n_outputs = layer.weight.nrows() / layer.groups();
    let (mut error, mut power) = (0.0, 0.0);
    for (group, (inputs, targets)) in rows.inputs.iter().zip(&rows.targets).enumerate() {
        let from = group * n_outputs;
        let weight = layer.weight.slice(ndarray::s![from..from + n_outputs, ..]);
        let off = targets - inputs.mapv(|x| params.round_trip(x)).dot(&weight.t());
        error += variance(&off);
        power += variance(targets);
    }
    if power > 0.0 { error / power } else { error }
}

fn variance(rows: &Array2<f32>) -> f64 {
    rows.axis_iter(Axis(1))
        .map(|column| {
            let n = column.len().max(1) as f64;
            let mean = column.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
            column
                .iter()
                .map(|&x| (f64::from(x) - mean).powi(2))
                .sum::<f64>()
                / n
        })
        .sum()
}
