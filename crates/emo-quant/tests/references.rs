//! Ranges against those of ONNX Runtime's calibrators and of plain numpy, on the same activations.
//!
//! `fixtures/emo-quant/README.md` names the origin of each number and the reason of each tolerance.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_quant::{
    Aciq, AciqConfig, AciqDistribution, Calibrator, ClipRange, Entropy, Max, MaxPercentile,
    MaxPercentileConfig, Method, MovingAverage, MovingAverageConfig, Mse, Percentile,
    PercentileConfig, PercentileOf, QuantScheme, Symmetry,
    emo_tensor::ElementType,
    entropy_len,
    ndarray::{Array2, ArrayD, Axis},
};
use emo_testing::{assert_close, fixture, load_npy};
use serde_json::Value;

const NAMES: [&str; 6] = ["normal", "laplace", "heavy", "relu", "skewed", "image"];

fn references() -> Value {
    let text = std::fs::read_to_string(fixture("emo-quant/references.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn activations(name: &str) -> Array2<f32> {
    load_npy(fixture(format!("emo-quant/activations_{name}.npy")))
        .mapv(|x| x as f32)
        .into_dimensionality()
        .unwrap()
}

/// Shows every sample to a calibrator.
fn observe<C: Calibrator>(mut calibrator: C, name: &str) -> C {
    for sample in activations(name).axis_iter(Axis(0)) {
        calibrator.observe(&sample.into_dyn()).unwrap();
    }
    calibrator
}

fn pair(value: &Value) -> (f64, f64) {
    (value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
}

/// The range as a calibrator that does not enclose 0 would have to give it.
fn ends(range: ClipRange) -> (f64, f64) {
    (f64::from(range.min()), f64::from(range.max()))
}

fn scheme(bits: u64, symmetric: bool) -> QuantScheme {
    match (bits, symmetric) {
        (4, true) => QuantScheme::new(ElementType::I4, Symmetry::Symmetric).unwrap(),
        (4, false) => QuantScheme::new(ElementType::U4, Symmetry::Affine).unwrap(),
        (8, true) => QuantScheme::I8,
        _ => QuantScheme::U8,
    }
}

#[test]
fn max_is_onnxruntimes_min_max_calibrater() {
    let references = references();
    for name in NAMES {
        let (low, high) = pair(&references["arrays"][name]["onnxruntime"]["min_max"]);
        let range = observe(Max::new(), name).range().unwrap();
        assert_eq!(ends(range), (low.min(0.0), high.max(0.0)), "{name}");
    }
}

#[test]
fn moving_average_is_onnxruntimes() {
    let references = references();
    let mut config = MovingAverageConfig::new();
    config.constant = references["averaging_constant"].as_f64().unwrap();
    for name in NAMES {
        let (low, high) = pair(&references["arrays"][name]["onnxruntime"]["moving_average"]);
        let average = observe(MovingAverage::new(config).unwrap(), name);
        let (min, max) = ends(average.range().unwrap());
        // Theirs is computed in `f32`.
        assert_close([min, max], [low.min(0.0), high.max(0.0)], 1e-6, 0.0);
    }
}

#[test]
fn percentiles_are_up_to_one_bin_beyond_onnxruntimes() {
    let references = references();
    for name in NAMES {
        let cases = references["arrays"][name]["onnxruntime"]["percentile"]
            .as_array()
            .unwrap();
        for case in cases {
            let symmetric = case["symmetric"].as_bool().unwrap();
            let percentile = case["percentile"].as_f64().unwrap();
            let width = case["bin_width"].as_f64().unwrap();
            let (low, high) = pair(&case["range"]);
            let mut config = PercentileConfig::new();
            config.percentile = percentile;
            if symmetric {
                config.of = PercentileOf::Magnitudes;
            }
            let range = observe(Percentile::new(config).unwrap(), name)
                .range()
                .unwrap();
            let (min, max) = ends(range);
            // They give the lower edge of the bin that the rank is in; edges are rounded to `f32`.
            let slack = 1e-6 * (low.abs() + high.abs());
            let within = |difference: f64| (-slack..=width + slack).contains(&difference);
            let place = format!("{name} at {percentile}, {case}: {range:?}");
            assert!(within(max - high.max(0.0)), "{place}");
            if symmetric {
                // Of magnitudes, the lower edge is the one nearer to 0.
                assert!(within(low.min(0.0) - min), "{place}");
            } else {
                assert!(within(min - low.min(0.0)), "{place}");
            }
        }
    }
}

#[test]
fn onnxruntimes_entropy_calibrater_clips_nothing() {
    let references = references();
    for name in NAMES {
        let found = &references["arrays"][name]["onnxruntime"];
        assert_eq!(found["entropy"], found["min_max"], "{name}");
    }
}

#[test]
fn the_search_for_the_least_divergence_is_numpys() {
    let references = references();
    for name in NAMES {
        let counts: Vec<u64> =
            references["arrays"][name]["onnxruntime"]["entropy_2048"]["magnitudes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|count| count.as_u64().unwrap())
                .collect();
        let expected = &references["arrays"][name]["numpy"]["entropy_of_onnxruntimes_histogram"];
        let len = entropy_len(&counts, 64).unwrap();
        assert_eq!(len as u64, expected["len"].as_u64().unwrap(), "{name}");
        // By its own measure, what ONNX Runtime chooses from the same bins is never better.
        let theirs = expected["divergence_at_theirs"].as_f64();
        let least = expected["divergence"].as_f64().unwrap();
        assert!(theirs.is_none_or(|theirs| theirs >= least), "{name}");
    }
}

#[test]
fn entropy_is_numpys() {
    let references = references();
    for name in NAMES {
        for case in references["arrays"][name]["numpy"]["entropy"]
            .as_array()
            .unwrap()
        {
            let scheme = scheme(if case["levels"] == 8 { 4 } else { 8 }, true);
            let range = observe(Entropy::new(scheme), name).range().unwrap();
            let max = observe(Max::new(), name).range().unwrap();
            let magnitude = case["magnitude"].as_f64().unwrap();
            let expected = magnitude.min(f64::from(max.magnitude()));
            assert_eq!(f64::from(range.magnitude()), expected, "{name}, {case}");
        }
    }
}

#[test]
fn mean_squared_errors_are_as_small_as_those_of_brute_force() {
    let references = references();
    for name in NAMES {
        let activations = activations(name);
        for case in references["arrays"][name]["numpy"]["mse"]
            .as_array()
            .unwrap()
        {
            let scheme = scheme(
                case["bits"].as_u64().unwrap(),
                case["symmetric"].as_bool().unwrap(),
            );
            let params = observe(Mse::new(scheme), name)
                .range()
                .unwrap()
                .params(scheme)
                .unwrap();
            let error = activations
                .iter()
                .map(|&x| (f64::from(params.round_trip(x)) - f64::from(x)).powi(2))
                .sum::<f64>()
                / activations.len() as f64;
            let expected = case["error"].as_f64().unwrap();
            // Theirs has seen the numbers themselves and ranges between ours: 1 % is what that may be worth.
            assert!(error <= 1.01 * expected, "{name}, {case}: {error}");
            // With one factor for both ends, nothing is below brute force by more than its finer ranges leave.
            if scheme.symmetry() == Symmetry::Symmetric {
                assert!(error >= 0.99 * expected, "{name}, {case}: {error}");
            }
        }
    }
}

#[test]
fn analytic_distances_are_those_of_a_minimizer() {
    let references = references();
    for name in NAMES {
        for case in references["arrays"][name]["numpy"]["aciq"]
            .as_array()
            .unwrap()
        {
            let scheme = scheme(case["bits"].as_u64().unwrap(), true);
            let aciq = observe(Aciq::new(AciqConfig::new(), scheme), name);
            let laplace = case["laplace"].as_bool().unwrap();
            assert_eq!(
                aciq.distribution().unwrap() == AciqDistribution::Laplace,
                laplace,
                "{name}"
            );
            let max = observe(Max::new(), name).range().unwrap();
            let expected = case["distance"].as_f64().unwrap();
            // Half the width of a bin.
            assert_close(
                [aciq.range().unwrap().magnitude()],
                [expected.min(f64::from(max.magnitude()))],
                1.0 / 2048.0,
                0.0,
            );
        }
    }
}

/// The reading of the vendor's words, by sorting.
#[test]
fn the_percentile_of_maxima_is_that_of_sorted_rows() {
    for name in NAMES {
        let rows = activations(name);
        let mut config = MaxPercentileConfig::new();
        (config.percentile, config.top_ratio) = (75.0, 0.0);
        let range = observe(MaxPercentile::new(config).unwrap(), name)
            .range()
            .unwrap();
        let mut maxima: Vec<f32> = rows
            .axis_iter(Axis(0))
            .map(|row| row.iter().fold(0.0, |max, x| x.abs().max(max)))
            .collect();
        maxima.sort_by(|a, b| b.total_cmp(a));
        let max = observe(Max::new(), name).range().unwrap();
        let expected = maxima[maxima.len() / 4];
        assert_eq!(
            (range.min(), range.max()),
            (max.min().max(-expected), max.max().min(expected)),
            "{name}"
        );
    }
}

/// All at once or sample by sample, whole or as columns: every method but those about samples gives the same.
#[test]
fn how_activations_are_cut_does_not_matter() {
    for name in NAMES {
        let rows: ArrayD<f32> = activations(name).into_dyn();
        for method in Method::all() {
            if matches!(method, Method::MovingAverage(_) | Method::MaxPercentile(_)) {
                continue;
            }
            for scheme in [QuantScheme::I8, QuantScheme::U8] {
                let new = || method.calibrator(scheme).unwrap();
                let by_rows = observe(new(), name);
                let mut at_once = new();
                at_once.observe(&rows).unwrap();
                let mut by_columns = new();
                for column in rows.axis_iter(Axis(1)) {
                    by_columns.observe(&column).unwrap();
                }
                assert_eq!(by_rows.range(), at_once.range(), "{name}, {method}");
                assert_eq!(by_rows, by_columns, "{name}, {method}");
            }
        }
    }
}
