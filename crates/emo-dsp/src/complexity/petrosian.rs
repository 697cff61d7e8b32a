use crate::DspError;

use super::moments::check_signal;

/// What a Petrosian dimension calls the length of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PetrosianLength {
    /// The number of samples, as antropy.
    Samples,
    /// The number of differences, one less, as NeuroKit2.
    Differences,
}

/// Petrosian's fractal dimension: `lg n / (lg n + lg(n / (n + 0.4·c)))`, with `c` the changes between rise and fall.
///
/// From 1 for a monotone or constant signal to about 1.05.
///
/// # Errors
/// - [`DspError::SignalTooShort`] below 3 samples.
/// - [`DspError::NonFinite`] for a NaN or infinite sample.
///
/// # References
/// A. Petrosian (1995). Kolmogorov complexity of finite sequences and recognition of different preictal EEG patterns.
/// CBMS. doi:10.1109/CBMS.1995.465426.
pub fn petrosian_fd(signal: &[f64], length: PetrosianLength) -> Result<f64, DspError> {
    check_signal(signal, 3)?;
    let changes = signal
        .windows(3)
        .filter(|x| (x[1] - x[0]).is_sign_negative() != (x[2] - x[1]).is_sign_negative())
        .count() as f64;
    let n = match length {
        PetrosianLength::Samples => signal.len() as f64,
        PetrosianLength::Differences => (signal.len() - 1) as f64,
    };
    let log = n.log10();
    Ok(log / (log + (n / (n + 0.4 * changes)).log10()))
}
