//! The `extract` program on hearts: rates, intervals and signals, with gaps and without.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod tables;

use std::{fs, path::Path};

use emo_testing::assert_close;

use crate::tables::{assert_names, extract, features, recording, table};

#[test]
fn heart_rate_is_that_of_the_last_seconds() {
    let path = recording("heart_rate.csv");
    let (header, rows) = table(&["hr", "--set", "bpm", &path]);
    assert_names(&header, &["bpm_00", "bpm_14"], 15);
    assert_eq!(rows[0][..2], [path.clone(), "0".to_owned()]);
    let text = fs::read_to_string(path).unwrap();
    let bpm: Vec<f64> = text
        .lines()
        .skip(46)
        .map(|line| line.split_once(',').unwrap().1.parse().unwrap())
        .collect();
    assert_close(features(&rows[0]), bpm.clone(), 1e-6, 0.0);

    let (header, rows) = table(&["hr", &recording("heart_rate.csv")]);
    assert_names(&header, &["hr_00", "hr_14"], 15);
    let (low, high) = bpm.iter().fold((f64::MAX, f64::MIN), |(low, high), &x| {
        (low.min(x), high.max(x))
    });
    let scaled = bpm.iter().map(|x| (x - low) / (high - low));
    assert_close(features(&rows[0]), scaled, 0.0, 1e-5);
}

#[test]
fn heart_rate_comes_from_ecg_and_ppg() {
    let (_, csv) = table(&[
        "hr",
        "--set",
        "bpm",
        "--signal",
        "ecg",
        &recording("ecg.csv"),
    ]);
    let (_, edf) = table(&[
        "hr",
        "--set",
        "bpm",
        "--signal",
        "ecg",
        &recording("ecg.edf"),
    ]);
    assert_close(features(&csv[0]), features(&edf[0]), 1e-3, 0.0);
    // The models beat at 70 and 74 per minute with a standard deviation of 3.
    assert_close(features(&csv[0]), vec![70.0; 15], 0.0, 12.0);
    let (_, ppg) = table(&[
        "hr",
        "--set",
        "bpm",
        "--signal",
        "ppg",
        &recording("ppg.csv"),
    ]);
    assert_close(features(&ppg[0]), vec![74.0; 15], 0.0, 12.0);
}

#[test]
fn variability_beats_and_quality_come_from_beats() {
    let ecg = recording("ecg.edf");
    let set = |set: &str| table(&["hr", "--set", set, "--signal", "ecg", &ecg]);

    let (header, beats) = set("beats");
    assert_names(&header, &["beat_s", "rr_ms", "ectopic", "extra"], 6);
    assert_eq!(beats[0][3], "", "no interval ends with the first beat");
    for pair in beats.windows(2) {
        let (before, beat): (f64, f64) = (pair[0][2].parse().unwrap(), pair[1][2].parse().unwrap());
        let rr: f64 = pair[1][3].parse().unwrap();
        assert!((rr - 1000.0 * (beat - before)).abs() < 0.01 && rr > 300.0);
    }

    let (header, quality) = set("quality");
    assert_names(&header, &["quality", "n_beats", "mean_bpm"], 8);
    let value = |header: &[String], row: &[String], name: &str| -> f64 {
        row[header.iter().position(|column| column == name).unwrap()]
            .parse()
            .unwrap()
    };
    assert_eq!(value(&header, &quality[0], "n_beats"), beats.len() as f64);
    assert!(value(&header, &quality[0], "quality") > 0.5);

    let (header, hrv) = set("hrv");
    let mean_bpm = value(&header, &hrv[0], "MeanHR");
    assert!((mean_bpm - 70.0).abs() < 12.0, "{mean_bpm}");
    let ulf = header.iter().position(|column| column == "ULF").unwrap();
    assert_eq!(hrv[0][ulf], "", "a day is needed for it");

    let (all, rows) = set("all");
    for name in ["seed.hr_00", "bpm.bpm_14", "hrv.MeanHR", "quality.n_beats"] {
        assert!(all.iter().any(|column| column == name), "no column {name}");
    }
    assert_eq!(value(&all, &rows[0], "hrv.MeanHR"), mean_bpm);

    let output = extract(&["hr", "--set", "hrv", &recording("heart_rate.csv")]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("a heart rate has no beats"), "{errors}");
}

#[test]
fn intervals_are_beats_without_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rr.txt");
    let intervals: Vec<String> = (0..120_u32)
        .map(|n| (800 + n * 37 % 41).to_string())
        .collect();
    fs::write(&path, intervals.join("\n")).unwrap();
    let path = path.to_str().unwrap();
    let (header, rows) = table(&["hr", "--set", "hrv", "--signal", "rr", path]);
    let mean = header.iter().position(|column| column == "MeanNN").unwrap();
    let expected = (0..120_u32)
        .map(|n| f64::from(800 + n * 37 % 41))
        .sum::<f64>()
        / 120.0;
    assert_close(
        [rows[0][mean].parse::<f64>().unwrap()],
        [expected],
        1e-4,
        0.0,
    );

    let windows = [
        "hr", "--set", "quality", "--signal", "rr", "--window", "30", path,
    ];
    let (_, rows) = table(&windows);
    assert_eq!(rows.len(), 3, "98 s hold three windows of 30 s");
    assert_eq!(
        rows[0][2], "",
        "there is no signal whose quality could be judged"
    );
    // A window holds the beats of its 30 s.
    assert_close(
        [rows[1][4].parse::<f64>().unwrap()],
        [30_000.0 / expected],
        0.0,
        1.5,
    );
}

