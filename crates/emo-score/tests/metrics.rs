//! The metrics against scikit-learn and SciPy; `fixtures/emo-score/metrics` says how the references were made.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;

use emo_score::{
    Binning, Bootstrap, BootstrapConfig, Groups, McNemar, Predictions, Reliability, RiskCoverage,
    Units, ndarray::Array2,
};
use emo_testing::{assert_close, fixture};
use proptest::prelude::*;
use serde_json::Value;

fn read(name: &str) -> Value {
    let path = fixture("emo-score/metrics").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let numbers = value.as_array().unwrap().iter();
    numbers.map(|number| number.as_f64().unwrap()).collect()
}

fn indices(value: &Value) -> Vec<usize> {
    numbers(value)
        .into_iter()
        .map(|number| number as usize)
        .collect()
}

/// Of every case its name, what is judged, and what scikit-learn says.
fn cases() -> Vec<(String, Predictions, Value)> {
    let cases = read("metrics.json");
    let cases = cases.as_array().unwrap().iter();
    cases
        .map(|case| {
            let rows: Vec<Vec<f64>> = case["scores"]
                .as_array()
                .unwrap()
                .iter()
                .map(numbers)
                .collect();
            let scores =
                Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j] as f32);
            (
                case["name"].as_str().unwrap().to_owned(),
                Predictions::new(scores, indices(&case["truth"])).unwrap(),
                case["expected"].clone(),
            )
        })
        .collect()
}

