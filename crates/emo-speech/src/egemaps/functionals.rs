use super::analyzer::{SpectralFrame, VoiceFrame};
use super::smoothing::{smooth, smooth_non_zero};
use super::statistics::{Slopes, Statistics, mean, mean_and_variation};

/// Number of functionals.
pub(super) const N_FUNCTIONALS: usize = 88;

/// The least mean power in the sound level, -120 dB.
const MIN_POWER: f64 = 1e-12;

/// The frequency that is 0 semitones, in Hz.
const SEMITONE_REFERENCE: f64 = 27.5;

/// Pitch in semitones above 27.5 Hz, 0 where there is none.
pub(super) fn semitones(pitch: f64) -> f64 {
    if pitch > 0.0 {
        12.0 * (pitch / SEMITONE_REFERENCE).log2()
    } else {
        0.0
    }
}

/// The 88 statistics of a recording, in openSMILE's order. Keeps its memory.
#[derive(Debug, Clone)]
pub(super) struct Functionals {
    /// Time between frames in seconds.
    step: f64,
    series: Vec<f64>,
    statistics: Statistics,
    values: Vec<f64>,
}

impl Functionals {
    pub(super) fn new(step: f64) -> Self {
        Self {
            step,
            series: Vec::new(),
            statistics: Statistics::default(),
            values: Vec::with_capacity(N_FUNCTIONALS),
        }
    }

    /// Allocates for as many frames.
    pub(super) fn reserve(&mut self, n_frames: usize) {
        self.series.reserve(n_frames);
        self.statistics.reserve(n_frames);
    }

    pub(super) fn compute(
        &mut self,
        spectral: &[SpectralFrame],
        voice: &[VoiceFrame],
    ) -> [f64; N_FUNCTIONALS] {
        self.values.clear();
        self.set_pitch(voice);
        self.series.retain(|&x| x != 0.0);
        self.push_contour();
        self.set(spectral.iter().map(|frame| frame.loudness));
        smooth(&mut self.series);
        let loudness = self.push_contour();
        let duration = spectral.len() as f64 * self.step;

        for get in flux_and_cepstra() {
            self.set(spectral.iter().map(get));
            smooth(&mut self.series);
            self.values.extend(mean_and_variation(&self.series));
        }
        for get in voice_quality() {
            self.set(voice.iter().map(get));
            self.smooth_and_keep_non_zero();
            self.values.extend(mean_and_variation(&self.series));
        }
        let is_voiced = |frame: &VoiceFrame| frame.pitch > 0.0;
        let balance = balance_and_flux();
        for get in balance.into_iter().chain(cepstra()) {
            self.set(masked(spectral, voice, is_voiced, get));
            self.smooth_and_keep_non_zero();
            self.values.extend(mean_and_variation(&self.series));
        }
        for get in balance_and_flux() {
            self.set(masked(spectral, voice, |frame| !is_voiced(frame), get));
            self.smooth_and_keep_non_zero();
            self.values.push(mean(&self.series));
        }

        self.values.push(loudness.n_maxima as f64 / duration);
        self.set_pitch(voice);
        self.push_runs();
        self.set(spectral.iter().map(|frame| frame.mean_square));
        let power = mean(&self.series);
        self.values.push(10.0 * power.max(MIN_POWER).log10());
        let values = self.values.first_chunk();
        *values.expect("the tests count the names, and each has its value")
    }

    fn set(&mut self, values: impl Iterator<Item = f64>) {
        self.series.clear();
        self.series.extend(values);
    }

    fn set_pitch(&mut self, voice: &[VoiceFrame]) {
        self.set(voice.iter().map(|frame| semitones(frame.pitch)));
        self.smooth_voice();
    }

    /// Smooths a series of the voice, whose last value counts for that alone.
    fn smooth_voice(&mut self) {
        smooth_non_zero(&mut self.series);
        self.series.pop();
    }

    fn smooth_and_keep_non_zero(&mut self) {
        self.smooth_voice();
        self.series.retain(|&x| x != 0.0);
    }

    /// Mean, variation, percentiles and slopes of the series.
    fn push_contour(&mut self) -> Slopes {
        self.values.extend(mean_and_variation(&self.series));
        self.values
            .extend(self.statistics.percentiles(&self.series));
        let slopes = self.statistics.slopes(&self.series, self.step);
        self.values.extend(slopes.moments);
        slopes
    }

    /// How many voices there are in a second, and how long they and the gaps are.
    fn push_runs(&mut self) {
        let mut runs =
            |is_inside: fn(f64) -> bool| self.statistics.runs(&self.series, self.step, is_inside);
        let (n_voiced, voiced) = runs(|x| x != 0.0);
        let (_, unvoiced) = runs(|x| x == 0.0);
        let duration = self.series.len().max(1) as f64 * self.step;
        self.values.push(n_voiced as f64 / duration);
        self.values.extend(voiced);
        self.values.extend(unvoiced);
    }
}

type Spectral = fn(&SpectralFrame) -> f64;
type Voice = fn(&VoiceFrame) -> f64;

fn flux_and_cepstra() -> impl Iterator<Item = Spectral> {
    let flux: Spectral = |frame| frame.shape.flux;
    std::iter::once(flux).chain(cepstra())
}

fn cepstra() -> [Spectral; 4] {
    [
        |frame| frame.cepstra[0],
        |frame| frame.cepstra[1],
        |frame| frame.cepstra[2],
        |frame| frame.cepstra[3],
    ]
}

fn balance_and_flux() -> [Spectral; 5] {
    [
        |frame| frame.shape.alpha_ratio,
        |frame| frame.shape.hammarberg_index,
        |frame| frame.shape.slope_low,
        |frame| frame.shape.slope_high,
        |frame| frame.shape.flux,
    ]
}

/// Formants count in voiced frames alone, their amplitudes in all.
fn voice_quality() -> [Voice; 14] {
    [
        |frame| frame.irregularity.jitter,
        |frame| frame.irregularity.shimmer,
        |frame| frame.harmonics.hnr,
        |frame| frame.harmonics.h1_h2,
        |frame| frame.harmonics.h1_a3,
        |frame| frame.voiced_formant(0).frequency,
        |frame| frame.voiced_formant(0).bandwidth,
        |frame| frame.harmonics.formants[0],
        |frame| frame.voiced_formant(1).frequency,
        |frame| frame.voiced_formant(1).bandwidth,
        |frame| frame.harmonics.formants[1],
        |frame| frame.voiced_formant(2).frequency,
        |frame| frame.voiced_formant(2).bandwidth,
        |frame| frame.harmonics.formants[2],
    ]
}

/// A descriptor of the spectrum where the voice is as wanted, 0 elsewhere.
fn masked<'a>(
    spectral: &'a [SpectralFrame],
    voice: &'a [VoiceFrame],
    is_wanted: impl Fn(&VoiceFrame) -> bool + 'a,
    get: Spectral,
) -> impl Iterator<Item = f64> + 'a {
    let pairs = spectral.iter().zip(voice);
    pairs.map(move |(s, v)| if is_wanted(v) { get(s) } else { 0.0 })
}
