//! Training: rounds of trees, each against the windows that the cascade so far takes for faces.

use std::{error::Error, time::Instant};

use emo_image::{CascadeConfig, CascadeDetector, FaceDetector, Plane};
use rand::{RngExt, SeedableRng, seq::IndexedRandom, seq::SliceRandom};
use rayon::prelude::*;

use crate::{
    TrainOptions,
    cascade::Cascade,
    faces::{Split, read_faces},
    picture::{Pyramid, read_pictures},
    sample::{SIDES, Sample, sample, smooth},
    scene::{Border, Conditions, Place, Rng, background, finish, paste},
    tree::{UNIT, learn},
};

/// Trees of each round, and the share of faces that the round may lose.
const ROUNDS: [(usize, f64); 15] = [
    (2, 0.020),
    (3, 0.020),
    (5, 0.015),
    (8, 0.015),
    (14, 0.015),
    (20, 0.015),
    (30, 0.015),
    (45, 0.015),
    (65, 0.015),
    (90, 0.015),
    (130, 0.015),
    (180, 0.015),
    (220, 0.010),
    (300, 0.010),
    (380, 0.010),
];
/// Every so many training faces one is kept for the thresholds.
const CALIBRATION: usize = 8;
/// The share of faces in training that have no border.
const CONTINUED: f64 = 0.35;
/// A scene in which false positives are sought.
const SCENE: (usize, usize) = (320, 240);
/// At most so many windows of one scene become samples.
const PER_SCENE: usize = 40;
/// The same where the scene holds faces, whose parts would otherwise crowd out the rest.
const PER_FACES: usize = 8;
/// Windows that share less than this with a face are no faces; those that share more are left out.
const NO_FACE: f32 = 0.25;

/// Samples of one kind with their sums over the trees so far.
#[derive(Debug, Default)]
struct Samples {
    samples: Vec<Sample>,
    sums: Vec<i32>,
}

impl Samples {
    fn push(&mut self, sample: Sample, sum: i32) {
        self.samples.push(sample);
        self.sums.push(sum);
    }

    /// Weights of boosting, which sum to one.
    fn weights(&self, label: f32) -> Vec<f32> {
        let weight = |&sum: &i32| f64::from(-label * sum as f32 * UNIT).exp();
        let weights: Vec<f64> = self.sums.iter().map(weight).collect();
        let total: f64 = weights.iter().sum();
        weights
            .iter()
            .map(|weight| (weight / total) as f32)
            .collect()
    }

    /// Keeps what the cascade takes for faces, with its sums.
    fn pass(&mut self, cascade: &Cascade) {
        let samples = std::mem::take(&mut self.samples);
        let sums: Vec<Option<i32>> = samples.par_iter().map(|s| cascade.sum(s)).collect();
        self.sums = sums.iter().flatten().copied().collect();
        let passed = samples.into_iter().zip(sums);
        self.samples = passed.filter_map(|(s, sum)| sum.map(|_| s)).collect();
    }

    fn add(&mut self, value: impl Fn(&Sample) -> i32 + Sync) {
        let sums = self.sums.par_iter_mut().zip(&self.samples);
        sums.for_each(|(sum, sample)| *sum += value(sample));
    }
}

struct Material {
    faces: Vec<Pyramid>,
    pictures: Vec<Pyramid>,
    conditions: Conditions,
}

