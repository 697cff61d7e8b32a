//! Laws of features of channels, of pairs, over time and over the head.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use emo_eeg::ndarray::{Array2, arr2};
use emo_eeg::{
    AperiodicSlope, AperiodicSlopeConfig, ChannelBands, ChannelPairs, EegError, GRID_LEN, GridFill,
    Hjorth, HjorthConvention, KalmanSmoother, MovingAverage, SampleRate, Statistics,
    TopographicGrid, WaveletDecomposition, arousal_index, decorrelation_time, engagement,
    frontal_alpha_asymmetry, gaussian_entropy, higher_order_crossings, muscle_index, spectral_edge,
    teager_kaiser, theta_beta_ratio, valence_index, vasicek_entropy,
};
use emo_testing::{CountingAllocator, assert_close};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn rate() -> SampleRate {
    SampleRate::from_hz(128.0).unwrap()
}

/// All features of a channel that exist for it.
fn features(samples: &[f64], memory: &mut Vec<f64>) -> Vec<f64> {
    let mut found = Vec::new();
    for convention in [HjorthConvention::Population, HjorthConvention::MneFeatures] {
        if let Ok(hjorth) = Hjorth::of(samples, convention) {
            found.extend([hjorth.activity, hjorth.mobility, hjorth.complexity]);
        }
    }
    if let Ok(s) = Statistics::of(samples, memory) {
        found.extend([
            s.mean,
            s.variance,
            s.skewness,
            s.kurtosis,
            s.rms,
            s.line_length,
        ]);
        found.extend([s.skewness_corrected, s.kurtosis_corrected, s.median]);
        found.extend([s.peak_to_peak, s.median_absolute_deviation]);
    }
    let mut crossings = [0.0; 10];
    if higher_order_crossings(samples, &mut crossings, memory).is_ok() {
        found.extend(crossings);
    }
    if let Ok(entropy) = vasicek_entropy(samples, memory) {
        found.push(entropy);
    }
    if let Ok(Some(time)) = decorrelation_time(samples, rate()) {
        found.push(time);
    }
    found
}

proptest! {
    #[test]
    fn any_channel_gives_numbers_or_errors(
        samples in prop_oneof![
            prop::collection::vec(prop::num::f32::ANY.prop_map(f64::from), 0..60),
            prop::collection::vec((-3_i32..3).prop_map(f64::from), 0..200),
            (0_usize..100, -1e3..1e3).prop_map(|(len, x)| vec![x; len]),
        ],
    ) {
        let found = features(&samples, &mut Vec::new());
        prop_assert!(found.iter().all(|x| x.is_finite()), "{:?}", found);
    }

    #[test]
    fn shape_is_free_of_scale(
        samples in prop::collection::vec(-50.0..50.0, 20..200),
        exponent in -10_i32..10,
    ) {
        let scaled: Vec<f64> = samples.iter().map(|x| x * 2_f64.powi(exponent)).collect();
        let (a, b) = (
            Hjorth::of(&samples, HjorthConvention::Population).unwrap(),
            Hjorth::of(&scaled, HjorthConvention::Population).unwrap(),
        );
        assert_close([b.mobility, b.complexity], [a.mobility, a.complexity], 1e-12, 0.0);
        let mut memory = Vec::new();
        let a = Statistics::of(&samples, &mut memory).unwrap();
        let b = Statistics::of(&scaled, &mut memory).unwrap();
        assert_close([b.skewness, b.kurtosis], [a.skewness, a.kurtosis], 1e-12, 1e-12);
    }

    #[test]
    fn a_wavelet_keeps_the_energy_of_what_vanishes_at_the_ends(
        inside in prop::collection::vec(-10.0..10.0, 1..100),
    ) {
        // The transform is orthonormal where its edges play no part.
        let mut samples = vec![0.0; 512];
        samples[200..200 + inside.len()].copy_from_slice(&inside);
        let mut wavelet = WaveletDecomposition::new(samples.len()).unwrap();
        wavelet.compute(&samples).unwrap();
        prop_assert_eq!(wavelet.n_levels(), 6);
        let rest: f64 = wavelet.approximation().iter().map(|x| x * x).sum();
        let energy: f64 = samples.iter().map(|x| x * x).sum();
        assert_close([wavelet.energies().sum::<f64>() + rest], [energy], 1e-9, 1e-12);
    }

    #[test]
    fn the_teager_energy_of_a_sine_is_constant(amplitude in 0.1..10.0_f64, angle in 0.05..1.5_f64) {
        let sine: Vec<f64> = (0..200).map(|n| amplitude * (angle * f64::from(n) + 0.3).sin()).collect();
        let expected = (amplitude * f64::sin(angle)).powi(2);
        let [mean, deviation] = teager_kaiser(&sine);
        assert_close([mean, deviation], [expected, 0.0], 1e-9, 1e-9);
    }

    #[test]
    fn powers_of_frequency_have_their_exponent(exponent in 0.2..3.0_f64, scale in 0.01..100.0_f64) {
        let power: Vec<f64> = (0..129).map(|bin| {
            // A rhythm between 7 and 14 Hz and the mains do not count.
            let hz = 0.5 * f64::from(bin);
            let rhythm = if (9.0..11.0).contains(&hz) || (49.0..51.0).contains(&hz) { 50.0 } else { 1.0 };
            scale * rhythm * hz.max(0.1).powf(-exponent)
        }).collect();
        let mut slope = AperiodicSlope::new(&AperiodicSlopeConfig::default(), 129, 0.5).unwrap();
        assert_close([slope.compute(&power).unwrap()], [-exponent], 1e-9, 0.0);
    }

    #[test]
    fn edges_rise_with_the_share(power in prop::collection::vec(0.0..1.0, 2..100), a in 0.0..1.0, b in 0.0..1.0) {
        prop_assume!(power.iter().sum::<f64>() > 0.0);
        let edge = |share: f64| spectral_edge(&power, 0.5, share).unwrap();
        prop_assert!(edge(f64::min(a, b)) <= edge(f64::max(a, b)));
        prop_assert!(edge(1.0) <= 0.5 * (power.len() - 1) as f64);
    }

    #[test]
    fn turning_the_head_turns_the_signs(features in prop::collection::vec(0.5_f32..5.0, 4)) {
        let features = Array2::from_shape_vec((4, 1), features).unwrap();
        let plain = ChannelPairs::left_right(&["F3", "F4", "O1", "O2"]);
        let turned = ChannelPairs::left_right(&["F4", "F3", "O2", "O1"]);
        let a = plain.differences(&features).unwrap();
        let b = turned.differences(&features).unwrap();
        prop_assert_eq!(&a, &(-b));
        let product = plain.ratios(&features).unwrap() * turned.ratios(&features).unwrap();
        assert_close(product, [1.0_f32; 2], 1e-6, 0.0);
    }

    #[test]
    fn smoothers_stay_between_what_they_saw(
        values in prop::collection::vec(-100.0_f32..100.0, 1..50),
        ratio in 0.001..10.0,
        len in 1_usize..10,
    ) {
        let (mut kalman, mut average) = (KalmanSmoother::new(1, ratio).unwrap(), MovingAverage::new(1, len).unwrap());
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        for (n, &value) in values.iter().enumerate() {
            (low, high) = (low.min(value), high.max(value));
            let (mut a, mut b) = ([value], [value]);
            kalman.push(&mut a).unwrap();
            average.push(&mut b).unwrap();
            prop_assert!((low - 1e-3..=high + 1e-3).contains(&a[0]));
            let from = (n + 1).saturating_sub(len);
            let seen = &values[from..=n];
            let mean = seen.iter().map(|x| f64::from(*x)).sum::<f64>() / seen.len() as f64;
            assert_close(b, [mean], 1e-6, 1e-5);
        }
    }
}

