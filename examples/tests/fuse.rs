//! The `fuse` program as a user meets it: rows and metrics against numpy and scikit-learn, and how it ends on bad rows.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{
    fs,
    process::{Command, Output},
};

use emo_testing::{assert_close, example, fixture};
use serde_json::Value;

const HEADER: &str = "sample,modality,subject,p_calm,p_sad,label\n";

fn fuse(arguments: &[&str]) -> Output {
    Command::new(example("fuse"))
        .args(arguments)
        .output()
        .unwrap()
}

fn path(name: &str) -> String {
    fixture("emo-examples")
        .join(name)
        .to_str()
        .unwrap()
        .to_owned()
}

fn json(arguments: &[&str]) -> Value {
    let output = fuse(&[arguments, &["--json"]].concat());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn metric(report: &Value, name: &str) -> f64 {
    let metrics = report["metrics"].as_array().unwrap();
    let metric = metrics
        .iter()
        .find(|metric| metric["name"] == name)
        .unwrap();
    metric["value"].as_f64().unwrap()
}

#[test]
fn rows_and_metrics_are_numpys_and_scikit_learns() {
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(path("fuse_expected.json")).unwrap()).unwrap();
    let result = json(&[
        &path("fuse_test.csv"),
        "--rule",
        "mean",
        "--resamples",
        "50",
    ]);
    let samples = result["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 60);
    for sample in samples {
        let scores = ["happy", "calm", "sad", "angry"]
            .map(|label| sample["scores"][label].as_f64().unwrap());
        let name = sample["sample"].as_str().unwrap();
        let reference = expected["scores"][name].as_array().unwrap().iter();
        assert_close(
            scores,
            reference.map(|score| score.as_f64().unwrap()),
            0.0,
            1e-6,
        );
    }
    for (name, value) in expected["metrics"].as_object().unwrap() {
        assert_close(
            [metric(&result["report"], name)],
            [value.as_f64().unwrap()],
            0.0,
            2e-5,
        );
    }
    assert_eq!(result["report"]["split"], "not stated");
    assert_eq!(result["report"]["pairing"], "not stated");
    assert_eq!(result["report"]["subsets"].as_array().unwrap().len(), 7);
}

#[test]
fn every_rule_and_calibration_runs_fitted_on_other_people() {
    for rule in [
        "mean",
        "weighted",
        "geometric",
        "bayes",
        "max",
        "median",
        "majority",
        "vote",
        "borda",
        "dempster-shafer",
        "naive-bayes",
        "templates",
        "stacking",
        "cascade",
    ] {
        let result = json(&[
            &path("fuse_test.csv"),
            "--rule",
            rule,
            "--fit",
            &path("fuse_train.csv"),
            "--split",
            "by-subject",
            "--pairing",
            "same-subject",
            "--resamples",
            "0",
        ]);
        assert_eq!(result["rule"], rule);
        assert_eq!(result["report"]["split"], "by-subject");
        assert_eq!(result["report"]["leaks"], "none found");
        // Chance is 0.25, and every modality is above it.
        assert!(
            metric(&result["report"], "accuracy") > 0.35,
            "{rule}: {result}"
        );
    }
    let fitted = ["--fit", &path("fuse_train.csv"), "--resamples", "0"];
    let test = path("fuse_test.csv");
    let nll = |calibration: &str| {
        let arguments = [
            &[test.as_str(), "--calibrate", calibration][..],
            &fitted[..],
        ]
        .concat();
        metric(&json(&arguments)["report"], "NLL")
    };
    // Scores were made 1.5 times too sharp, and their mean is too flat: calibration helps on new people, too.
    assert!(nll("temperature") < nll("none"));
}

#[test]
fn the_tables_are_followed_by_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (page, rows) = (file("report.html"), file("rows.csv"));
    let test = path("fuse_test.csv");
    let output = fuse(&[
        &test,
        "--report",
        &page,
        "--rows",
        &rows,
        "--resamples",
        "20",
    ]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for word in [
        "fused by mean: 60 samples",
        "split not stated",
        "accuracy",
        "| eeg + speech |",
    ] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    let rows = fs::read_to_string(rows).unwrap();
    assert!(rows.starts_with("sample,subject,p_happy,p_calm,p_sad,p_angry,decision,label\n"));
    assert_eq!(rows.lines().count(), 61);
    let page = fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("<svg").count(), 4);
    assert!(page.contains("not stated") && !page.contains("<script"));
}

