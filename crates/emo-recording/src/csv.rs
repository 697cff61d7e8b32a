#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::lines::{Lines, MAX_COLUMNS};
use crate::time_column::{Times, seconds_per_unit};
use crate::{Channel, MAX_SAMPLES, Recording, RecordingError};

/// What a table does not say about its signals.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CsvConfig {
    /// Rate of the samples where no time column gives one. Default: not known.
    pub sample_rate: Option<SampleRate>,
    /// Unit of the columns whose header names none, as `uV`. Default: not known.
    pub unit: Option<String>,
}

/// Reads a recording from a table: one column for each channel, one row for each sample.
///
/// - *Delimiter*: tab, semicolon or comma, the first of these that the first line has; without any, there is one
///   column. Quotes around a cell are dropped; a delimiter within quotes still divides.
/// - *Header*: the first line, if it has a cell with a letter that is not a missing value (`nan`, `na`, `null`, …). A
///   unit may follow a name in brackets, as in `Fp1 [uV]` or `ECG (mV)`.
/// - *Time column*: one whose name is `time`, `t`, `timestamp`, `second`, `seconds`, `s` or one of these with `_s`; or in
///   milliseconds `ms`, `milliseconds`, `time_ms`, `t_ms`, `timestamp_ms` or one of the former with the unit `ms` in
///   brackets. It is no channel. If its steps are even, up to half a step and the rounding of its decimals, they give
///   the rate of all channels: the whole number of hertz that the decimals allow, or else the mean. If they are not,
///   [`CsvConfig::sample_rate`] is used, and its absence is an error.
/// - *Without time column*, all channels have the rate [`CsvConfig::sample_rate`], or none.
/// - Empty lines and lines that begin with `#` are passed over. Numbers have a decimal point.
///
/// # Errors
/// - [`RecordingError::InvalidCell`] for an empty cell, NaN, infinity or text, with its line and column.
/// - [`RecordingError::UnevenRow`] for a row with more or fewer cells than the first.
/// - [`RecordingError::TooFewRows`] for an empty table, or for a time column with a single row.
/// - [`RecordingError::NoColumns`], [`RecordingError::SeveralTimeColumns`], [`RecordingError::UnevenTimes`].
/// - [`RecordingError::TooManyColumns`], [`RecordingError::LineTooLong`], [`RecordingError::TooManySamples`].
/// - [`RecordingError::Io`] if reading fails.
pub fn read_csv(reader: impl Read, config: &CsvConfig) -> Result<Recording, RecordingError> {
    let mut lines = Lines::new(reader);
    let mut table: Option<Table> = None;
    while let Some((number, line)) = lines.next()? {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let row = match &mut table {
            Some(table) => Some(table),
            None => {
                let (new, is_header) = Table::from_first_line(line)?;
                let new = table.insert(new);
                (!is_header).then_some(new)
            }
        };
        if let Some(table) = row {
            table.push(number, line)?;
        }
    }
    match table {
        Some(table) => table.into_recording(config),
        None => Err(RecordingError::TooFewRows {
            actual: 0,
            required: 1,
        }),
    }
}

struct Table {
    delimiter: Option<char>,
    columns: Vec<Column>,
    times: Option<Times>,
    n_rows: usize,
}

struct Column {
    name: String,
    unit: Option<String>,
    /// Empty for the time.
    samples: Vec<f32>,
    /// Seconds that 1 stands for in a column of times.
    time_unit: Option<f64>,
}

