use emo_dsp::{
    ApproximateEntropyConfig, BinaryThreshold, Dfa, DfaConfig, Higuchi, HiguchiConfig, LempelZiv,
    PatternEntropies, PermutationEntropy, PermutationEntropyConfig, PetrosianLength,
    SampleEntropyConfig, SampleRate, SvdEntropy, SvdEntropyConfig, katz_fd, petrosian_fd,
};

use super::output::Output;
use crate::statistics::Moments;
use crate::{
    EegError, Hjorth, HjorthConvention, decorrelation_time, higher_order_crossings, teager_kaiser,
};

/// Orders of crossings, as in the paper.
const N_CROSSINGS: usize = 10;

/// What is computed of a channel's samples themselves.
#[derive(Debug, Clone)]
pub(super) struct TimeFeatures {
    rate: SampleRate,
    memory: Vec<f64>,
}

impl TimeFeatures {
    pub(super) fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            memory: Vec::new(),
        }
    }

    pub(super) fn names() -> impl Iterator<Item = String> {
        const NAMES: [&str; 11] = [
            "mean",
            "standard_deviation",
            "skewness",
            "kurtosis",
            "peak_to_peak",
            "line_length",
            "hjorth_mobility",
            "hjorth_complexity",
            "teager_mean",
            "teager_deviation",
            "decorrelation_time",
        ];
        let crossings = (1..=N_CROSSINGS).map(|order| format!("crossings_{order}"));
        NAMES.map(str::to_owned).into_iter().chain(crossings)
    }

    pub(super) fn compute(&mut self, x: &[f64], out: &mut Output<'_>) -> Result<(), EegError> {
        let moments = Moments::of(x);
        let m = |of: fn(&Moments) -> f64| moments.as_ref().map(of).map_err(Clone::clone);
        out.put(x.iter().sum::<f64>() / x.len() as f64)?;
        out.put_result(m(|m| m.variance.sqrt()))?;
        out.put_result(m(|m| m.skewness))?;
        out.put_result(m(|m| m.kurtosis))?;
        out.put_result(m(|m| m.peak_to_peak))?;
        out.put_result(m(|m| m.line_length))?;
        let hjorth = Hjorth::of(x, HjorthConvention::Population);
        let h = |of: fn(&Hjorth) -> f64| hjorth.as_ref().map(of).map_err(Clone::clone);
        out.put_result(h(|h| h.mobility).map(|mobility| mobility * self.rate.hz()))?;
        out.put_result(h(|h| h.complexity))?;
        for value in teager_kaiser(x) {
            out.put(value)?;
        }
        let time = decorrelation_time(x, self.rate)?;
        out.put_result(time.ok_or(EegError::Undefined {
            measure: "decorrelation time",
            reason: "the autocorrelation keeps its sign",
        }))?;
        let mut crossings = [0.0; N_CROSSINGS];
        higher_order_crossings(x, &mut crossings, &mut self.memory)?;
        for value in crossings {
            out.put(value)?;
        }
        Ok(())
    }
}

/// Entropies, dimensions and exponents of a channel's samples.
#[derive(Debug, Clone)]
pub(super) struct ComplexityFeatures {
    pattern_entropies: PatternEntropies,
    permutation_entropy: PermutationEntropy,
    svd_entropy: SvdEntropy,
    lempel_ziv: LempelZiv,
    higuchi: Higuchi,
    dfa: Dfa,
}

impl ComplexityFeatures {
    pub(super) const NAMES: [&str; 10] = [
        "sample_entropy",
        "approximate_entropy",
        "permutation_entropy",
        "svd_entropy",
        "fisher_information",
        "lempel_ziv",
        "petrosian",
        "katz",
        "higuchi",
        "dfa",
    ];

    pub(super) fn new() -> Result<Self, EegError> {
        Ok(Self {
            pattern_entropies: PatternEntropies::new(
                &SampleEntropyConfig::antropy(),
                &ApproximateEntropyConfig::antropy(),
            )?,
            permutation_entropy: PermutationEntropy::new(&PermutationEntropyConfig::default())?,
            svd_entropy: SvdEntropy::new(&SvdEntropyConfig::antropy())?,
            lempel_ziv: LempelZiv::new(BinaryThreshold::Median)?,
            higuchi: Higuchi::new(&HiguchiConfig::default())?,
            dfa: Dfa::new(&DfaConfig::antropy())?,
        })
    }

    pub(super) fn compute(&mut self, x: &[f64], out: &mut Output<'_>) -> Result<(), EegError> {
        for entropy in self.pattern_entropies.compute(x) {
            out.put_result(entropy)?;
        }
        out.put_result(self.permutation_entropy.compute(x))?;
        let singular = self.svd_entropy.compute(x);
        out.put_result(singular.clone().map(|s| s.entropy))?;
        out.put_result(singular.map(|s| s.fisher_information))?;
        out.put_result(self.lempel_ziv.compute(x))?;
        out.put_result(petrosian_fd(x, PetrosianLength::Samples))?;
        out.put_result(katz_fd(x))?;
        out.put_result(self.higuchi.compute(x))?;
        out.put_result(self.dfa.compute(x))
    }
}
