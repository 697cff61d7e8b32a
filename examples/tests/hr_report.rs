//! The `hr_report` program as a user meets it: the page it writes, and how it ends on bad input.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use emo_testing::{example, fixture};
use tempfile::TempDir;

fn report(arguments: &[&str]) -> Output {
    Command::new(example("hr_report"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The page about a file, and what the program says of it.
#[track_caller]
fn page(file: &Path, arguments: &[&str]) -> (String, String) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("report.html");
    let mut all = vec![file.to_str().unwrap(), "--output", out.to_str().unwrap()];
    all.extend(arguments);
    let output = report(&all);
    assert!(output.status.success(), "{}", text(&output.stderr));
    (fs::read_to_string(out).unwrap(), text(&output.stdout))
}

#[track_caller]
fn failure(arguments: &[&str]) -> String {
    let output = report(arguments);
    assert!(!output.status.success(), "{}", text(&output.stdout));
    let message = text(&output.stderr);
    assert!(!message.contains("panicked"), "{message}");
    message
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn recording(name: &str) -> PathBuf {
    fixture("recordings").join(name)
}

/// The value in a tile.
#[track_caller]
fn tile<'p>(page: &'p str, name: &str) -> &'p str {
    let after = page.split(&format!("<dt>{name}</dt><dd>")).nth(1);
    after.unwrap().split("</dd>").next().unwrap()
}

#[track_caller]
fn number(text: &str) -> f64 {
    text.split_whitespace().next().unwrap().parse().unwrap()
}

/// A page that a browser shows alone: nothing from elsewhere, no coordinate that is not a number.
#[track_caller]
fn assert_is_whole(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert!(
        !page.contains("NaN") && !page.contains("inf "),
        "a number is missing"
    );
    assert!(!page.contains("<script") && !page.contains("<link"));
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
}

#[test]
fn an_ecg_has_its_beats_on_the_page() {
    let (page, said) = page(&recording("ecg.edf"), &[]);
    assert_is_whole(&page);
    // The model's own beats.
    let truth = fs::read_to_string(recording("ecg_beats.csv")).unwrap();
    let n_beats = truth.lines().skip(1).count();
    assert_eq!(tile(&page, "beats"), n_beats.to_string());
    assert!(said.contains(&format!("{n_beats} beats")), "{said}");
    assert!((number(tile(&page, "mean rate")) - 70.0).abs() < 3.0);
    assert_eq!(tile(&page, "duration"), "30.0 s");
    assert_eq!(tile(&page, "sampling rate"), "250 Hz");
    assert_eq!(tile(&page, "usable"), "100 %");
    // Half a minute is too short for SDNN, and the page says so instead of a number.
    assert_eq!(tile(&page, "SDNN"), "–");
    assert!(page.contains("at least 60 s are needed"));
    assert!(page.contains("A spectrum needs at least 60 s of intervals"));
    assert!(page.contains("Poincaré plot: each interval"));
}

#[test]
fn a_ppg_is_known_by_its_channel() {
    let (page, _) = page(&recording("ppg.csv"), &[]);
    assert_is_whole(&page);
    assert!(page.contains("PPG from channel ppg"));
    assert!((number(tile(&page, "mean rate")) - 74.0).abs() < 4.0);
}

#[test]
fn a_heart_rate_has_no_variability() {
    let (page, _) = page(&recording("heart_rate.csv"), &[]);
    assert_is_whole(&page);
    assert!(page.contains("A heart rate has no beats"));
    assert!(!page.contains("<dt>RMSSD</dt>") && !page.contains("nothing recorded"));
    let text = fs::read_to_string(recording("heart_rate.csv")).unwrap();
    let bpm: Vec<f64> = text
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap().1.parse().unwrap())
        .collect();
    let mean = bpm.iter().sum::<f64>() / bpm.len() as f64;
    assert!((number(tile(&page, "mean rate")) - mean).abs() <= 0.051);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("page.html");
    let out = out.to_str().unwrap();
    let ecg = recording("ecg.edf");
    let ecg = ecg.to_str().unwrap();
    assert!(failure(&[ecg, "--colour", "red"]).contains("--colour"));
    assert!(failure(&[ecg, "--signal", "eeg"]).contains("possible values"));
    assert!(failure(&["nowhere.edf", "-o", out]).contains("nowhere.edf"));
    assert!(!Path::new(out).exists());
}
