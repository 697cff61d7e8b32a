use std::ops::Range;

use crate::SpeechError;
use crate::frame::Framing;
use crate::rms::rms_into;
use crate::signal::{check_number, check_signal};

/// What counts as silence in [`trim`] and [`split`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TrimConfig {
    /// A frame is silent that lies so many decibels or more below the loudest; default 60, as in librosa.
    pub top_db: f64,
    /// Length of a frame in samples; default 2048, as in librosa.
    pub frame_len: usize,
    /// Distance of two frames in samples; default 512, as in librosa.
    #[doc(alias = "hop_length")]
    pub hop_len: usize,
}

impl Default for TrimConfig {
    fn default() -> Self {
        Self {
            top_db: 60.0,
            frame_len: 2048,
            hop_len: 512,
        }
    }
}

/// The samples from the first sounding frame to the last, as `librosa.effects.trim` 0.11.
///
/// Frames are centred: frame `k` stands for the samples from `k · hop_len` on. Silence throughout is kept whole, as
/// there.
///
/// # Errors
/// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`]; [`SpeechError::ConfigOutOfRange`] for a frame or hop
/// of no sample or more than 2²⁰, [`SpeechError::NumberOutOfRange`] for a `top_db` outside 0 to 400.
///
/// # Example
/// ```
/// use emo_speech::{TrimConfig, trim};
///
/// let mut signal = vec![0.0; 10_000];
/// signal[4_096..6_000].fill(0.5);
/// let span = trim(&signal, &TrimConfig::default())?;
/// assert_eq!(span, 3_584..7_168);
/// assert_eq!(signal[span].len(), 3_584);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn trim(samples: &[f32], config: &TrimConfig) -> Result<Range<usize>, SpeechError> {
    let spans = split(samples, config)?;
    let start = spans.first().map_or(0, |span| span.start);
    let end = spans.last().map_or(0, |span| span.end);
    Ok(start..end)
}

/// The stretches of samples between silences, as `librosa.effects.split` 0.11.
///
/// # Errors
/// Those of [`trim`].
///
/// # Example
/// ```
/// use emo_speech::{TrimConfig, split};
///
/// let mut signal = vec![0.0; 20_000];
/// signal[..1_000].fill(0.5);
/// signal[9_000..9_100].fill(0.5);
/// let spans = split(&signal, &TrimConfig::default())?;
/// assert_eq!(spans, [0..2_048, 8_192..10_240]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
pub fn split(samples: &[f32], config: &TrimConfig) -> Result<Vec<Range<usize>>, SpeechError> {
    check_signal(samples)?;
    check_number("top_db", config.top_db, 0.0, 400.0)?;
    let framing = Framing::new(config.frame_len, config.hop_len)?;
    let mut levels = vec![0.0; framing.n_frames(samples.len())];
    rms_into(samples, framing, &mut levels);
    let decibels = |level: f32| 20.0 * f64::from(level).max(MIN_AMPLITUDE).log10();
    let loudest = decibels(levels.iter().copied().fold(0.0, f32::max));
    let sounds: Vec<bool> = levels
        .iter()
        .map(|&level| decibels(level) - loudest > -config.top_db)
        .collect();
    Ok(crate::voice_segments(
        &sounds,
        config.hop_len,
        samples.len(),
    ))
}

/// What librosa's `amplitude_to_db` takes for silence.
const MIN_AMPLITUDE: f64 = 1e-5;
