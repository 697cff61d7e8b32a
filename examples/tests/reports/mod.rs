//! The programs that write reports, and their pages.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use emo_testing::example;
use tempfile::TempDir;

pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(example(program))
        .args(arguments)
        .output()
        .unwrap()
}

/// The program's page about a file, and what it said beside.
#[track_caller]
pub(crate) fn report(program: &str, file: &Path, arguments: &[&str]) -> (String, Output) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("report.html");
    let mut all = vec![file.to_str().unwrap(), "-o", out.to_str().unwrap()];
    all.extend(arguments);
    let output = run(program, &all);
    assert!(output.status.success(), "{}", text(&output.stderr));
    (fs::read_to_string(out).unwrap(), output)
}

/// The error that the program ends with.
#[track_caller]
pub(crate) fn failure(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    assert!(!output.status.success(), "{}", text(&output.stdout));
    let message = text(&output.stderr);
    assert!(!message.contains("panicked"), "{message}");
    message
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The value in a tile.
#[track_caller]
pub(crate) fn tile<'p>(page: &'p str, name: &str) -> &'p str {
    let after = page.split(&format!("<dt>{name}</dt><dd>")).nth(1);
    after.unwrap().split("</dd>").next().unwrap()
}
