//! Fusion, calibration, conformal sets and the 1€ filter against other people's programs: `fixtures/emo-score/fusion`
//! says which, and why each tolerance is what it is.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{fs, time::Duration};

use emo_score::{
    CalibrationConfig, CalibrationName, CascadingSpecialists, Conformal, ConformalScore, Fused,
    FusionRule, Isotonic, OneEuro, OneEuroConfig, Platt, Rule, RuleConfig, RuleName, ScoreTable,
    Stacking, StackingConfig, StackingInput, Temperature, VectorScaling, argmax, ndarray::Array2,
};
use emo_testing::fixture;
use serde_json::Value;

/// The seed's weights: the accuracies of heart rate, speech, video and EEG.
const WEIGHTS: [f32; 4] = [0.42, 0.78, 0.74, 0.71];

fn read(name: &str) -> Value {
    let path = fixture("emo-score/fusion").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

fn indices(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|n| n as usize).collect()
}

fn largest_difference(actual: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let differences = actual.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max)
}

#[track_caller]
fn assert_near(what: &str, actual: &[f64], expected: &[f64], tolerance: f64) {
    let difference = largest_difference(actual, expected);
    assert!(difference <= tolerance, "{what}: {difference:e}");
}

struct Samples {
    truth: Vec<usize>,
    /// `[samples][modalities][classes]`
    scores: Vec<Vec<Vec<f32>>>,
    present: Vec<Vec<bool>>,
    n_fit: usize,
}

impl Samples {
    fn read() -> Self {
        let file = read("samples.json");
        let items = |value: &Value| value.as_array().unwrap().clone();
        let row = |value: &Value| numbers(value).into_iter().map(|n| n as f32).collect();
        Self {
            truth: indices(&file["truth"]),
            scores: items(&file["scores"])
                .iter()
                .map(|sample| items(sample).iter().map(row).collect())
                .collect(),
            present: items(&file["present"])
                .iter()
                .map(|sample| {
                    let there = |value: &Value| value.as_bool().unwrap();
                    items(sample).iter().map(there).collect()
                })
                .collect(),
            n_fit: file["n_fit"].as_u64().unwrap() as usize,
        }
    }

    /// Of the samples to fit on and of those to test with, with all modalities or with those that are present.
    fn tables(&self, all: bool) -> (Vec<ScoreTable>, Vec<ScoreTable>) {
        let mut tables = Vec::new();
        for (rows, present) in self.scores.iter().zip(&self.present) {
            let mut table = ScoreTable::new(4);
            for (row, present) in rows.iter().zip(present) {
                if all || *present {
                    table.push(row).unwrap();
                } else {
                    table.push_absent();
                }
            }
            tables.push(table);
        }
        let test = tables.split_off(self.n_fit);
        (tables, test)
    }

    fn fit_truth(&self) -> &[usize] {
        &self.truth[..self.n_fit]
    }

    /// One modality's scores, `[samples, classes]`, of the samples to fit on or to test with.
    fn modality(&self, modality: usize, test: bool) -> Array2<f32> {
        let rows = if test {
            &self.scores[self.n_fit..]
        } else {
            &self.scores[..self.n_fit]
        };
        let flat = rows.iter().flat_map(|rows| rows[modality].clone());
        Array2::from_shape_vec((rows.len(), 4), flat.collect()).unwrap()
    }
}

fn fuse(rule: &Rule, tables: &[ScoreTable]) -> Vec<Fused> {
    tables
        .iter()
        .map(|table| rule.fuse(table).unwrap())
        .collect()
}

fn scores(fused: &[Fused]) -> Vec<f64> {
    let scores = fused.iter().flat_map(|fused| fused.scores.iter());
    scores.copied().map(f64::from).collect()
}

fn pool_config(file: &Value) -> RuleConfig {
    let mut config = RuleConfig::new(4, WEIGHTS);
    let prior = numbers(&file["prior"]);
    config.prior = Some(prior.into_iter().map(|p| p as f32).collect());
    config.floor = file["floor"].as_f64().unwrap() as f32;
    config.trim = file["trim"].as_f64().unwrap();
    config.max_conflict = 1.0;
    config
}

