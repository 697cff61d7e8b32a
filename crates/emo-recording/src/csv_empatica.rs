#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::{self, Read};

use emo_dsp::SampleRate;

use crate::csv::read_named_csv;
use crate::csv_layout::{Column, Layout, Role, cells, number};
use crate::csv_profiles::Rows;
use crate::lines::{Lines, beginning};
use crate::sister::beside;
use crate::{
    Annotation, CsvConfig, CsvProfile, DecimalMark, MAX_ANNOTATIONS, Recording, RecordingError,
    StartTime,
};

const FORMAT: &str = "Empatica E4";

/// The files of signals, and the units of their columns.
const FILES: [&str; 6] = ["BVP", "HR", "IBI", "EDA", "TEMP", "ACC"];

/// Reads what an Empatica E4 recorded: `BVP.csv`, `HR.csv`, `IBI.csv`, `EDA.csv`, `TEMP.csv`, `ACC.csv` and `tags.csv`, as
/// far as `open` finds them; at least one of them but the tags.
///
/// Each file begins when it begins: [`Channel::start`](crate::Channel::start) counts from the earliest,
/// [`Recording::start`]. Acceleration is in g (the files count 64ths), electrodermal activity in µS, temperature in °C,
/// heart rate in bpm, IBI in s with [`times`](crate::Channel::times). The device leaves out the IBI that it is not sure
/// of. Tags are annotations with the text `tag`.
///
/// # Errors
/// [`RecordingError::Sister`] around what is wrong with a file; [`RecordingError::Missing`] if there is none.
pub fn read_empatica<R: Read>(
    mut open: impl FnMut(&str) -> io::Result<R>,
) -> Result<Recording, RecordingError> {
    let config = CsvConfig {
        profile: CsvProfile::EmpaticaE4,
        ..CsvConfig::default()
    };
    let mut parts: Vec<(f64, Recording)> = Vec::new();
    for name in FILES {
        let file_name = format!("{name}.csv");
        let file = match open(&file_name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(beside(&file_name, error.into())),
        };
        let part =
            read_named_csv(file, &config, name).map_err(|error| beside(&file_name, error))?;
        if let Some(start) = part.start {
            parts.push((start.unix_seconds, part));
        }
    }
    let first = parts
        .iter()
        .map(|&(start, _)| start)
        .reduce(f64::min)
        .ok_or_else(|| RecordingError::Missing {
            format: FORMAT,
            place: "BVP.csv, HR.csv, IBI.csv, EDA.csv, TEMP.csv or ACC.csv".to_owned(),
        })?;
    let mut recording = Recording {
        channels: Vec::new(),
        annotations: read_tags(&mut open, first)?,
        start: Some(StartTime::utc(first)),
    };
    for (start, part) in parts {
        let later = start - first;
        for mut channel in part.channels {
            channel.start += later;
            channel
                .times
                .iter_mut()
                .flatten()
                .for_each(|time| *time += later);
            recording.channels.push(channel);
        }
    }
    Ok(recording)
}

fn read_tags<R: Read>(
    open: &mut impl FnMut(&str) -> io::Result<R>,
    first: f64,
) -> Result<Vec<Annotation>, RecordingError> {
    const NAME: &str = "tags.csv";
    let file = match open(NAME) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(beside(NAME, error.into())),
    };
    let mut tags = Vec::new();
    let mut lines = Lines::new(file);
    while let Some((line, text)) = lines.next().map_err(|error| beside(NAME, error))? {
        if text.trim().is_empty() {
            continue;
        }
        if tags.len() >= MAX_ANNOTATIONS {
            return Err(RecordingError::TooMany {
                what: "annotations",
                limit: MAX_ANNOTATIONS,
            });
        }
        let time = epoch(text.trim())
            .ok_or_else(|| beside(NAME, invalid(line, text, "a time in seconds since 1970")))?;
        tags.push(Annotation::new(time - first, "tag"));
    }
    tags.sort_by(|a, b| a.onset.total_cmp(&b.onset));
    Ok(tags)
}

fn invalid(line: u64, value: &str, expected: &'static str) -> RecordingError {
    RecordingError::InvalidValue {
        format: FORMAT,
        place: format!("line {line}"),
        value: beginning(value),
        expected,
    }
}

/// Seconds since 1970, if they are of this century.
fn epoch(cell: &str) -> Option<f64> {
    let seconds: f64 = cell.parse().ok()?;
    (1e9..1e10).contains(&seconds).then_some(seconds)
}

/// Whether a first line can be that of a file of signals or of `IBI.csv`.
pub(crate) fn is_first_line(line: &str) -> bool {
    let mut parts = cells(line, Some(','));
    let is_start = parts.next().is_some_and(|cell| epoch(cell).is_some());
    let first = cells(line, Some(',')).next();
    is_start && parts.all(|cell| Some(cell) == first || cell == "IBI")
}

/// The layout of one file. Where it is not certain that the file is one, it may turn out to be a plain table.
pub(crate) fn layout(
    first: (u64, String),
    second: Option<(u64, String)>,
    name: &str,
    is_certain: bool,
    decimal: DecimalMark,
) -> Result<(Layout, Rows), RecordingError> {
    let (mut plain, is_header) = Layout::of_line(&first.1, decimal)?;
    let starts: Vec<&str> = cells(&first.1, plain.delimiter).collect();
    let start = starts.first().and_then(|cell| epoch(cell));
    let is_ibi = starts.len() == 2 && starts.get(1) == Some(&"IBI");
    if let (Some(start), true) = (start, is_ibi) {
        plain.columns = vec![
            Column {
                name: "time".to_owned(),
                unit: None,
                role: Role::Time(1.0),
            },
            Column::signal("IBI", Some("s")),
        ];
        plain.is_uneven = true;
        plain.start = Some(StartTime::utc(start));
        return Ok((plain, second.into_iter().collect()));
    }
    let rates: Vec<f64> = second
        .iter()
        .flat_map(|(_, line)| cells(line, plain.delimiter))
        .filter_map(|cell| number(cell, decimal))
        .collect();
    let is_file = start.is_some()
        && !starts.is_empty()
        && starts.iter().all(|cell| Some(cell) == starts.first())
        && rates.len() == starts.len()
        && rates
            .iter()
            .all(|rate| Some(rate) == rates.first() && [1.0, 4.0, 32.0, 64.0].contains(rate));
    if !is_file {
        if is_certain {
            return Err(invalid(
                first.0,
                &first.1,
                "the same start in each column and, below, the same rate of 1, 4, 32 or 64 Hz",
            ));
        }
        let mut rows: Rows = second.into_iter().collect();
        if !is_header {
            rows.insert(0, first);
        }
        return Ok((plain, rows));
    }
    plain.start = start.map(StartTime::utc);
    plain.sample_rate = rates
        .first()
        .and_then(|&rate| SampleRate::from_hz(rate).ok());
    plain.is_marking = true;
    let unit = match name {
        "HR" => Some("bpm"),
        "EDA" => Some("uS"),
        "TEMP" => Some("\u{b0}C"),
        _ => None,
    };
    plain.columns = match starts.len() {
        1 if !name.is_empty() => vec![Column::signal(name, unit)],
        3 => ["ACC x", "ACC y", "ACC z"]
            .map(|name| Column {
                role: Role::Signal(1.0 / 64.0),
                ..Column::signal(name, Some("g"))
            })
            .to_vec(),
        _ => plain.columns,
    };
    Ok((plain, Vec::new()))
}
