use std::fmt::Debug;

use ndarray::ArrayRefD;

use crate::{ClipRange, QuantError};

/// Sees activations and says which range of numbers is worth keeping.
///
/// # For implementors
/// [`observe`](Self::observe) is all or nothing: where it fails, the calibrator is as before, and a number that is NaN
/// or infinite is the only reason to fail. The result must not depend on the order of calls unless the method is about
/// order, and memory must be bounded by the settings.
pub trait Calibrator: Debug + Send {
    /// Takes in the activations of one sample, of any shape; an empty array is a sample without a number and changes
    /// nothing.
    ///
    /// # Errors
    /// [`QuantError::NotFinite`] if a number is NaN or infinite; nothing is taken in then.
    fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError>;

    /// The range to keep, of all that was observed. It encloses 0.
    ///
    /// # Errors
    /// [`QuantError::NoData`] if no number was observed.
    fn range(&self) -> Result<ClipRange, QuantError>;

    /// Takes in what another calibrator of the same settings has observed, as if it had been observed here.
    ///
    /// # Errors
    /// [`QuantError::Merge`] if the settings differ; nothing is taken in then.
    fn merge(&mut self, other: &Self) -> Result<(), QuantError>
    where
        Self: Sized;
}

/// Refuses an array with a number that is NaN or infinite.
pub(crate) fn check_finite(activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
    let mut numbers = activations.iter().enumerate();
    match numbers.find(|(_, x)| !x.is_finite()) {
        None => Ok(()),
        Some((index, &value)) => Err(QuantError::NotFinite { index, value }),
    }
}