#[test]
fn a_steady_smoother_has_the_gain_of_theory() {
    let mut kalman = KalmanSmoother::new(1, 0.01).unwrap();
    for _ in 0..1000 {
        kalman.push(&mut [0.0]).unwrap();
    }
    let mut step = [1.0];
    kalman.push(&mut step).unwrap();
    // The gain k solves k² + q·k = q.
    let gain = (-0.01 + (0.01_f64 * 0.01 + 0.04).sqrt()) / 2.0;
    assert_close(step, [gain], 1e-6, 0.0);
    kalman.reset();
    let mut first = [5.0];
    kalman.push(&mut first).unwrap();
    assert_eq!(first, [5.0]);
}

#[test]
fn smoothers_refuse_what_is_not_a_number_and_go_on() {
    let mut average = MovingAverage::new(2, 3).unwrap();
    average.push(&mut [1.0, 2.0]).unwrap();
    assert!(matches!(
        average.push(&mut [f32::NAN, 0.0]),
        Err(EegError::NonFinite { sample: 0, .. })
    ));
    assert!(matches!(
        average.push(&mut [0.0]),
        Err(EegError::Shape { .. })
    ));
    let mut next = [3.0, 4.0];
    average.push(&mut next).unwrap();
    assert_eq!(next, [2.0, 3.0]);
    assert!(MovingAverage::new(1, 0).is_err());
    assert!(KalmanSmoother::new(1, 0.0).is_err());
}

#[test]
fn places_have_their_cells() {
    for (name, cell) in [
        ("Fp1", (0, 3)),
        ("AFz", (1, 4)),
        ("F7", (2, 0)),
        ("FT8", (3, 8)),
        ("FC5", (3, 1)),
        ("T3", (4, 0)),
        ("Cz", (4, 4)),
        ("TP7", (5, 0)),
        ("P8", (6, 8)),
        ("PO4", (7, 6)),
        ("O2", (8, 5)),
    ] {
        assert_eq!(TopographicGrid::cell(name), Some(cell), "{name}");
    }
    for name in ["F9", "Iz", "A1", "Status"] {
        assert!(TopographicGrid::cell(name).is_none(), "{name}");
        assert!(TopographicGrid::new(&[name], GridFill::Constant(0.0)).is_err());
    }
    assert!(matches!(
        TopographicGrid::new(&["T3", "T7"], GridFill::Constant(0.0)),
        Err(EegError::CoincidentChannels { .. })
    ));
}

