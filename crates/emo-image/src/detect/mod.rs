//! Finding faces in a frame.

mod cascade;
mod model;
mod pyramid;
mod suppression;

use crate::{FaceBox, ImageError, Plane};

pub use cascade::{CascadeConfig, CascadeDetector};

/// A face found in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DetectedFace {
    /// Where it lies, in pixels of the frame: for the embedded model a square from the middle of the forehead
    /// to the chin, the crop of the FER+ set.
    pub bounds: FaceBox,
    /// How sure the detector is; larger is surer. The scale is the detector's own.
    pub score: f32,
}

impl DetectedFace {
    /// A face at a place.
    pub fn new(bounds: FaceBox, score: f32) -> Self {
        Self { bounds, score }
    }
}

/// Finds the faces of a frame.
///
/// # For implementors
/// The faces of one frame are ordered by falling score and do not cover one another by more than the detector is
/// configured to allow. A frame that is too small to hold a face has none; it is not an error.
pub trait FaceDetector {
    /// The faces in `frame`, surest first. The list is the detector's own and is valid until its next call.
    ///
    /// # Errors
    /// Where the frame cannot be searched.
    fn detect(&mut self, frame: Plane<'_, u8>) -> Result<&[DetectedFace], ImageError>;
}
