//! The `hr_report` program as a user meets it: the page it writes, and how it ends on bad input.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod reports;

use std::{
    fs,
    path::{Path, PathBuf},
};

use emo_testing::fixture;
use tempfile::TempDir;

use crate::reports::{text, tile};

/// The page about a file, and what the program says of it.
#[track_caller]
fn page(file: &Path, arguments: &[&str]) -> (String, String) {
    let (page, output) = reports::report("hr_report", file, arguments);
    (page, text(&output.stdout))
}

#[track_caller]
fn failure(arguments: &[&str]) -> String {
    reports::failure("hr_report", arguments)
}

fn recording(name: &str) -> PathBuf {
    fixture("recordings").join(name)
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

/// Two minutes of the model of an ECG: the recording four times, one after the other.
fn long_ecg() -> Vec<String> {
    let text = fs::read_to_string(recording("ecg.csv")).unwrap();
    let column = |line: &str| line.rsplit(',').next().unwrap().to_owned();
    let once: Vec<String> = text.lines().skip(1).map(column).collect();
    std::iter::repeat_n(once, 4).flatten().collect()
}

/// Writes samples at 250 Hz with their times.
fn write_ecg(folder: &TempDir, samples: &[String]) -> PathBuf {
    let path = folder.path().join("ecg.csv");
    let mut table = "time_s,ecg\n".to_owned();
    for (k, sample) in samples.iter().enumerate() {
        table.push_str(&format!("{:.3},{sample}\n", k as f64 / 250.0));
    }
    fs::write(&path, table).unwrap();
    path
}

#[test]
fn gaps_stay_gaps() {
    let folder = TempDir::new().unwrap();
    let mut samples = long_ecg();
    let (whole, _) = page(&write_ecg(&folder, &samples), &[]);
    assert!(!whole.contains("class=\"gap\""));
    samples[10_000..15_000].fill(String::new());
    let (page, _) = page(&write_ecg(&folder, &samples), &[]);
    assert_is_whole(&page);
    assert!(page.contains("Nothing was recorded in 1 stretch, 20.0 s together"));
    assert!(page.contains("class=\"gap\""));
    assert!(!page.contains("too short for beats"));
    // A second gap half a second after the first one.
    samples[15_125..15_250].fill(String::new());
    let (twice, _) = self::page(&write_ecg(&folder, &samples), &[]);
    assert!(twice.contains("1 of 3 stretches of the signal, 0.5 s together, are too short"));
    // 20 s at 70 per minute are missing, and no beat was put there.
    let beats = |page: &str| number(tile(page, "beats"));
    let n_missing = beats(&whole) - beats(&page);
    assert!((21.0..=26.0).contains(&n_missing), "{n_missing}");
    assert!(page.contains("by Lomb–Scargle, which bridges no gap"));
}

#[test]
fn a_flat_stretch_is_not_usable() {
    let folder = TempDir::new().unwrap();
    let mut samples = long_ecg();
    samples[7_500..15_000].fill("0.1".to_owned());
    let (page, _) = page(&write_ecg(&folder, &samples), &[]);
    assert_is_whole(&page);
    assert_eq!(tile(&page, "usable"), "75 %");
    assert!(page.contains("Worst window, quality 0.00"));
    assert!(page.contains("<th>usable</th>"));
}

#[test]
fn a_signal_without_beats_has_a_page_that_says_so() {
    let folder = TempDir::new().unwrap();
    let flat = vec!["0.5".to_owned(); 30_000];
    let (page, said) = page(&write_ecg(&folder, &flat), &[]);
    assert_is_whole(&page);
    assert!(said.contains("no heart rate"), "{said}");
    assert_eq!(tile(&page, "beats"), "0");
    assert_eq!(tile(&page, "usable"), "0 %");
    assert!(page.contains("No beat was found"));
    assert!(page.contains("there are no indices"));
}

/// Intervals about 800 ms that swing with a breath of 14.4 per minute.
fn undisturbed() -> Vec<f64> {
    let mut time_s = 0.0;
    let intervals = (0..500).map(|_| {
        let ms = 800.0 + 40.0 * (std::f64::consts::TAU * 0.24 * time_s).sin();
        time_s += ms / 1000.0;
        ms.round()
    });
    intervals.collect()
}

/// The same with the 100th beat 300 ms too early.
fn intervals() -> Vec<f64> {
    let mut intervals = undisturbed();
    intervals[99] -= 300.0;
    intervals[100] += 300.0;
    intervals
}

fn write_intervals(folder: &TempDir, intervals: &[f64]) -> PathBuf {
    let path = folder.path().join("rr.txt");
    let lines: Vec<String> = intervals.iter().map(|ms| format!("{ms}\n")).collect();
    fs::write(&path, lines.concat()).unwrap();
    path
}

#[test]
fn intervals_show_what_was_corrected() {
    let folder = TempDir::new().unwrap();
    let intervals = intervals();
    let (page, _) = page(&write_intervals(&folder, &intervals), &["--signal", "rr"]);
    assert_is_whole(&page);
    assert_eq!(tile(&page, "beats"), "501");
    assert!(number(tile(&page, "corrected")) >= 1.0);
    assert!(page.contains("First corrected beat: intervals, ms"));
    assert!((number(tile(&page, "breathing")) - 14.4).abs() <= 0.2);
    // Correction takes away four fifths and more of what the early beat adds.
    let moments = |intervals: &[f64]| {
        let n = intervals.len() as f64;
        let mean = intervals.iter().sum::<f64>() / n;
        let square: f64 = intervals.iter().map(|ms| (ms - mean).powi(2)).sum();
        let differences = intervals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2));
        let differences: f64 = differences.sum();
        [
            ("SDNN", (square / (n - 1.0)).sqrt()),
            ("RMSSD", (differences / (n - 1.0)).sqrt()),
        ]
    };
    for ((name, clean), (_, early)) in moments(&undisturbed()).into_iter().zip(moments(&intervals))
    {
        let shown = number(tile(&page, name));
        let left = (shown - clean).abs() / (early - clean);
        assert!(left < 0.2, "{name} is {shown}, of {clean} and {early}");
    }
    // 400 s are too short for ULF.
    assert!(page.contains("at least 86400 s are needed</td><td>ULF"));
}

