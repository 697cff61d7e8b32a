#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use crate::annotation::MAX_ANNOTATIONS;
use crate::lines::decode;
use crate::samples::{Budget, Samples};
use crate::xdf_header::{FORMAT, Format, Header, MAX_CHANNELS, start_of};
use crate::xdf_recording::to_recording;
use crate::{Recording, RecordingError, StartTime};

/// Whether a file that starts with these bytes is XDF.
pub(crate) fn is_xdf(start: &[u8]) -> bool {
    start.starts_with(b"XDF:")
}

/// Reads a recording of streams in XDF 1.0, as LabRecorder writes them.
///
/// - *Clocks*: to the time stamps of a stream is added what the line says that fits its clock offsets, robustly, so
///   that all streams are in the time of the recording computer.
/// - *Even streams*, those with a nominal rate: between steps of more than a second and more than 500 samples, the
///   stamps are replaced by the line through them. [`Channel::sample_rate`] is the rate of these lines, not the nominal
///   one, and all of them share it; each step between two of them is a [`Gap`]. A stream that says that it drops samples is left as it is.
/// - *Uneven streams* have [`Channel::times`].
/// - *Streams of strings* become annotations, one for each string that is not empty, with the stream's name as source.
/// - A channel's [`source`](crate::Channel::source) is its stream's name; its own name is the label that the header gives, or
///   the stream's with a number from 1. Times count from the first sample of all. NaN is a missing sample.
/// - *Start*: the date and time in the file's header, which is when the recorder began.
///
/// # Errors
/// - [`RecordingError::InvalidValue`] and [`RecordingError::Missing`] for headers, with the stream and the field; for
///   samples of a stream without header, stamps that do not grow, and values beyond `f32`.
/// - [`RecordingError::WrongLength`] for a file that is cut, and for a chunk whose content is not as long as it says.
/// - [`RecordingError::Unsupported`] for clock offsets that jump by more than a second, as when a computer restarts.
/// - [`RecordingError::NoSignals`] if all streams are of strings.
/// - [`RecordingError::TooManySamples`], [`RecordingError::TooMany`].
/// - [`RecordingError::Io`] if reading fails.
///
/// [`Channel::sample_rate`]: crate::Channel::sample_rate
/// [`Channel::times`]: crate::Channel::times
/// [`Gap`]: crate::Gap
pub fn read_xdf(reader: impl Read) -> Result<Recording, RecordingError> {
    let mut reader = Chunks {
        reader: BufReader::new(reader),
        offset: 0,
        content: Vec::new(),
    };
    reader.magic()?;
    let mut streams = BTreeMap::new();
    let mut start: Option<StartTime> = None;
    let mut budget = Budget::new();
    let (mut n_channels, mut n_strings) = (0, 0);
    while let Some((offset, tag)) = reader.next()? {
        let mut content = Content {
            rest: &reader.content,
            offset,
        };
        match tag {
            1 => start = start_of(content.rest)?,
            2 => {
                let id = content.number()?;
                let header = Header::read(id, content.rest)?;
                n_channels += header.n_channels;
                if n_channels > MAX_CHANNELS {
                    return Err(RecordingError::TooMany {
                        what: "channels",
                        limit: MAX_CHANNELS,
                    });
                }
                if streams.insert(id, Stream::new(header)).is_some() {
                    return Err(content.invalid(id, "a stream that has no header yet"));
                }
            }
            3 => {
                let id = content.number()?;
                let stream = streams
                    .get_mut(&id)
                    .ok_or_else(|| content.invalid(id, "a stream that has a header"))?;
                stream.read_samples(&mut content, &mut budget, &mut n_strings)?;
            }
            4 => {
                let id = content.number()?;
                let (time, offset) = (content.float()?, content.float()?);
                let stream = streams
                    .get_mut(&id)
                    .ok_or_else(|| content.invalid(id, "a stream that has a header"))?;
                if !(time.is_finite() && offset.is_finite()) {
                    return Err(content.invalid(offset, "a finite clock offset"));
                }
                stream.clock_offsets.push((time, offset));
            }
            // Boundaries, footers, and what may come.
            _ => {}
        }
    }
    to_recording(streams.into_values().collect(), start)
}

