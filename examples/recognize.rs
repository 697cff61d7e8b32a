//! The main job: from recordings to one fused emotion.
//!
//! Without files it takes the recordings in `fixtures/recordings` and the bundle that is compiled in.

use std::{
    env,
    error::Error,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, builder::PossibleValuesParser};
use emo_examples::{FacePlace, error_chain, parse_face_place};
use emo_fusion::{
    Bundle, CpuBackend, Inputs, Recognition, Recognizer, image::FaceBox, score::Scale,
};

/// Recognizes an emotion from heart rate, EEG, speech and a face, in any combination.
#[derive(Debug, Parser)]
#[command(name = "recognize", version)]
struct Args {
    /// Heart rate in beats per minute, as CSV.
    #[arg(long, value_name = "CSV", group = "heart")]
    hr: Option<PathBuf>,
    /// ECG, as EDF, BDF, WFDB or CSV.
    #[arg(long, value_name = "FILE", group = "heart")]
    ecg: Option<PathBuf>,
    /// PPG, as EDF, BDF, CSV or an E4's BVP.csv.
    #[arg(long, value_name = "FILE", group = "heart")]
    ppg: Option<PathBuf>,
    /// EEG, as EDF, BDF, BrainVision, XDF or, in microvolts, CSV.
    #[arg(long, value_name = "FILE")]
    eeg: Option<PathBuf>,
    /// Speech, as WAV, FLAC, MP3 or OGG.
    #[arg(long, value_name = "FILE")]
    speech: Option<PathBuf>,
    /// A picture of a face, as JPEG, PNG, WebP, BMP or PNM.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Where the face is in the picture, or `find` to look for it and straighten it; otherwise the whole picture is
    /// taken to be the face.
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT|find", requires = "image", value_parser = parse_face_place)]
    face: Option<FacePlace>,
    /// Sampling rate in Hz of a CSV that has no time column; a heart rate has 1 Hz where nothing is said.
    #[arg(long, value_name = "HZ")]
    rate: Option<f64>,
    /// A folder with `bundle.toml` and models, instead of the ones compiled in.
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// How the modalities' scores are fused.
    #[arg(
        long,
        value_name = "RULE",
        default_value = "weighted",
        value_parser = PossibleValuesParser::new(Bundle::FUSION_RULES)
    )]
    fusion: String,
    /// Weigh each modality by the quality of its input.
    #[arg(long)]
    quality: bool,
    /// Print one JSON object instead of the tables.
    #[arg(long)]
    json: bool,
}

/// Where the face is in the portrait among the fixtures.
const PORTRAIT_FACE: FaceBox = FaceBox {
    x: 165,
    y: 65,
    width: 120,
    height: 120,
};

fn main() -> ExitCode {
    let args = Args::parse();
    match recognize(&args).and_then(|recognition| print(&recognition, args.json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn recognize(args: &Args) -> Result<Recognition, Box<dyn Error>> {
    let bundle = match &args.bundle {
        Some(folder) => Bundle::read(folder)?,
        None => Bundle::embedded()?,
    };
    let mut recognizer = Recognizer::new(&bundle, &CpuBackend::default())?
        .with_fusion(bundle.fusion_rule(&args.fusion)?);
    if args.quality {
        recognizer = recognizer.weighing_quality();
    }
    Ok(recognizer.recognize(&read_inputs(args)?)?)
}

fn read_inputs(args: &Args) -> Result<Inputs, Box<dyn Error>> {
    let mut inputs = Inputs::default();
    if let Some(path) = &args.hr {
        inputs.read_heart_rate(path, args.rate)?;
    }
    if let Some(path) = &args.ecg {
        inputs.read_ecg(path, args.rate)?;
    }
    if let Some(path) = &args.ppg {
        inputs.read_ppg(path, args.rate)?;
    }
    if let Some(path) = &args.eeg {
        inputs.read_eeg(path, args.rate)?;
    }
    if let Some(path) = &args.speech {
        inputs.read_speech(path)?;
    }
    if let Some(path) = &args.image {
        FacePlace::read(args.face, &mut inputs, path)?;
    }
    if inputs.is_empty() {
        let recordings = fixture_recordings();
        inputs
            .read_ecg(recordings.join("ecg.edf"), None)?
            .read_eeg(recordings.join("eeg.edf"), None)?
            .read_speech(recordings.join("speech.wav"))?
            .read_image(recordings.join("portrait.jpg"), Some(PORTRAIT_FACE))?;
    }
    Ok(inputs)
}

/// The fixtures' folder, relative to the current one where that is above it.
fn fixture_recordings() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .with_file_name("fixtures")
        .join("recordings");
    let current = env::current_dir().unwrap_or_default();
    folder
        .strip_prefix(current)
        .map_or(folder.clone(), Path::to_path_buf)
}

fn print(recognition: &Recognition, json: bool) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    let printed = if json {
        writeln!(out, "{}", serde_json::to_string(recognition)?)
    } else {
        print_tables(&mut out, recognition)
    };
    match printed {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

fn print_tables(out: &mut impl Write, recognition: &Recognition) -> io::Result<()> {
    let labels = &recognition.labels;
    let scores = |out: &mut dyn Write, scores: &emo_fusion::ndarray::Array1<f32>| {
        scores
            .iter()
            .try_for_each(|score| write!(out, " {score:>7.3}"))
    };

    write!(out, "{:<13}", "modality")?;
    for label in labels.iter() {
        write!(out, " {label:>7}")?;
    }
    writeln!(
        out,
        " {:>8} {:>10} {:>10} {:>10}  source",
        "quality", "decoding", "features", "inference"
    )?;
    for report in &recognition.modalities {
        write!(out, "{:<13}", report.modality)?;
        scores(out, &report.scores)?;
        write!(out, " {:>8.2}", report.quality)?;
        for time in [report.decode, report.features, report.inference] {
            write!(out, " {:>10}", human(time))?;
        }
        writeln!(out, "  {}", report.source)?;
    }
    write!(out, "{:<13}", "fused")?;
    scores(out, &recognition.scores)?;
    writeln!(out)?;

    let scale = match recognition.scale {
        Scale::Scores => "score",
        Scale::LogScores => "score's logarithm",
    };
    writeln!(out, "\nwhat each modality added to the fused {scale}:")?;
    for report in &recognition.modalities {
        write!(out, "{:<13}", report.modality)?;
        scores(out, &report.contributions)?;
        writeln!(out)?;
    }
    if recognition.baseline.iter().any(|part| *part != 0.0) {
        write!(out, "{:<13}", "none of them")?;
        scores(out, &recognition.baseline)?;
        writeln!(out)?;
    }

    writeln!(
        out,
        "\ndecision: {} ({:.3}), fused by `{}` on backend `{}` in {}",
        recognition.label(),
        recognition.scores[recognition.decision],
        recognition.fusion,
        recognition.backend,
        human(recognition.total),
    )
}

fn human(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 {
        format!("{micros:.0} µs")
    } else {
        format!("{:.1} ms", micros / 1000.0)
    }
}