#[test]
fn interpolated_cells_lie_between_their_neighbours() {
    let names = ["F3", "F4", "P3", "P4"];
    let grid = TopographicGrid::new(&names, GridFill::Interpolated { corners: -7.0 }).unwrap();
    let picture = grid.compute(&arr2(&[[1.0], [1.0], [3.0], [3.0]])).unwrap();
    assert_eq!(picture.dim(), (1, GRID_LEN, GRID_LEN));
    let at = |name: &str| {
        let (row, column) = TopographicGrid::cell(name).unwrap();
        picture[[0, row, column]]
    };
    assert_eq!((at("F3"), at("P4")), (1.0, 3.0));
    assert!(1.0 < at("Fz") && at("Fz") < at("Cz") && at("Cz") < at("Pz") && at("Pz") < 3.0);
    assert_eq!(picture[[0, 0, 0]], -7.0);
    // A field that is the same everywhere stays so.
    let flat = grid.compute(&arr2(&[[2.0], [2.0], [2.0], [2.0]])).unwrap();
    assert_close([flat[[0, 4, 4]]], [2.0], 1e-6, 0.0);
}

#[test]
fn indices_are_what_their_formulas_say() {
    let bands = |theta: f64, alpha: f64, beta: f64| ChannelBands { theta, alpha, beta };
    let (left, right) = (bands(4.0, 8.0, 2.0), bands(4.0, 10.0, 4.0));
    assert_eq!(theta_beta_ratio(&left).unwrap(), 2.0);
    assert_eq!(engagement(&left).unwrap(), 2.0 / 12.0);
    assert_eq!(arousal_index(&left, &right).unwrap(), 6.0 / 18.0);
    assert_eq!(
        valence_index(&left, &right).unwrap(),
        10.0 / 4.0 - 8.0 / 2.0
    );
    assert_close(
        [frontal_alpha_asymmetry(8.0, 10.0).unwrap()],
        [1.25_f64.ln()],
        1e-12,
        0.0,
    );
    for undefined in [
        theta_beta_ratio(&bands(1.0, 1.0, 0.0)),
        engagement(&bands(0.0, 0.0, 1.0)),
        frontal_alpha_asymmetry(0.0, 1.0),
        frontal_alpha_asymmetry(-1.0, -1.0),
        muscle_index(&[0.0; 65], 1.0, 50.0),
    ] {
        assert!(matches!(undefined, Err(EegError::Undefined { .. })));
    }
    // 128 Hz: 15 bins over 29, of equal power. 512 Hz: 55 to 94 without 98 to 102, over 1 to 44.
    assert_close(
        [muscle_index(&[1.0; 65], 1.0, 50.0).unwrap()],
        [15.0 / 29.0],
        1e-12,
        0.0,
    );
    assert_close(
        [muscle_index(&[1.0; 257], 1.0, 50.0).unwrap()],
        [40.0 / 44.0],
        1e-12,
        0.0,
    );
    assert_close(
        [muscle_index(&[1.0; 257], 1.0, 60.0).unwrap()],
        [35.0 / 44.0],
        1e-12,
        0.0,
    );
    assert_eq!(gaussian_entropy(f64::NAN), None);
    let pairs = ChannelPairs::left_right(&["F3", "F4"]);
    assert!(matches!(
        pairs.ratios(&arr2(&[[1.0], [0.0]])),
        Err(EegError::Undefined { .. })
    ));
    assert!(matches!(
        pairs.differences(&arr2(&[[1.0]])),
        Err(EegError::ChannelCount {
            actual: 1,
            expected: 2
        })
    ));
}

#[test]
fn what_keeps_memory_allocates_once() {
    let samples: Vec<f64> = (0..512).map(|n| f64::from(n * 37 % 101)).collect();
    let mut wavelet = WaveletDecomposition::new(512).unwrap();
    let mut slope = AperiodicSlope::new(&AperiodicSlopeConfig::default(), 512, 0.125).unwrap();
    let mut average = MovingAverage::new(4, 3).unwrap();
    let mut kalman = KalmanSmoother::new(4, 0.01).unwrap();
    let (mut memory, mut crossings) = (Vec::new(), [0.0; 10]);
    let mut run = || {
        wavelet.compute(&samples).unwrap();
        let power: &[f64] = &samples;
        // A spectrum of which a bin is 0 has no slope, and says so without allocating.
        assert!(slope.compute(power).is_err());
        average.push(&mut [1.0; 4]).unwrap();
        kalman.push(&mut [1.0; 4]).unwrap();
        Statistics::of(&samples, &mut memory).unwrap();
        higher_order_crossings(&samples, &mut crossings, &mut memory).unwrap();
        vasicek_entropy(&samples, &mut memory).unwrap();
    };
    run();
    let before = CountingAllocator::count();
    run();
    assert_eq!(CountingAllocator::count() - before, 0);
}
