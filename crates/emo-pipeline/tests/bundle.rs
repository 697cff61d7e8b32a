//! Bundles: what is read, and how what cannot be is refused.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{fs, path::Path};

use emo_onnx::Model;
use emo_pipeline::{Bundle, Modality};
use emo_score::ScoreTable;
use emo_testing::{error_chain, workspace_root};
use tempfile::TempDir;

/// A copy of the embedded bundle in a folder, to be spoiled.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(workspace_root().join("crates/emo-pipeline/bundle")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

fn edit_manifest(folder: &Path, from: &str, to: &str) {
    let path = folder.join("bundle.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "the manifest has no `{from}`");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn edit_model(folder: &Path, file: &str, key: &str, value: Option<&str>) {
    let path = folder.join(file);
    let mut model = Model::read(&path).unwrap();
    match value {
        Some(value) => model
            .metadata_mut()
            .insert(key.to_owned(), value.to_owned()),
        None => model.metadata_mut().remove(key),
    };
    model.write(&path).unwrap();
}

#[track_caller]
fn assert_refused(folder: &Path, mentions: &[&str]) {
    let error = Bundle::read(folder).expect_err("the bundle was accepted");
    let text = error_chain(&error);
    for word in mentions {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

#[test]
fn the_embedded_bundle_is_the_one_in_its_folder_and_small() {
    let embedded = Bundle::embedded().unwrap();
    let folder = workspace_root().join("crates/emo-pipeline/bundle");
    let read = Bundle::read(&folder).unwrap();
    assert_eq!(embedded.labels(), read.labels());
    assert_eq!(
        embedded
            .modalities()
            .map(|(modality, _)| modality)
            .collect::<Vec<_>>(),
        Modality::ALL
    );
    assert_eq!(
        embedded.modalities().collect::<Vec<_>>(),
        read.modalities().collect::<Vec<_>>()
    );

    let bytes: u64 = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "onnx")
        })
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert!(bytes < 3_000_000, "the models take {bytes} bytes");
}

#[test]
fn a_bundle_of_one_modality_is_enough() {
    let folder = copy();
    let path = folder.path().join("bundle.toml");
    let text = fs::read_to_string(&path).unwrap();
    let head = text.split("[hr]").next().unwrap();
    let image = &text[text.find("[image]").unwrap()..];
    fs::write(&path, format!("{head}{image}")).unwrap();
    let bundle = Bundle::read(folder.path()).unwrap();
    assert_eq!(
        bundle
            .modalities()
            .map(|(modality, _)| modality)
            .collect::<Vec<_>>(),
        [Modality::Image]
    );

    fs::write(&path, head).unwrap();
    assert_refused(folder.path(), &["bundle.toml", "no modality"]);
}

#[test]
fn spoiled_manifests_are_refused_with_the_place() {
    for (from, to, mentions) in [
        (
            "schema = 1",
            "schema = 2",
            &["bundle.toml", "schema", "version 2"][..],
        ),
        ("schema = 1", "", &["bundle.toml", "schema"]),
        (
            "schema = 1",
            "schema = 1\ncolour = 3",
            &["bundle.toml", "colour"],
        ),
        (
            "window_s = 15",
            "window_s = 15\nwindow = 3",
            &["bundle.toml", "window"],
        ),
        (
            "window_s = 15",
            "window_s = 0",
            &["bundle.toml", "hr.features"],
        ),
        ("size = 48", "size = -1", &["bundle.toml", "size"]),
        ("\"happy\"", "\"calm\"", &["bundle.toml", "labels", "calm"]),
        (
            "\"hr.onnx\"",
            "\"../bundle/hr.onnx\"",
            &["bundle.toml", "hr.model", "plain file name"],
        ),
        (
            "\"hr.onnx\"",
            "\"/etc/hostname\"",
            &["bundle.toml", "hr.model", "plain file name"],
        ),
        ("weight = ", "weight = -", &["bundle.toml", "hr.weight"]),
        (
            "offset_s = 0.6",
            "offset_s = nan",
            &["bundle.toml", "speech.features", "offset_s"],
        ),
        (
            "low_hz = 4.0",
            "low_hz = 9.0",
            &["bundle.toml", "eeg.features"],
        ),
    ] {
        let folder = copy();
        edit_manifest(folder.path(), from, to);
        assert_refused(folder.path(), mentions);
    }
}

