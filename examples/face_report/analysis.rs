//! What the page is about, computed.

use std::{error::Error, path::Path};

use emo_examples::{Face, Faces};
use emo_fusion::image::{
    DynamicImage, FaceAlignment, FaceAlignmentConfig, FaceAnchor, FaceBox, FaceQuality, GreyImage,
    Interpolation, Limits, Plane, decode_file, face_quality, face_quality_with_eyes,
};

/// How the page came to its faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Detected,
    Told,
    /// No face was found, and the whole picture is taken for one.
    Whole,
}

/// A picture and its faces.
pub(crate) struct Analysis {
    pub(crate) name: String,
    pub(crate) image: DynamicImage,
    pub(crate) grey: GreyImage,
    pub(crate) origin: Origin,
    pub(crate) faces: Vec<Described>,
}

/// A face as the page shows it.
pub(crate) struct Described {
    pub(crate) face: Face,
    /// The turn that the crop follows, in degrees.
    pub(crate) roll_degrees: f64,
    /// Straightened.
    pub(crate) crop: GreyImage,
    /// As it lies in the picture.
    pub(crate) upright: GreyImage,
    pub(crate) quality: FaceQuality,
}

impl Analysis {
    pub(crate) fn new(path: &Path, told: Option<FaceBox>) -> Result<Self, Box<dyn Error>> {
        let image = decode_file(path, &Limits::default())?;
        let grey = GreyImage::from_image(&image)?;
        let mut finder = Faces::new()?;
        let mut origin = Origin::Detected;
        let mut faces = match told {
            Some(bounds) => {
                origin = Origin::Told;
                vec![finder.at(&grey, bounds)?]
            }
            None => finder.find(&grey)?,
        };
        if faces.is_empty() {
            origin = Origin::Whole;
            let whole = FaceBox {
                x: 0,
                y: 0,
                width: u32::try_from(grey.width())?,
                height: u32::try_from(grey.height())?,
            };
            faces.push(finder.at(&grey, whole)?);
        }
        let alignment = FaceAlignment::new(FaceAlignmentConfig::default())?;
        let described = faces
            .into_iter()
            .map(|face| describe(&grey, &alignment, face, origin));
        Ok(Self {
            name: path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
            faces: described.collect::<Result<_, _>>()?,
            image,
            grey,
            origin,
        })
    }

    pub(crate) fn summary(&self) -> String {
        match (self.origin, self.faces.len()) {
            (Origin::Whole, _) => "no face found, the whole picture described as one".to_owned(),
            (Origin::Told, _) => "the face in the given box".to_owned(),
            (Origin::Detected, 1) => "1 face".to_owned(),
            (Origin::Detected, n) => format!("{n} faces"),
        }
    }
}

fn describe(
    grey: &GreyImage,
    alignment: &FaceAlignment,
    face: Face,
    origin: Origin,
) -> Result<Described, Box<dyn Error>> {
    let quality = match face.eyes {
        Some(eyes) => face_quality_with_eyes(grey, face.bounds, &eyes)?,
        None => face_quality(grey, Some(face.bounds))?,
    };
    if origin == Origin::Whole {
        // As the emotion models take a picture without a box.
        let side = alignment.config().size;
        let crop = grey.resize(side, side, Interpolation::Auto)?;
        return Ok(Described {
            face,
            roll_degrees: 0.0,
            upright: crop.clone(),
            crop,
            quality,
        });
    }
    let plane = Plane::from(grey);
    let anchor = alignment.anchor(face.bounds, face.eyes);
    let upright = alignment.anchor(face.bounds, None);
    let roll_degrees = match anchor {
        FaceAnchor::Box { roll_degrees, .. } => roll_degrees,
        FaceAnchor::Landmarks(_) | FaceAnchor::Eyes(_) => 0.0,
    };
    Ok(Described {
        face,
        roll_degrees,
        crop: alignment.compute(plane, &anchor)?,
        upright: alignment.compute(plane, &upright)?,
        quality,
    })
}
