use ndarray::{ArrayRefD, Axis};

use crate::{Calibrator, ClipRange, QuantError, calibrator::check_finite};

/// One calibrator for each channel of an array.
///
/// ```
/// use emo_quant::{Max, PerChannel};
/// use ndarray::arr2;
///
/// let mut channels = PerChannel::new(1, 2, Max::new());
/// channels.observe(&arr2(&[[1.0_f32, -4.0], [3.0, 0.5]]).into_dyn())?;
/// let ranges = channels.ranges()?;
/// assert_eq!((ranges[0].min(), ranges[0].max()), (0.0, 3.0));
/// assert_eq!((ranges[1].min(), ranges[1].max()), (-4.0, 0.5));
/// # Ok::<(), emo_quant::QuantError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PerChannel<C> {
    axis: usize,
    channels: Vec<C>,
}

impl<C: Calibrator + Clone> PerChannel<C> {
    /// `n_channels` copies of `calibrator`, for arrays whose channels lie along `axis`.
    pub fn new(axis: usize, n_channels: usize, calibrator: C) -> Self {
        Self {
            axis,
            channels: vec![calibrator; n_channels],
        }
    }

    /// Takes in the activations of one sample, each channel by its own calibrator.
    ///
    /// # Errors
    /// - [`QuantError::Channels`] if the array does not have these channels along the axis.
    /// - As [`Calibrator::observe`]; the place of a number is then that in its channel. Nothing is taken in.
    pub fn observe(&mut self, activations: &ArrayRefD<f32>) -> Result<(), QuantError> {
        if activations.shape().get(self.axis) != Some(&self.channels.len()) {
            return Err(QuantError::Channels {
                shape: activations.shape().to_vec(),
                axis: self.axis,
                n_channels: self.channels.len(),
            });
        }
        // Checked beforehand: copies to fall back on would cost more than the work, with calibrators of some size.
        for part in activations.axis_iter(Axis(self.axis)) {
            check_finite(&part)?;
        }
        for (calibrator, part) in self
            .channels
            .iter_mut()
            .zip(activations.axis_iter(Axis(self.axis)))
        {
            calibrator.observe(&part)?;
        }
        Ok(())
    }

    /// The range of each channel.
    ///
    /// # Errors
    /// As [`Calibrator::range`].
    pub fn ranges(&self) -> Result<Vec<ClipRange>, QuantError> {
        self.channels.iter().map(Calibrator::range).collect()
    }

    /// Takes in what another one has observed, channel by channel.
    ///
    /// # Errors
    /// [`QuantError::Merge`] if the axes, the numbers of channels or the settings differ; nothing is taken in then.
    pub fn merge(&mut self, other: &Self) -> Result<(), QuantError> {
        if (self.axis, self.channels.len()) != (other.axis, other.channels.len()) {
            return Err(QuantError::Merge { what: "channels" });
        }
        // All channels have the settings of one calibrator, so it is the first that fails, if any.
        for (calibrator, from) in self.channels.iter_mut().zip(&other.channels) {
            calibrator.merge(from)?;
        }
        Ok(())
    }
}
