//! Programs that show the crates of emo-fusion together.

mod face_box;
mod faces;
mod heart;
mod replace;
pub mod report;
mod samples;
mod tables;

use std::error::Error;

pub use face_box::parse_face;
pub use faces::{Face, Faces};
pub use heart::{Finding, FoundBeats, Heart, HeartSignal, read_rr};
pub use replace::replace;
pub use samples::{CpuRunner, accuracy, best, read_labels, read_samples};
pub use tables::{array, table};

/// An error and its causes on one line, as the programs print them.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.replace('\n', " ")
}
