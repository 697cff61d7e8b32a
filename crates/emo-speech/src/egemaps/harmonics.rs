use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};

use super::formants::{Formant, N_FORMANTS};

/// Most harmonics that are looked for, the fundamental included.
const MAX_HARMONICS: usize = 100;
/// A formant's amplitude is that of the strongest harmonic within this share of its frequency to either side.
const FORMANT_RANGE: f64 = 0.2;
/// The amplitude in dB where there is no pitch, the difference to a third formant without harmonics, and the largest
/// difference of harmonics.
const UNVOICED_DB: f64 = -201.0;
/// The level in dB of a harmonic that is not there.
const MISSING_DB: f64 = -200.0;

/// Harmonics of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Harmonics {
    /// Harmonics-to-noise ratio from the autocorrelation, in dB.
    pub(super) hnr: f64,
    /// The second harmonic above the third (the fundamental being the zeroth, openSMILE's H1 and H2), in dB.
    pub(super) h1_h2: f64,
    /// The second harmonic above the strongest in the third formant, in dB.
    pub(super) h1_a3: f64,
    /// The strongest harmonic in each of the first three formants above the fundamental, in dB.
    pub(super) formants: [f64; 3],
}

/// Finds the harmonics of a known pitch in a magnitude spectrum.
#[derive(Clone)]
pub(super) struct HarmonicMeter {
    bin_hz: f64,
    inverse: Arc<dyn ComplexToReal<f64>>,
    power: Vec<Complex<f64>>,
    correlation: Vec<f64>,
    scratch: Vec<Complex<f64>>,
    /// By harmonic, from the fundamental.
    found: Vec<Option<Peak>>,
}

#[derive(Debug, Clone, Copy)]
struct Peak {
    /// The bin's magnitude.
    height: f64,
    /// The parabola's.
    magnitude: f64,
    hz: f64,
}

impl HarmonicMeter {
    pub(super) fn new(n_bins: usize, bin_hz: f64) -> Self {
        let inverse = RealFftPlanner::<f64>::new().plan_fft_inverse(2 * (n_bins - 1));
        Self {
            bin_hz,
            power: inverse.make_input_vec(),
            correlation: inverse.make_output_vec(),
            scratch: inverse.make_scratch_vec(),
            inverse,
            found: Vec::with_capacity(MAX_HARMONICS),
        }
    }

    /// `pitch` is 0 Hz in unvoiced frames.
    pub(super) fn measure(
        &mut self,
        magnitudes: &[f64],
        pitch: f64,
        formants: &[Formant; N_FORMANTS],
    ) -> Harmonics {
        let unvoiced = Harmonics {
            hnr: 0.0,
            h1_h2: 0.0,
            h1_a3: 0.0,
            formants: [UNVOICED_DB; 3],
        };
        if pitch <= 0.0 {
            return unvoiced;
        }
        self.find(magnitudes, pitch / self.bin_hz);
        let Some(&Some(fundamental)) = self.found.first() else {
            return unvoiced;
        };
        let level = |magnitude: f64| to_db(magnitude / fundamental.height);
        let amplitudes = [0, 1, 2].map(|index| {
            self.strongest_near(formants[index].frequency)
                .map(|peak| level(peak.magnitude))
        });
        let harmonic = |index: usize| match self.found.get(index) {
            None => 0.0,
            Some(None) => MISSING_DB,
            Some(Some(peak)) => level(peak.magnitude),
        };
        let third = amplitudes[2].map_or(UNVOICED_DB, |amplitude| -amplitude);
        let clamp = |difference: f64| difference.clamp(UNVOICED_DB, -UNVOICED_DB);
        Harmonics {
            h1_h2: clamp(harmonic(1) - harmonic(2)),
            h1_a3: clamp(harmonic(1) + third),
            formants: amplitudes.map(|amplitude| amplitude.unwrap_or(0.0)),
            hnr: self.hnr(magnitudes, pitch),
        }
    }

