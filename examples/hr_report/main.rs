//! What a recording of a heart holds, as one HTML page without scripts: the signal with its beats and their quality,
//! intervals before and after correction, heart rate, spectrum, Poincaré plot and all indices of variability.
//!
//! ```text
//! cargo run --release --example hr_report -- 100.hea --signal ecg --output report.html
//! ```

mod analysis;
mod beat_figures;
mod page;
mod source;
mod stretches;
mod time_figures;
mod variability_figures;

use std::{error::Error, io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use emo_examples::{conclude, error_about, heart::HeartSignal, replace};

use crate::analysis::Analysis;

/// Draws a report of a recording of a heart.
#[derive(Debug, Parser)]
#[command(name = "hr_report", version)]
struct Args {
    /// The recording: EDF, WFDB or CSV, a list of intervals, or the folder of an Empatica E4.
    file: PathBuf,
    /// What it holds [default: what the names of its channels say].
    #[arg(long)]
    signal: Option<HeartSignal>,
    /// Sampling rate in Hz of a CSV file that has no time column.
    #[arg(long, value_name = "HZ")]
    rate: Option<f64>,
    /// Where to write the page.
    #[arg(
        short,
        long,
        visible_alias = "out",
        value_name = "FILE.html",
        default_value = "hr_report.html"
    )]
    output: PathBuf,
}

fn main() -> ExitCode {
    conclude(report(&Args::parse()))
}

fn report(args: &Args) -> Result<String, Box<dyn Error>> {
    let analysis = Analysis::new(&args.file, args.signal, args.rate)
        .map_err(|error| error_about(&args.file, &*error))?;
    let page = page::page(&analysis)?;
    replace(&args.output, |file| file.write_all(page.as_bytes()))?;
    Ok(format!("{}: {}", args.output.display(), analysis.summary()))
}
