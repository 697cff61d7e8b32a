//! The feature sets of pictures of faces.

use emo_examples::{Face, Faces};
use emo_fusion::{
    ImageSignal,
    image::{
        EyeCentres, EyeFinder, FaceBox, FaceCrop, FaceCropConfig, GreyImage, Hog, HogConfig,
        Interpolation, Lbp, LbpConfig, LbpMethod, Plane, face_quality, face_quality_with_eyes,
    },
};

use crate::{
    Failure,
    sets::{ALL, FeatureSet, Features, Sets},
};

pub(crate) const IMAGE: &[FeatureSet<ImageSignal>] = &[
    FeatureSet {
        name: "seed",
        about: "the grey face at 48 x 48 pixels, from 0 to 1",
        plan: |_| {
            Ok(Box::new(FaceSeed(
                FaceCrop::new(FaceCropConfig::default())?,
            )))
        },
    },
    FeatureSet {
        name: "hog",
        about: "1764 oriented gradients of the face at 64 x 64 pixels: block row, block column, cell, direction",
        plan: |_| Ok(Box::new(OrientedGradients(Hog::new(HogConfig::default())?))),
    },
    FeatureSet {
        name: "lbp",
        about: "roots of the shares of 59 local binary patterns in 7 x 7 cells of the face at 64 x 64 pixels",
        plan: |_| {
            let mut config = LbpConfig::default();
            config.method = LbpMethod::UniformByRotation;
            Ok(Box::new(BinaryPatterns(Lbp::new(config)?)))
        },
    },
    FeatureSet {
        name: "quality",
        about: "how well the face can be seen from 0 to 1, and what of it is sharpness, exposure, size, pose and symmetry",
        plan: |_| Ok(Box::new(Quality(EyeFinder::new()))),
    },
    FeatureSet {
        name: "faces",
        about: "a row per face, the surest first: its box, score, eyes, roll and quality; with --face that face alone",
        plan: |_| Ok(Box::new(FaceList(Faces::new()?))),
    },
    FeatureSet {
        name: ALL,
        about: "seed, hog, lbp and quality, with the set before each name: hog.r0_c0_cell0_bin0",
        plan: |window_s| Sets::plan(IMAGE, &["faces"], window_s),
    },
];

/// The face that is described, as Dalal and Triggs's descriptor divides it into cells of 8 pixels.
const SIDE: usize = 64;

/// Cells of binary patterns in each direction.
const GRID: usize = 7;

struct FaceSeed(FaceCrop);

impl Features<ImageSignal> for FaceSeed {
    fn names(&self) -> Vec<String> {
        let side = || 0..self.0.config().size;
        side()
            .flat_map(|row| side().map(move |column| format!("px_{row:02}_{column:02}")))
            .collect()
    }

    fn compute(&mut self, signal: &ImageSignal) -> Result<Vec<f32>, Failure> {
        let crop = self.0.compute(&signal.image, signal.face)?;
        Ok(crop.iter().copied().collect())
    }
}

/// The face under the box, or the whole picture, at the size that is described.
fn face(signal: &ImageSignal) -> Result<GreyImage, Failure> {
    let cropped = signal.face.map(|face| signal.image.crop(face));
    let cropped = cropped.transpose()?;
    let face = cropped.as_ref().unwrap_or(&signal.image);
    Ok(face.resize(SIDE, SIDE, Interpolation::Auto)?)
}

struct OrientedGradients(Hog);

impl Features<ImageSignal> for OrientedGradients {
    fn names(&self) -> Vec<String> {
        let HogConfig {
            n_bins,
            cell,
            block,
            ..
        } = HogConfig::default();
        let blocks = SIDE / cell + 1 - block;
        let mut names = Vec::new();
        for row in 0..blocks {
            for column in 0..blocks {
                for cell in 0..block * block {
                    let name = |bin| format!("r{row}_c{column}_cell{cell}_bin{bin}");
                    names.extend((0..n_bins).map(name));
                }
            }
        }
        names
    }

