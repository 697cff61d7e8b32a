//! Features of channels, spectra and pairs against antropy, NeuroKit2, mne-features and SciPy.
//!
//! All cases are committed; they are tested against the folder of shared references too, where it is present. A case
//! that nothing computes fails the test.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_dsp::{BandEdges, BandPower, BandPowerConfig, Welch, WelchConfig, Window};
use emo_eeg::{
    Band, BandEnergy, ChannelPairs, DifferentialEntropy, DifferentialEntropyConfig, Hjorth,
    HjorthConvention, SampleRate, SeedDifferentialEntropy, SpectralMoments, Statistics,
    WaveletDecomposition, decorrelation_time, frontal_alpha_asymmetry, spectral_edge,
    spectral_line, vasicek_entropy,
};
use emo_testing::{ReferenceCase as Case, check_references, fixture, shared};

const CHANNELS: [&str; 32] = [
    "Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1",
    "Oz", "Pz", "Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2", "P4",
    "P8", "PO4", "O2",
];

/// The references' pairs of front and back, in their order.
const FRONT_BACK: [(&str, &str); 13] = [
    ("Fp1", "O1"),
    ("Fp2", "O2"),
    ("AF3", "PO3"),
    ("AF4", "PO4"),
    ("F7", "P7"),
    ("F3", "P3"),
    ("Fz", "Pz"),
    ("F4", "P4"),
    ("F8", "P8"),
    ("FC5", "CP5"),
    ("FC1", "CP1"),
    ("FC2", "CP2"),
    ("FC6", "CP6"),
];

/// Holds every case whose name begins with one of `prefixes` to what `compute` makes of it, which is never NaN.
fn check(prefixes: &[&str], n_cases: usize, compute: impl Fn(&Case) -> Option<Vec<f64>>) {
    let folders = [Some(fixture("emo-eeg/features")), shared("parity/bio")];
    check_references(folders.into_iter().flatten(), prefixes, n_cases, |case| {
        let values = compute(case)?;
        assert!(values.iter().all(|x| !x.is_nan()), "{}", case.name);
        Some(values)
    });
}

/// `compute` of each channel, one after the other.
fn each<V: IntoIterator<Item = f64>>(
    case: &Case,
    compute: impl FnMut(&[f64]) -> V,
) -> Option<Vec<f64>> {
    Some(case.map(compute))
}

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

fn bands() -> Vec<Band> {
    vec![
        Band::new("delta", 1.0, 4.0),
        Band::new("theta", 4.0, 8.0),
        Band::new("alpha", 8.0, 13.0),
        Band::new("beta", 13.0, 30.0),
        Band::new("gamma", 30.0, 45.0),
    ]
}

/// The Welch spectrum that mne-features takes from MNE.
fn mne_welch() -> Welch {
    let mut config = WelchConfig::new(rate(), 256);
    config.window = Window::Hamming;
    config.overlap_len = 0;
    Welch::new(&config).unwrap()
}

fn entropies() -> DifferentialEntropy {
    let mut config = DifferentialEntropyConfig::new(rate());
    config.bands = bands();
    DifferentialEntropy::new(&config).unwrap()
}

#[test]
fn differential_entropies() {
    check(&["eeg_de_"], 6, |case| match case.name.as_str() {
        "eeg_de_nats_eeg4" | "eeg_de_nats_eeg32" => {
            let entropy = entropies();
            each(case, |x| entropy.compute_channel(x).unwrap())
        }
        "eeg_de_torcheeg_eeg4" | "eeg_de_torcheeg_eeg32" => {
            let config = DifferentialEntropyConfig::torcheeg(rate());
            let entropy = DifferentialEntropy::new(&config).unwrap();
            each(case, |x| entropy.compute_channel(x).unwrap())
        }
        "eeg_de_seed_psd" => {
            let bands = DifferentialEntropyConfig::torcheeg(rate()).bands;
            let entropy = SeedDifferentialEntropy::new(&bands, rate(), 128).unwrap();
            each(case, |x| entropy.compute(&x[..128]).unwrap())
        }
        "eeg_de_neurokit" => {
            let mut sorted = Vec::new();
            each(case, |x| {
                [vasicek_entropy(x, &mut sorted).unwrap() / std::f64::consts::LN_2]
            })
        }
        _ => None,
    });
}

