//! Scores the validation and test recordings of the embedded models, one CSV per modality and split, for `fuse` and
//! `fusion_table` to read. `docs/fusion.md` says what is made of them.

use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use emo_examples::{array, error_chain, table};
use emo_fusion::{
    Bundle, CpuBackend, EegSignal, HrSignal, ImageSignal, Inputs, Recognizer,
    dsp::SampleRate,
    image::GreyImage,
    ndarray::{Array3, Axis},
};

/// Scores recordings whose emotion is known, each modality alone.
#[derive(Debug, Parser)]
#[command(name = "score_recordings", version)]
struct Args {
    /// The folder with the data sets.
    data: PathBuf,
    /// The folder with `images.npy` and `epochs_uV.npy`, as `unzip` takes them out of the data sets' npz files.
    arrays: PathBuf,
    /// The folder to write into.
    out: PathBuf,
}

/// Seconds of heart rate per window; validation and test windows do not overlap.
const HR_WINDOW: usize = 15;

const EEG_CHANNELS: [&str; 9] = ["Fp1", "FPz", "Fp2", "F7", "F3", "Fz", "F4", "F8", "C4"];

fn main() -> ExitCode {
    match score(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::from(2)
        }
    }
}

fn score(args: &Args) -> Result<(), Box<dyn Error>> {
    let recognizer = Recognizer::new(&Bundle::embedded()?, &CpuBackend::default())?;
    fs::create_dir_all(&args.out)?;
    let mut scorer = Scorer {
        recognizer,
        out: args.out.clone(),
        files: BTreeMap::new(),
    };
    heart_rate(&mut scorer, &args.data.join("hr/walking_watch"))?;
    eeg(
        &mut scorer,
        &args.data.join("eeg/twente_music"),
        &args.arrays,
    )?;
    for corpus in ["ravdess", "emodb4"] {
        speech(&mut scorer, &args.data.join("speech").join(corpus))?;
    }
    faces(&mut scorer, &args.data.join("face/ferplus"), &args.arrays)?;
    for mut file in scorer.files.into_values() {
        file.flush()?;
    }
    Ok(())
}

/// What is known of a sample.
struct Sample<'a> {
    name: &'a str,
    modality: &'static str,
    subject: &'a str,
    trial: &'a str,
    label: &'a str,
    split: &'a str,
}

struct Scorer {
    recognizer: Recognizer,
    out: PathBuf,
    files: BTreeMap<String, csv::Writer<File>>,
}

impl Scorer {
    fn add(&mut self, sample: &Sample<'_>, inputs: &Inputs) -> Result<(), Box<dyn Error>> {
        // Of one modality alone the fused scores are that modality's.
        let scores = self.recognizer.recognize(inputs)?.scores;
        let name = format!("{}.{}.csv", sample.modality, sample.split);
        let file = match self.files.entry(name) {
            std::collections::btree_map::Entry::Occupied(file) => file.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let mut file = csv::Writer::from_path(self.out.join(place.key()))?;
                let labels = self.recognizer.labels();
                let scores = labels.iter().map(|label| format!("p_{label}"));
                let header = ["sample", "modality", "subject", "trial"].map(str::to_owned);
                file.write_record(header.into_iter().chain(scores).chain(["label".to_owned()]))?;
                place.insert(file)
            }
        };
        let named = [sample.name, sample.modality, sample.subject, sample.trial].map(str::to_owned);
        let scores = scores.iter().map(ToString::to_string);
        file.write_record(
            named
                .into_iter()
                .chain(scores)
                .chain([sample.label.to_owned()]),
        )?;
        Ok(())
    }
}

/// Rows of a manifest that have a label and are not for training.
fn manifest(folder: &Path) -> Result<Vec<BTreeMap<String, String>>, Box<dyn Error>> {
    let rows = table(&folder.join("manifest.csv"))?;
    Ok(rows
        .into_iter()
        .filter(|row| !row["label4"].is_empty() && ["val", "test"].contains(&row["split"].as_str()))
        .collect())
}

fn heart_rate(scorer: &mut Scorer, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut series: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    for second in table(&folder.join("hr_1hz.csv"))? {
        let rate = second["hr_bpm"].parse()?;
        series
            .entry(second["segment"].clone())
            .or_default()
            .push(rate);
    }
    for row in manifest(folder)? {
        let segment = &row["segment"];
        let rates = series.get(segment).map_or(&[][..], Vec::as_slice);
        for (place, window) in rates.windows(HR_WINDOW).step_by(HR_WINDOW).enumerate() {
            // A constant rate has no course to classify, and is an error of the pipeline.
            if window.iter().all(|rate| *rate == window[0]) {
                continue;
            }
            let mut inputs = Inputs::default();
            inputs.set_hr(segment.clone(), HrSignal::HeartRate(window.to_vec()));
            let sample = Sample {
                name: &format!("{segment}/{}s", place * HR_WINDOW),
                modality: "hr",
                subject: &row["subject"],
                trial: segment,
                label: &row["label4"],
                split: &row["split"],
            };
            scorer.add(&sample, &inputs)?;
        }
    }
    Ok(())
}

fn eeg(scorer: &mut Scorer, folder: &Path, arrays: &Path) -> Result<(), Box<dyn Error>> {
    let epochs: Array3<f32> = array(&arrays.join("epochs_uV.npy"))?;
    for row in manifest(folder)? {
        let epoch = epochs.index_axis(Axis(0), row["index"].parse()?);
        let signal = EegSignal {
            samples: epoch.to_owned(),
            channels: EEG_CHANNELS.map(str::to_owned).to_vec(),
            sample_rate: SampleRate::from_hz(128.0)?,
        };
        let mut inputs = Inputs::default();
        inputs.set_eeg(row["trial"].clone(), signal);
        let sample = Sample {
            name: &format!("{}/{}", row["trial"], row["fragment"]),
            modality: "eeg",
            subject: &row["subject"],
            trial: &row["trial"],
            label: &row["label4"],
            split: &row["split"],
        };
        scorer.add(&sample, &inputs)?;
    }
    Ok(())
}

fn speech(scorer: &mut Scorer, folder: &Path) -> Result<(), Box<dyn Error>> {
    for row in manifest(folder)? {
        let mut inputs = Inputs::default();
        inputs.read_speech(folder.join(&row["file"]))?;
        let sample = Sample {
            name: &row["file"],
            modality: "speech",
            subject: &row["subject"],
            trial: &row["file"],
            label: &row["label4"],
            split: &row["split"],
        };
        scorer.add(&sample, &inputs)?;
    }
    Ok(())
}

fn faces(scorer: &mut Scorer, folder: &Path, arrays: &Path) -> Result<(), Box<dyn Error>> {
    let pictures: Array3<u8> = array(&arrays.join("images.npy"))?;
    for row in manifest(folder)? {
        let picture = pictures.index_axis(Axis(0), row["index"].parse()?);
        let signal = ImageSignal {
            image: GreyImage::new(&picture.mapv(f32::from))?,
            face: None,
        };
        let mut inputs = Inputs::default();
        inputs.set_image(row["file"].clone(), signal);
        let sample = Sample {
            name: &row["file"],
            modality: "image",
            subject: &row["subject"],
            trial: &row["file"],
            label: &row["label4"],
            split: &row["split"],
        };
        scorer.add(&sample, &inputs)?;
    }
    Ok(())
}
