//! Programs that show the crates of emo-fusion together.

mod face_box;
mod faces;
pub mod heart;
mod replace;
pub mod report;
mod samples;
mod tables;

use std::{
    error::Error,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

pub use face_box::{FacePlace, parse_face, parse_face_place};
pub use faces::{Face, Faces};
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

/// [`error_chain`] after the file's name, unless the error says it.
pub fn error_about(path: &Path, error: &(dyn Error + 'static)) -> String {
    let (name, reason) = (path.display().to_string(), error_chain(error));
    if reason.contains(&name) {
        reason
    } else {
        format!("{name}: {reason}")
    }
}

/// How a program that writes a report ends: with its summary, or with what went wrong.
pub fn conclude(outcome: Result<String, Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(summary) => {
            // Whoever does not read on has the report.
            let _ = writeln!(io::stdout(), "{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}", error_chain(&*error));
            ExitCode::FAILURE
        }
    }
}
