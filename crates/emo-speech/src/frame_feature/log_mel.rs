use ndarray::ArrayViewMut2;

use super::{Measure, numbered};
use crate::frames::Frame;
use crate::signal::check_positive;
use crate::{
    FramePreset, Frames, MelBank, MelBankConfig, MelNorm, MelScale, MelShape, SpeechError,
};

/// The smallest value that Kaldi takes a logarithm of: the distance of 1 to the next number in single precision.
const KALDI_FLOOR: f64 = f32::EPSILON as f64;

/// What is summed in mel bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MelInput {
    /// Powers.
    #[default]
    Power,
    /// Magnitudes, as in HTK.
    Magnitude,
}

/// What 0 dB means.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Reference {
    /// This power.
    Power(f64),
    /// The largest power of all frames and bands; not for streams.
    Max,
}

/// A logarithm with a floor.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum LogScale {
    /// 10 · log₁₀ of the ratio to a reference, as librosa's `power_to_db`.
    Decibel {
        /// The power below which a band counts as this much; librosa's `amin`, 1e-10.
        min_power: f64,
        /// What 0 dB means; librosa's `ref`, 1.
        reference: Reference,
        /// How many dB below the loudest band of all frames a band is cut; librosa's default is 80. `None` for streams,
        /// which do not know the loudest frame.
        top_db: Option<f64>,
    },
    /// The natural logarithm of at least `floor`.
    Natural {
        /// The smallest value that is distinguished.
        floor: f64,
    },
}

impl LogScale {
    pub(super) fn check(self) -> Result<(), SpeechError> {
        match self {
            Self::Decibel {
                min_power,
                reference,
                top_db,
            } => {
                check_positive("min_power", min_power)?;
                if let Reference::Power(power) = reference {
                    check_positive("reference", power)?;
                }
                top_db.map_or(Ok(()), |top_db| check_positive("top_db", top_db))
            }
            Self::Natural { floor } => check_positive("floor", floor),
        }
    }

    pub(super) fn needs_whole_signal(self) -> bool {
        match self {
            Self::Decibel {
                reference, top_db, ..
            } => top_db.is_some() || reference == Reference::Max,
            Self::Natural { .. } => false,
        }
    }

    /// Takes the logarithm of what can be said without the other frames.
    pub(super) fn apply(self, values: &mut [f64]) {
        match self {
            Self::Decibel {
                min_power,
                reference,
                ..
            } => {
                let zero = match reference {
                    Reference::Power(power) => 10.0 * power.max(min_power).log10(),
                    Reference::Max => 0.0,
                };
                for value in values {
                    *value = (10.0 / std::f64::consts::LN_10) * value.max(min_power).ln() - zero;
                }
            }
            Self::Natural { floor } => {
                for value in values {
                    *value = value.max(floor).ln();
                }
            }
        }
    }

    /// Refers all frames to the loudest.
    pub(super) fn level(self, mut values: ArrayViewMut2<'_, f64>) {
        let Self::Decibel {
            reference, top_db, ..
        } = self
        else {
            return;
        };
        let mut loudest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if reference == Reference::Max {
            values.mapv_inplace(|value| value - loudest);
            loudest = 0.0;
        }
        if let Some(top_db) = top_db {
            values.mapv_inplace(|value| value.max(loudest - top_db));
        }
    }
}

/// Settings of log-mel spectra.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LogMelConfig {
    /// The bands.
    pub bank: MelBankConfig,
    /// What is summed in them.
    pub input: MelInput,
    /// The logarithm.
    pub log: LogScale,
}

impl LogMelConfig {
    /// The defaults of a preset: 128 bands in dB for librosa, 23 from 20 Hz for Kaldi, 26 for HTK and
    /// python_speech_features, the latter three with the natural logarithm.
    pub fn new(preset: FramePreset) -> Self {
        let librosa = MelBankConfig::new(128);
        let peaks = |n_mels, min_frequency, shape| MelBankConfig {
            n_mels,
            min_frequency,
            scale: MelScale::Htk,
            norm: MelNorm::Peak,
            shape,
            ..librosa.clone()
        };
        let natural = |bank, input, floor| Self {
            bank,
            input,
            log: LogScale::Natural { floor },
        };
        match preset {
            FramePreset::Librosa => Self {
                bank: librosa,
                input: MelInput::Power,
                log: LogScale::Decibel {
                    min_power: 1e-10,
                    reference: Reference::Power(1.0),
                    top_db: Some(80.0),
                },
            },
            FramePreset::Kaldi => {
                let bank = peaks(23, 20.0, MelShape::Mel);
                natural(bank, MelInput::Power, KALDI_FLOOR)
            }
            FramePreset::Htk => natural(peaks(26, 0.0, MelShape::Mel), MelInput::Magnitude, 1.0),
            FramePreset::PythonSpeechFeatures => {
                let bank = peaks(26, 0.0, MelShape::WholeBins);
                natural(bank, MelInput::Power, f64::EPSILON)
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct LogMel {
    bank: MelBank,
    input: MelInput,
    log: LogScale,
}

impl LogMel {
    pub(super) fn new(config: &LogMelConfig, frames: &Frames) -> Result<Self, SpeechError> {
        config.log.check()?;
        let settings = frames.config();
        Ok(Self {
            bank: MelBank::new(config.bank.clone(), settings.sample_rate, settings.n_fft)?,
            input: config.input,
            log: config.log,
        })
    }
}

impl Measure for LogMel {
    fn names(&self) -> Vec<String> {
        numbered("log_mel", self.bank.config().n_mels)
    }

    fn raw_len(&self) -> usize {
        self.bank.config().n_mels
    }

    fn needs_magnitude(&self) -> bool {
        self.input == MelInput::Magnitude
    }

    fn needs_whole_signal(&self) -> bool {
        self.log.needs_whole_signal()
    }

    fn measure(&mut self, frame: &Frame<'_>, raw: &mut [f64]) {
        let spectrum = match self.input {
            MelInput::Power => frame.power,
            MelInput::Magnitude => frame.magnitude,
        };
        self.bank.apply(spectrum, raw);
        self.log.apply(raw);
    }

    fn level(&self, raw: ArrayViewMut2<'_, f64>) {
        self.log.level(raw);
    }
}