/// A stream as the file holds it.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) header: Header,
    pub(crate) stamps: Vec<f64>,
    /// None before the first sample; none of strings.
    pub(crate) channels: Vec<Samples>,
    /// Sample and string.
    pub(crate) strings: Vec<(usize, String)>,
    /// Time and what is to be added.
    pub(crate) clock_offsets: Vec<(f64, f64)>,
}

impl Stream {
    fn new(header: Header) -> Self {
        Self {
            header,
            stamps: Vec::new(),
            channels: Vec::new(),
            strings: Vec::new(),
            clock_offsets: Vec::new(),
        }
    }

    fn read_samples(
        &mut self,
        content: &mut Content,
        budget: &mut Budget,
        n_strings: &mut usize,
    ) -> Result<(), RecordingError> {
        let n_samples = content.length()?;
        for _ in 0..n_samples {
            let stamp = match content.byte()? {
                0 => match self.stamps.last() {
                    Some(last) if self.header.nominal_rate > 0.0 => {
                        last + 1.0 / self.header.nominal_rate
                    }
                    Some(&last) => last,
                    None => return Err(content.invalid(0, "a stamp for the first sample")),
                },
                8 => content.float()?,
                byte => return Err(content.invalid(byte, "0 or 8 bytes of a stamp")),
            };
            if !stamp.is_finite() {
                return Err(content.invalid(stamp, "a finite stamp"));
            }
            // A stamp is as large as two samples.
            budget.take(2)?;
            let sample = self.stamps.len();
            self.stamps.push(stamp);
            match self.header.format {
                Format::String => {
                    for _ in 0..self.header.n_channels {
                        let text = content.text()?;
                        if text.is_empty() {
                            continue;
                        }
                        *n_strings += 1;
                        if *n_strings > MAX_ANNOTATIONS {
                            return Err(RecordingError::TooMany {
                                what: "annotations",
                                limit: MAX_ANNOTATIONS,
                            });
                        }
                        self.strings.push((sample, text));
                    }
                }
                format => {
                    let len = format.len().unwrap_or(0);
                    let n_channels = self.header.n_channels;
                    let bytes = content.take(len * n_channels)?;
                    // Samples of uneven streams keep their times with each channel.
                    let is_even = self.header.nominal_rate > 0.0 && !self.header.can_drop_samples;
                    budget.take(n_channels * if is_even { 1 } else { 3 })?;
                    if self.channels.is_empty() {
                        self.channels.resize_with(n_channels, Samples::default);
                    }
                    for (samples, bytes) in self.channels.iter_mut().zip(bytes.chunks_exact(len)) {
                        let value = value_of(format, bytes);
                        if !samples.push(value) {
                            return Err(
                                content.invalid(value, "a value within the range of 32-bit floats")
                            );
                        }
                    }
                }
            }
        }
        if content.rest.is_empty() {
            Ok(())
        } else {
            Err(content.wrong_length("what follows the samples", 0))
        }
    }
}

fn value_of(format: Format, bytes: &[u8]) -> f64 {
    match (format, bytes) {
        (Format::Int8, &[a]) => f64::from(i8::from_le_bytes([a])),
        (Format::Int16, &[a, b]) => f64::from(i16::from_le_bytes([a, b])),
        (Format::Int32, &[a, b, c, d]) => f64::from(i32::from_le_bytes([a, b, c, d])),
        (Format::Float32, &[a, b, c, d]) => f64::from(f32::from_le_bytes([a, b, c, d])),
        (Format::Int64, bytes) => little_endian(bytes).cast_signed() as f64,
        (Format::Double64, bytes) => f64::from_bits(little_endian(bytes)),
        _ => f64::NAN,
    }
}

