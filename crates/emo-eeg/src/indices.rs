use crate::EegError;

/// The powers of one channel in the bands of which indices are made, in any unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChannelBands {
    /// Theta, about 4–8 Hz.
    pub theta: f64,
    /// Alpha, about 8–13 Hz.
    pub alpha: f64,
    /// Beta, about 13–30 Hz.
    pub beta: f64,
}

/// `ln(α right) − ln(α left)`: above 0 where the left hemisphere is the more active one, which goes with approach.
///
/// # Errors
/// [`EegError::Undefined`] unless both powers are above 0.
///
/// # References
/// J. J. B. Allen, J. A. Coan, M. Nazarian (2004). Issues and assumptions on the road from raw signals to metrics of
/// frontal EEG asymmetry in emotion. Biological Psychology 67. doi:10.1016/j.biopsycho.2004.03.007.
#[doc(alias = "FAA")]
pub fn frontal_alpha_asymmetry(left_alpha: f64, right_alpha: f64) -> Result<f64, EegError> {
    if left_alpha > 0.0 && right_alpha > 0.0 {
        defined(
            "frontal alpha asymmetry",
            right_alpha.ln() - left_alpha.ln(),
        )
    } else {
        defined("frontal alpha asymmetry", f64::NAN)
    }
}

/// `θ / β`: high where attention is low.
///
/// # Errors
/// [`EegError::Undefined`] if the quotient is not finite.
pub fn theta_beta_ratio(bands: &ChannelBands) -> Result<f64, EegError> {
    defined("ratio of theta to beta", bands.theta / bands.beta)
}

/// `β / (α + θ)`: a heuristic of engagement in a task.
///
/// # Errors
/// [`EegError::Undefined`] if the quotient is not finite.
///
/// # References
/// A. T. Pope, E. H. Bogart, D. S. Bartolome (1995). Biocybernetic system evaluates indices of operator engagement in
/// automated task. Biological Psychology 40. doi:10.1016/0301-0511(95)05116-3.
pub fn engagement(bands: &ChannelBands) -> Result<f64, EegError> {
    defined("engagement", bands.beta / (bands.alpha + bands.theta))
}

/// `(β F3 + β F4) / (α F3 + α F4)`: a heuristic of arousal, to compare within one person and recording only.
///
/// # Errors
/// [`EegError::Undefined`] if the quotient is not finite.
///
/// # References
/// R. Ramirez, Z. Vamvakousis (2012). Detecting emotion from EEG signals using the Emotive Epoc device. Brain
/// Informatics. doi:10.1007/978-3-642-35139-6_17.
pub fn arousal_index(f3: &ChannelBands, f4: &ChannelBands) -> Result<f64, EegError> {
    defined("arousal", (f3.beta + f4.beta) / (f3.alpha + f4.alpha))
}

/// `α F4 / β F4 − α F3 / β F3`: a heuristic of valence, as [`arousal_index`] and with its reservations.
///
/// # Errors
/// [`EegError::Undefined`] if a quotient is not finite.
pub fn valence_index(f3: &ChannelBands, f4: &ChannelBands) -> Result<f64, EegError> {
    defined("valence", f4.alpha / f4.beta - f3.alpha / f3.beta)
}

/// The power where muscles dominate over that of the brain's rhythms.
///
/// Up to rates of 256 Hz, 30–45 Hz over 1–30 Hz; from it on 55–95 Hz over 1–45 Hz, which muscles fill and EEG does not.
/// `power` holds the bins of a spectrum from 0 Hz in steps of `bin_hz`; 2 Hz to both sides of `line_hz` and its
/// multiples are left out. Compare it with the person's own rest.
///
/// # Errors
/// [`EegError::Undefined`] if the quotient is not finite, as where the spectrum is empty.
///
/// # References
/// I. I. Goncharova, D. J. McFarland, T. M. Vaughan, J. R. Wolpaw (2003). EMG contamination of EEG: spectral and
/// topographical characteristics. Clinical Neurophysiology 114(9). doi:10.1016/S1388-2457(03)00093-2.
pub fn muscle_index(power: &[f64], bin_hz: f64, line_hz: f64) -> Result<f64, EegError> {
    let nyquist_hz = bin_hz * power.len().saturating_sub(1) as f64;
    let sum = |low: f64, high: f64| -> f64 {
        let bins = power
            .iter()
            .enumerate()
            .map(|(bin, p)| (bin as f64 * bin_hz, p));
        bins.filter(|&(hz, _)| {
            let from_line = (hz - line_hz * (hz / line_hz).round().max(1.0)).abs();
            hz >= low && hz < high && from_line > 2.0
        })
        .map(|(_, p)| p)
        .sum()
    };
    let index = if nyquist_hz >= 128.0 {
        sum(55.0, 95.0) / sum(1.0, 45.0)
    } else {
        sum(30.0, 45.0) / sum(1.0, 30.0)
    };
    defined("muscle index", index)
}

fn defined(measure: &'static str, value: f64) -> Result<f64, EegError> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(EegError::Undefined {
        measure,
        reason: "a power that it divides by, or takes the logarithm of, is not above 0",
    })
}
