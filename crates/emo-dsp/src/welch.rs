use crate::fft::{SegmentFft, SegmentScratch};
use crate::filter::{check_finite, check_overflow};
use crate::{Detrend, DspError, SampleRate, Window, WindowSymmetry};

/// The unit of a power spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scaling {
    /// Squared unit of the signal per hertz: its integral is the signal's power.
    #[default]
    #[doc(alias = "PSD")]
    Density,
    /// Squared unit of the signal: a sinusoid's peak is its power.
    Spectrum,
}

/// How the spectra of segments become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Averaging {
    /// The mean.
    #[default]
    Mean,
    /// The median, divided by its bias for exponentially distributed power; a few loud segments do not move it.
    Median,
}

/// Settings of [`Welch`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WelchConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Samples of a segment, 1 to 2²⁶.
    #[doc(alias = "nperseg")]
    pub segment_len: usize,
    /// Samples that neighbouring segments share, fewer than `segment_len`. Default: half a segment, rounded down, as
    /// SciPy.
    #[doc(alias = "noverlap")]
    pub overlap_len: usize,
    /// Length of the transform, at least `segment_len`: segments are continued with zeros. Default: `segment_len`.
    #[doc(alias = "nfft")]
    pub fft_len: usize,
    /// Weights of a segment, periodic. Default: Hann, as SciPy.
    pub window: Window,
    /// What is taken off each segment. Default: its mean, as SciPy.
    pub detrend: Detrend,
    /// Default: density, as SciPy.
    pub scaling: Scaling,
    /// Default: mean, as SciPy.
    pub averaging: Averaging,
}

impl WelchConfig {
    /// SciPy's defaults for segments of `segment_len` samples.
    pub fn new(sample_rate: SampleRate, segment_len: usize) -> Self {
        Self {
            sample_rate,
            segment_len,
            overlap_len: segment_len / 2,
            fft_len: segment_len,
            window: Window::Hann,
            detrend: Detrend::Constant,
            scaling: Scaling::Density,
            averaging: Averaging::Mean,
        }
    }

    /// One segment of `len` samples, unweighted: SciPy's `periodogram` of a signal of that length.
    pub fn periodogram(sample_rate: SampleRate, len: usize) -> Self {
        Self {
            overlap_len: 0,
            window: Window::Boxcar,
            ..Self::new(sample_rate, len)
        }
    }
}

/// Power spectrum by averaging over overlapping segments (Welch's method), one-sided.
///
/// As SciPy's `welch`: of a signal of `n` samples, the `⌊(n − overlap_len) / (segment_len − overlap_len)⌋` segments
/// that fit are used; a remainder at the end is not.
///
/// # Output
/// `fft_len / 2 + 1` bins from 0 Hz in steps of [`bin_hz`](Self::bin_hz). Bins other than 0 Hz and the Nyquist
/// frequency hold the power of both signs.
///
/// ```
/// use emo_dsp::{SampleRate, Welch, WelchConfig};
///
/// let rate = SampleRate::from_hz(128.0)?;
/// let welch = Welch::new(&WelchConfig::new(rate, 256))?;
/// let tone: Vec<f64> =
///     (0..1280).map(|n| (std::f64::consts::TAU * 10.0 * f64::from(n) / 128.0).sin()).collect();
/// let density = welch.compute(&tone)?;
/// let peak = (0..density.len()).max_by(|&a, &b| density[a].total_cmp(&density[b])).unwrap();
/// assert_eq!(peak as f64 * welch.bin_hz(), 10.0);
/// // The integral is the power of the tone.
/// assert!((density.iter().sum::<f64>() * welch.bin_hz() - 0.5).abs() < 1e-9);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// P. D. Welch (1967). The use of fast Fourier transform for the estimation of power spectra. IEEE Transactions on
/// Audio and Electroacoustics 15(2). doi:10.1109/TAU.1967.1161901.
#[derive(Debug, Clone)]
pub struct Welch {
    fft: SegmentFft,
    hop_len: usize,
    bin_hz: f64,
    /// What the power of a segment is multiplied by, for a bin that stands once in the whole spectrum.
    scale: f64,
    averaging: Averaging,
    scratch: Scratch,
}

#[derive(Debug, Clone, Default)]
struct Scratch {
    segment: SegmentScratch,
    /// The powers of all segments `[bins, segments]`, for medians.
    powers: Vec<f64>,
}

