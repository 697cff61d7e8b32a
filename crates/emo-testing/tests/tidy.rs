//! Rules of the workspace that the compiler does not check. `docs/ARCHITECTURE.md` says why they are.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use emo_testing::workspace_root;

/// Which crates of ours each crate may depend on. A new crate needs a line here and in `docs/ARCHITECTURE.md`.
const ARROWS: &[(&str, &[&str])] = &[
    ("emo-dsp", &[]),
    ("emo-tensor", &[]),
    ("emo-score", &[]),
    ("emo-testing", &[]),
    ("emo-recording", &["emo-dsp"]),
    ("emo-onnx", &["emo-tensor"]),
    ("emo-backend", &["emo-tensor"]),
    ("emo-hr", &["emo-dsp"]),
    ("emo-eeg", &["emo-dsp"]),
    ("emo-speech", &[]),
    ("emo-image", &[]),
    (
        "emo-backend-cpu",
        &["emo-backend", "emo-onnx", "emo-tensor"],
    ),
    (
        "emo-backend-mobilint",
        &["emo-backend", "emo-onnx", "emo-quant", "emo-tensor"],
    ),
    (
        "emo-pipeline",
        &[
            "emo-backend",
            "emo-dsp",
            "emo-eeg",
            "emo-hr",
            "emo-image",
            "emo-onnx",
            "emo-recording",
            "emo-score",
            "emo-speech",
            "emo-tensor",
        ],
    ),
    ("emo-quant", &["emo-onnx", "emo-tensor"]),
    ("emo-train", &["emo-onnx", "emo-score", "emo-tensor"]),
    (
        "emo-fusion",
        &[
            "emo-backend",
            "emo-backend-cpu",
            "emo-backend-mobilint",
            "emo-dsp",
            "emo-eeg",
            "emo-hr",
            "emo-image",
            "emo-onnx",
            "emo-pipeline",
            "emo-quant",
            "emo-recording",
            "emo-score",
            "emo-speech",
            "emo-tensor",
        ],
    ),
    ("emo-examples", &["emo-fusion"]),
];

/// Longer files hide more than one concept.
const MAX_LINES: usize = 800;

fn manifests() -> Vec<(String, toml::Table)> {
    let root = workspace_root();
    let mut folders: Vec<PathBuf> = fs::read_dir(root.join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.push(root.join("examples"));
    folders.sort();
    folders
        .iter()
        .map(|folder| {
            let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml"))
                .unwrap()
                .parse()
                .unwrap();
            (
                manifest["package"]["name"].as_str().unwrap().to_owned(),
                manifest,
            )
        })
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with('.') || name.starts_with("target") || name == "__pycache__" {
            continue;
        }
        if path.is_dir() {
            files(&path, found)
        } else {
            found.push(path)
        }
    }
}

#[test]
fn arrows_point_down() {
    for (name, manifest) in manifests() {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(krate, _)| *krate == name)
            .unwrap_or_else(|| panic!("{name} is not in the table of arrows"));
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flat_map(toml::Table::keys) {
            assert!(
                !dependency.starts_with("emo-") || allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn no_crate_is_a_drawer() {
    for (name, _) in manifests() {
        for word in ["core", "common", "util", "utils", "types", "helpers"] {
            assert!(
                !name.split('-').any(|part| part == word),
                "{name}: `{word}` says nothing"
            );
        }
    }
}

#[test]
fn dependencies_are_named_once() {
    for (name, manifest) in manifests() {
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(table).and_then(toml::Value::as_table) else {
                continue;
            };
            for (dependency, value) in dependencies {
                assert_eq!(
                    value.get("workspace").and_then(toml::Value::as_bool),
                    Some(true),
                    "{name}: {dependency} must come from [workspace.dependencies]"
                );
            }
        }
    }
}

#[test]
fn every_crate_is_on_the_map() {
    let map = fs::read_to_string(workspace_root().join("docs/ARCHITECTURE.md")).unwrap();
    for (name, manifest) in manifests() {
        assert!(
            map.contains(&format!("`{name}`")),
            "docs/ARCHITECTURE.md does not name {name}"
        );
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{name} does not take the workspace's lints"
        );
    }
}

#[test]
fn files_hold_one_concept() {
    let root = workspace_root();
    let mut sources = Vec::new();
    files(&root.join("crates"), &mut sources);
    files(&root.join("examples"), &mut sources);
    for path in sources
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
    {
        // Generated from the ONNX project's own description.
        if path.ends_with("emo-onnx/src/proto.rs") {
            continue;
        }
        let lines = fs::read_to_string(path).unwrap().lines().count();
        assert!(
            lines <= MAX_LINES,
            "{} has {lines} lines: where is the seam?",
            path.display()
        );
    }
}

#[test]
fn every_fixture_has_an_origin() {
    let root = workspace_root().join("fixtures");
    let mut fixtures = Vec::new();
    files(&root, &mut fixtures);
    let mut missing = BTreeSet::new();
    for path in &fixtures {
        let documented = path
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(&root))
            .any(|folder| {
                let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
                names(
                    &readme,
                    path.strip_prefix(folder).unwrap().to_str().unwrap(),
                )
            });
        if !documented && path.file_name().is_none_or(|name| name != "README.md") {
            missing.insert(path.display().to_string());
        }
    }
    assert!(
        missing.is_empty(),
        "no README.md above them names these fixtures: {missing:#?}"
    );
}

/// Whether `readme` has `path` between back-ticks, as it stands or by a pattern with `*`.
fn names(readme: &str, path: &str) -> bool {
    readme
        .split('`')
        .skip(1)
        .step_by(2)
        .any(|pattern| matches(pattern, path))
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|at| rest.is_char_boundary(at) && matches(tail, &rest[at..]))
        }),
    }
}

#[test]
fn patterns_match_as_file_names_do() {
    for (pattern, text, expected) in [
        ("a.npy", "a.npy", true),
        ("a.npy", "b.npy", false),
        ("mfcc_*.npy", "mfcc_20.npy", true),
        ("*/case_*.onnx", "Conv/case_1.onnx", true),
        ("mfcc_*.npy", "mfcc_20.onnx", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
    }
}
