#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use crate::csv_layout::{Layout, Role, cells};
use crate::csv_profiles::{Rows, invalid, next};
use crate::lines::{Lines, beginning};
use crate::start_time::{digits, seconds_of_time};
use crate::{CsvConfig, DecimalMark, RecordingError, StartTime};

/// Polar Sensor Logger's `Phone timestamp;…`, or Polar Flow's three lines of header.
pub(crate) fn polar(
    lines: &mut Lines<impl Read>,
    first: (u64, String),
) -> Result<(Layout, Rows), RecordingError> {
    const FORMAT: &str = "Polar";
    let (_, text) = first;
    if text.starts_with("Phone timestamp") {
        let (mut layout, _) = Layout::of_line(&text, DecimalMark::Point)?;
        layout.is_marking = true;
        let has = |layout: &Layout, name: &str| layout.columns.iter().any(|c| c.name == name);
        let is_sampled = has(&layout, "sensor timestamp");
        layout.is_uneven = !is_sampled;
        for column in &mut layout.columns {
            column.role = match (column.name.as_str(), column.unit.as_deref()) {
                ("Phone timestamp", _) if !is_sampled => Role::Time(1.0),
                ("sensor timestamp", Some("ns")) => Role::Time(1e-9),
                ("Phone timestamp" | "timestamp", _) => Role::Ignored,
                (name, None) if name.starts_with("column ") => Role::Ignored,
                _ => Role::Signal(1.0),
            };
        }
        // The sensor's clock counts from anywhere, the phone's says when.
        let first_row = if is_sampled { next(lines, '#')? } else { None };
        layout.start = first_row.as_ref().and_then(|(_, row)| {
            let stamps = layout.columns.iter().zip(cells(row, layout.delimiter));
            let mut phones = stamps.filter(|(column, _)| column.name == "Phone timestamp");
            StartTime::from_iso8601(phones.next()?.1)
        });
        return Ok((layout, first_row.into_iter().collect()));
    }
    let values = next(lines, '#')?;
    let header = next(lines, '#')?;
    let (Some(values), Some(header)) = (values, header) else {
        return Err(RecordingError::TooFewRows {
            actual: 0,
            required: 1,
        });
    };
    let value_of = |key: &str| {
        let mut pairs = cells(&text, Some(',')).zip(cells(&values.1, Some(',')));
        pairs.find_map(|(own, value)| (own == key).then(|| value.to_owned()))
    };
    if !header.1.contains("HR (bpm)") {
        return Err(invalid(
            FORMAT,
            header.0,
            &header.1,
            "a header with HR (bpm)",
        ));
    }
    let (mut layout, _) = Layout::of_line(&header.1, DecimalMark::Point)?;
    layout.is_marking = true;
    for column in &mut layout.columns {
        column.role = match column.name.as_str() {
            "Time" => Role::Time(1.0),
            "HR" => Role::Signal(1.0),
            _ => Role::Ignored,
        };
    }
    let date = value_of("Date").unwrap_or_default();
    let time = value_of("Start time").unwrap_or_default();
    // Days come first, as in 02-03-2026.
    let mut parts = date.splitn(3, '-').map_while(digits);
    if let (Some(day), Some(month), Some(year), Some(seconds)) = (
        parts.next(),
        parts.next(),
        parts.next(),
        seconds_of_time(&time, ':'),
    ) {
        layout.start = StartTime::local((year, month, day), seconds);
    }
    Ok((layout, Vec::new()))
}

/// One interval on a line, under a header or none; perhaps with a column of times.
pub(crate) fn rr_intervals(
    first: (u64, String),
    config: &CsvConfig,
) -> Result<(Layout, Rows), RecordingError> {
    let (number, text) = first;
    let (mut layout, is_header) = Layout::of_line(&text, config.decimal)?;
    let scale = match config.unit.as_deref() {
        None | Some("ms") => 1.0,
        Some("s") => 1000.0,
        Some(unit) => {
            return Err(RecordingError::InvalidValue {
                format: "RR intervals",
                place: "the unit".to_owned(),
                value: beginning(unit),
                expected: "ms or s",
            });
        }
    };
    let signals = layout
        .columns
        .iter_mut()
        .filter(|column| matches!(column.role, Role::Signal(_)));
    for (index, column) in signals.enumerate() {
        if index > 0 {
            return Err(invalid(
                "RR intervals",
                number,
                &text,
                "one column of intervals",
            ));
        }
        column.role = Role::Signal(scale);
        column.unit = Some("ms".to_owned());
        column.name = "RR".to_owned();
    }
    layout.is_uneven = true;
    Ok((
        layout,
        if is_header {
            Vec::new()
        } else {
            vec![(number, text)]
        },
    ))
}
