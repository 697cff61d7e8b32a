use num_complex::Complex64;

use crate::cascade::run_whole;
use crate::iir_design::{checked_poles, design};
use crate::{DspError, FilterBand, SampleRate, SosStream, butterworth, chebyshev, filter};

/// Samples per block in which the ringing is looked for, and blocks at most; as MNE.
const RINGING_BLOCK: usize = 1000;
const MAX_RINGING_BLOCKS: usize = 100;

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
            sections: design(butterworth::prototype(order)?, band, rate)?,
        })
    }

    /// A Chebyshev filter of the first kind: steeper than Butterworth, with `ripple_db` of ripple in its pass band.
    ///
    /// At its edges the gain is down by the ripple. As SciPy's `cheby1(order, ripple_db, band, fs=rate, output="sos")`.
    ///
    /// # Errors
    /// As [`butterworth`](Self::butterworth), and [`DspError::InvalidSetting`] unless `ripple_db` is above 0.
    #[doc(alias = "cheby1")]
    pub fn chebyshev1(
        order: usize,
        ripple_db: f64,
        band: FilterBand,
        rate: SampleRate,
    ) -> Result<Self, DspError> {
        Ok(Self {
            sections: design(chebyshev::prototype(order, ripple_db)?, band, rate)?,
        })
    }

    /// A notch: a section without gain at `hz` and with gain 1 far from it.
    ///
    /// `quality` is `hz` over the width of the notch where the gain is 1/√2; 30 is usual for mains hum. As SciPy's
    /// `iirnotch`.
    ///
    /// # Errors
    /// - [`DspError::EdgeOutOfRange`] unless `hz` is above 0 and below the Nyquist frequency.
    /// - [`DspError::InvalidSetting`] for a `quality` that is not above `2 · hz / rate`, where the notch is as wide as
    ///   the spectrum.
    /// - [`DspError::IllConditioned`] if the poles come within 1e-6 of the unit circle.
    ///
    /// # References
    /// S. J. Orfanidis (1996). Introduction to signal processing, section 11.3. Prentice Hall.
    #[doc(alias = "iirnotch")]
    pub fn notch(hz: f64, quality: f64, rate: SampleRate) -> Result<Self, DspError> {
        let nyquist_hz = rate.nyquist_hz();
        if !(hz > 0.0 && hz < nyquist_hz) {
            return Err(DspError::EdgeOutOfRange { hz, nyquist_hz });
        }
        if !(quality.is_finite() && quality > hz / nyquist_hz) {
            return Err(DspError::InvalidSetting {
                name: "quality",
                value: quality,
                expected: "a finite number above 2 · hz / rate",
            });
        }
        let angle = std::f64::consts::TAU * hz / rate.hz();
        let gain = 1.0 / (1.0 + (angle / quality / 2.0).tan());
        let middle = -2.0 * gain * angle.cos();
        let a = [middle, 2.0 * gain - 1.0];
        // The poles of a resonance are conjugates; those of a notch wider than that are real and far from the circle.
        let pole = Complex64::new(a[1].max(0.0).sqrt(), 0.0);
        checked_poles([pole], gain)?;
        Ok(Self {
            sections: vec![Section {
                b: [gain, middle, gain],
                a,
            }],
        })
    }

    /// This filter followed by another.
    ///
    /// ```
    /// use emo_dsp::{FilterBand, SampleRate, Sos};
    ///
    /// let rate = SampleRate::from_hz(250.0)?;
    /// let band = FilterBand::BandPass { low_hz: 0.5, high_hz: 45.0 };
    /// let filter = Sos::butterworth(4, band, rate)?.then(Sos::notch(50.0, 30.0, rate)?);
    /// assert_eq!(filter.sections().len(), 5);
    /// # Ok::<(), emo_dsp::DspError>(())
    /// ```
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.sections.extend(next.sections);
        self
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

    /// The causally filtered signal, from the steady state of a signal that has been `value` for all time; as long as
    /// `signal`, which may be empty.
    ///
    /// Within rounding what [`stream_from`](Self::stream_from) makes of it, in less time: filters that forget soon work on
    /// several parts of a long signal at once.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample, and for such a `value` with index 0.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn filter_from(&self, value: f64, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        filter::check_finite(&[value])?;
        filter::check_finite(signal)?;
        let mut out = signal.to_vec();
        run_whole(&self.sections, value, &mut out);
        filter::check_overflow(&out)?;
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

    /// The signal filtered forward and backward with `pad_len` samples more at each end; as long as `signal`.
    ///
    /// The padding is odd, as [`filtfilt`](Self::filtfilt)'s, as far as the signal reaches, and 0 beyond. With the
    /// lesser of [`ringing_len`](Self::ringing_len) and the signal's length less 1, this is MNE's `filter_data(…,
    /// method="iir")`.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] for an empty signal.
    /// - [`DspError::InvalidSetting`] for a padding above 2²⁶ samples.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn filtfilt_padded(&self, signal: &[f64], pad_len: usize) -> Result<Vec<f64>, DspError> {
        filter::filtfilt_padded(&self.sections, pad_len, signal)
    }

    /// How long the filter rings, in samples: until its impulse response stays below a thousandth of its largest
    /// value; at most 100 000. As MNE's `estimate_ringing_samples`.
    ///
    /// Cost: the filtering of as many samples, in blocks of 1000.
    #[doc(alias = "estimate_ringing_samples")]
    pub fn ringing_len(&self) -> usize {
        let mut stream = self.stream();
        let mut block = vec![0.0; RINGING_BLOCK];
        let mut threshold = 0.0_f64;
        let mut last = RINGING_BLOCK;
        for index in 0..MAX_RINGING_BLOCKS {
            block.fill(0.0);
            block[0] = f64::from(u8::from(index == 0));
            stream.run(&mut block);
            let largest = block.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            threshold = threshold.max(0.001 * largest);
            match block.iter().rposition(|value| value.abs() > threshold) {
                Some(position) => last = position,
                None => return (index.max(1) - 1) * RINGING_BLOCK + last,
            }
        }
        RINGING_BLOCK * MAX_RINGING_BLOCKS
    }

    /// The state of each section in the steady state of a constant 1, as SciPy's `sosfilt_zi`.
    #[doc(alias = "sosfilt_zi")]
    pub fn steady_state(&self) -> Vec<[f64; 2]> {
        SosStream::new(&self.sections, 1.0).states().collect()
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
    pub fn stream_from(&self, value: f64) -> Result<SosStream, DspError> {
        if !value.is_finite() {
            return Err(DspError::NonFinite { index: 0, value });
        }
        Ok(SosStream::new(&self.sections, value))
    }
}
