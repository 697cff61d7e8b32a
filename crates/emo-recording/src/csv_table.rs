#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use crate::annotation::MAX_ANNOTATIONS;
use crate::csv_layout::{Column, Layout, Role, cells, is_absent, number};
use crate::samples::{Budget, Samples};
use crate::time_column::Times;
use crate::{Annotation, Channel, CsvConfig, DecimalMark, Recording, RecordingError};

/// A table while it is read.
#[derive(Debug)]
pub(crate) struct Table {
    layout: Layout,
    /// One for each column; empty for those that are no signal.
    samples: Vec<Samples>,
    times: Option<Times>,
    /// Row, time in seconds if there is a time column, and text.
    markers: Vec<Marker>,
    has_markers: bool,
    n_rows: usize,
    budget: Budget,
}

#[derive(Debug)]
struct Marker {
    row: usize,
    /// The row of a marker that is no sample has its own time.
    time: Option<f64>,
    text: String,
}

impl Table {
    pub(crate) fn new(layout: Layout) -> Result<Self, RecordingError> {
        let is_time = |column: &&Column| matches!(column.role, Role::Time(_));
        let mut times = layout.columns.iter().filter(is_time);
        let first = times.next();
        if let (Some(first), Some(second)) = (first, times.next()) {
            return Err(RecordingError::SeveralTimeColumns {
                first: first.name.clone(),
                second: second.name.clone(),
            });
        }
        let is_signal = |column: &Column| matches!(column.role, Role::Signal(_));
        if !layout.columns.iter().any(is_signal) {
            return Err(RecordingError::NoColumns);
        }
        let times = match first {
            Some(Column {
                role: Role::Time(seconds_per_unit),
                ..
            }) => Some(Times::new(*seconds_per_unit)),
            _ => None,
        };
        Ok(Self {
            has_markers: layout
                .columns
                .iter()
                .any(|column| column.role == Role::Marker),
            samples: layout.columns.iter().map(|_| Samples::default()).collect(),
            layout,
            times,
            markers: Vec::new(),
            n_rows: 0,
            budget: Budget::new(),
        })
    }

    pub(crate) fn push(&mut self, line: u64, text: &str) -> Result<(), RecordingError> {
        let expected = self.layout.columns.len();
        let delimiter = self.layout.delimiter;
        let actual = cells(text, delimiter).count();
        // A delimiter behind the last name of a header may be absent from the rows.
        let is_short = actual + 1 == expected
            && matches!(self.layout.columns.last(), Some(last) if last.role == Role::Ignored);
        if actual != expected && !is_short {
            return Err(RecordingError::UnevenRow {
                line,
                actual,
                expected,
            });
        }
        if self.has_markers && self.is_marker_only(text) {
            return self.push_markers(text, true);
        }
        self.budget.take(expected)?;
        let decimal = self.layout.decimal;
        let columns = self.layout.columns.iter().zip(&mut self.samples);
        for (index, ((column, samples), cell)) in columns.zip(cells(text, delimiter)).enumerate() {
            let is_valid = match column.role {
                Role::Signal(_) if self.layout.is_marking && is_absent(cell) => {
                    samples.push_missing();
                    true
                }
                Role::Signal(scale) => number(cell, decimal)
                    .is_some_and(|number| !number.is_nan() && samples.push(number * scale)),
                Role::Time(_) => match (&mut self.times, decimal) {
                    (Some(times), DecimalMark::Comma) => times.push(line, &cell.replace(',', ".")),
                    (Some(times), DecimalMark::Point) => times.push(line, cell),
                    (None, _) => false,
                },
                Role::Marker | Role::Ignored => true,
            };
            if !is_valid {
                return Err(RecordingError::InvalidCell {
                    line,
                    column: index + 1,
                    name: column.name.clone(),
                    value: cell.to_owned(),
                });
            }
        }
        if self.has_markers {
            self.push_markers(text, false)?;
        }
        self.n_rows += 1;
        Ok(())
    }

