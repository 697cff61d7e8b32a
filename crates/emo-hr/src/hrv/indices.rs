use crate::respiration::respiration_rate;
use crate::{HrError, RrSeries};

use super::spec::HF;

use super::{
    Asymmetry, Complexity, ComplexityConfig, Deviation, Fluctuation, Fragmentation,
    FrequencyConfig, FrequencyDomain, HrvSpec, HrvValue, NotMeaningful, Poincare, SymbolicDynamics,
    Symbols, TimeDomain, TimeDomainConfig, asymmetry, complexity, fluctuation, fragmentation,
    frequency, poincare, symbolic, time_domain,
};

/// What happens below the data that an index needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MinimumData {
    /// It has no value, and says why.
    #[default]
    Enforced,
    /// It has the value that its formula gives, as the established packages do.
    Ignored,
}

/// Settings of [`Hrv`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HrvConfig {
    /// Of the time domain.
    pub time: TimeDomainConfig,
    /// Of the frequency domain. Default: Welch's method on a cubic tachogram at 4 Hz.
    pub frequency: FrequencyConfig,
    /// Of entropies and dimensions.
    pub complexity: ComplexityConfig,
    /// Default: [`MinimumData::Enforced`].
    pub minimum: MinimumData,
    /// Intervals above which [`Fluctuation`] and [`Complexity`], whose cost is quadratic, are not computed. Default:
    /// 10,000, about two hours.
    pub max_intervals: usize,
}

impl Default for HrvConfig {
    fn default() -> Self {
        Self {
            time: TimeDomainConfig::default(),
            frequency: FrequencyConfig::default(),
            complexity: ComplexityConfig::default(),
            minimum: MinimumData::Enforced,
            max_intervals: 10_000,
        }
    }
}

impl HrvConfig {
    /// NeuroKit2's conventions throughout, with a tachogram at 4 Hz and powers in ms², and its willingness to compute
    /// on any length.
    pub fn neurokit() -> Self {
        Self {
            time: TimeDomainConfig::neurokit(),
            frequency: FrequencyConfig::neurokit(4.0),
            complexity: ComplexityConfig::neurokit(),
            minimum: MinimumData::Ignored,
            ..Self::default()
        }
    }
}

/// All indices of heart rate variability at once, each with the data it needs.
///
/// The parts can be had alone: [`TimeDomain`], [`FrequencyDomain`], [`Poincare`], [`Asymmetry`], [`Fragmentation`], [`SymbolicDynamics`],
/// [`Fluctuation`], [`Complexity`]. They compute whatever their formulas give; here an index below its minimum of data is
/// [`NotMeaningful`] instead.
///
/// ```
/// use emo_hr::{Hrv, HrvConfig, NotMeaningful, RrSeries};
///
/// // 40 s of intervals that swing with the breath.
/// let intervals = (0..50).map(|i| 800.0 + 40.0 * (f64::from(i) * 1.3).sin()).collect();
/// let indices = Hrv::new(&HrvConfig::default())?.compute(&RrSeries::from_millis(intervals)?)?;
///
/// let rmssd = indices.get("RMSSD").unwrap();
/// assert!(rmssd.value.unwrap() > 20.0);
/// assert!(rmssd.quality < 0.2);
/// let sdnn = indices.get("SDNN").unwrap();
/// assert!(matches!(sdnn.value, Err(NotMeaningful::TooShort { required_s: 60.0, .. })));
/// # Ok::<(), emo_hr::HrError>(())
/// ```
///
/// # References
/// F. Shaffer, J. P. Ginsberg (2017). An overview of heart rate variability metrics and norms. Frontiers in Public
/// Health 5:258. doi:10.3389/fpubh.2017.00258.
#[derive(Debug, Clone)]
#[doc(alias = "heart rate variability")]
pub struct Hrv {
    config: HrvConfig,
}

/// The index that [`respiration_rate`] gives.
const RESPIRATION: [HrvSpec; 1] = [HrvSpec::new("RespRate", "1/min", HF, (6.0, 30.0))];

