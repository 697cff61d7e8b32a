//! Speech: zero-crossing rate, RMS and cepstra of 2.5 s.

use std::{error::Error, path::Path, time::Duration};

use emo_speech::{SeedFeatures, SeedFeaturesConfig, decode_file};
use emo_train::{FitConfig, SpeechCnnConfig, TrainRng, train_device};
use indicatif::ProgressIterator;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;

use crate::{
    Options,
    augment::add_noise,
    card::Card,
    recordings::{LABELS, Recordings, Split, known_classes, read_csv},
    run::{Recipe, Sources, run},
};

/// Changed copies of a training clip beside the clip itself.
const VARIANTS: usize = 7;

/// The rates, in Hz, at which a clip of 16 kHz is taken to be recorded: up to 5 % slower or faster.
const RATES: [u32; 5] = [15_200, 15_600, 16_000, 16_400, 16_800];

const N_FRAMES: usize = 108;
const N_CHANNELS: usize = 22;

#[derive(Debug, Deserialize)]
struct Row {
    file: String,
    label4: String,
    split: Split,
}

pub(crate) fn train(options: &Options) -> Result<(), Box<dyn Error>> {
    let seed = options.seed.unwrap_or(1);
    let classes = known_classes(&LABELS)?;
    let mut recordings = Recordings::default();
    let mut rng = TrainRng::seed_from_u64(seed);
    let mut plain = SeedFeatures::new(SeedFeaturesConfig::default())?;
    for corpus in ["ravdess", "emodb4"] {
        let folder = options.data.join("speech").join(corpus);
        let rows: Vec<Row> = read_csv(folder.join("manifest.csv"))?;
        for row in rows.into_iter().progress() {
            let Some(class) = classes.position(&row.label4) else {
                continue;
            };
            let (samples, sample_rate) = read(&folder.join(&row.file))?;
            let part = recordings.part_mut(row.split);
            part.push(plain.compute(&samples, sample_rate)?, class, corpus);
            if row.split == Split::Train {
                for _ in 0..VARIANTS {
                    part.push(variant(&samples, &mut rng)?, class, corpus);
                }
            }
        }
    }

    let device = train_device(seed);
    let network = SpeechCnnConfig::new(classes.len()).init(&device)?;
    let layout = network.clone();
    let mut fit = FitConfig::default();
    fit.epochs = 10;
    fit.weight_decay = 0.3;
    fit.seed = seed;
    fit.label_smoothing = 0.1;
    let recipe = Recipe {
        modality: "speech",
        features: "speech.zcr-rms-mfcc",
        network,
        fit,
        group_of: &|position| layout.channel_of(position),
        augment: &|values: &mut [f32], rng: &mut TrainRng| {
            let first = rng.random_range(0..N_FRAMES);
            let frames = first..first + rng.random_range(0..=30);
            let first = rng.random_range(0..N_CHANNELS - 3);
            let channels = first..first + rng.random_range(0..=3);
            for (position, value) in values.iter_mut().enumerate() {
                if frames.contains(&layout.frame_of(position))
                    || channels.contains(&layout.channel_of(position))
                {
                    *value = 0.0;
                }
            }
            add_noise(values, 0.3, rng);
        },
        targets: None,
        sources: Sources::Each("corpus"),
        card: card(seed),
        classes,
    };
    run(recipe, &recordings, options)
}

fn read(path: &Path) -> Result<(Vec<f32>, u32), Box<dyn Error>> {
    let audio = decode_file(path)?;
    Ok((audio.to_mono(), audio.sample_rate()))
}

/// The clip a little slower or faster, louder or softer, with noise, and cut elsewhere.
fn variant(samples: &[f32], rng: &mut TrainRng) -> Result<ndarray::Array1<f32>, Box<dyn Error>> {
    let rate = RATES[rng.random_range(0..RATES.len())];
    let gain = 10_f32.powf(rng.random_range(-6.0..=6.0) / 20.0);
    let mut changed: Vec<f32> = samples.iter().map(|sample| gain * sample).collect();
    let rms =
        (changed.iter().map(|sample| sample * sample).sum::<f32>() / changed.len() as f32).sqrt();
    let snr_db = rng.random_range(15.0..=45.0_f32);
    add_noise(&mut changed, rms * 10_f32.powf(-snr_db / 20.0), rng);
    let mut config = SeedFeaturesConfig::default();
    config.offset = Duration::from_millis(rng.random_range(300..=900));
    Ok(SeedFeatures::new(config)?.compute(&changed, rate)?)
}

fn card(seed: u64) -> Card {
    Card {
        title: "Emotion from speech",
        what: "A small convolutional network over time on 2.5 s of speech, from 0.6 s into the recording, at 22,050 \
               Hz: zero-crossing rate, RMS and 20 cepstral coefficients of 108 frames, 2,376 values as librosa \
               computes them. The graph lays them out as 22 series; three strided convolutions, the mean over time \
               and one dense layer follow.",
        data: "- RAVDESS, speech, audio only: 1,200 of 1,440 English clips of 24 actors. Livingstone and Russo 2018, \
               PLoS ONE 13(5): e0196391, Zenodo record 1188976. CC BY-NC-SA 4.0.\n\
               - EmoDB, the clips of anger, neutral, happiness and sadness: 339 German clips of 10 actors. Burkhardt, \
               Paeschke, Rolfes, Sendlmeier, Weiss 2005, Interspeech. Offered for free download by its makers, no \
               licence text seen.\n\n\
               happy = happiness, surprise; calm = neutral; sad = sadness; angry = anger, disgust, fear.",
        split: "By actor: nobody is on two sides. RAVDESS 1–16 training, 17–20 validation, 21–24 test; EmoDB 03, 08, \
                10, 11, 13, 14 training, 09, 12 validation, 15, 16 test.",
        recipe: "Each training clip enters as it is and in seven changed copies: up to 5 % slower or faster, up to 6 \
                 dB louder or softer, with white noise at 15 to 45 dB, cut 0.3 to 0.9 s into the clip. While training, up \
                 to 30 frames and 3 of the 22 series are masked, and noise of 0.3 standard deviations is added.",
        limits: "- Acted speech of fixed sentences in a quiet room: spontaneous speech is harder, and the score there \
                 is unknown.\n\
                 - English and German only; adults; no figures per group exist beyond the split.\n\
                 - Few test actors (four and two): their number, not that of the clips, bounds what the figures say.\n\
                 - Loudness carries part of the answer, and depends on the microphone and its distance.\n\
                 - Fear and disgust count as angry, surprise as happy, as the labels are defined.",
        licence: "CC BY-NC-SA 4.0, because RAVDESS is: not for commercial use, with attribution, share alike.",
        trained_on: format!("RAVDESS (CC BY-NC-SA 4.0) and EmoDB, split by actor, seed {seed}"),
        command:
            "cargo run --release -p emo-train --example train -- --modality speech --data DATA"
                .to_owned(),
    }
}