#[test]
fn models_that_do_not_fit_are_refused_with_the_place() {
    let labels = "calm,happy,sad,angry";
    for (key, value, mentions) in [
        (
            "emo.labels",
            Some(labels),
            &["speech.onnx", "emo.labels", labels, "happy,calm,sad,angry"][..],
        ),
        ("emo.labels", None, &["speech.onnx", "emo.labels", "absent"]),
        (
            "emo.modality",
            Some("image"),
            &["speech.onnx", "emo.modality", "image"],
        ),
        (
            "emo.features",
            Some("speech.logmel"),
            &["speech.onnx", "emo.features", "speech.logmel"],
        ),
    ] {
        let folder = copy();
        edit_model(folder.path(), "speech.onnx", key, value);
        assert_refused(folder.path(), mentions);
    }

    let folder = copy();
    edit_manifest(folder.path(), "n_mfcc = 20", "n_mfcc = 13");
    assert_refused(
        folder.path(),
        &["speech.onnx", "input", "f32[1, 2376]", "f32[1, 1620]"],
    );

    let folder = copy();
    edit_manifest(folder.path(), "\"Fp1\", ", "");
    assert_refused(
        folder.path(),
        &["eeg.onnx", "input", "f32[1, 9, 5]", "f32[1, 8, 5]"],
    );

    let folder = copy();
    edit_manifest(
        folder.path(),
        "\"happy\", \"calm\", \"sad\", \"angry\"",
        "\"happy\", \"calm\", \"sad\"",
    );
    assert_refused(folder.path(), &["hr.onnx", "emo.labels", "happy,calm,sad"]);
}

#[test]
fn missing_and_broken_files_are_refused_by_name() {
    let folder = copy();
    fs::remove_file(folder.path().join("eeg.onnx")).unwrap();
    assert_refused(folder.path(), &["eeg.onnx"]);

    let folder = copy();
    let path = folder.path().join("image.onnx");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_refused(folder.path(), &["image.onnx"]);

    let folder = copy();
    fs::write(folder.path().join("bundle.toml"), [0xff, 0xfe, 0x00]).unwrap();
    assert_refused(folder.path(), &["bundle.toml", "UTF-8"]);

    assert_refused(Path::new("no-such-folder"), &["no-such-folder"]);
}

/// The second modality alone decides: heart rate has no weight, nor have speech and image.
const FITTED: &str = "[rule]\nrule = \"weighted\"\nweights = [0.0, 1.0, 0.0, 0.0]\n\n\
    [outcome]\ncalibration = \"temperature\"\ntemperature = 2.0\nfloor = 1e-6\n";

fn with_fitted(text: &str) -> TempDir {
    let folder = copy();
    edit_manifest(
        folder.path(),
        "schema = 1",
        "schema = 1\nfusion = [\"rule.toml\"]",
    );
    fs::write(folder.path().join("rule.toml"), text).unwrap();
    folder
}

#[test]
fn fitted_rules_come_with_the_bundle() {
    let folder = with_fitted(FITTED);
    let rule = Bundle::read(folder.path())
        .unwrap()
        .fusion_rule("weighted")
        .unwrap();
    let mut table = ScoreTable::new(4);
    for row in [[1.0, 0.0, 0.0, 0.0], [0.64, 0.16, 0.16, 0.04]] {
        table.push(&row).unwrap();
    }
    table.push_absent();
    table.push_absent();
    // By hand: square roots 0.8, 0.4, 0.4 and 0.2, over their sum.
    let scores = rule.fuse(&table).unwrap().scores;
    for (score, expected) in scores.iter().zip([0.8, 0.4, 0.4, 0.2]) {
        assert!((score - expected / 1.8).abs() < 1e-6);
    }
}

#[test]
fn every_rule_is_made_or_says_that_it_must_be_fitted() {
    let bundle = Bundle::embedded().unwrap();
    for name in Bundle::FUSION_RULES {
        match bundle.fusion_rule(name) {
            Ok(rule) => assert_eq!(rule.name(), *name),
            Err(error) => assert!(error_chain(&error).contains("must be fitted"), "{error}"),
        }
    }
    let error = bundle.fusion_rule("best").unwrap_err();
    assert!(error_chain(&error).contains("dempster-shafer"), "{error}");
}

#[test]
fn spoiled_fusion_rules_are_refused_with_the_place() {
    for (text, mentions) in [
        ("", &["rule.toml", "rule"][..]),
        ("[rule]\nrule = \"best\"", &["rule.toml", "best"]),
        (
            "[rule]\nrule = \"weighted\"\nweights = [0.5, -1.0, 0.5, 0.5]",
            &["rule.toml", "weight 1"],
        ),
        (
            "[rule]\nrule = \"weighted\"\nweights = [0.5, 0.5]",
            &["bundle.toml", "rule.toml", "4 modalities"],
        ),
        (
            "[rule]\nrule = \"bayes\"\nprior = [0.5, 0.5]\nfloor = 0.1",
            &["bundle.toml", "rule.toml", "4 classes"],
        ),
    ] {
        assert_refused(with_fitted(text).path(), mentions);
    }
    let folder = copy();
    edit_manifest(
        folder.path(),
        "schema = 1",
        "schema = 1\nfusion = [\"../rule.toml\"]",
    );
    assert_refused(folder.path(), &["bundle.toml", "fusion", "plain file name"]);
}
