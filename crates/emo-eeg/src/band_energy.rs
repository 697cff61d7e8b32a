use emo_dsp::{FilterBand, Fir, FirConfig, SampleRate};

use crate::statistics::check_channel;
use crate::window::check_rate;
use crate::{Band, EegError};

/// The energy of a channel's slope in bands: the sum of squares of what a zero-phase filter lets through.
///
/// The slope is `x[n + 1] − x[n − 1]`, with the end samples repeated; the filters are MNE's (`firwin`, Hamming). As
/// `compute_energy_freq_bands` of mne-features.
///
/// # References
/// L. Kharbouch et al. (2011). An algorithm for seizure onset detection using intracranial EEG. Epilepsy & Behavior
/// 22. doi:10.1016/j.yebeh.2011.08.031.
#[derive(Debug, Clone)]
pub struct BandEnergy {
    filters: Vec<Fir>,
}

impl BandEnergy {
    /// Designs the filters.
    ///
    /// # Errors
    /// - [`EegError::NoBands`] without bands.
    /// - [`EegError::InvalidSetting`] for a rate above 100 kHz, at which the filters would be longer than any signal.
    /// - [`EegError::InvalidBand`] for a band outside 0 Hz to the Nyquist frequency or reversed.
    pub fn new(bands: &[Band], sample_rate: SampleRate) -> Result<Self, EegError> {
        if bands.is_empty() {
            return Err(EegError::NoBands);
        }
        check_rate(sample_rate)?;
        let design = |band: &Band| {
            let edges = FilterBand::BandPass {
                low_hz: band.low_hz,
                high_hz: band.high_hz,
            };
            Fir::design(&FirConfig::new(edges, sample_rate)).map_err(|source| {
                EegError::InvalidBand {
                    band: band.name.clone(),
                    source,
                }
            })
        };
        Ok(Self {
            filters: bands.iter().map(design).collect::<Result<_, _>>()?,
        })
    }

    /// The energy in each band, in the squared unit of the samples.
    ///
    /// # Errors
    /// - [`EegError::SignalTooShort`] below 2 samples.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    pub fn compute(&self, samples: &[f64]) -> Result<Vec<f64>, EegError> {
        check_channel(samples, 2)?;
        let last = samples.len() - 1;
        let slope: Vec<f64> = (0..=last)
            .map(|n| samples[(n + 1).min(last)] - samples[n.saturating_sub(1)])
            .collect();
        let energy = |filter: &Fir| {
            let passed = filter.filter_zero_phase(&slope)?;
            Ok(passed.iter().map(|x| x * x).sum())
        };
        self.filters.iter().map(energy).collect()
    }
}