    /// The peak that is nearest to each multiple of `spacing` bins, if it is about as near to no other multiple, and not
    /// that of the harmonic below. The fundamental takes any.
    fn find(&mut self, magnitudes: &[f64], spacing: f64) {
        self.found.clear();
        let mut taken = None;
        let n_harmonics = ((magnitudes.len() - 1) as f64 / spacing) as usize;
        for multiple in 1..=n_harmonics.min(MAX_HARMONICS) {
            let expected = multiple as f64 * spacing;
            let near = expected.round() as usize;
            let Some(bin) = nearest_peak(magnitudes, near, Tie::Higher) else {
                break;
            };
            let is_near = (bin as f64 - expected).abs() <= 0.5 * (spacing + 1.0);
            if multiple > 1 && (!is_near || taken == Some(bin)) {
                self.found.push(None);
                continue;
            }
            taken = Some(bin);
            let [left, height, right] = [magnitudes[bin - 1], magnitudes[bin], magnitudes[bin + 1]];
            let curvature = left - 2.0 * height + right;
            let offset = if curvature == 0.0 {
                0.0
            } else {
                0.5 * (left - right) / curvature
            };
            self.found.push(Some(Peak {
                height,
                magnitude: height - 0.25 * (left - right) * offset,
                hz: (bin as f64 + offset) * self.bin_hz,
            }));
        }
    }

    /// The strongest harmonic near a formant, `None` if that is the fundamental or if there is none.
    fn strongest_near(&self, formant: f64) -> Option<&Peak> {
        let range = (1.0 - FORMANT_RANGE) * formant..=(1.0 + FORMANT_RANGE) * formant;
        let there = self.found.iter().enumerate();
        there
            .filter_map(|(index, peak)| Some((index, peak.as_ref()?)))
            .filter(|(_, peak)| range.contains(&peak.hz))
            .max_by(|(_, a), (_, b)| a.height.total_cmp(&b.height))
            .filter(|&(index, _)| index > 0)
            .map(|(_, peak)| peak)
    }

    /// From the peak of the autocorrelation, of which openSMILE takes the magnitude, that is nearest to the period.
    fn hnr(&mut self, magnitudes: &[f64], pitch: f64) -> f64 {
        for (bin, magnitude) in self.power.iter_mut().zip(magnitudes) {
            *bin = Complex::new(magnitude * magnitude, 0.0);
        }
        self.inverse
            .process_with_scratch(&mut self.power, &mut self.correlation, &mut self.scratch)
            .expect("the plan made the buffers, and the spectrum is real");
        let period = (self.bin_hz * self.correlation.len() as f64 / pitch) as usize;
        let half = self.correlation.len() / 2;
        let lags = &mut self.correlation[..=half];
        lags.iter_mut().for_each(|lag| *lag = lag.abs());
        match nearest_peak(lags, period, Tie::Lower) {
            Some(lag) if lags[0] > 0.0 => {
                let periodic = (lags[lag] / lags[0]).clamp(1e-10, 1.0 - 1e-10);
                10.0 * (periodic / (1.0 - periodic)).log10()
            }
            _ => 0.0,
        }
    }
}

/// Of two maxima that are equally near.
#[derive(Clone, Copy, PartialEq)]
enum Tie {
    Lower,
    Higher,
}

/// The inner index of a local maximum that is nearest to `near`.
fn nearest_peak(values: &[f64], near: usize, tie: Tie) -> Option<usize> {
    let is_peak = |i: &usize| {
        let inner = 1..values.len().saturating_sub(1);
        inner.contains(i) && values[*i] >= values[i - 1] && values[*i] >= values[i + 1]
    };
    (0..values.len()).find_map(|distance| {
        let above = Some(near + distance).filter(is_peak);
        let below = near.checked_sub(distance).filter(is_peak);
        match tie {
            Tie::Lower => below.or(above),
            Tie::Higher => above.or(below),
        }
    })
}

fn to_db(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-10).log10()
}

impl fmt::Debug for HarmonicMeter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HarmonicMeter")
            .field("bin_hz", &self.bin_hz)
            .finish_non_exhaustive()
    }
}
