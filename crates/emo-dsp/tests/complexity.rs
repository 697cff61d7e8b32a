//! Measures of complexity against antropy, NeuroKit2, mne-features, librosa, nolds and pyHRV.
//!
//! The first channel of every case is committed; all channels are tested where the folder of shared references is
//! present. A case that nothing computes fails the test.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{f64::consts::TAU, ops::RangeInclusive, path::PathBuf};

use emo_dsp::{
    ApproximateEntropy, ApproximateEntropyConfig, BinaryThreshold, DcBin, Dfa, DfaConfig,
    DfaWindows, EntropyUnit, FluctuationMean, FuzzyEntropy, FuzzyEntropyConfig, Higuchi,
    HiguchiConfig, HiguchiSum, Hurst, HurstConvention, LempelZiv, MultiscaleEntropy,
    MultiscaleEntropyConfig, MultiscaleMethod, PermutationEntropy, PermutationEntropyConfig,
    PetrosianLength, SampleEntropy, SampleEntropyConfig, ShannonEntropy, SvdEntropy,
    SvdEntropyConfig, Tolerance, WindowOverlap, ZeroCrossingRule, katz_fd, petrosian_fd,
    spectral_entropy, zero_crossings,
};
use emo_testing::{ReferenceCase as Case, check_references, fixture, reference_cases, shared};

/// The committed cases, and the shared ones where they are.
fn folders() -> impl Iterator<Item = PathBuf> {
    let folders = [Some(fixture("emo-dsp/complexity")), shared("parity/bio")];
    folders.into_iter().flatten()
}

/// Holds every case whose name begins with one of `prefixes` to what `compute` makes of it, which is never NaN.
fn check(prefixes: &[&str], n_cases: usize, compute: impl Fn(&Case) -> Option<Vec<f64>>) {
    check_references(folders(), prefixes, n_cases, |case| {
        let values = compute(case)?;
        assert!(values.iter().all(|x| !x.is_nan()), "{}", case.name);
        Some(values)
    });
}

/// `compute` of each channel.
fn each(case: &Case, mut compute: impl FnMut(&[f64]) -> f64) -> Option<Vec<f64>> {
    Some(case.map(|x| [compute(x)]))
}

/// `config` after `change`.
fn with<T>(mut config: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut config);
    config
}

#[test]
fn entropies_of_templates() {
    let sample = |case: &Case, config: SampleEntropyConfig| {
        let mut entropy = SampleEntropy::new(&config).unwrap();
        each(case, |x| entropy.compute(x).unwrap())
    };
    let approximate = |case: &Case, config: ApproximateEntropyConfig| {
        let mut entropy = ApproximateEntropy::new(&config).unwrap();
        each(case, |x| entropy.compute(x).unwrap())
    };
    let prefixes = [
        "eeg_sampen",
        "eeg_apen",
        "eeg_fuzzyen",
        "eeg_msen",
        "hr_pyhrv_sampen",
    ];
    check(&prefixes, 10, |case| match case.name.as_str() {
        "eeg_sampen_antropy" => sample(case, SampleEntropyConfig::antropy()),
        "eeg_sampen_antropy_r15" => sample(
            case,
            with(SampleEntropyConfig::antropy(), |c| {
                c.dimension = 3;
                c.tolerance = Tolerance::StandardDeviation {
                    factor: 0.15,
                    ddof: 0,
                };
            }),
        ),
        "eeg_sampen_mnefeatures" => sample(case, SampleEntropyConfig::mne_features()),
        "eeg_sampen_neurokit" => sample(case, SampleEntropyConfig::neurokit()),
        "hr_pyhrv_sampen_300s" => sample(case, SampleEntropyConfig::pyhrv()),
        "eeg_apen_antropy" => approximate(case, ApproximateEntropyConfig::antropy()),
        "eeg_apen_mnefeatures" => approximate(case, ApproximateEntropyConfig::mne_features()),
        "eeg_apen_neurokit" => approximate(case, ApproximateEntropyConfig::neurokit()),
        "eeg_fuzzyen_neurokit" => {
            let mut entropy = FuzzyEntropy::new(&FuzzyEntropyConfig::default()).unwrap();
            each(case, |x| entropy.compute(x).unwrap())
        }
        "eeg_msen_neurokit" => {
            let mut entropy = MultiscaleEntropy::new(&MultiscaleEntropyConfig::default()).unwrap();
            each(case, |x| entropy.compute(x).unwrap())
        }
        _ => None,
    });
}