pub(crate) fn train(options: &TrainOptions) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&options.out)?;
    let start = Instant::now();
    let all = read_faces(&options.data, Split::Train)?;
    let (mut faces, mut kept) = (Vec::new(), Vec::new());
    for (index, face) in all.into_iter().enumerate() {
        let part = if index % CALIBRATION == 0 {
            &mut kept
        } else {
            &mut faces
        };
        part.push(face);
    }
    let pictures = read_pictures(&options.pictures.join(Split::Train.folder()))?;
    let mut rng = Rng::seed_from_u64(options.seed);
    let material = Material {
        faces,
        pictures,
        conditions: Conditions::training(),
    };
    let mut calibration =
        self::positives(&kept, &material, 0.6, options.positives / 4, rng.random());
    let n_calibration = calibration.samples.len() as f64;
    let mut cascade = Cascade::default();
    let mut lost = 0.0;
    for (round, &(n_trees, loss)) in ROUNDS.iter().take(options.rounds).enumerate() {
        // Samples are drawn anew for each round: trees learn such details of those that they know.
        let n = options.positives;
        let mut positives = self::positives(&material.faces, &material, 1.0, n, rng.random());
        positives.pass(&cascade);
        let (mut negatives, searched) = mine(&material, &cascade, options, rng.random())?;
        println!(
            "round {round}: {} faces, {} others after {searched:.2e} windows, {:.0} s",
            positives.samples.len(),
            negatives.samples.len(),
            start.elapsed().as_secs_f64()
        );
        let first = cascade.trees.len();
        for _ in 0..n_trees {
            let samples: Vec<&Sample> =
                positives.samples.iter().chain(&negatives.samples).collect();
            let mut weights = positives.weights(1.0);
            let mut labels = vec![1.0; weights.len()];
            weights.extend(negatives.weights(-1.0));
            labels.resize(weights.len(), -1.0);
            let tree = learn(&samples, &labels, &weights, &mut rng);
            positives.add(|sample| tree.value(sample));
            negatives.add(|sample| tree.value(sample));
            cascade.trees.push(tree);
        }
        // Thresholds: after each tree the budget of lost faces grows by the same share.
        for (index, tree) in cascade.trees[first..].iter().enumerate() {
            calibration.add(|sample| tree.value(sample));
            let budget = lost + loss * (index + 1) as f64 / n_trees as f64;
            let gone = n_calibration - calibration.samples.len() as f64;
            let more = (budget * n_calibration - gone).max(0.0) as usize;
            let mut sums = calibration.sums.clone();
            sums.sort_unstable();
            let threshold = sums[more.min(sums.len() - 1)];
            cascade.thresholds.push(threshold);
            let mut keep = calibration.sums.iter().map(|&sum| sum >= threshold);
            calibration.samples.retain(|_| keep.next().unwrap_or(true));
            calibration.sums.retain(|&sum| sum >= threshold);
        }
        lost += loss;
        let passed = negatives.samples.len();
        negatives.pass(&cascade);
        println!(
            "  {} trees, {:.4} of the others pass",
            cascade.trees.len(),
            negatives.samples.len() as f64 / passed as f64
        );
        cascade.write(&options.out.join(format!("face-{:02}.bin", round + 1)))?;
    }
    cascade.write(&options.out.join("face.bin"))
}

/// Windows with a face in the middle, about as exactly as a search finds it; `spread` scales how far off it may be.
fn positives(faces: &[Pyramid], material: &Material, spread: f32, n: usize, seed: u64) -> Samples {
    let render = |index: usize| {
        let mut rng = Rng::seed_from_u64(seed.wrapping_add(index as u64));
        let side = rng.random_range(SIDES);
        let margin = 8;
        let size = side + 2 * margin;
        let conditions = &material.conditions;
        let mut scene = background(&material.pictures, (size, size), conditions, &mut rng);
        let middle = size as f32 / 2.0;
        let mut off = |most: f32| spread * most * rng.random_range(-1.0..1.0_f32);
        let place = Place {
            x: middle + off(0.05) * side as f32,
            y: middle + off(0.05) * side as f32,
            side: side as f32 * (1.0 + off(0.07)),
            angle: conditions.angle * rng.random_range(-1.0..1.0_f32),
        };
        // The pasted faces' border must not become what a face is known by.
        let border = if rng.random_bool(CONTINUED) {
            Border::Continued
        } else {
            Border::fading(&mut rng)
        };
        paste(
            &mut scene,
            &faces[index % faces.len()],
            place,
            border,
            conditions,
            &mut rng,
        );
        let scene = finish(scene, conditions, &mut rng);
        let smoothed = smooth(&scene.to_bytes(), size);
        sample(&smoothed, size, (margin, margin), side)
    };
    let samples: Vec<Sample> = (0..n).into_par_iter().map(render).collect();
    let sums = vec![0; samples.len()];
    Samples { samples, sums }
}

