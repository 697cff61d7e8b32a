use super::analyzer::{SpectralFrame, VoiceFrame};
use super::smoothing::{smooth, smooth_non_zero};
use super::statistics::{Slopes, mean, mean_and_variation, percentiles, runs, slopes};

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

/// The 88 statistics of a recording, in openSMILE's order. `step` is the time between frames in seconds.
pub(super) fn functionals(spectral: &[SpectralFrame], voice: &[VoiceFrame], step: f64) -> Vec<f64> {
    let is_voiced = |frame: &VoiceFrame| frame.pitch > 0.0;
    let pitch = smooth_non_zero(&series(voice, |frame| semitones(frame.pitch)));
    let loudness = smooth(&series(spectral, |frame| frame.loudness));
    let mut values = Vec::with_capacity(88);

    values.extend(contour(&non_zero(&pitch), step).0);
    let (statistics, peaks) = contour(&loudness, step);
    values.extend(statistics);
    for get in flux_and_cepstra() {
        values.extend(mean_and_variation(&smooth(&series(spectral, get))));
    }
    for get in voice_quality() {
        let smoothed = smooth_non_zero(&series(voice, get));
        values.extend(mean_and_variation(&non_zero(&smoothed)));
    }
    let balance = balance_and_flux();
    for get in balance.into_iter().chain(cepstra()) {
        let voiced = masked(spectral, voice, is_voiced, get);
        values.extend(mean_and_variation(&non_zero(&smooth_non_zero(&voiced))));
    }
    for get in balance_and_flux() {
        let unvoiced = masked(spectral, voice, |frame| !is_voiced(frame), get);
        values.push(mean(&non_zero(&smooth_non_zero(&unvoiced))));
    }

    values.push(peaks.n_maxima as f64 / (loudness.len() as f64 * step));
    let (n_voiced, voiced) = runs(&pitch, step, |x| x != 0.0);
    let (_, unvoiced) = runs(&pitch, step, |x| x == 0.0);
    let duration = pitch.len().saturating_sub(1).max(1) as f64 * step;
    values.push(n_voiced as f64 / duration);
    values.extend(voiced);
    values.extend(unvoiced);
    let power = mean(&series(spectral, |frame| frame.mean_square));
    values.push(10.0 * power.max(MIN_POWER).log10());
    values
}

/// Mean, variation, percentiles and slopes of a contour.
fn contour(values: &[f64], step: f64) -> ([f64; 10], Slopes) {
    let [mean, variation] = mean_and_variation(values);
    let [low, middle, high, range] = percentiles(values);
    let slopes = slopes(values, step);
    let [a, b, c, d] = slopes.moments;
    (
        [mean, variation, low, middle, high, range, a, b, c, d],
        slopes,
    )
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

fn series<T>(frames: &[T], get: impl Fn(&T) -> f64) -> Vec<f64> {
    frames.iter().map(get).collect()
}

/// A descriptor of the spectrum where the voice is as wanted, 0 elsewhere.
fn masked(
    spectral: &[SpectralFrame],
    voice: &[VoiceFrame],
    is_wanted: impl Fn(&VoiceFrame) -> bool,
    get: Spectral,
) -> Vec<f64> {
    let pairs = spectral.iter().zip(voice);
    pairs
        .map(|(s, v)| if is_wanted(v) { get(s) } else { 0.0 })
        .collect()
}

fn non_zero(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|&x| x != 0.0).collect()
}