/// Beats at about 75 per minute on a rising baseline, at 250 Hz with their times; nothing in `gap`, in seconds.
fn ecg_with_gap(path: &Path, seconds: std::ops::Range<u32>, gap: std::ops::Range<u32>) {
    let mut text = "time_s,ecg\n".to_owned();
    for n in 250 * seconds.start..250 * seconds.end {
        let turns = f64::from(n) / 200.0 + 0.1 * (f64::from(n) / 400.0).sin();
        let pulse = (-((turns.fract() - 0.5) * 200.0).powi(2) / 8.0).exp();
        let value = match gap.contains(&(n / 250)) {
            true => String::new(),
            false => format!("{:.4}", pulse + 1e-5 * f64::from(n)),
        };
        text.push_str(&format!("{:.3},{value}\n", f64::from(n) / 250.0));
    }
    fs::write(path, text).unwrap();
}

#[test]
fn gaps_of_a_heart_stay_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let whole = path("whole.csv");
    ecg_with_gap(Path::new(&whole), 0..60, 20..30);
    let beats = |file: &str| table(&["hr", "--set", "beats", "--signal", "ecg", file]).1;
    let number = |cell: &String| cell.parse::<f64>().unwrap_or(f64::NAN);
    let rows = beats(&whole);
    let times: Vec<f64> = rows.iter().map(|row| number(&row[2])).collect();
    assert!(
        times.iter().all(|time| !(20.0..30.0).contains(time)),
        "{times:?}"
    );
    // Each part has the beats that it has alone, and no interval crosses the gap.
    for (name, part) in [("before.csv", 0..20), ("after.csv", 30..60)] {
        let file = path(name);
        ecg_with_gap(Path::new(&file), part.clone(), 0..0);
        let alone: Vec<f64> = beats(&file).iter().map(|row| number(&row[2])).collect();
        let of_part = times
            .iter()
            .filter(|t| (f64::from(part.start)..f64::from(part.end)).contains(t));
        let of_part: Vec<f64> = of_part.map(|t| t - f64::from(part.start)).collect();
        assert!(alone.len() > 20, "{alone:?}");
        assert_close(of_part, alone, 0.0, 1e-4);
    }
    let no_interval = rows.iter().filter(|row| row[3].is_empty()).count();
    assert_eq!(no_interval, 2, "of the first beats of both parts");

    // A window that touches the gap has its beats, but no rate at each second.
    let windows = ["--signal", "ecg", "--window", "15", &whole];
    let rows = |set: &str| table(&[&["hr", "--set", set], &windows[..]].concat()).1;
    let bpm = rows("bpm");
    assert_eq!(bpm.len(), 4);
    assert_close(features(&bpm[0]), vec![75.0; 15], 0.0, 5.0);
    assert_eq!(
        bpm[1][2 + 9],
        "",
        "a second in the middle of the gap: {:?}",
        bpm[1]
    );
    assert_close(features(&bpm[3]), vec![75.0; 15], 0.0, 5.0);
    let seed = rows("seed");
    assert!(seed[1][2..].iter().all(String::is_empty), "{:?}", seed[1]);
    assert!(seed[3][2..].iter().all(|cell| !cell.is_empty()));
    let (header, hrv) = table(&["hr", "--set", "hrv", "--signal", "ecg", &whole]);
    let mean = header.iter().position(|column| column == "MeanNN").unwrap();
    assert_close([number(&hrv[0][mean])], [800.0], 0.0, 10.0);

    // The same of a rate, and of an E4's intervals, which it leaves out where unsure.
    let rate = path("rate.csv");
    let line = |second: u32| match (20..30).contains(&second) {
        true => format!("{second},\n"),
        false => format!("{second},{}\n", 60 + second),
    };
    let lines: String = (0..60).map(line).collect();
    fs::write(&rate, format!("time_s,bpm\n{lines}")).unwrap();
    let (_, bpm) = table(&["hr", "--set", "bpm", "--window", "15", &rate]);
    let seconds = |from: u8| (from..from + 15).map(|second| 60.0 + f32::from(second));
    assert_close(features(&bpm[0]), seconds(0).collect::<Vec<_>>(), 1e-6, 0.0);
    let is_empty: Vec<bool> = bpm[1][2..].iter().map(String::is_empty).collect();
    assert_eq!(
        is_empty,
        (15..30).map(|second| second >= 20).collect::<Vec<_>>()
    );
    assert_close(
        features(&bpm[3]),
        seconds(45).collect::<Vec<_>>(),
        1e-6,
        0.0,
    );

    let times = (1..=40).map(|k| f64::from(k) * 0.75 + if k > 20 { 30.0 } else { 0.0 });
    let lines: String = times.map(|time| format!("{time},0.75\n")).collect();
    let e4 = path("IBI.csv");
    fs::write(&e4, format!("1600000000.0, IBI\n{lines}")).unwrap();
    let (_, rows) = table(&["hr", "--set", "beats", "--signal", "rr", &e4]);
    assert_eq!(rows.len(), 42);
    let (_, quality) = table(&["hr", "--set", "quality", "--signal", "rr", &e4]);
    assert_close([number(&quality[0][5])], [80.0], 1e-4, 0.0);

    // Far apart in time is refused before memory is taken for it.
    fs::write(&e4, "1600000000.0, IBI\n0.8,0.8\n1.6,0.8\n1e12,0.8\n").unwrap();
    let output = extract(&["hr", "--set", "beats", "--signal", "rr", &e4]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("more than a year"), "{errors}");
}