#[track_caller]
fn assert_refused(arguments: &[&str], mentions: &[&str]) {
    let output = fuse(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
    assert!(!error.contains("panicked"), "{error}");
    for word in mentions {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
}

#[test]
fn a_bad_row_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.csv");
    let bad = bad.to_str().unwrap();
    let good = "a,eeg,ann,0.5,0.5,sad\n";
    for (row, mentions) in [
        ("b,eeg,ann,NaN,0.5,sad", &["line 3", "`calm`", "NaN"][..]),
        ("b,eeg,ann,0.5,inf,sad", &["line 3", "`sad`", "inf"]),
        ("b,eeg,ann,-0.5,1.5,sad", &["line 3", "`calm`", "-0.5"]),
        ("b,eeg,ann,0.5,0.4,sad", &["line 3", "0.9"]),
        ("b,eeg,ann,,1,sad", &["line 3", "no score", "`calm`"]),
        ("b,eeg,ann,x,1,sad", &["line 3", "`x`", "`calm`"]),
        (
            "b,eeg,ann,0.5,0.5,angry",
            &["line 3", "`angry`", "calm, sad"],
        ),
        (
            "a,eeg,ann,0.5,0.5,sad",
            &["line 3", "`a`", "`eeg`", "twice"],
        ),
        (
            "a,face,ann,0.5,0.5,calm",
            &["line 3", "`a`", "`calm`", "`sad`"],
        ),
        ("b,eeg,ann,0.5", &["line 3", "4 fields", "6"]),
    ] {
        fs::write(bad, format!("{HEADER}{good}{row}\n")).unwrap();
        assert_refused(&[bad], &[&["bad.csv"], mentions].concat());
    }
    for (header, mentions) in [
        (
            "sample,subject,p_calm,p_sad\n",
            &["line 1", "`modality`"][..],
        ),
        ("sample,modality,p_calm\n", &["line 1", "1 class"]),
        ("sample,modality,p_calm,p_calm\n", &["line 1", "`calm`"]),
        ("", &["line 1"]),
    ] {
        fs::write(bad, header).unwrap();
        assert_refused(&[bad], &[&["bad.csv"], mentions].concat());
    }
    assert_refused(&["nowhere.csv"], &["nowhere.csv"]);
}

#[test]
fn classes_modalities_and_samples_must_fit_what_was_fitted_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let rows = "a,eeg,ann,0.5,0.5,sad\nb,eeg,bob,0.9,0.1,calm\n";
    let train = file("train.csv", &format!("{HEADER}{rows}"));
    let fit = |name: &str, text: &str| {
        let other = file(name, text);
        fuse(&[&other, "--fit", &train, "--resamples", "0"])
    };
    let error = |output: Output| String::from_utf8(output.stderr).unwrap();
    let other_class = fit(
        "class.csv",
        "sample,modality,p_calm,p_angry\nc,eeg,0.5,0.5\n",
    );
    assert!(error(other_class).contains("class `angry`"));
    let other_modality = fit(
        "modality.csv",
        "sample,modality,p_calm,p_sad\nc,face,0.5,0.5\n",
    );
    assert!(error(other_modality).contains("line 2: modality `face`"));
    // A sample that was fitted on cannot be judged.
    let same_sample = fit("sample.csv", &format!("{HEADER}a,eeg,cem,0.5,0.5,sad\n"));
    assert!(error(same_sample).contains("`a` joins"));
    // Classes may come in another order.
    let turned = fit(
        "turned.csv",
        "sample,modality,p_sad,p_calm,label\nc,eeg,0.2,0.8,calm\n",
    );
    assert!(turned.status.success());
    assert!(
        String::from_utf8(turned.stdout)
            .unwrap()
            .contains("c,,0.8,0.2,calm,calm")
    );
    // A person that was fitted on cannot be new.
    let known = file("known.csv", &format!("{HEADER}d,eeg,ann,0.5,0.5,sad\n"));
    assert_refused(
        &[
            &known,
            "--fit",
            &train,
            "--split",
            "by-subject",
            "--resamples",
            "0",
        ],
        &["by-subject split leaks", "`ann`"],
    );
    assert_refused(&[&train, "--rule", "stacking"], &["stacking"]);
    assert_refused(&[&train, "--rule", "weighted"], &["weighted", "--weights"]);
}
