use std::f64::consts::TAU;

use num_complex::Complex64;

use crate::convolve::Convolver;
use crate::fft::checked_len;
use crate::filter::{check_finite, check_overflow, odd_extended};
use crate::{DspError, FilterBand, FirConfig, FirStream, SampleRate, Window, fir_design};

/// A filter with a finite impulse response: each output is a weighted sum of the latest inputs.
///
/// The designs here have symmetric weights ("linear phase"): every frequency is delayed by [`delay`](Self::delay)
/// samples.
///
/// ```
/// use emo_dsp::{FilterBand, Fir, FirConfig, SampleRate};
///
/// let rate = SampleRate::from_hz(128.0)?;
/// let band = FilterBand::BandPass { low_hz: 1.0, high_hz: 40.0 };
/// let filter = Fir::design(&FirConfig::new(band, rate))?;
/// assert_eq!(filter.taps().len(), 423);
/// assert!((filter.response(10.0, rate).norm() - 1.0).abs() < 0.01);
///
/// // The whole signal at once without a delay, or as it comes.
/// let signal: Vec<f64> = (0..640).map(|n| (0.4 * f64::from(n)).sin()).collect();
/// assert_eq!(filter.filter_zero_phase(&signal)?.len(), 640);
/// let mut stream = filter.stream();
/// let mut pieces = signal.clone();
/// for piece in pieces.chunks_mut(17) {
///     stream.process(piece)?;
/// }
/// assert_eq!(pieces, filter.filter(&signal)?);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fir {
    taps: Vec<f64>,
    convolver: Convolver,
}

impl Fir {
    /// A filter with these weights; the first is that of the latest sample.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] unless there are 1 to 2²⁶ of them.
    /// - [`DspError::NonFinite`] for one that is NaN or infinite.
    pub fn new(taps: impl Into<Vec<f64>>) -> Result<Self, DspError> {
        let taps = taps.into();
        checked_len("n_taps", taps.len())?;
        check_finite(&taps)?;
        Ok(Self {
            convolver: Convolver::new(&taps),
            taps,
        })
    }

    /// The ideal response cut off by a window, with a gain of exactly 1 at the centre of the (first) pass band.
    ///
    /// As SciPy's `firwin(n_taps, edges, window=…, pass_zero=…, fs=rate)`; the gain at an edge is about ½.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] for a number of taps outside 1 to 2²⁶, or an even one where the band reaches the
    ///   Nyquist frequency (high-pass and band-stop), at which symmetric weights of even number have no gain.
    /// - [`DspError::EdgeOutOfRange`] and [`DspError::ReversedBand`] as [`Sos::butterworth`](crate::Sos::butterworth).
    #[doc(alias = "firwin")]
    pub fn windowed(
        n_taps: usize,
        band: FilterBand,
        window: Window,
        rate: SampleRate,
    ) -> Result<Self, DspError> {
        Self::new(fir_design::windowed(n_taps, band, window, rate)?)
    }

    /// As long as its transition bands need, by MNE's rule; see [`FirConfig`].
    ///
    /// # Errors
    /// - [`DspError::EdgeOutOfRange`] and [`DspError::ReversedBand`] for the edges and the ends of transition bands.
    /// - [`DspError::InvalidSetting`] for a transition or window that is not on offer.
    #[doc(alias = "create_filter")]
    pub fn design(config: &FirConfig) -> Result<Self, DspError> {
        Self::new(fir_design::designed(config)?)
    }

    /// Notches at all these frequencies in one filter, each `hz / 200` and 1 Hz of transition wide, as MNE's
    /// `notch_filter`.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] without frequencies.
    /// - [`DspError::EdgeOutOfRange`] and [`DspError::ReversedBand`] for notches that overlap or leave the range from 0
    ///   Hz to the Nyquist frequency.
    #[doc(alias = "notch_filter")]
    pub fn notch(frequencies_hz: &[f64], rate: SampleRate) -> Result<Self, DspError> {
        Self::new(fir_design::notches(frequencies_hz, rate)?)
    }

    /// The weights, which are the impulse response.
    pub fn taps(&self) -> &[f64] {
        &self.taps
    }

    /// The delay of symmetric weights in samples; a half for an even number of them.
    pub fn delay(&self) -> f64 {
        (self.taps.len() - 1) as f64 / 2.0
    }

    /// The complex gain at a frequency in hertz.
    #[doc(alias = "freqz")]
    pub fn response(&self, hz: f64, rate: SampleRate) -> Complex64 {
        let angle = -TAU * hz / rate.hz();
        let terms = self.taps.iter().enumerate();
        terms
            .map(|(n, tap)| Complex64::from_polar(*tap, angle * n as f64))
            .sum()
    }

    /// The causally filtered signal, from rest; as long as `signal`, and bit for bit what [`stream`](Self::stream) gives.
    ///
    /// # Errors
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    #[doc(alias = "lfilter")]
    pub fn filter(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        let mut out = signal.to_vec();
        self.stream().process(&mut out)?;
        Ok(out)
    }

    /// The signal filtered and shifted back by the delay; as long as `signal`.
    ///
    /// Both ends are extended by odd padding of one sample less than the filter is long, with zeros beyond a shorter
    /// signal: MNE's `filter_data(…, method="fir", phase="zero", pad="reflect_limited")`. Cost: that of transforms.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] for an even number of taps, whose delay is not a whole number of samples.
    /// - [`DspError::SignalTooShort`] for an empty signal.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    #[doc(alias = "filter_data")]
    pub fn filter_zero_phase(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        let n_taps = self.taps.len();
        if n_taps.is_multiple_of(2) {
            return Err(DspError::InvalidSetting {
                name: "n_taps",
                value: n_taps as f64,
                expected: "an odd number",
            });
        }
        check_finite(signal)?;
        let edge = n_taps.min(signal.len().max(1)) - 1;
        let extended = odd_extended(signal, edge)?;
        let mut out = vec![0.0; signal.len()];
        self.convolver
            .run(&extended, edge + (n_taps - 1) / 2, &mut out);
        check_overflow(&out)?;
        Ok(out)
    }

    /// The same filter over a stream that starts at rest.
    pub fn stream(&self) -> FirStream {
        FirStream::new(&self.taps)
    }
}
