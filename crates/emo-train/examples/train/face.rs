//! Faces: grey pictures of 48×48.

use std::{error::Error, fs::File};

use emo_image::{FaceCrop, FaceCropConfig, GreyImage};
use emo_train::{FaceCnnConfig, FitConfig, TrainRng, train_device};
use ndarray::{Array2, Array3, Axis};
use ndarray_npy::NpzReader;
use serde::Deserialize;

use crate::{
    Options,
    augment::PictureAugment,
    card::Card,
    recordings::{LABELS, Recordings, Split, known_classes, read_csv},
    run::{Recipe, Sources, run},
};

const SIZE: usize = 48;

#[derive(Debug, Deserialize)]
struct Row {
    index: usize,
    label4: String,
    split: Split,
    votes_neutral: f32,
    votes_happiness: f32,
    votes_surprise: f32,
    votes_sadness: f32,
    votes_anger: f32,
    votes_disgust: f32,
    votes_fear: f32,
}

impl Row {
    /// The raters' votes in the order of [`LABELS`], as shares.
    fn target(&self) -> [f32; 4] {
        let votes = [
            self.votes_happiness + self.votes_surprise,
            self.votes_neutral,
            self.votes_sadness,
            self.votes_anger + self.votes_disgust + self.votes_fear,
        ];
        let sum: f32 = votes.iter().sum();
        votes.map(|votes| votes / sum)
    }
}

pub(crate) fn train(options: &Options) -> Result<(), Box<dyn Error>> {
    let seed = options.seed.unwrap_or(1);
    let folder = options.data.join("face/ferplus");
    let mut archive = NpzReader::new(File::open(folder.join("images.npz"))?)?;
    let pictures: Array3<u8> = archive.by_name("images")?;
    let classes = known_classes(&LABELS)?;
    let crop = FaceCrop::new(FaceCropConfig::default())?;
    let mut recordings = Recordings::default();
    let mut targets = Vec::new();
    for row in read_csv::<Row>(folder.join("manifest.csv"))? {
        let Some(class) = classes.position(&row.label4) else {
            continue;
        };
        let picture = GreyImage::new(&pictures.index_axis(Axis(0), row.index).mapv(f32::from))?;
        recordings
            .part_mut(row.split)
            .push(crop.compute(&picture, None)?, class, "ferplus");
        if row.split == Split::Train {
            targets.extend(row.target());
        }
    }

    let device = train_device(seed);
    let network = FaceCnnConfig::new(classes.len()).init(&device)?;
    let mut fit = FitConfig::default();
    fit.epochs = 45;
    fit.learning_rate = 2e-3;
    fit.seed = seed;
    let augment = PictureAugment {
        size: SIZE,
        shift: 2.0,
        angle: 0.12,
        zoom: 0.1,
        light: 0.15,
    };
    let recipe = Recipe {
        modality: "image",
        features: "image.grey48",
        network,
        fit,
        group_of: &|_| 0,
        augment: &|picture: &mut [f32], rng: &mut TrainRng| augment.apply(picture, rng),
        targets: Some(Array2::from_shape_vec(
            (recordings.train.len(), LABELS.len()),
            targets,
        )?),
        sources: Sources::One,
        card: card(seed),
        classes,
    };
    run(recipe, &recordings, options)
}

fn card(seed: u64) -> Card {
    Card {
        title: "Emotion from a face",
        what: "A small convolutional network on a grey picture of a face, 48×48 pixels of 0 to 1, upright and \
               cropped to the face: four 3×3 convolutions of stride 2 and two dense layers.",
        data: "FER-2013 pictures with FER+ labels: 13,124 faces with a clear majority among ten raters, exact \
               duplicates removed. happy = happiness, surprise; calm = neutral; sad = sadness; angry = anger, \
               disgust, fear.\n\n\
               Goodfellow et al. 2013, Challenges in Representation Learning; Barsoum, Zhang, Canton Ferrer, \
               Zhang 2016, arXiv:1608.01041. Labels: MIT, (c) Microsoft. Pictures: collected by web search for a \
               2013 contest, no licence stated.",
        split: "The official one: Training, PublicTest (validation), PrivateTest (test). 2,200 pictures of each \
                class in training; the test split has the natural mix of classes.",
        recipe: "Targets are the raters' votes. Training pictures are mirrored, turned by up to 0.12 rad, scaled \
                 by up to 10 %, shifted by up to 2 pixels and changed in light, each at random.",
        limits: "- The pictures carry no identities: near-duplicates of one person may stand on both sides of the \
                 split, so the score on new people can be lower.\n\
                 - Web pictures of posed and public faces; ages, skin tones and cultures are not balanced, and no \
                 figures per group exist.\n\
                 - The label is what raters saw, not what the person felt.\n\
                 - Fear and disgust count as angry, surprise as happy.\n\
                 - The face must be cropped as in the data: a wider or narrower crop costs accuracy.",
        licence: "The pictures were published without a licence: the weights are for research and evaluation only.",
        trained_on: format!(
            "FER-2013 pictures with FER+ labels, official split, 8,800 training pictures, seed {seed}"
        ),
        command: "cargo run --release -p emo-train --example train -- --modality image --data DATA"
            .to_owned(),
    }
}
