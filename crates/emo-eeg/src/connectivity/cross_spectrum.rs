use emo_dsp::{
    Averaging, Complex64, Scaling, Stft, StftConfig, StftScaling, WelchConfig, WindowSymmetry,
};
use ndarray::{Array2, Array3, ArrayRef2, Axis};

use super::checked_channels;
use crate::EegError;

/// Cross-spectral density `[bins, channels, channels]` of a window `[channels, samples]`: the mean over segments of
/// `X̄·Y`, one-sided, row X and column Y; as SciPy's `csd`.
///
/// Bins are those of [`emo_dsp::Welch`] with the same settings, and so is the diagonal.
///
/// # Errors
/// - [`EegError::NoChannels`], [`EegError::NonFinite`] and [`EegError::FlatChannel`] for what cannot be compared.
/// - [`EegError::InvalidSpectrum`] for a window shorter than a segment, or settings out of range.
/// - [`EegError::NotDefined`] for medians, which complex numbers do not have.
#[doc(alias = "csd")]
pub fn cross_spectral_density(
    window: &ArrayRef2<f32>,
    welch: &WelchConfig,
) -> Result<Array3<Complex64>, EegError> {
    cross_spectral_density_of(&checked_channels(window)?, welch)
}

/// Coherency `[bins, channels, channels]`: the cross-spectral density over the roots of both powers. Its magnitude is
/// the coherence, its argument by how much the column's channel is ahead of the row's.
///
/// Where a channel has no power, it is 0.
///
/// # Errors
/// As [`cross_spectral_density`].
#[doc(alias = "cohy")]
pub fn coherency(
    window: &ArrayRef2<f32>,
    welch: &WelchConfig,
) -> Result<Array3<Complex64>, EegError> {
    let mut density = cross_spectral_density(window, welch)?;
    for mut matrix in density.axis_iter_mut(Axis(0)) {
        let roots: Vec<f64> = matrix.diag().iter().map(|power| power.re.sqrt()).collect();
        for ((row, column), value) in matrix.indexed_iter_mut() {
            let scale = roots[row] * roots[column];
            *value = if scale > 0.0 {
                *value / scale
            } else {
                Complex64::ZERO
            };
        }
    }
    Ok(density)
}

pub(super) fn cross_spectral_density_of(
    channels: &[Vec<f64>],
    welch: &WelchConfig,
) -> Result<Array3<Complex64>, EegError> {
    if welch.averaging != Averaging::Mean {
        return Err(EegError::NotDefined {
            what: "a median",
            of: "complex spectra",
        });
    }
    let invalid = |source| EegError::InvalidSpectrum { source };
    let mut config = StftConfig::new(welch.sample_rate, welch.segment_len);
    config.overlap_len = welch.overlap_len;
    config.fft_len = welch.fft_len;
    config.window = welch.window;
    config.symmetry = WindowSymmetry::Periodic;
    config.detrend = welch.detrend;
    config.scaling = match welch.scaling {
        Scaling::Density => StftScaling::Density,
        Scaling::Spectrum => StftScaling::Spectrum,
    };
    config.centred = false;
    config.padded_tail = false;
    let stft = Stft::new(&config).map_err(invalid)?;
    let spectra = channels
        .iter()
        .map(|samples| stft.compute(samples).map_err(invalid))
        .collect::<Result<Vec<Array2<Complex64>>, _>>()?;
    let n_channels = channels.len();
    let mut density = Array3::zeros((stft.n_bins(), n_channels, n_channels));
    for ((bin, row, column), value) in density.indexed_iter_mut() {
        let (x, y) = (spectra[row].row(bin), spectra[column].row(bin));
        let sum: Complex64 = x.iter().zip(y).map(|(x, y)| x.conj() * y).sum();
        let both_signs = bin == 0 || 2 * bin == welch.fft_len;
        *value = sum * if both_signs { 1.0 } else { 2.0 } / x.len() as f64;
    }
    Ok(density)
}
