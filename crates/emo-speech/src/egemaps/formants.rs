use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};

use crate::roots::Roots;

/// The rate at which the vocal tract is modelled, in Hz.
const RATE: f64 = 11_000.0;
/// Order of the linear prediction.
const ORDER: usize = 11;
/// Formants below or above are left out, in Hz.
const RANGE: (f64, f64) = (50.0, 5_450.0);
/// Number of formants that are kept, of which the first three are descriptors.
pub(super) const N_FORMANTS: usize = 5;

/// Frequency and bandwidth of one formant in Hz, both 0 where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Formant {
    pub(super) frequency: f64,
    pub(super) bandwidth: f64,
}

/// Formants of one frame from the roots of a prediction polynomial.
///
/// The steps, constants and signs are openSMILE's, as far as its output shows them: the spectrum's lower bins are
/// transformed back on a coarser grid of time, beginning with the padding; and the polynomial whose roots are taken has
/// the predictor's coefficients with the opposite sign. So the formants are not where a phonetician's program finds
/// them, but where this feature set has them.
#[derive(Debug, Clone)]
pub(super) struct FormantMeter {
    resampler: SpectrumResampler,
    signal: Vec<f32>,
    roots: Roots<ORDER>,
}

impl FormantMeter {
    /// For frames of `len` samples in a transform of `n_bins` bins.
    pub(super) fn new(len: usize, n_bins: usize, sample_rate: u32) -> Self {
        let n_fft = 2 * (n_bins - 1);
        let n_samples = (len as f64 * RATE / f64::from(sample_rate)).round() as usize;
        Self {
            resampler: SpectrumResampler::new(n_samples, n_fft, sample_rate),
            signal: vec![0.0; n_samples],
            roots: Roots::default(),
        }
    }

    pub(super) fn measure(&mut self, bins: &[Complex<f64>]) -> [Formant; N_FORMANTS] {
        self.resampler.process(bins, &mut self.signal);
        match predictor(&self.signal) {
            Some(predictor) => self.solve(&predictor),
            None => [Formant::default(); N_FORMANTS],
        }
    }

    fn solve(&mut self, predictor: &[f64; ORDER]) -> [Formant; N_FORMANTS] {
        let mut formants = [Formant::default(); N_FORMANTS];
        let mut n_found = 0;
        for root in self.roots.of_monic(predictor) {
            let frequency = root.arg() * RATE / (2.0 * PI);
            if root.im <= 0.0 || !(RANGE.0..=RANGE.1).contains(&frequency) {
                continue;
            }
            let formant = Formant {
                frequency,
                bandwidth: (root.norm().ln() * RATE / PI).abs(),
            };
            // Insertion into the sorted beginning of the array; the highest one falls out.
            let place = formants[..n_found].partition_point(|f| f.frequency <= frequency);
            if place < N_FORMANTS {
                n_found = (n_found + 1).min(N_FORMANTS);
                formants[place..n_found].rotate_right(1);
                formants[place] = formant;
            }
        }
        formants
    }
}

/// Coefficients of the best linear predictor of the signal by the autocorrelation method, `None` for silence.
///
/// The lags are summed in single precision: the signal has little above 3.4 kHz, so the equations are so badly
/// conditioned that the rounding of the original is part of its result.
fn predictor(signal: &[f32]) -> Option<[f64; ORDER]> {
    let mut lags = [0.0_f64; ORDER + 1];
    for (lag, value) in lags.iter_mut().enumerate() {
        let products = signal[lag..].iter().zip(signal).map(|(a, b)| a * b);
        *value = f64::from(products.fold(0.0_f32, |sum, product| sum + product));
    }
    if lags[0] <= 0.0 {
        return None;
    }
    let mut coefficients = [0.0; ORDER];
    let mut error = lags[0];
    for i in 0..ORDER {
        let predicted: f64 = (0..i).map(|j| coefficients[j] * lags[i - j]).sum();
        let reflection = (lags[i + 1] - predicted) / error;
        let before = coefficients;
        coefficients[i] = reflection;
        for j in 0..i {
            coefficients[j] = before[j] - reflection * before[i - 1 - j];
        }
        error *= 1.0 - reflection * reflection;
        if error <= 0.0 || !error.is_finite() {
            return None;
        }
    }
    Some(coefficients)
}

/// Evaluates the first bins of a spectrum as a function of time at [`RATE`].
#[derive(Clone)]
enum SpectrumResampler {
    /// The period of the spectrum is a whole number of new samples.
    Fft {
        inverse: Arc<dyn ComplexToReal<f64>>,
        n_bins: usize,
        input: Vec<Complex<f64>>,
        output: Vec<f64>,
        scratch: Vec<Complex<f64>>,
        scale: f64,
    },
    /// Cosines and sines by sample and bin.
    Table {
        rows: Vec<Complex<f64>>,
        n_bins: usize,
    },
}

impl SpectrumResampler {
    fn new(n_samples: usize, n_fft: usize, sample_rate: u32) -> Self {
        // Half as many bins as new samples, although their period is longer than the new frame.
        let n_bins = (n_samples / 2).min(n_fft / 2);
        let numerator = n_fft * RATE as usize;
        let period = numerator / sample_rate as usize;
        let is_whole = numerator.is_multiple_of(sample_rate as usize);
        let scale = 1.0 / n_fft as f64;
        if is_whole && period >= n_samples && period / 2 >= n_bins {
            let inverse = RealFftPlanner::<f64>::new().plan_fft_inverse(period);
            return Self::Fft {
                n_bins,
                input: inverse.make_input_vec(),
                output: inverse.make_output_vec(),
                scratch: inverse.make_scratch_vec(),
                inverse,
                scale,
            };
        }
        let step = 2.0 * PI * f64::from(sample_rate) / (RATE * n_fft as f64);
        let rows = (0..n_samples)
            .flat_map(|n| {
                (0..n_bins)
                    .map(move |bin| Complex::from_polar(2.0 * scale, step * (n * bin) as f64))
            })
            .collect();
        Self::Table { rows, n_bins }
    }

    /// Every bin counts twice, that at 0 Hz too.
    fn process(&mut self, bins: &[Complex<f64>], signal: &mut [f32]) {
        match self {
            Self::Fft {
                inverse,
                n_bins,
                input,
                output,
                scratch,
                scale,
            } => {
                input.fill(Complex::ZERO);
                input[..*n_bins].copy_from_slice(&bins[..*n_bins]);
                input[0] = Complex::new(2.0 * bins[0].re, 0.0);
                inverse
                    .process_with_scratch(input, output, scratch)
                    .expect("the plan made the buffers, and the first and last bin are real");
                for (out, x) in signal.iter_mut().zip(output.iter()) {
                    *out = (x * *scale) as f32;
                }
            }
            Self::Table { rows, n_bins } => {
                for (out, row) in signal.iter_mut().zip(rows.chunks_exact(*n_bins)) {
                    let products = row.iter().zip(bins).map(|(a, b)| a.re * b.re - a.im * b.im);
                    *out = products.sum::<f64>() as f32;
                }
            }
        }
    }
}

impl fmt::Debug for SpectrumResampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpectrumResampler").finish_non_exhaustive()
    }
}
