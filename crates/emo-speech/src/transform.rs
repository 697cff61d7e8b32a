use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{FftNum, RealFftPlanner, RealToComplex};

/// Frames are weighted and transformed, in either precision.
#[derive(Debug, Clone)]
pub(crate) enum Transform {
    Double(Fft<f64>),
    Single {
        fft: Fft<f32>,
        /// What the latest frame was multiplied by, a power of two.
        gain: f32,
    },
}

/// Frames whose largest magnitude is in this range are transformed as they are; others, whose squares could leave the
/// range of single precision, are scaled.
const SAFE_MAGNITUDES: RangeInclusive<f32> = 1e-9..=1e9;

impl Transform {
    /// Writes the squared magnitudes of a frame's spectrum.
    pub(crate) fn power<S: Sample>(&mut self, frame: &[S], power: &mut [f64]) {
        match self {
            Self::Double(fft) => {
                for ((x, sample), weight) in fft.input.iter_mut().zip(frame).zip(&fft.window) {
                    *x = sample.to_f64() * weight;
                }
                fft.run(frame.len());
                for (power, bin) in power.iter_mut().zip(&fft.spectrum) {
                    *power = bin.re * bin.re + bin.im * bin.im;
                }
            }
            Self::Single { fft, gain } => {
                for ((x, sample), weight) in fft.input.iter_mut().zip(frame).zip(&fft.window) {
                    *x = sample.to_f32() * weight;
                }
                *gain = safe_gain(largest_magnitude(&fft.input[..frame.len()]));
                if *gain != 1.0 {
                    for x in &mut fft.input[..frame.len()] {
                        *x *= *gain;
                    }
                }
                fft.run(frame.len());
                let unscaled = f64::from(*gain).powi(-2);
                for (power, bin) in power.iter_mut().zip(&fft.spectrum) {
                    *power = unscaled * f64::from(bin.re * bin.re + bin.im * bin.im);
                }
            }
        }
    }

    /// A bin of the latest spectrum.
    pub(crate) fn bin(&self, bin: usize) -> Complex<f64> {
        match self {
            Self::Double(fft) => fft.spectrum[bin],
            Self::Single { fft, gain } => {
                let z = fft.spectrum[bin];
                Complex::new(f64::from(z.re), f64::from(z.im)) / f64::from(*gain)
            }
        }
    }
}

/// Eight independent maxima, because one would have to wait for each comparison in turn.
fn largest_magnitude(values: &[f32]) -> f32 {
    let mut largest = [0.0_f32; 8];
    let blocks = values.chunks_exact(largest.len());
    for (largest, x) in largest.iter_mut().zip(blocks.remainder()) {
        *largest = x.abs();
    }
    for block in blocks {
        for (largest, x) in largest.iter_mut().zip(block) {
            let x = x.abs();
            *largest = if x > *largest { x } else { *largest };
        }
    }
    largest.into_iter().fold(0.0, f32::max)
}

/// The power of two that brings a magnitude near 1, or 1 where it is safe.
fn safe_gain(magnitude: f32) -> f32 {
    if magnitude == 0.0 || SAFE_MAGNITUDES.contains(&magnitude) {
        return 1.0;
    }
    (-magnitude.log2().round()).clamp(-126.0, 126.0).exp2()
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

/// A planned transform and its memory.
#[derive(Clone)]
pub(crate) struct Fft<T> {
    plan: Arc<dyn RealToComplex<T>>,
    window: Vec<T>,
    input: Vec<T>,
    spectrum: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

impl<T: FftNum> Fft<T> {
    pub(crate) fn new(window: &[f64], n_fft: usize) -> Self {
        let plan = RealFftPlanner::<T>::new().plan_fft_forward(n_fft);
        let weight = |&weight: &f64| T::from_f64(weight).expect("a number of either precision");
        Self {
            window: window.iter().map(weight).collect(),
            input: plan.make_input_vec(),
            spectrum: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// Transforms the input, of which `len` values are set.
    fn run(&mut self, len: usize) {
        self.input[len..].fill(T::zero());
        self.plan
            .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch)
            .expect("the plan made the buffers");
    }
}

impl<T> fmt::Debug for Fft<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fft")
            .field("n_fft", &self.input.len())
            .finish_non_exhaustive()
    }
}
