use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// What a full-scale sample of 16 bits becomes: openSMILE divides the integers by 32767, not by 32768.
const SCALE: f64 = 32_768.0 / 32_767.0;

/// Spectra of windowed frames; a frame lies in the middle of the zeros that make its length a power of two.
#[derive(Clone)]
pub(super) struct FrameSpectrum {
    window: Vec<f64>,
    offset: usize,
    bin_hz: f64,
    fft: Arc<dyn RealToComplex<f64>>,
    padded: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    bins: Vec<Complex<f64>>,
    magnitudes: Vec<f64>,
    rms: f64,
}

impl FrameSpectrum {
    pub(super) fn new(window: Vec<f64>, sample_rate: u32) -> Self {
        let n_fft = window.len().next_power_of_two();
        let fft = RealFftPlanner::<f64>::new().plan_fft_forward(n_fft);
        Self {
            offset: (n_fft - window.len()) / 2,
            bin_hz: f64::from(sample_rate) / n_fft as f64,
            padded: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            bins: fft.make_output_vec(),
            magnitudes: vec![0.0; n_fft / 2 + 1],
            rms: 0.0,
            window,
            fft,
        }
    }

    /// Distance of the bins in Hz.
    pub(super) fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// Number of bins, from 0 Hz to half the sample rate.
    pub(super) fn n_bins(&self) -> usize {
        self.magnitudes.len()
    }

    /// Transforms the frame, which is as long as the window.
    pub(super) fn compute(&mut self, frame: &[f32]) {
        self.padded.fill(0.0);
        let inside = &mut self.padded[self.offset..self.offset + self.window.len()];
        let mut energy = 0.0;
        for ((x, &sample), &weight) in inside.iter_mut().zip(frame).zip(&self.window) {
            *x = f64::from(sample) * SCALE * weight;
            energy += *x * *x;
        }
        self.rms = (energy / self.window.len() as f64).sqrt();
        self.fft
            .process_with_scratch(&mut self.padded, &mut self.bins, &mut self.scratch)
            .expect("the plan made the buffers");
        for (magnitude, bin) in self.magnitudes.iter_mut().zip(&self.bins) {
            *magnitude = (bin.re * bin.re + bin.im * bin.im).sqrt();
        }
    }

    /// The complex bins of the last frame.
    pub(super) fn bins(&self) -> &[Complex<f64>] {
        &self.bins
    }

    /// The magnitudes of the last frame.
    pub(super) fn magnitudes(&self) -> &[f64] {
        &self.magnitudes
    }

    /// Root of the mean square of the last frame after windowing.
    pub(super) fn rms(&self) -> f64 {
        self.rms
    }
}

impl fmt::Debug for FrameSpectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameSpectrum")
            .field("len", &self.window.len())
            .field("bin_hz", &self.bin_hz)
            .finish_non_exhaustive()
    }
}

/// Mean square of a frame without a window.
pub(super) fn mean_square(frame: &[f32]) -> f64 {
    let sum: f64 = frame.iter().map(|&x| (f64::from(x) * SCALE).powi(2)).sum();
    sum / frame.len() as f64
}

/// The symmetric Hamming window.
pub(super) fn hamming(len: usize) -> Vec<f64> {
    let last = (len - 1) as f64;
    (0..len)
        .map(|n| 0.54 - 0.46 * (2.0 * PI * n as f64 / last).cos())
        .collect()
}

/// The symmetric Gaussian window whose standard deviation is 0.4 times half its length.
pub(super) fn gaussian(len: usize) -> Vec<f64> {
    let half = (len - 1) as f64 / 2.0;
    (0..len)
        .map(|n| (-0.5 * ((n as f64 - half) / (0.4 * half)).powi(2)).exp())
        .collect()
}
