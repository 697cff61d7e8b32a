use ndarray::{Array2, ArrayView2};

use crate::frame_feature::Dct;
use crate::signal::{check_positive, check_range, check_signal, to_f32};
use crate::{DctNorm, Lifter, MelSpectrogram, MelSpectrogramConfig, SpeechError};

/// Settings of [`Mfcc`].
///
/// The defaults are those of `librosa.feature.mfcc` 0.11.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MfccConfig {
    /// Frames and filter bank.
    pub mel: MelSpectrogramConfig,
    /// Number of coefficients, the zeroth included; default 20.
    pub n_mfcc: usize,
    /// Length L of the sine lifter: coefficient `n` (from 0) is multiplied by 1 + (L / 2) · sin(π(n + 1) / L);
    /// default 0, none.
    pub lifter: usize,
    /// The power below which a band counts as this much; default 1e-10.
    #[doc(alias = "amin")]
    pub min_power: f64,
    /// How many dB below the loudest band of all frames a band is cut; default 80, `None` for no cut.
    pub top_db: Option<f64>,
}

impl MfccConfig {
    /// The defaults for a sample rate in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            mel: MelSpectrogramConfig::new(sample_rate),
            n_mfcc: 20,
            lifter: 0,
            min_power: 1e-10,
            top_db: Some(80.0),
        }
    }
}

/// Mel-frequency cepstral coefficients as librosa computes them.
///
/// A [`MelSpectrogram`] in dB (10 · log₁₀, reference 1), cut to `top_db` below its maximum over the whole signal, then
/// an orthonormal DCT-II across the bands. Because of the cut a frame depends on the loudest frame of the same call:
/// the parts of a longer signal give other values than the whole.
///
/// ```
/// use emo_speech::{Mfcc, MfccConfig};
///
/// let tone: Vec<f32> = (0..22_050).map(|n| (n as f32 * 0.2).sin()).collect();
/// let mut mfcc = Mfcc::new(MfccConfig::new(22_050))?;
/// assert_eq!(mfcc.compute(&tone)?.dim(), (20, 44));
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
///
/// # References
/// S. Davis, P. Mermelstein, Comparison of parametric representations for monosyllabic word recognition in
/// continuously spoken sentences, IEEE Transactions on Acoustics, Speech, and Signal Processing 28(4), 1980,
/// doi:10.1109/TASSP.1980.1163420.
///
/// B. McFee et al., librosa: audio and music signal analysis in Python, Proceedings of the 14th Python in Science
/// Conference, 2015, doi:10.25080/Majora-7b98e3ed-003.
#[derive(Debug, Clone)]
pub struct Mfcc {
    config: MfccConfig,
    mel: MelSpectrogram,
    dct: Dct,
    row: Vec<f64>,
}

impl Mfcc {
    /// Plans the transform, the filter bank and the cosine table.
    ///
    /// # Errors
    /// Those of [`MelSpectrogram::new`]; [`SpeechError::ConfigOutOfRange`] unless `n_mfcc` is 1 to `n_mels`;
    /// [`SpeechError::NotPositive`] unless `min_power` and `top_db` are positive and finite.
    pub fn new(config: MfccConfig) -> Result<Self, SpeechError> {
        let mel = MelSpectrogram::new(config.mel.clone())?;
        check_range("n_mfcc", config.n_mfcc, 1, config.mel.n_mels)?;
        check_positive("min_power", config.min_power)?;
        if let Some(top_db) = config.top_db {
            check_positive("top_db", top_db)?;
        }
        let lifter = match config.lifter {
            0 => Lifter::None,
            len => Lifter::Librosa(len as f64),
        };
        let (n_mels, norm) = (config.mel.n_mels, DctNorm::Orthonormal);
        Ok(Self {
            row: vec![0.0; config.n_mfcc],
            dct: Dct::new(n_mels, config.n_mfcc, norm, lifter),
            config,
            mel,
        })
    }

