//! The `recognize` program as a user meets it: what it prints, and how it ends on bad files.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use emo_testing::{example, fixture};
use serde_json::Value;

const LABELS: [&str; 4] = ["happy", "calm", "sad", "angry"];

fn recognize(arguments: &[&str]) -> Output {
    Command::new(example("recognize"))
        .args(arguments)
        .output()
        .unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = recognize(&[arguments, &["--json"]].concat());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn recording(name: &str) -> String {
    fixture("recordings")
        .join(name)
        .to_str()
        .unwrap()
        .to_owned()
}

fn modalities(result: &Value) -> Vec<&String> {
    result["modalities"].as_object().unwrap().keys().collect()
}

#[test]
fn without_files_the_fixtures_give_all_four_modalities() {
    let result = json(&[]);
    let label = result["label"].as_str().unwrap();
    assert!(LABELS.contains(&label));
    let scores = result["scores"].as_object().unwrap();
    let sum: f64 = scores.values().map(|score| score.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-5);
    let contributions: f64 = result["contributions"]
        .as_object()
        .unwrap()
        .values()
        .map(|value| value.as_f64().unwrap())
        .sum();
    assert!((contributions - scores[label].as_f64().unwrap()).abs() < 1e-5);
    assert_eq!(modalities(&result).len(), 4);
    assert_eq!(result["backend"], "cpu");
    assert_eq!(result["fusion"], "weighted");
}

#[test]
fn the_tables_name_every_modality_and_the_decision() {
    let output = recognize(&[]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for word in [
        "hr",
        "eeg",
        "speech",
        "image",
        "fused",
        "decision: ",
        "backend `cpu`",
        "portrait.jpg",
    ] {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
}

#[test]
fn any_subset_of_the_modalities_works() {
    let files = [
        ("--hr", recording("heart_rate.csv"), "hr"),
        ("--ecg", recording("ecg.csv"), "hr"),
        ("--ppg", recording("ppg.csv"), "hr"),
        ("--eeg", recording("eeg.csv"), "eeg"),
        ("--eeg", recording("eeg.edf"), "eeg"),
        ("--speech", recording("speech.flac"), "speech"),
        ("--speech", recording("speech.mp3"), "speech"),
        ("--speech", recording("speech.ogg"), "speech"),
        ("--image", recording("portrait.jpg"), "image"),
    ];
    for (option, path, modality) in &files {
        let alone = json(&[option, path]);
        assert_eq!(modalities(&alone), [modality], "{option} {path}");
        assert_eq!(
            alone["scores"], alone["modalities"][modality]["scores"],
            "{option} {path}"
        );
        assert_eq!(alone["modalities"][modality]["source"], path.as_str());
    }
    let pair = json(&[
        "--speech",
        &recording("speech.wav"),
        "--hr",
        &recording("heart_rate.csv"),
        "--fusion",
        "mean",
    ]);
    assert_eq!(modalities(&pair), ["hr", "speech"]);
    for label in LABELS {
        let of = |value: &Value| value["scores"][label].as_f64().unwrap();
        let mean = (of(&pair["modalities"]["hr"]) + of(&pair["modalities"]["speech"])) / 2.0;
        assert!((of(&pair) - mean).abs() < 1e-6, "{label}");
    }
}

#[test]
fn a_bundle_in_a_folder_is_the_embedded_one() {
    let folder = emo_testing::workspace_root().join("crates/emo-pipeline/bundle");
    let (embedded, read) = (json(&[]), json(&["--bundle", folder.to_str().unwrap()]));
    assert_eq!(embedded["scores"], read["scores"]);
}

#[track_caller]
fn assert_refused(arguments: &[&str], mentions: &[&str]) {
    let output = recognize(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert_eq!(
        error.trim_end().lines().count(),
        1,
        "{arguments:?} gave more than one line:\n{error}"
    );
    assert!(!error.contains("panicked"), "{error}");
    assert!(output.stdout.is_empty());
    for word in mentions {
        assert!(
            error.contains(word),
            "{arguments:?}: `{word}` is not in: {error}"
        );
    }
}

#[test]
fn bad_files_end_with_one_line_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let options = [
        ("--hr", "heart_rate.csv"),
        ("--ecg", "ecg.edf"),
        ("--ppg", "ppg.csv"),
        ("--eeg", "eeg.edf"),
        ("--speech", "speech.wav"),
        ("--image", "portrait.jpg"),
    ];
    for (option, original) in options {
        let missing = folder.path().join("missing").join(original);
        assert_refused(&[option, missing.to_str().unwrap()], &["missing", original]);

        let empty = file(&format!("empty_{original}"), b"");
        assert_refused(&[option, &empty], &[&empty]);

        let noise = file(
            &format!("noise_{original}"),
            &[0x9e, 0x37, 0x79, 0xb9, 0x00, 0xff].repeat(200),
        );
        assert_refused(&[option, &noise], &[&noise]);

        let whole = fs::read(fixture("recordings").join(original)).unwrap();
        let kept = if original.ends_with(".csv") {
            40
        } else {
            whole.len() / 3
        };
        let truncated = file(&format!("truncated_{original}"), &whole[..kept]);
        assert_refused(&[option, &truncated], &[&truncated]);
    }
    let folder_path = folder.path().to_str().unwrap();
    assert_refused(&["--speech", folder_path], &[folder_path]);
}

#[test]
fn what_cannot_be_is_refused() {
    let speech = recording("speech.wav");
    assert_refused(&["--bundle", "nowhere"], &["nowhere/bundle.toml"]);
    for arguments in [
        &["--fusion", "best"][..],
        &["--face", "1,2,3"],
        &["--hr", "a", "--ecg", "b"],
        &["extra"],
    ] {
        let output = recognize(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    // A picture is no speech, and speech no EEG.
    assert_refused(&["--speech", &recording("portrait.jpg")], &["portrait.jpg"]);
    assert_refused(&["--eeg", &speech], &["speech.wav"]);
    assert_refused(&["--image", &speech], &["speech.wav"]);
    assert!(Path::new(&speech).exists());
}
