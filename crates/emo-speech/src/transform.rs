use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::packed_fft::PackedFft;

/// Frames are weighted and transformed, in either precision.
#[derive(Debug, Clone)]
pub(crate) enum Transform {
    Double(Fft),
    Single(PackedFft),
}

impl Transform {
    /// Writes the squared magnitudes of a frame's spectrum.
    pub(crate) fn power<S: Sample>(&mut self, frame: &[S], power: &mut [f64]) {
        match self {
            Self::Double(fft) => fft.power(frame, power),
            Self::Single(fft) => fft.power(frame, power),
        }
    }

    /// A bin of the latest spectrum.
    pub(crate) fn bin(&self, bin: usize) -> Complex<f64> {
        match self {
            Self::Double(fft) => fft.bin(bin),
            Self::Single(fft) => fft.bin(bin),
        }
    }
}

/// A sample in either precision.
pub(crate) trait Sample: Copy {
    fn to_f64(self) -> f64;
    fn to_f32(self) -> f32;
}

impl Sample for f32 {
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    fn to_f32(self) -> f32 {
        self
    }
}

impl Sample for f64 {
    fn to_f64(self) -> f64 {
        self
    }

    fn to_f32(self) -> f32 {
        self as f32
    }
}

/// Spectra of real frames in double precision.
#[derive(Clone)]
pub(crate) struct Fft {
    plan: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    input: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Fft {
    /// For frames as long as the window, continued with zeros to `n_fft`.
    pub(crate) fn new(window: &[f64], n_fft: usize) -> Self {
        let plan = RealFftPlanner::new().plan_fft_forward(n_fft);
        Self {
            window: window.to_vec(),
            input: plan.make_input_vec(),
            spectrum: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    pub(crate) fn power<S: Sample>(&mut self, frame: &[S], power: &mut [f64]) {
        for ((x, sample), weight) in self.input.iter_mut().zip(frame).zip(&self.window) {
            *x = sample.to_f64() * weight;
        }
        self.input[frame.len()..].fill(0.0);
        self.plan
            .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch)
            .expect("the plan made the buffers");
        for (power, bin) in power.iter_mut().zip(&self.spectrum) {
            *power = bin.re * bin.re + bin.im * bin.im;
        }
    }

    pub(crate) fn bin(&self, bin: usize) -> Complex<f64> {
        self.spectrum[bin]
    }
}

impl fmt::Debug for Fft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fft")
            .field("n_fft", &self.input.len())
            .finish_non_exhaustive()
    }
}
