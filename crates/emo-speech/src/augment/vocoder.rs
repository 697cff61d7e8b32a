use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::signal::{check_number, check_signal, to_f32};
use crate::{Resampler, SpeechError};

/// Length and distance of the frames, as in librosa.
const FRAME_LEN: usize = 2048;
const HOP_LEN: usize = 512;
const N_BINS: usize = FRAME_LEN / 2 + 1;

/// The largest number in the fraction that stands for a pitch's ratio, which makes the resampler's blocks so long, and
/// the relative difference that is small enough: a hundredth of a sample in five seconds.
const MAX_TERM: f64 = 32_768.0;
const SMALL_ENOUGH: f64 = 1e-7;

/// Speaks faster (`rate` above 1) or slower at the same pitch, as `librosa.effects.time_stretch` 0.11.
///
/// A phase vocoder: magnitudes are interpolated between the short-time spectra (2048 samples under a Hann window, 512
/// apart) at the new times, phases advance as they did between the two spectra. Each bin keeps its own phase, so
/// transients are smeared and some level is lost. The result has `samples.len() / rate` samples, rounded.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::NumberOutOfRange`] for a rate outside
/// 0.1 to 10, [`SpeechError::SignalTooShort`] if nothing is left.
///
/// # Example
/// ```
/// let slow = emo_speech::time_stretch(&vec![0.1; 8_000], 0.8)?;
/// assert_eq!(slow.len(), 10_000);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// J. L. Flanagan, R. M. Golden, "Phase vocoder", Bell System Technical Journal 45(9), 1966,
/// <https://doi.org/10.1002/j.1538-7305.1966.tb01706.x>.
pub fn time_stretch(samples: &[f32], rate: f64) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    check_number("rate", rate, 0.1, 10.0)?;
    let len = (samples.len() as f64 / rate).round_ties_even() as usize;
    if len == 0 {
        return Err(SpeechError::SignalTooShort {
            actual: samples.len(),
            required: (rate / 2.0).floor() as usize + 1,
        });
    }
    let mut output = Output::new(len);
    let mut frames = Frames::new(samples);
    let n_steps = (frames.n_frames as f64 / rate).ceil() as usize;
    let mut phases = frames.pair(0).0.phases.clone();
    let mut spectrum = output.inverse.make_input_vec();
    for step in 0..n_steps.min(output.n_frames()) {
        let time = step as f64 * rate;
        let between = time.fract();
        let index = time.floor() as usize;
        let (now, next) = frames.pair(index);
        for (k, phase) in phases.iter_mut().enumerate() {
            let magnitude = (1.0 - between) * now.magnitudes[k] + between * next.magnitudes[k];
            spectrum[k] = Complex::from_polar(magnitude, *phase);
            let expected = TAU * (HOP_LEN * k) as f64 / FRAME_LEN as f64;
            let deviation = next.phases[k] - now.phases[k] - expected;
            let wrapped = deviation - TAU * (deviation / TAU).round_ties_even();
            *phase += expected + wrapped;
        }
        output.add(step, &mut spectrum);
    }
    Ok(output.finish())
}

/// Speaks higher or lower by a number of semitones at the same speed, as `librosa.effects.pitch_shift` 0.11: stretched
/// in time, then resampled to the old length. Formants move with the pitch.
///
/// The ratio of the rates is replaced by a fraction that differs from it by 10⁻⁶ at most, next to whole numbers by
/// 3 · 10⁻⁵, which is a twentieth of a cent.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::NumberOutOfRange`] for more than 36
/// semitones in either direction.
///
/// # Example
/// ```
/// let voice: Vec<f32> = (0..16_000).map(|n| 0.3 * (n as f32 * 0.05).sin()).collect();
/// let octave_up = emo_speech::pitch_shift(&voice, 12.0)?;
/// let crossings = |x: &[f32]| x.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count() as f64;
/// let ratio = crossings(&octave_up[4_000..12_000]) / crossings(&voice[4_000..12_000]);
/// assert!((ratio - 2.0).abs() < 0.05);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn pitch_shift(samples: &[f32], semitones: f64) -> Result<Vec<f32>, SpeechError> {
    check_signal(samples)?;
    check_number("semitones", semitones, -36.0, 36.0)?;
    let rate = (-semitones / 12.0).exp2();
    let stretched = time_stretch(samples, rate)?;
    let (numerator, denominator) = fraction(rate);
    let mut output = vec![0.0; samples.len()];
    let mut resampler = Resampler::with_ratio(denominator, numerator);
    let len = resampler.output_len(stretched.len()).min(output.len());
    resampler.process_into(&stretched, &mut output[..len]);
    Ok(output)
}

/// The first convergent of the continued fraction that is near enough, or the last that is not too large.
fn fraction(x: f64) -> (u32, u32) {
    let (mut before, mut now) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = x;
    loop {
        let whole = rest.floor();
        let next: (f64, f64) = (whole * now.0 + before.0, whole * now.1 + before.1);
        if next.0.max(next.1) > MAX_TERM {
            return (now.0 as u32, now.1 as u32);
        }
        if (next.0 / next.1 / x - 1.0).abs() < SMALL_ENOUGH {
            return (next.0 as u32, next.1 as u32);
        }
        (before, now) = (now, next);
        rest = 1.0 / (rest - whole);
    }
}

