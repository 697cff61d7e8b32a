#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use crate::csv_empatica;
use crate::csv_headsets::{emotiv, muse, open_bci};
use crate::csv_hearts::{polar, rr_intervals};
use crate::csv_layout::{Layout, cells, delimiter_of};
use crate::lines::{Lines, beginning};
use crate::{AbsentValues, CsvConfig, CsvProfile, DecimalMark, RecordingError};

/// Lines that were read in search of the table's beginning, with their numbers.
pub(crate) type Rows = Vec<(u64, String)>;

/// Finds out what the columns are, from the first lines, and gives those of them that are rows.
pub(crate) fn layout(
    lines: &mut Lines<impl Read>,
    config: &CsvConfig,
    name: &str,
) -> Result<(Layout, Rows), RecordingError> {
    let first = next(lines, '#')?.ok_or(RecordingError::TooFewRows {
        actual: 0,
        required: 1,
    })?;
    let profile = match config.profile {
        CsvProfile::Detect => detect(&first.1),
        named => named,
    };
    let (mut layout, rows) = match profile {
        CsvProfile::OpenBci => open_bci(lines, first)?,
        CsvProfile::Muse => muse(first)?,
        CsvProfile::Emotiv => emotiv(lines, first)?,
        CsvProfile::EmpaticaE4 => {
            let is_certain = config.profile == CsvProfile::EmpaticaE4;
            let second = next(lines, '#')?;
            csv_empatica::layout(first, second, name, is_certain, config.decimal)?
        }
        CsvProfile::Polar => polar(lines, first)?,
        CsvProfile::RrIntervals => rr_intervals(first, config)?,
        CsvProfile::Detect | CsvProfile::Plain => plain(first, config.decimal)?,
    };
    match config.absent {
        AbsentValues::ByProfile => {}
        AbsentValues::Refuse => layout.is_marking = false,
        AbsentValues::Mark => layout.is_marking = true,
    }
    Ok((layout, rows))
}

fn detect(first: &str) -> CsvProfile {
    let delimiter = delimiter_of(first, DecimalMark::Point);
    let has = |name: &str| cells(first, delimiter).any(|cell| cell == name);
    let starts = |name: &str| cells(first, delimiter).any(|cell| cell.starts_with(name));
    if first.starts_with("%OpenBCI") {
        CsvProfile::OpenBci
    } else if starts("RAW_TP9") || has("TP9") && has("AF7") && has("AF8") && has("TP10") {
        CsvProfile::Muse
    } else if first.starts_with("title:") && first.contains("sampling") {
        CsvProfile::Emotiv
    } else if starts("Phone timestamp") || has("Name") && has("Sport") && has("Start time") {
        CsvProfile::Polar
    } else if csv_empatica::is_first_line(first) {
        CsvProfile::EmpaticaE4
    } else {
        CsvProfile::Plain
    }
}

/// The next line with content that is no comment.
pub(crate) fn next(
    lines: &mut Lines<impl Read>,
    comment: char,
) -> Result<Option<(u64, String)>, RecordingError> {
    while let Some((number, line)) = lines.next()? {
        if !line.trim().is_empty() && !line.starts_with(comment) {
            return Ok(Some((number, line.to_owned())));
        }
    }
    Ok(None)
}

fn plain(first: (u64, String), decimal: DecimalMark) -> Result<(Layout, Rows), RecordingError> {
    let (layout, is_header) = Layout::of_line(&first.1, decimal)?;
    Ok((layout, if is_header { Vec::new() } else { vec![first] }))
}

pub(crate) fn invalid(
    format: &'static str,
    line: u64,
    value: &str,
    expected: &'static str,
) -> RecordingError {
    RecordingError::InvalidValue {
        format,
        place: format!("line {line}"),
        value: beginning(value),
        expected,
    }
}
