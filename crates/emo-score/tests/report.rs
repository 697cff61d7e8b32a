//! The report: what it must say, and what no label may do to it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_score::{
    BootstrapConfig, CalibratedFusion, Fused, FusionRule, Groups, Labels, Mean, Pairing,
    Predictions, Protocol, Report, ReportConfig, Rule, ScoreError, ScoreTable, SplitKind, Units,
    WeightedMean, ndarray::Array2,
};

const LABELS: [&str; 3] = ["calm", "<script>alert('x')</script>", "angry & \"loud\""];

/// Three modalities' scores of 30 samples of five subjects: the first mostly right, the second often absent, the
/// third always in doubt.
fn samples() -> (Vec<ScoreTable>, Vec<usize>, Groups) {
    let truth: Vec<usize> = (0..30).map(|sample| (sample * 7) % 3).collect();
    let tables = truth
        .iter()
        .enumerate()
        .map(|(sample, &class)| {
            let mut table = ScoreTable::new(3);
            let row = |class: usize, score: f32| {
                let mut row = [(1.0 - score) / 2.0; 3];
                row[class] = score;
                row
            };
            let said = if sample % 5 == 0 {
                (class + 1) % 3
            } else {
                class
            };
            table.push(&row(said, 0.5 + 0.01 * sample as f32)).unwrap();
            if sample % 3 == 0 {
                table.push_absent();
            } else {
                table.push(&row((class + sample % 2) % 3, 0.6)).unwrap();
            }
            table.push(&row(sample % 3, 0.4)).unwrap();
            table
        })
        .collect();
    let subjects = Groups::subjects((0..30).map(|sample| (sample % 5).to_string()));
    (tables, truth, subjects)
}

fn fuse(rule: &dyn FusionRule, tables: &[ScoreTable], truth: &[usize]) -> Predictions {
    let mut fused = Fused::default();
    let mut scores = Vec::new();
    for table in tables {
        rule.fuse_into(table, &mut fused).unwrap();
        scores.extend(fused.scores.iter().copied());
    }
    Predictions::new(
        Array2::from_shape_vec((truth.len(), 3), scores).unwrap(),
        truth.to_vec(),
    )
    .unwrap()
}

fn few_draws() -> BootstrapConfig {
    let mut config = BootstrapConfig::default();
    config.n_resamples = 200;
    config
}

fn protocol() -> Protocol {
    Protocol::unchecked(SplitKind::ByTrial, Pairing::SameSubject)
}

fn report(rule: &Rule, units: Units<'_>) -> Report {
    let (tables, truth, _) = samples();
    let predictions = fuse(rule, &tables, &truth);
    let mut config = ReportConfig::new("mean & more");
    config.bootstrap = Some(few_draws());
    let names: Vec<String> = ["eeg", "speech", "<i>face</i>"].map(str::to_owned).to_vec();
    Report::new(
        protocol(),
        Labels::new(LABELS).unwrap(),
        &predictions,
        units,
        config,
    )
    .unwrap()
    .with_subsets(&rule.clone().into(), &names, &tables, &truth, units)
    .unwrap()
}

#[test]
fn every_form_names_split_pairing_and_leaks() {
    let (_, _, subjects) = samples();
    let report = report(&Mean.into(), Units::Groups(&subjects));
    let text = report.to_string();
    assert!(
        text.contains("split by-trial, pairing same-subject, leaks not checked"),
        "{text}"
    );
    assert!(text.contains("200 draws of 5 subjects"), "{text}");
    let html = report.to_html();
    for word in [
        "by-trial",
        "same-subject",
        "not checked",
        "5 subjects",
        "Content-Security-Policy",
    ] {
        assert!(html.contains(word), "{word}");
    }
}

#[test]
fn nothing_in_a_label_becomes_markup() {
    let html = report(&Mean.into(), Units::Samples(30)).to_html();
    assert!(
        !html.contains("<script") && !html.contains("<i>") && !html.contains("& "),
        "{html}"
    );
    assert!(html.contains("&lt;i&gt;face&lt;/i&gt;"));
    assert!(html.contains("mean &amp; more"));
    // Every element that is opened is closed, or closes itself.
    for name in [
        "svg",
        "table",
        "tr",
        "td",
        "th",
        "figure",
        "figcaption",
        "div",
        "text",
        "title",
    ] {
        let opened =
            html.matches(&format!("<{name}>")).count() + html.matches(&format!("<{name} ")).count();
        assert_eq!(
            opened,
            html.matches(&format!("</{name}>")).count(),
            "{name}"
        );
    }
}

