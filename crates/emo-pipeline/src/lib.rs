//! From raw recordings to one fused emotion.
//!
//! A [`Bundle`] holds the models and says how their inputs are made, a [`Recognizer`] runs them on a backend, and
//! [`Inputs`] carries what there is: a heart rate, an ECG or a PPG, an EEG, speech, a picture of a face, in any
//! combination. The [`Recognition`] that comes out names the decision, the fused scores, and for each modality its
//! own scores, its quality, what it contributed and how long it took.
//!
//! ```
//! use emo_backend_cpu::CpuBackend;
//! use emo_pipeline::{Bundle, Inputs, Recognizer};
//!
//! # let fixtures = emo_testing::fixture("recordings");
//! let mut recognizer = Recognizer::new(&Bundle::embedded()?, &CpuBackend::default())?;
//! let mut inputs = Inputs::default();
//! inputs.read_speech(fixtures.join("speech.wav"))?.read_heart_rate(fixtures.join("heart_rate.csv"), None)?;
//! let recognition = recognizer.recognize(&inputs)?;
//! println!("{}: {:.2}", recognition.label(), recognition.scores[recognition.decision]);
//! # Ok::<(), emo_pipeline::PipelineError>(())
//! ```
//!
//! # Absent modalities
//! What is not in the inputs is absent: the weights of the present modalities are scaled up in proportion, and
//! nothing is imputed. An input that is there but cannot be used (too short, a missing electrode, silence of the
//! sensor) is an error that names it, never a guess; leave it out to go on without it.

mod branch;
mod bundle;
mod eeg_recording;
mod error;
mod fitted;
mod inputs;
mod manifest;
mod modality;
mod recognition;
mod recognizer;

pub use bundle::Bundle;
pub use eeg_recording::{EegRecording, LeftAside, Stretch};
pub use error::{InputError, PipelineError};
pub use inputs::{EegSignal, HrSignal, ImageSignal, Inputs, SpeechSignal};
pub use modality::Modality;
pub use recognition::{ModalityReport, Recognition};
pub use recognizer::Recognizer;
