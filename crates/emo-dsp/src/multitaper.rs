use std::fmt;
use std::sync::Arc;

use ndarray::{Array2, ArrayRef2};
use num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use crate::filter::{check_finite, check_overflow};
use crate::{Detrend, DspError, SampleRate, Tapers, WindowSymmetry, dpss};

/// Tapers of a lower concentration leak; MNE drops them as "high bias".
const MIN_CONCENTRATION: f64 = 0.9;

/// MNE's bound on the iterations for adaptive weights.
const MAX_ITERATIONS: usize = 150;

/// The mean squared change of adaptive weights that ends the iteration, as in MNE.
const CONVERGED: f64 = 1e-10;

/// How the spectrum of [`Multitaper`] is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MultitaperScaling {
    /// Squared unit of the signal per hertz; MNE's `normalization="full"`.
    #[default]
    Density,
    /// The density times the sample rate; MNE's `normalization="length"`, its default.
    Length,
}

/// Settings of [`Multitaper`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MultitaperConfig {
    /// Rate of the samples.
    pub sample_rate: SampleRate,
    /// Samples of a signal, 2 to 2²⁶.
    pub len: usize,
    /// Width over which a spectral line is smeared, in Hz; at least `rate / len` and below the rate. Default: 8 times
    /// `rate / len`, as MNE.
    pub bandwidth_hz: f64,
    /// Whether only tapers with more than 0.9 of their power in the band are used. Default: true, as MNE.
    pub low_bias: bool,
    /// Whether tapers are weighted for each bin by how little they leak there; needs 3 tapers. Default: false, as MNE.
    pub adaptive: bool,
    /// What is taken off the signal. Default: its mean, as MNE.
    pub detrend: Detrend,
    /// Default: density.
    pub scaling: MultitaperScaling,
}

impl MultitaperConfig {
    /// The defaults for signals of `len` samples.
    pub fn new(sample_rate: SampleRate, len: usize) -> Self {
        Self {
            sample_rate,
            len,
            bandwidth_hz: 8.0 * sample_rate.hz() / len as f64,
            low_bias: true,
            adaptive: false,
            detrend: Detrend::Constant,
            scaling: MultitaperScaling::Density,
        }
    }
}

/// Power spectrum by averaging over orthogonal tapers (Thomson's method), one-sided, as MNE's
/// `psd_array_multitaper`.
///
/// The tapers are [`dpss`], `⌊2 · half_bandwidth⌋` of them less those that leak, weighted by the square roots of their
/// concentrations or adaptively.
///
/// # Output
/// `len / 2 + 1` bins from 0 Hz in steps of [`bin_hz`](Self::bin_hz).
///
/// ```
/// use emo_dsp::{Multitaper, MultitaperConfig, SampleRate};
///
/// let rate = SampleRate::from_hz(128.0)?;
/// let multitaper = Multitaper::new(&MultitaperConfig::new(rate, 256))?;
/// let tone: Vec<f64> =
///     (0..256).map(|n| (std::f64::consts::TAU * 20.0 * f64::from(n) / 128.0).sin()).collect();
/// let density = multitaper.compute(&tone)?;
/// assert!((density.iter().sum::<f64>() * multitaper.bin_hz() - 0.5).abs() < 0.01);
/// # Ok::<(), emo_dsp::DspError>(())
/// ```
///
/// # References
/// - D. J. Thomson (1982). Spectrum estimation and harmonic analysis. Proceedings of the IEEE 70(9).
///   doi:10.1109/PROC.1982.12433.
/// - D. B. Percival, A. T. Walden (1993). Spectral analysis for physical applications, chapter 7. Cambridge University
///   Press. doi:10.1017/CBO9780511622762.
#[derive(Clone)]
pub struct Multitaper {
    plan: Arc<dyn RealToComplex<f64>>,
    tapers: Tapers,
    adaptive: bool,
    detrend: Detrend,
    bin_hz: f64,
    scale: f64,
    scratch: Scratch,
}

#[derive(Debug, Clone, Default)]
struct Scratch {
    signal: Vec<f64>,
    input: Vec<f64>,
    spectra: Array2<Complex64>,
    fft: Vec<Complex64>,
    /// Squared weights `[tapers, bins]` of two iterations.
    weights: [Vec<f64>; 2],
}

