use std::ops::Range;

use crate::{MAX_SAMPLES, RecordingError};

/// The samples of a channel while they are read.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    pub(crate) values: Vec<f32>,
    pub(crate) missing: Vec<Range<usize>>,
}

impl Samples {
    /// Adds a sample: NaN as missing. False if it is beyond the range of `f32`, when nothing is added.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> bool {
        if value.is_nan() {
            self.push_missing();
            return true;
        }
        let sample = value as f32;
        if sample.is_finite() {
            self.values.push(sample);
        }
        sample.is_finite()
    }

    pub(crate) fn push_missing(&mut self) {
        let sample = self.values.len();
        self.values.push(f32::NAN);
        match self.missing.last_mut() {
            Some(last) if last.end == sample => last.end += 1,
            _ => self.missing.push(sample..sample + 1),
        }
    }
}

/// How many samples are still allowed.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { left: MAX_SAMPLES }
    }

    pub(crate) fn take(&mut self, n_samples: usize) -> Result<(), RecordingError> {
        self.left = self
            .left
            .checked_sub(n_samples)
            .ok_or(RecordingError::TooManySamples { limit: MAX_SAMPLES })?;
        Ok(())
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }
}
