use emo_dsp::Complex64;

/// Correlation of two envelopes.
pub(super) fn correlation(first: &[Complex64], second: &[Complex64]) -> f64 {
    let envelope = |z: &[Complex64]| z.iter().map(|z| z.norm()).collect();
    pearson(envelope(first), envelope(second))
}

/// The mean over both directions of the magnitudes of what [`one_way`] gives.
pub(super) fn orthogonalized(first: &[Complex64], second: &[Complex64]) -> f64 {
    (one_way(first, second).abs() + one_way(second, first).abs()) / 2.0
}

/// Correlation of the second envelope with the part of the first signal that is a quarter period off the second.
fn one_way(first: &[Complex64], second: &[Complex64]) -> f64 {
    let orthogonal = first.iter().zip(second).map(|(x, y)| {
        let magnitude = y.norm();
        if magnitude > 0.0 {
            (x * y.conj()).im.abs() / magnitude
        } else {
            0.0
        }
    });
    pearson(
        orthogonal.collect(),
        second.iter().map(|z| z.norm()).collect(),
    )
}

/// 0 where one does not vary.
fn pearson(mut first: Vec<f64>, mut second: Vec<f64>) -> f64 {
    for values in [&mut first, &mut second] {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter_mut().for_each(|value| *value -= mean);
    }
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&first, &first) * product(&second, &second)).sqrt();
    if scale > 0.0 {
        product(&first, &second) / scale
    } else {
        0.0
    }
}
