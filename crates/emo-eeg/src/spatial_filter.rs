use ndarray::{Array2, ArrayRef2, s};

use crate::window::to_f32;
use crate::{EegError, pick_channels};

/// Samples that are taken to `f64` together.
const BLOCK: usize = 64;

/// What [`SpatialFilter::select`] does about a channel that a recording lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MissingChannels {
    /// Refuse, and list what there is.
    #[default]
    Refuse,
    /// Interpolate it from all channels whose places are known, by spherical splines with their defaults.
    Interpolate,
}

/// A new set of channels, each a weighted sum of a recording's channels: selections, references, Laplacians and
/// interpolations.
///
/// Every sample is treated alike and alone, so live and offline are the same and nothing is delayed. Filters join with
/// [`then`](Self::then): the sums of both are one matrix.
///
/// ```
/// use emo_eeg::ndarray::arr2;
/// use emo_eeg::{MissingChannels, SpatialFilter};
///
/// let device = ["EEG Fp1-REF", "EEG Fp2-REF", "EEG A1-REF", "EEG A2-REF"];
/// let linked_ears = SpatialFilter::linked_reference(&device, &["A1", "A2"])?;
/// let model = SpatialFilter::select(linked_ears.outputs(), &["Fp2", "Fp1"], MissingChannels::Refuse)?;
/// let both = linked_ears.then(&model)?;
///
/// let window = arr2(&[[10.0], [20.0], [2.0], [4.0]]);
/// assert_eq!(both.apply(&window)?, arr2(&[[17.0], [7.0]]));
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpatialFilter {
    inputs: Vec<String>,
    outputs: Vec<String>,
    matrix: Array2<f64>,
}

impl SpatialFilter {
    /// The filter with the weights `[outputs, inputs]`.
    ///
    /// # Errors
    /// - [`EegError::NoChannels`] without inputs or outputs.
    /// - [`EegError::Shape`] for a matrix that does not fit them.
    /// - [`EegError::InvalidSetting`] for a weight that is not finite.
    pub fn from_matrix<I: AsRef<str>, O: AsRef<str>>(
        inputs: &[I],
        outputs: &[O],
        matrix: Array2<f64>,
    ) -> Result<Self, EegError> {
        if inputs.is_empty() || outputs.is_empty() {
            return Err(EegError::NoChannels);
        }
        let (rows, columns) = matrix.dim();
        if (rows, columns) != (outputs.len(), inputs.len()) {
            return Err(EegError::Shape {
                what: "weight matrix",
                rows,
                columns,
                expected_rows: outputs.len(),
                expected_columns: inputs.len(),
            });
        }
        if let Some(&value) = matrix.iter().find(|weight| !weight.is_finite()) {
            return Err(EegError::InvalidSetting {
                name: "matrix",
                value,
                expected: "finite weights",
            });
        }
        Ok(Self {
            inputs: owned(inputs),
            outputs: owned(outputs),
            matrix,
        })
    }

    /// The channels `wanted`, in their order, of a device that has `available`.
    ///
    /// Names are compared as in [`pick_channels`]; the outputs are called as in `wanted`.
    ///
    /// # Errors
    /// Those of [`pick_channels`]; with [`MissingChannels::Interpolate`], [`EegError::MissingChannel`] for a missing
    /// channel that the 10-10 system does not have, and [`EegError::TooFewChannels`] if fewer than four of the
    /// available ones have a place.
    pub fn select<A: AsRef<str>, W: AsRef<str>>(
        available: &[A],
        wanted: &[W],
        missing: MissingChannels,
    ) -> Result<Self, EegError> {
        let mut matrix = Array2::zeros((wanted.len(), available.len()));
        // Refuses names that fit several channels or mean the same one.
        let present: Vec<(usize, &W)> = wanted
            .iter()
            .enumerate()
            .filter(|(_, name)| {
                !matches!(
                    (missing, pick_channels(available, &[name])),
                    (
                        MissingChannels::Interpolate,
                        Err(EegError::MissingChannel { .. })
                    )
                )
            })
            .collect();
        let names: Vec<&W> = present.iter().map(|(_, name)| *name).collect();
        for ((row, _), column) in present.iter().zip(pick_channels(available, &names)?) {
            matrix[[*row, column]] = 1.0;
        }
        for row in (0..wanted.len()).filter(|row| present.iter().all(|(other, _)| other != row)) {
            let weights =
                crate::spherical_spline::weights_of_missing(available, wanted[row].as_ref())?;
            matrix.row_mut(row).assign(&weights);
        }
        Self::from_matrix(available, wanted, matrix)
    }

