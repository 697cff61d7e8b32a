//! What a recording of EEG holds, as one HTML page without scripts: rejected windows before and after cleaning, traces,
//! spectra, topographies, asymmetry over time, quality of the channels.
//!
//! ```text
//! cargo run --release --example eeg_report -- head.edf --window 4 --notch 50 --out report.html
//! ```

mod alpha_peak;
mod analysis;
mod cleaning;
mod judging;
mod overview;
mod page;
mod spectra;
mod topography;

use std::{error::Error, io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use emo_examples::{conclude, error_about, replace};

use crate::analysis::Analysis;

/// Draws a report of a recording of EEG.
#[derive(Debug, Parser)]
#[command(name = "eeg_report", version)]
struct Args {
    /// The recording: EDF, BDF, BrainVision (the `.vhdr`), XDF or CSV.
    file: PathBuf,
    /// The channels to draw, in this order [default: all that are not something else by their name].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    channels: Option<Vec<String>>,
    /// Length in seconds of the windows that are judged and compared.
    #[arg(long, value_name = "S", default_value_t = 4.0, value_parser = positive)]
    window: f64,
    /// Frequency of the mains in Hz, 0 for none [default: 50 where the sampling rate allows].
    #[arg(long, value_name = "HZ")]
    notch: Option<f64>,
    /// Sampling rate in Hz of a CSV file that has no time column.
    #[arg(long, value_name = "HZ", value_parser = positive)]
    rate: Option<f64>,
    /// Where the traces begin, in seconds [default: where cleaning changes most].
    #[arg(long, value_name = "S")]
    from: Option<f64>,
    /// Pairs of channels whose asymmetry is drawn, left before right: F3-F4,T7-T8 [default: those that are there].
    #[arg(long, value_name = "PAIRS", value_delimiter = ',')]
    pairs: Option<Vec<String>>,
    /// Where to write the page.
    #[arg(
        short,
        long,
        value_name = "FILE.html",
        default_value = "eeg_report.html"
    )]
    out: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    conclude(report(&args).map_err(|error| error_about(&args.file, &*error).into()))
}

fn report(args: &Args) -> Result<String, Box<dyn Error>> {
    let analysis = Analysis::new(args)?;
    let page = page::page(&analysis)?;
    replace(&args.out, |file| file.write_all(page.as_bytes()))?;
    for note in &analysis.notes {
        eprintln!("note: {note}");
    }
    let (before, after) = analysis.judged.rejected();
    Ok(format!(
        "{}: {} channels, {:.1} s, {} windows, {before} rejected before cleaning, {after} after",
        args.out.display(),
        analysis.channels.len(),
        analysis.recorded_s(),
        analysis.judged.windows.len(),
    ))
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("not a number above 0".to_owned()),
    }
}
