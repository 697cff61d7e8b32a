use emo_dsp::{
    ApproximateEntropy, ApproximateEntropyConfig, BinaryThreshold, DspError, EntropyUnit,
    FuzzyEntropy, FuzzyEntropyConfig, Higuchi, HiguchiConfig, Hurst, HurstConvention, LempelZiv,
    MultiscaleEntropy, MultiscaleEntropyConfig, MultiscaleMethod, SampleEntropy,
    SampleEntropyConfig, ShannonEntropy, katz_fd,
};

use crate::{HrError, RrSeries};

use super::correlation_dimension::{CorrelationRadii, correlation_dimension};
use super::spec::{ANY, ATTRACTOR, ENTROPY, HrvSpec, POSITIVE, SAMPEN};
use super::statistics::finite;

/// Settings of [`Complexity`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComplexityConfig {
    /// Of SampEn. Default: NeuroKit2's, templates of two intervals, 0.2 standard deviations.
    pub sample_entropy: SampleEntropyConfig,
    /// Of ApEn. Default: NeuroKit2's, likewise.
    pub approximate_entropy: ApproximateEntropyConfig,
    /// Of FuzzyEn. Default: likewise.
    pub fuzzy_entropy: FuzzyEntropyConfig,
    /// Of CD. Default: shares of the largest distance.
    pub radii: CorrelationRadii,
    /// Of HFD. Default: steps up to 10.
    pub higuchi: HiguchiConfig,
    /// Of LZC. Default: the mean, as NeuroKit2.
    pub lempel_ziv: BinaryThreshold,
    /// Of Hurst. Default: NeuroKit2's, corrected.
    pub hurst: HurstConvention,
}

impl Default for ComplexityConfig {
    fn default() -> Self {
        Self {
            sample_entropy: SampleEntropyConfig::neurokit(),
            approximate_entropy: ApproximateEntropyConfig::neurokit(),
            fuzzy_entropy: FuzzyEntropyConfig::default(),
            radii: CorrelationRadii::Shares,
            higuchi: HiguchiConfig::default(),
            lempel_ziv: BinaryThreshold::Mean,
            hurst: HurstConvention::NeuroKitCorrected,
        }
    }
}

impl ComplexityConfig {
    /// As NeuroKit2 0.2: the default but for CD.
    pub fn neurokit() -> Self {
        Self {
            radii: CorrelationRadii::NeuroKit,
            ..Self::default()
        }
    }
}

/// Entropies and fractal dimensions of intervals, each as `emo-dsp` has it; `None` where the series defines none, as a
/// constant one. Gaps are not seen. The cost is quadratic in the number of intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Complexity {
    /// Approximate entropy, in nats.
    pub apen: Option<f64>,
    /// Sample entropy, in nats.
    pub sampen: Option<f64>,
    /// Shannon entropy of the values that occur, in bits: says something of intervals that are rounded.
    pub shanen: Option<f64>,
    /// Fuzzy entropy, in nats.
    pub fuzzyen: Option<f64>,
    /// Multiscale entropy, in nats.
    pub msen: Option<f64>,
    /// Composite multiscale entropy, in nats.
    pub cmsen: Option<f64>,
    /// Refined composite multiscale entropy, in nats.
    pub rcmsen: Option<f64>,
    /// [`correlation_dimension`].
    pub correlation_dimension: Option<f64>,
    /// Higuchi's fractal dimension.
    pub higuchi: Option<f64>,
    /// Katz's fractal dimension.
    pub katz: Option<f64>,
    /// Lempel–Ziv complexity of the signs of deviations from the mean.
    pub lempel_ziv: Option<f64>,
    /// Hurst exponent.
    pub hurst: Option<f64>,
}

impl Complexity {
    /// The measures of a series.
    ///
    /// # Errors
    /// [`HrError::Dsp`] for a setting out of range.
    pub fn compute(rr: &RrSeries, config: &ComplexityConfig) -> Result<Self, HrError> {
        let x = rr.intervals_ms();
        let multiscale = |method| {
            let mut config = MultiscaleEntropyConfig::default();
            config.method = method;
            defined(MultiscaleEntropy::new(&config)?.compute(x))
        };
        Ok(Self {
            apen: defined(ApproximateEntropy::new(&config.approximate_entropy)?.compute(x))?,
            sampen: defined(SampleEntropy::new(&config.sample_entropy)?.compute(x))?,
            shanen: defined(ShannonEntropy::new(EntropyUnit::Bits).compute(x))?,
            fuzzyen: defined(FuzzyEntropy::new(&config.fuzzy_entropy)?.compute(x))?,
            msen: multiscale(MultiscaleMethod::Means)?,
            cmsen: multiscale(MultiscaleMethod::Composite)?,
            rcmsen: multiscale(MultiscaleMethod::RefinedComposite)?,
            correlation_dimension: correlation_dimension(rr, config.radii).unwrap_or(None),
            higuchi: defined(Higuchi::new(&config.higuchi)?.compute(x))?,
            katz: defined(katz_fd(x))?,
            lempel_ziv: defined(LempelZiv::new(config.lempel_ziv)?.compute(x))?,
            hurst: defined(Hurst::new(config.hurst).compute(x))?,
        })
    }

    pub(crate) fn values(&self) -> [Option<f64>; 12] {
        [
            self.apen,
            self.sampen,
            self.shanen,
            self.fuzzyen,
            self.msen,
            self.cmsen,
            self.rcmsen,
            self.correlation_dimension,
            self.higuchi,
            self.katz,
            self.lempel_ziv,
            self.hurst,
        ]
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 12] = [
    HrvSpec::new("ApEn", "nat", ENTROPY, ANY),
    HrvSpec::new("SampEn", "nat", SAMPEN, ANY),
    HrvSpec::new("ShanEn", "bit", ENTROPY, POSITIVE),
    HrvSpec::new("FuzzyEn", "nat", ENTROPY, ANY),
    HrvSpec::new("MSEn", "nat", ENTROPY, ANY),
    HrvSpec::new("CMSEn", "nat", ENTROPY, ANY),
    HrvSpec::new("RCMSEn", "nat", ENTROPY, ANY),
    HrvSpec::new("CD", "", ATTRACTOR, ANY),
    HrvSpec::new("HFD", "", ENTROPY, ANY),
    HrvSpec::new("KFD", "", ENTROPY, ANY),
    HrvSpec::new("LZC", "", ENTROPY, POSITIVE),
    HrvSpec::new("Hurst", "", ENTROPY, ANY),
];

/// A measure that the series has, or `None`.
fn defined(measure: Result<f64, DspError>) -> Result<Option<f64>, HrError> {
    match measure {
        Ok(value) => Ok(finite(value)),
        Err(DspError::SignalTooShort { .. } | DspError::Undefined { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
