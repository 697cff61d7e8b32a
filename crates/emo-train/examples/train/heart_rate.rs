//! Heart rate: windows of 15 s, one value per second, scaled to 0..1.

use std::{collections::BTreeMap, error::Error};

use emo_hr::{HeartRateWindow, HeartRateWindowConfig, HrError};
use emo_train::{FitConfig, HeartRateCnnConfig, TrainRng, train_device};
use serde::Deserialize;

use crate::{
    Options,
    augment::add_noise,
    card::Card,
    recordings::{Recordings, Split, known_classes, read_csv},
    run::{Recipe, Sources, run},
};

const WINDOW_LEN: usize = 15;

/// Training windows overlap; those of the other splits do not.
const TRAIN_STEP: usize = 3;

#[derive(Debug, Deserialize)]
struct Segment {
    segment: String,
    label4: String,
    split: Split,
}

#[derive(Debug, Deserialize)]
struct Second {
    segment: String,
    hr_bpm: f32,
}

pub(crate) fn train(options: &Options) -> Result<(), Box<dyn Error>> {
    let seed = options.seed.unwrap_or(1);
    let folder = options.data.join("hr/walking_watch");
    let classes = known_classes(&["happy", "calm", "sad"])?;
    let mut series: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    for second in read_csv::<Second>(folder.join("hr_1hz.csv"))? {
        series
            .entry(second.segment)
            .or_default()
            .push(second.hr_bpm);
    }
    let cut = HeartRateWindow::new(&HeartRateWindowConfig::default())?;
    let mut recordings = Recordings::default();
    let mut n_constant = 0;
    for segment in read_csv::<Segment>(folder.join("manifest.csv"))? {
        let (Some(class), Some(rates)) = (
            classes.position(&segment.label4),
            series.get(&segment.segment),
        ) else {
            continue;
        };
        let step = match segment.split {
            Split::Train => TRAIN_STEP,
            Split::Val | Split::Test => WINDOW_LEN,
        };
        for rates in rates.windows(WINDOW_LEN).step_by(step) {
            match cut.compute(rates) {
                Ok(window) => {
                    recordings
                        .part_mut(segment.split)
                        .push(window, class, &segment.segment);
                }
                // An application gets this error, too: there is no course to classify.
                Err(HrError::ConstantWindow { .. }) => n_constant += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    println!("left out: {n_constant} windows of constant rate");

    let device = train_device(seed);
    let network = HeartRateCnnConfig::new(classes.len()).init(&device)?;
    let mut fit = FitConfig::default();
    fit.epochs = 20;
    fit.label_smoothing = 0.1;
    fit.seed = seed;
    let recipe = Recipe {
        modality: "hr",
        features: "hr.window.15s.minmax",
        network,
        fit,
        group_of: &|_| 0,
        augment: &|values: &mut [f32], rng: &mut TrainRng| add_noise(values, 0.3, rng),
        targets: None,
        sources: Sources::Pooled("all windows of a recording together"),
        card: card(seed),
        classes,
    };
    run(recipe, &recordings, options)
}

fn card(seed: u64) -> Card {
    Card {
        title: "Emotion from heart rate",
        what: "A small convolutional network on 15 s of heart rate, one value per second, scaled to 0..1 within the \
               window: a convolution of 128 filters over 6 s, max-pooling and a dense layer of 256. The scaling \
               removes the rate's level: the model sees the shape alone.",
        data: "Heart rate by chest strap, 1 Hz, of 41 people who walked while or after watching a film clip or \
               hearing music meant to make them happy, sad or neither; 123 recordings of about 3 min. happy; calm = \
               neutral; sad.\n\n\
               Quiroz, Geangu, Yong 2018, Emotion Recognition Using Smart Watch Sensor Data: Mixed-Design Study, \
               JMIR Mental Health 5(3): e10153; github.com/juancq/emotion-recognition-walking-acc. MIT, (c) 2018 \
               Juan Quiroz.",
        split: "By person, balanced over the conditions: nobody is on two sides.",
        recipe: "Windows of training recordings begin every 3 s, those of the others every 15 s; windows of constant rate are left out. Noise of 0.3 standard \
                 deviations is added to training windows.",
        limits: "- **Heart rate alone hardly tells these emotions apart.** The effect within a person is about 1 bpm \
                 (happy or sad against neutral), and the window's scaling removes it; compare the figures with \
                 chance, 0.333.\n\
                 - Everybody walked: walking speed and order of the conditions are confounded with the emotion, and \
                 heart rate at rest is another signal.\n\
                 - Rest recorded by another device (a wristband's optical sensor) was left out: its smoothing differs, \
                 and the device would have become the class calm.\n\
                 - A label is what a clip or a piece was meant to evoke.",
        licence: "MIT, as the project; the recordings are under the MIT licence, (c) 2018 Juan Quiroz.",
        trained_on: format!(
            "Walking heart rate, Quiroz et al. 2018 (happy, calm, sad), split by person, seed {seed}"
        ),
        command: "cargo run --release -p emo-train --example train -- --modality hr --data DATA"
            .to_owned(),
    }
}
