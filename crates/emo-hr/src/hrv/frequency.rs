use emo_dsp::{BandEdges, BandPower, BandPowerConfig, Integration};

use crate::{HrError, RrSeries};

use super::spec::{ANY, HF, HrvSpec, LF, POSITIVE, SHARE, ULF, VLF};
use super::spectrum::{Spectrum, SpectrumConfig};
use super::statistics::finite;

/// The bands in Hz: ultra low, very low, low, high and very high frequencies (Task Force 1996; the last one is
/// NeuroKit2's).
const BANDS_HZ: [[f64; 2]; 5] = [
    [0.0, 0.0033],
    [0.0033, 0.04],
    [0.04, 0.15],
    [0.15, 0.4],
    [0.4, 0.5],
];

/// Scale of the power of bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PowerScale {
    /// In ms².
    #[default]
    Absolute,
    /// Of a spectrum whose maximum is 1, in Hz; NeuroKit2's default.
    OfMaximum,
}

/// Settings of [`FrequencyDomain`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FrequencyConfig {
    /// Of the spectrum.
    pub spectrum: SpectrumConfig,
    /// Lower and upper edge in Hz of ULF, VLF, LF, HF and VHF; `None` for a band that is left out.
    /// Default: 0–0.0033, 0.0033–0.04, 0.04–0.15, 0.15–0.4, 0.4–0.5 Hz.
    pub bands_hz: [Option<[f64; 2]>; 5],
    /// Whether bands hold their upper edge. Default: [`BandEdges::HalfOpen`], they do not.
    pub edges: BandEdges,
    /// How bins become power. Default: [`Integration::Trapezoid`].
    pub integration: Integration,
    /// Frequencies with fewer periods in the series are left out. Default: 0; NeuroKit2 has 4.
    pub min_periods: f64,
    /// Default: [`PowerScale::Absolute`].
    pub scale: PowerScale,
}

impl Default for FrequencyConfig {
    fn default() -> Self {
        Self {
            spectrum: SpectrumConfig::default(),
            bands_hz: BANDS_HZ.map(Some),
            edges: BandEdges::HalfOpen,
            integration: Integration::Trapezoid,
            min_periods: 0.0,
            scale: PowerScale::Absolute,
        }
    }
}

impl FrequencyConfig {
    /// As NeuroKit2's `hrv_frequency` with a tachogram at `rate_hz` (its default is 100 Hz), in ms²
    /// (`normalize=False`); set [`scale`](Self::scale) for its default.
    pub fn neurokit(rate_hz: f64) -> Self {
        Self {
            spectrum: SpectrumConfig::neurokit(rate_hz),
            min_periods: 4.0,
            ..Self::default()
        }
    }

    /// As pyHRV's `welch_psd`: no ULF and VHF, VLF from 0 Hz, bands with both edges, sums of bins.
    pub fn pyhrv() -> Self {
        Self {
            spectrum: SpectrumConfig::pyhrv(),
            bands_hz: [
                None,
                Some([0.0, 0.04]),
                Some(BANDS_HZ[2]),
                Some(BANDS_HZ[3]),
                None,
            ],
            edges: BandEdges::Closed,
            integration: Integration::Rectangle,
            ..Self::default()
        }
    }
}

/// Heart rate variability in the frequency domain.
///
/// Powers are in ms², `None` for a band without bins or power.
///
/// # References
/// Task Force of the European Society of Cardiology (1996). Heart rate variability: standards of measurement. European
/// Heart Journal 17(3). doi:10.1093/oxfordjournals.eurheartj.a014868.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FrequencyDomain {
    /// Power of ULF, VLF, LF, HF and VHF.
    pub bands: [Option<f64>; 5],
    /// Where each of them is highest, in Hz.
    pub peaks_hz: [Option<f64>; 5],
    /// Their sum.
    pub total: f64,
}

impl FrequencyDomain {
    /// The indices of a series.
    ///
    /// # Errors
    /// As [`Spectrum::compute`], and [`HrError::Dsp`] for a band that is not one.
    pub fn compute(rr: &RrSeries, config: &FrequencyConfig) -> Result<Self, HrError> {
        Self::of(&Spectrum::compute(rr, &config.spectrum)?, config)
    }

    /// The indices of a spectrum.
    ///
    /// # Errors
    /// [`HrError::Dsp`] for a band that is not one, or a density that is not finite.
    pub fn of(spectrum: &Spectrum, config: &FrequencyConfig) -> Result<Self, HrError> {
        Self::by(spectrum, config, |_, band_hz| {
            power(spectrum, band_hz, config)
        })
    }

    /// The indices by a function that gives the power of a band.
    pub(super) fn by(
        spectrum: &Spectrum,
        config: &FrequencyConfig,
        mut power: impl FnMut(usize, [f64; 2]) -> Result<Option<f64>, HrError>,
    ) -> Result<Self, HrError> {
        let highest = spectrum.density.iter().copied().fold(0.0, f64::max);
        let scale = match config.scale {
            PowerScale::OfMaximum if highest > 0.0 => 1.0 / highest,
            _ => 1.0,
        };
        let lowest_hz = config.min_periods / spectrum.duration_s;
        let mut bands = [None; 5];
        let mut peaks_hz = [None; 5];
        for (i, band) in config.bands_hz.iter().enumerate() {
            let Some([low_hz, high_hz]) = *band else {
                continue;
            };
            let low_hz = low_hz.max(lowest_hz);
            if low_hz >= high_hz && high_hz > 0.0 {
                continue;
            }
            bands[i] = power(i, [low_hz, high_hz])?.map(|power| scale * power);
            peaks_hz[i] = peak(spectrum, [low_hz, high_hz]);
        }
        Ok(Self {
            bands,
            peaks_hz,
            total: bands.iter().flatten().sum(),
        })
    }

