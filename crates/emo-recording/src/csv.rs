#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::csv_profiles::layout;
use crate::csv_table::Table;
use crate::lines::Lines;
use crate::{Recording, RecordingError};

/// What a table does not say about its signals.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct CsvConfig {
    /// Rate of the samples where neither a time column nor the device gives one. Default: not known.
    pub sample_rate: Option<SampleRate>,
    /// Unit of the columns for which neither header nor device names one, as `uV`. Default: not known.
    pub unit: Option<String>,
    /// Who wrote the table. Default: found out from its first lines.
    pub profile: CsvProfile,
    /// What to do about absent values. Default: refuse them in plain tables, mark them in those of devices.
    pub absent: AbsentValues,
    /// How numbers are written. Default: with a decimal point.
    pub decimal: DecimalMark,
}

/// Who wrote a table.
///
/// Those from which [`Detect`](Self::Detect) does not choose cannot be told from a plain table and must be named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CsvProfile {
    /// Whoever it seems to be by the first lines: a device's own words, or else nobody in particular.
    #[default]
    Detect,
    /// Nobody in particular: see [`read_csv`].
    Plain,
    /// OpenBCI's programs: comments with `%`, among them the sample rate; columns of EEG (`EXG`) in µV, of
    /// acceleration in g, and others.
    OpenBci,
    /// A Muse headband, by Mind Monitor or muse-lsl: raw EEG in µV and what else there is in numbers; Mind Monitor's
    /// band powers too. The column `Elements` becomes annotations.
    Muse,
    /// An Emotiv headset, by EmotivPRO or the older programs: a line of `key:value`, then the table. Columns `EEG.…` are
    /// in µV; `MarkerValueInt` becomes annotations.
    Emotiv,
    /// A file of the folder that an Empatica E4 fills: start and rate above the numbers, `IBI.csv`, `tags.csv`.
    EmpaticaE4,
    /// A Polar strap: ECG, RR and heart rate by Polar Sensor Logger, or heart rate from Polar Flow.
    Polar,
    /// RR intervals as text, one on a line: in ms, or in the unit that [`CsvConfig::unit`] gives (`s` or `ms`). Not
    /// detected.
    RrIntervals,
}

/// What to do about values that are absent: empty cells, `NaN`, `NA`, `null` and the like, and times that are passed
/// over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbsentValues {
    /// As the profile has it: [`Refuse`](Self::Refuse) for plain tables and RR intervals, [`Mark`](Self::Mark) for
    /// devices.
    #[default]
    ByProfile,
    /// An error that names the line.
    Refuse,
    /// A cell becomes NaN in [`Channel::missing`](crate::Channel::missing), a step of more than one and a half of the
    /// usual step a [`Gap`](crate::Gap).
    Mark,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1.5`.
    #[default]
    Point,
    /// `1,5`, where the delimiter is a tab or a semicolon.
    Comma,
}

/// Reads a recording from a table: one column for each channel, one row for each sample.
///
/// Tables of devices are described at [`CsvProfile`]; all others are read as follows.
///
/// - *Delimiter*: tab, semicolon or comma, the first of these that the first line has; without any, there is one
///   column. Quotes around a cell are dropped; a delimiter within quotes still divides.
/// - *Header*: the first line, if it has a cell with a letter that is not a missing value (`nan`, `na`, `null`, …). A
///   unit may follow a name in brackets, as in `Fp1 [uV]` or `ECG (mV)`.
/// - *Time column*: one whose name is `time`, `t`, `timestamp`, `timestamps`, `datetime`, `date_time`, `unix_time`,
///   `epoch`, `second`, `seconds`, `s` or one of these with `_s`; or in milliseconds `ms`, `milliseconds`, `time_ms`,
///   `t_ms`, `timestamp_ms` or one of the former with the unit `ms` in brackets (or `us` or `ns`). It is no channel. Its
///   cells are numbers, dates with times in ISO 8601, or times of the day. Numbers from 10⁹ s on count from 1970, and
///   numbers without a unit from 10¹¹, 10¹⁴ and 10¹⁷ on are milli-, micro- and nanoseconds from 1970; they and dates
///   give [`Recording::start`]. If its steps are even, up to half a step and the rounding of its decimals, they give
///   the rate of all channels: the whole number of hertz that the decimals allow, or else the mean. If they are not,
///   [`CsvConfig::sample_rate`] is used, and its absence is an error.
/// - *Without time column*, all channels have the rate [`CsvConfig::sample_rate`], or none.
/// - *Absent values* are refused, or marked: see [`AbsentValues`].
/// - Empty lines and lines that begin with `#` are passed over.
///
/// # Errors
/// - [`RecordingError::InvalidCell`] for text, infinity and, unless they are marked, an empty cell and NaN, with line
///   and column.
/// - [`RecordingError::UnevenRow`] for a row with more or fewer cells than the first.
/// - [`RecordingError::TooFewRows`] for an empty table, or for a time column with a single row.
/// - [`RecordingError::NoColumns`], [`RecordingError::SeveralTimeColumns`], [`RecordingError::UnevenTimes`].
/// - [`RecordingError::InvalidValue`] and [`RecordingError::Missing`] for what a device writes above its table.
/// - [`RecordingError::TooManyColumns`], [`RecordingError::LineTooLong`], [`RecordingError::TooManySamples`].
/// - [`RecordingError::Io`] if reading fails.
pub fn read_csv(reader: impl Read, config: &CsvConfig) -> Result<Recording, RecordingError> {
    read_named_csv(reader, config, "")
}

/// Reads a table from a file of this name without extension, for devices that write nowhere else what it is.
pub(crate) fn read_named_csv(
    reader: impl Read,
    config: &CsvConfig,
    name: &str,
) -> Result<Recording, RecordingError> {
    let mut lines = Lines::new(reader);
    let (layout, first_rows) = layout(&mut lines, config, name)?;
    let comment = layout.comment;
    let mut table = Table::new(layout)?;
    for (number, line) in first_rows {
        table.push(number, &line)?;
    }
    while let Some((number, line)) = lines.next()? {
        if line.trim().is_empty() || line.starts_with(comment) {
            continue;
        }
        table.push(number, line)?;
    }
    let recording = table.into_recording(config)?;
    if config.profile == CsvProfile::RrIntervals && config.unit.is_none() {
        require_milliseconds(&recording)?;
    }
    Ok(recording)
}

/// Intervals that were never in ms: no heart beats a hundred times in a second.
fn require_milliseconds(recording: &Recording) -> Result<(), RecordingError> {
    let samples = recording.channels.iter().flat_map(|x| &x.samples);
    let longest = samples.copied().fold(f32::MIN, f32::max);
    if longest >= 10.0 {
        return Ok(());
    }
    Err(RecordingError::InvalidValue {
        format: "RR intervals",
        place: "the longest".to_owned(),
        value: longest.to_string(),
        expected: "a number of ms; give the unit if they are in s",
    })
}
