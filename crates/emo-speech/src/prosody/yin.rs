use super::centred_frames::CentredFrames;
use super::difference::Difference;
use crate::SpeechError;
use crate::signal::{
    check_number, check_range, check_sample_rate, check_signal, check_signal_from,
};

/// Settings of [`Yin`].
///
/// The defaults are those of `librosa.yin` 0.11, for speech from 65 to 500 Hz.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct YinConfig {
    /// Rate of the signal in Hz.
    pub sample_rate: u32,
    /// The lowest frequency in Hz; default 65. Two of its periods fit into a frame.
    #[doc(alias = "fmin")]
    pub min_frequency: f64,
    /// The highest frequency in Hz; default 500.
    #[doc(alias = "fmax")]
    pub max_frequency: f64,
    /// Length of a frame in samples; default 2048.
    pub frame_len: usize,
    /// Samples between frames; default 512.
    pub hop_len: usize,
    /// The first trough below this is taken; default 0.1.
    pub trough_threshold: f64,
}

impl YinConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            min_frequency: 65.0,
            max_frequency: 500.0,
            frame_len: 2048,
            hop_len: 512,
            trough_threshold: 0.1,
        }
    }

    /// Frames every 10 ms, as short as three periods of the lowest frequency.
    pub fn for_stream(sample_rate: u32) -> Self {
        let mut config = Self::new(sample_rate);
        let frame = 3.0 * f64::from(sample_rate) / config.min_frequency;
        config.frame_len = (frame.ceil() as usize).next_multiple_of(2);
        config.hop_len = sample_rate as usize / 100;
        config
    }

    /// Checks everything and plans the differences.
    pub(super) fn plan(&self) -> Result<(CentredFrames, Difference), SpeechError> {
        check_sample_rate(self.sample_rate)?;
        let rate = f64::from(self.sample_rate);
        check_range("frame_len", self.frame_len, 8, 1 << 20)?;
        check_range("hop_len", self.hop_len, 1, self.frame_len)?;
        check_number("max_frequency", self.max_frequency, 1.0, 0.5 * rate)?;
        let lowest = rate / (self.frame_len - 2) as f64;
        check_number(
            "min_frequency",
            self.min_frequency,
            lowest,
            0.5 * self.max_frequency,
        )?;
        check_number("trough_threshold", self.trough_threshold, 0.0, 1.0)?;
        let min_period = (rate / self.max_frequency).floor() as usize;
        let max_period = (rate / self.min_frequency).ceil() as usize;
        let max_period = max_period.min(self.frame_len - 1);
        check_range("frame_len", self.frame_len, min_period + 4, 1 << 20)?;
        Ok((
            CentredFrames::new(self.frame_len, self.hop_len),
            Difference::new(self.frame_len, min_period, max_period.max(min_period + 2)),
        ))
    }
}

/// What [`Yin`] finds in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YinFrame {
    /// The best frequency in Hz, whether the frame is voiced or not.
    pub frequency: f64,
    /// Share of the power that does not repeat with that period: near 0 for a voice, about 1 for noise and for silence.
    pub aperiodicity: f64,
}

/// Fundamental frequency by the difference of a frame with itself one period later, frame by frame, live or offline.
///
/// As `librosa.yin` 0.11: frames are centred on every `hop_len`-th sample, outside the signal are zeros. There is no
/// decision on voicing; see [`Pyin`](crate::Pyin) for that.
///
/// ```
/// use emo_speech::{Yin, YinConfig};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
/// let frames = Yin::new(YinConfig::new(16_000))?.compute(&tone)?;
/// assert_eq!(frames.len(), 32);
/// assert!((frames[16].frequency - 127.32).abs() < 0.5);
///
/// // The same from a microphone, every 10 ms.
/// let mut yin = Yin::new(YinConfig::for_stream(16_000))?;
/// let mut n_frames = 0;
/// for ten_ms in tone.chunks(160) {
///     yin.push(ten_ms, |_frame| n_frames += 1)?;
/// }
/// yin.finish(|_frame| n_frames += 1);
/// assert_eq!(n_frames, 101);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// A. de Cheveigné, H. Kawahara, YIN, a fundamental frequency estimator for speech and music, Journal of the Acoustical
/// Society of America 111(4), 2002, doi:10.1121/1.1458024.
#[derive(Debug, Clone)]
pub struct Yin {
    config: YinConfig,
    frames: CentredFrames,
    difference: Difference,
}

impl Yin {
    /// Plans the transforms and reserves all memory.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::ConfigOutOfRange`]; [`SpeechError::NumberOutOfRange`] if
    /// frequencies are above half the rate, less than an octave apart, or too low for the frame.
    pub fn new(config: YinConfig) -> Result<Self, SpeechError> {
        let (frames, difference) = config.plan()?;
        Ok(Self {
            config,
            frames,
            difference,
        })
    }

    /// The settings.
    pub fn config(&self) -> &YinConfig {
        &self.config
    }

    /// The frames of a whole signal; a stream that was begun is dropped.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn compute(&mut self, samples: &[f32]) -> Result<Vec<YinFrame>, SpeechError> {
        check_signal(samples)?;
        self.reset();
        let mut frames = Vec::with_capacity(self.frames.n_frames(samples.len()));
        self.push(samples, |frame| frames.push(frame))?;
        self.finish(|frame| frames.push(frame));
        Ok(frames)
    }

    /// Takes the next samples of a stream and hands out each frame that they complete, half a frame after its middle.
    ///
    /// However the signal is cut, the frames are those of [`compute`](Self::compute) to the bit. No memory is allocated.
    ///
    /// # Errors
    /// [`SpeechError::NonFiniteSample`] with the position in the stream; none of the samples is taken then.
    pub fn push(
        &mut self,
        samples: &[f32],
        mut on_frame: impl FnMut(YinFrame),
    ) -> Result<(), SpeechError> {
        check_signal_from(samples, self.frames.n_samples())?;
        let Self {
            config,
            frames,
            difference,
        } = self;
        frames.push(samples, |frame| on_frame(best(config, difference, frame)));
        Ok(())
    }

    /// Ends the stream, hands out the frames that its end completes, and begins anew.
    pub fn finish(&mut self, mut on_frame: impl FnMut(YinFrame)) {
        let Self {
            config,
            frames,
            difference,
        } = self;
        frames.finish(|frame| on_frame(best(config, difference, frame)));
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.frames.reset();
    }
}

fn best(config: &YinConfig, difference: &mut Difference, frame: &[f64]) -> YinFrame {
    difference.compute(frame);
    let values = difference.values();
    let mut lowest = 0;
    let mut chosen = None;
    for (index, &value) in values.iter().enumerate() {
        if value < values[lowest] {
            lowest = index;
        }
        if value < config.trough_threshold && difference.is_trough(index) {
            chosen = Some(index);
            break;
        }
    }
    let index = chosen.unwrap_or(lowest);
    let is_silent = chosen.is_none() && values[index] <= 0.0;
    YinFrame {
        frequency: f64::from(config.sample_rate) / difference.period(index),
        aperiodicity: if is_silent {
            1.0
        } else {
            values[index].clamp(0.0, 1.0)
        },
    }
}