#[test]
fn intervals_are_known_without_being_told() {
    let folder = TempDir::new().unwrap();
    let path = write_intervals(&folder, &intervals());
    let (told, _) = page(&path, &["--signal", "rr"]);
    let (guessed, _) = page(&path, &[]);
    assert_eq!(told, guessed);
}

#[test]
fn indices_are_those_of_extract() {
    let folder = TempDir::new().unwrap();
    let path = write_intervals(&folder, &intervals());
    let (page, _) = page(&path, &[]);
    let output = reports::run(
        "extract",
        &[
            "hr",
            "--signal",
            "rr",
            "--set",
            "hrv",
            path.to_str().unwrap(),
        ],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let values: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut n_compared = 0;
    for (name, value) in names.iter().zip(&values).skip(2) {
        let cell = name.replace('_', "_<wbr>");
        let begins = |tail: &str| page.split(&format!("<tr><td>{cell}{tail}")).nth(1);
        let row = begins("</td><td>").or_else(|| {
            let with_unit = begins(", ")?;
            with_unit.split_once("</td><td>").map(|parts| parts.1)
        });
        match (value.parse::<f64>(), row) {
            (Err(_), None) => {}
            (Ok(expected), Some(row)) => {
                let shown: f64 = row.split("</td>").next().unwrap().parse().unwrap();
                // Three digits that count, at least.
                let distance = (shown - expected).abs();
                assert!(
                    distance <= 6e-3 * expected.abs(),
                    "{name}: {shown}, {expected}"
                );
                n_compared += 1;
            }
            (value, row) => assert_eq!(value.is_ok(), row.is_some(), "{name}"),
        }
    }
    assert!(n_compared > 80, "{n_compared}");
}

#[test]
fn an_e4_folder_has_a_pulse_and_intervals_with_gaps() {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string(recording("ppg.csv")).unwrap();
    let column = |line: &str| line.rsplit(',').next().unwrap().to_owned() + "\n";
    let pulse: String = text.lines().skip(1).map(column).collect();
    let write = |name: &str, content: String| fs::write(folder.path().join(name), content).unwrap();
    write("BVP.csv", format!("1600000000.0\n64.0\n{pulse}"));
    // 20 intervals, half a minute without, 20 intervals.
    let beats = (1..=40).map(|k| f64::from(k) * 0.75 + if k > 20 { 30.0 } else { 0.0 });
    let lines: String = beats.map(|time| format!("{time},0.75\n")).collect();
    write("IBI.csv", format!("1600000000.0, IBI\n{lines}"));

    let (pulse, _) = page(folder.path(), &[]);
    assert_is_whole(&pulse);
    assert!(pulse.contains("PPG from channel BVP"));
    let (intervals, _) = page(&folder.path().join("IBI.csv"), &[]);
    assert_is_whole(&intervals);
    assert!(intervals.contains("Nothing was recorded in 1 stretch, 30.0 s together"));
    assert!(intervals.contains("Beats follow upon each other in 2 stretches"));
    assert_eq!(tile(&intervals, "beats"), "42");
    assert_eq!(tile(&intervals, "mean rate"), "80.0 bpm");
}

#[test]
fn a_recording_of_wfdb_is_known_by_its_leads() {
    // As MIT-BIH has it: two leads, no channel that is called ECG.
    let folder = TempDir::new().unwrap();
    let samples = long_ecg();
    let header =
        "rec 2 250 30000\nrec.dat 16 200/mV 12 0 0 0 0 MLII\nrec.dat 16 200/mV 12 0 0 0 0 V5\n";
    fs::write(folder.path().join("rec.hea"), header).unwrap();
    let bytes = samples.iter().flat_map(|mv| {
        let adc = (200.0 * mv.parse::<f64>().unwrap()) as i16;
        [adc.to_le_bytes(), [0, 0]].concat()
    });
    fs::write(folder.path().join("rec.dat"), bytes.collect::<Vec<u8>>()).unwrap();
    let (page, _) = page(&folder.path().join("rec.hea"), &[]);
    assert_is_whole(&page);
    assert!(page.contains("ECG from channel MLII, 2 min 00 s at 250 Hz"));
    assert!(page.contains("ECG, mV"));
    assert!((number(tile(&page, "mean rate")) - 70.0).abs() < 3.0);
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
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let short = file("short.csv", "time_s,ecg\n0,0.1\n0.004,0.2\n0.008,0.1\n");
    let message = failure(&[&short, "-o", out]);
    assert!(
        message.contains("short.csv: signal has 3 samples"),
        "{message}"
    );
    let absent = file("absent.csv", &format!("ecg\n{}", "nan\n".repeat(500)));
    let message = failure(&[&absent, "-o", out, "--rate", "250"]);
    assert!(message.contains("none of the 500 samples"), "{message}");
    let backward = file("rr.txt", "800\n-5\n800\n");
    let message = failure(&[&backward, "-o", out, "--signal", "rr"]);
    assert!(message.contains("rr.txt: interval 1"), "{message}");
    let unclear = file("unclear.csv", "x,y\n1,2\n3,4\n");
    let message = failure(&[&unclear, "-o", out]);
    assert!(message.contains("use --signal"), "{message}");
    assert!(!Path::new(out).exists());
}
