use emo_dsp::{
    Complex64, Detrend, Hilbert, Multitaper, MultitaperConfig, SampleRate, Sos, Stft, StftConfig,
    StftScaling,
};

use super::method::{Family, ImaginarySums};
use super::{ConnectivityMethod, ConnectivitySpectrum};
use crate::EegError;

/// The longest segment, in samples: ten seconds at 100 kHz.
const MAX_SEGMENT_LEN: usize = 1 << 20;

/// The complex amplitudes of all channels, however they came about.
pub(super) struct Observations {
    /// For each channel `[bins, observations, tapers]`.
    amplitudes: Vec<Vec<Complex64>>,
    n_observations: usize,
    n_tapers: usize,
    /// Each channel's summed powers in each bin, where they are needed.
    powers: Vec<Vec<f64>>,
}

impl Observations {
    pub(super) fn n_observations(&self) -> usize {
        self.n_observations
    }

    pub(super) fn n_bins(&self) -> usize {
        self.amplitudes.first().map_or(0, Vec::len) / (self.n_observations * self.n_tapers).max(1)
    }

    /// A channel's amplitudes in a bin, over observations.
    pub(super) fn channel(&self, channel: usize, bin: usize) -> &[Complex64] {
        let len = self.n_observations * self.n_tapers;
        &self.amplitudes[channel][bin * len..][..len]
    }

    /// Computes what a measure needs of each channel alone: its powers; or, where an observation is a single amplitude,
    /// the amplitudes' directions, because the direction of a product is the product of directions.
    pub(super) fn prepare(&mut self, method: ConnectivityMethod) {
        match method.family() {
            Family::Power => {
                let bins = 0..self.n_bins();
                let power = |channel, bin| {
                    let amplitudes = self.channel(channel, bin);
                    amplitudes.iter().map(Complex64::norm_sqr).sum()
                };
                self.powers = (0..self.amplitudes.len())
                    .map(|channel| bins.clone().map(|bin| power(channel, bin)).collect())
                    .collect();
            }
            Family::Phase if self.n_tapers == 1 => {
                for amplitude in self.amplitudes.iter_mut().flatten() {
                    *amplitude = direction(*amplitude);
                }
            }
            Family::Phase | Family::Imaginary | Family::Envelope => {}
        }
    }

    /// The measure of two channels, which is not one of envelopes.
    pub(super) fn measure(&self, pair: [usize; 2], bin: usize, method: ConnectivityMethod) -> f64 {
        let [x, y] = pair.map(|channel| self.channel(channel, bin));
        let n = self.n_observations as f64;
        let crosses = || {
            let rows = x
                .chunks_exact(self.n_tapers)
                .zip(y.chunks_exact(self.n_tapers));
            rows.map(|(x, y)| {
                x.iter()
                    .zip(y)
                    .map(|(x, y)| x * y.conj())
                    .sum::<Complex64>()
            })
        };
        match method.family() {
            Family::Power => {
                let powers = pair.map(|channel| self.powers[channel][bin]);
                method.of_power(product(x, y), powers)
            }
            Family::Phase if self.n_tapers == 1 => method.of_phase(product(x, y), n),
            Family::Phase => method.of_phase(crosses().map(direction).sum(), n),
            Family::Imaginary => {
                let mut sums = ImaginarySums::default();
                crosses().for_each(|cross| sums.add(cross.im));
                method.of_imaginary(&sums, n)
            }
            Family::Envelope => unreachable!("envelopes are correlated over time"),
        }
    }
}

/// A number of magnitude 1, or 0 for 0.
fn direction(value: Complex64) -> Complex64 {
    let magnitude = value.norm();
    if magnitude > 0.0 {
        value / magnitude
    } else {
        Complex64::ZERO
    }
}

/// Σ x·ȳ, in four sums that a processor adds up side by side.
fn product(x: &[Complex64], y: &[Complex64]) -> Complex64 {
    let (x_blocks, y_blocks) = (x.chunks_exact(4), y.chunks_exact(4));
    let rest: Complex64 = x_blocks
        .remainder()
        .iter()
        .zip(y_blocks.remainder())
        .map(|(x, y)| x * y.conj())
        .sum();
    let mut sums = [Complex64::ZERO; 4];
    for (x, y) in x_blocks.zip(y_blocks) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y.conj();
        }
    }
    sums.iter().sum::<Complex64>() + rest
}

/// What turns channels into observations, planned once.
#[derive(Debug, Clone)]
pub(super) enum Spectra {
    Fourier(Stft),
    Multitaper {
        multitaper: Box<Multitaper>,
        overlap_len: usize,
    },
    Analytic,
}

