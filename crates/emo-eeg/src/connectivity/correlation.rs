use emo_dsp::{Welch, WelchConfig};
use ndarray::{Array2, ArrayRef2, Axis};

use super::{array, checked_channels};
use crate::EegError;
use crate::symmetric_eigen::SymmetricEigen;
use crate::window::to_f32;

/// What is done to channels before they are correlated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standardization {
    /// Nothing.
    #[default]
    None,
    /// At each sample (or bin), the channels' mean is taken off and their standard deviation divided by, as mne-features
    /// does: what all channels share at once is removed, as by an average reference.
    AcrossChannels,
}

/// Covariance `[channels, channels]` of a window `[channels, samples]`, divided by the number of samples less 1; as
/// NumPy's `cov`. What is beyond `f32` is its largest number.
///
/// # Errors
/// - [`EegError::NoChannels`], [`EegError::NonFinite`] and [`EegError::FlatChannel`] for what cannot be compared.
/// - [`EegError::SignalTooShort`] below 2 samples.
pub fn covariance(window: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
    let covariance = covariance_of(array(&checked_channels(window)?))?;
    Ok(covariance.mapv(to_f32))
}

/// Pearson's correlation `[channels, channels]` of a window `[channels, samples]`, −1 to 1; as NumPy's `corrcoef`, or
/// mne-features' `compute_time_corr` with [`Standardization::AcrossChannels`].
///
/// # Errors
/// As [`covariance`].
#[doc(alias = "corrcoef")]
pub fn correlation(
    window: &ArrayRef2<f32>,
    standardization: Standardization,
) -> Result<Array2<f32>, EegError> {
    let channels = array(&checked_channels(window)?);
    Ok(correlation_of(channels, standardization)?.mapv(|value| value as f32))
}

/// Correlation `[channels, channels]` of the channels' power spectra; mne-features' `compute_spect_corr` with
/// [`Standardization::AcrossChannels`] and its spectrum (Hamming, segments of 256 samples that do not overlap).
///
/// # Errors
/// As [`covariance`], and [`EegError::InvalidSpectrum`] for a spectrum that cannot be computed.
pub fn spectral_correlation(
    window: &ArrayRef2<f32>,
    welch: &WelchConfig,
    standardization: Standardization,
) -> Result<Array2<f32>, EegError> {
    let spectra = spectra_of(&checked_channels(window)?, welch)?;
    Ok(correlation_of(spectra, standardization)?.mapv(|value| value as f32))
}

/// The magnitudes of a correlation matrix's eigenvalues, the least first: few large ones mean that the channels move
/// together.
///
/// # Errors
/// [`EegError::Shape`] unless the matrix is square.
pub fn correlation_eigenvalues(matrix: &ArrayRef2<f32>) -> Result<Vec<f32>, EegError> {
    let (rows, columns) = matrix.dim();
    if rows != columns {
        return Err(EegError::Shape {
            what: "correlation matrix",
            rows,
            columns,
            expected_rows: rows,
            expected_columns: rows,
        });
    }
    let values = eigenvalues_of(&matrix.mapv(f64::from));
    Ok(values.into_iter().map(|value| value as f32).collect())
}

/// The largest magnitude `[channels, channels]` of the cross-correlation over lags up to `max_lag` samples, of which
/// the row's channel is the later one; as mne-features' `compute_max_cross_corr`, whose lag ends at half a second.
///
/// Each lag's sum is divided by the number of its products, so that values may exceed 1.
///
/// # Errors
/// As [`covariance`], and [`EegError::SignalTooShort`] unless the window is longer than the lag.
pub fn max_cross_correlation(
    window: &ArrayRef2<f32>,
    max_lag: usize,
) -> Result<Array2<f32>, EegError> {
    let channels = array(&checked_channels(window)?);
    Ok(max_cross_correlation_of(channels, max_lag)?.mapv(|value| value as f32))
}

pub(super) fn covariance_of(mut channels: Array2<f64>) -> Result<Array2<f64>, EegError> {
    let n_samples = channels.ncols();
    if n_samples < 2 {
        return Err(EegError::SignalTooShort {
            actual: n_samples,
            required: 2,
        });
    }
    for mut row in channels.outer_iter_mut() {
        let mean = row.sum() / n_samples as f64;
        row -= mean;
    }
    Ok(channels.dot(&channels.t()) / (n_samples - 1) as f64)
}

pub(super) fn correlation_of(
    mut channels: Array2<f64>,
    standardization: Standardization,
) -> Result<Array2<f64>, EegError> {
    if standardization == Standardization::AcrossChannels {
        let n_channels = channels.nrows() as f64;
        for mut column in channels.axis_iter_mut(Axis(1)) {
            let mean = column.sum() / n_channels;
            column -= mean;
            let deviation = (column.dot(&column) / n_channels).sqrt();
            // Channels that agree have nothing to divide.
            if deviation > 0.0 {
                column /= deviation;
            }
        }
    }
    let mut matrix = covariance_of(channels)?;
    let deviations: Vec<f64> = matrix.diag().iter().map(|value| value.sqrt()).collect();
    if let Some(channel) = deviations.iter().position(|value| *value == 0.0) {
        return Err(EegError::FlatChannel { channel });
    }
    for ((row, column), value) in matrix.indexed_iter_mut() {
        *value = (*value / deviations[row] / deviations[column]).clamp(-1.0, 1.0);
    }
    Ok(matrix)
}

pub(super) fn spectra_of(
    channels: &[Vec<f64>],
    welch: &WelchConfig,
) -> Result<Array2<f64>, EegError> {
    let invalid = |source| EegError::InvalidSpectrum { source };
    let welch = Welch::new(welch).map_err(invalid)?;
    let spectra = channels
        .iter()
        .map(|samples| welch.compute(samples).map_err(invalid))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(array(&spectra))
}

pub(super) fn eigenvalues_of(matrix: &Array2<f64>) -> Vec<f64> {
    let mut eigen = SymmetricEigen::new(matrix.nrows());
    eigen.decompose(&matrix.iter().copied().collect::<Vec<_>>());
    let mut values: Vec<f64> = eigen.values().iter().map(|value| value.abs()).collect();
    values.sort_by(f64::total_cmp);
    values
}

pub(super) fn max_cross_correlation_of(
    mut channels: Array2<f64>,
    max_lag: usize,
) -> Result<Array2<f64>, EegError> {
    let (n_channels, n_samples) = channels.dim();
    let required = max_lag.saturating_add(2);
    if n_samples < required {
        return Err(EegError::SignalTooShort {
            actual: n_samples,
            required,
        });
    }
    for (channel, mut row) in channels.outer_iter_mut().enumerate() {
        let mean = row.sum() / n_samples as f64;
        row -= mean;
        let deviation = (row.dot(&row) / (n_samples - 1) as f64).sqrt();
        if deviation == 0.0 {
            return Err(EegError::FlatChannel { channel });
        }
        row /= deviation;
    }
    let largest = |(later, earlier): (usize, usize)| {
        let (later, earlier) = (channels.row(later), channels.row(earlier));
        let at = |lag: usize| {
            let n_products = n_samples - lag;
            let sum: f64 = later
                .iter()
                .skip(lag)
                .zip(earlier)
                .map(|(a, b)| a * b)
                .sum();
            (sum / n_products as f64).abs()
        };
        (0..=max_lag).map(at).fold(0.0, f64::max)
    };
    Ok(Array2::from_shape_fn((n_channels, n_channels), largest))
}
