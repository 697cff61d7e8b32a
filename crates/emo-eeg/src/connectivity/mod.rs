//! What channels have in common.

mod correlation;
mod cross_spectrum;
mod envelope;
mod method;
mod observations;
#[cfg(test)]
mod parity;

use std::ops::Range;

use emo_dsp::{BandEdges, FilterBand, SampleRate, Sos, Window, WindowSymmetry};
use ndarray::{Array2, Array3, ArrayRef2, ArrayViewMut2, Axis};

pub use correlation::{
    Standardization, correlation, correlation_eigenvalues, covariance, max_cross_correlation,
    spectral_correlation,
};
pub use cross_spectrum::{coherency, cross_spectral_density};
pub use method::ConnectivityMethod;

use crate::window::checked_channel;
use crate::{Band, EegError};
use envelope::Envelope;
use method::Family;
use observations::{Observations, Spectra};

/// How channels become the complex amplitudes that are compared.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConnectivitySpectrum {
    /// Spectra of segments, whose means are taken off; an observation is a segment.
    Fourier {
        /// Samples of a segment.
        segment_len: usize,
        /// Samples that neighbouring segments share.
        overlap_len: usize,
        /// Weights of a segment. MNE-Connectivity's mode `fourier` and SciPy's `coherence` have Hann.
        window: Window,
        /// Symmetric in MNE-Connectivity, periodic in SciPy.
        symmetry: WindowSymmetry,
    },
    /// Spectra of segments by [`emo_dsp::Multitaper`], weighted by the roots of the tapers' concentrations;
    /// MNE-Connectivity's mode `multitaper`. An observation is a segment.
    Multitaper {
        /// Samples of a segment.
        segment_len: usize,
        /// Samples that neighbouring segments share.
        overlap_len: usize,
        /// Width over which a line is smeared; `None`: 8 times the rate over the length of a segment.
        bandwidth_hz: Option<f64>,
    },
    /// The analytic signal of the whole window after a zero-phase Butterworth band-pass; an observation is a sample.
    Analytic {
        /// Order of the band-pass, 1 to [`emo_dsp::MAX_ORDER`].
        order: usize,
    },
    /// The analytic signal of the whole window as it is, for windows that are already band-passed; there are no bands.
    Broadband,
}

/// Settings of [`Connectivity`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConnectivityConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// What is measured.
    pub method: ConnectivityMethod,
    /// The bands, in the order of the result. Default: [`Band::defaults`].
    pub bands: Vec<Band>,
    /// Default: Fourier over segments of a second that overlap by half, with a symmetric Hann window.
    pub spectrum: ConnectivitySpectrum,
    /// Which bins on its edges a band holds. Default: both, as MNE-Connectivity.
    pub edges: BandEdges,
}

impl ConnectivityConfig {
    /// The defaults for a measure of samples at `sample_rate`.
    pub fn new(sample_rate: SampleRate, method: ConnectivityMethod) -> Self {
        // At least two samples, which the segments of any rate then have.
        let segment_len = (sample_rate.hz().round() as usize).max(2);
        let spectrum = if method.family() == Family::Envelope {
            ConnectivitySpectrum::Analytic { order: 4 }
        } else {
            ConnectivitySpectrum::Fourier {
                segment_len,
                overlap_len: segment_len / 2,
                window: Window::Hann,
                symmetry: WindowSymmetry::Symmetric,
            }
        };
        Self {
            sample_rate,
            method,
            bands: Band::defaults(),
            spectrum,
            edges: BandEdges::Closed,
        }
    }
}

