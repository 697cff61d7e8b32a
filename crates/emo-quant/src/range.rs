use emo_tensor::QuantParams;

use crate::{QuantError, QuantScheme, Symmetry};

/// The numbers that quantization keeps: finite bounds with `min ≤ 0 ≤ max`. What is outside saturates.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "(f32, f32)", into = "(f32, f32)"))]
pub struct ClipRange {
    min: f32,
    max: f32,
}

impl ClipRange {
    /// Checks and joins the bounds.
    ///
    /// # Errors
    /// [`QuantError::Range`] unless both are finite and `min ≤ 0 ≤ max`.
    pub fn new(min: f32, max: f32) -> Result<Self, QuantError> {
        if min.is_finite() && max.is_finite() && min <= 0.0 && max >= 0.0 {
            Ok(Self { min, max })
        } else {
            Err(QuantError::Range { min, max })
        }
    }

    /// The smallest range that encloses 0 and both numbers.
    ///
    /// # Errors
    /// [`QuantError::Range`] if one of them is not finite.
    pub fn enclosing(low: f32, high: f32) -> Result<Self, QuantError> {
        // The sums turn −0 into 0.
        Self::new(low.min(0.0) + 0.0, high.max(0.0) + 0.0)
    }

    /// The part of this range that is no further out than observed extremes: what lies beyond them is not needed.
    pub(crate) fn within(self, (low, high): (f32, f32)) -> Self {
        Self {
            min: self.min.max(low.min(0.0)) + 0.0,
            max: self.max.min(high.max(0.0)) + 0.0,
        }
    }

    /// From `−magnitude` to `magnitude`, as far as the observed extremes reach.
    pub(crate) fn around_zero(magnitude: f32, extent: (f32, f32)) -> Result<Self, QuantError> {
        Ok(Self::enclosing(-magnitude, magnitude)?.within(extent))
    }

    /// The lower bound; at most 0.
    pub fn min(&self) -> f32 {
        self.min
    }

    /// The upper bound; at least 0.
    pub fn max(&self) -> f32 {
        self.max
    }

    /// The larger of the bounds' magnitudes.
    pub fn magnitude(&self) -> f32 {
        self.max.max(-self.min)
    }

    /// Scale and zero point that write this range as integers.
    ///
    /// Affine: `scale = (max − min) / (highest − lowest)`, the zero point is the integer nearest to where 0 falls.
    /// Symmetric: the zero point is the middle of the type, 0 for signed ones, and the scale is
    /// [`magnitude`](Self::magnitude) over the highest integer's distance from it (127 for `i8`, so that −128 stays
    /// unused by numbers inside the range). A range of nothing but 0 gets the scale 1; one so narrow that its scale
    /// would not be a normal number gets the smallest that is.
    ///
    /// # Errors
    /// [`QuantError::Tensor`] if the scale is not finite, as for bounds whose difference is not.
    pub fn params(&self, scheme: QuantScheme) -> Result<QuantParams, QuantError> {
        let (lowest, highest) = scheme.integer_range();
        let (zero_point, scale) = match scheme.symmetry() {
            Symmetry::Symmetric => {
                let zero_point = if lowest < 0 { 0 } else { (highest + 1) / 2 };
                let steps = f64::from(highest - zero_point);
                (zero_point, f64::from(self.magnitude()) / steps)
            }
            Symmetry::Affine => {
                let width = f64::from(self.max) - f64::from(self.min);
                let scale = width / f64::from(highest - lowest);
                let zero_point = if scale > 0.0 {
                    (f64::from(lowest) - f64::from(self.min) / scale).round_ties_even()
                } else {
                    0.0
                };
                ((zero_point as i32).clamp(lowest, highest), scale)
            }
        };
        let scale = if scale > 0.0 {
            (scale as f32).max(f32::MIN_POSITIVE)
        } else {
            1.0
        };
        Ok(QuantParams::new(scale, zero_point, scheme.element_type())?)
    }
}

impl TryFrom<(f32, f32)> for ClipRange {
    type Error = QuantError;

    fn try_from((min, max): (f32, f32)) -> Result<Self, QuantError> {
        Self::new(min, max)
    }
}

impl From<ClipRange> for (f32, f32) {
    fn from(range: ClipRange) -> Self {
        (range.min, range.max)
    }
}