impl Spectra {
    pub(super) fn new(spectrum: &ConnectivitySpectrum, rate: SampleRate) -> Result<Self, EegError> {
        if let ConnectivitySpectrum::Fourier { segment_len, .. }
        | ConnectivitySpectrum::Multitaper { segment_len, .. } = *spectrum
            && segment_len > MAX_SEGMENT_LEN
        {
            return Err(EegError::InvalidSetting {
                name: "segment_len",
                value: segment_len as f64,
                expected: "at most 2^20 samples",
            });
        }
        let planned = match *spectrum {
            ConnectivitySpectrum::Fourier {
                segment_len,
                overlap_len,
                window,
                symmetry,
            } => {
                let mut config = StftConfig::new(rate, segment_len);
                config.overlap_len = overlap_len;
                config.window = window;
                config.symmetry = symmetry;
                config.detrend = Detrend::Constant;
                config.scaling = StftScaling::Unscaled;
                config.centred = false;
                config.padded_tail = false;
                Stft::new(&config).map(Self::Fourier)
            }
            ConnectivitySpectrum::Multitaper {
                segment_len,
                overlap_len,
                bandwidth_hz,
            } => {
                let mut config = MultitaperConfig::new(rate, segment_len);
                if let Some(bandwidth_hz) = bandwidth_hz {
                    config.bandwidth_hz = bandwidth_hz;
                }
                if overlap_len >= segment_len {
                    return Err(EegError::InvalidSetting {
                        name: "overlap_len",
                        value: overlap_len as f64,
                        expected: "fewer samples than a segment has",
                    });
                }
                Multitaper::new(&config).map(|multitaper| Self::Multitaper {
                    multitaper: Box::new(multitaper),
                    overlap_len,
                })
            }
            ConnectivitySpectrum::Analytic { .. } | ConnectivitySpectrum::Broadband => {
                Ok(Self::Analytic)
            }
        };
        planned.map_err(|source| EegError::InvalidSpectrum { source })
    }

    /// The bins of a segment's spectrum and their distance in hertz, for spectra of segments.
    pub(super) fn bins(&self) -> Option<(usize, f64)> {
        match self {
            Self::Fourier(stft) => Some((stft.n_bins(), stft.bin_hz())),
            Self::Multitaper { multitaper, .. } => Some((multitaper.n_bins(), multitaper.bin_hz())),
            Self::Analytic => None,
        }
    }

    /// The observations of channels of one length; `filter` precedes the analytic signal.
    pub(super) fn observe(
        &self,
        channels: &[Vec<f64>],
        filter: Option<&Sos>,
    ) -> Result<Observations, EegError> {
        let mut n_observations = 0;
        let mut n_tapers = 1;
        let mut amplitudes = Vec::with_capacity(channels.len());
        for (channel, samples) in channels.iter().enumerate() {
            let failed = |source| EegError::Filter { channel, source };
            amplitudes.push(match self {
                Self::Fourier(stft) => {
                    n_observations = stft.n_frames(samples.len());
                    let spectra = stft.compute(samples).map_err(failed)?;
                    spectra.into_iter().collect()
                }
                Self::Multitaper {
                    multitaper,
                    overlap_len,
                } => {
                    let segment_len = multitaper.tapers().tapers.ncols();
                    let segments: Vec<&[f64]> = samples
                        .windows(segment_len)
                        .step_by(segment_len - overlap_len)
                        .collect();
                    if segments.is_empty() {
                        return Err(EegError::SignalTooShort {
                            actual: samples.len(),
                            required: segment_len,
                        });
                    }
                    (n_observations, n_tapers) =
                        (segments.len(), multitaper.tapers().concentrations.len());
                    let mut rows =
                        vec![Complex64::ZERO; multitaper.n_bins() * n_observations * n_tapers];
                    for (index, segment) in segments.iter().enumerate() {
                        let spectra = multitaper.spectra(segment).map_err(failed)?;
                        for ((taper, bin), value) in spectra.indexed_iter() {
                            let weight = multitaper.tapers().concentrations[taper].sqrt();
                            rows[(bin * n_observations + index) * n_tapers + taper] =
                                value * weight;
                        }
                    }
                    rows
                }
                Self::Analytic => {
                    n_observations = samples.len();
                    let hilbert = Hilbert::new(samples.len()).map_err(failed)?;
                    match filter {
                        Some(filter) => {
                            let filtered = filter.filtfilt(samples).map_err(failed)?;
                            hilbert.compute(&filtered)
                        }
                        None => hilbert.compute(samples),
                    }
                    .map_err(failed)?
                }
            });
        }
        Ok(Observations {
            amplitudes,
            n_observations,
            n_tapers,
            powers: Vec::new(),
        })
    }
}