#[test]
fn asymmetries() {
    check(
        &["eeg_dasm", "eeg_rasm", "eeg_dcau", "eeg_faa"],
        4,
        |case| {
            let channels = case.channels();
            let combine = |pairs: &ChannelPairs, combine: fn(f64, f64) -> f64| {
                let entropy = entropies();
                let of = |i: usize| entropy.compute_channel(&channels[i]).unwrap();
                let pairs = pairs.indices().iter();
                Some(
                    pairs
                        .flat_map(|&(a, b)| {
                            let pair = of(a).into_iter().zip(of(b));
                            pair.map(|(a, b)| combine(a, b)).collect::<Vec<_>>()
                        })
                        .collect(),
                )
            };
            match case.name.as_str() {
                "eeg_dasm" => combine(&ChannelPairs::left_right(&CHANNELS), |a, b| a - b),
                "eeg_rasm" => combine(&ChannelPairs::left_right(&CHANNELS), |a, b| a / b),
                "eeg_dcau" => {
                    let named = ChannelPairs::named(&CHANNELS, &FRONT_BACK).unwrap();
                    let derived = ChannelPairs::front_back(&CHANNELS);
                    let sorted = |pairs: &ChannelPairs| {
                        let mut pairs = pairs.indices().to_vec();
                        pairs.sort_unstable();
                        pairs
                    };
                    assert_eq!(sorted(&derived), sorted(&named));
                    combine(&named, |a, b| a - b)
                }
                "eeg_faa" => {
                    let welch = Welch::new(&WelchConfig::new(rate(), 256)).unwrap();
                    let mut config = BandPowerConfig::new([[8.0, 13.0]]);
                    config.edges = BandEdges::Closed;
                    let alpha = BandPower::new(&config, welch.n_bins(), welch.bin_hz()).unwrap();
                    let of = |i: usize| {
                        let density = welch.compute(&channels[i]).unwrap();
                        alpha.compute(&density).unwrap()[0]
                    };
                    let pairs = [("F3", "F4"), ("F7", "F8"), ("AF3", "AF4")];
                    let pairs = ChannelPairs::named(&CHANNELS, &pairs).unwrap();
                    let asymmetry =
                        |&(l, r): &(usize, usize)| frontal_alpha_asymmetry(of(l), of(r)).unwrap();
                    Some(pairs.indices().iter().map(asymmetry).collect())
                }
                _ => None,
            }
        },
    );
}

#[test]
fn shapes_of_channels() {
    let hjorth = |case: &Case, convention: HjorthConvention, scale: f64| {
        each(case, |x| {
            let hjorth = Hjorth::of(x, convention).unwrap();
            [scale * hjorth.mobility, hjorth.complexity]
        })
    };
    check(&["eeg_hjorth", "eeg_stats", "eeg_decorrtime"], 8, |case| {
        let mut sorted = Vec::new();
        match case.name.as_str() {
            "eeg_hjorth_antropy" => hjorth(case, HjorthConvention::Population, 1.0),
            "eeg_hjorth_antropy_sf" => hjorth(case, HjorthConvention::Population, 128.0),
            "eeg_hjorth_mnefeatures" => hjorth(case, HjorthConvention::MneFeatures, 1.0),
            "eeg_hjorth_neurokit" => each(case, |x| {
                let hjorth = Hjorth::of(x, HjorthConvention::Population).unwrap();
                [hjorth.activity, hjorth.mobility, hjorth.complexity]
            }),
            "eeg_hjorth_mnefeatures_spect" => {
                let welch = mne_welch();
                each(case, |x| {
                    let moments = SpectralMoments::of(&welch.compute(x).unwrap(), welch.bin_hz());
                    [moments.second, moments.fourth]
                })
            }
            "eeg_stats_mnefeatures" => each(case, |x| {
                let s = Statistics::of(x, &mut sorted).unwrap();
                [
                    s.mean,
                    s.variance,
                    s.standard_deviation,
                    s.peak_to_peak,
                    s.skewness,
                    s.kurtosis + 3.0,
                    s.rms,
                    s.upper_quartile,
                    s.line_length,
                ]
            }),
            "eeg_stats_scipy" => each(case, |x| {
                let s = Statistics::of(x, &mut sorted).unwrap();
                [
                    s.skewness,
                    s.kurtosis,
                    s.skewness_corrected,
                    s.kurtosis_corrected,
                    s.upper_quartile - s.lower_quartile,
                    s.median_absolute_deviation,
                ]
            }),
            "eeg_decorrtime_mnefeatures" => {
                each(case, |x| [decorrelation_time(x, rate()).unwrap().unwrap()])
            }
            _ => None,
        }
    });
}

#[test]
fn shapes_of_spectra() {
    let prefixes = [
        "eeg_specslope",
        "eeg_edgefreq",
        "eeg_energybands",
        "eeg_waveletenergy",
        "eeg_teager",
    ];
    check(&prefixes, 5, |case| match case.name.as_str() {
        "eeg_specslope_scipy" => {
            let welch = Welch::new(&WelchConfig::new(rate(), 256)).unwrap();
            each(case, |x| {
                let density = welch.compute(x).unwrap();
                let line = spectral_line(&density, welch.bin_hz(), 1.0, 45.0).unwrap();
                [line.intercept, line.slope, line.r_squared]
            })
        }
        "eeg_edgefreq_mnefeatures" => {
            let welch = mne_welch();
            each(case, |x| {
                let density = welch.compute(x).unwrap();
                [0.5, 0.95].map(|share| spectral_edge(&density, welch.bin_hz(), share).unwrap())
            })
        }
        "eeg_energybands_mnefeatures" => {
            let energy = BandEnergy::new(&bands(), rate()).unwrap();
            each(case, |x| energy.compute(x).unwrap())
        }
        "eeg_waveletenergy_mnefeatures" => {
            let mut wavelet = WaveletDecomposition::new(1280).unwrap();
            each(case, |x| {
                wavelet.compute(x).unwrap();
                wavelet.energies().collect::<Vec<_>>()
            })
        }
        "eeg_teager_mnefeatures" => {
            let mut wavelet = WaveletDecomposition::new(1280).unwrap();
            each(case, |x| {
                wavelet.compute(x).unwrap();
                wavelet.teager_kaiser().flatten().collect::<Vec<_>>()
            })
        }
        _ => None,
    });
}
