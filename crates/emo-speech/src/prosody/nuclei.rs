use super::intensity::IntensityTrack;
use super::pitch_track::PitchTrack;

/// How far intensity falls on either side of a nucleus, in dB.
const DIP_DB: f64 = 2.0;
/// Below the loudest hundredth of the frames by this much is a pause, in dB.
const PAUSE_DB: f64 = 25.0;
/// A shorter one is a stop consonant, in seconds.
const MIN_PAUSE: f64 = 0.3;

/// Times of syllable nuclei in seconds, for the rate of speech without a transcript.
///
/// A nucleus is a peak of intensity above the median of all frames, at least 2 dB above the dips before and after it,
/// that is voiced. Both tracks are of the same signal.
///
/// # Example
/// ```
/// use emo_speech::{Intensity, IntensityConfig, PitchTracker, PitchTrackerConfig, syllable_nuclei};
///
/// // Three syllables of a hum in a second and a half.
/// let hum: Vec<f32> = (0..24_000)
///     .map(|n| (n as f32 * 0.05).sin() * (n as f32 * std::f32::consts::PI / 8_000.0).sin().powi(2))
///     .collect();
/// let intensity = Intensity::new(IntensityConfig::new(16_000))?.compute(&hum)?;
/// let pitch = PitchTracker::new(PitchTrackerConfig::new(16_000))?.compute(&hum)?;
/// assert_eq!(syllable_nuclei(&intensity, &pitch).len(), 3);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// N. H. de Jong, T. Wempe, Praat script to detect syllable nuclei and measure speech rate automatically, Behavior
/// Research Methods 41(2), 2009, doi:10.3758/BRM.41.2.385.
pub fn syllable_nuclei(intensity: &IntensityTrack, pitch: &PitchTrack) -> Vec<f64> {
    let levels = intensity.decibels();
    let threshold = quantile(levels, 0.5);
    let mut nuclei = Vec::new();
    let mut low = f64::INFINITY;
    let mut peak: Option<usize> = None;
    for (index, &level) in levels.iter().enumerate() {
        match peak {
            // Before a rise of 2 dB from the lowest level so far there is no peak.
            None => {
                low = low.min(level);
                if level >= low + DIP_DB {
                    peak = Some(index);
                }
            }
            Some(top) if level > levels[top] => peak = Some(index),
            Some(top) if level <= levels[top] - DIP_DB => {
                let time = intensity.times().time(top);
                if levels[top] > threshold && pitch.frequency_at(time).is_some() {
                    nuclei.push(time);
                }
                (peak, low) = (None, level);
            }
            Some(_) => {}
        }
    }
    nuclei
}

/// The share of frames in pauses of at least 0.3 s, from 0 to 1, and how many pauses there are.
pub(super) fn pauses(intensity: &IntensityTrack) -> (f64, usize) {
    let levels = intensity.decibels();
    let threshold = quantile(levels, 0.99) - PAUSE_DB;
    let min_len = (MIN_PAUSE / intensity.times().step()).round() as usize;
    let (mut n_frames, mut n_pauses) = (0, 0);
    for run in levels.chunk_by(|a, b| (*a < threshold) == (*b < threshold)) {
        if run[0] < threshold && run.len() >= min_len {
            n_frames += run.len();
            n_pauses += 1;
        }
    }
    (n_frames as f64 / levels.len().max(1) as f64, n_pauses)
}

/// The value that a share of all lies below, each value standing for the middle of its own share and linear between them
/// (Hazen's definition, which is Praat's); 0 for none.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let position = (share * sorted.len() as f64 - 0.5).clamp(0.0, last as f64);
    let (below, above) = (
        sorted[position.floor() as usize],
        sorted[position.ceil() as usize],
    );
    below + (above - below) * position.fract()
}
