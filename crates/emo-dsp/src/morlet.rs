use std::f64::consts::{PI, TAU};
use std::fmt;
use std::sync::Arc;

use ndarray::{Array2, ArrayRef2};
use num_complex::Complex64;
use rustfft::{Fft, FftPlanner};

use crate::fft::checked_len;
use crate::filter::check_finite;
use crate::{DspError, SampleRate};

/// Settings of [`Morlet`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MorletConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Samples of a signal, 1 to 2²⁶.
    pub len: usize,
    /// Centre frequencies in Hz, each above 0 and below the Nyquist frequency.
    pub frequencies_hz: Vec<f64>,
    /// Periods per wavelet, for each frequency: the standard deviation of the envelope is `n_cycles / (2π · f)`.
    /// Default: half the frequency in Hz, which makes all wavelets equally long.
    pub n_cycles: Vec<f64>,
}

impl MorletConfig {
    /// The defaults for signals of `len` samples.
    pub fn new(sample_rate: SampleRate, len: usize, frequencies_hz: impl Into<Vec<f64>>) -> Self {
        let frequencies_hz = frequencies_hz.into();
        Self {
            sample_rate,
            len,
            n_cycles: frequencies_hz.iter().map(|hz| hz / 2.0).collect(),
            frequencies_hz,
        }
    }
}

/// Time-frequency analysis by complex Morlet wavelets without a mean, of norm √2, as MNE's `tfr_array_morlet` with
/// `zero_mean=True`.
///
/// Wavelets reach 5 standard deviations to each side; outside the signal there are zeros.
///
/// ```
/// use emo_dsp::{Morlet, MorletConfig, SampleRate};
///
/// let rate = SampleRate::from_hz(128.0)?;
/// let morlet = Morlet::new(&MorletConfig::new(rate, 512, [6.0, 10.0, 20.0]))?;
/// let alpha: Vec<f64> =
///     (0..512).map(|n| (std::f64::consts::TAU * 10.0 * f64::from(n) / 128.0).sin()).collect();
/// let power = morlet.power(&alpha)?;
/// assert_eq!(power.dim(), (3, 512));
/// assert!(power[[1, 256]] > 10.0 * power[[0, 256]].max(power[[2, 256]]));
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// C. Tallon-Baudry, O. Bertrand, C. Delpuech, J. Pernier (1997). Oscillatory γ-band (30–70 Hz) activity induced by a
/// visual search task in humans. Journal of Neuroscience 17(2). doi:10.1523/JNEUROSCI.17-02-00722.1997.
#[derive(Clone)]
#[doc(alias = "wavelet")]
pub struct Morlet {
    len: usize,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    /// Each wavelet's transform, divided by its length, and half the wavelet's length.
    wavelets: Vec<(Vec<Complex64>, usize)>,
    scratch: Scratch,
}

#[derive(Debug, Clone, Default)]
struct Scratch {
    signal: Vec<Complex64>,
    product: Vec<Complex64>,
    fft: Vec<Complex64>,
}

impl Morlet {
    /// Computes the wavelets and plans the transforms.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] for a length outside its range, a number of cycles that is not a finite number
    ///   above 0, or a wavelet of more than 2²⁶ samples.
    /// - [`DspError::LengthMismatch`] unless there is a number of cycles for each frequency.
    /// - [`DspError::EdgeOutOfRange`] for a frequency outside its range.
    pub fn new(config: &MorletConfig) -> Result<Self, DspError> {
        checked_len("len", config.len)?;
        if config.n_cycles.len() != config.frequencies_hz.len() {
            return Err(DspError::LengthMismatch {
                name: "n_cycles",
                actual: config.n_cycles.len(),
                expected: config.frequencies_hz.len(),
            });
        }
        let wavelets = config
            .frequencies_hz
            .iter()
            .zip(&config.n_cycles)
            .map(|(&hz, &n_cycles)| wavelet(hz, n_cycles, config.sample_rate))
            .collect::<Result<Vec<_>, _>>()?;
        let longest = wavelets.iter().map(Vec::len).max().unwrap_or(1);
        let fft_len = (config.len + longest - 1).next_power_of_two();
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (
            planner.plan_fft_forward(fft_len),
            planner.plan_fft_inverse(fft_len),
        );
        let transformed = |wavelet: Vec<Complex64>| {
            let half_len = (wavelet.len() - 1) / 2;
            let mut bins = wavelet;
            bins.resize(fft_len, Complex64::ZERO);
            forward.process(&mut bins);
            bins.iter_mut().for_each(|bin| *bin /= fft_len as f64);
            (bins, half_len)
        };
        let wavelets = wavelets.into_iter().map(transformed).collect();
        let mut morlet = Self {
            len: config.len,
            forward,
            inverse,
            wavelets,
            scratch: Scratch::default(),
        };
        morlet.scratch = morlet.new_scratch();
        Ok(morlet)
    }

