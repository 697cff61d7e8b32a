//! Trains the face detector of `emo-image` and writes the frames by which it is judged; `docs/face.md` has the steps.
//!
//! `cargo run --release -p emo-train --example face_detector -- train --data ../shared/data --pictures PICTURES`
#![expect(
    clippy::print_stdout,
    reason = "a command-line program reports on its output"
)]

mod cascade;
mod detect;
mod faces;
mod frames;
mod picture;
mod sample;
mod scene;
mod train;
mod tree;

use std::{error::Error, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use faces::Split;

/// The face detector: training and judgement.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train a cascade.
    Train(TrainOptions),
    /// Write frames with faces at known places.
    Frames(FrameOptions),
    /// Find the faces of frames.
    Detect(DetectOptions),
    /// Make a score of a model the score of 1.
    Scale(ScaleOptions),
}

#[derive(Debug, Args)]
struct TrainOptions {
    /// The folder of recordings, with face/ferplus in it.
    #[arg(long)]
    data: PathBuf,
    /// The folder that face_pictures.py has written.
    #[arg(long)]
    pictures: PathBuf,
    /// Where the model of each round is written, and the last one as face.bin.
    #[arg(long, default_value = "target/trained/face")]
    out: PathBuf,
    /// The seed of all that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds of training.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Windows with a face.
    #[arg(long, default_value_t = 60_000)]
    positives: usize,
    /// Windows without one, in each round.
    #[arg(long, default_value_t = 60_000)]
    negatives: usize,
    /// The most scenes that a round searches for windows without a face.
    #[arg(long, default_value_t = 60_000)]
    scenes: usize,
}

#[derive(Debug, Args)]
struct FrameOptions {
    /// The folder of recordings, with face/ferplus in it.
    #[arg(long)]
    data: PathBuf,
    /// The folder that face_pictures.py has written.
    #[arg(long)]
    pictures: PathBuf,
    /// Whose faces and pictures are used.
    #[arg(long)]
    split: Split,
    /// The folder to write to.
    #[arg(long)]
    out: PathBuf,
    /// How many frames.
    #[arg(long, default_value_t = 600)]
    frames: usize,
    /// The seed of all that is random.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

#[derive(Debug, Args)]
struct ScaleOptions {
    /// The model, which is changed.
    #[arg(long)]
    model: PathBuf,
    /// The score that becomes 1.
    #[arg(long)]
    score: f32,
}

#[derive(Debug, Args)]
struct DetectOptions {
    /// A model; without it, the embedded one.
    #[arg(long)]
    model: Option<PathBuf>,
    /// A folder of PGM frames.
    #[arg(long)]
    frames: PathBuf,
    /// The CSV file to write.
    #[arg(long)]
    out: PathBuf,
    /// The smallest face in pixels.
    #[arg(long, default_value_t = 24)]
    min_size: usize,
    /// The factor from one size to the next.
    #[arg(long, default_value_t = 1.1)]
    scale_step: f32,
    /// The distance of neighbouring windows as a share of their side.
    #[arg(long, default_value_t = 0.1)]
    stride: f32,
    /// The share of their union above which windows become one face; 1 gives the windows.
    #[arg(long, default_value_t = 0.3)]
    overlap: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    match Options::parse().command {
        Command::Train(options) => train::train(&options),
        Command::Frames(options) => frames::write_frames(&options),
        Command::Detect(options) => detect::detect(&options),
        Command::Scale(options) => cascade::scale(&options.model, options.score),
    }
}
