use ndarray::{Array2, ArrayRef2};
use num_complex::Complex64;

use crate::fft::{SegmentFft, SegmentScratch};
use crate::filter::check_finite;
use crate::welch::hop_len;
use crate::{Detrend, DspError, SampleRate, Window, WindowSymmetry};

/// What the spectra of [`Stft`] are multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StftScaling {
    /// Nothing, as librosa.
    Unscaled,
    /// 1 / Σw: a sinusoid's magnitude is half its amplitude, as SciPy's `stft`.
    #[default]
    Spectrum,
    /// 1 / √(rate · Σw²): squared magnitudes are a density per hertz.
    Density,
}

/// Settings of [`Stft`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StftConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Samples of a segment, 1 to 2²⁶.
    #[doc(alias = "nperseg")]
    pub segment_len: usize,
    /// Samples that neighbouring segments share, fewer than `segment_len`. Default: half a segment.
    #[doc(alias = "noverlap")]
    pub overlap_len: usize,
    /// Length of the transform, at least `segment_len`. Default: `segment_len`.
    #[doc(alias = "nfft")]
    pub fft_len: usize,
    /// Weights of a segment. Default: Hann.
    pub window: Window,
    /// Default: periodic.
    pub symmetry: WindowSymmetry,
    /// What is taken off each segment. Default: nothing.
    pub detrend: Detrend,
    /// Default: spectrum.
    pub scaling: StftScaling,
    /// Whether segments are centred on the multiples of the step, half a segment of zeros before and after the
    /// signal. Default: true.
    #[doc(alias = "boundary")]
    pub centred: bool,
    /// Whether a remainder at the end is continued with zeros to a whole segment instead of left out. Default: true.
    #[doc(alias = "padded")]
    pub padded_tail: bool,
}

impl StftConfig {
    /// The defaults of SciPy's `stft` for segments of `segment_len` samples.
    pub fn new(sample_rate: SampleRate, segment_len: usize) -> Self {
        Self {
            sample_rate,
            segment_len,
            overlap_len: segment_len / 2,
            fft_len: segment_len,
            window: Window::Hann,
            symmetry: WindowSymmetry::Periodic,
            detrend: Detrend::None,
            scaling: StftScaling::Spectrum,
            centred: true,
            padded_tail: true,
        }
    }

    /// Segments within the signal, their means taken off, scaled to a density: SciPy's `spectrogram` but for its
    /// window (Tukey) and overlap (an eighth of a segment).
    pub fn spectrogram(sample_rate: SampleRate, segment_len: usize) -> Self {
        Self {
            detrend: Detrend::Constant,
            scaling: StftScaling::Density,
            centred: false,
            padded_tail: false,
            ..Self::new(sample_rate, segment_len)
        }
    }
}

/// Short-time Fourier transform of a real signal, one-sided.
///
/// # Output
/// `[fft_len / 2 + 1, frames]`: bins from 0 Hz in steps of [`bin_hz`](Self::bin_hz), frames in steps of
/// `segment_len − overlap_len` samples. The phase is that of the segment's first sample.
///
/// ```
/// use emo_dsp::{SampleRate, Stft, StftConfig};
///
/// let stft = Stft::new(&StftConfig::new(SampleRate::from_hz(128.0)?, 64))?;
/// assert_eq!(stft.compute(&[1.0; 256])?.dim(), (33, 9));
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stft {
    fft: SegmentFft,
    hop_len: usize,
    bin_hz: f64,
    scale: f64,
    edge_len: usize,
    padded_tail: bool,
    scratch: SegmentScratch,
}