#[test]
fn subsets_are_what_the_rule_gives_on_them_alone() {
    let (tables, truth, _) = samples();
    let rule: Rule = WeightedMean::new([0.9, 0.5, 0.2]).unwrap().into();
    let report = report(&rule, Units::Samples(30));
    let names: Vec<String> = report
        .subsets()
        .iter()
        .map(|subset| subset.modalities.join("+"))
        .collect();
    assert_eq!(
        names,
        [
            "eeg",
            "speech",
            "<i>face</i>",
            "eeg+speech",
            "eeg+<i>face</i>",
            "speech+<i>face</i>",
            "eeg+speech+<i>face</i>"
        ]
    );
    let counts: Vec<usize> = report
        .subsets()
        .iter()
        .map(|subset| subset.n_samples)
        .collect();
    assert_eq!(counts, [30, 20, 30, 30, 30, 30, 30]);
    let all = fuse(&rule, &tables, &truth).confusion();
    assert_eq!(report.subsets()[6].accuracy, all.accuracy());
    assert_eq!(report.subsets()[0].accuracy, Some(0.8));
    for subset in report.subsets() {
        let interval = subset.accuracy_interval.unwrap();
        let accuracy = subset.accuracy.unwrap();
        assert!(
            interval.low <= accuracy && accuracy <= interval.high,
            "{subset:?}"
        );
    }
}

#[test]
fn metrics_are_those_of_the_predictions() {
    let (tables, truth, _) = samples();
    let predictions = fuse(&Mean, &tables, &truth);
    let report = report(&Mean.into(), Units::Samples(30));
    let value = |name: &str| report.metric(name).unwrap().value;
    assert_eq!(value("accuracy"), predictions.confusion().accuracy());
    assert_eq!(value("Brier score"), Some(predictions.brier()));
    assert_eq!(value("NLL"), Some(predictions.nll()));
    assert_eq!(report.metric("luck"), None);
    assert_eq!(report.metrics().len(), 13);
    assert!(
        report
            .metrics()
            .iter()
            .all(|metric| metric.interval.is_some())
    );
}

#[test]
fn only_like_is_compared_with_like() {
    let (tables, truth, _) = samples();
    let predictions = fuse(&Mean, &tables, &truth);
    let make = |protocol: Protocol| {
        let mut config = ReportConfig::new("a");
        config.bootstrap = None;
        let labels = Labels::new(LABELS).unwrap();
        Report::new(protocol, labels, &predictions, Units::Samples(30), config).unwrap()
    };
    let same = make(protocol()).compare(&make(protocol())).unwrap();
    assert_eq!((same.only_first(), same.exact_p()), (0, 1.0));
    let other = Protocol::unchecked(SplitKind::ByTrial, Pairing::LabelPaired);
    assert!(matches!(
        make(protocol()).compare(&make(other)),
        Err(ScoreError::Incomparable { .. })
    ));
}

#[test]
fn what_does_not_fit_is_refused() {
    let (tables, truth, _) = samples();
    let predictions = fuse(&Mean, &tables, &truth);
    let make = |labels: &[&str], units: Units<'_>| {
        let labels = Labels::new(labels.iter().copied()).unwrap();
        Report::new(
            protocol(),
            labels,
            &predictions,
            units,
            ReportConfig::new("a"),
        )
    };
    assert!(matches!(
        make(&["a", "b"], Units::Samples(30)),
        Err(ScoreError::RuleClasses {
            expected: 2,
            actual: 3
        })
    ));
    assert!(matches!(
        make(&LABELS, Units::Samples(29)),
        Err(ScoreError::Count {
            expected: 30,
            actual: 29,
            ..
        })
    ));
    let nine: Vec<String> = (0..9).map(|modality| modality.to_string()).collect();
    assert!(matches!(
        make(&LABELS, Units::Samples(30)).unwrap().with_subsets(
            &CalibratedFusion::from(Mean),
            &nine,
            &tables,
            &truth,
            Units::Samples(30)
        ),
        Err(ScoreError::TooManySubsets { actual: 9, max: 8 })
    ));
}

#[cfg(feature = "serde")]
#[test]
fn as_data_it_holds_the_same() {
    let report = report(&Mean.into(), Units::Samples(30));
    let data: serde_json::Value =
        serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(data["split"], "by-trial");
    assert_eq!(data["pairing"], "same-subject");
    assert_eq!(data["samples"], 30);
    assert_eq!(data["metrics"][0]["name"], "accuracy");
    assert_eq!(
        data["metrics"][0]["value"],
        report.metric("accuracy").unwrap().value.unwrap()
    );
    assert_eq!(data["subsets"].as_array().unwrap().len(), 7);
    assert_eq!(data["classes"][1]["label"], LABELS[1]);
}
