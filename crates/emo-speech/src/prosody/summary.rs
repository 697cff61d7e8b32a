use ndarray::Array1;

use super::formants::{Formant, FormantTrack, FormantTracker, FormantTrackerConfig};
use super::harmonicity::{Harmonicity, HarmonicityConfig};
use super::intensity::{Intensity, IntensityConfig, IntensityTrack};
use super::nuclei::{pauses, quantile, syllable_nuclei};
use super::perturbation::{PeriodLimits, jitter, shimmer};
use super::pitch_track::PitchTrack;
use super::pitch_tracker::{PitchTracker, PitchTrackerConfig};
use super::pulses::glottal_pulses;
use crate::SpeechError;
use crate::signal::to_f32;

/// The names of the values of [`Prosody`], in their order, with the unit at the end.
pub const PROSODY_NAMES: [&str; 39] = [
    "f0_mean_hz",
    "f0_std_hz",
    "f0_p20_hz",
    "f0_median_hz",
    "f0_p80_hz",
    "f0_std_semitones",
    "f0_slope_semitones_per_s",
    "voicing_strength_mean",
    "jitter_local",
    "jitter_rap",
    "jitter_ppq5",
    "shimmer_local",
    "shimmer_local_db",
    "shimmer_apq3",
    "shimmer_apq5",
    "hnr_mean_db",
    "hnr_std_db",
    "f1_mean_hz",
    "f1_median_hz",
    "f1_std_hz",
    "f1_bandwidth_median_hz",
    "f2_mean_hz",
    "f2_median_hz",
    "f2_std_hz",
    "f2_bandwidth_median_hz",
    "f3_mean_hz",
    "f3_median_hz",
    "f3_std_hz",
    "f3_bandwidth_median_hz",
    "intensity_mean_db",
    "intensity_std_db",
    "intensity_range_db",
    "voiced_share",
    "voiced_segments_per_s",
    "voiced_segment_mean_s",
    "pause_share",
    "pauses_per_s",
    "nuclei_per_s",
    "nuclei_per_voiced_s",
];

/// The prosody of a recording in 39 numbers: pitch, voice quality, formants, intensity and pace.
///
/// [`PROSODY_NAMES`] says what they are. Pitch is that of [`PitchTracker`] from 75 to 500 Hz; formants are taken from
/// voiced frames only; the range of intensity is from the 5th to the 95th percentile, its mean and standard deviation
/// are over all frames; standard deviations are divided by the number less one; the slope is the mean absolute change
/// between voiced neighbours. What needs a voice is 0 where there is too little of it: `voiced_share` tells.
///
/// ```
/// use emo_speech::{PROSODY_NAMES, Prosody};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
/// let values = Prosody::new(16_000)?.compute(&tone)?;
/// let median = PROSODY_NAMES.iter().position(|&name| name == "f0_median_hz");
/// assert!((values[median.unwrap()] - 127.32).abs() < 0.1);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Prosody {
    sample_rate: u32,
    pitch: PitchTracker,
    harmonicity: Harmonicity,
    formants: FormantTracker,
    intensity: Intensity,
}

impl Prosody {
    /// Plans everything for a sample rate in Hz, with the defaults of each part.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`].
    pub fn new(sample_rate: u32) -> Result<Self, SpeechError> {
        Ok(Self {
            sample_rate,
            pitch: PitchTracker::new(PitchTrackerConfig::new(sample_rate))?,
            harmonicity: Harmonicity::new(HarmonicityConfig::new(sample_rate))?,
            formants: FormantTracker::new(FormantTrackerConfig::new(sample_rate))?,
            intensity: Intensity::new(IntensityConfig::new(sample_rate))?,
        })
    }

