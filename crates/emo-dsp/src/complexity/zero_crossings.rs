use crate::DspError;

use super::moments::check_signal;

/// When a signal crosses 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZeroCrossingRule {
    /// Whenever the sign changes from one sample to the next; 0 is positive and −0 negative. As antropy; librosa's
    /// sum with `pad=True` is one more.
    SignBit,
    /// Whenever the sign changes, and whenever it arrives at 0 or starts there; what is nearer to 0 than 2⁻⁵² is 0. As
    /// mne-features.
    Arrival,
}

/// How often a signal crosses 0.
///
/// ```
/// use emo_dsp::{ZeroCrossingRule, zero_crossings};
///
/// let signal = [1.0, 0.0, 1.0, -1.0];
/// assert_eq!(zero_crossings(&signal, ZeroCrossingRule::SignBit)?, 1);
/// assert_eq!(zero_crossings(&signal, ZeroCrossingRule::Arrival)?, 2);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # Errors
/// - [`DspError::SignalTooShort`] for an empty signal.
/// - [`DspError::NonFinite`] for a NaN or infinite sample.
pub fn zero_crossings(signal: &[f64], rule: ZeroCrossingRule) -> Result<usize, DspError> {
    check_signal(signal, 1)?;
    let count = match rule {
        ZeroCrossingRule::SignBit => signal
            .windows(2)
            .filter(|x| x[0].is_sign_negative() != x[1].is_sign_negative())
            .count(),
        ZeroCrossingRule::Arrival => {
            let is_zero = |x: f64| x.abs() < f64::EPSILON;
            let crosses = |x: &&[f64]| match (is_zero(x[0]), is_zero(x[1])) {
                (false, true) => true,
                (false, false) => (x[0] < 0.0) != (x[1] < 0.0),
                _ => false,
            };
            usize::from(is_zero(signal[0])) + signal.windows(2).filter(crosses).count()
        }
    };
    Ok(count)
}
