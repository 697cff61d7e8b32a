use super::{
    DetectedFace, FaceDetector,
    model::{Model, Offsets},
    pyramid::Pyramid,
    suppression::{Window, merge},
};
use crate::{ImageError, Plane, error::check_ranges};

/// How a frame is searched.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CascadeConfig {
    /// The smallest face's side in pixels, 24 at least for the embedded model; default 24. Search takes
    /// about a quarter of the time where it is doubled.
    pub min_size: usize,
    /// The largest face's side in pixels; default: as large as fits.
    pub max_size: usize,
    /// How much larger each size is than the one before, above 1 and up to 2; default 1.1.
    pub scale_step: f32,
    /// How far neighbouring windows are apart as a share of their side, 0.02 to 0.5 and at least a pixel;
    /// default 0.1.
    pub stride: f32,
    /// The least score of a face; default 1, which the embedded model's card explains. At 0 every place where a
    /// window passes the whole cascade is one.
    pub score: f32,
    /// Windows that share more than this of their union become one face, 0 to 1; default 0.3. With 1 each
    /// window is a face of its own.
    pub overlap: f32,
}

impl Default for CascadeConfig {
    fn default() -> Self {
        Self {
            min_size: 24,
            max_size: usize::MAX,
            scale_step: 1.1,
            stride: 0.1,
            score: 1.0,
            overlap: 0.3,
        }
    }
}

/// Frontal faces by a boosted cascade of trees that compare pixels.
///
/// A window slides over the frame at many sizes. Each tree of the cascade adds to the window's score by differences of
/// pairs of pixels, and a window whose sum falls below what faces reach is left at once: most are after two trees.
/// Windows that overlap are one face, and its score is the sum of theirs.
///
/// [`new`](Self::new) uses the embedded model, which was trained on the FER+ faces' training split pasted into pictures
/// without faces; `docs/face.md` holds its model card. It finds upright frontal faces turned by up to about 20° in the
/// plane, not profiles, and it knows nothing of who somebody is.
///
/// # Example
/// ```
/// use emo_image::{CascadeConfig, CascadeDetector, FaceDetector, Plane};
///
/// let mut config = CascadeConfig::default();
/// config.min_size = 48;
/// let mut detector = CascadeDetector::new(config)?;
/// let frame = vec![128; 640 * 480];
/// assert!(detector.detect(Plane::new(&frame, 640, 480)?)?.is_empty());
/// # Ok::<(), emo_image::ImageError>(())
/// ```
///
/// # References
/// N. Markuš, M. Frljak, I. S. Pandžić, J. Ahlberg, R. Forchheimer, 2013, *Object detection with pixel intensity
/// comparisons organized in decision trees*, [arXiv:1305.4537](https://arxiv.org/abs/1305.4537).
#[derive(Debug, Clone)]
pub struct CascadeDetector {
    config: CascadeConfig,
    model: Model,
    pyramid: Pyramid,
    offsets: Offsets,
    windows: Vec<Window>,
    faces: Vec<DetectedFace>,
}

impl CascadeDetector {
    /// A detector with the embedded model.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for a value outside its range.
    #[cfg(feature = "detector")]
    pub fn new(config: CascadeConfig) -> Result<Self, ImageError> {
        Self::from_bytes(include_bytes!("../../models/face.bin"), config)
    }

    /// A detector with a model file's bytes.
    ///
    /// # Errors
    /// [`ImageError::FaceModel`] unless the model is whole and within limits, and [`ImageError::Parameter`] for a
    /// value outside its range.
    pub fn from_bytes(model: &[u8], config: CascadeConfig) -> Result<Self, ImageError> {
        let model = Model::from_bytes(model)?;
        let ranges = [
            (
                "min_size",
                config.min_size as f64,
                model.min_side as f64,
                "the side of the model's windows, 24 for the embedded one, or more",
            ),
            (
                "max_size",
                config.max_size as f64,
                config.min_size as f64,
                "min_size or more",
            ),
        ];
        for (name, value, least, allowed) in ranges {
            if value < least {
                return Err(ImageError::Parameter {
                    name,
                    value,
                    allowed,
                });
            }
        }
        check_ranges([
            ("scale_step", config.scale_step, 1.01..=2.0, "1.01 to 2"),
            ("stride", config.stride, 0.02..=0.5, "0.02 to 0.5"),
            (
                "score",
                config.score,
                f32::MIN..=f32::MAX,
                "a finite number",
            ),
            ("overlap", config.overlap, 0.0..=1.0, "0 to 1"),
        ])?;
        Ok(Self {
            config,
            model,
            pyramid: Pyramid::default(),
            offsets: Offsets::new(),
            windows: Vec::new(),
            faces: Vec::new(),
        })
    }

    /// The sides of the windows to search, each with the level of the pyramid on which it is within the model's range.
    fn sides(
        config: &CascadeConfig,
        min_side: usize,
        limit: usize,
    ) -> impl Iterator<Item = (f32, usize)> {
        let step = config.scale_step;
        let largest = limit.min(config.max_size) as f32;
        let first = config.min_size as f32;
        let side = std::iter::successors(Some(first), move |side| Some(side * step));
        side.take_while(move |&side| side <= largest)
            .map(move |side| {
                let ratio = (side / min_side as f32).log2().floor();
                (side, ratio.max(0.0) as usize)
            })
    }
}

impl FaceDetector for CascadeDetector {
    /// The faces in `frame`. Nothing is allocated after the first frames of a size.
    fn detect(&mut self, frame: Plane<'_, u8>) -> Result<&[DetectedFace], ImageError> {
        self.windows.clear();
        let min_side = self.model.min_side;
        let limit = frame.width().min(frame.height());
        let sides = || Self::sides(&self.config, min_side, limit);
        if let (Some((_, first)), Some((_, last))) = (sides().next(), sides().last()) {
            let levels = self.pyramid.fill(frame, first, last);
            for (side, index) in sides() {
                let level = &levels[index];
                let factor = (1_usize << index) as f32;
                let side = ((side / factor).round() as usize).min(level.width.min(level.height));
                self.offsets.fill(side, level.width);
                let stride = (self.config.stride * side as f32).max(1.0);
                let last_row = (level.height - side) as f32;
                let last_column = (level.width - side) as f32;
                let mut row = 0.0;
                while row <= last_row {
                    let pixels = &level.pixels[row as usize * level.width..];
                    let mut column = 0.0;
                    while column <= last_column {
                        let pixels = &pixels[column as usize..];
                        if let Some(score) = self.model.score(pixels, &self.offsets) {
                            self.windows.push(Window {
                                x: (column as usize) as f32 * factor,
                                y: (row as usize) as f32 * factor,
                                side: side as f32 * factor,
                                score,
                            });
                        }
                        column += stride;
                    }
                    row += stride;
                }
            }
        }
        merge(&mut self.windows, self.config.overlap, &mut self.faces);
        let least = self.config.score;
        self.faces.retain(|face| face.score >= least);
        Ok(&self.faces)
    }
}
