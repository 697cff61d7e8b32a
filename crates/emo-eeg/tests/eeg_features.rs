//! The assembled features: names, what they are made of, live and offline, refusals.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_dsp::{
    BandPower, BandPowerConfig, Dfa, DfaConfig, SampleEntropy, SampleEntropyConfig, Welch,
    WelchConfig,
};
use emo_eeg::ndarray::{Array2, s};
use emo_eeg::{
    Band, Connectivity, ConnectivityConfig, ConnectivityMethod, EegError, EegFeatureSet,
    EegFeatureStream, EegFeatures, EegFeaturesConfig, Hjorth, HjorthConvention, SampleRate,
    UndefinedFeature, frontal_alpha_asymmetry, gaussian_entropy,
};
use emo_testing::{CountingAllocator, assert_close, fixture, load_npy};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const CHANNELS: [&str; 32] = [
    "Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1",
    "Oz", "Pz", "Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2", "P4",
    "P8", "PO4", "O2",
];

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

fn eeg32() -> Array2<f32> {
    let array = load_npy(fixture("emo-eeg/in_eeg32.npy"));
    array.mapv(|x| x as f32).into_dimensionality().unwrap()
}

fn all() -> EegFeatures {
    EegFeatures::new(&EegFeaturesConfig::new(rate(), &CHANNELS, 512)).unwrap()
}

/// Four channels and all sets but the one that allocates.
fn four(window_len: usize) -> EegFeaturesConfig {
    let mut config = EegFeaturesConfig::new(rate(), &["F3", "F4", "P3", "P4"], window_len);
    config
        .sets
        .retain(|set| *set != EegFeatureSet::Connectivity);
    config.undefined = UndefinedFeature::Fill(-1.0);
    config
}

#[test]
fn names_are_one_each_and_of_every_set() {
    let features = all();
    let names = features.names();
    let mut once = names.to_vec();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len());
    // Per channel 15 + 5 + 21 + 10 + 13, 14 pairs with 5 bands twice, 13 once, 3 + 2, and 496 pairs with 5 bands.
    assert_eq!(names.len(), 32 * 64 + 14 * 10 + 13 * 5 + 5 + 496 * 5);
    for name in [
        "Fp1_delta_power",
        "O2_gamma_log_power",
        "Cz_alpha_entropy",
        "F3-F4_alpha_dasm",
        "F3-F4_alpha_rasm",
        "Fz-Pz_beta_dcau",
        "AF3-AF4_faa",
        "arousal",
        "valence",
        "T7_hjorth_mobility",
        "T7_crossings_10",
        "Pz_sample_entropy",
        "Pz_aperiodic_slope",
        "Pz_wavelet_6",
        "Pz_engagement",
        "Fp1-O2_theta_connectivity",
    ] {
        assert!(features.index(name).is_some(), "{name}");
    }
}

