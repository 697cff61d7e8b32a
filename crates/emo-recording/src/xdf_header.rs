#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use crate::lines::beginning;
use crate::xml::walk;
use crate::{RecordingError, StartTime};

pub(crate) const FORMAT: &str = "XDF";

/// The most channels of all streams together.
pub(crate) const MAX_CHANNELS: usize = 4096;

/// What a stream's header says.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) n_channels: usize,
    pub(crate) format: Format,
    /// Samples per second; 0 if they come at any time.
    pub(crate) nominal_rate: f64,
    /// Whether the stream leaves out samples, so that its stamps are no line.
    pub(crate) can_drop_samples: bool,
    /// Label and unit of the channels, of which there may be fewer.
    pub(crate) channels: Vec<(String, String)>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Double64,
    String,
}

impl Format {
    /// Bytes of a value; none for strings.
    pub(crate) fn len(self) -> Option<usize> {
        match self {
            Self::Int8 => Some(1),
            Self::Int16 => Some(2),
            Self::Int32 | Self::Float32 => Some(4),
            Self::Int64 | Self::Double64 => Some(8),
            Self::String => None,
        }
    }
}

/// When the file was begun, from its header.
pub(crate) fn start_of(bytes: &[u8]) -> Result<Option<StartTime>, RecordingError> {
    let mut start = None;
    read_xml("file header", bytes, |path, text| {
        if path == ["info", "datetime"] {
            start = StartTime::from_iso8601(text);
        }
    })?;
    Ok(start)
}

impl Header {
    pub(crate) fn read(stream: u32, bytes: &[u8]) -> Result<Self, RecordingError> {
        let mut name = String::new();
        let (mut count, mut format, mut rate) = (None, None, None);
        let mut can_drop_samples = false;
        let mut channels = Vec::new();
        let mut channel = (String::new(), String::new());
        let place = format!("header of stream {stream}");
        read_xml(&place, bytes, |path, text| match path {
            ["info", "name"] => name = text.to_owned(),
            ["info", "channel_count"] => count = Some(text.to_owned()),
            ["info", "channel_format"] => format = Some(text.to_owned()),
            ["info", "nominal_srate"] => rate = Some(text.to_owned()),
            ["info", "desc", "channels", "channel", "label"] => channel.0 = text.to_owned(),
            ["info", "desc", "channels", "channel", "unit"] => channel.1 = text.to_owned(),
            ["info", "desc", "channels", "channel"] if channels.len() < MAX_CHANNELS => {
                channels.push(std::mem::take(&mut channel));
            }
            ["info", "desc", "synchronization", "can_drop_samples"] => {
                can_drop_samples = text.eq_ignore_ascii_case("true");
            }
            _ => {}
        })?;
        let required = |value: Option<String>, name: &str| {
            value.ok_or_else(|| RecordingError::Missing {
                format: FORMAT,
                place: format!("{name} in the {place}"),
            })
        };
        let invalid = |name: &str, value: &str, expected| RecordingError::InvalidValue {
            format: FORMAT,
            place: format!("{name} in the {place}"),
            value: beginning(value),
            expected,
        };
        let count = required(count, "channel_count")?;
        let n_channels = match count.parse() {
            Ok(n) if (1..=MAX_CHANNELS).contains(&n) => n,
            _ => return Err(invalid("channel_count", &count, "1 to 4096")),
        };
        let format = required(format, "channel_format")?;
        let format = match format.as_str() {
            "int8" => Format::Int8,
            "int16" => Format::Int16,
            "int32" => Format::Int32,
            "int64" => Format::Int64,
            "float32" => Format::Float32,
            "double64" => Format::Double64,
            "string" => Format::String,
            _ => {
                let expected = "int8, int16, int32, int64, float32, double64 or string";
                return Err(invalid("channel_format", &format, expected));
            }
        };
        let rate = required(rate, "nominal_srate")?;
        let nominal_rate = rate
            .parse()
            .ok()
            .filter(|rate: &f64| rate.is_finite() && *rate >= 0.0)
            .ok_or_else(|| invalid("nominal_srate", &rate, "a rate, or 0 for none"))?;
        Ok(Self {
            name,
            n_channels,
            format,
            nominal_rate,
            can_drop_samples,
            channels,
        })
    }
}

fn read_xml<'t>(
    place: &str,
    bytes: &'t [u8],
    visit: impl FnMut(&[&'t str], &str),
) -> Result<(), RecordingError> {
    let invalid = |at: usize, value: &str, expected| RecordingError::InvalidValue {
        format: FORMAT,
        place: format!("byte {at} of the {place}"),
        value: beginning(value),
        expected,
    };
    let text = str::from_utf8(bytes)
        .map_err(|error| invalid(error.valid_up_to(), "", "text in UTF-8"))?
        .trim_end_matches('\0');
    walk(text, visit).map_err(|error| {
        let value = text.get(error.offset..).unwrap_or_default();
        invalid(error.offset, value, error.expected)
    })
}
