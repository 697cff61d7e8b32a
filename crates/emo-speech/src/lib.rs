//! Speech features for emotion recognition, from a file or a microphone to a vector.
//!
//! Anger is loud and bright, sadness quiet and dull: how somebody speaks shows in the energy, the sign changes and the
//! spectral envelope of short frames. This crate computes these three as librosa 0.11 defines them, so that models
//! trained on librosa's features can be fed without Python, and it does what is needed before: decoding, mixing down,
//! resampling, and judging whether a recording is worth it.
//!
//! # From a file to a vector
//!
//! ```
//! use emo_speech::{SeedFeatures, SeedFeaturesConfig, quality};
//! # #[cfg(feature = "flac")] {
//! use emo_speech::decode_file;
//!
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/emo-speech/espeak_en_m.flac");
//! let audio = decode_file(path)?;
//! let mono = audio.to_mono();
//! let rate = audio.sample_rate();
//!
//! if quality(&mono, rate)?.score > 0.3 {
//!     let mut features = SeedFeatures::new(SeedFeaturesConfig::default())?;
//!     let vector = features.compute(&mono, rate)?;
//!     assert_eq!(vector.len(), 2376);
//! }
//! # }
//! # Ok::<(), emo_speech::SpeechError>(())
//! ```
//!
//! # What is here
//!
//! | step | item |
//! |---|---|
//! | decode WAV, FLAC, MP3, Ogg Vorbis, AAC within limits | [`decode_file`], [`decode_bytes`], [`Decoder`] |
//! | mix down, length, rate | [`Audio`] |
//! | convert the sample rate, live or offline | [`resample`], [`Resampler`], [`resample_polyphase`] |
//! | judge noise, clipping and share of speech | [`quality`], [`quality_by_window`] |
//! | find the voice, live or offline | [`GmmVad`], [`EnergyVad`], [`voice_segments`] |
//! | cut off silence | [`trim`], [`split`] |
//! | zero-crossing rate and RMS by frame | [`zero_crossing_rate`], [`rms`] |
//! | mel spectrogram, MFCC | [`MelSpectrogram`], [`Mfcc`] |
//! | frames by the conventions of librosa, Kaldi, HTK or python_speech_features; their spectra | [`Frames`], [`FramePreset`] |
//! | features of those: cepstra, log-mel, chroma, spectral shape, level, deltas | [`FrameFeatures`], [`FrameFeature`], [`deltas`] |
//! | the same from a live source | [`FeatureStream`] |
//! | fundamental frequency, live or offline | [`Yin`], [`Pyin`], [`PyinStream`] |
//! | the same with the path finder of Praat, glottal pulses | [`PitchTracker`], [`glottal_pulses`] |
//! | voice quality | [`jitter`], [`shimmer`], [`Harmonicity`] |
//! | formants, intensity, syllables | [`FormantTracker`], [`Intensity`], [`syllable_nuclei`], [`linear_prediction`] |
//! | all of prosody in 39 numbers | [`Prosody`] |
//! | more training recordings of one | [`Augmenter`], [`add_noise`], [`pitch_shift`], [`time_stretch`], [`shift`] |
//! | their mean and standard deviation over a recording | [`FrameStatistics`] |
//! | onsets, harmonic and percussive part, pre-emphasis | [`onset_strength`], [`harmonic_percussive`], [`pre_emphasis`] |
//! | all three in one vector | [`SeedFeatures`] |
//! | the Geneva parameter set (eGeMAPSv02), offline or live | [`Egemaps`], [`EgemapsStream`] |
//!
//! # Conventions
//!
//! A signal is `&[f32]`, one channel, full scale 1, with its rate in Hz beside it as `u32` where one is needed
//! ([`MIN_SAMPLE_RATE`] to [`MAX_SAMPLE_RATE`]). Frames are centred unless [`FramesConfig`] says otherwise: the first on
//! sample 0, the next `hop_len` later; outside the signal are zeros (for the zero-crossing rate: its first and last
//! sample). Inside, all sums are in double precision. Extractors plan their tables in `new` and keep their buffers, hence `&mut self` in `compute`; one
//! extractor per thread.
//!
//! NaN, infinities and empty signals are errors that name the place. Every finite signal has finite features, silence
//! included.
//!
//! # Features
//!
//! `aac`, `flac`, `mp3`, `ogg` and `wav`, all on by default, each add a format to [`Decoder`]; without any of them the
//! crate needs no decoder at all and starts from samples. WAV holds PCM of 8, 16, 24 and 32 bits, float, A-law and µ-law.
//! AAC-LC is decoded from MPEG-4 files (M4A) and ADTS streams. Ogg is decoded where it holds Vorbis; Opus is reported as
//! not supported.
//!
//! Decoding relies on [Symphonia](https://github.com/pdeljanov/Symphonia), which is under the Mozilla Public License
//! 2.0 and used unmodified.
#![cfg_attr(
    not(any(
        feature = "aac",
        feature = "flac",
        feature = "mp3",
        feature = "ogg",
        feature = "wav"
    )),
    expect(
        rustdoc::broken_intra_doc_links,
        reason = "the decoder is compiled only with a format"
    )
)]