impl Multitaper {
    /// Computes the tapers and plans the transform.
    ///
    /// # Errors
    /// - [`DspError::InvalidSetting`] for a length or bandwidth outside its range.
    /// - [`DspError::TooFewTapers`] for adaptive weights with fewer than 3 tapers.
    pub fn new(config: &MultitaperConfig) -> Result<Self, DspError> {
        let rate_hz = config.sample_rate.hz();
        let half_bandwidth = config.bandwidth_hz * config.len as f64 / (2.0 * rate_hz);
        // A little less than the exact limit, for bandwidths that were computed as the smallest one.
        if !(half_bandwidth >= 0.5 - 1e-12 && config.bandwidth_hz < rate_hz) {
            return Err(DspError::InvalidSetting {
                name: "bandwidth_hz",
                value: config.bandwidth_hz,
                expected: "at least the rate over the length, and below the rate",
            });
        }
        let n_tapers = ((2.0 * half_bandwidth + 1e-9) as usize).clamp(1, config.len.max(1));
        let mut tapers = dpss(
            config.len,
            half_bandwidth,
            n_tapers,
            WindowSymmetry::Periodic,
        )?;
        if config.low_bias {
            // They are sorted, and the best one stays in any case.
            let is_kept = |share: &&f64| **share > MIN_CONCENTRATION;
            let n_kept = tapers
                .concentrations
                .iter()
                .take_while(is_kept)
                .count()
                .max(1);
            tapers.concentrations.truncate(n_kept);
            tapers.tapers = tapers.tapers.slice_move(ndarray::s![..n_kept, ..]);
        }
        if config.adaptive && tapers.concentrations.len() < 3 {
            return Err(DspError::TooFewTapers {
                actual: tapers.concentrations.len(),
                required: 3,
            });
        }
        let mut multitaper = Self {
            plan: RealFftPlanner::new().plan_fft_forward(config.len),
            tapers,
            adaptive: config.adaptive,
            detrend: config.detrend,
            bin_hz: rate_hz / config.len as f64,
            scale: match config.scaling {
                MultitaperScaling::Density => 1.0 / rate_hz,
                MultitaperScaling::Length => 1.0,
            },
            scratch: Scratch::default(),
        };
        multitaper.scratch = multitaper.new_scratch();
        Ok(multitaper)
    }

    /// The number of bins.
    pub fn n_bins(&self) -> usize {
        self.plan.len() / 2 + 1
    }

    /// The distance of two bins in hertz.
    pub fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// The tapers in use.
    pub fn tapers(&self) -> &Tapers {
        &self.tapers
    }

    /// The spectrum of a signal of the planned length.
    ///
    /// # Errors
    /// - [`DspError::LengthMismatch`] for a signal of another length.
    /// - [`DspError::NonFinite`] for a NaN or infinite sample.
    /// - [`DspError::Overflow`] if the result leaves the range of `f64`.
    pub fn compute(&self, signal: &[f64]) -> Result<Vec<f64>, DspError> {
        let mut density = vec![0.0; self.n_bins()];
        self.run(signal, &mut density, &mut self.new_scratch())?;
        Ok(density)
    }

