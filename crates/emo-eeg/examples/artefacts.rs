//! Which windows of recordings are rejected, before and after artefact subspace reconstruction.
//!
//! `cargo run --release -p emo-eeg --example artefacts -- FOLDER`
//!
//! FOLDER holds `manifest.csv`, whose columns `key`, `label`, `fs_hz` name recordings, and `signals_int16.npz` with an array
//! `[channels, samples]` for each: µV are 0.25 times the value, plus an offset. Prints a table in Markdown.

#![expect(clippy::print_stdout, reason = "a program prints")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::{File, read_to_string};
use std::path::PathBuf;

use emo_eeg::ndarray::Array2;
use emo_eeg::{
    Asr, AsrConfig, CleanWindows, EegFilter, EegFilterConfig, JudgedWindow, RejectionConfig,
    RejectionReason, SampleRate, judge_windows,
};
use ndarray_npy::NpzReader;

const UV_PER_UNIT: f32 = 0.25;
const WINDOW_S: f64 = 2.0;

/// Windows in all, rejected ones, those with each reason, and channels in them that gave one.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    windows: usize,
    rejected: usize,
    reasons: [usize; 3],
    channels: usize,
}

impl Tally {
    fn of(judged: &[JudgedWindow]) -> Self {
        let mut tally = Self::default();
        for window in judged {
            let has = |wanted: fn(&RejectionReason) -> bool| {
                window.rejections.iter().any(|r| wanted(&r.reason))
            };
            let channels: BTreeSet<usize> = window.rejections.iter().map(|r| r.channel).collect();
            tally.channels += channels.len();
            tally.windows += 1;
            tally.rejected += usize::from(!window.rejections.is_empty());
            for (count, found) in tally.reasons.iter_mut().zip([
                has(|r| matches!(r, RejectionReason::PeakToPeak { .. })),
                has(|r| matches!(r, RejectionReason::Step { .. })),
                has(|r| matches!(r, RejectionReason::Flat { .. })),
            ]) {
                *count += usize::from(found);
            }
        }
        tally
    }

    fn add(&mut self, other: &Self) {
        self.windows += other.windows;
        self.rejected += other.rejected;
        self.channels += other.channels;
        for (sum, x) in self.reasons.iter_mut().zip(other.reasons) {
            *sum += x;
        }
    }

    /// Rejected windows, in brackets those by peak to peak, by a step and by being flat, and rejected channels of windows.
    fn cells(&self) -> String {
        let [peak, step, flat] = self.reasons;
        format!(
            "{} ({peak}, {step}, {flat}) | {}",
            self.rejected, self.channels
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: artefacts FOLDER")?);
    let manifest = read_to_string(folder.join("manifest.csv"))?;
    let mut lines = manifest
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().ok_or("manifest.csv is empty")?;
    let column = |name: &str| {
        let found = header.iter().position(|column| *column == name);
        found.ok_or_else(|| format!("manifest.csv has no column {name}"))
    };
    let columns = [column("key")?, column("label")?, column("fs_hz")?];
    let mut archive = NpzReader::new(File::open(folder.join("signals_int16.npz"))?)?;

    println!(
        "| recording | label | windows | rejected before | their channels | calibrated on | rejected after | their channels |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let (mut before_all, mut after_all) = (Tally::default(), Tally::default());
    for line in lines {
        let [key, label, hz] = columns.map(|c| line.get(c).copied().unwrap_or_default());
        let recording: Array2<i16> = archive.by_name(key)?;
        let rate = SampleRate::from_hz(hz.parse()?)?;
        // The offset goes with the filter.
        let recording = recording.mapv(|value| UV_PER_UNIT * f32::from(value));
        let filtered = EegFilter::new(&EegFilterConfig::new(rate))?.zero_phase(&recording)?;
        let judge = |signal: &Array2<f32>| {
            judge_windows(&RejectionConfig::default(), signal, rate, WINDOW_S)
        };
        let before = Tally::of(&judge(&filtered)?);
        let config = AsrConfig::new(rate);
        let (calibrated, after) = match Asr::calibrate(&config, &filtered) {
            Ok(asr) => {
                let share = CleanWindows::find(&config, &filtered)?.share();
                let after = Tally::of(&judge(&asr.clean(&filtered)?)?);
                (format!("{:.0} %", 100.0 * share), after)
            }
            Err(error) => (format!("not: {error}"), before),
        };
        println!(
            "| {key} | {label} | {} | {} | {calibrated} | {} |",
            before.windows,
            before.cells(),
            after.cells()
        );
        before_all.add(&before);
        after_all.add(&after);
    }
    println!(
        "| all | | {} | {} | | {} |",
        before_all.windows,
        before_all.cells(),
        after_all.cells()
    );
    Ok(())
}
