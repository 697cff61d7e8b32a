use std::ops::Range;
use std::time::Duration;

use crate::SpeechError;
use crate::rms::sum_of_squares;
use crate::signal::{check_number, check_sample_rate, check_signal};

/// Power of the rounding error of 16-bit samples, 2⁻³⁰ / 12: a floor for the noise of recordings with digital silence.
const NOISE_FLOOR: f64 = 1.0 / (12.0 * 32_768.0 * 32_768.0);

/// From this share of full scale a sample may be clipped.
const CLIP_LEVEL: f32 = 0.99;

/// Shortest run of such samples that counts; single peaks may be genuine.
const CLIP_RUN: usize = 3;

/// From this correlation on a frame is periodic.
const PERIODIC: f64 = 0.6;

/// A frame is active from 6 dB above the noise, four times its power.
const ACTIVE_RATIO: f64 = 4.0;

/// How fit a recording is for speech features.
///
/// [`score`](Self::score) is the product of three ramps, each 0 at its bad and 1 at its good end: SNR from 0 to 20 dB,
/// clipped share from 1 % to 0, active share from 0.1 to 0.5. The ends are this crate's own choice, not fitted to
/// listeners' ratings.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SpeechQuality {
    /// From 0 (unfit) to 1.
    pub score: f64,
    /// 90th over 10th percentile of the frames' power in dB: loud speech over what is between the words. Speech without
    /// a pause is underrated, and a steady sound has 0 dB.
    pub snr_db: f64,
    /// Share of samples in runs of at least three at 0.99 of full scale or more, from 0 to 1.
    pub clipped_share: f64,
    /// Share of frames at least 6 dB above the 10th percentile, from 0 to 1.
    pub active_share: f64,
    /// Share of frames that are active and periodic: whose 32 ms correlate by 0.6 or more with those that follow by a
    /// period of 65 to 500 Hz. From 0 to 1; not part of the score.
    pub voiced_share: f64,
}

/// Rates a mono recording at `sample_rate` Hz, full scale being 1.
///
/// Frames are 25 ms long and 10 ms apart. The 10th percentile of their power is taken for the noise, but for at least
/// the rounding noise of 16 bits, so that digital silence between words counts as a very quiet room. Silence
/// throughout scores 0.
///
/// # Errors
/// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`];
/// [`SpeechError::SignalTooShort`] below one frame.
///
/// # Example
/// ```
/// let mut words = vec![0.001; 16_000];
/// for (n, x) in words.iter_mut().enumerate().skip(6_000).take(8_000) {
///     *x = 0.3 * (n as f32 * 0.1).sin();
/// }
/// let quality = emo_speech::quality(&words, 16_000)?;
/// assert!(quality.score > 0.9);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn quality(samples: &[f32], sample_rate: u32) -> Result<SpeechQuality, SpeechError> {
    let levels = Levels::new(samples, sample_rate)?;
    Ok(levels.rate(samples, 0..levels.powers.len(), levels.noise))
}

/// Rates a recording window by window, as [`quality`], and says which samples each window holds.
///
/// Windows of the length `window` begin every `hop`; the last ends within the recording. The noise is that of the whole
/// recording, so that a window of speech without a pause is not underrated; a window without speech scores 0.
///
/// # Errors
/// Those of [`quality`], [`SpeechError::SignalTooShort`] also below one window; [`SpeechError::NumberOutOfRange`] for a
/// `window` outside 50 ms to 600 s and a `hop` outside 10 ms to 600 s.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// let mut words = vec![0.001; 32_000];
/// for (n, x) in words.iter_mut().enumerate().skip(8_000).take(16_000) {
///     *x = 0.3 * (n as f32 * 0.1).sin();
/// }
/// let second = Duration::from_secs(1);
/// let windows = emo_speech::quality_by_window(&words, 16_000, second, second / 2)?;
/// assert_eq!(windows.len(), 3);
/// let (samples, quality) = &windows[1];
/// assert_eq!(*samples, 8_000..24_000);
/// assert!(quality.snr_db > 40.0 && quality.active_share > 0.99 && quality.voiced_share > 0.95);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn quality_by_window(
    samples: &[f32],
    sample_rate: u32,
    window: Duration,
    hop: Duration,
) -> Result<Vec<(Range<usize>, SpeechQuality)>, SpeechError> {
    let levels = Levels::new(samples, sample_rate)?;
    check_number("window", window.as_secs_f64(), 0.05, 600.0)?;
    check_number("hop", hop.as_secs_f64(), 0.01, 600.0)?;
    let in_samples =
        |time: Duration| (time.as_secs_f64() * f64::from(sample_rate)).round() as usize;
    let (window_len, hop_len) = (in_samples(window), in_samples(hop));
    let Some(last) = samples.len().checked_sub(window_len) else {
        return Err(SpeechError::SignalTooShort {
            actual: samples.len(),
            required: window_len,
        });
    };
    Ok((0..=last)
        .step_by(hop_len)
        .map(|start| {
            let span = start..start + window_len;
            let first = start.div_ceil(levels.hop_len);
            let n_frames = (span.end.saturating_sub(levels.frame_len) / levels.hop_len + 1)
                .saturating_sub(first);
            let frames = first..first + n_frames;
            let quality = levels.rate(&samples[span.clone()], frames, levels.noise);
            (span, quality)
        })
        .collect())
}