    /// The rate in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The values of a whole signal, `[39]`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::SignalTooShort`] below 86 ms.
    pub fn compute(&mut self, samples: &[f32]) -> Result<Array1<f32>, SpeechError> {
        let intensity = self.intensity.compute(samples)?;
        let pitch = self.pitch.compute(samples)?;
        let harmonicity = self.harmonicity.compute(samples)?;
        let formants = self.formants.compute(samples)?;
        let pulses = glottal_pulses(samples, self.sample_rate, &pitch)?;
        let limits = PeriodLimits::default();
        let jitter = jitter(&pulses, limits);
        let shimmer = shimmer(samples, self.sample_rate, &pulses, limits)?;
        let decibels: Vec<f64> = harmonicity.decibels().iter().flatten().copied().collect();

        let mut values = pitch_values(&pitch);
        let perturbations = [
            jitter.local,
            jitter.rap,
            jitter.ppq5,
            shimmer.local,
            shimmer.local_db,
            shimmer.apq3,
            shimmer.apq5,
        ];
        values.extend(perturbations.map(Option::unwrap_or_default));
        values.extend([mean(&decibels), deviation(&decibels)]);
        for number in 1..=3 {
            values.extend(formant_values(&formants, &pitch, number));
        }
        values.extend(pace_values(&intensity, &pitch));
        Ok(values.into_iter().map(to_f32).collect())
    }
}

fn pitch_values(pitch: &PitchTrack) -> Vec<f64> {
    let voiced: Vec<f64> = pitch.voiced().collect();
    let semitones: Vec<f64> = voiced.iter().map(|f0| 12.0 * f0.log2()).collect();
    let frames = pitch.frames().windows(2);
    let steps: Vec<f64> = frames
        .filter_map(|pair| Some(12.0 * (pair[1].frequency? / pair[0].frequency?).log2().abs()))
        .collect();
    let strengths: Vec<f64> = pitch
        .frames()
        .iter()
        .filter(|frame| frame.frequency.is_some())
        .map(|frame| frame.strength)
        .collect();
    vec![
        mean(&voiced),
        deviation(&voiced),
        quantile(&voiced, 0.2),
        quantile(&voiced, 0.5),
        quantile(&voiced, 0.8),
        deviation(&semitones),
        mean(&steps) / pitch.times().step(),
        mean(&strengths),
    ]
}

/// Of the frames in which there is a voice.
fn formant_values(track: &FormantTrack, pitch: &PitchTrack, number: usize) -> [f64; 4] {
    // Of two frames of pitch that are equally near the later one counts, whatever rounding says.
    let voiced = |&(time, _): &(f64, Option<Formant>)| pitch.frequency_at(time + 1e-6).is_some();
    let formants: Vec<Formant> = track
        .times()
        .iter()
        .zip(track.formant(number))
        .filter(voiced)
        .filter_map(|(_, formant)| formant)
        .collect();
    let frequencies: Vec<f64> = formants.iter().map(|f| f.frequency).collect();
    let bandwidths: Vec<f64> = formants.iter().map(|f| f.bandwidth).collect();
    [
        mean(&frequencies),
        quantile(&frequencies, 0.5),
        deviation(&frequencies),
        quantile(&bandwidths, 0.5),
    ]
}

fn pace_values(intensity: &IntensityTrack, pitch: &PitchTrack) -> [f64; 10] {
    let levels = intensity.decibels();
    let duration = pitch.duration();
    let segments = pitch.voiced_intervals();
    let voiced_s: f64 = segments.iter().map(|(start, end)| end - start).sum();
    let share = pitch.voiced().count() as f64 / pitch.frames().len() as f64;
    let n_nuclei = syllable_nuclei(intensity, pitch).len() as f64;
    let (pause_share, n_pauses) = pauses(intensity);
    let over = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    [
        mean(levels),
        deviation(levels),
        quantile(levels, 0.95) - quantile(levels, 0.05),
        share,
        segments.len() as f64 / duration,
        over(voiced_s, segments.len() as f64),
        pause_share,
        n_pauses as f64 / duration,
        n_nuclei / duration,
        over(n_nuclei, voiced_s),
    ]
}

/// 0 for none.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// 0 for less than two.
fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let sum: f64 = values.iter().map(|x| (x - centre) * (x - centre)).sum();
    (sum / values.len().saturating_sub(1).max(1) as f64).sqrt()
}
