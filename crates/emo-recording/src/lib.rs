//! Recordings of biosignals: EDF, BDF, BrainVision, WFDB, XDF and CSV files as named channels with rates and units.
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
//! // From a file, by its content or its extension, or from the folder of an Empatica E4; every error names the file.
//! let error = Recording::read("no such file.edf").map(|_| ()).expect_err("there is none");
//! assert!(error.to_string().starts_with("no such file.edf: "));
//! # Ok::<(), emo_recording::RecordingError>(())
//! ```
//!
//! # Formats
//! | format | read | refused |
//! |---|---|---|
//! | EDF, EDF+, BDF, BDF+ | signals, each at its own rate; annotations; interruptions as gaps; BDF triggers | annotations without signals |
//! | BrainVision | 16 and 32 bits and floats, multiplexed and vectorized; markers; segments as gaps | ASCII data, spectra |
//! | WFDB | formats 16, 24, 32, 80 and 212 in one file or several, segments of fixed layout, `.atr` annotations | other formats, skews, variable layouts |
//! | XDF 1.0 | streams of numbers on one clock, even ones without jitter; streams of strings as annotations | clocks that were set anew, compressed files |
//! | CSV, TSV | numbers under an optional header, a time column of numbers or ISO 8601, absent values marked where asked | text, undeclared decimal commas |
//! | tables of devices ([`CsvProfile`]) | OpenBCI, Muse (Mind Monitor, muse-lsl), Emotiv, Empatica E4 (files and folder), Polar, RR intervals | |
//!
//! # What a recording holds
//! [`Channel`]s, each with a name, a unit, a rate and samples; where the recorder stopped ([`Channel::gaps`]), which
//! samples are missing ([`Channel::missing`]) and, for uneven ones, their times; [`Annotation`]s; and when it began
//! ([`StartTime`]). [`Channel::to_microvolts`] brings voltages into one unit.
//!
//! # Untrusted files
//! A file may claim anything. Numbers in headers are checked before use, memory grows only with bytes that are really
//! there, and counts are capped ([`MAX_SIGNALS`], [`MAX_SAMPLES`], [`MAX_ANNOTATIONS`], [`MAX_COLUMNS`],
//! [`MAX_LINE_LEN`]). A file that names others names plain files of its own folder. What is not understood is an error
//! that names the place; nothing is guessed.

mod annotation;
mod bdf_status;
mod brainvision;
mod brainvision_header;
mod brainvision_markers;
mod channel;
mod csv;
mod csv_empatica;
mod csv_headsets;
mod csv_hearts;
mod csv_layout;
mod csv_profiles;
mod csv_table;
mod edf;
mod edf_annotations;
mod edf_header;
mod error;
mod lines;
mod recording;
mod samples;
mod sister;
mod start_time;
mod time_column;
mod voltage;
mod wfdb;
mod wfdb_annotations;
mod wfdb_header;
mod xdf;
mod xdf_clock;
mod xdf_header;
mod xdf_recording;
mod xml;

pub use annotation::{Annotation, MAX_ANNOTATIONS};
pub use brainvision::read_brainvision;
pub use channel::{Channel, Gap};
pub use csv::{AbsentValues, CsvConfig, CsvProfile, DecimalMark, read_csv};
pub use csv_empatica::read_empatica;
pub use edf::{EdfFile, EdfSignal, read_edf, read_edf_digital};
pub use edf_header::MAX_SIGNALS;
pub use emo_dsp::SampleRate;
pub use error::RecordingError;
pub use lines::{MAX_COLUMNS, MAX_LINE_LEN};
pub use recording::{MAX_SAMPLES, Recording};
pub use start_time::{Clock, StartTime};
pub use voltage::microvolts_per_unit;
pub use wfdb::read_wfdb;
pub use wfdb_annotations::{WfdbAnnotation, read_wfdb_annotations};
pub use xdf::read_xdf;
