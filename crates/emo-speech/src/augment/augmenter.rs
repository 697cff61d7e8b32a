use std::ops::RangeInclusive;
use std::time::Duration;

use super::random::SplitMix64;
use super::{add_noise, pitch_shift, shift, time_stretch};
use crate::SpeechError;
use crate::signal::{check_number, check_sample_rate};

/// A change that keeps the emotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Augmentation {
    /// White noise, [`add_noise`].
    Noise,
    /// Higher or lower, [`pitch_shift`].
    PitchShift,
    /// Faster or slower, [`time_stretch`]; changes the length.
    TimeStretch,
    /// Earlier or later, [`shift`].
    Shift,
}

impl Augmentation {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Noise,
        Self::PitchShift,
        Self::TimeStretch,
        Self::Shift,
    ];
}

/// The ranges that [`Augmenter`] draws from, evenly.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AugmenterConfig {
    /// What makes the draws; default 0.
    pub seed: u64,
    /// Largest standard deviation of the noise as a share of the signal's largest magnitude; default 0.035.
    pub max_noise: f64,
    /// Semitones; default −0.7 to 0.7.
    pub semitones: RangeInclusive<f64>,
    /// Factor of the speed; default 0.8 to 1.25.
    pub rates: RangeInclusive<f64>,
    /// Largest shift in either direction; default 0.2 s.
    pub max_shift: Duration,
}

impl Default for AugmenterConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            max_noise: 0.035,
            semitones: -0.7..=0.7,
            rates: 0.8..=1.25,
            max_shift: Duration::from_millis(200),
        }
    }
}

/// Makes more training recordings of one, the same ones for the same seed.
///
/// What is drawn depends on the seed, the kind of change and the copy's number alone, not on what was drawn before: any
/// order and any number of threads make the same copies.
///
/// Copies belong to the training part alone, and to the same part as their original.
///
/// ```
/// use emo_speech::{Augmentation, Augmenter, AugmenterConfig};
///
/// let voice: Vec<f32> = (0..16_000).map(|n| 0.3 * (n as f32 * 0.05).sin()).collect();
/// let augmenter = Augmenter::new(AugmenterConfig::default())?;
/// for copy in 0..3 {
///     let higher_or_lower = augmenter.apply(Augmentation::PitchShift, copy, &voice, 16_000)?;
///     assert_eq!(higher_or_lower.len(), voice.len());
/// }
/// # Ok::<(), emo_speech::SpeechError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Augmenter {
    config: AugmenterConfig,
}

impl Augmenter {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`SpeechError::NumberOutOfRange`] for noise outside 0 to 10, semitones outside −36 to 36, rates outside 0.1 to
    /// 10, a range whose end is below its start, and shifts above 60 s.
    pub fn new(config: AugmenterConfig) -> Result<Self, SpeechError> {
        check_number("max_noise", config.max_noise, 0.0, 10.0)?;
        check_range("semitones", &config.semitones, -36.0, 36.0)?;
        check_range("rates", &config.rates, 0.1, 10.0)?;
        check_number("max_shift", config.max_shift.as_secs_f64(), 0.0, 60.0)?;
        Ok(Self { config })
    }

    /// The settings.
    pub fn config(&self) -> &AugmenterConfig {
        &self.config
    }

    /// The copy of a signal with this number, changed in this way.
    ///
    /// # Errors
    /// [`SpeechError::EmptySignal`], [`SpeechError::NonFiniteSample`], [`SpeechError::SampleRateOutOfRange`],
    /// [`SpeechError::SignalTooShort`] if stretching leaves nothing.
    pub fn apply(
        &self,
        augmentation: Augmentation,
        copy: u64,
        samples: &[f32],
        sample_rate: u32,
    ) -> Result<Vec<f32>, SpeechError> {
        check_sample_rate(sample_rate)?;
        let mut random = self.random(augmentation, copy);
        let mut draw = |range: &RangeInclusive<f64>| random.between(*range.start(), *range.end());
        match augmentation {
            Augmentation::Noise => {
                let amount = draw(&(0.0..=self.config.max_noise));
                add_noise(samples, amount, random.next())
            }
            Augmentation::PitchShift => pitch_shift(samples, draw(&self.config.semitones)),
            Augmentation::TimeStretch => time_stretch(samples, draw(&self.config.rates)),
            Augmentation::Shift => {
                let max = self.config.max_shift.as_secs_f64() * f64::from(sample_rate);
                shift(samples, draw(&(-max..=max)).round() as isize)
            }
        }
    }

    fn random(&self, augmentation: Augmentation, copy: u64) -> SplitMix64 {
        let kind = match augmentation {
            Augmentation::Noise => 1,
            Augmentation::PitchShift => 2,
            Augmentation::TimeStretch => 3,
            Augmentation::Shift => 4,
        };
        let mut random = SplitMix64::new(self.config.seed);
        let mut random = SplitMix64::new(random.next() ^ copy);
        SplitMix64::new(random.next() ^ kind)
    }
}

fn check_range(
    name: &'static str,
    range: &RangeInclusive<f64>,
    min: f64,
    max: f64,
) -> Result<(), SpeechError> {
    check_number(name, *range.start(), min, max)?;
    check_number(name, *range.end(), *range.start(), max)
}