/// Connectivity between all pairs of channels, in bands.
///
/// Values are those of MNE-Connectivity's `spectral_connectivity_epochs(…, faverage=True)` and `envelope_correlation`;
/// segments are cut from the window here and are its epochs there. A band's value is the mean over its bins.
///
/// # Output
/// `[bands, channels, channels]`, symmetric but for [`ConnectivityMethod::ImaginaryCoherence`], whose sign changes. The
/// diagonal is 1 for coherences, phase locking, pairwise phase consistency and plain envelopes, and 0 for the others.
///
/// ```
/// use emo_eeg::ndarray::Array2;
/// use emo_eeg::{Band, Connectivity, ConnectivityConfig, ConnectivityMethod, SampleRate};
///
/// // Two channels with the same 10 Hz rhythm, the second a quarter period late, and noise of their own.
/// let rate = SampleRate::from_hz(128.0)?;
/// let window = Array2::from_shape_fn((2, 1280), |(channel, n)| {
///     let phase = 62.8 * n as f32 / 128.0 - 1.57 * channel as f32;
///     10.0 * phase.sin() + ((n * (7919 + 104 * channel)) % 101) as f32 / 50.0
/// });
/// let mut config = ConnectivityConfig::new(rate, ConnectivityMethod::WeightedPhaseLag);
/// config.bands = vec![Band::new("rhythm", 9.0, 11.0)];
/// let connectivity = Connectivity::new(&config)?.compute(&window)?;
/// assert_eq!(connectivity.dim(), (1, 2, 2));
/// assert!(connectivity[[0, 0, 1]] > 0.9);
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Connectivity {
    method: ConnectivityMethod,
    bands: Vec<Band>,
    spectra: Spectra,
    selection: Selection,
}

/// What picks a band.
#[derive(Debug, Clone)]
enum Selection {
    Bins(Vec<Range<usize>>),
    Filters(Vec<Sos>),
    Everything,
}

impl Connectivity {
    /// Plans the transforms and designs the filters.
    ///
    /// # Errors
    /// - [`EegError::NoBands`] without bands, unless the spectrum is broadband.
    /// - [`EegError::InvalidBand`] for a band without bins, outside 0 Hz to the Nyquist frequency or reversed, or an
    ///   order that is not on offer.
    /// - [`EegError::InvalidSpectrum`] and [`EegError::InvalidSetting`] for lengths or a bandwidth out of range.
    /// - [`EegError::NotDefined`] for a correlation of envelopes with spectra of segments.
    pub fn new(config: &ConnectivityConfig) -> Result<Self, EegError> {
        let is_broadband = config.spectrum == ConnectivitySpectrum::Broadband;
        if config.bands.is_empty() && !is_broadband {
            return Err(EegError::NoBands);
        }
        let spectra = Spectra::new(&config.spectrum, config.sample_rate)?;
        if spectra.bins().is_some() && config.method.family() == Family::Envelope {
            return Err(EegError::NotDefined {
                what: "a correlation of envelopes",
                of: "spectra of segments",
            });
        }
        let selection = match (&config.spectrum, spectra.bins()) {
            (ConnectivitySpectrum::Analytic { order }, _) => Selection::Filters(each(
                &config.bands,
                |Band {
                     low_hz, high_hz, ..
                 }| {
                    let (low_hz, high_hz) = (*low_hz, *high_hz);
                    let band = FilterBand::BandPass { low_hz, high_hz };
                    Sos::butterworth(*order, band, config.sample_rate)
                },
            )?),
            (_, Some((n_bins, bin_hz))) => Selection::Bins(each(&config.bands, |band| {
                let edges = [band.low_hz, band.high_hz];
                config.edges.bins(edges, n_bins, bin_hz)
            })?),
            (_, None) => Selection::Everything,
        };
        Ok(Self {
            method: config.method,
            bands: if is_broadband {
                Vec::new()
            } else {
                config.bands.clone()
            },
            spectra,
            selection,
        })
    }

    /// The bands, in the order of the result; none if the spectrum is broadband, whose result has one.
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// The connectivity `[bands, channels, channels]` of a window `[channels, samples]` in µV.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] for a window without channels.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    /// - [`EegError::FlatChannel`] for a channel that does not vary.
    /// - [`EegError::SignalTooShort`] or [`EegError::Filter`] for a window shorter than a segment or a filter's padding.
    /// - [`EegError::TooFewSegments`] for a single observation where the measure needs two.
    pub fn compute(&self, window: &ArrayRef2<f32>) -> Result<Array3<f32>, EegError> {
        Ok(self
            .of_channels(&checked_channels(window)?)?
            .mapv(|value| value as f32))
    }

    /// The connectivity `[bins, channels, channels]` for each bin of a segment's spectrum, from 0 Hz on, instead of each
    /// band.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`EegError::NotDefined`] for the analytic signal, which has no bins.
    pub fn compute_bins(&self, window: &ArrayRef2<f32>) -> Result<Array3<f32>, EegError> {
        Ok(self
            .bins_of_channels(&checked_channels(window)?)?
            .mapv(|value| value as f32))
    }

