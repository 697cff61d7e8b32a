#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::csv_empatica;
use crate::csv_layout::{Column, Layout, Role, cells, delimiter_of};
use crate::lines::{Lines, beginning};
use crate::start_time::{digits, seconds_of_time};
use crate::{AbsentValues, CsvConfig, CsvProfile, DecimalMark, RecordingError, StartTime};

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
fn next(
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

fn invalid(format: &'static str, line: u64, value: &str, expected: &'static str) -> RecordingError {
    RecordingError::InvalidValue {
        format,
        place: format!("line {line}"),
        value: beginning(value),
        expected,
    }
}

/// Comments with `%`, then a header (from version 5 on) or numbers of which only the first `n` columns are told.
fn open_bci(
    lines: &mut Lines<impl Read>,
    first: (u64, String),
) -> Result<(Layout, Rows), RecordingError> {
    const FORMAT: &str = "OpenBCI";
    let (mut sample_rate, mut n_channels) = (None, None);
    let mut line = Some(first);
    while let Some((number, text)) = line.take_if(|(_, text)| text.starts_with('%')) {
        if let Some((key, value)) = text.trim_start_matches('%').split_once('=') {
            match key.trim() {
                "Sample Rate" => {
                    let hz = value.trim().trim_end_matches("Hz").trim().parse();
                    let rate = hz.ok().and_then(|hz| SampleRate::from_hz(hz).ok());
                    sample_rate =
                        Some(rate.ok_or_else(|| invalid(FORMAT, number, &text, "a sample rate"))?);
                }
                "Number of channels" => {
                    let n = digits(value.trim()).and_then(|n| usize::try_from(n).ok());
                    let n = n.filter(|n| (1..=64).contains(n));
                    n_channels =
                        Some(n.ok_or_else(|| invalid(FORMAT, number, &text, "1 to 64 channels"))?);
                }
                _ => {}
            }
        }
        line = next(lines, '#')?;
    }
    let (number, text) = line.ok_or(RecordingError::TooFewRows {
        actual: 0,
        required: 1,
    })?;
    let (mut layout, is_header) = Layout::of_line(&text, DecimalMark::Point)?;
    let missing = |place: &str| RecordingError::Missing {
        format: FORMAT,
        place: place.to_owned(),
    };
    layout.sample_rate = Some(sample_rate.ok_or_else(|| missing("%Sample Rate"))?);
    layout.comment = '%';
    layout.is_marking = true;
    if is_header {
        for column in &mut layout.columns {
            match (column.name.as_str(), column.unit.as_deref()) {
                // It reads like a unit in brackets.
                ("Other", _) | ("Timestamp", Some("Formatted")) => column.role = Role::Ignored,
                ("Timestamp", _) => column.role = Role::Time(1.0),
                (name, _) if name.starts_with("EXG Channel") => {
                    column.unit = Some("uV".to_owned());
                }
                (name, _) if name.starts_with("Accel Channel") => {
                    column.unit = Some("g".to_owned());
                }
                _ => {}
            }
        }
        return Ok((layout, Vec::new()));
    }
    let n_channels = n_channels.ok_or_else(|| missing("%Number of channels"))?;
    let n_columns = layout.columns.len();
    if n_columns < n_channels + 1 {
        return Err(RecordingError::UnevenRow {
            line: number,
            actual: n_columns,
            expected: n_channels + 1,
        });
    }
    for (index, column) in layout.columns.iter_mut().enumerate() {
        *column = match index {
            0 => Column::signal("Sample Index", None),
            _ if index <= n_channels => {
                Column::signal(format!("EXG Channel {}", index - 1), Some("uV"))
            }
            _ if index <= n_channels + 3 => Column::signal(
                format!("Accel Channel {}", index - n_channels - 1),
                Some("g"),
            ),
            _ => Column {
                role: Role::Ignored,
                ..Column::new(index, "")
            },
        };
    }
    Ok((layout, vec![(number, text)]))
}

/// Mind Monitor's `TimeStamp,Delta_TP9,…,RAW_TP9,…,Elements`, or muse-lsl's `timestamps,TP9,AF7,AF8,TP10,Right AUX`.
fn muse(first: (u64, String)) -> Result<(Layout, Rows), RecordingError> {
    let (number, text) = first;
    let (mut layout, is_header) = Layout::of_line(&text, DecimalMark::Point)?;
    if !is_header {
        return Err(invalid(
            "Muse",
            number,
            &text,
            "a header with RAW_TP9 or TP9",
        ));
    }
    layout.is_marking = true;
    for column in &mut layout.columns {
        let name = column.name.as_str();
        if name.eq_ignore_ascii_case("Elements") {
            column.role = Role::Marker;
        } else if name.starts_with("RAW_")
            || [
                "TP9",
                "AF7",
                "AF8",
                "TP10",
                "Right AUX",
                "AUX_RIGHT",
                "AUX_LEFT",
            ]
            .contains(&name)
        {
            column.unit = Some("uV".to_owned());
        } else if name.starts_with("Accelerometer_") {
            column.unit = Some("g".to_owned());
        } else if name.starts_with("Gyro_") {
            column.unit = Some("deg/s".to_owned());
        }
        if let Some(electrode) = column.name.strip_prefix("RAW_") {
            column.name = electrode.to_owned();
        }
    }
    Ok((layout, Vec::new()))
}

/// A line of `key:value`, then a header, or rows of which the first line names the columns (`labels:`).
fn emotiv(
    lines: &mut Lines<impl Read>,
    first: (u64, String),
) -> Result<(Layout, Rows), RecordingError> {
    const FORMAT: &str = "Emotiv";
    let (number, text) = first;
    let mut sample_rate = None;
    let mut labels = None;
    let mut start = None;
    let mut unit = None;
    for entry in cells(&text, Some(',')) {
        let Some((key, value)) = entry.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match key.trim() {
            "sampling rate" | "sampling" => {
                // As in `eeg_256;mot_64` or `128`.
                let eeg = value.split(';').next().unwrap_or_default();
                let hz = eeg.trim_start_matches("eeg_").parse().ok();
                sample_rate = hz.and_then(|hz| SampleRate::from_hz(hz).ok());
                if sample_rate.is_none() {
                    return Err(invalid(FORMAT, number, entry, "a sampling rate"));
                }
            }
            "start timestamp" => {
                let seconds = value.split(';').next().unwrap_or_default().parse().ok();
                start = seconds
                    .filter(|seconds: &f64| seconds.is_finite())
                    .map(StartTime::utc);
            }
            "labels" => labels = Some(value.to_owned()),
            "units" => unit = Some(value.to_owned()),
            _ => {}
        }
    }
    let sample_rate = Some(sample_rate.ok_or_else(|| RecordingError::Missing {
        format: FORMAT,
        place: "the sampling rate in line 1".to_owned(),
    })?);
    let (number, text) = next(lines, '#')?.ok_or(RecordingError::TooFewRows {
        actual: 0,
        required: 1,
    })?;
    let (layout, is_header) = Layout::of_line(&text, DecimalMark::Point)?;
    let mut layout = Layout {
        sample_rate,
        start,
        is_marking: true,
        ..layout
    };
    if is_header {
        for column in &mut layout.columns {
            let name = column.name.clone();
            let electrode = name.strip_prefix("EEG.");
            const NO_VOLTAGES: [&str; 6] = [
                "Counter",
                "Interpolated",
                "RawCq",
                "Battery",
                "BatteryPercent",
                "MarkerHardware",
            ];
            match (electrode, name.as_str()) {
                (_, "MarkerValueInt") => column.role = Role::Marker,
                (_, "OriginalTimestamp" | "MarkerIndex" | "MarkerType") => {
                    column.role = Role::Ignored;
                }
                (Some(electrode), _) if !NO_VOLTAGES.contains(&electrode) => {
                    column.unit = Some("uV".to_owned());
                    column.name = electrode.to_owned();
                }
                _ => {}
            }
        }
        return Ok((layout, Vec::new()));
    }
    let labels = labels.ok_or_else(|| RecordingError::Missing {
        format: FORMAT,
        place: "the labels in line 1".to_owned(),
    })?;
    let mut labels = labels.split_ascii_whitespace();
    for (index, column) in layout.columns.iter_mut().enumerate() {
        const NO_VOLTAGES: [&str; 5] = ["COUNTER", "INTERPOLATED", "RAW_CQ", "MARKER", "SYNC"];
        let Some(label) = labels.next() else {
            *column = Column {
                role: Role::Ignored,
                ..Column::new(index, "")
            };
            continue;
        };
        let is_voltage = !NO_VOLTAGES.contains(&label)
            && !label.starts_with("GYRO")
            && !label.starts_with("CQ_");
        *column = Column::signal(label, unit.as_deref().filter(|_| is_voltage));
        if label == "MARKER" {
            column.role = Role::Marker;
        }
    }
    Ok((layout, vec![(number, text)]))
}

/// Polar Sensor Logger's `Phone timestamp;…`, or Polar Flow's three lines of header.
fn polar(
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
fn rr_intervals(
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
