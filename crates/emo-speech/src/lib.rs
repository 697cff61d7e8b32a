//! Speech features for emotion recognition: decoding, resampling, MFCC, zero-crossing rate and RMS as librosa computes them

mod audio;
#[cfg(any(feature = "wav", feature = "flac", feature = "mp3", feature = "ogg"))]
mod decode;
mod error;
mod frame;
mod mel;
mod mfcc;
mod quality;
mod resample;
mod rms;
mod seed_features;
mod signal;
mod spectrum;
mod zero_crossing;

pub use audio::Audio;
#[cfg(any(feature = "wav", feature = "flac", feature = "mp3", feature = "ogg"))]
pub use decode::{Decoder, DecoderConfig, decode_bytes, decode_file};
pub use error::SpeechError;
pub use mel::{MelNorm, MelScale, MelSpectrogram, MelSpectrogramConfig};
pub use mfcc::{Mfcc, MfccConfig};
pub use quality::{SpeechQuality, quality};
pub use resample::{Resampler, resample};
pub use rms::rms;
pub use seed_features::{SeedFeatures, SeedFeaturesConfig};
pub use signal::{MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
pub use zero_crossing::zero_crossing_rate;
