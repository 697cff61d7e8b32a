use ndarray::{Array2, ArrayRef2, s};

use super::{EegFeatures, check_hop, check_shape};
use crate::EegError;

/// [`EegFeatures`] of a live source: a vector for every window, as soon as its last sample is there.
///
/// However the source is cut into pieces, the vectors are those of [`EegFeatures::compute_windows`] on the whole, bit for
/// bit. Allocates nothing after [`new`](Self::new), unless connectivity is among the sets. A vector is late by nothing
/// but the window itself.
///
/// ```
/// use emo_eeg::ndarray::Array2;
/// use emo_eeg::{EegFeatureSet, EegFeatureStream, EegFeatures, EegFeaturesConfig, SampleRate};
///
/// let mut config = EegFeaturesConfig::new(SampleRate::from_hz(128.0)?, &["Cz"], 256);
/// config.sets = vec![EegFeatureSet::Time];
/// let mut stream = EegFeatureStream::new(EegFeatures::new(&config)?, 128)?;
/// let mut ends = Vec::new();
/// for piece in 0..10 {
///     let piece = Array2::from_shape_fn((1, 64), |(_, n)| ((piece * 64 + n) % 37) as f32);
///     stream.push(&piece, |end, _features| ends.push(end))?;
/// }
/// assert_eq!(ends, [256, 384, 512, 640]);
/// # Ok::<(), emo_eeg::EegError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EegFeatureStream {
    features: EegFeatures,
    hop_len: usize,
    window: Array2<f32>,
    /// Samples of the window that are there.
    filled: usize,
    /// Samples between two windows that belong to neither.
    to_skip: usize,
    /// Samples pushed so far.
    position: u64,
    out: Vec<f32>,
}

impl EegFeatureStream {
    /// A stream with a window every `hop_len` samples, which may be more than a window is long.
    ///
    /// # Errors
    /// [`EegError::InvalidSetting`] for a hop of 0.
    pub fn new(features: EegFeatures, hop_len: usize) -> Result<Self, EegError> {
        check_hop(hop_len)?;
        let config = features.config();
        Ok(Self {
            window: Array2::zeros((config.channels.len(), config.window_len)),
            out: vec![0.0; features.n_features()],
            features,
            hop_len,
            filled: 0,
            to_skip: 0,
            position: 0,
        })
    }

    /// Takes the next samples `[channels, any number]` in µV and hands out the features of each window that they
    /// complete, with the number of samples from the stream's beginning to the window's end.
    ///
    /// # Errors
    /// - [`EegError::Shape`] for another number of channels, and [`EegError::NonFinite`] for a NaN or infinite sample:
    ///   the stream is as if the piece had not been there.
    /// - The first error of a window, such as [`EegError::UndefinedFeature`]; that window is left out, the piece is
    ///   consumed to its end, and the stream goes on.
    pub fn push(
        &mut self,
        piece: &ArrayRef2<f32>,
        mut on_window: impl FnMut(u64, &[f32]),
    ) -> Result<(), EegError> {
        let (n_channels, n_samples) = piece.dim();
        check_shape(
            "piece",
            (n_channels, n_samples),
            (self.window.nrows(), n_samples),
        )?;
        for ((channel, sample), &value) in piece.indexed_iter() {
            if !value.is_finite() {
                return Err(EegError::NonFinite {
                    channel,
                    sample,
                    value,
                });
            }
        }
        let len = self.window.ncols();
        let mut result = Ok(());
        let mut taken = 0;
        while taken < n_samples {
            let skipped = self.to_skip.min(n_samples - taken);
            self.to_skip -= skipped;
            taken += skipped;
            self.position += skipped as u64;
            let count = (len - self.filled).min(n_samples - taken);
            self.window
                .slice_mut(s![.., self.filled..self.filled + count])
                .assign(&piece.slice(s![.., taken..taken + count]));
            self.filled += count;
            taken += count;
            self.position += count as u64;
            if self.filled < len {
                continue;
            }
            match self.features.compute_into(&self.window, &mut self.out) {
                Ok(()) => on_window(self.position, &self.out),
                Err(error) => result = result.and(Err(error)),
            }
            self.advance();
        }
        result
    }

    /// The features that are computed.
    pub fn features(&self) -> &EegFeatures {
        &self.features
    }

    /// Forgets all samples.
    pub fn reset(&mut self) {
        (self.filled, self.to_skip, self.position) = (0, 0, 0);
    }

    /// Moves the window on by a hop.
    fn advance(&mut self) {
        let len = self.window.ncols();
        let kept = len.saturating_sub(self.hop_len);
        for mut row in self.window.rows_mut() {
            let row = row
                .as_slice_mut()
                .expect("rows of a new array are contiguous");
            row.copy_within(len - kept.., 0);
        }
        self.filled = kept;
        self.to_skip = self.hop_len.saturating_sub(len);
    }
}