    fn compute(&mut self, signal: &ImageSignal) -> Result<Vec<f32>, Failure> {
        Ok(self.0.compute(Plane::from(&face(signal)?))?.to_vec())
    }
}

struct BinaryPatterns(Lbp);

impl Features<ImageSignal> for BinaryPatterns {
    fn names(&self) -> Vec<String> {
        let name = |cell, code| format!("r{}_c{}_code{code:02}", cell / GRID, cell % GRID);
        (0..GRID * GRID)
            .flat_map(|cell| (0..self.0.n_codes()).map(move |code| name(cell, code)))
            .collect()
    }

    fn compute(&mut self, signal: &ImageSignal) -> Result<Vec<f32>, Failure> {
        let face = face(signal)?;
        let shares = self.0.histograms(Plane::from(&face), GRID, GRID)?;
        Ok(shares.iter().map(|share| share.sqrt()).collect())
    }
}

/// Names and values of how well a face can be seen.
const QUALITY: [&str; 6] = [
    "quality",
    "sharpness",
    "exposure",
    "size",
    "pose",
    "symmetry",
];

fn quality(
    image: &GreyImage,
    face: FaceBox,
    eyes: Option<EyeCentres>,
) -> Result<[f32; 6], Failure> {
    let quality = match eyes {
        Some(eyes) => face_quality_with_eyes(image, face, &eyes)?,
        None => face_quality(image, Some(face))?,
    };
    Ok([
        quality.overall(),
        quality.sharpness,
        quality.exposure,
        quality.size,
        quality.pose.unwrap_or(f32::NAN),
        quality.symmetry,
    ])
}

struct Quality(EyeFinder);

impl Features<ImageSignal> for Quality {
    fn names(&self) -> Vec<String> {
        QUALITY.map(str::to_owned).to_vec()
    }

    fn compute(&mut self, signal: &ImageSignal) -> Result<Vec<f32>, Failure> {
        let image = &signal.image;
        let whole = FaceBox {
            x: 0,
            y: 0,
            width: image.width() as u32,
            height: image.height() as u32,
        };
        let face = signal.face.unwrap_or(whole);
        let eyes = self.0.find(Plane::from(image), face)?;
        Ok(quality(image, face, eyes)?.to_vec())
    }
}

struct FaceList(Faces);

impl Features<ImageSignal> for FaceList {
    fn names(&self) -> Vec<String> {
        let place = ["x", "y", "width", "height", "score"].into_iter();
        let eyes = [
            "left_eye_x",
            "left_eye_y",
            "right_eye_x",
            "right_eye_y",
            "eye_confidence",
            "roll_degrees",
        ];
        let names = place.chain(eyes).chain(QUALITY);
        names.map(str::to_owned).collect()
    }

    fn compute(&mut self, _: &ImageSignal) -> Result<Vec<f32>, Failure> {
        Err("faces have rows of their own".into())
    }

    fn rows(&mut self, signal: &ImageSignal) -> Result<Vec<(f64, Vec<f32>)>, Failure> {
        let faces = match signal.face {
            Some(bounds) => vec![self.0.at(&signal.image, bounds)?],
            None => self.0.find(&signal.image)?,
        };
        let row = |face: &Face| Ok((0.0, face_row(&signal.image, face)?));
        faces.iter().map(row).collect()
    }
}

fn face_row(image: &GreyImage, face: &Face) -> Result<Vec<f32>, Failure> {
    let FaceBox {
        x,
        y,
        width,
        height,
    } = face.bounds;
    let mut row = vec![x as f32, y as f32, width as f32, height as f32];
    row.push(face.score.unwrap_or(f32::NAN));
    match face.eyes {
        Some(eyes) => {
            let places = [eyes.left, eyes.right].concat();
            row.extend(places.iter().map(|place| *place as f32));
            row.extend([eyes.confidence, eyes.roll_degrees() as f32]);
        }
        None => row.extend([f32::NAN; 6]),
    }
    row.extend(quality(image, face.bounds, face.eyes)?);
    Ok(row)
}
