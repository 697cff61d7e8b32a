//! Laws of the measures of complexity: what scaling leaves, what any signal gives, and that windows allocate nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_dsp::{
    ApproximateEntropy, ApproximateEntropyConfig, BinaryThreshold, DcBin, Dfa, DfaConfig, DspError,
    EntropyUnit, FuzzyEntropy, FuzzyEntropyConfig, Higuchi, HiguchiConfig, HiguchiSum, Hurst,
    HurstConvention, LempelZiv, LineFit, MultiscaleEntropy, MultiscaleEntropyConfig,
    MultiscaleMethod, PermutationEntropy, PermutationEntropyConfig, PetrosianLength, SampleEntropy,
    SampleEntropyConfig, ShannonEntropy, SvdEntropy, SvdEntropyConfig, ZeroCrossingRule, katz_fd,
    petrosian_fd, spectral_entropy, zero_crossings,
};
use emo_testing::{CountingAllocator, assert_close};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

type Measure = Box<dyn FnMut(&[f64]) -> Result<f64, DspError>>;

/// Every measure by its name, whether a scaled signal has the same value, and whether a shifted one has.
fn measures() -> Vec<(&'static str, bool, bool, Measure)> {
    let mut all: Vec<(&'static str, bool, bool, Measure)> = Vec::new();
    for config in [
        SampleEntropyConfig::antropy(),
        SampleEntropyConfig::neurokit(),
        SampleEntropyConfig::pyhrv(),
    ] {
        let mut entropy = SampleEntropy::new(&config).unwrap();
        all.push((
            "sample entropy",
            true,
            true,
            Box::new(move |x| entropy.compute(x)),
        ));
    }
    for config in [
        ApproximateEntropyConfig::antropy(),
        ApproximateEntropyConfig::neurokit(),
    ] {
        let mut entropy = ApproximateEntropy::new(&config).unwrap();
        all.push((
            "approximate entropy",
            true,
            true,
            Box::new(move |x| entropy.compute(x)),
        ));
    }
    let mut fuzzy = FuzzyEntropy::new(&FuzzyEntropyConfig::default()).unwrap();
    all.push((
        "fuzzy entropy",
        true,
        true,
        Box::new(move |x| fuzzy.compute(x)),
    ));
    for method in [
        MultiscaleMethod::Means,
        MultiscaleMethod::Composite,
        MultiscaleMethod::RefinedComposite,
    ] {
        let mut config = MultiscaleEntropyConfig::default();
        config.method = method;
        let mut entropy = MultiscaleEntropy::new(&config).unwrap();
        all.push((
            "multiscale entropy",
            true,
            true,
            Box::new(move |x| entropy.compute(x)),
        ));
    }
    let mut permutation = PermutationEntropy::new(&PermutationEntropyConfig::default()).unwrap();
    all.push((
        "permutation entropy",
        true,
        true,
        Box::new(move |x| permutation.compute(x)),
    ));
    let mut shannon = ShannonEntropy::new(EntropyUnit::Share);
    all.push((
        "Shannon entropy",
        true,
        true,
        Box::new(move |x| shannon.compute(x)),
    ));
    for config in [
        SvdEntropyConfig::antropy(),
        SvdEntropyConfig::mne_features(),
    ] {
        let mut svd = SvdEntropy::new(&config).unwrap();
        all.push((
            "SVD entropy",
            true,
            false,
            Box::new(move |x| Ok(svd.compute(x)?.entropy)),
        ));
        let mut svd = SvdEntropy::new(&config).unwrap();
        let fisher = move |x: &[f64]| Ok(svd.compute(x)?.fisher_information);
        all.push(("Fisher information", true, false, Box::new(fisher)));
    }
    for threshold in [BinaryThreshold::Median, BinaryThreshold::Mean] {
        let mut lempel_ziv = LempelZiv::new(threshold).unwrap();
        all.push((
            "Lempel–Ziv",
            true,
            true,
            Box::new(move |x| lempel_ziv.compute(x)),
        ));
    }
    let petrosian = |x: &[f64]| petrosian_fd(x, PetrosianLength::Samples);
    all.push(("Petrosian", true, true, Box::new(petrosian)));
    all.push(("Katz", true, true, Box::new(katz_fd)));
    for (k_max, sum) in [
        (10, HiguchiSum::All),
        (10, HiguchiSum::WithoutLast),
        (17, HiguchiSum::All),
    ] {
        let mut config = HiguchiConfig::default();
        config.k_max = k_max;
        config.sum = sum;
        let mut higuchi = Higuchi::new(&config).unwrap();
        all.push(("Higuchi", true, true, Box::new(move |x| higuchi.compute(x))));
    }
    for config in [DfaConfig::antropy(), DfaConfig::nolds(4..=16)] {
        let mut dfa = Dfa::new(&config).unwrap();
        all.push(("DFA", true, true, Box::new(move |x| dfa.compute(x))));
    }
    // It leaves out windows below an absolute fluctuation.
    let mut dfa = Dfa::new(&DfaConfig::neurokit()).unwrap();
    all.push((
        "DFA of NeuroKit2",
        false,
        true,
        Box::new(move |x| dfa.compute(x)),
    ));
    for convention in [
        HurstConvention::MneFeatures,
        HurstConvention::NeuroKitCorrected,
        HurstConvention::NeuroKit,
    ] {
        let mut hurst = Hurst::new(convention);
        all.push(("Hurst", true, true, Box::new(move |x| hurst.compute(x))));
    }
    let signs = |x: &[f64]| Ok(zero_crossings(x, ZeroCrossingRule::SignBit)? as f64);
    all.push(("zero crossings", true, false, Box::new(signs)));
    let squares = |x: &[f64]| {
        // A spectrum is what is never below 0.
        spectral_entropy(
            &std::array::from_fn::<f64, 8, _>(|k| x.get(k).map_or(0.0, |x| x * x)),
            DcBin::OnlyInTotal,
            EntropyUnit::Share,
        )
    };
    all.push(("spectral entropy", true, false, Box::new(squares)));
    all
}

fn noise(len: usize, mut state: u32) -> Vec<f64> {
    let mut walk = 0.0;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            walk = 0.8 * walk + f64::from(state >> 8) / 8_388_608.0 - 1.0;
            walk
        })
        .collect()
}