/// The file's chunks, each read into the same buffer.
struct Chunks<R> {
    reader: BufReader<R>,
    offset: u64,
    content: Vec<u8>,
}

impl<R: Read> Chunks<R> {
    fn magic(&mut self) -> Result<(), RecordingError> {
        self.fill(4)?;
        if self.content == b"XDF:" {
            return Ok(());
        }
        Err(RecordingError::InvalidValue {
            format: FORMAT,
            place: "beginning of the file".to_owned(),
            value: decode(&self.content),
            expected: "XDF:",
        })
    }

    /// Reads the next chunk: where its content begins, and its tag. None at the end of the file.
    fn next(&mut self) -> Result<Option<(u64, u16)>, RecordingError> {
        if self.fill(1)? == 0 {
            return Ok(None);
        }
        let n_bytes = match self.content[..] {
            [n @ (1 | 4 | 8)] => n,
            _ => {
                return Err(RecordingError::InvalidValue {
                    format: FORMAT,
                    place: format!("length of the length at byte {}", self.offset - 1),
                    value: format!("{:?}", self.content),
                    expected: "1, 4 or 8",
                });
            }
        };
        self.exactly(n_bytes.into())?;
        let len = little_endian(&self.content);
        let Some(content_len) = len.checked_sub(2) else {
            return Err(self.cut(len, 2));
        };
        self.exactly(2)?;
        let tag = match self.content[..] {
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0,
        };
        let offset = self.offset;
        self.exactly(content_len)?;
        Ok(Some((offset, tag)))
    }

    fn exactly(&mut self, len: u64) -> Result<(), RecordingError> {
        let actual = self.fill(len)?;
        if actual < len {
            return Err(self.cut(actual, len));
        }
        Ok(())
    }

    /// Reads up to `len` bytes and says how many there are.
    fn fill(&mut self, len: u64) -> Result<u64, RecordingError> {
        self.content.clear();
        let actual = self
            .reader
            .by_ref()
            .take(len)
            .read_to_end(&mut self.content)?;
        self.offset += actual as u64;
        Ok(actual as u64)
    }

    fn cut(&self, actual: u64, required: u64) -> RecordingError {
        RecordingError::WrongLength {
            format: FORMAT,
            place: format!("chunk before byte {}", self.offset),
            actual,
            required,
        }
    }
}

/// What is left of a chunk.
struct Content<'a> {
    rest: &'a [u8],
    /// Where the content begins.
    offset: u64,
}

impl<'a> Content<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], RecordingError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or_else(|| self.wrong_length("what is left of it", len as u64))?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, RecordingError> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    fn number(&mut self) -> Result<u32, RecordingError> {
        let number = little_endian(self.take(4)?);
        Ok(u32::try_from(number).unwrap_or(u32::MAX))
    }

    fn float(&mut self) -> Result<f64, RecordingError> {
        Ok(f64::from_bits(little_endian(self.take(8)?)))
    }

    /// A length of variable length.
    fn length(&mut self) -> Result<u64, RecordingError> {
        let n_bytes = self.byte()?;
        if ![1, 4, 8].contains(&n_bytes) {
            return Err(self.invalid(n_bytes, "1, 4 or 8 bytes of a length"));
        }
        Ok(little_endian(self.take(n_bytes.into())?))
    }

    fn text(&mut self) -> Result<String, RecordingError> {
        let len = self.length()?;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        Ok(decode(self.take(len)?))
    }

    fn invalid(&self, value: impl ToString, expected: &'static str) -> RecordingError {
        RecordingError::InvalidValue {
            format: FORMAT,
            place: format!("a number of the chunk at byte {}", self.offset),
            value: value.to_string(),
            expected,
        }
    }

    fn wrong_length(&self, what: &str, required: u64) -> RecordingError {
        RecordingError::WrongLength {
            format: FORMAT,
            place: format!("chunk at byte {}: {what}", self.offset),
            actual: self.rest.len() as u64,
            required,
        }
    }
}

/// Up to 8 bytes.
fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}