    /// Power of 0.04–0.15 Hz.
    pub fn lf(&self) -> Option<f64> {
        self.bands[2]
    }

    /// Power of 0.15–0.4 Hz.
    pub fn hf(&self) -> Option<f64> {
        self.bands[3]
    }

    /// LF by HF; no unit.
    pub fn lf_hf(&self) -> Option<f64> {
        finite(self.lf()? / self.hf()?)
    }

    /// LF's share of LF and HF, from 0 to 1 ("normalized units", Task Force 1996).
    pub fn lf_nu(&self) -> Option<f64> {
        finite(self.lf()? / (self.lf()? + self.hf()?))
    }

    /// HF's share of LF and HF, from 0 to 1.
    pub fn hf_nu(&self) -> Option<f64> {
        self.lf_nu().map(|lf| 1.0 - lf)
    }

    /// LF's share of all bands, from 0 to 1.
    pub fn lf_share(&self) -> Option<f64> {
        finite(self.lf()? / self.total)
    }

    /// HF's share of all bands, from 0 to 1.
    pub fn hf_share(&self) -> Option<f64> {
        finite(self.hf()? / self.total)
    }

    /// Natural logarithm of HF.
    pub fn ln_hf(&self) -> Option<f64> {
        finite(self.hf()?.ln())
    }

    pub(crate) fn values(&self) -> [Option<f64>; 14] {
        let [ulf, vlf, lf, hf, vhf] = self.bands;
        [
            ulf,
            vlf,
            lf,
            hf,
            vhf,
            Some(self.total),
            self.lf_hf(),
            self.lf_share(),
            self.hf_share(),
            self.ln_hf(),
            self.lf_nu(),
            self.hf_nu(),
            self.peaks_hz[2],
            self.peaks_hz[3],
        ]
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 14] = [
    HrvSpec::new("ULF", "ms²", ULF, POSITIVE),
    HrvSpec::new("VLF", "ms²", VLF, POSITIVE),
    HrvSpec::new("LF", "ms²", LF, POSITIVE),
    HrvSpec::new("HF", "ms²", HF, POSITIVE),
    HrvSpec::new("VHF", "ms²", HF, POSITIVE),
    HrvSpec::new("TP", "ms²", LF, POSITIVE),
    HrvSpec::new("LFHF", "", LF, POSITIVE),
    HrvSpec::new("LFn", "", LF, SHARE),
    HrvSpec::new("HFn", "", LF, SHARE),
    HrvSpec::new("LnHF", "ln ms²", HF, ANY),
    HrvSpec::new("LFnu", "", LF, SHARE),
    HrvSpec::new("HFnu", "", LF, SHARE),
    HrvSpec::new("LFpeak", "Hz", LF, (0.04, 0.15)),
    HrvSpec::new("HFpeak", "Hz", HF, (0.15, 0.4)),
];

/// Power of a band, or `None` if it has no bins or nothing in them.
fn power(
    spectrum: &Spectrum,
    band_hz: [f64; 2],
    config: &FrequencyConfig,
) -> Result<Option<f64>, HrError> {
    let band = planned(band_hz, config, spectrum.density.len(), spectrum.bin_hz)?;
    band.map_or(Ok(None), |band| power_by(&band, spectrum))
}

/// A band among so many bins, or `None` if it has none.
pub(super) fn planned(
    band_hz: [f64; 2],
    config: &FrequencyConfig,
    n_bins: usize,
    bin_hz: f64,
) -> Result<Option<BandPower>, HrError> {
    let mut settings = BandPowerConfig::new([band_hz]);
    settings.edges = config.edges;
    settings.integration = config.integration;
    match BandPower::new(&settings, n_bins, bin_hz) {
        Ok(band) => Ok(Some(band)),
        Err(emo_dsp::DspError::EmptyBand { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Power of a planned band, or `None` if there is nothing in it.
pub(super) fn power_by(band: &BandPower, spectrum: &Spectrum) -> Result<Option<f64>, HrError> {
    let mut power = [0.0];
    band.compute_into(&spectrum.density, &mut power)?;
    Ok(Some(power[0]).filter(|power| *power > 0.0))
}

/// The first of the highest bins between two frequencies, both included.
fn peak(spectrum: &Spectrum, [low_hz, high_hz]: [f64; 2]) -> Option<f64> {
    let bins = spectrum.density.iter().enumerate();
    bins.map(|(k, power)| (k as f64 * spectrum.bin_hz, *power))
        .filter(|(hz, _)| (low_hz..=high_hz).contains(hz))
        .fold(None, |best, bin| match best {
            Some((_, highest)) if bin.1 <= highest => best,
            _ => Some(bin),
        })
        .map(|(hz, _)| hz)
}