proptest! {
    // Each case runs every measure.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn scaling_and_shifting_leave_the_value(seed: u32, exponent in -20_i32..20, shift in -8_i32..8) {
        // Powers of two and small whole numbers of a coarse signal, so that no rounding stands between.
        let signal: Vec<f64> = noise(300, seed).iter().map(|x| (x * 1024.0).round()).collect();
        let scaled: Vec<f64> = signal.iter().map(|x| x * 2_f64.powi(exponent)).collect();
        let shifted: Vec<f64> = signal.iter().map(|x| x + 256.0 * f64::from(shift)).collect();
        for (name, scales, shifts, mut measure) in measures() {
            let plain = measure(&signal).unwrap();
            if scales {
                // Logarithms of scaled lengths are rounded anew.
                let scaled = measure(&scaled).unwrap();
                prop_assert!((scaled - plain).abs() <= 1e-12, "{}: {} and {}", name, plain, scaled);
            }
            if shifts {
                let shifted = measure(&shifted).unwrap();
                // The mean, and with it the walk or the tolerance, is rounded anew.
                prop_assert!((shifted - plain).abs() <= 1e-9, "{}: {} and {}", name, plain, shifted);
            }
        }
    }

    #[test]
    fn any_signal_gives_a_number_or_an_error(
        signal in prop_oneof![
            prop::collection::vec(prop::num::f64::ANY, 0..40),
            prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, 0..300),
            prop::collection::vec((0_i32..3).prop_map(f64::from), 0..300),
            (0_usize..300, prop::num::f64::NORMAL).prop_map(|(len, x)| vec![x; len]),
        ],
    ) {
        for (name, _, _, mut measure) in measures() {
            if let Ok(value) = measure(&signal) {
                prop_assert!(value.is_finite(), "{} is {}", name, value);
            }
        }
    }

    #[test]
    fn reversing_time_leaves_what_knows_no_direction(seed: u32) {
        let signal = noise(200, seed);
        let reversed: Vec<f64> = signal.iter().rev().copied().collect();
        for (name, _, _, mut measure) in measures() {
            if ["Shannon entropy", "zero crossings", "Petrosian"].contains(&name) {
                prop_assert_eq!(measure(&signal).unwrap(), measure(&reversed).unwrap(), "{}", name);
            }
        }
    }

    #[test]
    fn a_line_through_points_of_a_line_is_that_line(
        intercept in -1e3..1e3,
        slope in -1e3..1e3,
        n in 2_u32..50,
    ) {
        let points = (0..n).map(|x| (f64::from(x), intercept + slope * f64::from(x)));
        let line = LineFit::through(points).unwrap();
        assert_close([line.intercept, line.slope, line.r_squared], [intercept, slope, 1.0], 1e-9, 1e-9);
    }
}