    /// The settings.
    pub fn config(&self) -> &MfccConfig {
        &self.config
    }

    /// Number of frames of a signal of `n_samples` samples.
    pub fn n_frames(&self, n_samples: usize) -> usize {
        self.mel.n_frames(n_samples)
    }

    /// The coefficients, `[n_mfcc, n_frames]`.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    pub fn compute(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        check_signal(samples)?;
        let shape = (self.n_frames(samples.len()), self.config.n_mfcc);
        let mut by_frame = Array2::zeros(shape);
        let values = by_frame.as_slice_mut().expect("a new array is contiguous");
        self.compute_by_frame(samples, values);
        Ok(by_frame.t().as_standard_layout().into_owned())
    }

    /// The mel spectrogram in dB, `[n_mels, n_frames]`, from which the coefficients are computed.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`].
    #[doc(alias = "power_to_db")]
    pub fn mel_db(&mut self, samples: &[f32]) -> Result<Array2<f32>, SpeechError> {
        check_signal(samples)?;
        let shape = (self.n_frames(samples.len()), self.config.mel.n_mels);
        let decibels = self.decibels(samples);
        let by_frame =
            ArrayView2::from_shape(shape, decibels).expect("one value for each frame and band");
        Ok(by_frame.t().mapv(to_f32))
    }

    /// Writes the coefficients of a checked signal as `[n_frames, n_mfcc]`.
    pub(crate) fn compute_by_frame(&mut self, samples: &[f32], output: &mut [f32]) {
        let Self {
            config,
            mel,
            dct,
            row,
        } = self;
        let decibels = decibels(config, mel, samples);
        for (bands, output) in decibels
            .chunks_exact(config.mel.n_mels)
            .zip(output.chunks_exact_mut(config.n_mfcc))
        {
            dct.apply(bands, row);
            for (value, &x) in output.iter_mut().zip(row.iter()) {
                *value = to_f32(x);
            }
        }
    }

    /// The mel spectrogram in dB of a checked signal, `[n_frames, n_mels]`.
    pub(crate) fn decibels(&mut self, samples: &[f32]) -> &[f64] {
        decibels(&self.config, &mut self.mel, samples)
    }
}

fn decibels<'a>(config: &MfccConfig, mel: &'a mut MelSpectrogram, samples: &[f32]) -> &'a [f64] {
    let power = mel.power_by_frame(samples);
    let mut loudest = f64::NEG_INFINITY;
    for value in power.iter_mut() {
        *value = (10.0 / std::f64::consts::LN_10) * value.max(config.min_power).ln();
        loudest = loudest.max(*value);
    }
    if let Some(top_db) = config.top_db {
        for value in power.iter_mut() {
            *value = value.max(loudest - top_db);
        }
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_the_floor_in_the_zeroth_coefficient_alone() {
        let mut mfcc = Mfcc::new(MfccConfig::new(22_050)).unwrap();
        let values = mfcc.compute(&[0.0; 4096]).unwrap();
        // All 128 bands are at −100 dB, and the zeroth row of the DCT is 1 / √128.
        for frame in values.columns() {
            emo_testing::assert_close([frame[0]], [-100.0 * 128.0_f64.sqrt()], 1e-6, 0.0);
            emo_testing::assert_close(frame.iter().skip(1).copied(), [0.0; 19], 0.0, 1e-9);
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_errors() {
        let edits: [fn(&mut MfccConfig); 7] = [
            |c| c.n_mfcc = 0,
            |c| c.n_mfcc = 129,
            |c| c.min_power = 0.0,
            |c| c.top_db = Some(f64::NAN),
            |c| c.mel.hop_len = 0,
            |c| c.mel.n_fft = usize::MAX,
            |c| c.mel.sample_rate = 0,
        ];
        for edit in edits {
            let mut config = MfccConfig::new(22_050);
            edit(&mut config);
            assert!(Mfcc::new(config).is_err());
        }
    }
}
