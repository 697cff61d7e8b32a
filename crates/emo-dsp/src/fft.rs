//! Transforms of real segments, planned once.

use std::fmt;
use std::sync::Arc;

use num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use crate::{Detrend, DspError, Window, WindowSymmetry};

/// The longest transform, window or filter on offer: half a gigabyte of samples.
pub(crate) const MAX_LEN: usize = 1 << 26;

pub(crate) fn checked_len(name: &'static str, len: usize) -> Result<(), DspError> {
    if (1..=MAX_LEN).contains(&len) {
        return Ok(());
    }
    Err(DspError::InvalidSetting {
        name,
        value: len as f64,
        expected: "1 to 2^26 samples",
    })
}

/// Takes the trend off a segment, weights it, continues it with zeros and transforms it.
#[derive(Clone)]
pub(crate) struct SegmentFft {
    plan: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    detrend: Detrend,
}

/// What [`SegmentFft::transform`] works in.
#[derive(Debug, Clone, Default)]
pub(crate) struct SegmentScratch {
    input: Vec<f64>,
    spectrum: Vec<Complex64>,
    scratch: Vec<Complex64>,
}

impl SegmentFft {
    pub(crate) fn new(
        window: Window,
        symmetry: WindowSymmetry,
        segment_len: usize,
        fft_len: usize,
        detrend: Detrend,
    ) -> Result<Self, DspError> {
        checked_len("segment_len", segment_len)?;
        checked_len("fft_len", fft_len)?;
        if fft_len < segment_len {
            return Err(DspError::InvalidSetting {
                name: "fft_len",
                value: fft_len as f64,
                expected: "at least the segment's length",
            });
        }
        Ok(Self {
            plan: RealFftPlanner::new().plan_fft_forward(fft_len),
            window: window.samples(segment_len, symmetry)?,
            detrend,
        })
    }

    pub(crate) fn scratch(&self) -> SegmentScratch {
        SegmentScratch {
            input: self.plan.make_input_vec(),
            spectrum: self.plan.make_output_vec(),
            scratch: self.plan.make_scratch_vec(),
        }
    }

    pub(crate) fn window(&self) -> &[f64] {
        &self.window
    }

    pub(crate) fn fft_len(&self) -> usize {
        self.plan.len()
    }

    pub(crate) fn n_bins(&self) -> usize {
        self.plan.len() / 2 + 1
    }

    /// The spectrum of a segment as long as the window.
    pub(crate) fn transform<'s>(
        &self,
        segment: impl ExactSizeIterator<Item = f64>,
        scratch: &'s mut SegmentScratch,
    ) -> &'s [Complex64] {
        let SegmentScratch {
            input,
            spectrum,
            scratch,
        } = scratch;
        let (head, tail) = input.split_at_mut(self.window.len());
        for (value, sample) in head.iter_mut().zip(segment) {
            *value = sample;
        }
        tail.fill(0.0);
        self.detrend.apply(head);
        for (value, weight) in head.iter_mut().zip(&self.window) {
            *value *= weight;
        }
        self.plan
            .process_with_scratch(input, spectrum, scratch)
            .expect("the buffers are the plan's own");
        spectrum
    }

    /// How often a bin of the one-sided spectrum stands in the whole one.
    pub(crate) fn multiplicity(&self, bin: usize) -> f64 {
        if bin == 0 || 2 * bin == self.fft_len() {
            1.0
        } else {
            2.0
        }
    }
}

impl fmt::Debug for SegmentFft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentFft")
            .field("segment_len", &self.window.len())
            .field("fft_len", &self.fft_len())
            .field("detrend", &self.detrend)
            .finish_non_exhaustive()
    }
}