/// What is known of each frame of a recording.
struct Levels {
    frame_len: usize,
    hop_len: usize,
    powers: Vec<f64>,
    periodic: Vec<bool>,
    /// The 10th percentile of the powers.
    noise: f64,
}

impl Levels {
    fn new(samples: &[f32], sample_rate: u32) -> Result<Self, SpeechError> {
        check_sample_rate(sample_rate)?;
        check_signal(samples)?;
        let frame_len = sample_rate as usize * 25 / 1000;
        let hop_len = sample_rate as usize / 100;
        if samples.len() < frame_len {
            return Err(SpeechError::SignalTooShort {
                actual: samples.len(),
                required: frame_len,
            });
        }
        let powers: Vec<f64> = samples
            .windows(frame_len)
            .step_by(hop_len)
            .map(|frame| sum_of_squares(frame) / frame_len as f64)
            .collect();
        let noise = percentile(&sorted(&powers), 0.1).max(NOISE_FLOOR);
        let centres = (0..powers.len()).map(|k| k * hop_len + frame_len / 2);
        Ok(Self {
            frame_len,
            hop_len,
            periodic: periodic(samples, sample_rate, centres),
            powers,
            noise,
        })
    }

    /// Rates a part that holds these frames.
    fn rate(&self, samples: &[f32], frames: Range<usize>, noise: f64) -> SpeechQuality {
        let powers = &self.powers[frames.clone()];
        let loud = percentile(&sorted(powers), 0.9).max(NOISE_FLOOR);
        let is_active = |power: &f64| *power >= ACTIVE_RATIO * noise;
        let share = |n: usize| n as f64 / powers.len() as f64;
        let active = powers.iter().map(is_active);
        let n_voiced = active
            .clone()
            .zip(&self.periodic[frames])
            .filter(|&(is_active, &is_periodic)| is_active && is_periodic)
            .count();
        let snr_db = 10.0 * (loud / noise).log10();
        let clipped_share = clipped(samples) as f64 / samples.len() as f64;
        let active_share = share(active.filter(|&is_active| is_active).count());
        let score =
            ramp(snr_db, 0.0, 20.0) * ramp(clipped_share, 0.01, 0.0) * ramp(active_share, 0.1, 0.5);
        SpeechQuality {
            score,
            snr_db,
            clipped_share,
            active_share,
            voiced_share: share(n_voiced),
        }
    }
}

/// Whether the 32 ms around each centre are like those that follow by a period of 65 to 500 Hz.
///
/// The correlation is normalised by both parts' energies and taken at about 4 kHz.
fn periodic(samples: &[f32], sample_rate: u32, centres: impl Iterator<Item = usize>) -> Vec<bool> {
    let factor = (sample_rate as usize / 4000).max(1);
    let rate = sample_rate as usize / factor;
    let low: Vec<f64> = samples
        .chunks(factor)
        .map(|chunk| chunk.iter().map(|&x| f64::from(x)).sum())
        .collect();
    let len = rate * 32 / 1000;
    let lags = rate.div_ceil(500)..=rate / 65;
    centres
        .map(|centre| {
            let start = (centre / factor).saturating_sub((len + lags.end()) / 2);
            lags.clone().any(|lag| {
                let (Some(a), Some(b)) = (
                    low.get(start..start + len),
                    low.get(start + lag..start + lag + len),
                ) else {
                    return false;
                };
                let product =
                    |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
                let both = product(a, b);
                both > 0.0 && both * both >= PERIODIC * PERIODIC * product(a, a) * product(b, b)
            })
        })
        .collect()
}

fn sorted(powers: &[f64]) -> Vec<f64> {
    let mut sorted = powers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The value that a share of the ascending `sorted` lies below, interpolated linearly between neighbours.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    below + (above - below) * position.fract()
}