    /// This filter and then `next`, as one.
    ///
    /// # Errors
    /// [`EegError::ChannelCount`] if `next` takes another number of channels than this one gives.
    pub fn then(&self, next: &Self) -> Result<Self, EegError> {
        if next.inputs.len() != self.outputs.len() {
            return Err(EegError::ChannelCount {
                actual: self.outputs.len(),
                expected: next.inputs.len(),
            });
        }
        Ok(Self {
            inputs: self.inputs.clone(),
            outputs: next.outputs.clone(),
            matrix: next.matrix.dot(&self.matrix),
        })
    }

    /// Names of the channels that the filter takes.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Names of the channels that the filter gives.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// The weights `[outputs, inputs]`.
    pub fn matrix(&self) -> &ArrayRef2<f64> {
        &self.matrix
    }

    /// The new channels `[outputs, samples]` of a window `[inputs, samples]`, in its unit.
    ///
    /// # Errors
    /// - [`EegError::ChannelCount`] for a window with another number of channels.
    /// - [`EegError::NonFinite`] for a NaN or infinite sample.
    pub fn apply(&self, window: &ArrayRef2<f32>) -> Result<Array2<f32>, EegError> {
        let mut out = Array2::zeros((self.outputs.len(), window.ncols()));
        self.apply_into(window, &mut out)?;
        Ok(out)
    }

    /// [`apply`](Self::apply) into the caller's memory `[outputs, samples]`; allocates nothing.
    ///
    /// # Errors
    /// Those of [`apply`](Self::apply), and [`EegError::Shape`] for memory of another shape; it is then unchanged.
    pub fn apply_into(
        &self,
        window: &ArrayRef2<f32>,
        out: &mut ArrayRef2<f32>,
    ) -> Result<(), EegError> {
        let (n_inputs, n_samples) = window.dim();
        if n_inputs != self.inputs.len() {
            return Err(EegError::ChannelCount {
                actual: n_inputs,
                expected: self.inputs.len(),
            });
        }
        let (rows, columns) = out.dim();
        if (rows, columns) != (self.outputs.len(), n_samples) {
            return Err(EegError::Shape {
                what: "output",
                rows,
                columns,
                expected_rows: self.outputs.len(),
                expected_columns: n_samples,
            });
        }
        if let Some(((channel, sample), &value)) =
            window.indexed_iter().find(|(_, x)| !x.is_finite())
        {
            return Err(EegError::NonFinite {
                channel,
                sample,
                value,
            });
        }
        let mut sums = [0.0; BLOCK];
        for begin in (0..n_samples).step_by(BLOCK) {
            let end = n_samples.min(begin + BLOCK);
            let sums = &mut sums[..end - begin];
            for (weights, mut to) in self.matrix.rows().into_iter().zip(out.rows_mut()) {
                sums.fill(0.0);
                for (&weight, from) in weights.iter().zip(window.rows()) {
                    if weight != 0.0 {
                        let from = from.slice_move(s![begin..end]);
                        for (sum, &x) in sums.iter_mut().zip(from) {
                            *sum += weight * f64::from(x);
                        }
                    }
                }
                let to = to.slice_mut(s![begin..end]);
                for (to, &sum) in to.into_iter().zip(&*sums) {
                    *to = to_f32(sum);
                }
            }
        }
        Ok(())
    }
}

pub(crate) fn owned<A: AsRef<str>>(names: &[A]) -> Vec<String> {
    names.iter().map(|name| name.as_ref().to_owned()).collect()
}
