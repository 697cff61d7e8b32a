use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::SpeechError;
use crate::frame::Framing;
use crate::signal::check_range;

/// Power spectra of Hann-windowed frames, planned once.
#[derive(Clone)]
pub(crate) struct PowerSpectrum {
    framing: Framing,
    window: Vec<f64>,
    fft: Arc<dyn RealToComplex<f64>>,
    frame: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    power: Vec<f64>,
}

impl PowerSpectrum {
    pub(crate) fn new(n_fft: usize, hop_len: usize) -> Result<Self, SpeechError> {
        check_range("n_fft", n_fft, 2, 1 << 20)?;
        let framing = Framing::new(n_fft, hop_len)?;
        let fft = RealFftPlanner::<f64>::new().plan_fft_forward(n_fft);
        Ok(Self {
            framing,
            window: hann(n_fft),
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; n_fft / 2 + 1],
            fft,
        })
    }

    pub(crate) fn n_frames(&self, n_samples: usize) -> usize {
        self.framing.n_frames(n_samples)
    }

    /// Squared magnitudes of frame `index`, from zero to half the sample rate.
    pub(crate) fn frame(&mut self, samples: &[f32], index: usize) -> &[f64] {
        let (span, skipped) = self.framing.span(index, samples.len());
        let (before, rest) = self.frame.split_at_mut(skipped);
        let (inside, after) = rest.split_at_mut(span.len());
        before.fill(0.0);
        after.fill(0.0);
        for ((x, &sample), &weight) in inside
            .iter_mut()
            .zip(&samples[span])
            .zip(&self.window[skipped..])
        {
            *x = f64::from(sample) * weight;
        }
        self.fft
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
            .expect("the plan made the buffers");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.re * bin.re + bin.im * bin.im;
        }
        &self.power
    }
}

impl fmt::Debug for PowerSpectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PowerSpectrum")
            .field("framing", &self.framing)
            .finish_non_exhaustive()
    }
}

/// The periodic Hann window, which is the first `len` points of the symmetric one of `len + 1`.
fn hann(len: usize) -> Vec<f64> {
    (0..len)
        .map(|n| 0.5 - 0.5 * (2.0 * PI * n as f64 / len as f64).cos())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_the_discrete_fourier_transform_of_the_windowed_samples() {
        let samples: Vec<f32> = (0..40).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        for n_fft in [16, 15] {
            let mut spectrum = PowerSpectrum::new(n_fft, 4).unwrap();
            for index in 0..spectrum.n_frames(samples.len()) {
                let expected = naive(&samples, n_fft, index * 4);
                emo_testing::assert_close(
                    spectrum.frame(&samples, index).iter().copied(),
                    expected,
                    1e-10,
                    1e-12,
                );
            }
        }
    }

    fn naive(samples: &[f32], n_fft: usize, centre: usize) -> Vec<f64> {
        let x = |n: usize| {
            let sample = (centre + n)
                .checked_sub(n_fft / 2)
                .and_then(|n| samples.get(n));
            let weight = (PI * n as f64 / n_fft as f64).sin().powi(2);
            weight * sample.map_or(0.0, |&x| f64::from(x))
        };
        (0..=n_fft / 2)
            .map(|k| {
                (0..n_fft)
                    .map(|n| Complex::from_polar(x(n), -2.0 * PI * (k * n) as f64 / n_fft as f64))
                    .sum::<Complex<f64>>()
                    .norm_sqr()
            })
            .collect()
    }
}