/// What stands in the result, in its order.
const PARTS: [&[HrvSpec]; 9] = [
    &time_domain::SPECS,
    &frequency::SPECS,
    &poincare::SPECS,
    &fragmentation::SPECS,
    &asymmetry::SPECS,
    &fluctuation::SPECS,
    &complexity::SPECS,
    &symbolic::SPECS,
    &RESPIRATION,
];

impl Hrv {
    /// Takes the settings.
    ///
    /// # Errors
    /// None so far.
    pub fn new(config: &HrvConfig) -> Result<Self, HrError> {
        Ok(Self {
            config: config.clone(),
        })
    }

    /// What [`compute`](Self::compute) gives, in its order.
    pub fn specs() -> impl Iterator<Item = HrvSpec> {
        PARTS.into_iter().flatten().copied()
    }

    /// The names of the indices, in the same order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::specs().map(|spec| spec.name)
    }

    /// The indices of a series. What enters should be corrected for artefacts.
    ///
    /// # Errors
    /// [`HrError::TooFewIntervals`] for an empty series; a short one has indices that are not meaningful.
    pub fn compute(&self, rr: &RrSeries) -> Result<HrvIndices, HrError> {
        let time = TimeDomain::compute(rr, &self.config.time)?;
        let frequency = FrequencyDomain::compute(rr, &self.config.frequency).map(|f| f.values());
        let poincare = Poincare::compute(rr, Deviation::Sample).map(|p| p.values());
        let fragmentation = Fragmentation::compute(rr).map(|f| f.values());
        let asymmetry = Asymmetry::compute(rr).map(|a| a.values());
        let words = SymbolicDynamics::compute(rr, Symbols::EqualProbability(4));
        let allowed = self.config.max_intervals;
        let too_many = rr.len() > allowed;
        let (fluctuation, complexity) = if too_many {
            (
                vec![None; fluctuation::SPECS.len()],
                vec![None; complexity::SPECS.len()],
            )
        } else {
            (
                Fluctuation::compute(rr)?.values().to_vec(),
                Complexity::compute(rr, &self.config.complexity)?
                    .values()
                    .to_vec(),
            )
        };
        let parts: [Vec<Option<f64>>; PARTS.len()] = [
            time.values().to_vec(),
            or_none(frequency),
            or_none(poincare),
            or_none(fragmentation),
            or_none(asymmetry),
            fluctuation,
            complexity,
            or_none(words.map(|w| w.values())),
            or_none(respiration_rate(rr).map(|rate| [rate])),
        ];
        let enforce = self.config.minimum == MinimumData::Enforced;
        let values = PARTS
            .iter()
            .zip(parts)
            .flat_map(|(specs, values)| specs.iter().zip(values))
            .map(|(spec, value)| spec.judge(value, rr, enforce));
        let quadratic = |spec: &HrvSpec| {
            let mut specs = fluctuation::SPECS.iter().chain(&complexity::SPECS);
            specs.any(|other| other.name == spec.name)
        };
        let values = values
            .map(|mut index| {
                if too_many && quadratic(&index.spec) {
                    index.value = Err(NotMeaningful::TooManyIntervals {
                        actual: rr.len(),
                        allowed,
                    });
                }
                index
            })
            .collect();
        Ok(HrvIndices { values })
    }
}

/// A part that the series is too short for has no values.
fn or_none<const N: usize>(values: Result<[Option<f64>; N], HrError>) -> Vec<Option<f64>> {
    values.unwrap_or([None; N]).to_vec()
}

/// The indices of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct HrvIndices {
    values: Vec<HrvValue>,
}

impl HrvIndices {
    /// All of them, in the order of [`Hrv::names`].
    pub fn values(&self) -> &[HrvValue] {
        &self.values
    }

    /// The index of that name, if there is one.
    pub fn get(&self, name: &str) -> Option<&HrvValue> {
        self.values.iter().find(|value| value.spec.name == name)
    }

    /// The value of the index of that name, or why it has none; `None` for a name that is no index.
    pub fn value(&self, name: &str) -> Option<Result<f64, NotMeaningful>> {
        self.get(name).map(|value| value.value)
    }
}