#[test]
fn entropies_of_patterns_and_values() {
    let permutation = |case: &Case, order: usize, delay: usize, unit: EntropyUnit| {
        let config = with(PermutationEntropyConfig::default(), |c| {
            c.order = order;
            c.delay = delay;
            c.unit = unit;
        });
        let mut entropy = PermutationEntropy::new(&config).unwrap();
        each(case, |x| entropy.compute(x).unwrap())
    };
    let lempel_ziv = |case: &Case| {
        let mut complexity = LempelZiv::new(BinaryThreshold::Median).unwrap();
        each(case, |x| complexity.compute(x).unwrap())
    };
    let (bits, share) = (EntropyUnit::Bits, EntropyUnit::Share);
    check(
        &["eeg_permen", "eeg_shannon", "eeg_lzc"],
        9,
        |case| match case.name.as_str() {
            "eeg_permen_antropy_o3_d1" => permutation(case, 3, 1, bits),
            "eeg_permen_antropy_o3_d1_norm" | "eeg_permen_neurokit" => {
                permutation(case, 3, 1, share)
            }
            "eeg_permen_antropy_o5_d2_norm" => permutation(case, 5, 2, share),
            "eeg_permen_antropy_o6_d1_norm" => permutation(case, 6, 1, share),
            "eeg_permen_antropy_o4_d3" => permutation(case, 4, 3, bits),
            "eeg_shannon_neurokit" => {
                let mut entropy = ShannonEntropy::new(bits);
                each(case, |x| {
                    let rounded: Vec<f64> = x.iter().map(|x| x.round_ties_even()).collect();
                    entropy.compute(&rounded).unwrap()
                })
            }
            "eeg_lzc_antropy" | "eeg_lzc_neurokit" => lempel_ziv(case),
            _ => None,
        },
    );
}

/// The mean power of segments, up to a factor, at `bins` of a transform as long as `fft_len`; by definition.
fn power(
    x: &[f64],
    window: &[f64],
    step: usize,
    centred: bool,
    fft_len: usize,
    bins: RangeInclusive<usize>,
) -> Vec<f64> {
    let angle = TAU / fft_len as f64;
    let waves: Vec<(f64, f64)> = (0..fft_len).map(|n| (angle * n as f64).sin_cos()).collect();
    let mut powers = vec![0.0; bins.clone().count()];
    for segment in x.windows(window.len()).step_by(step) {
        let mean = segment.iter().sum::<f64>() / segment.len() as f64;
        let offset = if centred { mean } else { 0.0 };
        let values = segment.iter().zip(window).map(|(x, w)| w * (x - offset));
        let values: Vec<f64> = values.collect();
        for (power, bin) in powers.iter_mut().zip(bins.clone()) {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, value) in values.iter().enumerate() {
                let (sin, cos) = waves[n * bin % fft_len];
                re += value * cos;
                im += value * sin;
            }
            let sides = if bin == 0 || 2 * bin == fft_len {
                1.0
            } else {
                2.0
            };
            *power += sides * (re * re + im * im);
        }
    }
    powers
}

/// `floor − (1 − floor)·cos`, which is Hann's window at ½ and Hamming's at 0.54.
fn raised_cosine(floor: f64, len: usize) -> Vec<f64> {
    let angle = TAU / len as f64;
    (0..len)
        .map(|n| floor - (1.0 - floor) * (angle * n as f64).cos())
        .collect()
}