/// Windows that the cascade takes for faces and are none, and how many were looked at.
fn mine(
    material: &Material,
    cascade: &Cascade,
    options: &TrainOptions,
    seed: u64,
) -> Result<(Samples, f64), Box<dyn Error>> {
    let mut negatives = Samples::default();
    let mut config = CascadeConfig::default();
    config.max_size = SIDES.end - 1;
    config.overlap = 1.0;
    config.score = 0.0;
    let detector = match cascade.trees.len() {
        0 => None,
        _ => Some(CascadeDetector::from_bytes(&cascade.to_bytes(), config)?),
    };
    let mut searched = 0.0;
    // Batches of a fixed size keep the result independent of the number of threads.
    for batch in 0..options.scenes.div_ceil(64) {
        let scenes = (0..64)
            .into_par_iter()
            .map_with(detector.clone(), |detector, index| {
                let seed = seed.wrapping_add((batch * 64 + index) as u64);
                search(material, detector.as_mut(), Rng::seed_from_u64(seed))
            });
        for found in scenes.collect::<Vec<_>>() {
            // The windows of a scene at the default strides, about.
            searched += 3.5e4;
            for sample in found {
                if negatives.samples.len() < options.negatives
                    && let Some(sum) = cascade.sum(&sample)
                {
                    negatives.push(sample, sum);
                }
            }
        }
        if negatives.samples.len() >= options.negatives {
            break;
        }
    }
    Ok((negatives, searched))
}

/// Windows of one scene that are taken for faces and are none.
fn search(
    material: &Material,
    detector: Option<&mut CascadeDetector>,
    mut rng: Rng,
) -> Vec<Sample> {
    let (width, height) = SCENE;
    let conditions = &material.conditions;
    let mut scene = background(&material.pictures, SCENE, conditions, &mut rng);
    let mut places: Vec<Place> = Vec::new();
    if rng.random_bool(0.2) {
        for _ in 0..rng.random_range(1..4) {
            let place = Place {
                x: rng.random::<f32>() * width as f32,
                y: rng.random::<f32>() * height as f32,
                side: (16_f32.ln() + rng.random::<f32>() * (260_f32 / 16.0).ln()).exp(),
                angle: conditions.angle * rng.random_range(-1.0..1.0_f32),
            };
            let face = material.faces.choose(&mut rng).expect("there are faces");
            let border = Border::fading(&mut rng);
            paste(&mut scene, face, place, border, conditions, &mut rng);
            places.push(place);
        }
    }
    let bytes = finish(scene, conditions, &mut rng).to_bytes();
    let smoothed = smooth(&bytes, width);
    let mut windows: Vec<(usize, usize, usize)> = match detector {
        None => (0..PER_SCENE)
            .map(|_| {
                let side = rng.random_range(SIDES);
                let x = rng.random_range(0..=width - side);
                (x, rng.random_range(0..=height - side), side)
            })
            .collect(),
        Some(detector) => {
            let frame = Plane::new(&bytes, width, height);
            let faces = frame.and_then(|frame| detector.detect(frame));
            let faces = faces.expect("a scene is a frame").iter();
            let window = |bounds: emo_image::FaceBox| {
                (bounds.x as usize, bounds.y as usize, bounds.width as usize)
            };
            faces.map(|face| window(face.bounds)).collect()
        }
    };
    windows.retain(|window| places.iter().all(|place| shared(*window, place) < NO_FACE));
    windows.shuffle(&mut rng);
    windows.truncate(if places.is_empty() {
        PER_SCENE
    } else {
        PER_FACES
    });
    let sample = |&(x, y, side): &(usize, usize, usize)| sample(&smoothed, width, (x, y), side);
    windows.iter().map(sample).collect()
}

/// Intersection over union of a window and a face's box.
fn shared((x, y, side): (usize, usize, usize), place: &Place) -> f32 {
    let side = side as f32;
    let along = |start: f32, middle: f32| {
        let (first, last) = (middle - place.side / 2.0, middle + place.side / 2.0);
        ((start + side).min(last) - start.max(first)).max(0.0)
    };
    let common = along(x as f32, place.x) * along(y as f32, place.y);
    common / (side * side + place.side * place.side - common)
}