#[test]
fn windows_after_the_first_allocate_nothing() {
    let windows: Vec<Vec<f64>> = (0..4).map(|seed| noise(512, seed)).collect();
    for (name, _, _, mut measure) in measures() {
        measure(&windows[0]).unwrap();
        let before = CountingAllocator::count();
        for window in &windows {
            measure(window).unwrap();
        }
        assert_eq!(CountingAllocator::count() - before, 0, "{name}");
    }
}

#[test]
fn regular_signals_have_little_entropy() {
    let sine: Vec<f64> = (0..512).map(|n| (0.3 * f64::from(n)).sin()).collect();
    for (name, _, _, mut measure) in measures() {
        if ["sample entropy", "approximate entropy"].contains(&name) {
            let (regular, random) = (measure(&sine).unwrap(), measure(&noise(512, 5)).unwrap());
            assert!(
                0.0 < regular && regular < 0.4 * random,
                "{name}: {regular} and {random}"
            );
        }
    }
    let ramp: Vec<f64> = (0..100).map(f64::from).collect();
    let mut permutation = PermutationEntropy::new(&PermutationEntropyConfig::default()).unwrap();
    assert_eq!(permutation.compute(&ramp).unwrap(), 0.0);
    assert_eq!(katz_fd(&ramp).unwrap(), 1.0);
    assert_close(
        [petrosian_fd(&ramp, PetrosianLength::Samples).unwrap()],
        [1.0],
        0.0,
        0.0,
    );
    let mut higuchi = Higuchi::new(&HiguchiConfig::default()).unwrap();
    assert_close([higuchi.compute(&ramp).unwrap()], [1.0], 1e-12, 0.0);
}

#[test]
fn what_has_no_value_says_so() {
    let constant = [3.0; 200];
    for (name, _, _, mut measure) in measures() {
        let defined = [
            "permutation entropy",
            "Shannon entropy",
            "SVD entropy",
            "Fisher information",
            "Lempel–Ziv",
            "Petrosian",
            "zero crossings",
            "spectral entropy",
        ];
        match measure(&constant) {
            Ok(_) => assert!(defined.contains(&name), "{name}"),
            Err(DspError::Undefined { .. }) => assert!(!defined.contains(&name), "{name}"),
            Err(other) => unreachable!("{name}: {other}"),
        }
        assert!(
            matches!(
                measure(&[]),
                Err(DspError::SignalTooShort { actual: 0, .. })
            ) || name == "spectral entropy",
            "{name}"
        );
        let mut bad = constant;
        bad[7] = f64::NAN;
        assert!(
            matches!(measure(&bad), Err(DspError::NonFinite { index: 7, .. }))
                || name == "spectral entropy",
            "{name}"
        );
    }
}

#[test]
fn higuchis_lengths_are_those_of_the_paper() {
    let signal = noise(203, 9);
    for k_max in [2, 5, 10, 13, 20] {
        // L(k) = mean over m of (N − 1)/(⌊(N − m)/k⌋·k²) · Σ |x(m + ik) − x(m + (i − 1)k)|, with m from 1.
        let n = signal.len();
        let length = |k: usize| {
            let curve = |m: usize| {
                let steps = (n - m) / k;
                let x = |i: usize| signal[m + i * k - 1];
                let sum: f64 = (1..=steps).map(|i| (x(i) - x(i - 1)).abs()).sum();
                sum * (n - 1) as f64 / (steps * k * k) as f64
            };
            (1..=k).map(curve).sum::<f64>() / k as f64
        };
        let points = (1..=k_max).map(|k| (-(k as f64).ln(), length(k).ln()));
        let expected = LineFit::through(points.collect::<Vec<_>>()).unwrap().slope;
        let mut config = HiguchiConfig::default();
        config.k_max = k_max;
        let actual = Higuchi::new(&config).unwrap().compute(&signal).unwrap();
        assert_close([actual], [expected], 1e-12, 0.0);
    }
}
