use crate::DspError;

use super::moments::check_signal;
use super::unit::{EntropyUnit, entropy_nats};

/// What becomes of a spectrum's first bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DcBin {
    /// It is a bin as the others, as in antropy and NeuroKit2.
    Included,
    /// It adds to the total but not to the sum, as in mne-features: powers are shares of the whole spectrum.
    OnlyInTotal,
}

/// The entropy of a power spectrum: how evenly its power is spread over the bins.
///
/// `power` holds one number of 0 or more for each bin, in any unit; the shares of the whole are taken as
/// probabilities. [`EntropyUnit::Share`] divides by the logarithm of `power.len()`: 1 for white noise, 0 for a tone.
///
/// ```
/// use emo_dsp::{DcBin, EntropyUnit, spectral_entropy};
///
/// let flat = spectral_entropy(&[2.0; 8], DcBin::Included, EntropyUnit::Bits)?;
/// assert_eq!(flat, 3.0);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # Errors
/// - [`DspError::SignalTooShort`] without bins.
/// - [`DspError::NonFinite`] for a power that is NaN or infinite.
/// - [`DspError::NegativePower`] for a power below 0.
/// - [`DspError::NoPower`] if all powers are 0.
/// - [`DspError::Overflow`] if their sum leaves the range of `f64`.
///
/// # References
/// T. Inouye et al. (1991). Quantification of EEG irregularity by use of the entropy of the power spectrum.
/// Electroencephalography and Clinical Neurophysiology 79(3). doi:10.1016/0013-4694(91)90138-T.
pub fn spectral_entropy(power: &[f64], dc: DcBin, unit: EntropyUnit) -> Result<f64, DspError> {
    check_signal(power, 1)?;
    if let Some(bin) = power.iter().position(|&p| p < 0.0) {
        return Err(DspError::NegativePower {
            bin,
            value: power[bin],
        });
    }
    let total: f64 = power.iter().sum();
    if total == 0.0 {
        return Err(DspError::NoPower { total });
    }
    if total.is_infinite() {
        return Err(DspError::Overflow { index: 0 });
    }
    let counted = match dc {
        DcBin::Included => power,
        DcBin::OnlyInTotal => &power[1..],
    };
    let nats = entropy_nats(counted.iter().copied(), total);
    Ok(unit.convert(nats, power.len() as f64))
}