    /// Writes the spectrum of a signal, without allocating.
    ///
    /// # Errors
    /// As [`compute`](Self::compute), and [`DspError::LengthMismatch`] unless `density` holds
    /// [`n_bins`](Self::n_bins) values.
    pub fn compute_into(&mut self, signal: &[f64], density: &mut [f64]) -> Result<(), DspError> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.run(signal, density, &mut scratch);
        self.scratch = scratch;
        result
    }

    /// The tapered spectra `[tapers, bins]` of a signal, one-sided and unscaled.
    ///
    /// The bins at 0 Hz and the Nyquist frequency, which stand once in the whole spectrum, are divided by √2.
    ///
    /// # Errors
    /// As [`compute`](Self::compute).
    pub fn spectra(&self, signal: &[f64]) -> Result<Array2<Complex64>, DspError> {
        let mut scratch = self.new_scratch();
        self.transform(signal, &mut scratch)?;
        Ok(scratch.spectra)
    }

    fn new_scratch(&self) -> Scratch {
        let n_tapers = self.tapers.concentrations.len();
        let n_weights = if self.adaptive {
            n_tapers * self.n_bins()
        } else {
            0
        };
        Scratch {
            signal: vec![0.0; self.plan.len()],
            input: self.plan.make_input_vec(),
            spectra: Array2::zeros((n_tapers, self.n_bins())),
            fft: self.plan.make_scratch_vec(),
            weights: [vec![0.0; n_weights], vec![0.0; n_weights]],
        }
    }

    fn transform(&self, signal: &[f64], scratch: &mut Scratch) -> Result<(), DspError> {
        if signal.len() != self.plan.len() {
            return Err(DspError::LengthMismatch {
                name: "signal",
                actual: signal.len(),
                expected: self.plan.len(),
            });
        }
        check_finite(signal)?;
        scratch.signal.copy_from_slice(signal);
        self.detrend.apply(&mut scratch.signal);
        let rows = self
            .tapers
            .tapers
            .outer_iter()
            .zip(scratch.spectra.outer_iter_mut());
        for (taper, mut spectrum) in rows {
            for ((value, sample), weight) in
                scratch.input.iter_mut().zip(&scratch.signal).zip(taper)
            {
                *value = sample * weight;
            }
            let spectrum = spectrum
                .as_slice_mut()
                .expect("rows of an array made in standard order are contiguous");
            self.plan
                .process_with_scratch(&mut scratch.input, spectrum, &mut scratch.fft)
                .expect("the buffers are the plan's own");
            spectrum[0] /= std::f64::consts::SQRT_2;
            if signal.len().is_multiple_of(2) {
                spectrum[signal.len() / 2] /= std::f64::consts::SQRT_2;
            }
        }
        Ok(())
    }

    fn run(
        &self,
        signal: &[f64],
        density: &mut [f64],
        scratch: &mut Scratch,
    ) -> Result<(), DspError> {
        if density.len() != self.n_bins() {
            return Err(DspError::LengthMismatch {
                name: "density",
                actual: density.len(),
                expected: self.n_bins(),
            });
        }
        self.transform(signal, scratch)?;
        let shares = &self.tapers.concentrations;
        average(&scratch.spectra, density, |taper, _| shares[taper]);
        // A signal without power has nothing to weight, and its weights would be 0 by 0.
        if self.adaptive && density.iter().any(|power| *power > 0.0) {
            self.adapt(density, scratch);
        }
        density.iter_mut().for_each(|power| *power *= self.scale);
        check_overflow(density)
    }

    /// Alternates between the spectrum and the weights that suit it (Percival and Walden, section 7.4).
    fn adapt(&self, density: &mut [f64], scratch: &mut Scratch) {
        let shares = &self.tapers.concentrations;
        let (n_tapers, n_bins) = scratch.spectra.dim();
        // The trapezoid rule over the spectrum.
        let ends = (density[0] + density[n_bins - 1]) / 2.0;
        let variance = (density.iter().sum::<f64>() - ends) / (2.0 * n_bins as f64);
        let first_two = scratch.spectra.slice(ndarray::s![..2, ..]);
        average(&first_two, density, |taper, _| shares[taper]);
        let [weights, previous] = &mut scratch.weights;
        previous.fill(0.0);
        for _ in 0..MAX_ITERATIONS {
            let mut largest = 0.0_f64;
            for (bin, power) in density.iter().enumerate() {
                let mut change = 0.0;
                for (taper, share) in shares.iter().enumerate() {
                    let index = taper * n_bins + bin;
                    let weight = share.sqrt() * power / (share * power + (1.0 - share) * variance);
                    change += (weight - previous[index]).powi(2);
                    weights[index] = weight;
                }
                largest = largest.max(change / n_tapers as f64);
            }
            if largest < CONVERGED {
                break;
            }
            average(&scratch.spectra, density, |taper, bin| {
                weights[taper * n_bins + bin].powi(2)
            });
            std::mem::swap(weights, previous);
        }
    }
}

/// The weighted mean of the tapers' powers, doubled for both signs of a frequency.
fn average(
    spectra: &ArrayRef2<Complex64>,
    density: &mut [f64],
    squared_weight: impl Fn(usize, usize) -> f64,
) {
    for (bin, (power, column)) in density.iter_mut().zip(spectra.columns()).enumerate() {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (taper, value) in column.iter().enumerate() {
            let weight = squared_weight(taper, bin);
            sum += weight * value.norm_sqr();
            weights += weight;
        }
        *power = 2.0 * sum / weights;
    }
}

impl fmt::Debug for Multitaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multitaper")
            .field("len", &self.plan.len())
            .field("n_tapers", &self.tapers.concentrations.len())
            .field("adaptive", &self.adaptive)
            .field("detrend", &self.detrend)
            .finish_non_exhaustive()
    }
}