impl Welch {
    /// Plans the transform.
    ///
    /// # Errors
    /// [`DspError::InvalidSetting`] for a length outside its range, or an overlap that leaves no step.
    pub fn new(config: &WelchConfig) -> Result<Self, DspError> {
        let fft = SegmentFft::new(
            config.window,
            WindowSymmetry::Periodic,
            config.segment_len,
            config.fft_len,
            config.detrend,
        )?;
        let hop_len = hop_len(config.segment_len, config.overlap_len)?;
        let rate_hz = config.sample_rate.hz();
        let scale = match config.scaling {
            Scaling::Density => {
                1.0 / (rate_hz
                    * fft
                        .window()
                        .iter()
                        .map(|weight| weight * weight)
                        .sum::<f64>())
            }
            Scaling::Spectrum => fft.window().iter().sum::<f64>().powi(-2),
        };
        let scratch = Scratch {
            segment: fft.scratch(),
            powers: Vec::new(),
        };
        Ok(Self {
            bin_hz: rate_hz / config.fft_len as f64,
            hop_len,
            scale,
            averaging: config.averaging,
            scratch,
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

    /// The bins' frequencies in hertz, from 0.
    #[doc(alias = "rfftfreq")]
    pub fn frequencies(&self) -> Vec<f64> {
        (0..self.n_bins())
            .map(|bin| bin as f64 * self.bin_hz)
            .collect()
    }

    /// The number of segments of a signal of `len` samples.
    pub fn n_segments(&self, len: usize) -> usize {
        let segment_len = self.fft.window().len();
        match len.checked_sub(segment_len) {
            Some(rest) => rest / self.hop_len + 1,
            None => 0,
        }
    }

    /// The spectrum of a signal.
    ///
    /// # Errors
    /// - [`DspError::SignalTooShort`] below one segment.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        let mut scratch = Scratch {
            segment: self.fft.scratch(),
            powers: Vec::new(),
        };
        let mut spectrum = vec![0.0; self.n_bins()];
        self.run(signal, &mut spectrum, &mut scratch)?;
        Ok(spectrum)
    }

    /// Writes the spectrum of a signal, without allocating.
    ///
    /// Medians need room for all segments and allocate when there are more than ever before.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`DspError::LengthMismatch`] unless `spectrum` holds
    /// [`n_bins`](Self::n_bins) values.
    pub fn compute_into(&mut self, signal: &[f64], spectrum: &mut [f64]) -> Result<(), DspError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.run(signal, spectrum, &mut scratch);
        self.scratch = scratch;
        result
    }

    fn run(
        &self,
        signal: &[f64],
        spectrum: &mut [f64],
        scratch: &mut Scratch,
    ) -> Result<(), DspError> {
        if spectrum.len() != self.n_bins() {
            return Err(DspError::LengthMismatch {
                name: "spectrum",
                actual: spectrum.len(),
                expected: self.n_bins(),
            });
        }
        let segment_len = self.fft.window().len();
        let n_segments = self.n_segments(signal.len());
        if n_segments == 0 {
            return Err(DspError::SignalTooShort {
                actual: signal.len(),
                required: segment_len,
            });
        }
        check_finite(signal)?;
        let segments = (0..n_segments).map(|index| &signal[index * self.hop_len..][..segment_len]);
        match self.averaging {
            Averaging::Mean => {
                spectrum.fill(0.0);
                for segment in segments {
                    let bins = self
                        .fft
                        .transform(segment.iter().copied(), &mut scratch.segment);
                    for (sum, bin) in spectrum.iter_mut().zip(bins) {
                        *sum += bin.norm_sqr();
                    }
                }
                spectrum
                    .iter_mut()
                    .for_each(|sum| *sum /= n_segments as f64);
            }
            Averaging::Median => {
                scratch.powers.resize(spectrum.len() * n_segments, 0.0);
                for (index, segment) in segments.enumerate() {
                    let bins = self
                        .fft
                        .transform(segment.iter().copied(), &mut scratch.segment);
                    for (powers, bin) in scratch.powers.chunks_exact_mut(n_segments).zip(bins) {
                        powers[index] = bin.norm_sqr();
                    }
                }
                let bias = median_bias(n_segments);
                for (median, powers) in spectrum
                    .iter_mut()
                    .zip(scratch.powers.chunks_exact_mut(n_segments))
                {
                    *median = median_of(powers) / bias;
                }
            }
        }
        for (bin, power) in spectrum.iter_mut().enumerate() {
            *power *= self.scale * self.fft.multiplicity(bin);
        }
        check_overflow(spectrum)
    }
}

/// The step from one segment to the next.
pub(crate) fn hop_len(segment_len: usize, overlap_len: usize) -> Result<usize, DspError> {
    match segment_len.checked_sub(overlap_len) {
        Some(hop_len) if hop_len > 0 => Ok(hop_len),
        _ => Err(DspError::InvalidSetting {
            name: "overlap_len",
            value: overlap_len as f64,
            expected: "fewer samples than a segment has",
        }),
    }
}

fn median_of(values: &mut [f64]) -> f64 {
    let (len, middle) = (values.len(), values.len() / 2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if len % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (lower + upper) / 2.0
}

/// The expected median of `n` exponentially distributed values of mean 1 (B. Allen et al. (2012), appendix B,
/// doi:10.1103/PhysRevD.85.122006).
fn median_bias(n: usize) -> f64 {
    1.0 + (1..=(n - 1) / 2)
        .map(|k| {
            let even = 2.0 * k as f64;
            1.0 / (even + 1.0) - 1.0 / even
        })
        .sum::<f64>()
}
