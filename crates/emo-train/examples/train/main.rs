//! Trains a shipped model anew from its recordings, judges it on unseen ones, and writes it with its card.
//!
//! `cargo run --release -p emo-train --example train -- --modality speech --data ../shared/data`
#![expect(
    clippy::print_stdout,
    reason = "a command-line program reports on its output"
)]

mod augment;
mod card;
mod eeg;
mod face;
mod heart_rate;
mod recordings;
mod run;
mod speech;

use std::{error::Error, path::PathBuf};

use clap::{Parser, ValueEnum};

/// Train the models of emo-fusion.
#[derive(Debug, Parser)]
struct Options {
    /// The model to train.
    #[arg(long)]
    modality: Modality,
    /// The folder of recordings, with speech/, face/, eeg/ and hr/ in it.
    #[arg(long)]
    data: PathBuf,
    /// Where the model and its card are written.
    #[arg(long, default_value = "target/trained")]
    out: PathBuf,
    /// The seed of initial weights, order of samples, augmentation and dropout.
    #[arg(long)]
    seed: Option<u64>,
    /// Leave the test split alone: for choosing settings, on the validation split only.
    #[arg(long)]
    skip_test: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Modality {
    Hr,
    Eeg,
    Speech,
    Image,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    match options.modality {
        Modality::Hr => heart_rate::train(&options),
        Modality::Eeg => eeg::train(&options),
        Modality::Speech => speech::train(&options),
        Modality::Image => face::train(&options),
    }
}
