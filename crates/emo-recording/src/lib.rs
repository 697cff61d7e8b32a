//! Recordings of biosignals: EDF and CSV files as named channels with rates and units.
//!
//! ```
//! use emo_recording::{CsvConfig, Recording, read_csv};
//!
//! let table = "time,bpm\n0.0,71\n1.0,72\n2.0,70\n3.0,69\n";
//! let recording = read_csv(table.as_bytes(), &CsvConfig::default())?;
//! assert_eq!(recording.channels[0].name, "bpm");
//! assert_eq!(recording.channels[0].samples, [71.0, 72.0, 70.0, 69.0]);
//! assert_eq!(recording.channels[0].sample_rate.map(|rate| rate.hz()), Some(1.0));
//!
//! // From a file, by its content or its extension; every error names the file.
//! let error = Recording::read("no such file.edf").map(|_| ()).expect_err("there is none");
//! assert!(error.to_string().starts_with("no such file.edf: "));
//! # Ok::<(), emo_recording::RecordingError>(())
//! ```
//!
//! # Formats
//! | format | read | refused |
//! |---|---|---|
//! | EDF, EDF+C | all signals but annotations, each at its own rate | EDF+D (interrupted recordings), BDF |
//! | CSV, TSV | numbers under an optional header, an optional time column | text, gaps and NaN in a cell, decimal commas |
//!
//! # Untrusted files
//! A file may claim anything. Numbers in headers are checked before use, memory grows only with bytes that are really
//! there, and counts are capped ([`MAX_SIGNALS`], [`MAX_SAMPLES`], [`MAX_COLUMNS`], [`MAX_LINE_LEN`]). What is not
//! understood is an error that names the place; nothing is guessed or skipped over.

mod channel;
mod csv;
mod edf;
mod edf_header;
mod error;
mod recording;
mod time_column;

pub use channel::Channel;
pub use csv::{CsvConfig, MAX_COLUMNS, MAX_LINE_LEN, read_csv};
pub use edf::read_edf;
pub use edf_header::MAX_SIGNALS;
pub use emo_dsp::SampleRate;
pub use error::RecordingError;
pub use recording::{MAX_SAMPLES, Recording};
