use ndarray::ArrayRefD;

use crate::{Calibrator, ClipRange, QuantError, sample::Sample};

/// The observed minimum and maximum: nothing is clipped.
///
/// Also called min–max calibration. Memory: two numbers.
///
/// ```
/// use emo_quant::{Calibrator, Max};
/// use ndarray::arr1;
///
/// let mut max = Max::new();
/// max.observe(&arr1(&[0.5_f32, 2.0]).into_dyn())?;
/// max.observe(&arr1(&[-0.25_f32, 1.0]).into_dyn())?;
/// assert_eq!((max.range()?.min(), max.range()?.max()), (-0.25, 2.0));
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Max {
    /// The lowest and the highest number so far.
    seen: Option<(f32, f32)>,
}

impl Max {
    /// A calibrator that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn take_in(&mut self, low: f32, high: f32) {
        let (min, max) = self.seen.unwrap_or((low, high));
        self.seen = Some((min.min(low), max.max(high)));
    }
}

impl Calibrator for Max {
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if let Some(sample) = Sample::of(activations)? {
            self.take_in(sample.min, sample.max);
        }
        Ok(())
    }

    fn range(&self) -> Result<ClipRange, QuantError> {
        let (low, high) = self.seen.ok_or(QuantError::NoData)?;
        ClipRange::enclosing(low, high)
    }

    fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if let Some((low, high)) = other.seen {
            self.take_in(low, high);
        }
        Ok(())
    }
}
