use ndarray::Array2;

use crate::signal::{check_signal, to_f32};
use crate::{
    FramePreset, Frames, FramesConfig, MelBank, MelBankConfig, MelNorm, MelScale, Precision,
    SpeechError,
};

/// Settings of a [`MelSpectrogram`].
///
/// The defaults are those of `librosa.feature.melspectrogram` 0.11.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MelSpectrogramConfig {
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// Length of a frame and its transform in samples; default 2048.
    pub n_fft: usize,
    /// Distance of two frames in samples; default 512.
    #[doc(alias = "hop_length")]
    pub hop_len: usize,
    /// Number of mel bands; default 128.
    pub n_mels: usize,
    /// Lower edge of the first band in Hz; default 0.
    #[doc(alias = "fmin")]
    pub min_frequency: f64,
    /// Upper edge of the last band in Hz; default `None`, half the sample rate.
    #[doc(alias = "fmax")]
    pub max_frequency: Option<f64>,
    /// Mel scale; default Slaney.
    pub scale: MelScale,
    /// Weighting of the triangles; default equal area.
    pub norm: MelNorm,
    /// The number type of the transform; default double precision.
    pub precision: Precision,
}

impl MelSpectrogramConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            sample_rate,
            n_fft: 2048,
            hop_len: 512,
            n_mels: 128,
            min_frequency: 0.0,
            max_frequency: None,
            scale: MelScale::default(),
            norm: MelNorm::default(),
            precision: Precision::default(),
        }
    }
}

/// Power in mel bands over time.
///
/// Frames are weighted by a periodic Hann window. The first is centred on sample 0 and zeros are assumed outside the
/// signal, so `n` samples give `1 + n / hop_len` frames (for an even `n_fft`). A band that is narrower than the
/// distance of two frequency bins may hold no bin at all; its power is zero, as in librosa.
///
/// ```
/// use emo_speech::{MelSpectrogram, MelSpectrogramConfig};
///
/// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.2).sin()).collect();
/// let mut mel = MelSpectrogram::new(MelSpectrogramConfig::new(16_000))?;
/// assert_eq!(mel.compute(&tone)?.dim(), (128, 32));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// M. Slaney, Auditory Toolbox, version 2, Interval Research Corporation, Technical Report 1998-010, 1998.
#[derive(Debug, Clone)]
pub struct MelSpectrogram {
    config: MelSpectrogramConfig,
    frames: Frames,
    bank: MelBank,
    power: Vec<f64>,
}

impl MelSpectrogram {
    /// Plans the transform and the filter bank.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::ConfigOutOfRange`] for a length or count,
    /// [`SpeechError::FrequencyRange`] unless 0 ≤ `min_frequency` < `max_frequency` ≤ half the sample rate.
    pub fn new(config: MelSpectrogramConfig) -> Result<Self, SpeechError> {
        let mut frames = FramesConfig::new(FramePreset::Librosa, config.sample_rate);
        (frames.frame_len, frames.n_fft) = (config.n_fft, config.n_fft);
        frames.hop_len = config.hop_len;
        frames.precision = config.precision;
        let bank = MelBankConfig {
            min_frequency: config.min_frequency,
            max_frequency: config.max_frequency,
            scale: config.scale,
            norm: config.norm,
            ..MelBankConfig::new(config.n_mels)
        };
        Ok(Self {
            bank: MelBank::new(bank, config.sample_rate, config.n_fft)?,
            frames: Frames::new(frames)?,
            config,
            power: Vec::new(),
        })
    }

    /// The settings.
    pub fn config(&self) -> &MelSpectrogramConfig {
        &self.config
    }

    /// Number of frames of a signal of `n_samples` samples.
    pub fn n_frames(&self, n_samples: usize) -> usize {
        self.frames.n_frames(n_samples)
    }

    /// Power in each band and frame, `[n_mels, n_frames]`.
    ///
    /// The unit is the square of the signal's, not divided by the window's energy, as in librosa. A power beyond
    /// `f32::MAX` is given as `f32::MAX`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn compute(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        check_signal(samples)?;
        let n_mels = self.config.n_mels;
        let n_frames = self.n_frames(samples.len());
        let power = self.power_by_frame(samples);
        Ok(Array2::from_shape_fn((n_mels, n_frames), |(m, t)| {
            to_f32(power[t * n_mels + m])
        }))
    }

    /// Power in the bands, `[n_frames, n_mels]`, of a signal that has been checked.
    pub(crate) fn power_by_frame(&mut self, samples: &[f32]) -> &mut [f64] {
        let n_mels = self.config.n_mels;
        let n_frames = self.n_frames(samples.len());
        self.power.clear();
        self.power.resize(n_frames * n_mels, 0.0);
        for (t, bands) in self.power.chunks_exact_mut(n_mels).enumerate() {
            let frame = self.frames.analyse(samples, 0, t);
            self.bank.apply(frame.power, bands);
        }
        &mut self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_that_do_not_fit_are_an_error() {
        let limits = [
            (0.0, 8001.0),
            (500.0, 500.0),
            (-1.0, 100.0),
            (f64::NAN, 100.0),
        ];
        for (min_frequency, max_frequency) in limits {
            let mut config = MelSpectrogramConfig::new(16_000);
            config.min_frequency = min_frequency;
            config.max_frequency = Some(max_frequency);
            assert!(matches!(
                MelSpectrogram::new(config),
                Err(SpeechError::FrequencyRange { .. })
            ));
        }
    }

    #[test]
    fn a_band_without_a_bin_is_empty() {
        let mut config = MelSpectrogramConfig::new(16_000);
        config.n_fft = 64;
        let mut mel = MelSpectrogram::new(config).unwrap();
        let power = mel.compute(&[1.0; 64]).unwrap();
        assert!(power.iter().all(|x| x.is_finite()));
        assert!(power.row(0).iter().all(|&x| x == 0.0));
    }
}
