#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use emo_dsp::SampleRate;

use crate::lines::MAX_COLUMNS;
use crate::time_column::seconds_per_unit;
use crate::{DecimalMark, RecordingError, StartTime};

/// What the columns of a table are.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) delimiter: Option<char>,
    pub(crate) decimal: DecimalMark,
    /// What a line begins with that is passed over.
    pub(crate) comment: char,
    pub(crate) columns: Vec<Column>,
    /// What the device says, or what is known of it.
    pub(crate) sample_rate: Option<SampleRate>,
    pub(crate) start: Option<StartTime>,
    /// Whether absent values are marked.
    pub(crate) is_marking: bool,
    /// Whether each row has a time of its own and no rate is sought.
    pub(crate) is_uneven: bool,
}

/// A column and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) unit: Option<String>,
    pub(crate) role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    /// What it holds is multiplied by this.
    Signal(f64),
    /// Seconds that 1 stands for.
    Time(f64),
    /// A cell that is not empty is an annotation.
    Marker,
    Ignored,
}

impl Layout {
    /// The columns of a header, each a signal or, by its name, the time; or as many without names.
    pub(crate) fn of_line(
        line: &str,
        decimal: DecimalMark,
    ) -> Result<(Self, bool), RecordingError> {
        let delimiter = delimiter_of(line, decimal);
        let n_columns = cells(line, delimiter).count();
        if n_columns > MAX_COLUMNS {
            return Err(RecordingError::TooManyColumns {
                actual: n_columns,
                limit: MAX_COLUMNS,
            });
        }
        let is_header = cells(line, delimiter).any(|cell| is_name(cell, decimal));
        let columns = cells(line, delimiter)
            .enumerate()
            .map(|(index, cell)| Column::new(index, if is_header { cell } else { "" }))
            .collect();
        let layout = Self {
            delimiter,
            decimal,
            comment: '#',
            columns,
            sample_rate: None,
            start: None,
            is_marking: false,
            is_uneven: false,
        };
        Ok((layout, is_header))
    }
}

impl Column {
    /// A column from its header, as `Fp1`, `Fp1 [uV]` or nothing.
    pub(crate) fn new(index: usize, header: &str) -> Self {
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
            role: seconds_per_unit(name, unit).map_or(Role::Signal(1.0), Role::Time),
            name: if name.is_empty() {
                format!("column {}", index + 1)
            } else {
                name.to_owned()
            },
            unit: unit.map(str::to_owned),
        }
    }

    pub(crate) fn signal(name: impl Into<String>, unit: Option<&str>) -> Self {
        Self {
            name: name.into(),
            unit: unit.map(str::to_owned),
            role: Role::Signal(1.0),
        }
    }
}

pub(crate) fn delimiter_of(line: &str, decimal: DecimalMark) -> Option<char> {
    let delimiters: &[char] = match decimal {
        DecimalMark::Point => &['\t', ';', ','],
        DecimalMark::Comma => &['\t', ';'],
    };
    delimiters.iter().copied().find(|&c| line.contains(c))
}

/// The cells of a line without surrounding spaces and quotes.
pub(crate) fn cells(line: &str, delimiter: Option<char>) -> impl Iterator<Item = &str> {
    line.split(move |c| Some(c) == delimiter).map(|cell| {
        let cell = cell.trim();
        let bare = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"'));
        bare.unwrap_or(cell).trim()
    })
}

/// Whether a cell says that there is no value.
pub(crate) fn is_absent(cell: &str) -> bool {
    const WORDS: [&str; 7] = ["nan", "na", "n/a", "none", "null", "missing", "nil"];
    cell.is_empty() || WORDS.iter().any(|word| word.eq_ignore_ascii_case(cell))
}

/// Whether a cell names a column: it has a letter and is neither a number (as `1e3`) nor an absent value.
fn is_name(cell: &str, decimal: DecimalMark) -> bool {
    cell.chars().any(char::is_alphabetic) && number(cell, decimal).is_none() && !is_absent(cell)
}

/// A number; it may be infinite.
pub(crate) fn number(cell: &str, decimal: DecimalMark) -> Option<f64> {
    match decimal {
        DecimalMark::Point => cell.parse().ok(),
        DecimalMark::Comma if cell.contains('.') => None,
        DecimalMark::Comma => cell.replace(',', ".").parse().ok(),
    }
}
