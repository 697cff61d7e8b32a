//! Convolution of long signals in blocks, by transforms (overlap-add).

use std::fmt;
use std::sync::Arc;

use num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// A convolution with fixed weights, planned once.
#[derive(Clone)]
pub(crate) struct Convolver {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    /// The weights' transform, divided by its length.
    spectrum: Vec<Complex64>,
    block_len: usize,
}

impl Convolver {
    pub(crate) fn new(taps: &[f64]) -> Self {
        // Four times the weights is near the least work per sample over a wide range of lengths.
        let fft_len = (4 * taps.len()).next_power_of_two().max(64);
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(fft_len);
        let mut input = forward.make_input_vec();
        for (value, tap) in input.iter_mut().zip(taps) {
            *value = tap / fft_len as f64;
        }
        let mut spectrum = forward.make_output_vec();
        forward
            .process(&mut input, &mut spectrum)
            .expect("the buffers are the plan's own");
        Self {
            inverse: planner.plan_fft_inverse(fft_len),
            forward,
            spectrum,
            block_len: fft_len - taps.len() + 1,
        }
    }

    /// Writes the part of the full convolution that begins at index `begin`.
    pub(crate) fn run(&self, signal: &[f64], begin: usize, out: &mut [f64]) {
        let mut input = self.forward.make_input_vec();
        let mut bins = self.forward.make_output_vec();
        let mut scratch = self.forward.make_scratch_vec();
        let mut inverse_scratch = self.inverse.make_scratch_vec();
        out.fill(0.0);
        for (index, block) in signal.chunks(self.block_len).enumerate() {
            let offset = index * self.block_len;
            if offset + input.len() <= begin || offset >= begin + out.len() {
                continue;
            }
            input[..block.len()].copy_from_slice(block);
            input[block.len()..].fill(0.0);
            self.forward
                .process_with_scratch(&mut input, &mut bins, &mut scratch)
                .expect("the buffers are the plan's own");
            for (bin, tap) in bins.iter_mut().zip(&self.spectrum) {
                *bin *= tap;
            }
            // Products of two real spectra are real at these two bins, but NaN where they overflow.
            for end in [0, bins.len() - 1] {
                bins[end].im = 0.0;
            }
            self.inverse
                .process_with_scratch(&mut bins, &mut input, &mut inverse_scratch)
                .expect("the buffers are the plan's own");
            let skipped = begin.saturating_sub(offset);
            let first = offset.saturating_sub(begin);
            for (sum, value) in out[first..].iter_mut().zip(&input[skipped..]) {
                *sum += value;
            }
        }
    }
}

impl fmt::Debug for Convolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Convolver")
            .field("fft_len", &self.forward.len())
            .finish_non_exhaustive()
    }
}