    /// The complex coefficients `[frequencies, samples]`.
    ///
    /// # Errors
    /// - [`DspError::LengthMismatch`] for a signal of another length than planned for.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Array2<Complex64>, DspError> {
        let mut coefficients = Array2::zeros((self.wavelets.len(), self.len));
        let mut write = |at: (usize, usize), value: Complex64| coefficients[at] = value;
        self.run(signal, &mut self.new_scratch(), &mut write)?;
        Ok(coefficients)
    }

    /// The power `[frequencies, samples]`: squared magnitudes of the coefficients.
    ///
    /// # Errors
    /// As [`compute`](Self::compute).
    pub fn power(&self, signal: &[f64]) -> Result<Array2<f64>, DspError> {
        let mut power = Array2::zeros((self.wavelets.len(), self.len));
        let mut write = |at: (usize, usize), value: Complex64| power[at] = value.norm_sqr();
        self.run(signal, &mut self.new_scratch(), &mut write)?;
        Ok(power)
    }

    /// Writes the power `[frequencies, samples]`, without allocating.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`DspError::LengthMismatch`] unless `power` has that shape.
    pub fn power_into(
        &mut self,
        signal: &[f64],
        power: &mut ArrayRef2<f64>,
    ) -> Result<(), DspError> {
        if power.dim() != (self.wavelets.len(), self.len) {
            return Err(DspError::LengthMismatch {
                name: "power",
                actual: power.len(),
                expected: self.wavelets.len() * self.len,
            });
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut write = |at: (usize, usize), value: Complex64| power[at] = value.norm_sqr();
        let result = self.run(signal, &mut scratch, &mut write);
        self.scratch = scratch;
        result
    }

    fn new_scratch(&self) -> Scratch {
        let fft_len = self.forward.len();
        let scratch_len = self
            .forward
            .get_inplace_scratch_len()
            .max(self.inverse.get_inplace_scratch_len());
        Scratch {
            signal: vec![Complex64::ZERO; fft_len],
            product: vec![Complex64::ZERO; fft_len],
            fft: vec![Complex64::ZERO; scratch_len],
        }
    }

    fn run(
        &self,
        signal: &[f64],
        scratch: &mut Scratch,
        write: &mut impl FnMut((usize, usize), Complex64),
    ) -> Result<(), DspError> {
        if signal.len() != self.len {
            return Err(DspError::LengthMismatch {
                name: "signal",
                actual: signal.len(),
                expected: self.len,
            });
        }
        check_finite(signal)?;
        scratch.signal.fill(Complex64::ZERO);
        for (value, sample) in scratch.signal.iter_mut().zip(signal) {
            *value = (*sample).into();
        }
        self.forward
            .process_with_scratch(&mut scratch.signal, &mut scratch.fft);
        for (row, (wavelet, half_len)) in self.wavelets.iter().enumerate() {
            for ((product, a), b) in scratch.product.iter_mut().zip(&scratch.signal).zip(wavelet) {
                *product = a * b;
            }
            self.inverse
                .process_with_scratch(&mut scratch.product, &mut scratch.fft);
            for (index, value) in scratch.product[*half_len..][..self.len].iter().enumerate() {
                if !value.norm_sqr().is_finite() {
                    return Err(DspError::Overflow { index });
                }
                write((row, index), *value);
            }
        }
        Ok(())
    }
}

/// An odd number of samples, the middle one at time 0.
fn wavelet(hz: f64, n_cycles: f64, rate: SampleRate) -> Result<Vec<Complex64>, DspError> {
    let nyquist_hz = rate.nyquist_hz();
    if !(hz > 0.0 && hz < nyquist_hz) {
        return Err(DspError::EdgeOutOfRange { hz, nyquist_hz });
    }
    if !(n_cycles.is_finite() && n_cycles > 0.0) {
        return Err(DspError::InvalidSetting {
            name: "n_cycles",
            value: n_cycles,
            expected: "a finite number above 0",
        });
    }
    let deviation = n_cycles / (TAU * hz);
    let half_len = (5.0 * deviation / (1.0 / rate.hz())).ceil().max(1.0) as usize;
    checked_len("wavelet", half_len)?;
    // What the oscillation has left at 0 Hz (the admissibility criterion).
    let mean = (-2.0 * (PI * hz * deviation).powi(2)).exp();
    let sample = |n: usize| {
        let time = (n as f64 - (half_len - 1) as f64) / rate.hz();
        let envelope = (-time * time / (2.0 * deviation * deviation)).exp();
        (Complex64::from_polar(1.0, TAU * hz * time) - mean) * envelope
    };
    let mut wavelet: Vec<Complex64> = (0..2 * half_len - 1).map(sample).collect();
    let norm = wavelet.iter().map(Complex64::norm_sqr).sum::<f64>().sqrt();
    let scale = std::f64::consts::SQRT_2 / norm;
    wavelet.iter_mut().for_each(|value| *value *= scale);
    Ok(wavelet)
}

impl fmt::Debug for Morlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Morlet")
            .field("len", &self.len)
            .field("n_frequencies", &self.wavelets.len())
            .finish_non_exhaustive()
    }
}
