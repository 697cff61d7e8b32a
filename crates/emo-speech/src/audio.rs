use std::time::Duration;

use crate::SpeechError;
use crate::signal::check_sample_rate;

/// Decoded audio: interleaved samples and their rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    samples: Vec<f32>,
    sample_rate: u32,
    n_channels: usize,
}

impl Audio {
    /// Audio from interleaved samples, full scale being 1.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::SampleRateOutOfRange`]; [`SpeechError::ChannelCount`] if
    /// `n_channels` is zero or does not divide the number of samples.
    ///
    /// # Example
    /// ```
    /// let stereo = emo_speech::Audio::new(vec![0.2, 0.4, -0.2, 0.0], 16_000, 2)?;
    /// assert_eq!(stereo.n_frames(), 2);
    /// assert_eq!(stereo.to_mono(), [0.3, -0.1]);
    /// # Ok::<(), emo_speech::SpeechError>(())
    /// ```
    pub fn new(
        samples: Vec<f32>,
        sample_rate: u32,
        n_channels: usize,
    ) -> Result<Self, SpeechError> {
        if samples.is_empty() {
            return Err(SpeechError::EmptySignal);
        }
        check_sample_rate(sample_rate)?;
        if n_channels == 0 || !samples.len().is_multiple_of(n_channels) {
            return Err(SpeechError::ChannelCount {
                n_samples: samples.len(),
                n_channels,
            });
        }
        Ok(Self {
            samples,
            sample_rate,
            n_channels,
        })
    }

    /// The samples, those of one instant side by side: `[frames, channels]`.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Rate in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Number of channels.
    pub fn n_channels(&self) -> usize {
        self.n_channels
    }

    /// Number of instants.
    pub fn n_frames(&self) -> usize {
        self.samples.len() / self.n_channels
    }

    /// Length in time.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.n_frames() as f64 / f64::from(self.sample_rate))
    }

    /// The mean over the channels.
    pub fn to_mono(&self) -> Vec<f32> {
        if self.n_channels == 1 {
            return self.samples.clone();
        }
        self.samples
            .chunks_exact(self.n_channels)
            .map(|frame| {
                let sum: f64 = frame.iter().map(|&x| f64::from(x)).sum();
                (sum / self.n_channels as f64) as f32
            })
            .collect()
    }
}
