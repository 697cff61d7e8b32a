#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::csv_layout::{Column, Layout, Role, cells};
use crate::csv_profiles::{Rows, invalid, next};
use crate::lines::Lines;
use crate::start_time::digits;
use crate::{DecimalMark, RecordingError, StartTime};

/// Comments with `%`, then a header (from version 5 on) or numbers of which only the first `n` columns are told.
pub(crate) fn open_bci(
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
pub(crate) fn muse(first: (u64, String)) -> Result<(Layout, Rows), RecordingError> {
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
pub(crate) fn emotiv(
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
