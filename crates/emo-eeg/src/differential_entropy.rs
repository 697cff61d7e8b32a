use std::f64::consts::{E, LN_2, TAU};

use emo_dsp::{FilterBand, SampleRate, Sos};
use ndarray::{Array2, ArrayRef2, Axis};

use crate::statistics::check_channel;
use crate::window::checked_channel;
use crate::{Band, EegError};

/// Amplitude in a band, relative to the channel's root mean square, up to which it counts as rounding.
///
/// `f32` samples resolve 6e-8 of the largest one, so nothing below 1e-10 was measured.
const ROUNDING: f64 = 1e-10;

/// How [`DifferentialEntropy`] filters a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BandFiltering {
    /// Forward and backward with padded ends, so that nothing is delayed.
    ZeroPhase,
    /// Forward alone, from rest, as a live filter would and as TorchEEG.
    Causal,
}

/// The unit of [`DifferentialEntropy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferentialEntropyUnit {
    /// Natural logarithm.
    Nats,
    /// Logarithm to base 2.
    Bits,
}

/// Settings of [`DifferentialEntropy`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DifferentialEntropyConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// The bands, in the order of the features. Default: [`Band::defaults`].
    pub bands: Vec<Band>,
    /// Order of the Butterworth band-pass, 1 to [`emo_dsp::MAX_ORDER`]. Default: 4, the usual order of EEG band
    /// filters; run forward and backward it attenuates as order 8.
    pub order: usize,
    /// Default: zero-phase.
    pub filtering: BandFiltering,
    /// Default: nats.
    pub unit: DifferentialEntropyUnit,
}

impl DifferentialEntropyConfig {
    /// The defaults for samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            bands: Band::defaults(),
            order: 4,
            filtering: BandFiltering::ZeroPhase,
            unit: DifferentialEntropyUnit::Nats,
        }
    }

    /// As TorchEEG's `BandDifferentialEntropy`: theta 4–8, alpha 8–14, beta 14–31 and gamma 31–49 Hz by a causal filter
    /// of order 5, in bits. (Its filter has one polynomial of high degree, which agrees to about 1e-8 bits.)
    pub fn torcheeg(sample_rate: SampleRate) -> Self {
        let mut bands = Band::defaults();
        bands.remove(0);
        bands[3].high_hz = 49.0;
        Self {
            bands,
            order: 5,
            filtering: BandFiltering::Causal,
            unit: DifferentialEntropyUnit::Bits,
            ..Self::new(sample_rate)
        }
    }
}

/// Differential entropy of each channel in each band: ½·ln(2πe·σ²), in nats unless the settings say bits.
///
/// σ² is the variance (divided by the number of samples) of the channel after a Butterworth band-pass, by default a
/// zero-phase one as SciPy's `sosfiltfilt(butter(order, band, output="sos"))`. For a band-passed signal, whose samples are close to
/// normally distributed, that is the entropy of their distribution; it is half the logarithm of the band's power, up
/// to a constant.
///
/// # Shortest window
/// [`min_len`](Self::min_len) samples, 28 at the default order, are what the filter's padding needs. To mean anything,
/// a window holds a few periods of the lowest band: with delta from 1 Hz, 2 s and more. The whole window is filtered
/// and nothing outside it is seen, so its ends carry the filter's transient, the more the shorter it is: train and run
/// a model with windows of one length.
///
/// # References
/// - L.-C. Shi, Y.-Y. Jiao, B.-L. Lu (2013). Differential entropy feature for EEG-based vigilance estimation. EMBC.
///   doi:10.1109/EMBC.2013.6611075.
/// - R.-N. Duan, J.-Y. Zhu, B.-L. Lu (2013). Differential entropy feature for EEG-based emotion classification. NER.
///   doi:10.1109/NER.2013.6695876.
#[derive(Debug, Clone)]
#[doc(alias = "DE")]
pub struct DifferentialEntropy {
    bands: Vec<Band>,
    filters: Vec<Sos>,
    filtering: BandFiltering,
    unit: DifferentialEntropyUnit,
}

