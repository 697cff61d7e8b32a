use emo_dsp::SampleRate;

use crate::{Band, ConnectivityMethod};

/// A group of features of [`EegFeatures`](crate::EegFeatures); `c` stands for a channel, `b` for a band, `p` for a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EegFeatureSet {
    /// `c_b_power` in µV², `c_b_relative` to the power from the lowest to the highest edge of all bands, and
    /// `c_b_log_power` in dB re 1 µV².
    Bands,
    /// `c_b_entropy`, the differential entropy in nats by the power of the band
    /// ([`gaussian_entropy`](crate::gaussian_entropy)).
    DifferentialEntropy,
    /// Of the differential entropies: `p_b_dasm` and `p_b_rasm` of left and right, `p_b_dcau` of front and back. Where
    /// there are the channels and bands with the names `theta`, `alpha` and `beta`: `p_faa` of F3-F4, F7-F8 and AF3-AF4,
    /// `arousal` and `valence`.
    Asymmetry,
    /// Of the samples: `c_mean`, `c_standard_deviation`, `c_skewness`, `c_kurtosis`, `c_peak_to_peak`, `c_line_length`,
    /// `c_hjorth_mobility` in Hz, `c_hjorth_complexity`, `c_teager_mean`, `c_teager_deviation`,
    /// `c_decorrelation_time` in s, and `c_crossings_1` to `_10`, of which the first is that of the samples themselves.
    Time,
    /// `c_sample_entropy`, `c_approximate_entropy`, `c_permutation_entropy`, `c_svd_entropy`, `c_fisher_information`,
    /// `c_lempel_ziv`, `c_petrosian`, `c_katz`, `c_higuchi` and `c_dfa`, with antropy's conventions.
    Complexity,
    /// Of the spectrum: `c_spectral_entropy`, `c_median_frequency` and `c_edge_frequency` (95 %) in Hz,
    /// `c_aperiodic_slope`, `c_muscle_index`, and of a wavelet the shares of energy `c_wavelet_1` and so on from the
    /// highest frequencies. Where there are bands of these names, `c_theta_beta` and `c_engagement`.
    Spectrum,
    /// `p_b_connectivity` of all pairs of channels; the one set that allocates while it is computed.
    Connectivity,
}

impl EegFeatureSet {
    /// All sets, in the order of the features.
    pub const ALL: [Self; 7] = [
        Self::Bands,
        Self::DifferentialEntropy,
        Self::Asymmetry,
        Self::Time,
        Self::Complexity,
        Self::Spectrum,
        Self::Connectivity,
    ];
}

/// What becomes of a feature that a window has no value of, as the entropy of a dead channel.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum UndefinedFeature {
    /// The window is refused with [`EegError::UndefinedFeature`](crate::EegError::UndefinedFeature).
    Refuse,
    /// The feature is this number.
    Fill(f32),
}

/// Settings of [`EegFeatures`](crate::EegFeatures).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EegFeaturesConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Names of the channels, in the order of a window's rows.
    pub channels: Vec<String>,
    /// Samples of a window, 64 to 65,536.
    pub window_len: usize,
    /// What is computed; the order of features is that of [`EegFeatureSet::ALL`] all the same. Default: all.
    pub sets: Vec<EegFeatureSet>,
    /// Half-open bands. Default: delta 1–4 Hz, theta 4–8 Hz, alpha 8–13 Hz, beta 13–30 Hz, gamma 30–45 Hz.
    pub bands: Vec<Band>,
    /// Samples of a segment of the spectra, of which the next one shares half; Hann, without their mean. Default: 2 s,
    /// or the window if that is shorter.
    pub segment_len: usize,
    /// The mains in Hz, which the aperiodic slope and the muscle index leave out. Default: 50.
    pub line_hz: f64,
    /// Default: [`ConnectivityMethod::WeightedPhaseLag`].
    pub connectivity: ConnectivityMethod,
    /// Default: refuse.
    pub undefined: UndefinedFeature,
}

impl EegFeaturesConfig {
    /// All features of windows of `window_len` samples of these channels.
    pub fn new<N: AsRef<str>>(sample_rate: SampleRate, channels: &[N], window_len: usize) -> Self {
        Self {
            sample_rate,
            channels: channels.iter().map(|c| c.as_ref().to_owned()).collect(),
            window_len,
            sets: EegFeatureSet::ALL.to_vec(),
            bands: vec![
                Band::new("delta", 1.0, 4.0),
                Band::new("theta", 4.0, 8.0),
                Band::new("alpha", 8.0, 13.0),
                Band::new("beta", 13.0, 30.0),
                Band::new("gamma", 30.0, 45.0),
            ],
            // Saturates for rates beyond any window.
            segment_len: ((2.0 * sample_rate.hz()).round() as usize).min(window_len),
            line_hz: 50.0,
            connectivity: ConnectivityMethod::WeightedPhaseLag,
            undefined: UndefinedFeature::Refuse,
        }
    }
}