fn clipped(samples: &[f32]) -> usize {
    samples
        .chunk_by(|a, b| (a.abs() >= CLIP_LEVEL) == (b.abs() >= CLIP_LEVEL))
        .filter(|run| run[0].abs() >= CLIP_LEVEL && run.len() >= CLIP_RUN)
        .map(<[f32]>::len)
        .sum()
}

/// 0 at `bad` and beyond, 1 at `good` and beyond, linear between.
fn ramp(x: f64, bad: f64, good: f64) -> f64 {
    ((x - bad) / (good - bad)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One second at 8 kHz: a square wave of one amplitude, then of another.
    fn two_levels(quiet: f32, loud: f32, n_quiet: usize) -> Vec<f32> {
        (0..8000)
            .map(|n| if n < n_quiet { quiet } else { loud })
            .enumerate()
            .map(|(n, level)| if n % 2 == 0 { level } else { -level })
            .collect()
    }

    #[test]
    fn the_ratio_of_two_known_levels_is_found() {
        let quality = quality(&two_levels(0.1, 0.1 * 10.0_f32.sqrt(), 4000), 8000).unwrap();
        emo_testing::assert_close([quality.snr_db], [10.0], 1e-6, 0.0);
        // 98 frames, and two or three of them lie across the change.
        emo_testing::assert_close([quality.active_share], [0.5], 0.0, 0.03);
        emo_testing::assert_close([quality.score], [0.5], 0.0, 0.02);
        assert_eq!(quality.clipped_share, 0.0);
    }

    #[test]
    fn a_voice_is_periodic_and_noise_is_not() {
        let mut x = 1_u32;
        let noise: Vec<f32> = (0..32_000)
            .map(|_| {
                x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (x >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect();
        for rate in [8_000, 16_000, 22_050, 44_100] {
            for f0 in [70.0, 120.0, 240.0, 450.0] {
                let pulses: Vec<f32> = (0..rate)
                    .map(|n| {
                        let phase = f0 * n as f32 / rate as f32;
                        (1..9)
                            .map(|k| (std::f32::consts::TAU * phase * k as f32).cos())
                            .sum()
                    })
                    .collect();
                let centres = || (0..90).map(|k| (k * rate / 100) as usize);
                let n_voiced = periodic(&pulses, rate, centres())
                    .iter()
                    .filter(|&&p| p)
                    .count();
                assert_eq!(n_voiced, 90, "{rate} {f0}");
                let n_voiced = periodic(&noise, rate, centres())
                    .iter()
                    .filter(|&&p| p)
                    .count();
                assert!(n_voiced <= 1, "{rate}: {n_voiced}");
            }
        }
    }

    #[test]
    fn windows_cover_the_recording() {
        let signal = two_levels(0.01, 0.3, 4000);
        let (window, hop) = (Duration::from_millis(200), Duration::from_millis(100));
        let windows = quality_by_window(&signal, 8000, window, hop).unwrap();
        assert_eq!(windows.len(), 9);
        for (k, (span, quality)) in windows.iter().enumerate() {
            assert_eq!(*span, 800 * k..800 * k + 1600);
            let expected = match k {
                0..=3 => 0.0,
                5.. => 1.0,
                _ => continue,
            };
            assert_eq!(
                (quality.active_share, quality.score),
                (expected, expected),
                "{k}"
            );
        }
        assert!(matches!(
            quality_by_window(&signal[..1000], 8000, window, hop),
            Err(SpeechError::SignalTooShort {
                actual: 1000,
                required: 1600
            })
        ));
    }

    #[test]
    fn clipping_needs_a_run_of_three() {
        assert_eq!(clipped(&[1.0, 1.0, 0.0, 1.0, -1.0, 0.99, 0.98, 1.0]), 3);
        let quality = quality(&two_levels(0.01, 1.0, 4000), 8000).unwrap();
        assert_eq!((quality.clipped_share, quality.score), (0.5, 0.0));
    }

    #[test]
    fn silence_and_steady_sound_score_zero() {
        for level in [0.0, 0.3] {
            assert_eq!(
                quality(&two_levels(level, level, 0), 8000).unwrap().score,
                0.0
            );
        }
    }

    #[test]
    fn digital_silence_between_words_is_a_finite_ratio() {
        let quality = quality(&two_levels(0.0, 0.5, 4000), 8000).unwrap();
        emo_testing::assert_close(
            [quality.snr_db],
            [10.0 * (0.25 / NOISE_FLOOR).log10()],
            1e-9,
            0.0,
        );
        assert!(quality.score > 0.95);
    }

    #[test]
    fn less_than_a_frame_is_an_error() {
        assert!(matches!(
            quality(&[0.1; 199], 8000),
            Err(SpeechError::SignalTooShort {
                actual: 199,
                required: 200
            })
        ));
    }
}
