//! Sensitivity and positive predictivity of the R-peak detectors on the reference recordings, within 75 ms.
//!
//! ```text
//! cargo run --release -p emo-hr --example beat_detection -- [folder of reference recordings] [figures of NeuroKit2]
//! ```
//! The figures of NeuroKit2 are what `peers/beats_neurokit.py` writes.

#![allow(clippy::print_stdout, reason = "a program prints its results")]

use std::error::Error;
use std::fs;
use std::path::Path;

use emo_hr::{EcgConfig, EcgDetector, EcgMethod, SampleRate};
use ndarray_npy::NpzReader;

const RATE_HZ: f64 = 360.0;
const TOLERANCE_SECONDS: f64 = 0.075;

struct Record {
    name: &'static str,
    lead: Vec<f32>,
    beats: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments
        .next()
        .unwrap_or_else(|| "../shared/data/reference".to_owned());
    let records = records(Path::new(&folder))?;
    print!("{:28}", "");
    for record in &records {
        print!("{:>18}", record.name);
    }
    println!(
        "\n{:28}{}",
        "",
        format!("{:>9}{:>9}", "Se %", "PPV %").repeat(records.len())
    );
    for (name, method) in [
        ("ours: rhythm", EcgMethod::Rhythm),
        ("ours: NeuroKit", EcgMethod::NeuroKit),
        ("ours: Pan-Tompkins 1985", EcgMethod::PanTompkins1985),
        ("ours: Hamilton 2002", EcgMethod::Hamilton2002),
        ("ours: Elgendi 2010", EcgMethod::Elgendi2010),
        ("ours: visibility graph", EcgMethod::VisibilityGraph),
    ] {
        let mut config = EcgConfig::new(SampleRate::from_hz(RATE_HZ)?);
        config.method = method;
        let detector = EcgDetector::new(&config)?;
        print!("{name:28}");
        for record in &records {
            let detection = detector.detect(&record.lead)?;
            let found = detection.beats.positions();
            let n = matches(&record.beats, found) as f64;
            print_figures(n / record.beats.len() as f64, n / found.len() as f64);
        }
        println!();
    }
    if let Some(figures) = arguments.next() {
        print_peers(&fs::read_to_string(figures)?, &records);
    }
    Ok(())
}

fn print_figures(sensitivity: f64, predictivity: f64) {
    print!("{:9.2}{:9.2}", 100.0 * sensitivity, 100.0 * predictivity);
}

/// The rows of each method, with its positions as they are and less their median offset.
fn print_peers(csv: &str, records: &[Record]) {
    let rows: Vec<Vec<&str>> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    let mut methods: Vec<(&str, &str)> = Vec::new();
    for row in &rows {
        if let [_, method, aligned, ..] = row[..]
            && !methods.contains(&(method, aligned))
        {
            methods.push((method, aligned));
        }
    }
    for (method, aligned) in methods {
        let note = if aligned == "yes" { ", aligned" } else { "" };
        print!("{:28}", format!("NeuroKit2 {method}{note}"));
        for record in records {
            let row = rows
                .iter()
                .find(|row| row[..3] == [record.name, method, aligned]);
            let number = |column: usize| row.and_then(|row| row.get(column)?.parse::<f64>().ok());
            match (number(3), number(4), number(5)) {
                (Some(beats), Some(found), Some(n)) => print_figures(n / beats, n / found),
                _ => print!("{:>9}{:>9}", "-", "-"),
            }
        }
        println!();
    }
}

/// Pairs one to one, in order, that are within the tolerance.
fn matches(beats: &[f64], found: &[f64]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < beats.len() && j < found.len() {
        if (beats[i] - found[j]).abs() <= TOLERANCE_SECONDS * RATE_HZ {
            n += 1;
            i += 1;
            j += 1;
        } else if found[j] < beats[i] {
            j += 1;
        } else {
            i += 1;
        }
    }
    n
}

fn records(folder: &Path) -> Result<Vec<Record>, Box<dyn Error>> {
    let file = fs::File::open(folder.join("ecg_mitdb100/mitdb100.npz"))?;
    let adc: ndarray::Array2<i16> = NpzReader::new(file)?.by_name("adc")?;
    let annotations = fs::read_to_string(folder.join("ecg_mitdb100/beats.csv"))?;
    let mut records = vec![Record {
        name: "100",
        lead: adc
            .column(0)
            .iter()
            .map(|&value| (f32::from(value) - 1024.0) / 200.0)
            .collect(),
        // A '+' marks a change of rhythm, not a beat.
        beats: first_column(annotations.lines().filter(|line| !line.ends_with('+'))),
    }];
    for (name, file) in [
        ("118 at 12 dB", "118e12"),
        ("118 at 6 dB", "118e06"),
        ("118 at 0 dB", "118e00"),
    ] {
        let at = folder.join("ecg_noise_stress_118");
        let lead = fs::read_to_string(at.join(format!("{file}.csv")))?;
        let beats = fs::read_to_string(at.join(format!("{file}_ann.csv")))?;
        records.push(Record {
            name,
            lead: first_column(lead.lines())
                .iter()
                .map(|&x| x as f32)
                .collect(),
            beats: first_column(beats.lines()),
        });
    }
    Ok(records)
}

/// The numbers at the beginning of lines; a heading is none.
fn first_column<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<f64> {
    lines
        .filter_map(|line| line.split(',').next()?.trim().parse().ok())
        .collect()
}
