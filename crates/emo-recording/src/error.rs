use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// What can be wrong with a file of biosignals.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// A file cannot be read; the source says why.
    #[error("{}: cannot be read as a recording", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<RecordingError>,
    },
    /// Reading failed.
    #[error("reading failed")]
    Io(#[from] io::Error),
    /// Content and extension that belong to no format that is read.
    #[error("neither the content nor the extension {extension:?} is that of a format that is read")]
    UnknownFormat {
        /// The file's extension; empty if there is none.
        extension: String,
    },
    /// A known format that is not read.
    #[error("{format} is not supported")]
    Unsupported {
        /// The format.
        format: &'static str,
    },
    /// A file that ends within the header of EDF or BDF.
    #[error("{format} header has {actual} bytes, expected {required}")]
    TruncatedHeader {
        /// EDF or BDF.
        format: &'static str,
        /// Bytes there are.
        actual: usize,
        /// Bytes needed.
        required: usize,
    },
    /// A field of the header of EDF or BDF with a value that it cannot have.
    #[error("{format} header field {field} at byte {offset} is {value:?}, expected {expected}")]
    InvalidHeader {
        /// EDF or BDF.
        format: &'static str,
        /// The field; of a signal, with its number from 0.
        field: String,
        /// Where it starts.
        offset: usize,
        /// Its content.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A file of EDF or BDF with nothing but annotations.
    #[error("there are no signals, only annotations")]
    NoSignals,
    /// An annotation of EDF+ or BDF+ that is none.
    #[error(
        "annotation at byte {offset} of data record {record} is {value:?}, expected {expected}"
    )]
    InvalidAnnotation {
        /// The record, from 0.
        record: u64,
        /// Where it starts within its signal.
        offset: usize,
        /// Its beginning.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A data record of EDF+D or BDF+D that begins before its predecessor ends.
    #[error("data record {record} begins at {onset} s, before its predecessor ends at {end} s")]
    OverlappingRecord {
        /// The record, from 0.
        record: u64,
        /// When it begins, in seconds after the file's start.
        onset: f64,
        /// When the record before it ends.
        end: f64,
    },
    /// A value that a format does not allow.
    #[error("{format}: {place} is {value:?}, expected {expected}")]
    InvalidValue {
        /// The format.
        format: &'static str,
        /// Where it stands.
        place: String,
        /// The value, cut if it is long.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Something that a format asks for and the file does not have.
    #[error("{format}: {place} is missing")]
    Missing {
        /// The format.
        format: &'static str,
        /// What is missing, and where.
        place: String,
    },
    /// Data that end too early or go on for too long.
    #[error("{format}: {place} has {actual} bytes, expected {required}")]
    WrongLength {
        /// The format.
        format: &'static str,
        /// What it is.
        place: String,
        /// Bytes there are.
        actual: u64,
        /// Bytes there should be.
        required: u64,
    },
    /// A file beside the one that was asked for.
    #[error("file {name:?} beside it")]
    Sister {
        /// Its name.
        name: String,
        /// What is wrong with it.
        source: Box<RecordingError>,
    },
    /// More of something than is read.
    #[error("recording exceeds {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The most that are read.
        limit: usize,
    },
    /// A file of EDF or BDF that ends within a data record.
    #[error("data record {record} has {actual} bytes, expected {required}")]
    TruncatedRecord {
        /// The record, from 0.
        record: u64,
        /// Bytes there are.
        actual: usize,
        /// Bytes needed.
        required: usize,
    },
    /// A file of EDF or BDF that goes on after the last of its data records.
    #[error("file goes on after the {n_records} data records that its header announces")]
    TrailingBytes {
        /// Records announced.
        n_records: u64,
    },
    /// More samples than are kept in memory.
    #[error("recording exceeds {limit} samples")]
    TooManySamples {
        /// The most that are read.
        limit: usize,
    },
    /// A table without rows.
    #[error("table has {actual} rows, at least {required} are needed")]
    TooFewRows {
        /// Rows there are.
        actual: usize,
        /// Rows needed.
        required: usize,
    },
    /// A table with too many columns.
    #[error("table has {actual} columns, at most {limit} are supported")]
    TooManyColumns {
        /// Columns there are.
        actual: usize,
        /// The most that are read.
        limit: usize,
    },
    /// A line that is too long for a table of numbers.
    #[error("line {line} exceeds {limit} bytes")]
    LineTooLong {
        /// The line, from 1.
        line: u64,
        /// The most that are read.
        limit: usize,
    },
    /// A row with more or fewer cells than the first.
    #[error("line {line} has {actual} cells, expected {expected}")]
    UnevenRow {
        /// The line, from 1.
        line: u64,
        /// Cells there are.
        actual: usize,
        /// Cells of the first row.
        expected: usize,
    },
    /// A cell that is empty, NaN or otherwise not a number.
    #[error("line {line}, column {column} ({name}): {value:?} is not a finite number")]
    InvalidCell {
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The column's name.
        name: String,
        /// The cell.
        value: String,
    },
    /// A table of which no column is a signal.
    #[error("table has no column but the time")]
    NoColumns,
    /// More than one time column.
    #[error("columns {first:?} and {second:?} both are times")]
    SeveralTimeColumns {
        /// The first column.
        first: String,
        /// The second column.
        second: String,
    },
    /// Times that are not evenly spaced.
    #[error(
        "line {line}: time {time} s departs from even steps of {step} s; give the sample rate if it is known to be even"
    )]
    UnevenTimes {
        /// The first line that departs, from 1.
        line: u64,
        /// Its time.
        time: f64,
        /// The mean step.
        step: f64,
    },
    /// A channel in a unit that is not a voltage, or in none.
    #[error(
        "unit of channel {channel:?} is {}, expected V, mV, µV or nV",
        unit.as_deref().unwrap_or("not known")
    )]
    NotAVoltage {
        /// The channel.
        channel: String,
        /// Its unit.
        unit: Option<String>,
    },
    /// A channel whose values leave the range of `f32` in another unit.
    #[error("sample {index} of channel {channel:?} is too large for µV")]
    Overflow {
        /// The channel.
        channel: String,
        /// The sample.
        index: usize,
    },
}