impl Stft {
    /// Plans the transform.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a length outside its range, or an overlap that leaves no step.
    pub fn new(config: &StftConfig) -> Result<Self, DspError> {
        let fft = SegmentFft::new(
            config.window,
            config.symmetry,
            config.segment_len,
            config.fft_len,
            config.detrend,
        )?;
        let rate_hz = config.sample_rate.hz();
        let scale = match config.scaling {
            StftScaling::Unscaled => 1.0,
            StftScaling::Spectrum => 1.0 / fft.window().iter().sum::<f64>(),
            StftScaling::Density => (rate_hz
                * fft
                    .window()
                    .iter()
                    .map(|weight| weight * weight)
                    .sum::<f64>())
            .sqrt()
            .recip(),
        };
        Ok(Self {
            bin_hz: rate_hz / config.fft_len as f64,
            hop_len: hop_len(config.segment_len, config.overlap_len)?,
            scale,
            edge_len: if config.centred {
                config.segment_len / 2
            } else {
                0
            },
            padded_tail: config.padded_tail,
            scratch: fft.scratch(),
            fft,
        })
    }

    /// The number of bins.
    pub fn n_bins(&self) -> usize {
        self.fft.n_bins()
    }

    /// The distance of two bins in hertz.
    pub fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// The number of frames of a signal of `len` samples.
    pub fn n_frames(&self, len: usize) -> usize {
        let segment_len = self.fft.window().len();
        let padded = len.saturating_add(2 * self.edge_len);
        match padded.checked_sub(segment_len) {
            Some(rest) if self.padded_tail => rest.div_ceil(self.hop_len) + 1,
            Some(rest) => rest / self.hop_len + 1,
            None => 0,
        }
    }

    /// The spectra `[bins, frames]` of a signal.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] for a signal that is empty or too short for one frame.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Array2<Complex64>, DspError> {
        let mut spectra = Array2::zeros((self.n_bins(), self.n_frames(signal.len())));
        self.run(signal, &mut spectra, &mut self.fft.scratch())?;
        Ok(spectra)
    }

    /// Writes the spectra `[bins, frames]` of a signal, without allocating.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`DspError::LengthMismatch`] unless `spectra` holds
    /// [`n_bins`](Self::n_bins) times [`n_frames`](Self::n_frames) values.
    pub fn compute_into(
        &mut self,
        signal: &[f64],
        spectra: &mut ArrayRef2<Complex64>,
    ) -> Result<(), DspError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.run(signal, spectra, &mut scratch);
        self.scratch = scratch;
        result
    }

    /// The one-sided powers `[bins, frames]` of a signal: squared magnitudes, doubled but for 0 Hz and the Nyquist
    /// frequency.
    ///
    /// # Errors
    /// As [`compute`](Self::compute).
    #[doc(alias = "spectrogram")]
    pub fn power(&self, signal: &[f64]) -> Result<Array2<f64>, DspError> {
        let mut power = self.compute(signal)?.mapv(|bin| bin.norm_sqr());
        for (bin, mut row) in power.outer_iter_mut().enumerate() {
            row *= self.fft.multiplicity(bin);
        }
        match power.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(DspError::Overflow { index }),
            None => Ok(power),
        }
    }

    fn run(
        &self,
        signal: &[f64],
        spectra: &mut ArrayRef2<Complex64>,
        scratch: &mut SegmentScratch,
    ) -> Result<(), DspError> {
        let segment_len = self.fft.window().len();
        let n_frames = self.n_frames(signal.len());
        if n_frames == 0 || signal.is_empty() {
            return Err(DspError::SignalTooShort {
                actual: signal.len(),
                required: segment_len.saturating_sub(2 * self.edge_len).max(1),
            });
        }
        if spectra.dim() != (self.n_bins(), n_frames) {
            return Err(DspError::LengthMismatch {
                name: "spectra",
                actual: spectra.len(),
                expected: self.n_bins() * n_frames,
            });
        }
        check_finite(signal)?;
        for (frame, mut column) in spectra.columns_mut().into_iter().enumerate() {
            let begin = frame * self.hop_len;
            let sample = |n: usize| {
                let index = (begin + n).checked_sub(self.edge_len);
                index.and_then(|index| signal.get(index)).copied()
            };
            let segment = (0..segment_len).map(|n| sample(n).unwrap_or(0.0));
            for (value, bin) in column.iter_mut().zip(self.fft.transform(segment, scratch)) {
                *value = bin * self.scale;
                if !value.is_finite() {
                    return Err(DspError::Overflow { index: begin });
                }
            }
        }
        Ok(())
    }
}
