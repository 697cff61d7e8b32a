use ndarray::Array2;

use crate::SpeechError;
use crate::signal::{check_range, check_sample_rate, check_signal, to_f32};
use crate::spectrum::PowerSpectrum;

/// How frequency maps to mel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MelScale {
    /// Linear below 1 kHz with 200/3 Hz to the mel, logarithmic above with 27 mel to a factor of 6.4, as in Slaney's
    /// Auditory Toolbox and librosa's default.
    #[default]
    Slaney,
    /// 2595 · log₁₀(1 + f / 700 Hz), as in HTK.
    Htk,
}

impl MelScale {
    const BREAK_HZ: f64 = 1000.0;
    const HZ_PER_MEL: f64 = 200.0 / 3.0;

    /// Natural logarithm of the frequency ratio of one mel above the break.
    fn log_step() -> f64 {
        6.4_f64.ln() / 27.0
    }

    /// The mel value of a frequency in Hz.
    pub fn from_hz(self, hz: f64) -> f64 {
        match self {
            Self::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
            Self::Slaney if hz < Self::BREAK_HZ => hz / Self::HZ_PER_MEL,
            Self::Slaney => {
                Self::BREAK_HZ / Self::HZ_PER_MEL + (hz / Self::BREAK_HZ).ln() / Self::log_step()
            }
        }
    }

    /// The frequency in Hz of a mel value.
    pub fn to_hz(self, mel: f64) -> f64 {
        let break_mel = Self::BREAK_HZ / Self::HZ_PER_MEL;
        match self {
            Self::Htk => 700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0),
            Self::Slaney if mel < break_mel => mel * Self::HZ_PER_MEL,
            Self::Slaney => Self::BREAK_HZ * ((mel - break_mel) * Self::log_step()).exp(),
        }
    }
}

/// How the triangles of a mel filter bank are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MelNorm {
    /// Every triangle has the same area: 2 / (upper − lower edge in Hz) at the peak, librosa's `norm="slaney"`.
    #[default]
    Area,
    /// Every triangle has the peak 1, as in HTK.
    Peak,
}

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
    spectrum: PowerSpectrum,
    filters: Vec<MelFilter>,
    power: Vec<f64>,
}

impl MelSpectrogram {
    /// Plans the transform and the filter bank.
    ///
    /// # Errors
    /// [`SpeechError::SampleRateOutOfRange`], [`SpeechError::ConfigOutOfRange`] for a length or count,
    /// [`SpeechError::FrequencyRange`] unless 0 ≤ `min_frequency` < `max_frequency` ≤ half the sample rate.
    pub fn new(config: MelSpectrogramConfig) -> Result<Self, SpeechError> {
        check_sample_rate(config.sample_rate)?;
        check_range("n_mels", config.n_mels, 1, 4096)?;
        let spectrum = PowerSpectrum::new(config.n_fft, config.hop_len)?;
        let nyquist = f64::from(config.sample_rate) / 2.0;
        let max_frequency = config.max_frequency.unwrap_or(nyquist);
        let ordered = 0.0 <= config.min_frequency
            && config.min_frequency < max_frequency
            && max_frequency <= nyquist;
        if !ordered {
            return Err(SpeechError::FrequencyRange {
                min_frequency: config.min_frequency,
                max_frequency,
                nyquist,
            });
        }
        Ok(Self {
            filters: filter_bank(&config, max_frequency),
            config,
            spectrum,
            power: Vec::new(),
        })
    }

    /// The settings.
    pub fn config(&self) -> &MelSpectrogramConfig {
        &self.config
    }

    /// Number of frames of a signal of `n_samples` samples.
    pub fn n_frames(&self, n_samples: usize) -> usize {
        self.spectrum.n_frames(n_samples)
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
            let spectrum = self.spectrum.frame(samples, t);
            for (band, filter) in bands.iter_mut().zip(&self.filters) {
                *band = filter.apply(spectrum);
            }
        }
        &mut self.power
    }
}

/// The weights of one triangle that are not zero.
#[derive(Debug, Clone)]
struct MelFilter {
    first_bin: usize,
    weights: Vec<f64>,
}

impl MelFilter {
    fn apply(&self, spectrum: &[f64]) -> f64 {
        self.weights
            .iter()
            .zip(&spectrum[self.first_bin..])
            .map(|(weight, power)| weight * power)
            .sum()
    }
}

fn filter_bank(config: &MelSpectrogramConfig, max_frequency: f64) -> Vec<MelFilter> {
    let low = config.scale.from_hz(config.min_frequency);
    let high = config.scale.from_hz(max_frequency);
    let step = (high - low) / (config.n_mels + 1) as f64;
    let edge = |index: usize| config.scale.to_hz(low + step * index as f64);
    (0..config.n_mels)
        .map(|m| triangle(config, edge(m), edge(m + 1), edge(m + 2)))
        .collect()
}

fn triangle(config: &MelSpectrogramConfig, lower: f64, centre: f64, upper: f64) -> MelFilter {
    let peak = match config.norm {
        MelNorm::Area => 2.0 / (upper - lower),
        MelNorm::Peak => 1.0,
    };
    let bin_hz = f64::from(config.sample_rate) / config.n_fft as f64;
    let weight = |bin: usize| {
        let hz = bin as f64 * bin_hz;
        let rising = (hz - lower) / (centre - lower);
        let falling = (upper - hz) / (upper - centre);
        peak * rising.min(falling)
    };
    let mut inside = (0..=config.n_fft / 2).filter(|&bin| weight(bin) > 0.0);
    let first_bin = inside.next();
    let last_bin = inside.next_back().or(first_bin);
    match first_bin.zip(last_bin) {
        Some((first, last)) => MelFilter {
            first_bin: first,
            weights: (first..=last).map(weight).collect(),
        },
        None => MelFilter {
            first_bin: 0,
            weights: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scales_are_inverse_to_themselves() {
        for scale in [MelScale::Slaney, MelScale::Htk] {
            for hz in [0.0, 60.0, 999.9, 1000.0, 1000.1, 4000.0, 11_025.0] {
                emo_testing::assert_close([scale.to_hz(scale.from_hz(hz))], [hz], 1e-12, 1e-12);
            }
        }
    }

    #[test]
    fn the_scales_have_their_defining_points() {
        emo_testing::assert_close([MelScale::Slaney.from_hz(1000.0)], [15.0], 1e-15, 0.0);
        emo_testing::assert_close([MelScale::Slaney.from_hz(6400.0)], [42.0], 1e-15, 0.0);
        emo_testing::assert_close(
            [MelScale::Htk.from_hz(700.0)],
            [2595.0 * 2.0_f64.log10()],
            1e-15,
            0.0,
        );
    }

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
