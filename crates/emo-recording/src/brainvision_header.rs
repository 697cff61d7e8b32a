#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::collections::BTreeMap;
use std::io::Read;

use emo_dsp::SampleRate;

use crate::lines::{Lines, beginning};
use crate::{MAX_SIGNALS, RecordingError};

pub(crate) const FORMAT: &str = "BrainVision";

/// The most lines of a header.
const MAX_LINES: u64 = 100_000;

/// What a header says about the data.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) data_file: String,
    pub(crate) marker_file: Option<String>,
    pub(crate) is_vectorized: bool,
    pub(crate) is_big_endian: bool,
    pub(crate) number: Number,
    pub(crate) sample_rate: SampleRate,
    pub(crate) channels: Vec<ChannelInfo>,
}

/// How a sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Int16,
    Int32,
    Float32,
}

impl Number {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Int16 => 2,
            Self::Int32 | Self::Float32 => 4,
        }
    }
}

#[derive(Debug)]
pub(crate) struct ChannelInfo {
    pub(crate) name: String,
    pub(crate) unit: String,
    /// The unit's multiple that 1 stands for.
    pub(crate) resolution: f64,
}

/// Whether a file that starts with these bytes is a header.
pub(crate) fn is_header(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start.starts_with(b"Brain Vision ") || start.starts_with(b"BrainVision ")
}

impl Header {
    pub(crate) fn read(reader: impl Read, stem: &str) -> Result<Self, RecordingError> {
        let mut sections = Sections::read(reader)?;
        let data_format = sections.required("Common Infos", "DataFormat")?;
        if !data_format.text.eq_ignore_ascii_case("BINARY") {
            return Err(data_format.invalid("BINARY"));
        }
        if let Some(kind) = sections.optional("Common Infos", "DataType")
            && !kind.text.eq_ignore_ascii_case("TIMEDOMAIN")
        {
            return Err(kind.invalid("TIMEDOMAIN"));
        }
        let orientation = sections.required("Common Infos", "DataOrientation")?;
        let is_vectorized = match orientation.text.to_ascii_uppercase().as_str() {
            "MULTIPLEXED" => false,
            "VECTORIZED" => true,
            _ => return Err(orientation.invalid("MULTIPLEXED or VECTORIZED")),
        };
        let number = sections.required("Binary Infos", "BinaryFormat")?;
        let number = match number.text.to_ascii_uppercase().as_str() {
            "INT_16" => Number::Int16,
            "INT_32" => Number::Int32,
            "IEEE_FLOAT_32" => Number::Float32,
            _ => return Err(number.invalid("INT_16, INT_32 or IEEE_FLOAT_32")),
        };
        let is_big_endian = match sections.optional("Binary Infos", "UseBigEndianOrder") {
            None => false,
            Some(order) => match order.text.to_ascii_uppercase().as_str() {
                "NO" => false,
                "YES" => true,
                _ => return Err(order.invalid("YES or NO")),
            },
        };
        let interval = sections.required("Common Infos", "SamplingInterval")?;
        let sample_rate = number_of(&interval.text)
            .and_then(|microseconds| SampleRate::from_hz(1e6 / microseconds).ok())
            .ok_or_else(|| interval.invalid("microseconds between samples"))?;
        let n_channels = sections.required("Common Infos", "NumberOfChannels")?;
        let n_channels = match n_channels.text.parse() {
            Ok(n) if (1..=MAX_SIGNALS).contains(&n) => n,
            _ => return Err(n_channels.invalid("1 to 512")),
        };
        let channels = (1..=n_channels)
            .map(|channel| {
                sections
                    .required("Channel Infos", &format!("Ch{channel}"))
                    .and_then(ChannelInfo::new)
            })
            .collect::<Result<_, _>>()?;
        let file_name = |entry: Entry| entry.text.replace("$b", stem);
        Ok(Self {
            data_file: file_name(sections.required("Common Infos", "DataFile")?),
            marker_file: sections
                .optional("Common Infos", "MarkerFile")
                .map(file_name)
                .filter(|name| !name.is_empty()),
            is_vectorized,
            is_big_endian,
            number,
            sample_rate,
            channels,
        })
    }
}

impl ChannelInfo {
    /// From `name,reference,resolution,unit`, of which only the name must be there.
    fn new(entry: Entry) -> Result<Self, RecordingError> {
        let mut parts = entry.text.split(',').map(str::trim);
        let name = unescape(parts.next().unwrap_or_default());
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(entry.invalid("a name, a reference, a resolution and a unit"));
        }
        let resolution = match parts.nth(1).unwrap_or_default() {
            "" => 1.0,
            text => number_of(text).ok_or_else(|| entry.invalid("a positive resolution"))?,
        };
        let unit = match parts.next().unwrap_or_default() {
            "" => "\u{b5}V".to_owned(),
            text => unescape(text),
        };
        Ok(Self {
            name,
            unit,
            resolution,
        })
    }
}

/// Commas within a text are written `\1`.
pub(crate) fn unescape(text: &str) -> String {
    text.replace("\\1", ",")
}

/// A positive finite number.
fn number_of(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

/// A value and where it stands.
#[derive(Debug)]
struct Entry {
    line: u64,
    key: String,
    text: String,
}

impl Entry {
    fn invalid(&self, expected: &'static str) -> RecordingError {
        RecordingError::InvalidValue {
            format: FORMAT,
            place: format!("{} in line {}", self.key, self.line),
            value: beginning(&self.text),
            expected,
        }
    }
}

/// The keys of a header by section and name, in lower case.
#[derive(Debug)]
struct Sections {
    entries: BTreeMap<(String, String), Entry>,
}

impl Sections {
    fn read(reader: impl Read) -> Result<Self, RecordingError> {
        let mut lines = Lines::new(reader);
        let mut entries = BTreeMap::new();
        let mut section = String::new();
        while let Some((line, text)) = lines.next()? {
            if line > MAX_LINES {
                return Err(RecordingError::TooMany {
                    what: "lines of a header",
                    limit: 100_000,
                });
            }
            if line == 1 {
                if !is_header(text.as_bytes()) {
                    return Err(RecordingError::InvalidValue {
                        format: FORMAT,
                        place: "line 1".to_owned(),
                        value: beginning(text),
                        expected: "Brain Vision Data Exchange Header File",
                    });
                }
                continue;
            }
            let trimmed = text.trim();
            if let Some(name) = trimmed.strip_prefix('[') {
                section = name.trim_end_matches(']').to_lowercase();
            } else if section != "comment"
                && !trimmed.starts_with(';')
                && let Some((key, value)) = trimmed.split_once('=')
            {
                let entry = Entry {
                    line,
                    key: key.trim().to_owned(),
                    text: value.trim().to_owned(),
                };
                // The first of several equal keys counts.
                entries
                    .entry((section.clone(), key.trim().to_lowercase()))
                    .or_insert(entry);
            }
        }
        Ok(Self { entries })
    }

    fn optional(&mut self, section: &str, key: &str) -> Option<Entry> {
        self.entries
            .remove(&(section.to_lowercase(), key.to_lowercase()))
    }

    fn required(&mut self, section: &str, key: &str) -> Result<Entry, RecordingError> {
        self.optional(section, key)
            .ok_or_else(|| RecordingError::Missing {
                format: FORMAT,
                place: format!("{key} in section [{section}]"),
            })
    }
}
