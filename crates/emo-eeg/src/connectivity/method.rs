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
    /// Every measure.
    pub const ALL: [Self; 12] = [
        Self::Coherence,
        Self::SquaredCoherence,
        Self::ImaginaryCoherence,
        Self::PhaseLocking,
        Self::CorrectedImaginaryPhaseLocking,
        Self::PairwisePhaseConsistency,
        Self::PhaseLag,
        Self::UnbiasedSquaredPhaseLag,
        Self::WeightedPhaseLag,
        Self::DebiasedSquaredWeightedPhaseLag,
        Self::EnvelopeCorrelation,
        Self::OrthogonalizedEnvelopeCorrelation,
    ];

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

/// What of the observations a measure needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// The mean cross-spectrum and the mean powers.
    Power,
    /// The mean direction of the cross-spectrum.
    Phase,
    /// Sums over the cross-spectrum's imaginary part.
    Imaginary,
    /// The amplitudes over time.
    Envelope,
}

impl ConnectivityMethod {
    pub(super) fn family(self) -> Family {
        match self {
            Self::Coherence | Self::SquaredCoherence | Self::ImaginaryCoherence => Family::Power,
            Self::PhaseLocking
            | Self::CorrectedImaginaryPhaseLocking
            | Self::PairwisePhaseConsistency => Family::Phase,
            Self::PhaseLag
            | Self::UnbiasedSquaredPhaseLag
            | Self::WeightedPhaseLag
            | Self::DebiasedSquaredWeightedPhaseLag => Family::Imaginary,
            Self::EnvelopeCorrelation | Self::OrthogonalizedEnvelopeCorrelation => Family::Envelope,
        }
    }

    /// The measure from the summed cross-spectrum and powers. Where a channel has no power, nothing is common: 0.
    pub(super) fn of_power(self, cross: Complex64, powers: [f64; 2]) -> f64 {
        let scale = (powers[0] * powers[1]).sqrt();
        if scale == 0.0 {
            return 0.0;
        }
        let coherency = cross / scale;
        match self {
            Self::ImaginaryCoherence => coherency.im,
            Self::SquaredCoherence => coherency.norm_sqr(),
            _ => coherency.norm(),
        }
    }

    /// The measure from the sum of `n` directions, complex numbers of magnitude 1.
    pub(super) fn of_phase(self, sum: Complex64, n: f64) -> f64 {
        match self {
            Self::CorrectedImaginaryPhaseLocking => {
                let locking = sum / n;
                let rest = 1.0 - locking.re.clamp(-1.0, 1.0).powi(2);
                ratio(locking.im.abs(), rest.sqrt())
            }
            Self::PairwisePhaseConsistency => (sum.norm_sqr() - n) / (n * (n - 1.0)),
            _ => sum.norm() / n,
        }
    }

    /// The measure from `n` observations' imaginary parts.
    pub(super) fn of_imaginary(self, sums: &ImaginarySums, n: f64) -> f64 {
        match self {
            Self::PhaseLag => (sums.sign / n).abs(),
            Self::UnbiasedSquaredPhaseLag => (n * (sums.sign / n).powi(2) - 1.0) / (n - 1.0),
            Self::DebiasedSquaredWeightedPhaseLag => ratio(
                sums.plain.powi(2) - sums.squared,
                sums.absolute.powi(2) - sums.squared,
            ),
            _ => ratio(sums.plain.abs(), sums.absolute),
        }
    }
}

/// Sums over imaginary parts.
#[derive(Default)]
pub(super) struct ImaginarySums {
    sign: f64,
    plain: f64,
    absolute: f64,
    squared: f64,
}

impl ImaginarySums {
    pub(super) fn add(&mut self, imaginary: f64) {
        if imaginary != 0.0 {
            self.sign += imaginary.signum();
        }
        self.plain += imaginary;
        self.absolute += imaginary.abs();
        self.squared += imaginary * imaginary;
    }
}

fn ratio(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        0.0
    } else {
        numerator / denominator
    }
}
