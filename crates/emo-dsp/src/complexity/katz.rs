use crate::DspError;

use super::moments::check_signal;

/// Katz's fractal dimension: `lg(L/a) / lg(d/a)`.
///
/// `L` is the sum of the steps between samples, `a` their mean, `d` the largest distance of a sample from the first,
/// all along the signal's axis alone, as in antropy, NeuroKit2 and mne-features. 1 for a monotone signal.
///
/// # Errors
/// - [`DspError::SignalTooShort`] below 3 samples.
/// - [`DspError::NonFinite`] for a NaN or infinite sample.
/// - [`DspError::Undefined`] if the signal is constant, or if it never leaves the mean step around its first sample,
///   as where it only alternates: the formula has no value or a negative one then.
///
/// # References
/// M. J. Katz (1988). Fractals and the analysis of waveforms. Computers in Biology and Medicine 18(3).
/// doi:10.1016/0010-4825(88)90041-8.
pub fn katz_fd(signal: &[f64]) -> Result<f64, DspError> {
    check_signal(signal, 3)?;
    let undefined = |reason| DspError::Undefined {
        measure: "Katz's fractal dimension",
        reason,
    };
    let length: f64 = signal.windows(2).map(|x| (x[1] - x[0]).abs()).sum();
    let n_steps = (signal.len() - 1) as f64;
    let reach = signal
        .iter()
        .fold(0.0_f64, |reach, x| reach.max((x - signal[0]).abs()));
    let step = length / n_steps;
    if step <= 0.0 || !length.is_finite() {
        return Err(undefined(
            "the signal is constant or leaves the range of f64",
        ));
    }
    let ratio = reach / step;
    if ratio <= 1.0 || !ratio.is_finite() {
        return Err(undefined(
            "the signal stays within one step of its first sample",
        ));
    }
    Ok(n_steps.log10() / ratio.log10())
}