impl Table {
    /// The columns that the first line declares or implies, and whether it is a header.
    fn from_first_line(line: &str) -> Result<(Self, bool), RecordingError> {
        let delimiter = ['\t', ';', ','].into_iter().find(|&c| line.contains(c));
        let n_columns = cells(line, delimiter).count();
        if n_columns > MAX_COLUMNS {
            return Err(RecordingError::TooManyColumns {
                actual: n_columns,
                limit: MAX_COLUMNS,
            });
        }
        let is_header = cells(line, delimiter).any(is_name);
        let columns: Vec<Column> = cells(line, delimiter)
            .enumerate()
            .map(|(index, cell)| Column::new(index, if is_header { cell } else { "" }))
            .collect();
        let mut times = columns.iter().filter(|column| column.time_unit.is_some());
        if let (Some(first), Some(second)) = (times.next(), times.next()) {
            return Err(RecordingError::SeveralTimeColumns {
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
        let times = columns
            .iter()
            .find_map(|column| column.time_unit)
            .map(Times::new);
        if columns.iter().all(|column| column.time_unit.is_some()) {
            return Err(RecordingError::NoColumns);
        }
        let table = Self {
            delimiter,
            columns,
            times,
            n_rows: 0,
        };
        Ok((table, is_header))
    }

    fn push(&mut self, line: u64, text: &str) -> Result<(), RecordingError> {
        let expected = self.columns.len();
        let actual = cells(text, self.delimiter).count();
        if actual != expected {
            return Err(RecordingError::UnevenRow {
                line,
                actual,
                expected,
            });
        }
        self.n_rows += 1;
        if self.n_rows.saturating_mul(expected) > MAX_SAMPLES {
            return Err(RecordingError::TooManySamples { limit: MAX_SAMPLES });
        }
        for (index, (column, cell)) in self
            .columns
            .iter_mut()
            .zip(cells(text, self.delimiter))
            .enumerate()
        {
            let value = cell.parse::<f64>().ok().filter(|value| value.is_finite());
            let sample = value.map(narrow).filter(|sample| sample.is_finite());
            match (&mut self.times, column.time_unit, value, sample) {
                (Some(times), Some(_), Some(value), _) => times.push(line, value, cell),
                (_, None, _, Some(sample)) => column.samples.push(sample),
                _ => {
                    return Err(RecordingError::InvalidCell {
                        line,
                        column: index + 1,
                        name: column.name.clone(),
                        value: cell.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    fn into_recording(self, config: &CsvConfig) -> Result<Recording, RecordingError> {
        if self.n_rows == 0 {
            return Err(RecordingError::TooFewRows {
                actual: 0,
                required: 1,
            });
        }
        let sample_rate = match &self.times {
            None => config.sample_rate,
            Some(times) => match (times.sample_rate(), config.sample_rate) {
                (Ok(rate), _) => Some(rate),
                (Err(RecordingError::UnevenTimes { .. }), Some(rate)) => Some(rate),
                (Err(error), _) => return Err(error),
            },
        };
        let channels = self
            .columns
            .into_iter()
            .filter(|column| column.time_unit.is_none())
            .map(|column| Channel {
                unit: column.unit.or_else(|| config.unit.clone()),
                sample_rate,
                ..Channel::new(column.name, column.samples)
            })
            .collect();
        Ok(Recording {
            channels,
            annotations: Vec::new(),
            start: None,
        })
    }
}

impl Column {
    /// A column from its header, as `Fp1`, `Fp1 [uV]` or nothing.
    fn new(index: usize, header: &str) -> Self {
        let bracketed = [('[', ']'), ('(', ')')]
            .into_iter()
            .find_map(|(open, close)| {
                let (name, unit) = header.strip_suffix(close)?.rsplit_once(open)?;
                Some((name.trim(), unit.trim()))
            });
        let (name, unit) = bracketed
            .filter(|(name, unit)| !name.is_empty() && !unit.is_empty())
            .map_or((header, None), |(name, unit)| (name, Some(unit)));
        Self {
            time_unit: seconds_per_unit(name, unit),
            name: if name.is_empty() {
                format!("column {}", index + 1)
            } else {
                name.to_owned()
            },
            unit: unit.map(str::to_owned),
            samples: Vec::new(),
        }
    }
}

/// The cells of a line without surrounding spaces and quotes.
fn cells(line: &str, delimiter: Option<char>) -> impl Iterator<Item = &str> {
    line.split(move |c| Some(c) == delimiter).map(|cell| {
        let cell = cell.trim();
        let bare = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"'));
        bare.unwrap_or(cell).trim()
    })
}

/// Whether a cell names a column: it has a letter and is neither a number (as `1e3`) nor a missing value.
fn is_name(cell: &str) -> bool {
    const MISSING: [&str; 6] = ["na", "n/a", "none", "null", "missing", "nil"];
    cell.chars().any(char::is_alphabetic)
        && cell.parse::<f64>().is_err()
        && !MISSING.contains(&cell.to_lowercase().as_str())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is wanted, and an infinite result is refused"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}
