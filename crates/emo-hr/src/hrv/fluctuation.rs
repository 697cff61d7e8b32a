use std::ops::RangeInclusive;

use emo_dsp::{Dfa, DfaConfig, DspError, FluctuationMean};

use crate::{HrError, RrSeries};

use super::spec::{ANY, DFA_LONG, DFA_SHORT, DataNeed, HrvSpec};
use super::statistics::finite;

/// Windows of α1, in beats.
const SHORT: RangeInclusive<usize> = 4..=11;
/// The shortest window of α2; the longest is a tenth of the beats.
const LONG_FROM: usize = 12;
/// The orders of the multifractal analysis.
const ORDERS: RangeInclusive<i32> = -5..=5;

/// How the fluctuation of intervals grows with the number of beats over which it is watched.
///
/// The windows are NeuroKit2's: of 4 to 11 beats for α1 and of 12 to a tenth of the beats for α2, every half window.
///
/// # References
/// C.-K. Peng, S. Havlin, H. E. Stanley, A. L. Goldberger (1995). Quantification of scaling exponents and crossover
/// phenomena in nonstationary heartbeat time series. Chaos 5(1). doi:10.1063/1.166141.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Fluctuation {
    /// Scaling exponent over windows of 4 to 11 beats; `None` below 12 intervals or for a constant series.
    pub alpha1: Option<f64>,
    /// Its spectrum.
    pub multifractal1: Option<Multifractal>,
    /// Scaling exponent over windows of 12 beats and more; `None` below 129 intervals.
    pub alpha2: Option<f64>,
    /// Its spectrum.
    pub multifractal2: Option<Multifractal>,
}

impl Fluctuation {
    /// The exponents of a series. Gaps are not seen.
    ///
    /// # Errors
    /// None but for what the analysis itself refuses of valid intervals.
    pub fn compute(rr: &RrSeries) -> Result<Self, HrError> {
        let long = LONG_FROM..=(rr.len() + 1) / 10;
        Ok(Self {
            alpha1: exponent(rr, SHORT, DfaConfig::neurokit().mean)?,
            multifractal1: Multifractal::compute(rr, SHORT)?,
            alpha2: exponent(rr, long.clone(), DfaConfig::neurokit().mean)?,
            multifractal2: Multifractal::compute(rr, long)?,
        })
    }

    pub(crate) fn values(&self) -> [Option<f64>; 18] {
        let mut values = [None; 18];
        let halves = [
            (self.alpha1, self.multifractal1),
            (self.alpha2, self.multifractal2),
        ];
        for (half, (alpha, spectrum)) in values.chunks_exact_mut(9).zip(halves) {
            half[0] = alpha;
            if let Some(spectrum) = spectrum {
                half[1..].copy_from_slice(&spectrum.values());
            }
        }
        values
    }
}

/// What `values` gives, in its order.
pub(crate) const SPECS: [HrvSpec; 18] = [
    HrvSpec::new("DFA_alpha1", "", DFA_SHORT, ANY),
    multifractal("MFDFA_alpha1_Width", DFA_SHORT),
    multifractal("MFDFA_alpha1_Peak", DFA_SHORT),
    multifractal("MFDFA_alpha1_Mean", DFA_SHORT),
    multifractal("MFDFA_alpha1_Max", DFA_SHORT),
    multifractal("MFDFA_alpha1_Delta", DFA_SHORT),
    multifractal("MFDFA_alpha1_Asymmetry", DFA_SHORT),
    multifractal("MFDFA_alpha1_Fluctuation", DFA_SHORT),
    multifractal("MFDFA_alpha1_Increment", DFA_SHORT),
    HrvSpec::new("DFA_alpha2", "", DFA_LONG, ANY),
    multifractal("MFDFA_alpha2_Width", DFA_LONG),
    multifractal("MFDFA_alpha2_Peak", DFA_LONG),
    multifractal("MFDFA_alpha2_Mean", DFA_LONG),
    multifractal("MFDFA_alpha2_Max", DFA_LONG),
    multifractal("MFDFA_alpha2_Delta", DFA_LONG),
    multifractal("MFDFA_alpha2_Asymmetry", DFA_LONG),
    multifractal("MFDFA_alpha2_Fluctuation", DFA_LONG),
    multifractal("MFDFA_alpha2_Increment", DFA_LONG),
];