#[test]
fn values_are_those_of_the_parts() {
    let window = eeg32();
    let mut features = all();
    let values = features.compute(&window).unwrap();
    let value = |name: &str| values[features.index(name).unwrap()];
    let channel = |name: &str| -> Vec<f64> {
        let row = CHANNELS.iter().position(|own| *own == name).unwrap();
        window.row(row).iter().map(|&x| f64::from(x)).collect()
    };
    let welch = Welch::new(&WelchConfig::new(rate(), 256)).unwrap();
    let alpha = BandPower::new(
        &BandPowerConfig::new([[8.0, 13.0]]),
        welch.n_bins(),
        welch.bin_hz(),
    );
    let alpha = alpha.unwrap();
    let alpha = |name| {
        alpha
            .compute(&welch.compute(&channel(name)).unwrap())
            .unwrap()[0]
    };
    let entropy = |name| gaussian_entropy(alpha(name)).unwrap();
    let cz = channel("Cz");
    let sample_entropy = SampleEntropy::new(&SampleEntropyConfig::antropy())
        .unwrap()
        .compute(&cz);
    let hjorth = Hjorth::of(&cz, HjorthConvention::Population).unwrap();
    let mut config = ConnectivityConfig::new(rate(), ConnectivityMethod::WeightedPhaseLag);
    config.bands = vec![Band::new("alpha", 8.0, 13.0)];
    config.edges = emo_dsp::BandEdges::HalfOpen;
    let connectivity = Connectivity::new(&config)
        .unwrap()
        .compute(&window)
        .unwrap();
    for (name, expected) in [
        ("F3_alpha_power", alpha("F3")),
        ("F3_alpha_log_power", 10.0 * alpha("F3").log10()),
        ("F3_alpha_entropy", entropy("F3")),
        ("F3-F4_alpha_dasm", entropy("F3") - entropy("F4")),
        ("F3-F4_alpha_rasm", entropy("F3") / entropy("F4")),
        ("F3-P3_alpha_dcau", entropy("F3") - entropy("P3")),
        (
            "F3-F4_faa",
            frontal_alpha_asymmetry(alpha("F3"), alpha("F4")).unwrap(),
        ),
        ("Cz_sample_entropy", sample_entropy.unwrap()),
        (
            "Cz_dfa",
            Dfa::new(&DfaConfig::antropy())
                .unwrap()
                .compute(&cz)
                .unwrap(),
        ),
        ("Cz_hjorth_mobility", 128.0 * hjorth.mobility),
        ("Cz_hjorth_complexity", hjorth.complexity),
        // Fp1 and F3 are the first and the third channel.
        (
            "Fp1-F3_alpha_connectivity",
            f64::from(connectivity[[0, 2, 0]]),
        ),
    ] {
        assert_close([value(name)], [expected], 1e-6, 1e-7);
    }
    let shares: f32 = ["delta", "theta", "alpha", "beta", "gamma"]
        .iter()
        .map(|band| value(&format!("O1_{band}_relative")))
        .sum();
    // Simpson's rule over parts is not quite the rule over the whole, and half-open bands leave gaps of a bin.
    assert!((0.8..1.02).contains(&shares), "{shares}");
    assert!(value("O1_aperiodic_slope") < 0.0);
    assert!((0.0..=1.0).contains(&value("O1_spectral_entropy")));
    assert!(value("O1_median_frequency") < value("O1_edge_frequency"));
}

#[test]
fn windows_allocate_nothing() {
    let window = eeg32().slice(s![..4, ..]).to_owned();
    let mut features = EegFeatures::new(&four(512)).unwrap();
    let mut out = vec![0.0; features.n_features()];
    let before = CountingAllocator::count();
    features.compute_into(&window, &mut out).unwrap();
    assert_eq!(CountingAllocator::count() - before, 0);

    let mut stream = EegFeatureStream::new(EegFeatures::new(&four(256)).unwrap(), 32).unwrap();
    let mut n_windows = 0;
    let before = CountingAllocator::count();
    for piece in window.axis_chunks_iter(emo_eeg::ndarray::Axis(1), 30) {
        stream.push(&piece, |_, _| n_windows += 1).unwrap();
    }
    assert_eq!(CountingAllocator::count() - before, 0);
    assert_eq!(n_windows, 9);
}

#[test]
fn a_dead_channel_is_refused_or_filled() {
    let mut window = eeg32();
    window.row_mut(2).fill(7.0);
    let mut features = all();
    let error = features.compute(&window).unwrap_err();
    assert!(
        matches!(&error, EegError::UndefinedFeature { feature, .. } if feature.starts_with("F3_")),
        "{error}"
    );
    let mut config = EegFeaturesConfig::new(rate(), &CHANNELS, 512);
    config.undefined = UndefinedFeature::Fill(-9.0);
    let mut features = EegFeatures::new(&config).unwrap();
    let values = features.compute(&window).unwrap();
    assert!(values.iter().all(|x| x.is_finite()));
    let value = |name: &str| values[features.index(name).unwrap()];
    for name in [
        "F3_alpha_entropy",
        "F3-F4_alpha_dasm",
        "F3_sample_entropy",
        "F3_skewness",
        "Fp1-F4_alpha_connectivity",
    ] {
        assert_eq!(value(name), -9.0, "{name}");
    }
    assert_ne!(value("F4_alpha_entropy"), -9.0);
    assert_eq!(value("F3_mean"), 7.0);
}

