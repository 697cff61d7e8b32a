//! Features of many recordings as one table: the input of a training script in any language.
//!
//! ```text
//! cargo run --release --example extract -- speech *.wav --out features.npy
//! cargo run --release --example extract -- eeg night.edf --window 2 --hop 1 --out night.csv
//! cargo run --release --example extract -- image *.jpg --set hog --out faces.npy
//! ```
//!
//! One row per file, or per window. Files are worked on in parallel; a bad one is left out and named at the end.

mod eeg_sets;
mod heart_sets;
mod image_sets;
mod sets;
mod signal;
mod table;

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, Parser, ValueEnum, error::ErrorKind};
use emo_examples::{
    FacePlace, error_chain,
    heart::{Heart, HeartSignal},
    parse_face_place, replace,
};
use emo_fusion::{EegSignal, ImageSignal, SpeechSignal, eeg::MissingChannels};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::{
    heart_sets::HR,
    image_sets::IMAGE,
    sets::{EEG, FeatureSet, Features, SPEECH},
    signal::{Found, Layout, ReadOptions, Signal},
    table::{Row, Table},
};

/// Why a file gives no row.
type Failure = Box<dyn Error + Send + Sync>;

/// Computes features of recordings, one row per file or per window.
///
/// Bad files are left out and listed at the end, with exit code 1. A feature that a recording has no value of is an
/// empty cell in CSV and NaN in NPY.
#[derive(Debug, Parser)]
#[command(name = "extract", version, after_help = known_sets())]
struct Args {
    /// What the files hold.
    modality: Modality,
    /// The recordings: CSV or EDF for hr and eeg, for eeg also BDF, BrainVision and XDF, WAV, FLAC, MP3 or OGG for speech, JPEG, PNG, WebP, BMP or PNM for image.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which features.
    #[arg(long, value_name = "NAME", default_value = "seed")]
    set: String,
    /// The channels of eeg to use, in this order [default: all of the first file that can be read, or those of the set].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    channels: Option<Vec<String>>,
    /// Interpolates channels of eeg that a file lacks from its others, by spherical splines.
    #[arg(long)]
    interpolate: bool,
    /// Sampling rate in Hz of a CSV file of hr or eeg that has no time column.
    #[arg(long, value_name = "HZ", value_parser = positive)]
    rate: Option<f64>,
    /// What the files of hr hold [default: bpm].
    #[arg(long)]
    signal: Option<HeartSignal>,
    /// Where the face is in each picture of image, or `find` to look for the surest one and straighten it [default: the
    /// whole picture].
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT|find", allow_hyphen_values = true, value_parser = parse_face_place)]
    face: Option<FacePlace>,
    /// Where to write: CSV, or the matrix as NPY (float32) with `.columns.txt` and `.rows.csv` beside it; without it
    /// CSV goes to the standard output.
    #[arg(long, value_name = "FILE.csv|FILE.npy")]
    out: Option<PathBuf>,
    /// Length in seconds of the windows that each recording is cut into; not for image.
    #[arg(long, value_name = "S", value_parser = positive)]
    window: Option<f64>,
    /// Distance in seconds of the windows [default: their length].
    #[arg(long, value_name = "S", requires = "window", value_parser = positive)]
    hop: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Modality {
    Hr,
    Eeg,
    Speech,
    Image,
}

/// Windows in seconds.
#[derive(Debug, Clone, Copy)]
struct Windows {
    len_s: f64,
    hop_s: f64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Err(reason) = check(&args) {
        usage_error(&reason);
    }
    let (table, bad) = match args.modality {
        Modality::Hr => extract::<Heart>(&args, HR),
        Modality::Eeg => extract::<EegSignal>(&args, EEG),
        Modality::Speech => extract::<SpeechSignal>(&args, SPEECH),
        Modality::Image => extract::<ImageSignal>(&args, IMAGE),
    };
    if let Err(error) = write(&table, args.out.as_deref()) {
        eprintln!("error: {}", error_chain(&*error));
        return ExitCode::FAILURE;
    }
    if bad.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("{} of {} files left out:", bad.len(), args.files.len());
    for (path, reason) in bad {
        let (path, reason) = (path.display().to_string(), error_chain(&*reason));
        if reason.contains(&path) {
            eprintln!("  {reason}");
        } else {
            eprintln!("  {path}: {reason}");
        }
    }
    ExitCode::FAILURE
}

/// What clap cannot check, because it depends on the modality.
fn check(args: &Args) -> Result<(), String> {
    let Args { modality, .. } = *args;
    let name = name(modality);
    if args.signal.is_some() && modality != Modality::Hr {
        return Err(format!("--signal is for hr, not for {name}"));
    }
    if (args.channels.is_some() || args.interpolate) && modality != Modality::Eeg {
        return Err(format!(
            "--channels and --interpolate are for eeg, not for {name}"
        ));
    }
    if args.rate.is_some() && !matches!(modality, Modality::Hr | Modality::Eeg) {
        return Err(format!(
            "--rate is for hr and eeg, the files of {name} know theirs"
        ));
    }
    if args.face.is_some() && modality != Modality::Image {
        return Err(format!("--face is for image, not for {name}"));
    }
    if args.face == Some(FacePlace::Find) && args.set == "faces" {
        return Err("--set faces finds all faces, without --face find".to_owned());
    }
    if args.window.is_some() && modality == Modality::Image {
        return Err("--window needs a recording in time, not an image".to_owned());
    }
    let extension = args
        .out
        .as_ref()
        .map(|path| path.extension().unwrap_or_default());
    if extension.is_some_and(|extension| extension != "csv" && extension != "npy") {
        return Err("--out must end in .csv or .npy".to_owned());
    }
    Ok(())
}

fn extract<S: Signal>(args: &Args, sets: &[FeatureSet<S>]) -> (Table, Vec<(PathBuf, Failure)>) {
    let Some(set) = sets.iter().find(|set| set.name == args.set) else {
        let known: Vec<_> = sets.iter().map(|set| set.name).collect();
        usage_error(&format!(
            "{} has no feature set `{}`; known: {}",
            name(args.modality),
            args.set,
            known.join(", ")
        ));
    };
    let options = ReadOptions {
        rate_hz: args.rate,
        heart_signal: args.signal.unwrap_or_default(),
        face: args.face,
        channels: args.channels.clone().unwrap_or_default(),
    };
    let windows = args.window.map(|len_s| Windows {
        len_s,
        hop_s: args.hop.unwrap_or(len_s),
    });
    let mut features = match (set.plan)(args.window) {
        Ok(features) => features,
        Err(reason) => usage_error(&error_chain(&*reason)),
    };
    let layout = layout(args, &options, windows, &mut *features);
    let columns = features.names();
    let progress = progress_bar(args.files.len());
    let results: Vec<_> = args
        .files
        .par_iter()
        .map_init(
            || {
                let mut features = (set.plan)(args.window)?;
                if let Some(layout) = &layout {
                    // What cannot be planned is said of each file, when it comes.
                    let _ = features.settle(layout);
                }
                Ok::<_, Failure>(features)
            },
            |features, path| {
                let result = match features {
                    Ok(features) => {
                        let mut read = || {
                            let mut found = S::read(path, &options)?;
                            if let Some(layout) = &layout {
                                let stretches = found.stretches.into_iter();
                                found.stretches = stretches
                                    .map(|(start_s, signal)| {
                                        Ok((start_s, signal.arranged(layout)?))
                                    })
                                    .collect::<Result<_, Failure>>()?;
                            }
                            let rows = rows(path, &found, windows, &mut **features)?;
                            Ok((rows, found.left_aside))
                        };
                        read()
                    }
                    Err(reason) => Err(error_chain(&**reason).into()),
                };
                progress.inc(1);
                result
            },
        )
        .collect();
    progress.finish_and_clear();

    let mut table = Table::new(columns);
    let mut bad = Vec::new();
    // In how many files each channel was left aside.
    let mut n_files: BTreeMap<String, usize> = BTreeMap::new();
    for (path, result) in args.files.iter().zip(results) {
        match result {
            Ok((rows, left_aside)) => {
                table.extend(rows);
                for channel in left_aside {
                    *n_files.entry(channel).or_insert(0) += 1;
                }
            }
            Err(reason) => bad.push((path.clone(), reason)),
        }
    }
    // Who names channels knows what else there is.
    if args.channels.is_none() {
        for (channel, n) in n_files {
            eprintln!(
                "note: left aside in {n} of {} files: {channel}",
                args.files.len()
            );
        }
    }
    (table, bad)
}

/// The channels that the command line wants, or those of the first file that the columns can be settled by; none where
/// neither the command line nor the set asks for any.
fn layout<S: Signal>(
    args: &Args,
    options: &ReadOptions,
    windows: Option<Windows>,
    features: &mut dyn Features<S>,
) -> Option<Layout> {
    if args.channels.is_none() && !args.interpolate && !features.names().is_empty() {
        return None;
    }
    let missing = if args.interpolate {
        MissingChannels::Interpolate
    } else {
        MissingChannels::Refuse
    };
    let mut last = None;
    for path in &args.files {
        let found = S::read(path, options);
        let Some((_, signal)) = found.as_ref().ok().and_then(Found::longest) else {
            continue;
        };
        let rate_hz = signal.rate_hz();
        let channels = args.channels.as_deref().unwrap_or(signal.channels());
        let layout = Layout {
            channels: channels.to_vec(),
            missing,
            rate_hz,
            window_len: windows.map_or(signal.len(), |w| (w.len_s * rate_hz).round() as usize),
        };
        if features.settle(&layout).is_ok() {
            return Some(layout);
        }
        last = Some(layout);
    }
    last
}

/// The rows of one recording.
fn rows<S: Signal>(
    path: &Path,
    found: &Found<S>,
    windows: Option<Windows>,
    features: &mut dyn Features<S>,
) -> Result<Vec<Row>, Failure> {
    let file = path.display().to_string();
    let row = |start_s, values| Row {
        file: file.clone(),
        start_s,
        values,
    };
    let (longest_s, longest) = found.longest().ok_or("nothing was recorded")?;
    let Some(windows) = windows else {
        let rows = features.rows(longest)?.into_iter();
        return Ok(rows
            .map(|(at, values)| row(longest_s + at, values))
            .collect());
    };
    let rate = longest.rate_hz();
    let samples = |seconds: f64| (seconds * rate).round() as usize;
    let (len, hop) = (samples(windows.len_s), samples(windows.hop_s));
    if len == 0 || hop == 0 {
        return Err(format!("a window or hop is shorter than a sample at {rate} Hz").into());
    }
    if longest.len() < len {
        let seconds = longest.len() as f64 / rate;
        let what = match found.stretches.len() {
            1 => "",
            _ => " without a gap",
        };
        return Err(format!(
            "{seconds:.2} s{what} are shorter than a window of {} s",
            windows.len_s
        )
        .into());
    }
    let mut rows = Vec::new();
    for (start_s, signal) in &found.stretches {
        let Some(last) = signal.len().checked_sub(len) else {
            continue;
        };
        for start in (0..=last).step_by(hop) {
            let window = signal.cut(start..start + len)?;
            let window_s = start_s + start as f64 / rate;
            let of_window = features.rows(&window)?.into_iter();
            rows.extend(of_window.map(|(at, values)| row(window_s + at, values)));
        }
    }
    Ok(rows)
}

fn write(table: &Table, out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else {
        return match table.write_csv(io::stdout().lock()) {
            // Whoever read the table has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        };
    };
    if path.extension().is_some_and(|extension| extension == "npy") {
        replace(&path.with_extension("columns.txt"), |file| {
            table.write_columns(file)
        })?;
        replace(&path.with_extension("rows.csv"), |file| {
            table.write_rows(file)
        })?;
        replace(path, |file| table.write_npy(file))?;
    } else {
        replace(path, |file| table.write_csv(file))?;
    }
    Ok(())
}

/// On the standard error, hidden where that is no terminal.
fn progress_bar(files: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left")
        .expect("the template is valid");
    ProgressBar::new(files as u64).with_style(style)
}

fn name(modality: Modality) -> String {
    modality
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

fn known_sets() -> String {
    fn list<S>(text: &mut String, modality: &str, sets: &[FeatureSet<S>]) {
        for set in sets {
            let _ = write!(text, "\n  {modality:<7} {:<12} {}", set.name, set.about);
        }
    }
    let mut text = "Feature sets:".to_owned();
    list(&mut text, "hr", HR);
    list(&mut text, "eeg", EEG);
    list(&mut text, "speech", SPEECH);
    list(&mut text, "image", IMAGE);
    text
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("not a positive number".to_owned()),
    }
}

/// Ends the program with exit code 2.
fn usage_error(reason: &str) -> ! {
    Args::command()
        .error(ErrorKind::ValueValidation, reason)
        .exit()
}