#[test]
fn entropies_of_spectra() {
    let of = |case: &Case, dc: DcBin, unit: EntropyUnit, spectrum: &dyn Fn(&[f64]) -> Vec<f64>| {
        each(case, |x| spectral_entropy(&spectrum(x), dc, unit).unwrap())
    };
    let (bits, share) = (EntropyUnit::Bits, EntropyUnit::Share);
    check(&["eeg_spectralen"], 4, |case| match case.name.as_str() {
        "eeg_spectralen_antropy_fft" => of(case, DcBin::Included, share, &|x| {
            power(x, &vec![1.0; x.len()], 1, true, x.len(), 0..=x.len() / 2)
        }),
        "eeg_spectralen_antropy_welch" => of(case, DcBin::Included, bits, &|x| {
            power(x, &raised_cosine(0.5, 256), 128, true, 256, 0..=128)
        }),
        "eeg_spectralen_mnefeatures" => of(case, DcBin::OnlyInTotal, bits, &|x| {
            power(x, &raised_cosine(0.54, 256), 256, true, 256, 0..=128)
        }),
        "eeg_spectralen_neurokit" => of(case, DcBin::Included, share, &|x| {
            // Half the signal, padded to twice its length; the slowest four bins are dropped.
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            let centred: Vec<f64> = x.iter().map(|x| x - mean).collect();
            power(
                &centred,
                &raised_cosine(0.5, 640),
                320,
                false,
                1280,
                4..=640,
            )
        }),
        _ => None,
    });
}

#[test]
fn singular_values() {
    let entropy = |case: &Case, config: SvdEntropyConfig| {
        let mut entropy = SvdEntropy::new(&config).unwrap();
        each(case, |x| entropy.compute(x).unwrap().entropy)
    };
    check(&["eeg_svd"], 5, |case| match case.name.as_str() {
        "eeg_svden_antropy_o3" => entropy(case, SvdEntropyConfig::antropy()),
        "eeg_svden_antropy_o5_d2" => entropy(
            case,
            with(SvdEntropyConfig::antropy(), |c| {
                c.order = 5;
                c.delay = 2;
                c.unit = EntropyUnit::Bits;
            }),
        ),
        "eeg_svden_mnefeatures" => entropy(case, SvdEntropyConfig::mne_features()),
        "eeg_svden_neurokit" => entropy(case, SvdEntropyConfig::neurokit()),
        "eeg_svdfisher_mnefeatures" => {
            let mut entropy = SvdEntropy::new(&SvdEntropyConfig::mne_features()).unwrap();
            each(case, |x| entropy.compute(x).unwrap().fisher_information)
        }
        _ => None,
    });
}

#[test]
fn fractal_dimensions() {
    let higuchi = |case: &Case, sum: HiguchiSum| {
        let mut higuchi = Higuchi::new(&with(HiguchiConfig::default(), |c| c.sum = sum)).unwrap();
        each(case, |x| higuchi.compute(x).unwrap())
    };
    let petrosian =
        |case: &Case, length: PetrosianLength| each(case, |x| petrosian_fd(x, length).unwrap());
    check(
        &["eeg_petrosian", "eeg_katz", "eeg_higuchi"],
        8,
        |case| match case.name.as_str() {
            "eeg_petrosian_antropy" => petrosian(case, PetrosianLength::Samples),
            "eeg_petrosian_neurokit" => petrosian(case, PetrosianLength::Differences),
            "eeg_katz_antropy" | "eeg_katz_mnefeatures" | "eeg_katz_neurokit" => {
                each(case, |x| katz_fd(x).unwrap())
            }
            "eeg_higuchi_antropy_k10" | "eeg_higuchi_neurokit_k10" => {
                higuchi(case, HiguchiSum::All)
            }
            "eeg_higuchi_mnefeatures_k10" => higuchi(case, HiguchiSum::WithoutLast),
            _ => None,
        },
    );
}