#[test]
fn rules_without_a_fit() {
    let file = read("pools.json");
    let config = pool_config(&file);
    let (_, tables) = Samples::read().tables(true);
    for name in RuleName::ALL.iter().filter(|name| !name.needs_fit()) {
        let fused = fuse(&name.make(&config).unwrap(), &tables);
        let expected = numbers(&file["scores"][name.as_str()]);
        assert_near(name.as_str(), &scores(&fused), &expected, 1e-6);
        if *name == RuleName::DempsterShafer {
            let of = |part: fn(&Fused) -> Option<f32>| -> Vec<f64> {
                fused.iter().map(|f| f64::from(part(f).unwrap())).collect()
            };
            let conflict = of(|fused| fused.conflict);
            assert_near("conflict", &conflict, &numbers(&file["conflict"]), 1e-6);
            let ignorance = of(|fused| fused.ignorance);
            assert_near("ignorance", &ignorance, &numbers(&file["ignorance"]), 1e-6);
        }
    }
}

#[test]
fn the_seeds_decisions() {
    let file = read("pools.json");
    let (_, tables) = Samples::read().tables(true);
    for (name, key) in [
        (RuleName::Mean, "seed_equal"),
        (RuleName::WeightedMean, "seed_weighted"),
    ] {
        let rule = name.make(&RuleConfig::new(4, WEIGHTS)).unwrap();
        let fused = fuse(&rule, &tables);
        let decisions: Vec<usize> = fused.iter().map(|fused| argmax(&fused.scores)).collect();
        assert_eq!(decisions, indices(&file[key]), "{name}");
    }
}

#[test]
fn rules_fitted_on_decisions_and_means() {
    let file = read("fitted.json");
    let samples = Samples::read();
    let (fit, test) = samples.tables(true);
    let config = RuleConfig::new(4, []);
    for (name, key) in [
        (RuleName::NaiveBayes, "naive_bayes"),
        (RuleName::DecisionTemplates, "templates"),
    ] {
        let rule = name.fit(&config, &fit, samples.fit_truth()).unwrap();
        let fused = scores(&fuse(&rule, &test));
        assert_near(key, &fused, &numbers(&file[key]), 1e-6);
    }
    let cascade = CascadingSpecialists::fit(&fit, samples.fit_truth()).unwrap();
    let recalls: Vec<f64> = cascade.recalls().concat();
    assert_near("recalls", &recalls, &numbers(&file["recalls"]), 1e-12);
    let accuracies = numbers(&file["accuracies"]);
    assert_near("accuracies", cascade.accuracies(), &accuracies, 1e-7);
}

#[test]
fn stacking_is_scikit_learns_logistic_regression() {
    let file = read("stacking.json");
    let samples = Samples::read();
    let (fit, test) = samples.tables(false);
    for case in file["cases"].as_object().unwrap().values() {
        let mut config = StackingConfig::new(file["floor"].as_f64().unwrap() as f32);
        config.inverse_penalty = case["c"].as_f64().unwrap();
        config.input = match case["input"].as_str().unwrap() {
            "scores" => StackingInput::Scores,
            _ => StackingInput::LogScores,
        };
        let rule = Stacking::fit(&config, &fit, samples.fit_truth()).unwrap();
        assert_near(
            "intercepts",
            rule.intercepts(),
            &numbers(&case["intercepts"]),
            1e-6,
        );
        // There by class, then modality.
        let mut weights = Vec::new();
        for class in 0..4 {
            for modality in rule.weights() {
                weights.extend_from_slice(&modality[class]);
            }
        }
        assert_near("weights", &weights, &numbers(&case["weights"]), 1e-6);
        let fused = scores(&fuse(&rule.into(), &test));
        assert_near("scores", &fused, &numbers(&case["scores"]), 1e-6);
    }
}

