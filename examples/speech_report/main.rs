//! What a recording of speech holds, as one HTML page without scripts: waveform and voice activity, spectrogram,
//! features over time, quality.
//!
//! ```text
//! cargo run --release --example speech_report -- speech.wav --out report.html
//! ```

mod analysis;
mod page;

use std::{error::Error, io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use emo_examples::{conclude, replace};

use crate::analysis::Analysis;

/// Draws a report of a recording of speech.
#[derive(Debug, Parser)]
#[command(name = "speech_report", version)]
struct Args {
    /// The recording: WAV, FLAC, MP3, OGG or M4A.
    file: PathBuf,
    /// Where to write the page.
    #[arg(long, value_name = "FILE.html", default_value = "speech_report.html")]
    out: PathBuf,
    /// The part to draw: begin in seconds.
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    from: f64,
    /// Its length in seconds [default: to the end, at most a minute].
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    duration: f64,
}

fn main() -> ExitCode {
    conclude(report(&Args::parse()))
}

fn report(args: &Args) -> Result<String, Box<dyn Error>> {
    let analysis = Analysis::new(&args.file, args.from, args.duration)?;
    let page = page::page(&analysis)?;
    replace(&args.out, |file| file.write_all(page.as_bytes()))?;
    Ok(format!(
        "{}: {:.2} s, {} voiced stretches, quality {:.2}",
        args.out.display(),
        analysis.duration_s(),
        analysis.segments.len(),
        analysis.quality.score
    ))
}