#[test]
fn scaling_exponents() {
    let dfa = |case: &Case, config: DfaConfig| {
        let mut dfa = Dfa::new(&config).unwrap();
        each(case, |x| dfa.compute(x).unwrap())
    };
    let hurst = |case: &Case, convention: HurstConvention| {
        let mut hurst = Hurst::new(convention);
        each(case, |x| hurst.compute(x).unwrap())
    };
    // pyHRV fits on random subsets; its tolerance is its own spread.
    let prefixes = ["eeg_dfa", "eeg_hurst", "hr_nolds_dfa", "hr_pyhrv_dfa"];
    check(&prefixes, 7, |case| match case.name.as_str() {
        "eeg_dfa_antropy" => dfa(case, DfaConfig::antropy()),
        "eeg_dfa_neurokit" => dfa(case, DfaConfig::neurokit()),
        "hr_nolds_dfa_poly_300s" | "hr_pyhrv_dfa_300s" => Some(
            [
                dfa(case, DfaConfig::nolds(4..=16)),
                dfa(case, DfaConfig::nolds(17..=64)),
            ]
            .into_iter()
            .flatten()
            .flatten()
            .collect(),
        ),
        "eeg_hurst_mnefeatures" => hurst(case, HurstConvention::MneFeatures),
        "eeg_hurst_neurokit" => hurst(case, HurstConvention::NeuroKitCorrected),
        "eeg_hurst_neurokit_plain" => hurst(case, HurstConvention::NeuroKit),
        _ => None,
    });
}

#[test]
fn crossings_of_zero() {
    let count = |case: &Case, rule: ZeroCrossingRule, padding: usize| {
        each(case, |x| {
            (zero_crossings(x, rule).unwrap() + padding) as f64
        })
    };
    check(&["eeg_zerocross"], 3, |case| match case.name.as_str() {
        "eeg_zerocross_antropy" => count(case, ZeroCrossingRule::SignBit, 0),
        "eeg_zerocross_mnefeatures" => count(case, ZeroCrossingRule::Arrival, 0),
        "eeg_zerocross_librosa" => count(case, ZeroCrossingRule::SignBit, 1),
        _ => None,
    });
}

#[test]
fn indices_of_heart_rate() {
    let cases = reference_cases(folders(), &["hr_nonlinear_"]);
    assert!(cases.len() >= 2);
    for case in cases {
        let peaks = &case.channels()[0];
        let rr: Vec<f64> = peaks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let multiscale = |method: MultiscaleMethod| {
            let config = with(MultiscaleEntropyConfig::default(), |c| c.method = method);
            MultiscaleEntropy::new(&config).unwrap().compute(&rr)
        };
        let alpha = |windows: RangeInclusive<usize>| {
            let config = with(DfaConfig::neurokit(), |c| {
                c.windows = DfaWindows::List(windows.collect());
                c.overlap = WindowOverlap::Half;
                c.mean = FluctuationMean::RootMeanSquareAbove1e8;
            });
            Dfa::new(&config).unwrap().compute(&rr)
        };
        let long = peaks.len() / 10;
        let mut indices = vec![
            ("HRV_DFA_alpha1", alpha(4..=11)),
            (
                "HRV_ApEn",
                ApproximateEntropy::new(&ApproximateEntropyConfig::neurokit())
                    .unwrap()
                    .compute(&rr),
            ),
            (
                "HRV_SampEn",
                SampleEntropy::new(&SampleEntropyConfig::neurokit())
                    .unwrap()
                    .compute(&rr),
            ),
            (
                "HRV_ShanEn",
                ShannonEntropy::new(EntropyUnit::Bits).compute(&rr),
            ),
            (
                "HRV_FuzzyEn",
                FuzzyEntropy::new(&FuzzyEntropyConfig::default())
                    .unwrap()
                    .compute(&rr),
            ),
            ("HRV_MSEn", multiscale(MultiscaleMethod::Means)),
            ("HRV_CMSEn", multiscale(MultiscaleMethod::Composite)),
            ("HRV_RCMSEn", multiscale(MultiscaleMethod::RefinedComposite)),
            (
                "HRV_HFD",
                Higuchi::new(&HiguchiConfig::default())
                    .unwrap()
                    .compute(&rr),
            ),
            ("HRV_KFD", katz_fd(&rr)),
            (
                "HRV_LZC",
                LempelZiv::new(BinaryThreshold::Mean).unwrap().compute(&rr),
            ),
        ];
        if long > 12 {
            indices.push(("HRV_DFA_alpha2", alpha(12..=long)));
        }
        for (label, actual) in indices {
            let share = case.share(&[actual.unwrap()], &[case.labelled(label)]);
            println!("{} {label}: {share:.2e} of the tolerance", case.name);
            assert!(
                share <= 1.0,
                "{} {label}: {share:.2e} times the tolerance",
                case.name
            );
        }
    }
}