#[test]
fn bad_settings_and_windows_are_named() {
    let refused = |change: fn(&mut EegFeaturesConfig)| {
        let mut config = four(256);
        change(&mut config);
        EegFeatures::new(&config).map(drop).unwrap_err()
    };
    assert!(matches!(
        refused(|c| c.channels.clear()),
        EegError::NoChannels
    ));
    assert!(matches!(
        refused(|c| c.channels[1] = "EEG f3-REF".to_owned()),
        EegError::RepeatedChannel { .. }
    ));
    assert!(matches!(refused(|c| c.bands.clear()), EegError::NoBands));
    assert!(matches!(
        refused(|c| c.bands[4].high_hz = 80.0),
        EegError::InvalidBand { band, .. } if band == "gamma"
    ));
    for (name, change) in [
        (
            "window_len",
            (|c| c.window_len = 63) as fn(&mut EegFeaturesConfig),
        ),
        ("window_len", |c| c.window_len = usize::MAX),
        ("segment_len", |c| c.segment_len = 0),
        ("segment_len", |c| c.segment_len = 257),
        ("sets", |c| c.sets.clear()),
    ] {
        match refused(change) {
            EegError::InvalidSetting { name: actual, .. } => assert_eq!(actual, name),
            other => unreachable!("{name}: {other}"),
        }
    }
    let mut features = EegFeatures::new(&four(256)).unwrap();
    for shape in [(3, 256), (4, 255), (4, 257)] {
        assert!(matches!(
            features.compute(&Array2::zeros(shape)),
            Err(EegError::Shape { .. })
        ));
    }
    let mut window = eeg32().slice(s![..4, ..256]).to_owned();
    window[[1, 9]] = f32::NAN;
    assert!(matches!(
        features.compute(&window),
        Err(EegError::NonFinite {
            channel: 1,
            sample: 9,
            ..
        })
    ));
    assert!(EegFeatureStream::new(features, 0).is_err());
}

#[test]
fn a_refused_piece_leaves_the_stream_as_it_was() {
    let recording = eeg32().slice(s![..4, ..]).to_owned();
    let mut stream = EegFeatureStream::new(EegFeatures::new(&four(256)).unwrap(), 100).unwrap();
    let expected = EegFeatures::new(&four(256))
        .unwrap()
        .compute_windows(&recording, 100)
        .unwrap();
    let mut bad = recording.slice(s![.., 300..400]).to_owned();
    bad[[3, 50]] = f32::INFINITY;
    let mut rows = Vec::new();
    let mut keep = |_: u64, features: &[f32]| rows.push(features.to_vec());
    stream
        .push(&recording.slice(s![.., ..300]), &mut keep)
        .unwrap();
    assert!(stream.push(&bad, &mut keep).is_err());
    assert!(stream.push(&Array2::zeros((3, 5)), &mut keep).is_err());
    stream
        .push(&recording.slice(s![.., 300..]), &mut keep)
        .unwrap();
    assert_eq!(rows.concat(), expected.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_window_without_value_is_left_out_and_the_stream_goes_on() {
    let mut config = four(128);
    config.undefined = UndefinedFeature::Refuse;
    config.sets = vec![EegFeatureSet::Complexity];
    let mut stream = EegFeatureStream::new(EegFeatures::new(&config).unwrap(), 128).unwrap();
    let mut recording = eeg32().slice(s![..4, ..]).to_owned();
    recording.slice_mut(s![0, 128..256]).fill(0.0);
    let mut ends = Vec::new();
    let result = stream.push(&recording, |end, _| ends.push(end));
    assert!(matches!(result, Err(EegError::UndefinedFeature { .. })));
    assert_eq!(ends, [128, 384, 512]);
}

proptest! {
    // Each case computes several windows.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn live_is_offline(
        lens in prop::collection::vec(0_usize..200, 1..12),
        hop_len in 1_usize..300,
        window_len in 100_usize..200,
    ) {
        let recording = eeg32();
        let recording = recording.slice(s![..4, ..]);
        // A window every sample takes long; a hop of at least 30 does not.
        let hop_len = hop_len.max(30);
        let mut config = four(window_len);
        config.bands = vec![Band::new("alpha", 8.0, 13.0)];
        let mut offline = EegFeatures::new(&config).unwrap();
        let mut stream = EegFeatureStream::new(offline.clone(), hop_len).unwrap();
        let (mut live, mut ends, mut at) = (Vec::new(), Vec::new(), 0);
        for len in lens {
            let end = (at + len).min(recording.ncols());
            stream.push(&recording.slice(s![.., at..end]), |end, features| {
                ends.push(end as usize);
                live.extend_from_slice(features);
            }).unwrap();
            at = end;
        }
        let expected = offline.compute_windows(&recording.slice(s![.., ..at]), hop_len).unwrap();
        let n_windows = expected.nrows();
        prop_assert_eq!(live, expected.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(ends, (0..n_windows).map(|i| i * hop_len + window_len).collect::<Vec<_>>());
    }
}
