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
            detector: CascadeDetector::new(CascadeConfig::default())?,
            eyes: EyeFinder::new(),
        })
    }

    /// The faces of a picture, the surest first.
    ///
    /// # Errors
    /// Those of the detector.
    pub fn find(&mut self, image: &GreyImage) -> Result<Vec<Face>, ImageError> {
        let levels = image.to_u8();
        let plane = Plane::new(&levels, image.width(), image.height())?;
        let found = self.detector.detect(plane)?.iter();
        found
            .map(|face| {
                Ok(Face {
                    bounds: face.bounds,
                    score: Some(face.score),
                    eyes: self.eyes.find_detected(plane, face.bounds)?,
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
