//! Emotion recognition on a device: heart rate, EEG, speech and face in, one trustworthy score per emotion out; in
//! real time, on a plain CPU, with nothing sent anywhere.
//!
//! ```
//! use emo_fusion::{Bundle, CpuBackend, Inputs, Recognizer};
//!
//! # std::env::set_current_dir("../..")?;
//! let mut recognizer = Recognizer::new(&Bundle::embedded()?, &CpuBackend::default())?;
//! let mut inputs = Inputs::default();
//! inputs
//!     .read_speech("fixtures/recordings/speech.wav")?
//!     .read_image("fixtures/recordings/face.jpg", None)?;
//! let recognition = recognizer.recognize(&inputs)?;
//! println!("{} {:?}", recognition.label(), recognition.scores.to_vec());
//! # assert!(["happy", "calm", "sad", "angry"].contains(&recognition.label()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate holds no code: it re-exports the parts, each of which is a crate of its own and can be used alone.
//!
//! | module | feature | crate | what it holds |
//! |---|---|---|---|
//! | [`pipeline`] | `pipeline` | `emo-pipeline` | bundles, inputs, the recognizer |
//! | [`hr`] | `hr` | `emo-hr` | ECG, PPG and heart-rate series |
//! | [`eeg`] | `eeg` | `emo-eeg` | EEG channels, cleaning, features, connectivity, quality |
//! | [`speech`] | `speech` | `emo-speech` | audio decoding and features |
//! | [`image`] | `image` | `emo-image` | pictures and frames: faces found, followed, straightened and described |
//! | [`recording`] | `recording` | `emo-recording` | EDF, BDF, BrainVision, WFDB, XDF and CSV files |
//! | [`dsp`] | `dsp` | `emo-dsp` | filters, spectra, conversion of rates |
//! | [`score`] | `score` | `emo-score` | labels, fusion rules, metrics |
//! | [`onnx`] | `onnx` | `emo-onnx` | ONNX models: reading, checking, building, writing |
//! | `quant` | `quant`, not on by default | `emo-quant` | calibrators and the quantizer |
//! | [`backend`] | `backend` | `emo-backend` | the traits behind which a device hides |
//! | [`cpu`] | `cpu` | `emo-backend-cpu` | the CPU reference backend |
//! | `mobilint` | `mobilint`, not on by default | `emo-backend-mobilint` | the backend for Mobilint NPUs |
//! | [`tensor`] | `backend`, `onnx` | `emo-tensor` | tensors and their descriptions |
//!
//! | feature | what it adds |
//! |---|---|
//! | `default-bundle` | the models of this project, compiled in ([`Bundle::embedded`]) |
//! | `aac`, `flac`, `mp3`, `ogg`, `wav` | audio formats |
//! | `detector` | the face detector's own model |
//! | `jpeg`, `png` | picture formats |
//! | `bmp`, `pnm`, `webp` | more picture formats |
//! | `threads` | threads that help the CPU backend with large layers, if its configuration asks for them |
//! | `serde` | fusion rules, calibrations and reports can be written and read |
//! | `mobilint` | the backend for Mobilint NPUs, which needs the vendor's runtime on the machine |
//! | `mobilint-kit` | what the vendor's compiler takes, and an emulation of its quantization, in the same module |
//! | `mobilint-shim` | the same without a second process, through a shim that is compiled on the machine |
//! | `mobilint-telemetry` | power, temperature and load of a Mobilint NPU |
//! | `quant` | the quantizer |
//!
//! All but `mobilint` and its kin, `bmp`, `pnm`, `webp`, `quant`, `serde` and `threads` are on by default. With
//! `default-features = false` name what you need: `features = ["speech", "wav"]` gives speech features of WAV files and
//! builds nothing else.
//!
//! # What it must not be used for
//! The embedded models were trained on small, mostly acted recordings; each model card says how good they are on
//! people they have not seen, and that is far from certain. Do not use them for diagnosis, for decisions about
//! people (work, school, insurance, police, borders), for detecting lies, or without the knowledge of the person
//! who is recorded.

#[cfg(feature = "backend")]
pub use emo_backend as backend;
#[cfg(feature = "cpu")]
pub use emo_backend_cpu as cpu;
#[cfg(feature = "mobilint")]
pub use emo_backend_mobilint as mobilint;
#[cfg(feature = "dsp")]
pub use emo_dsp as dsp;
#[cfg(feature = "eeg")]
pub use emo_eeg as eeg;
#[cfg(feature = "hr")]
pub use emo_hr as hr;
#[cfg(feature = "image")]
pub use emo_image as image;
#[cfg(feature = "onnx")]
pub use emo_onnx as onnx;
#[cfg(feature = "pipeline")]
pub use emo_pipeline as pipeline;
#[cfg(feature = "quant")]
pub use emo_quant as quant;
#[cfg(feature = "recording")]
pub use emo_recording as recording;
#[cfg(feature = "score")]
pub use emo_score as score;
#[cfg(feature = "speech")]
pub use emo_speech as speech;
#[cfg(any(feature = "backend", feature = "onnx"))]
pub use emo_tensor as tensor;
pub use ndarray;

#[cfg(feature = "cpu")]
pub use emo_backend_cpu::CpuBackend;
#[cfg(feature = "pipeline")]
pub use emo_pipeline::{
    Bundle, EegRecording, EegSignal, HrSignal, ImageSignal, InputError, Inputs, Modality,
    ModalityReport, PipelineError, Recognition, Recognizer, SpeechSignal,
};