    /// Whether a row has a marker and not one sample.
    fn is_marker_only(&self, text: &str) -> bool {
        let cells = cells(text, self.layout.delimiter);
        let mut has_marker = false;
        for (column, cell) in self.layout.columns.iter().zip(cells) {
            match column.role {
                Role::Signal(_) if !is_absent(cell) => return false,
                Role::Marker => has_marker |= !cell.is_empty(),
                _ => {}
            }
        }
        has_marker && self.layout.is_marking
    }

    fn push_markers(&mut self, text: &str, is_own_row: bool) -> Result<(), RecordingError> {
        let cells = || cells(text, self.layout.delimiter);
        for (column, cell) in self.layout.columns.iter().zip(cells()) {
            if column.role != Role::Marker || cell.is_empty() || cell == "0" {
                continue;
            }
            if self.markers.len() >= MAX_ANNOTATIONS {
                return Err(RecordingError::TooMany {
                    what: "annotations",
                    limit: MAX_ANNOTATIONS,
                });
            }
            let columns = self.layout.columns.iter().zip(cells());
            let time =
                columns
                    .filter(|_| is_own_row)
                    .find_map(|(column, cell)| match column.role {
                        Role::Time(unit) => Times::seconds_of(cell, unit),
                        _ => None,
                    });
            self.markers.push(Marker {
                row: self.n_rows,
                time,
                text: cell.to_owned(),
            });
        }
        Ok(())
    }

    pub(crate) fn into_recording(self, config: &CsvConfig) -> Result<Recording, RecordingError> {
        if self.n_rows == 0 {
            return Err(RecordingError::TooFewRows {
                actual: 0,
                required: 1,
            });
        }
        let layout = self.layout;
        let stated = layout.sample_rate.or(config.sample_rate);
        let (mut sample_rate, mut gaps, mut times) = (stated, Vec::new(), None);
        match &self.times {
            _ if layout.is_uneven => {
                sample_rate = None;
                // Where the device says when it started, times count from then.
                let first = self.times.as_ref().and_then(Times::first);
                let zero = first.filter(|_| layout.start.is_none()).unwrap_or(0.0);
                times = self.times.as_ref().map(|own| own.since(zero));
            }
            // A device's own rate is surer than the times at which its packets arrived.
            Some(_) if layout.sample_rate.is_some() => {}
            Some(own) => {
                let found = if layout.is_marking {
                    own.stretches()
                } else {
                    own.sample_rate().map(|rate| (rate, Vec::new()))
                };
                match (found, stated) {
                    (Ok((rate, found_gaps)), _) => {
                        sample_rate = Some(rate);
                        gaps = found_gaps;
                    }
                    (Err(RecordingError::UnevenTimes { .. }), Some(_)) => {}
                    (Err(error), _) => return Err(error),
                }
            }
            None => {}
        }
        let own_start = self.times.as_ref().and_then(Times::start);
        let first = self.times.as_ref().and_then(Times::first);
        let to_channel = |(column, samples): (Column, Samples)| {
            matches!(column.role, Role::Signal(_)).then(|| Channel {
                unit: column.unit.or_else(|| config.unit.clone()),
                sample_rate,
                gaps: gaps.clone(),
                missing: samples.missing,
                times: times.clone(),
                ..Channel::new(column.name, samples.values)
            })
        };
        let channels: Vec<Channel> = layout
            .columns
            .into_iter()
            .zip(self.samples)
            .filter_map(to_channel)
            .collect();
        let mut passed_over = 0.0;
        let mut gaps = gaps.iter().peekable();
        let mut onset = |marker: &Marker| {
            while let Some(gap) = gaps.next_if(|gap| gap.sample <= marker.row) {
                passed_over += gap.seconds;
            }
            match (marker.time, first, &times, sample_rate) {
                (Some(time), Some(first), ..) => time - first,
                (_, _, Some(times), _) => times.get(marker.row).copied().unwrap_or_default(),
                (_, _, _, Some(rate)) => marker.row as f64 / rate.hz() + passed_over,
                _ => 0.0,
            }
        };
        let mut annotations: Vec<Annotation> = self
            .markers
            .iter()
            .map(|marker| Annotation::new(onset(marker), marker.text.as_str()))
            .collect();
        annotations.sort_by(|a, b| a.onset.total_cmp(&b.onset));
        Ok(Recording {
            channels,
            annotations,
            start: layout.start.or(own_start),
        })
    }
}
