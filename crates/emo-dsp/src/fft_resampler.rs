use std::fmt;
use std::sync::Arc;

use num_complex::Complex64;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::DspError;
use crate::fft::checked_len;
use crate::filter::{check_finite, check_overflow, odd_extended};

/// How much [`FftResampler::padded`] puts on each side of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FftPadding {
    /// So many samples; MNE's `npad`, 100 by default.
    Samples(usize),
    /// Up to the next power of two that leaves an eighth of the signal, but no more than 100 samples, on each side;
    /// MNE's `npad="auto"`.
    PowerOfTwo,
}

/// Conversion of the length of a signal by its whole spectrum.
///
/// The spectrum is cut off or continued with zeros, so that the result is band-limited without a transition, but the
/// signal is taken to be periodic: its ends blend into each other. [`padded`](Self::padded) removes that effect.
///
/// ```
/// use emo_dsp::FftResampler;
///
/// // Four periods of a cosine, from 32 to 20 samples.
/// let wave = |len: i32| (0..len).map(move |n| (std::f64::consts::TAU * 4.0 * f64::from(n) / f64::from(len)).cos());
/// let out = FftResampler::new(32, 20)?.compute(&wave(32).collect::<Vec<_>>())?;
/// assert!(out.iter().zip(wave(20)).all(|(a, b)| (a - b).abs() < 1e-12));
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Clone)]
pub struct FftResampler {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    in_len: usize,
    out_len: usize,
    /// Samples before and after the signal.
    padding: [usize; 2],
    /// Samples of the result that belong to the padding before the signal.
    n_removed: usize,
}

impl FftResampler {
    /// From `in_len` to `out_len` samples, as SciPy's `resample(signal, out_len)`.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a length outside 1 to 2²⁶ samples.
    pub fn new(in_len: usize, out_len: usize) -> Result<Self, DspError> {
        checked_len("in_len", in_len)?;
        checked_len("out_len", out_len)?;
        Ok(Self::plan([in_len, out_len], [in_len, out_len], [0, 0], 0))
    }

    /// From `in_len` samples to `ratio` times as many, with odd padding, and zeros beyond the signal's own length.
    ///
    /// As MNE's `resample(signal, up, down, npad=padding)` with `ratio` `up / down`.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a length outside 1 to 2²⁶ samples, before or after padding, or a ratio that is
    /// not a finite number above 0.
    pub fn padded(in_len: usize, ratio: f64, padding: FftPadding) -> Result<Self, DspError> {
        checked_len("in_len", in_len)?;
        if !(ratio.is_finite() && ratio > 0.0) {
            return Err(DspError::InvalidSetting {
                name: "ratio",
                value: ratio,
                expected: "a finite number above 0",
            });
        }
        let scaled = |len: usize| ((ratio * len as f64).round_ties_even() as usize).max(1);
        let padding = match padding {
            FftPadding::Samples(len) => [len, len],
            FftPadding::PowerOfTwo => {
                let padded_len = (in_len + 2 * (in_len / 8).min(100)).next_power_of_two();
                let n_added = padded_len - in_len;
                [n_added / 2, n_added - n_added / 2]
            }
        };
        let padded_len = in_len.saturating_add(padding[0]).saturating_add(padding[1]);
        checked_len("padded length", padded_len)?;
        let (whole_len, out_len) = (scaled(padded_len), scaled(in_len));
        let n_removed = (ratio * padding[0] as f64).round_ties_even() as usize;
        checked_len("out_len", whole_len)?;
        // Rounding may ask for a sample more than there is.
        let n_removed = n_removed.min(whole_len - out_len.min(whole_len));
        Ok(Self::plan(
            [in_len, out_len.min(whole_len)],
            [padded_len, whole_len],
            padding,
            n_removed,
        ))
    }

    fn plan(
        [in_len, out_len]: [usize; 2],
        [from, to]: [usize; 2],
        padding: [usize; 2],
        n_removed: usize,
    ) -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            forward: planner.plan_fft_forward(from),
            inverse: planner.plan_fft_inverse(to),
            in_len,
            out_len,
            padding,
            n_removed,
        }
    }

    /// Samples of the result.
    pub fn output_len(&self) -> usize {
        self.out_len
    }

    /// The signal in its new length.
    ///
    /// # Errors
    /// - [`DspError::LengthMismatch`] for a signal of another length than planned for.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        if signal.len() != self.in_len {
            return Err(DspError::LengthMismatch {
                name: "signal",
                actual: signal.len(),
                expected: self.in_len,
            });
        }
        check_finite(signal)?;
        let (from, to) = (self.forward.len(), self.inverse.len());
        // The larger padding on both sides, less what is too much before.
        let mut input = odd_extended(signal, self.padding[1])?;
        input.drain(..self.padding[1] - self.padding[0]);
        if from == to {
            return Ok(signal.to_vec());
        }
        let mut bins = self.forward.make_output_vec();
        self.forward
            .process(&mut input, &mut bins)
            .expect("the buffers are the plan's own");
        let shorter = from.min(to);
        bins.truncate(shorter / 2 + 1);
        if shorter.is_multiple_of(2) {
            // The bin at the Nyquist frequency of the shorter one holds both signs there, and one of them elsewhere.
            bins[shorter / 2] *= if to < from { 2.0 } else { 0.5 };
        }
        bins.iter_mut().for_each(|bin| *bin /= from as f64);
        bins.resize(to / 2 + 1, Complex64::ZERO);
        bins[0].im = 0.0;
        if to.is_multiple_of(2) {
            bins[to / 2].im = 0.0;
        }
        let mut output = self.inverse.make_output_vec();
        self.inverse
            .process(&mut bins, &mut output)
            .expect("the bins that must be real are");
        output.truncate(self.n_removed + self.out_len);
        output.drain(..self.n_removed);
        check_overflow(&output)?;
        Ok(output)
    }
}

impl fmt::Debug for FftResampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FftResampler")
            .field("in_len", &self.in_len)
            .field("out_len", &self.out_len)
            .field("padding", &self.padding)
            .finish_non_exhaustive()
    }
}
