use std::fmt;
use std::sync::Arc;

use num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};

use crate::DspError;
use crate::fft::checked_len;
use crate::filter::check_finite;

/// The analytic signal: the signal and, as its imaginary part, its Hilbert transform.
///
/// Its magnitude is the envelope, its argument the phase of a narrow-band signal. As SciPy's `hilbert`: over the whole
/// signal, which is taken to be periodic, so that the ends are less certain than the middle.
///
/// ```
/// use emo_dsp::Hilbert;
///
/// let cosine: Vec<f64> = (0..64).map(|n| 3.0 * (std::f64::consts::TAU * f64::from(n) / 16.0).cos()).collect();
/// let analytic = Hilbert::new(64)?.compute(&cosine)?;
/// assert!(analytic.iter().all(|z| (z.norm() - 3.0).abs() < 1e-12));
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// L. Marple (1999). Computing the discrete-time "analytic" signal via FFT. IEEE Transactions on Signal Processing
/// 47(9). doi:10.1109/78.782222.
#[derive(Clone)]
#[doc(alias = "AnalyticSignal")]
pub struct Hilbert {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    scratch: Scratch,
}

#[derive(Debug, Clone, Default)]
struct Scratch {
    input: Vec<f64>,
    bins: Vec<Complex64>,
    fft: Vec<Complex64>,
}

impl Hilbert {
    /// Plans the transforms of signals of `len` samples.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a length outside 1 to 2²⁶ samples.
    pub fn new(len: usize) -> Result<Self, DspError> {
        checked_len("len", len)?;
        let mut hilbert = Self {
            forward: RealFftPlanner::new().plan_fft_forward(len),
            inverse: FftPlanner::new().plan_fft_inverse(len),
            scratch: Scratch::default(),
        };
        hilbert.scratch = hilbert.new_scratch();
        Ok(hilbert)
    }

    /// The analytic signal, as long as the signal.
    ///
    /// # Errors
    /// - [`DspError::LengthMismatch`] for a signal of another length than planned for.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Vec<Complex64>, DspError> {
        let mut analytic = vec![Complex64::ZERO; self.forward.len()];
        self.run(signal, &mut analytic, &mut self.new_scratch())?;
        Ok(analytic)
    }

    /// Writes the analytic signal, without allocating.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`DspError::LengthMismatch`] unless `analytic` is as long as the signal.
    pub fn compute_into(
        &mut self,
        signal: &[f64],
        analytic: &mut [Complex64],
    ) -> Result<(), DspError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.run(signal, analytic, &mut scratch);
        self.scratch = scratch;
        result
    }

    fn new_scratch(&self) -> Scratch {
        let fft_len = self
            .forward
            .get_scratch_len()
            .max(self.inverse.get_inplace_scratch_len());
        Scratch {
            input: self.forward.make_input_vec(),
            bins: self.forward.make_output_vec(),
            fft: vec![Complex64::ZERO; fft_len],
        }
    }

    fn run(
        &self,
        signal: &[f64],
        analytic: &mut [Complex64],
        scratch: &mut Scratch,
    ) -> Result<(), DspError> {
        let len = self.forward.len();
        for (name, actual) in [("signal", signal.len()), ("analytic", analytic.len())] {
            if actual != len {
                return Err(DspError::LengthMismatch {
                    name,
                    actual,
                    expected: len,
                });
            }
        }
        check_finite(signal)?;
        let Scratch { input, bins, fft } = scratch;
        input.copy_from_slice(signal);
        self.forward
            .process_with_scratch(input, bins, fft)
            .expect("the buffers are the plan's own");
        analytic.fill(Complex64::ZERO);
        for (index, (value, bin)) in analytic.iter_mut().zip(bins).enumerate() {
            let both_signs = index == 0 || 2 * index == len;
            *value = *bin * if both_signs { 1.0 } else { 2.0 } / len as f64;
        }
        self.inverse.process_with_scratch(analytic, fft);
        match analytic.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(DspError::Overflow { index }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Hilbert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hilbert")
            .field("len", &self.forward.len())
            .finish_non_exhaustive()
    }
}
