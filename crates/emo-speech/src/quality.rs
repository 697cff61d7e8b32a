use crate::SpeechError;
use crate::rms::sum_of_squares;
use crate::signal::{check_sample_rate, check_signal};

/// Power of the rounding error of 16-bit samples, 2⁻³⁰ / 12: a floor for the noise of recordings with digital silence.
const NOISE_FLOOR: f64 = 1.0 / (12.0 * 32_768.0 * 32_768.0);

/// From this share of full scale a sample may be clipped.
const CLIP_LEVEL: f32 = 0.99;

/// Shortest run of such samples that counts; single peaks may be genuine.
const CLIP_RUN: usize = 3;

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
    let mut powers: Vec<f64> = samples
        .windows(frame_len)
        .step_by(hop_len)
        .map(|frame| sum_of_squares(frame) / frame_len as f64)
        .collect();
    powers.sort_unstable_by(f64::total_cmp);

    let noise = percentile(&powers, 0.1).max(NOISE_FLOOR);
    let loud = percentile(&powers, 0.9).max(NOISE_FLOOR);
    let n_active = powers.len() - powers.partition_point(|&power| power < ACTIVE_RATIO * noise);
    let snr_db = 10.0 * (loud / noise).log10();
    let clipped_share = clipped(samples) as f64 / samples.len() as f64;
    let active_share = n_active as f64 / powers.len() as f64;
    let score =
        ramp(snr_db, 0.0, 20.0) * ramp(clipped_share, 0.01, 0.0) * ramp(active_share, 0.1, 0.5);
    Ok(SpeechQuality {
        score,
        snr_db,
        clipped_share,
        active_share,
    })
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
