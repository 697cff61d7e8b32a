use crate::{DspError, FilterBand, SampleRate, Sos, SosStream};

/// Order, ripple in dB and edge (as a share of the new Nyquist frequency) of SciPy's low-pass.
const ORDER: usize = 8;
const RIPPLE_DB: f64 = 0.05;
const EDGE: f64 = 0.8;

/// Keeps one sample in `factor`, after a Chebyshev low-pass at 0.8 of the new Nyquist frequency; as SciPy's
/// `decimate`.
///
/// For factors above about 10, decimate in steps: the low-pass of a large factor is ill-conditioned.
///
/// ```
/// use emo_dsp::Decimator;
///
/// let decimator = Decimator::new(4)?;
/// assert_eq!(decimator.compute(&[1.0; 101])?.len(), 26);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone)]
#[doc(alias = "decimate")]
pub struct Decimator {
    filter: Sos,
    factor: usize,
}

impl Decimator {
    /// Designs the low-pass.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] for a factor below 2.
    /// - [`DspError::IllConditioned`] for one so large that the poles come within 1e-6 of the unit circle.
    pub fn new(factor: usize) -> Result<Self, DspError> {
        if factor < 2 {
            return Err(DspError::InvalidSetting {
                name: "factor",
                value: factor as f64,
                expected: "at least 2",
            });
        }
        let band = FilterBand::LowPass {
            cutoff_hz: EDGE / factor as f64,
        };
        let filter = Sos::chebyshev1(ORDER, RIPPLE_DB, band, SampleRate::from_hz(2.0)?)?;
        Ok(Self { filter, factor })
    }

    /// The low-pass.
    pub fn filter(&self) -> &Sos {
        &self.filter
    }

    /// The first sample and each `factor`-th after it, filtered forward and backward.
    ///
    /// # Errors
    /// As [`Sos::filtfilt`].
    pub fn compute(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        let filtered = self.filter.filtfilt(signal)?;
        Ok(filtered.into_iter().step_by(self.factor).collect())
    }

    /// The same over a stream that starts at rest, filtered causally (SciPy's `zero_phase=False`).
    pub fn stream(&self) -> DecimatorStream {
        DecimatorStream {
            filter: self.filter.stream(),
            factor: self.factor,
            n_skipped: 0,
        }
    }
}

/// A decimation with its state, for a signal that arrives in pieces.
///
/// However the signal is cut, the output is that of the whole, bit for bit. Allocates nothing.
#[derive(Debug, Clone)]
pub struct DecimatorStream {
    filter: SosStream,
    factor: usize,
    /// Samples to come before the next one that is kept.
    n_skipped: usize,
}

impl DecimatorStream {
    /// Takes the next piece of the signal, which is overwritten, and returns what is kept of it: its beginning.
    ///
    /// # Errors
    /// As [`SosStream::process`].
    pub fn process<'p>(&mut self, piece: &'p mut [f64]) -> Result<&'p [f64], DspError> {
        self.filter.process(piece)?;
        let mut n_kept = 0;
        while self.n_skipped < piece.len() {
            piece[n_kept] = piece[self.n_skipped];
            n_kept += 1;
            self.n_skipped += self.factor;
        }
        self.n_skipped -= piece.len();
        Ok(&piece[..n_kept])
    }
}
