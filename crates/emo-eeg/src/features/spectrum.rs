use emo_dsp::{
    BandPower, BandPowerConfig, DcBin, DspError, EntropyUnit, Welch, WelchConfig, spectral_entropy,
};

use super::config::EegFeaturesConfig;
use super::output::Output;
use crate::{
    AperiodicSlope, AperiodicSlopeConfig, ChannelBands, EegError, WaveletDecomposition, engagement,
    muscle_index, spectral_edge, theta_beta_ratio,
};

/// One channel's spectrum and the power of its bands.
#[derive(Debug, Clone)]
pub(super) struct ChannelSpectrum {
    welch: Welch,
    bands: BandPower,
    pub(super) density: Vec<f64>,
    /// The power of each band and, last, of what lies between the lowest and the highest edge.
    pub(super) powers: Vec<f64>,
}

impl ChannelSpectrum {
    pub(super) fn new(config: &EegFeaturesConfig) -> Result<Self, EegError> {
        if config.bands.is_empty() {
            return Err(EegError::NoBands);
        }
        let invalid = |source| EegError::InvalidSpectrum { source };
        let welch = Welch::new(&WelchConfig::new(config.sample_rate, config.segment_len))
            .map_err(invalid)?;
        let mut edges: Vec<[f64; 2]> = Vec::new();
        for band in &config.bands {
            let invalid = |source| EegError::InvalidBand {
                band: band.name.clone(),
                source,
            };
            let nyquist_hz = config.sample_rate.nyquist_hz();
            if band.high_hz > nyquist_hz {
                return Err(invalid(DspError::EdgeOutOfRange {
                    hz: band.high_hz,
                    nyquist_hz,
                }));
            }
            let own = BandPowerConfig::new([[band.low_hz, band.high_hz]]);
            BandPower::new(&own, welch.n_bins(), welch.bin_hz()).map_err(invalid)?;
            edges.push([band.low_hz, band.high_hz]);
        }
        let low = edges.iter().map(|e| e[0]).fold(f64::INFINITY, f64::min);
        let high = edges.iter().map(|e| e[1]).fold(0.0, f64::max);
        edges.push([low, high]);
        let n_powers = edges.len();
        let bands = BandPower::new(&BandPowerConfig::new(edges), welch.n_bins(), welch.bin_hz())
            .map_err(invalid)?;
        Ok(Self {
            density: vec![0.0; welch.n_bins()],
            powers: vec![0.0; n_powers],
            welch,
            bands,
        })
    }

    pub(super) fn n_bins(&self) -> usize {
        self.welch.n_bins()
    }

    pub(super) fn bin_hz(&self) -> f64 {
        self.welch.bin_hz()
    }

    pub(super) fn compute(&mut self, samples: &[f64]) -> Result<(), EegError> {
        let invalid = |source| EegError::InvalidSpectrum { source };
        self.welch
            .compute_into(samples, &mut self.density)
            .map_err(invalid)?;
        self.bands
            .compute_into(&self.density, &mut self.powers)
            .map_err(invalid)
    }
}

/// What is computed of a channel's spectrum, and of its wavelet.
#[derive(Debug, Clone)]
pub(super) struct SpectrumFeatures {
    slope: AperiodicSlope,
    wavelet: WaveletDecomposition,
    line_hz: f64,
    /// Where theta, alpha and beta are among the bands.
    rhythms: Option<[usize; 3]>,
}

impl SpectrumFeatures {
    pub(super) fn new(
        config: &EegFeaturesConfig,
        spectrum: &ChannelSpectrum,
        rhythms: Option<[usize; 3]>,
    ) -> Result<Self, EegError> {
        let slope = AperiodicSlopeConfig {
            line_hz: config.line_hz,
            ..AperiodicSlopeConfig::default()
        };
        Ok(Self {
            slope: AperiodicSlope::new(&slope, spectrum.n_bins(), spectrum.bin_hz())?,
            wavelet: WaveletDecomposition::new(config.window_len)?,
            line_hz: config.line_hz,
            rhythms,
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        const NAMES: [&str; 5] = [
            "spectral_entropy",
            "median_frequency",
            "edge_frequency",
            "aperiodic_slope",
            "muscle_index",
        ];
        let levels = 1..=self.wavelet.n_levels();
        let rhythms = ["theta_beta", "engagement"].map(str::to_owned);
        let n_rhythms = if self.rhythms.is_some() { 2 } else { 0 };
        let names = NAMES.map(str::to_owned).into_iter();
        let levels = levels.map(|level| format!("wavelet_{level}"));
        names
            .chain(levels)
            .chain(rhythms.into_iter().take(n_rhythms))
    }

    pub(super) fn compute(
        &mut self,
        samples: &[f64],
        spectrum: &ChannelSpectrum,
        out: &mut Output<'_>,
    ) -> Result<(), EegError> {
        let (density, bin_hz) = (&spectrum.density, spectrum.bin_hz());
        out.put_result(spectral_entropy(
            density,
            DcBin::Included,
            EntropyUnit::Share,
        ))?;
        out.put_result(spectral_edge(density, bin_hz, 0.5))?;
        out.put_result(spectral_edge(density, bin_hz, 0.95))?;
        out.put_result(self.slope.compute(density))?;
        out.put_result(muscle_index(density, bin_hz, self.line_hz))?;
        self.wavelet.compute(samples)?;
        let rest = self.wavelet.approximation();
        let total = self.wavelet.energies().sum::<f64>() + rest.iter().map(|x| x * x).sum::<f64>();
        for energy in self.wavelet.energies() {
            out.put_result(if total > 0.0 {
                Ok(energy / total)
            } else {
                Err(EegError::Undefined {
                    measure: "share of a wavelet's energy",
                    reason: "all samples are 0",
                })
            })?;
        }
        if let Some(rhythms) = self.rhythms {
            let bands = channel_bands(&spectrum.powers, rhythms);
            out.put_result(theta_beta_ratio(&bands))?;
            out.put_result(engagement(&bands))?;
        }
        Ok(())
    }
}

pub(super) fn channel_bands(powers: &[f64], [theta, alpha, beta]: [usize; 3]) -> ChannelBands {
    ChannelBands {
        theta: powers[theta],
        alpha: powers[alpha],
        beta: powers[beta],
    }
}