/// Compares to 1e-12 of the larger of 1 and the value; `null` is `None`.
#[track_caller]
fn check(case: &str, metric: &str, actual: Option<f64>, expected: &Value) {
    match (actual, expected.as_f64()) {
        (None, None) => {}
        (Some(actual), Some(expected)) => assert!(
            (actual - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{case}: {metric} is {actual}, expected {expected}"
        ),
        (actual, expected) => panic!("{case}: {metric} is {actual:?}, expected {expected:?}"),
    }
}

#[test]
fn metrics_of_decisions_are_scikit_learns() {
    for (case, predictions, expected) in cases() {
        let matrix = predictions.confusion();
        let counts: Vec<usize> = matrix.counts().iter().copied().collect();
        let rows = expected["confusion"].as_array().unwrap().iter();
        assert_eq!(counts, rows.flat_map(indices).collect::<Vec<_>>(), "{case}");
        for (metric, actual) in [
            ("accuracy", matrix.accuracy()),
            ("balanced_accuracy", matrix.balanced_accuracy()),
            ("balanced_accuracy_sklearn", matrix.balanced_accuracy()),
            ("macro_f1", matrix.macro_f1()),
            ("kappa", matrix.cohen_kappa()),
            ("mcc", matrix.matthews_correlation()),
        ] {
            check(&case, metric, actual, &expected[metric]);
        }
        for class in 0..predictions.n_classes() {
            let metrics = matrix.class(class);
            assert_eq!(
                metrics.support as u64,
                expected["support"][class].as_u64().unwrap()
            );
            check(
                &case,
                "precision",
                metrics.precision,
                &expected["precision"][class],
            );
            check(&case, "recall", metrics.recall, &expected["recall"][class]);
            check(&case, "f1", metrics.f1, &expected["f1"][class]);
        }
    }
}

#[test]
fn metrics_of_scores_are_scikit_learns() {
    for (case, predictions, expected) in cases() {
        check(
            &case,
            "brier",
            Some(predictions.brier()),
            &expected["brier"],
        );
        check(&case, "nll", Some(predictions.nll()), &expected["nll"]);
        check(
            &case,
            "macro_auroc",
            predictions.macro_auroc(),
            &expected["macro_auroc"],
        );
        for class in 0..predictions.n_classes() {
            check(
                &case,
                "auroc",
                predictions.auroc(class),
                &expected["auroc"][class],
            );
        }
        for (binning, ece, mce) in [
            (Binning::EqualWidth, "ece", "mce"),
            (Binning::EqualMass, "ece_equal_mass", "mce_equal_mass"),
        ] {
            let reliability =
                Reliability::new(&predictions, binning, Reliability::DEFAULT_BINS).unwrap();
            check(&case, ece, Some(reliability.ece()), &expected[ece]);
            check(&case, mce, Some(reliability.mce()), &expected[mce]);
        }
    }
}

#[test]
fn the_risk_coverage_curve_is_scikit_learns_precision() {
    for (case, predictions, expected) in cases() {
        let curve = RiskCoverage::new(&predictions);
        let part = |part: fn(&emo_score::RiskPoint) -> f64| {
            curve.points().iter().map(part).collect::<Vec<_>>()
        };
        assert_close(
            part(|p| p.coverage),
            numbers(&expected["coverage"]),
            0.0,
            1e-12,
        );
        assert_close(part(|p| p.risk), numbers(&expected["risk"]), 0.0, 1e-12);
        // With equal confidences the reference is a mean over random orders, with its standard error.
        let error = expected["aurc_standard_error"].as_f64().unwrap();
        let distance = (curve.aurc() - expected["aurc"].as_f64().unwrap()).abs();
        assert!(
            distance <= 1e-12_f64.max(4.0 * error),
            "{case}: {distance} {error}"
        );
    }
}

#[test]
fn mcnemars_test_is_scipys() {
    for row in read("mcnemar.json").as_array().unwrap() {
        let count = |name: &str| row[name].as_u64().unwrap();
        let number = |name: &str| row[name].as_f64().unwrap();
        let test = McNemar::from_counts(count("b"), count("c"));
        assert_close([test.statistic()], [number("statistic")], 1e-12, 0.0);
        assert_close([test.corrected_p()], [number("corrected")], 1e-12, 0.0);
        assert_close([test.exact_p()], [number("exact")], 1e-12, 0.0);
    }
    let right = [true, true, false, false, true];
    let other = [true, false, true, false, false];
    let test = McNemar::new(right.into_iter(), other.into_iter()).unwrap();
    assert_eq!((test.only_first(), test.only_second()), (2, 1));
    assert!(McNemar::new(right.into_iter(), other[1..].iter().copied()).is_err());
}

/// With 20,000 draws the standard error of a 2.5 % quantile is √(0.025·0.975/20000) = 0.0011 in probability. The
/// statistic's deviation here is 0.025 by sample and 0.053 by subject, its density at that quantile 0.058/deviation,
/// so the error of an end is 0.0005 and 0.0010; accuracies come in steps of 1/n, half of which is added.
#[test]
fn bootstrap_intervals_are_scipys_within_sampling_error() {
    let reference = read("bootstrap.json");
    let correct = indices(&reference["correct"]);
    let accuracy = |drawn: &[usize]| {
        let hits: usize = drawn.iter().map(|&sample| correct[sample]).sum();
        [Some(hits as f64 / drawn.len() as f64)]
    };
    let subjects = Groups::subjects(
        indices(&reference["subject"])
            .iter()
            .map(ToString::to_string),
    );
    let mut config = BootstrapConfig::default();
    config.n_resamples = 20_000;
    let bootstrap = Bootstrap::new(config).unwrap();
    let step = 0.5 / correct.len() as f64;
    for (units, name, error) in [
        (Units::Samples(correct.len()), "by_sample", 0.0005),
        (Units::Groups(&subjects), "by_subject", 0.0010),
    ] {
        let [interval] = bootstrap.intervals(units, accuracy).unwrap();
        let interval = interval.unwrap();
        let tolerance = 4.0 * error + step;
        assert_close(
            [interval.low, interval.high],
            numbers(&reference[name]),
            0.0,
            tolerance,
        );
    }
}

fn predictions() -> impl Strategy<Value = Predictions> {
    (2_usize..6, 1_usize..40).prop_flat_map(|(n_classes, n_samples)| {
        // Small whole numbers make many ties.
        let scores = prop::collection::vec(0_u8..6, n_classes * n_samples);
        let truth = prop::collection::vec(0..n_classes, n_samples);
        (scores, truth).prop_map(move |(raw, truth)| {
            let mut scores = Array2::zeros((n_samples, n_classes));
            for (mut row, raw) in scores.outer_iter_mut().zip(raw.chunks(n_classes)) {
                let sum: f32 = raw.iter().map(|&value| f32::from(value) + 0.25).sum();
                row.iter_mut()
                    .zip(raw)
                    .for_each(|(score, &value)| *score = (f32::from(value) + 0.25) / sum);
            }
            Predictions::new(scores, truth).unwrap()
        })
    })
}

proptest! {
    #[test]
    fn the_order_of_samples_does_not_matter(predictions in predictions()) {
        let reversed: Vec<usize> = (0..predictions.n_samples()).rev().collect();
        let other = predictions.select(&reversed);
        let all = |p: &Predictions| {
            let reliability = Reliability::new(p, Binning::EqualMass, 15).unwrap();
            [
                p.brier(), p.nll(), p.macro_auroc().unwrap_or(-1.0), reliability.ece(), reliability.mce(),
                RiskCoverage::new(p).aurc(),
            ]
        };
        assert_close(all(&predictions), all(&other), 0.0, 1e-12);
    }

    #[test]
    fn metrics_stay_in_their_ranges(predictions in predictions()) {
        let matrix = predictions.confusion();
        for kappa in [matrix.cohen_kappa(), matrix.matthews_correlation()].into_iter().flatten() {
            prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&kappa));
        }
        prop_assert!((0.0..=2.0).contains(&predictions.brier()));
        prop_assert!(predictions.nll() >= 0.0);
        for binning in [Binning::EqualWidth, Binning::EqualMass] {
            let reliability = Reliability::new(&predictions, binning, 15).unwrap();
            prop_assert_eq!(
                reliability.bins().iter().map(|bin| bin.n).sum::<usize>(),
                predictions.n_samples()
            );
            prop_assert!(reliability.ece() <= reliability.mce() + 1e-15);
            prop_assert!(reliability.mce() <= 1.0);
        }
        let curve = RiskCoverage::new(&predictions);
        let last = curve.points().last().unwrap();
        prop_assert_eq!(last.coverage, 1.0);
        prop_assert!((last.risk - (1.0 - matrix.accuracy().unwrap())).abs() < 1e-12);
        prop_assert!((0.0..=1.0).contains(&curve.aurc()));
    }

    /// The definition itself: pairs won, ties half.
    #[test]
    fn auroc_counts_pairs(predictions in predictions()) {
        for class in 0..predictions.n_classes() {
            let (mut wins, mut pairs) = (0.0, 0.0);
            for (i, a) in predictions.scores().outer_iter().enumerate() {
                for (j, b) in predictions.scores().outer_iter().enumerate() {
                    if predictions.truth()[i] == class && predictions.truth()[j] != class {
                        pairs += 1.0;
                        wins += if a[class] > b[class] { 1.0 } else if a[class] == b[class] { 0.5 } else { 0.0 };
                    }
                }
            }
            match predictions.auroc(class) {
                Some(area) => prop_assert!((area - wins / pairs).abs() < 1e-12),
                None => prop_assert_eq!(pairs, 0.0),
            }
        }
    }

    /// The definition itself: the mean over all orders of equal confidences.
    #[test]
    fn aurc_is_the_mean_over_orders(predictions in predictions().prop_filter("few", |p| p.n_samples() <= 6)) {
        let (confidence, correct): (Vec<f64>, Vec<bool>) =
            (predictions.confidence().collect(), predictions.correct().collect());
        let (mut sum, mut orders) = (0.0, 0.0);
        permutations(&mut (0..correct.len()).collect::<Vec<_>>(), 0, &mut |order| {
            if order.windows(2).any(|pair| confidence[pair[0]] < confidence[pair[1]]) {
                return;
            }
            let mut errors = 0.0;
            orders += 1.0;
            for (place, &sample) in order.iter().enumerate() {
                errors += f64::from(u8::from(!correct[sample]));
                sum += errors / (place + 1) as f64 / order.len() as f64;
            }
        });
        prop_assert!((RiskCoverage::new(&predictions).aurc() - sum / orders).abs() < 1e-12);
    }

    #[test]
    fn mcnemar_is_symmetric_and_a_probability(b in 0_u64..3000, c in 0_u64..3000) {
        let (test, mirrored) = (McNemar::from_counts(b, c), McNemar::from_counts(c, b));
        for p in [test.exact_p(), test.corrected_p()] {
            prop_assert!((0.0..=1.0).contains(&p));
        }
        prop_assert_eq!(test.exact_p(), mirrored.exact_p());
        prop_assert_eq!(test.corrected_p(), mirrored.corrected_p());
    }
}

fn permutations(items: &mut Vec<usize>, fixed: usize, visit: &mut impl FnMut(&[usize])) {
    if fixed == items.len() {
        return visit(items);
    }
    for next in fixed..items.len() {
        items.swap(fixed, next);
        permutations(items, fixed + 1, visit);
        items.swap(fixed, next);
    }
}
