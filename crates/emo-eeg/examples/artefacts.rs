//! Which windows of recordings are rejected, before and after artefact subspace reconstruction.
//!
//! `cargo run --release -p emo-eeg --example artefacts -- FOLDER`
//!
//! FOLDER holds `manifest.csv`, whose columns `key`, `label`, `fs_hz` name recordings, and `signals_int16.npz` with an array
//! `[channels, samples]` for each: µV are 0.25 times the value, plus an offset. Prints tables in Markdown: of all channels,
//! and of those that are rejected in at most half of a recording's windows, where there are two of them or more.

#![expect(clippy::print_stdout, reason = "a program prints")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::{File, read_to_string};
use std::path::PathBuf;

use emo_eeg::ndarray::{Array2, Axis};
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

    let (mut whole, mut usable) = (Vec::new(), Vec::new());
    for line in lines {
        let [key, label, hz] = columns.map(|c| line.get(c).copied().unwrap_or_default());
        let recording: Array2<i16> = archive.by_name(key)?;
        let rate = SampleRate::from_hz(hz.parse()?)?;
        // The offset goes with the filter.
        let recording = recording.mapv(|value| UV_PER_UNIT * f32::from(value));
        let filtered = EegFilter::new(&EegFilterConfig::new(rate))?.zero_phase(&recording)?;
        let judged = judge_windows(&RejectionConfig::default(), &filtered, rate, WINDOW_S)?;
        let is_usable = |channel: &usize| {
            let rejects = |w: &&JudgedWindow| w.rejections.iter().any(|r| r.channel == *channel);
            2 * judged.iter().filter(rejects).count() <= judged.len()
        };
        let kept: Vec<usize> = (0..filtered.nrows()).filter(is_usable).collect();
        let name = format!("{key} | {label}");
        if kept.len() >= 2 {
            usable.push(Row::of(
                name.clone(),
                &filtered.select(Axis(0), &kept),
                rate,
            )?);
        }
        whole.push(Row::of(name, &filtered, rate)?);
    }
    print_table(&whole);
    println!("\nChannels that are rejected in at most half of the windows:\n");
    print_table(&usable);
    Ok(())
}

/// A recording before and after.
struct Row {
    name: String,
    n_channels: usize,
    calibrated: String,
    before: Tally,
    after: Tally,
}

impl Row {
    fn of(name: String, filtered: &Array2<f32>, rate: SampleRate) -> Result<Self, Box<dyn Error>> {
        let judge = |signal: &Array2<f32>| {
            judge_windows(&RejectionConfig::default(), signal, rate, WINDOW_S)
        };
        let before = Tally::of(&judge(filtered)?);
        let config = AsrConfig::new(rate);
        let (calibrated, after) = match Asr::calibrate(&config, filtered) {
            Ok(asr) => {
                let share = CleanWindows::find(&config, filtered)?.share();
                let after = Tally::of(&judge(&asr.clean(filtered)?)?);
                (format!("{:.0} %", 100.0 * share), after)
            }
            Err(error) => (format!("not: {error}"), before),
        };
        Ok(Self {
            name,
            n_channels: filtered.nrows(),
            calibrated,
            before,
            after,
        })
    }
}

fn print_table(rows: &[Row]) {
    println!(
        "| recording | label | channels | windows | rejected before | their channels | calibrated on | rejected after | their channels |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let (mut before, mut after) = (Tally::default(), Tally::default());
    for row in rows {
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            row.name,
            row.n_channels,
            row.before.windows,
            row.before.cells(),
            row.calibrated,
            row.after.cells()
        );
        before.add(&row.before);
        after.add(&row.after);
    }
    println!(
        "| {} in all | | | {} | {} | | {} |",
        rows.len(),
        before.windows,
        before.cells(),
        after.cells()
    );
}
