//! Bundles: what is read, and how what cannot be is refused.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{fs, path::Path};

use emo_onnx::Model;
use emo_pipeline::{Bundle, Modality};
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