mod audio;
mod augment;
#[cfg(any(
    feature = "aac",
    feature = "flac",
    feature = "mp3",
    feature = "ogg",
    feature = "wav"
))]
mod decode;
mod deltas;
mod egemaps;
mod error;
mod feature_stream;
mod frame;
mod frame_feature;
mod frame_features;
mod frame_statistics;
mod frames;
mod hpss;
mod mel;
mod mel_bank;
mod mfcc;
mod onset;
mod packed_fft;
mod polyphase;
mod pre_emphasis;
mod prosody;
mod quality;
mod resample;
mod rms;
mod roots;
mod seed_features;
mod signal;
mod transform;
mod trim;
mod tuning;
mod vad;
mod window;
mod zero_crossing;

pub use audio::Audio;
pub use augment::{
    Augmentation, Augmenter, AugmenterConfig, add_noise, pitch_shift, shift, time_stretch,
};
#[cfg(any(
    feature = "aac",
    feature = "flac",
    feature = "mp3",
    feature = "ogg",
    feature = "wav"
))]
pub use decode::{Decoder, DecoderConfig, decode_bytes, decode_file};
pub use deltas::{Deltas, deltas};
pub use egemaps::{EGEMAPS_DESCRIPTORS, EGEMAPS_FUNCTIONALS, Egemaps, EgemapsStream};
pub use error::SpeechError;
pub use feature_stream::FeatureStream;
pub use frame::Edges;
pub use frame_feature::{
    CepstraConfig, ChromaConfig, ContrastConfig, DctNorm, FrameFeature, Lifter, LogMelConfig,
    LogScale, MelInput, Reference, Tuning, ZerothCoefficient, estimate_tuning,
};
pub use frame_features::{FrameFeatures, FrameFeaturesConfig};
pub use frame_statistics::FrameStatistics;
pub use frames::{FramePreset, Frames, FramesConfig, PowerNorm, PreEmphasis, Precision};
pub use hpss::harmonic_percussive;
pub use mel::{MelSpectrogram, MelSpectrogramConfig};
pub use mel_bank::{MelBank, MelBankConfig, MelNorm, MelScale, MelShape};
pub use mfcc::{Mfcc, MfccConfig};
pub use onset::onset_strength;
pub use polyphase::resample_polyphase;
pub use pre_emphasis::pre_emphasis;
pub use prosody::{
    Formant, FormantTrack, FormantTracker, FormantTrackerConfig, FrameTimes, Harmonicity,
    HarmonicityConfig, HarmonicityTrack, Intensity, IntensityConfig, IntensityTrack, Jitter,
    PROSODY_NAMES, PeriodLimits, PitchFrame, PitchMethod, PitchTrack, PitchTracker,
    PitchTrackerConfig, Prosody, Pyin, PyinConfig, PyinFrame, PyinStream, Shimmer, Yin, YinConfig,
    YinFrame, glottal_pulses, jitter, linear_prediction, shimmer, syllable_nuclei,
};
pub use quality::{SpeechQuality, quality, quality_by_window};
pub use realfft::num_complex::Complex32;
pub use resample::{Resampler, resample};
pub use rms::rms;
pub use seed_features::{SeedFeatures, SeedFeaturesConfig};
pub use signal::{MAX_SAMPLE_RATE, MIN_SAMPLE_RATE};
pub use trim::{TrimConfig, split, trim};
pub use vad::{EnergyVad, EnergyVadConfig, GmmVad, GmmVadConfig, VadMode, voice_segments};
pub use window::Window;
pub use zero_crossing::zero_crossing_rate;