#[test]
fn temperature_and_vector_scaling_are_the_optimum_that_scipy_finds() {
    let file = read("calibration.json");
    let samples = Samples::read();
    let modality = file["modality"].as_u64().unwrap() as usize;
    let (fit, test) = (
        samples.modality(modality, false),
        samples.modality(modality, true),
    );
    let config = CalibrationConfig::default();
    let temperature = Temperature::fit(&config, &fit, samples.fit_truth()).unwrap();
    let expected = file["temperature"].as_f64().unwrap();
    assert_near(
        "temperature",
        &[temperature.temperature()],
        &[expected],
        1e-6,
    );
    let calibration = CalibrationName::Temperature
        .fit(&config, &fit, samples.fit_truth())
        .unwrap();
    let mut calibrated = Vec::new();
    for row in test.outer_iter() {
        let mut row = row.to_vec();
        calibration.apply(&mut row).unwrap();
        calibrated.extend(row.into_iter().map(f64::from));
    }
    let expected = numbers(&file["temperature_scores"]);
    assert_near("temperature's scores", &calibrated, &expected, 1e-6);

    let vector = VectorScaling::fit(&config, &fit, samples.fit_truth()).unwrap();
    let scales = numbers(&file["vector_scales"]);
    assert_near("scales", vector.scales(), &scales, 1e-5);
    let biases = numbers(&file["vector_biases"]);
    assert_near("biases", vector.biases(), &biases, 1e-5);
}

#[test]
fn platt_and_isotonic_are_scikit_learns() {
    let file = read("calibration.json");
    let samples = Samples::read();
    let modality = file["modality"].as_u64().unwrap() as usize;
    let fit = samples.modality(modality, false);
    let platt = Platt::fit(&CalibrationConfig::default(), &fit, samples.fit_truth()).unwrap();
    let parameters: Vec<f64> = platt
        .slopes()
        .iter()
        .zip(platt.offsets())
        .flat_map(|(a, b)| [*a, *b])
        .collect();
    assert_near("platt", &parameters, &numbers(&file["platt"]), 1e-6);
    let loose = numbers(&file["platt_sigmoid_calibration"]);
    assert_near("sigmoid calibration", &parameters, &loose, 1e-4);

    let isotonic = Isotonic::fit(&fit, samples.fit_truth()).unwrap();
    let grid = numbers(&file["grid"]);
    let values: Vec<f64> = (0..4)
        .flat_map(|class| grid.iter().map(move |score| (class, *score as f32)))
        .map(|(class, score)| isotonic.value(class, score).unwrap())
        .collect();
    assert_near("isotonic", &values, &numbers(&file["isotonic"]), 1e-12);
}

#[test]
fn conformal_sets_are_those_of_the_definition() {
    let file = read("conformal.json");
    let samples = Samples::read();
    let modality = file["modality"].as_u64().unwrap() as usize;
    let (fit, test) = (
        samples.modality(modality, false),
        samples.modality(modality, true),
    );
    for case in file["cases"].as_array().unwrap() {
        let score = match case["score"].as_str().unwrap() {
            "lac" => ConformalScore::Lac,
            _ => ConformalScore::Aps,
        };
        let alpha = case["alpha"].as_f64().unwrap();
        let conformal = Conformal::fit(score, &fit, samples.fit_truth()).unwrap();
        let threshold = case["threshold"].as_f64().unwrap();
        assert_near(
            "threshold",
            &[conformal.threshold(alpha)],
            &[threshold],
            1e-12,
        );
        for (row, set) in test.outer_iter().zip(case["sets"].as_array().unwrap()) {
            let row = row.to_vec();
            assert_eq!(conformal.set(&row, alpha).unwrap(), indices(set));
        }
    }
}

#[test]
fn the_one_euro_filter_is_its_authors() {
    let file = read("one_euro.json");
    for case in file["cases"].as_array().unwrap() {
        let number = |key: &str| case[key].as_f64().unwrap();
        let mut config = OneEuroConfig::default();
        config.min_cutoff_hz = number("min_cutoff_hz");
        config.beta = number("beta");
        config.derivative_cutoff_hz = number("derivative_cutoff_hz");
        let mut filter = OneEuro::new(config).unwrap();
        let filtered: Vec<f64> = indices(&file["steps_ms"])
            .into_iter()
            .zip(numbers(&file["values"]))
            .map(|(step, value)| {
                let step = Duration::from_millis(step as u64);
                filter.update(step, value).unwrap()
            })
            .collect();
        assert_near("filtered", &filtered, &numbers(&case["filtered"]), 1e-9);
    }
}