impl DifferentialEntropy {
    /// Designs the filters.
    ///
    /// # Errors
    /// - [`EegError::NoBands`] without bands.
    /// - [`EegError::InvalidBand`] for a band outside 0 Hz to the Nyquist frequency or reversed, or for an order that
    ///   is not on offer.
    pub fn new(config: &DifferentialEntropyConfig) -> Result<Self, EegError> {
        if config.bands.is_empty() {
            return Err(EegError::NoBands);
        }
        let filters = config
            .bands
            .iter()
            .map(|band| {
                let edges = FilterBand::BandPass {
                    low_hz: band.low_hz,
                    high_hz: band.high_hz,
                };
                Sos::butterworth(config.order, edges, config.sample_rate).map_err(|source| {
                    EegError::InvalidBand {
                        band: band.name.clone(),
                        source,
                    }
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            bands: config.bands.clone(),
            filters,
            filtering: config.filtering,
            unit: config.unit,
        })
    }

    /// The bands, in the order of the features.
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// The shortest window that [`compute`](Self::compute) takes, in samples.
    pub fn min_len(&self) -> usize {
        if self.filtering == BandFiltering::Causal {
            return 2;
        }
        self.filters
            .iter()
            .map(Sos::filtfilt_min_len)
            .max()
            .unwrap_or(1)
    }

    /// The entropies `[channels, bands]` of a window `[channels, samples]` in µV.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] for a window without channels.
    /// - [`EegError::SignalTooShort`] below [`min_len`](Self::min_len) samples.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::NoBandPower`] for a channel that is constant, or whose power in a band is rounding noise (an
    ///   amplitude below 1e-10 of the channel's root mean square).
    pub fn compute(&self, window: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        let (n_channels, n_samples) = window.dim();
        if n_channels == 0 {
            return Err(EegError::NoChannels);
        }
        let required = self.min_len();
        if n_samples < required {
            return Err(EegError::SignalTooShort {
                actual: n_samples,
                required,
            });
        }
        let mut features = Array2::zeros((n_channels, self.bands.len()));
        for (channel, row) in window.axis_iter(Axis(0)).enumerate() {
            let samples = checked_channel(channel, row)?;
            let entropies = self.entropies(channel, &samples)?;
            for (feature, entropy) in features.row_mut(channel).iter_mut().zip(entropies) {
                *feature = entropy as f32;
            }
        }
        Ok(features)
    }

    /// The entropies of one channel's samples in µV, in `f64` throughout; 0 is the channel's index in errors.
    ///
    /// # Errors
    /// As [`compute`](Self::compute).
    pub fn compute_channel(&self, samples: &[f64]) -> Result<Vec<f64>, EegError> {
        check_channel(samples, self.min_len())?;
        self.entropies(0, samples)
    }

    /// The entropies of one channel; `channel` is its index, for errors.
    fn entropies(&self, channel: usize, samples: &[f64]) -> Result<Vec<f64>, EegError> {
        let floor = ROUNDING * ROUNDING * mean(samples.iter().map(|x| x * x));
        let entropy = |(band, filter): (&Band, &Sos)| {
            let filtered = match self.filtering {
                BandFiltering::ZeroPhase => filter.filtfilt(samples),
                BandFiltering::Causal => filter.filter(samples),
            }
            .map_err(|source| EegError::Filter { channel, source })?;
            let variance = variance(&filtered);
            if variance > floor {
                let nats = 0.5 * (TAU * E * variance).ln();
                Ok(match self.unit {
                    DifferentialEntropyUnit::Nats => nats,
                    DifferentialEntropyUnit::Bits => nats / LN_2,
                })
            } else {
                Err(EegError::NoBandPower {
                    channel,
                    band: band.name.clone(),
                    variance,
                    floor,
                })
            }
        };
        self.bands.iter().zip(&self.filters).map(entropy).collect()
    }
}

pub(crate) fn variance(samples: &[f64]) -> f64 {
    let centre = mean(samples.iter().copied());
    mean(samples.iter().map(|x| (x - centre).powi(2)))
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let len = values.len() as f64;
    values.sum::<f64>() / len
}

#[cfg(test)]
mod tests {
    use emo_testing::{assert_close, fixture, load_npy};

    use super::*;

    /// Alpha and beta end at 13 and 30 Hz in the references.
    fn reference_config() -> DifferentialEntropyConfig {
        let rate = SampleRate::from_hz(128.0).expect("a valid rate");
        DifferentialEntropyConfig {
            bands: vec![
                Band::new("delta", 1.0, 4.0),
                Band::new("theta", 4.0, 8.0),
                Band::new("alpha", 8.0, 13.0),
                Band::new("beta", 13.0, 30.0),
                Band::new("gamma", 30.0, 45.0),
            ],
            ..DifferentialEntropyConfig::new(rate)
        }
    }

    #[test]
    fn entropies_are_scipys() {
        let entropy = DifferentialEntropy::new(&reference_config()).expect("a valid configuration");
        for (input, output, atol) in [
            ("in_eeg4", "eeg_de_nats_eeg4", 3.16e-9),
            ("in_eeg32", "eeg_de_nats_eeg32", 3.44e-9),
        ] {
            let window = load_npy(fixture(format!("emo-eeg/{input}.npy")));
            let expected = load_npy(fixture(format!("emo-eeg/{output}.npy")));
            let actual: Vec<f64> = window
                .outer_iter()
                .enumerate()
                .flat_map(|(channel, row)| {
                    entropy
                        .entropies(channel, &row.iter().copied().collect::<Vec<_>>())
                        .expect("a valid channel")
                })
                .collect();
            assert_close(actual, expected.iter().copied(), 1e-6, atol);

            let window = window
                .mapv(|x| x as f32)
                .into_dimensionality()
                .expect("two axes");
            let actual = entropy.compute(&window).expect("a valid window");
            let largest = expected.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            assert_close(
                actual.iter().copied(),
                expected.iter().copied(),
                1e-6,
                2e-5 * largest,
            );
        }
    }
}
