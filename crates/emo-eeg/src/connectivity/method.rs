use emo_dsp::Complex64;

/// What of two channels' common oscillation is measured.
///
/// `S` is the cross-spectrum `X·Ȳ` of one observation, ⟨⟩ the mean over observations. Volume conduction and a common
/// reference reach all electrodes at once: measures of the imaginary part, which that leaves at 0, are blind to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectivityMethod {
    /// `|⟨S⟩| / √(⟨|X|²⟩⟨|Y|²⟩)`, 0 to 1.
    #[doc(alias = "coh")]
    Coherence,
    /// The square of the coherence, 0 to 1; SciPy's `coherence`.
    #[doc(alias = "MSC")]
    SquaredCoherence,
    /// `Im⟨S⟩ / √(⟨|X|²⟩⟨|Y|²⟩)`, −1 to 1; changes its sign with the order of the channels (Nolte et al. 2004,
    /// doi:10.1016/j.clinph.2004.04.029).
    #[doc(alias = "imcoh")]
    ImaginaryCoherence,
    /// Phase locking value `|⟨S / |S|⟩|`, 0 to 1 (Lachaux et al. 1999,
    /// doi:10.1002/(SICI)1097-0193(1999)8:4<194::AID-HBM4>3.0.CO;2-C).
    #[doc(alias = "PLV")]
    PhaseLocking,
    /// Imaginary part of the phase locking, corrected for its real part: `|Im P| / √(1 − (Re P)²)`, 0 to 1 (Bruña et
    /// al. 2018, doi:10.1088/1741-2552/aacfe4).
    #[doc(alias = "ciPLV")]
    CorrectedImaginaryPhaseLocking,
    /// Pairwise phase consistency, an unbiased estimate of the squared phase locking value; may be below 0 (Vinck et
    /// al. 2010, doi:10.1016/j.neuroimage.2010.01.073).
    #[doc(alias = "PPC")]
    PairwisePhaseConsistency,
    /// Phase lag index `|⟨sign Im S⟩|`, 0 to 1 (Stam et al. 2007, doi:10.1002/hbm.20346).
    #[doc(alias = "PLI")]
    PhaseLag,
    /// An unbiased estimate of the squared phase lag index; may be below 0 (Vinck et al. 2011,
    /// doi:10.1016/j.neuroimage.2011.01.055).
    #[doc(alias = "pli2_unbiased")]
    UnbiasedSquaredPhaseLag,
    /// Weighted phase lag index `|⟨Im S⟩| / ⟨|Im S|⟩`, 0 to 1 (Vinck et al. 2011); to be trusted from about 8
    /// observations on.
    #[doc(alias = "wPLI")]
    WeightedPhaseLag,
    /// A debiased estimate of the squared weighted phase lag index; may be below 0 (Vinck et al. 2011).
    #[doc(alias = "wpli2_debiased")]
    DebiasedSquaredWeightedPhaseLag,
    /// Correlation of the envelopes, −1 to 1. Of the analytic signal alone.
    #[doc(alias = "AEC")]
    EnvelopeCorrelation,
    /// Correlation of each channel's envelope with what the other one's has at a right angle to it, without sign and
    /// averaged over both directions, 0 to 1 (Hipp et al. 2012, doi:10.1038/nn.3101). Of the analytic signal alone.
    OrthogonalizedEnvelopeCorrelation,
}

impl ConnectivityMethod {
    /// Observations below which the measure is not defined.
    pub(super) fn min_observations(self) -> usize {
        match self {
            Self::PairwisePhaseConsistency
            | Self::UnbiasedSquaredPhaseLag
            | Self::DebiasedSquaredWeightedPhaseLag
            | Self::EnvelopeCorrelation
            | Self::OrthogonalizedEnvelopeCorrelation => 2,
            _ => 1,
        }
    }

    /// Whether the measure is taken from envelopes over time.
    pub(super) fn is_of_envelopes(self) -> bool {
        matches!(
            self,
            Self::EnvelopeCorrelation | Self::OrthogonalizedEnvelopeCorrelation
        )
    }

    /// What the measure says of a channel and itself.
    pub(super) fn diagonal(self) -> f64 {
        match self {
            Self::Coherence
            | Self::SquaredCoherence
            | Self::PhaseLocking
            | Self::PairwisePhaseConsistency
            | Self::EnvelopeCorrelation => 1.0,
            _ => 0.0,
        }
    }

    /// What a value `[row, column]` becomes at `[column, row]`.
    pub(super) fn mirrored(self, value: f64) -> f64 {
        match self {
            Self::ImaginaryCoherence => -value,
            _ => value,
        }
    }
}

/// Sums over the observations of two channels at one frequency.
#[derive(Default)]
pub(super) struct PairSums {
    n: f64,
    cross: Complex64,
    powers: [f64; 2],
    phase: Complex64,
    sign: f64,
    imaginary: f64,
    absolute: f64,
    squared: f64,
}

impl PairSums {
    /// Takes an observation: its cross-spectrum and the channels' powers.
    pub(super) fn add(&mut self, cross: Complex64, powers: [f64; 2]) {
        let magnitude = cross.norm();
        self.n += 1.0;
        self.cross += cross;
        for (sum, power) in self.powers.iter_mut().zip(powers) {
            *sum += power;
        }
        if magnitude > 0.0 {
            self.phase += cross / magnitude;
        }
        if cross.im != 0.0 {
            self.sign += cross.im.signum();
        }
        self.imaginary += cross.im;
        self.absolute += cross.im.abs();
        self.squared += cross.im * cross.im;
    }

    /// The measure. Where a channel has no power, nothing is common: 0.
    pub(super) fn measure(&self, method: ConnectivityMethod) -> f64 {
        let n = self.n;
        match method {
            ConnectivityMethod::Coherence => self.coherency().norm(),
            ConnectivityMethod::SquaredCoherence => self.coherency().norm_sqr(),
            ConnectivityMethod::ImaginaryCoherence => self.coherency().im,
            ConnectivityMethod::PhaseLocking => self.phase.norm() / n,
            ConnectivityMethod::CorrectedImaginaryPhaseLocking => {
                let locking = self.phase / n;
                let rest = 1.0 - locking.re.clamp(-1.0, 1.0).powi(2);
                ratio(locking.im.abs(), rest.sqrt())
            }
            ConnectivityMethod::PairwisePhaseConsistency => {
                (self.phase.norm_sqr() - n) / (n * (n - 1.0))
            }
            ConnectivityMethod::PhaseLag => (self.sign / n).abs(),
            ConnectivityMethod::UnbiasedSquaredPhaseLag => {
                (n * (self.sign / n).powi(2) - 1.0) / (n - 1.0)
            }
            ConnectivityMethod::WeightedPhaseLag => ratio(self.imaginary.abs(), self.absolute),
            ConnectivityMethod::DebiasedSquaredWeightedPhaseLag => ratio(
                self.imaginary.powi(2) - self.squared,
                self.absolute.powi(2) - self.squared,
            ),
            ConnectivityMethod::EnvelopeCorrelation
            | ConnectivityMethod::OrthogonalizedEnvelopeCorrelation => {
                unreachable!("envelopes are correlated over time")
            }
        }
    }

    fn coherency(&self) -> Complex64 {
        let scale = (self.powers[0] * self.powers[1]).sqrt();
        if scale > 0.0 {
            self.cross / scale
        } else {
            Complex64::ZERO
        }
    }
}

fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        0.0
    } else {
        numerator / denominator
    }
}
