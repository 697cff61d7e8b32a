use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Real samples that are changed through their spectrum, with all memory for it.
#[derive(Clone)]
pub(super) struct RoundTrip {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    pub(super) samples: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl RoundTrip {
    /// Of `n_fft` samples, an even number.
    pub(super) fn new(n_fft: usize) -> Self {
        let mut planner = RealFftPlanner::<f64>::new();
        let forward = planner.plan_fft_forward(n_fft);
        let inverse = planner.plan_fft_inverse(n_fft);
        let scratch_len = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            samples: vec![0.0; n_fft],
            spectrum: forward.make_output_vec(),
            scratch: vec![Complex::ZERO; scratch_len],
            forward,
            inverse,
        }
    }

    /// Replaces the samples by those of the spectrum that `change` makes of theirs, `n_fft` times as large.
    ///
    /// It must leave the first and the last bin real.
    pub(super) fn run(&mut self, change: impl FnOnce(&mut [Complex<f64>])) {
        self.forward
            .process_with_scratch(&mut self.samples, &mut self.spectrum, &mut self.scratch)
            .expect("the plan made the buffers");
        change(&mut self.spectrum);
        self.inverse
            .process_with_scratch(&mut self.spectrum, &mut self.samples, &mut self.scratch)
            .expect("the spectrum is real at both ends");
    }

    /// Replaces the samples by their circular autocorrelation, `n_fft` times as large.
    pub(super) fn autocorrelate(&mut self) {
        self.run(|spectrum| {
            for bin in spectrum {
                *bin = Complex::new(bin.norm_sqr(), 0.0);
            }
        });
    }
}

impl fmt::Debug for RoundTrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoundTrip")
            .field("n_fft", &self.samples.len())
            .finish_non_exhaustive()
    }
}
