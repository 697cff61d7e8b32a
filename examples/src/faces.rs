use emo_fusion::image::{
    CascadeConfig, CascadeDetector, EyeCentres, EyeFinder, FaceBox, FaceDetector, GreyImage,
    ImageError, Plane,
};

/// A face in a picture.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    /// Where it is.
    pub bounds: FaceBox,
    /// The detector's score; none where somebody else knew the box.
    pub score: Option<f32>,
    /// Its eyes, if it has what looks like eyes.
    pub eyes: Option<EyeCentres>,
}

/// Finds faces and their eyes in pictures.
#[derive(Debug)]
pub struct Faces {
    detector: CascadeDetector,
    eyes: EyeFinder,
}

impl Faces {
    /// With the crate's own detector.
    ///
    /// # Errors
    /// Where the detector's settings are not valid.
    pub fn new() -> Result<Self, ImageError> {
        Ok(Self {
            detector: CascadeDetector::new(sure_faces())?,
            eyes: EyeFinder::new(),
        })
    }

    /// The faces of a picture, the surest first.
    ///
    /// # Errors
    /// Those of the detector.
    pub fn find(&mut self, image: &GreyImage) -> Result<Vec<Face>, ImageError> {
        let levels: Vec<u8> = image
            .levels()
            .iter()
            .map(|level| level.round() as u8)
            .collect();
        let plane = Plane::new(&levels, image.width(), image.height())?;
        let found = self.detector.detect(plane)?.iter();
        found
            .map(|face| {
                Ok(Face {
                    bounds: face.bounds,
                    score: Some(face.score),
                    eyes: surest_eyes(&mut self.eyes, plane, face.bounds)?,
                })
            })
            .collect()
    }

    /// The face in a box that is known.
    ///
    /// # Errors
    /// [`ImageError::BoxOutside`] where the box covers no pixel.
    pub fn at(&mut self, image: &GreyImage, bounds: FaceBox) -> Result<Face, ImageError> {
        Ok(Face {
            bounds,
            score: None,
            eyes: self.eyes.find(Plane::from(image), bounds)?,
        })
    }
}

/// Clothing scores up to 1.9 where training saw no people; a report that lists faces does without.
fn sure_faces() -> CascadeConfig {
    let mut config = CascadeConfig::default();
    config.score = 2.0;
    config
}

/// The surest eyes of three boxes, since a detector's box is tighter than a marked face and lies up to a third of
/// its side too low.
fn surest_eyes(
    finder: &mut EyeFinder,
    plane: Plane<'_, u8>,
    bounds: FaceBox,
) -> Result<Option<EyeCentres>, ImageError> {
    let (dx, dy) = (bounds.width / 8, bounds.height / 8);
    let wide = FaceBox {
        x: bounds.x.saturating_sub_unsigned(dx),
        y: bounds.y.saturating_sub_unsigned(dy),
        width: bounds.width + 2 * dx,
        height: bounds.height + 2 * dy,
    };
    let mut surest: Option<EyeCentres> = None;
    for step in 0..3 {
        let higher = FaceBox {
            y: wide.y.saturating_sub_unsigned(step * dy),
            ..wide
        };
        let Some(eyes) = finder.find(plane, higher)? else {
            continue;
        };
        if surest.is_none_or(|best| eyes.confidence > best.confidence) {
            surest = Some(eyes);
        }
    }
    Ok(surest)
}