    fn of_channels(&self, channels: &[Vec<f64>]) -> Result<Array3<f64>, EegError> {
        let n_bands = self.bands.len().max(1);
        let mut out = Array3::zeros((n_bands, channels.len(), channels.len()));
        let shared = match &self.selection {
            Selection::Filters(_) => None,
            _ => Some(self.observe(channels, None)?),
        };
        for (band, matrix) in out.axis_iter_mut(Axis(0)).enumerate() {
            match (&self.selection, &shared) {
                (Selection::Filters(filters), _) => {
                    let observations = self.observe(channels, Some(&filters[band]))?;
                    self.fill(matrix, &observations, 0..1);
                }
                (Selection::Bins(bins), Some(observations)) => {
                    self.fill(matrix, observations, bins[band].clone());
                }
                (_, Some(observations)) => self.fill(matrix, observations, 0..1),
                (_, None) => unreachable!("only filters make observations of their own"),
            }
        }
        Ok(out)
    }

    fn bins_of_channels(&self, channels: &[Vec<f64>]) -> Result<Array3<f64>, EegError> {
        if self.spectra.bins().is_none() {
            return Err(EegError::NotDefined {
                what: "a spectrum",
                of: "the analytic signal",
            });
        }
        let observations = self.observe(channels, None)?;
        let mut out = Array3::zeros((observations.n_bins(), channels.len(), channels.len()));
        for (bin, matrix) in out.axis_iter_mut(Axis(0)).enumerate() {
            self.fill(matrix, &observations, bin..bin + 1);
        }
        Ok(out)
    }

    fn observe(
        &self,
        channels: &[Vec<f64>],
        filter: Option<&Sos>,
    ) -> Result<Observations, EegError> {
        let mut observations = self.spectra.observe(channels, filter)?;
        observations.prepare(self.method);
        let (actual, required) = (
            observations.n_observations(),
            self.method.min_observations(),
        );
        if actual < required {
            return Err(EegError::TooFewSegments { actual, required });
        }
        Ok(observations)
    }

    fn fill(&self, mut matrix: ArrayViewMut2<'_, f64>, of: &Observations, bins: Range<usize>) {
        let n_bins = bins.len() as f64;
        let envelopes: Vec<Envelope> = if self.method.family() == Family::Envelope {
            let channels = 0..matrix.nrows();
            channels
                .map(|channel| Envelope::new(of.channel(channel, 0)))
                .collect()
        } else {
            Vec::new()
        };
        for row in 0..matrix.nrows() {
            matrix[[row, row]] = self.method.diagonal();
            for column in 0..row {
                let at = |bin| match self.method {
                    ConnectivityMethod::EnvelopeCorrelation => {
                        envelopes[row].correlation(&envelopes[column])
                    }
                    ConnectivityMethod::OrthogonalizedEnvelopeCorrelation => {
                        envelopes[row].orthogonalized_correlation(&envelopes[column])
                    }
                    method => of.measure([row, column], bin, method),
                };
                let value = bins.clone().map(at).sum::<f64>() / n_bins;
                matrix[[row, column]] = value;
                matrix[[column, row]] = self.method.mirrored(value);
            }
        }
    }
}

/// What `make` makes of each band.
fn each<T>(
    bands: &[Band],
    make: impl Fn(&Band) -> Result<T, emo_dsp::DspError>,
) -> Result<Vec<T>, EegError> {
    let named = |band: &Band| {
        make(band).map_err(|source| EegError::InvalidBand {
            band: band.name.clone(),
            source,
        })
    };
    bands.iter().map(named).collect()
}

/// All channels in `f64`, none of them constant.
fn checked_channels(window: &ArrayRef2<f32>) -> Result<Vec<Vec<f64>>, EegError> {
    if window.nrows() == 0 {
        return Err(EegError::NoChannels);
    }
    let rows = window.outer_iter().enumerate();
    rows.map(|(channel, row)| {
        let samples = checked_channel(channel, row)?;
        match samples.first() {
            None => Err(EegError::SignalTooShort {
                actual: 0,
                required: 2,
            }),
            Some(first) if samples.iter().all(|sample| sample == first) => {
                Err(EegError::FlatChannel { channel })
            }
            Some(_) => Ok(samples),
        }
    })
    .collect()
}

/// `[channels, samples]` of equally long channels.
fn array(channels: &[Vec<f64>]) -> Array2<f64> {
    let n_samples = channels.first().map_or(0, Vec::len);
    Array2::from_shape_fn((channels.len(), n_samples), |(channel, n)| {
        channels[channel][n]
    })
}