/// Short-time spectra of a signal, computed when they are asked for in ascending order.
struct Frames<'a> {
    samples: &'a [f32],
    n_frames: usize,
    window: Vec<f64>,
    forward: Arc<dyn RealToComplex<f64>>,
    frame: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    /// Two neighbours and the index of the first.
    pair: [Polar; 2],
    index: Option<usize>,
}

/// A spectrum's bins by magnitude and phase.
struct Polar {
    magnitudes: Vec<f64>,
    phases: Vec<f64>,
}

impl Polar {
    fn silent() -> Self {
        Self {
            magnitudes: vec![0.0; N_BINS],
            phases: vec![0.0; N_BINS],
        }
    }
}

impl<'a> Frames<'a> {
    fn new(samples: &'a [f32]) -> Self {
        let forward = RealFftPlanner::new().plan_fft_forward(FRAME_LEN);
        Self {
            samples,
            n_frames: 1 + samples.len() / HOP_LEN,
            window: window(),
            frame: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            pair: [Polar::silent(), Polar::silent()],
            index: None,
            forward,
        }
    }

    fn pair(&mut self, index: usize) -> (&Polar, &Polar) {
        if self.index != Some(index) {
            if self.index == index.checked_sub(1) && index > 0 {
                self.pair.swap(0, 1);
            } else {
                self.transform(index, 0);
            }
            self.transform(index + 1, 1);
            self.index = Some(index);
        }
        (&self.pair[0], &self.pair[1])
    }

    /// Spectra behind the last are zero.
    fn transform(&mut self, index: usize, slot: usize) {
        let polar = &mut self.pair[slot];
        if index >= self.n_frames {
            *polar = Polar::silent();
            return;
        }
        let start = (index * HOP_LEN) as isize - (FRAME_LEN / 2) as isize;
        for ((x, weight), position) in self.frame.iter_mut().zip(&self.window).zip(start..) {
            let sample = usize::try_from(position)
                .ok()
                .and_then(|n| self.samples.get(n));
            *x = weight * sample.map_or(0.0, |&x| f64::from(x));
        }
        self.forward
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
            .expect("the plan made the buffers");
        for (k, bin) in self.spectrum.iter().enumerate() {
            polar.magnitudes[k] = bin.norm_sqr().sqrt();
            polar.phases[k] = bin.arg();
        }
    }
}

/// Frames added where they overlap, and the squares of their windows, by which the sum is divided in the end.
struct Output {
    len: usize,
    window: Vec<f64>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    frame: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    sums: Vec<f64>,
    weights: Vec<f64>,
}

impl Output {
    fn new(len: usize) -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(FRAME_LEN);
        let padded = len + FRAME_LEN;
        Self {
            len,
            window: window(),
            frame: inverse.make_output_vec(),
            scratch: inverse.make_scratch_vec(),
            sums: vec![0.0; padded + FRAME_LEN],
            weights: vec![0.0; padded + FRAME_LEN],
            inverse,
        }
    }

    /// How many frames reach into the output.
    fn n_frames(&self) -> usize {
        (self.len + FRAME_LEN).div_ceil(HOP_LEN)
    }

    fn add(&mut self, index: usize, spectrum: &mut [Complex<f64>]) {
        // A real signal's spectrum is real at both ends.
        spectrum[0].im = 0.0;
        spectrum[N_BINS - 1].im = 0.0;
        self.inverse
            .process_with_scratch(spectrum, &mut self.frame, &mut self.scratch)
            .expect("the plan made the buffers");
        let start = index * HOP_LEN;
        let sums = self.sums[start..]
            .iter_mut()
            .zip(&mut self.weights[start..]);
        for ((sum, weight), (x, w)) in sums.zip(self.frame.iter().zip(&self.window)) {
            *sum += x / FRAME_LEN as f64 * w;
            *weight += w * w;
        }
    }

    fn finish(self) -> Vec<f32> {
        let sums = self.sums.iter().zip(&self.weights);
        sums.skip(FRAME_LEN / 2)
            .take(self.len)
            .map(|(&sum, &weight)| {
                // librosa leaves a sum alone where no window reaches.
                let is_covered = weight > f64::MIN_POSITIVE;
                to_f32(if is_covered { sum / weight } else { sum })
            })
            .collect()
    }
}

/// The periodic Hann window.
fn window() -> Vec<f64> {
    (0..FRAME_LEN)
        .map(|n| 0.5 - 0.5 * (TAU * n as f64 / FRAME_LEN as f64).cos())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_of_semitones_are_met() {
        for tenth in -360..=360 {
            let rate = f64::from(tenth) / 120.0;
            let (p, q) = fraction(rate.exp2());
            let error = f64::from(p) / f64::from(q) / rate.exp2() - 1.0;
            assert!(error.abs() < 1e-6, "{tenth}: {p}/{q} {error}");
        }
        let (p, q) = fraction(1.000_02);
        assert!((f64::from(p) / f64::from(q) - 1.000_02).abs() < 3.1e-5);
        assert_eq!(fraction(0.5), (1, 2));
        assert_eq!(fraction(1.0), (1, 1));
    }
}
