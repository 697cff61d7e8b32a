use emo_image::{FaceCrop, FaceCropConfig, face_quality};

use super::{Extractor, Features};
use crate::{ImageSignal, InputError, Modality, manifest::ImageSection};

/// The grey crop of a face.
#[derive(Debug)]
pub(crate) struct ImageExtractor {
    crop: FaceCrop,
}

impl Extractor for ImageExtractor {
    const MODALITY: Modality = Modality::Image;
    type Signal = ImageSignal;
    type Section = ImageSection;

    fn new(section: &ImageSection) -> Result<Self, InputError> {
        let mut config = FaceCropConfig::default();
        config.size = section.size;
        Ok(Self {
            crop: FaceCrop::new(config)?,
        })
    }

    fn definition(&self) -> String {
        format!("image.grey{}", self.crop.config().size)
    }

    fn shape(&self) -> Vec<usize> {
        let size = self.crop.config().size;
        vec![1, size, size]
    }

    fn extract(&mut self, signal: &ImageSignal) -> Result<Features, InputError> {
        let values = self.crop.compute(&signal.image, signal.face)?.into_dyn();
        let quality = face_quality(&signal.image, signal.face)?.overall();
        Ok(Features { values, quality })
    }
}
