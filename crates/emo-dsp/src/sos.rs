use num_complex::Complex64;

use crate::{DspError, FilterBand, SampleRate, SosStream, butterworth, filter};

/// One second-order section: `H(z) = (b₀ + b₁z⁻¹ + b₂z⁻²) / (1 + a₁z⁻¹ + a₂z⁻²)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// The numerator `[b₀, b₁, b₂]`.
    pub b: [f64; 3],
    /// The denominator after its leading 1: `[a₁, a₂]`.
    pub a: [f64; 2],
}

/// A recursive filter as a cascade of second-order sections.
///
/// Run in direct form II transposed, `f64` throughout.
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "biquad")]
#[doc(alias = "sosfilt")]
pub struct Sos {
    sections: Vec<Section>,
}

impl Sos {
    /// A Butterworth filter: maximally flat in its pass band.
    ///
    /// The analog prototype is transformed to the band, with its edges pre-warped, and mapped by the bilinear
    /// transform. Sections are paired and ordered as SciPy's `butter(order, band, fs=rate, output="sos")` does. As
    /// there, a band-pass or band-stop of order `n` has `2n` poles.
    ///
    /// # Errors
    /// - [`DspError::InvalidOrder`] unless `order` is 1 to [`MAX_ORDER`](crate::MAX_ORDER).
    /// - [`DspError::EdgeOutOfRange`] unless every edge is above 0 and below the Nyquist frequency.
    /// - [`DspError::ReversedBand`] unless a band's lower edge is below its upper edge.
    /// - [`DspError::IllConditioned`] if a pole comes within 1e-6 of the unit circle, as for bands that are a
    ///   millionth of the sample rate.
    ///
    /// # References
    /// - S. Butterworth (1930). On the theory of filter amplifiers. Experimental Wireless and the Wireless Engineer 7.
    /// - P. Virtanen et al. (2020). SciPy 1.0. Nature Methods 17. doi:10.1038/s41592-019-0686-2.
    pub fn butterworth(order: usize, band: FilterBand, rate: SampleRate) -> Result<Self, DspError> {
        Ok(Self {
            sections: butterworth::design(order, band, rate)?,
        })
    }

    /// The sections in the order in which a signal passes them; the first carries the gain.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The complex gain at a frequency in hertz.
    ///
    /// Periodic in the sample rate; at a negative frequency, the conjugate of the gain at the positive one.
    #[doc(alias = "sosfreqz")]
    pub fn response(&self, hz: f64, rate: SampleRate) -> Complex64 {
        let delay = Complex64::from_polar(1.0, -std::f64::consts::TAU * hz / rate.hz());
        self.sections
            .iter()
            .map(|Section { b, a }| {
                (b[0] + delay * (b[1] + delay * b[2])) / (1.0 + delay * (a[0] + delay * a[1]))
            })
            .product()
    }

    /// The causally filtered signal, from rest; as long as `signal`, which may be empty.
    ///
    /// As SciPy's `sosfilt` with a zero initial state.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn filter(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        let mut out = signal.to_vec();
        self.stream().process(&mut out)?;
        Ok(out)
    }

    /// The signal filtered forward and backward: no phase shift, the squared gain; as long as `signal`.
    ///
    /// Both ends are extended by `filtfilt_min_len() − 1` samples of the signal turned about its end point (odd
    /// padding), and each pass starts in the steady state of its first sample: SciPy's `sosfiltfilt` with its
    /// defaults.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below [`filtfilt_min_len`](Self::filtfilt_min_len) samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    ///
    /// # References
    /// F. Gustafsson (1996). Determining the initial states in forward-backward filtering. IEEE Transactions on
    /// Signal Processing 44(4). doi:10.1109/78.492552.
    #[doc(alias = "sosfiltfilt")]
    pub fn filtfilt(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        filter::filtfilt(&self.sections, self.filtfilt_min_len(), signal)
    }

    /// The shortest signal that [`filtfilt`](Self::filtfilt) takes, in samples.
    ///
    /// One more than the padding at each end, which is three times `2·sections + 1`, less the sections whose last
    /// numerator and whose last denominator coefficient is 0, whichever are fewer.
    pub fn filtfilt_min_len(&self) -> usize {
        let count = |is_first_order: fn(&Section) -> bool| {
            self.sections.iter().filter(|s| is_first_order(s)).count()
        };
        let first_order = count(|s| s.b[2] == 0.0).min(count(|s| s.a[1] == 0.0));
        3 * (2 * self.sections.len() + 1 - first_order) + 1
    }

    /// The same filter over a stream that starts at rest.
    pub fn stream(&self) -> SosStream {
        SosStream::new(&self.sections, 0.0)
    }

    /// The same filter over a stream, in the steady state of a signal that has been `value` for all time.
    ///
    /// Spares a filter that removes the mean its long first transient: give the stream's first sample. As SciPy's
    /// `sosfilt_zi` times that sample.
    ///
    /// # Errors
    /// [`DspError::NonFinite`] if `value` is NaN or infinite.
    #[doc(alias = "sosfilt_zi")]
    pub fn stream_from(&self, value: f64) -> Result<SosStream, DspError> {
        if !value.is_finite() {
            return Err(DspError::NonFinite { index: 0, value });
        }
        Ok(SosStream::new(&self.sections, value))
    }
}
