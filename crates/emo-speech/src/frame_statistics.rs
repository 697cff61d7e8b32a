use ndarray::{Array1, ArrayView1};

use crate::signal::{check_sample_rate, check_signal, to_f32};
use crate::{
    CepstraConfig, ChromaConfig, ContrastConfig, Deltas, FrameFeature, FrameFeatures,
    FrameFeaturesConfig, FramePreset, Resampler, SpeechError,
};

impl FrameFeaturesConfig {
    /// What the speaker's mouth did: 13 MFCC of 40 bands with first and second deltas, in librosa's frames of 32 ms with a
    /// hop of 10 ms at 16 kHz; 39 values.
    pub fn mfcc_set() -> Self {
        let mut mfcc = CepstraConfig::new(FramePreset::Librosa);
        mfcc.n_mfcc = 13;
        mfcc.mel.bank.n_mels = 40;
        let mut config = Self::at_16_khz(512, vec![FrameFeature::Mfcc(mfcc)]);
        config.deltas = Some(Deltas::SavitzkyGolay {
            width: 9,
            n_orders: 2,
        });
        config
    }

    /// How the spectrum is shaped: centroid, bandwidth, roll-off, flatness, contrast, flux, slope from 50 Hz to 5 kHz,
    /// chroma, zero-crossing rate and RMS, in librosa's frames of 64 ms with a hop of 10 ms at 16 kHz; 26 values.
    pub fn spectral_set() -> Self {
        let features = vec![
            FrameFeature::Centroid,
            FrameFeature::Bandwidth,
            FrameFeature::RollOff { share: 0.85 },
            FrameFeature::Flatness,
            FrameFeature::Contrast(ContrastConfig {
                // A sixth octave would begin at 6.4 kHz and leave the spectrum.
                n_bands: 5,
                ..ContrastConfig::default()
            }),
            FrameFeature::Flux,
            FrameFeature::Slope {
                min_frequency: 50.0,
                max_frequency: 5000.0,
            },
            FrameFeature::Chroma(ChromaConfig::default()),
            FrameFeature::ZeroCrossingRate,
            FrameFeature::Rms,
        ];
        Self::at_16_khz(1024, features)
    }

    fn at_16_khz(frame_len: usize, features: Vec<FrameFeature>) -> Self {
        let mut config = Self::new(FramePreset::Librosa, 16_000, features);
        (config.frames.frame_len, config.frames.n_fft) = (frame_len, frame_len);
        config.frames.hop_len = 160;
        config
    }
}

/// Mean and standard deviation of [`FrameFeatures`] over the frames of a recording.
///
/// A recording at another rate than the frames' is resampled.
///
/// ```
/// use emo_speech::{FrameFeaturesConfig, FrameStatistics};
///
/// let tone: Vec<f32> = (0..22_050).map(|n| (n as f32 * 0.2).sin()).collect();
/// let mut statistics = FrameStatistics::new(FrameFeaturesConfig::mfcc_set())?;
/// assert_eq!(statistics.compute(&tone, 22_050)?.len(), 78);
/// assert_eq!(statistics.names()[..2], ["mfcc_00_mean", "mfcc_00_std"]);
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug)]
pub struct FrameStatistics {
    features: FrameFeatures,
    /// For the rate that came last.
    resampler: Option<Resampler>,
}

impl FrameStatistics {
    /// Plans the features.
    ///
    /// # Errors
    /// Those of [`FrameFeatures::new`].
    pub fn new(config: FrameFeaturesConfig) -> Result<Self, SpeechError> {
        Ok(Self {
            features: FrameFeatures::new(config)?,
            resampler: None,
        })
    }

    /// The features.
    pub fn features(&self) -> &FrameFeatures {
        &self.features
    }

    /// The name of each feature with `_mean` and with `_std`.
    pub fn names(&self) -> Vec<String> {
        let names = self.features.names();
        let both = |name: &String| [format!("{name}_mean"), format!("{name}_std")];
        names.iter().flat_map(both).collect()
    }

    /// Mean and standard deviation (of the frames themselves, divided by their number) of each feature, side by side.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`], [`SpeechError::SampleRateOutOfRange`];
    /// [`SpeechError::TooFewFrames`] without a frame, or below what deltas need.
    pub fn compute(
        &mut self,
        samples: &[f32],
        sample_rate: u32,
    ) -> Result<Array1<f32>, SpeechError> {
        check_sample_rate(sample_rate)?;
        check_signal(samples)?;
        let target = self.features.config().frames.sample_rate;
        let table = if sample_rate == target {
            self.features.compute(samples)?
        } else {
            let planned = self.resampler.take();
            let mut resampler = match planned.filter(|r| r.from_rate() == sample_rate) {
                Some(resampler) => resampler,
                None => Resampler::new(sample_rate, target)?,
            };
            let resampled = resampler.process(samples)?;
            self.resampler = Some(resampler);
            self.features.compute(&resampled)?
        };
        if table.ncols() == 0 {
            return Err(SpeechError::TooFewFrames {
                actual: 0,
                required: 1,
            });
        }
        Ok(table.rows().into_iter().flat_map(mean_and_std).collect())
    }
}

fn mean_and_std(values: ArrayView1<'_, f32>) -> [f32; 2] {
    let n = values.len() as f64;
    let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let squares: f64 = values.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum();
    [to_f32(mean), to_f32((squares / n).sqrt())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statistics_are_those_of_the_table() {
        let noise: Vec<f32> = (0..8000).map(|n| ((n * n) as f32 * 0.37).sin()).collect();
        for config in [
            FrameFeaturesConfig::mfcc_set(),
            FrameFeaturesConfig::spectral_set(),
        ] {
            let mut features = FrameFeatures::new(config.clone()).unwrap();
            let table = features.compute(&noise).unwrap().mapv(f64::from);
            let mean = table.mean_axis(ndarray::Axis(1)).unwrap();
            let std = table.std_axis(ndarray::Axis(1), 0.0);
            let expected = mean.iter().zip(&std).flat_map(|(m, s)| [*m, *s]);
            let mut statistics = FrameStatistics::new(config).unwrap();
            let actual = statistics.compute(&noise, 16_000).unwrap();
            assert_eq!(actual.len(), statistics.names().len());
            emo_testing::assert_close(actual, expected, 1e-6, 1e-6);
        }
    }

    #[test]
    fn a_recording_without_a_frame_is_an_error() {
        let config = FrameFeaturesConfig::new(FramePreset::Kaldi, 16_000, vec![FrameFeature::Rms]);
        let mut statistics = FrameStatistics::new(config).unwrap();
        assert!(matches!(
            statistics.compute(&[0.1; 399], 16_000),
            Err(SpeechError::TooFewFrames {
                actual: 0,
                required: 1
            })
        ));
        assert!(statistics.compute(&[0.1; 400], 16_000).is_ok());
    }
}
