//! EEG: differential entropy of nine channels in five bands over 2 s.

use std::{error::Error, fs::File};

use emo_eeg::{DifferentialEntropy, DifferentialEntropyConfig, SampleRate, last_window};
use emo_train::{EegMlpConfig, FitConfig, TrainRng, train_device};
use ndarray::{Array3, Axis};
use ndarray_npy::NpzReader;
use serde::Deserialize;

use crate::{
    Options,
    augment::add_noise,
    card::Card,
    recordings::{Recordings, Split, known_classes, read_csv},
    run::{Recipe, Sources, run},
};

const SAMPLE_RATE_HZ: f64 = 128.0;
const WINDOW_S: f64 = 2.0;

#[derive(Debug, Deserialize)]
struct Row {
    index: usize,
    subject: String,
    label4: String,
    split: Split,
}

pub(crate) fn train(options: &Options) -> Result<(), Box<dyn Error>> {
    let seed = options.seed.unwrap_or(1);
    let folder = options.data.join("eeg/twente_music");
    let mut archive = NpzReader::new(File::open(folder.join("epochs.npz"))?)?;
    let epochs: Array3<f32> = archive.by_name("epochs_uV")?;
    let classes = known_classes(&["happy", "sad", "angry"])?;
    let sample_rate = SampleRate::from_hz(SAMPLE_RATE_HZ)?;
    let entropy = DifferentialEntropy::new(&DifferentialEntropyConfig::new(sample_rate))?;
    let mut recordings = Recordings::default();
    for row in read_csv::<Row>(folder.join("manifest.csv"))? {
        let Some(class) = classes.position(&row.label4) else {
            continue;
        };
        let epoch = epochs.index_axis(Axis(0), row.index);
        let features = entropy.compute(&last_window(&epoch, sample_rate, WINDOW_S)?)?;
        recordings
            .part_mut(row.split)
            .push(features, class, &row.subject);
    }

    let device = train_device(seed);
    let network = EegMlpConfig::new(classes.len()).init(&device)?;
    let mut fit = FitConfig::default();
    fit.epochs = 100;
    fit.batch_len = 32;
    fit.learning_rate = 5e-4;
    fit.label_smoothing = 0.1;
    fit.seed = seed;
    let recipe = Recipe {
        modality: "eeg",
        features: "eeg.de.5bands",
        network,
        fit,
        group_of: &|position| position,
        augment: &|values: &mut [f32], rng: &mut TrainRng| add_noise(values, 0.5, rng),
        targets: None,
        sources: Sources::Each("subject"),
        card: card(seed),
        classes,
    };
    run(recipe, &recordings, options)
}

fn card(seed: u64) -> Card {
    Card {
        title: "Emotion from EEG",
        what: "One dense layer and the output on the differential entropy, in nats, of nine channels (Fp1, FPz, Fp2, F7, F3, Fz, F4, \
               F8, C4; common reference; µV) in five bands (1–4, 4–8, 8–14, 14–31, 31–45 Hz) over windows of 2 s.",
        data: "EEG of two people who listened to film music, 465 windows of 2 s at 128 Hz, TMSi amplifier, \
               band-passed 1–45 Hz. A window carries the emotion that the listener reported for the piece, where it \
               agreed with the piece's own label; happy = happiness, surprise; sad = sadness; angry = anger.\n\n\
               Q. Chen 2019, BCI course 201600078, University of Twente, published as \
               github.com/rachel-pai/EEG_emotion_detection; pieces: Eerola and Vuoskoski, film-music set. No \
               licence stated.",
        split: "By trial (piece): fragments of one trial overlap and stay on one side. **The people are the same two \
                in all splits**: the score is for unseen pieces, not for unseen people. One of them has no angry \
                trials.",
        recipe: "Noise of 0.5 standard deviations is added to training samples.",
        limits: "- Two people: nothing is known about a third. Expect a score near chance on a new person without \
                 training on recordings of theirs.\n\
                 - Windows of a trial overlap by half: the number of independent test cases is a third to a fifth \
                 of the number of windows.\n\
                 - Forehead channels see the face's and the eyes' muscles as well as the brain.\n\
                 - Another amplifier, cap or reference shifts the features.\n\
                 - Sets recorded with other headsets, which hold calm states, were left out: their channels do not \
                 overlap with these, and calm from another device would make the device the class.",
        licence: "The recordings were published without a licence: the weights are for research and evaluation only.",
        trained_on: format!(
            "Twente music EEG (2 people; happy, sad, angry), split by trial, seed {seed}"
        ),
        command: "cargo run --release -p emo-train --example train -- --modality eeg --data DATA"
            .to_owned(),
    }
}