const fn multifractal(name: &'static str, data: DataNeed) -> HrvSpec {
    HrvSpec::new(name, "", data, ANY)
}

/// The singularity spectrum of a series: its dimension `D` over the singularity strength `H`, from the scaling
/// exponents `h(q)` of the orders −5 to 5.
///
/// # References
/// - J. W. Kantelhardt et al. (2002). Multifractal detrended fluctuation analysis of nonstationary time series.
///   Physica A 316. doi:10.1016/S0378-4371(02)01383-3.
/// - A. Orozco-Duque, D. Novak, V. Kremen, J. Bustamante (2015). Multifractal analysis for grading complex fractionated
///   electrograms in atrial fibrillation. Physiological Measurement 36(11). doi:10.1088/0967-3334/36/11/2269.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Multifractal {
    /// Range of `H`.
    pub width: f64,
    /// `H` where `D` is largest.
    pub peak: f64,
    /// Middle between the largest and the smallest `H`.
    pub mean: f64,
    /// `D` at the largest `H`.
    pub max: f64,
    /// That less `D` at the smallest `H`.
    pub delta: f64,
    /// Smallest `H` less the peak, by the width; `None` without width.
    pub asymmetry: Option<f64>,
    /// Squared second differences of `h`, by 12.
    pub fluctuation: f64,
    /// Squared differences of `h`.
    pub increment: f64,
}

impl Multifractal {
    /// The spectrum over windows of so many beats; `None` below two windows or intervals for them.
    fn compute(rr: &RrSeries, windows: RangeInclusive<usize>) -> Result<Option<Self>, HrError> {
        let mut exponents = Vec::new();
        for q in ORDERS {
            match exponent(rr, windows.clone(), FluctuationMean::Order(q.into()))? {
                Some(h) => exponents.push((f64::from(q), h)),
                None => return Ok(None),
            }
        }
        let mass: Vec<f64> = exponents.iter().map(|(q, h)| q * h - 1.0).collect();
        let strength = slopes(&mass);
        let points = exponents.iter().zip(&mass).zip(&strength);
        let dimension: Vec<f64> = points.map(|(((q, _), mass), h)| q * h - mass).collect();
        let (largest, smallest) = (highest(&strength), highest(&negative(&strength)));
        let width = strength[largest] - strength[smallest];
        let peak = strength[highest(&dimension)];
        let h: Vec<f64> = exponents.iter().map(|(_, h)| *h).collect();
        let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        Ok(Some(Self {
            width,
            peak,
            mean: (strength[largest] + strength[smallest]) / 2.0,
            max: dimension[largest],
            delta: dimension[largest] - dimension[smallest],
            asymmetry: finite((strength[smallest] - peak) / width),
            fluctuation: squares(&slopes(&slopes(&h))) / f64::from(2 * ORDERS.end() + 2),
            increment: squares(&slopes(&h)),
        }))
    }

    fn values(&self) -> [Option<f64>; 8] {
        [
            Some(self.width),
            Some(self.peak),
            Some(self.mean),
            Some(self.max),
            Some(self.delta),
            self.asymmetry,
            Some(self.fluctuation),
            Some(self.increment),
        ]
    }
}

/// The scaling exponent over windows of so many beats; `None` if the series has none.
fn exponent(
    rr: &RrSeries,
    windows: RangeInclusive<usize>,
    mean: FluctuationMean,
) -> Result<Option<f64>, HrError> {
    if windows.end() <= windows.start() {
        return Ok(None);
    }
    let mut config = DfaConfig::nolds(windows);
    config.overlap = DfaConfig::neurokit().overlap;
    config.mean = mean;
    match Dfa::new(&config)?.compute(rr.intervals_ms()) {
        Ok(alpha) => Ok(finite(alpha)),
        Err(DspError::SignalTooShort { .. } | DspError::Undefined { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Central differences, one-sided at the ends.
fn slopes(values: &[f64]) -> Vec<f64> {
    let last = values.len() - 1;
    (0..=last)
        .map(|i| {
            let (from, to) = (i.saturating_sub(1), (i + 1).min(last));
            (values[to] - values[from]) / (to - from) as f64
        })
        .collect()
}

fn negative(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| -value).collect()
}

/// The first place of the largest value.
fn highest(values: &[f64]) -> usize {
    (0..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}
