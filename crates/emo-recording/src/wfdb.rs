#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};

use crate::samples::{Budget, Samples};
use crate::sister::{beside, open_sister};
use crate::wfdb_annotations::read_wfdb_annotations;
use crate::wfdb_header::{Content, FORMAT, Header, SampleFormat, SignalInfo};
use crate::{Annotation, Channel, Gap, Recording, RecordingError, WfdbAnnotation};

/// Reads a record in the format of the WaveForm DataBase from its header (`.hea`); `open` opens the files that it names.
///
/// `open` gets names without any folder: [`Recording::read`] opens them in the header's own folder, if they are regular
/// files. `stem` is the header's name without extension; the annotations are in `stem.atr`, if `open` finds such a file.
/// For those of other extensions there is [`read_wfdb_annotations`].
///
/// - *Data*: formats 16, 24, 32, 80 and 212, in one file for all signals or in several, with one sample in a frame or
///   more. A sample is `(number − baseline) / gain` in the signal's unit (mV if there is none); a gain of 0 counts as
///   200. The lowest number of a format stands for a missing sample.
/// - *Segments*: those of records with a fixed layout are joined; one without data (`~`) is a [`Gap`].
/// - *Annotations*: one for each, with its symbol as text, followed by its own text after a space.
///
/// Checksums and initial values are not looked at.
///
/// # Errors
/// - [`RecordingError::InvalidValue`] and [`RecordingError::Missing`] with the line of the header.
/// - [`RecordingError::Unsupported`] for records of variable layout and signals with a skew.
/// - [`RecordingError::WrongLength`] for data that end too early or go on.
/// - [`RecordingError::Sister`] around what is wrong with a file that the header names.
/// - [`RecordingError::TooManySamples`], [`RecordingError::TooMany`], [`RecordingError::LineTooLong`].
/// - [`RecordingError::Io`] if reading fails.
///
/// # References
/// - A. L. Goldberger et al. (2000). PhysioBank, PhysioToolkit, and PhysioNet. Circulation 101(23).
///   doi:10.1161/01.CIR.101.23.e215.
pub fn read_wfdb<R: Read>(
    header: impl Read,
    stem: &str,
    mut open: impl FnMut(&str) -> io::Result<R>,
) -> Result<Recording, RecordingError> {
    let header = Header::read(header)?;
    let mut files = Files {
        open: &mut open,
        names: BTreeSet::new(),
        budget: Budget::new(),
    };
    let mut channels = match &header.content {
        Content::Signals(signals) => files.read_signals(signals, header.n_frames)?,
        Content::Segments(segments) => files.read_segments(segments, header.rate)?,
    };
    let annotations = read_beats(stem, &header, &channels, &mut open)?;
    for channel in &mut channels {
        channel.samples.shrink_to_fit();
    }
    Ok(Recording {
        channels,
        annotations,
        start: header.start,
    })
}

/// The files of a record.
struct Files<'a, O> {
    open: &'a mut O,
    /// The data files that were read: a file that was read many times would be more than it is.
    names: BTreeSet<String>,
    budget: Budget,
}

impl<R: Read, O: FnMut(&str) -> io::Result<R>> Files<'_, O> {
    fn read_segments(
        &mut self,
        segments: &[(String, u64)],
        rate: f64,
    ) -> Result<Vec<Channel>, RecordingError> {
        let mut whole: Vec<Channel> = Vec::new();
        let mut gap_seconds = 0.0;
        for (number, (name, n_frames)) in segments.iter().enumerate() {
            if name == "~" {
                gap_seconds += *n_frames as f64 / rate;
                continue;
            }
            let place = format!("name of segment {number}");
            let file_name = format!("{name}.hea");
            let file = open_sister(FORMAT, &place, &file_name, self.open)?;
            let header = Header::read(file).map_err(|error| beside(&file_name, error))?;
            let Content::Signals(signals) = &header.content else {
                return Err(RecordingError::Unsupported {
                    format: "WFDB segment that has segments",
                });
            };
            let invalid = |value: String, expected| RecordingError::InvalidValue {
                format: FORMAT,
                place: format!("segment {number} ({name})"),
                value,
                expected,
            };
            if header.rate != rate || header.n_frames.is_some_and(|n| n != *n_frames) {
                return Err(invalid(
                    format!(
                        "{} samples at {} Hz",
                        header.n_frames.unwrap_or(*n_frames),
                        header.rate
                    ),
                    "the length and the rate that the record gives it",
                ));
            }
            let channels = self
                .read_signals(signals, Some(*n_frames))
                .map_err(|error| beside(&file_name, error))?;
            if whole.is_empty() {
                whole = channels;
                for channel in &mut whole {
                    channel.start = gap_seconds;
                }
            } else {
                let kinds = |channels: &[Channel]| -> Vec<_> {
                    let kind = |c: &Channel| (c.name.clone(), c.unit.clone(), c.sample_rate);
                    channels.iter().map(kind).collect()
                };
                if kinds(&whole) != kinds(&channels) {
                    let names: Vec<_> = channels.into_iter().map(|channel| channel.name).collect();
                    return Err(invalid(
                        names.join(", "),
                        "the signals of the first segment",
                    ));
                }
                for (whole, part) in whole.iter_mut().zip(channels) {
                    let len = whole.samples.len();
                    if gap_seconds > 0.0 {
                        whole.gaps.push(Gap {
                            sample: len,
                            seconds: gap_seconds,
                        });
                    }
                    let missing = part.missing.into_iter();
                    whole
                        .missing
                        .extend(missing.map(|range| range.start + len..range.end + len));
                    whole.samples.extend(part.samples);
                }
            }
            gap_seconds = 0.0;
        }
        if whole.is_empty() {
            return Err(RecordingError::Missing {
                format: FORMAT,
                place: "a segment with data".to_owned(),
            });
        }
        Ok(whole)
    }

    fn read_signals(
        &mut self,
        signals: &[SignalInfo],
        n_frames: Option<u64>,
    ) -> Result<Vec<Channel>, RecordingError> {
        let mut channels = Vec::new();
        let is_same_file = |a: &SignalInfo, b: &SignalInfo| a.file == b.file;
        for group in signals.chunk_by(is_same_file) {
            let Some(first) = group.first() else { continue };
            let is_same = |signal: &SignalInfo| {
                (signal.format, signal.offset) == (first.format, first.offset)
            };
            if !group.iter().all(is_same) {
                return Err(RecordingError::InvalidValue {
                    format: FORMAT,
                    place: format!("format of {}", first.file),
                    value: format!("{:?}", group.iter().map(|s| s.format).collect::<Vec<_>>()),
                    expected: "one format and one offset for all signals of a file",
                });
            }
            let name = &first.file;
            if !self.names.insert(name.clone()) {
                return Err(RecordingError::InvalidValue {
                    format: FORMAT,
                    place: "name of a signal's file".to_owned(),
                    value: name.clone(),
                    expected: "a file that no other signals are in",
                });
            }
            let file = open_sister(FORMAT, "name of a signal's file", name, self.open)?;
            let samples = read_file(file, group, n_frames, &mut self.budget)
                .map_err(|error| beside(name, error))?;
            channels.extend(group.iter().zip(samples).map(|(signal, samples)| Channel {
                unit: Some(signal.unit.clone()),
                sample_rate: Some(signal.sample_rate),
                missing: samples.missing,
                ..Channel::new(signal.name.clone(), samples.values)
            }));
        }
        Ok(channels)
    }
}

/// The samples of the signals that share a file.
fn read_file(
    reader: impl Read,
    signals: &[SignalInfo],
    n_frames: Option<u64>,
    budget: &mut Budget,
) -> Result<Vec<Samples>, RecordingError> {
    /// A multiple of every format's unit.
    const BLOCK: usize = 12 << 12;
    let Some(&SignalInfo { format, offset, .. }) = signals.first() else {
        return Ok(Vec::new());
    };
    let mut reader = BufReader::new(reader);
    let skipped = io::copy(&mut reader.by_ref().take(offset), &mut io::sink())?;
    let frame_len: usize = signals.iter().map(|signal| signal.samples_per_frame).sum();
    let wrong_length = |actual, required| RecordingError::WrongLength {
        format: FORMAT,
        place: format!("data of {} signals", signals.len()),
        actual,
        required,
    };
    if skipped < offset {
        return Err(wrong_length(skipped, offset));
    }
    let mut samples: Vec<Samples> = signals.iter().map(|_| Samples::default()).collect();
    let n_announced = n_frames.map(|n| n.saturating_mul(frame_len as u64));
    let (mut n_samples, mut n_bytes) = (0_u64, 0_u64);
    let mut bytes = Vec::new();
    // What is left of an incomplete frame, and the numbers of a block.
    let mut numbers: Vec<i32> = Vec::new();
    loop {
        bytes.clear();
        reader.by_ref().take(BLOCK as u64).read_to_end(&mut bytes)?;
        n_bytes += bytes.len() as u64;
        let n_carried = numbers.len();
        format.decode(&bytes, &mut numbers);
        // What fills up the last three bytes of format 212 is no sample.
        if let Some(n_announced) = n_announced {
            let left = n_announced - n_samples;
            let n_new = (numbers.len() - n_carried) as u64;
            let is_padded = format == SampleFormat::F212 && n_new == left + 1;
            if n_new > left && !is_padded {
                return Err(wrong_length(n_bytes, format.bytes_of(n_announced)));
            }
            numbers.truncate(n_carried + usize::try_from(left.min(n_new)).unwrap_or(0));
        }
        let n_new = numbers.len() - n_carried;
        budget.take(n_new)?;
        n_samples += n_new as u64;
        let n_whole = numbers.len() - numbers.len() % frame_len;
        let frames = numbers.get(..n_whole).unwrap_or_default();
        let mut place = 0;
        for (signal, samples) in signals.iter().zip(&mut samples) {
            let own = place..place + signal.samples_per_frame;
            for frame in frames.chunks_exact(frame_len) {
                for &number in frame.get(own.clone()).unwrap_or_default() {
                    push(signal, samples, format, number)?;
                }
            }
            place = own.end;
        }
        numbers.drain(..n_whole);
        if bytes.len() < BLOCK {
            break;
        }
    }
    let required =
        n_announced.unwrap_or(n_samples.div_ceil(frame_len as u64).max(1) * frame_len as u64);
    let required_bytes = format.bytes_of(required);
    // The last number of format 212 may be followed by four bits or by twelve.
    let is_padded = format == SampleFormat::F212 && required % 2 == 1;
    let is_whole = n_bytes == required_bytes || is_padded && n_bytes == required_bytes + 1;
    if n_samples != required || !is_whole {
        return Err(wrong_length(n_bytes, required_bytes));
    }
    Ok(samples)
}

#[inline]
fn push(
    signal: &SignalInfo,
    samples: &mut Samples,
    format: SampleFormat,
    number: i32,
) -> Result<(), RecordingError> {
    if number == format.missing() {
        samples.push_missing();
        return Ok(());
    }
    let value = (f64::from(number) - signal.baseline) / signal.gain;
    if !value.is_nan() && samples.push(value) {
        return Ok(());
    }
    Err(RecordingError::InvalidValue {
        format: FORMAT,
        place: format!("sample {} of signal {}", samples.values.len(), signal.name),
        value: value.to_string(),
        expected: "a number within the range of 32-bit floats",
    })
}

impl SampleFormat {
    /// The number that stands for no sample: the lowest.
    fn missing(self) -> i32 {
        match self {
            Self::F16 => -0x8000,
            Self::F24 => -0x80_0000,
            Self::F32 => i32::MIN,
            Self::F80 => -0x80,
            Self::F212 => -0x800,
        }
    }

    fn bytes_of(self, n_samples: u64) -> u64 {
        match self {
            Self::F80 => n_samples,
            Self::F16 => n_samples.saturating_mul(2),
            Self::F24 => n_samples.saturating_mul(3),
            Self::F32 => n_samples.saturating_mul(4),
            Self::F212 => n_samples.saturating_mul(3).div_ceil(2),
        }
    }

    /// Adds the numbers of a block; what is left over of the last is passed over.
    fn decode(self, bytes: &[u8], numbers: &mut Vec<i32>) {
        match self {
            Self::F16 => numbers.extend(
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&pair| i32::from(i16::from_le_bytes(pair))),
            ),
            Self::F24 => numbers.extend(
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&[a, b, c]| i32::from_le_bytes([0, a, b, c]) >> 8),
            ),
            Self::F32 => {
                let words = bytes.as_chunks().0.iter();
                numbers.extend(words.map(|&word| i32::from_le_bytes(word)));
            }
            Self::F80 => numbers.extend(bytes.iter().map(|&byte| i32::from(byte) - 128)),
            Self::F212 => {
                // The second byte holds the high bits of the first number, then of the second.
                let twelve = |low: u8, high: u8| {
                    i32::from(i16::from_le_bytes([low << 4, (high << 4) | (low >> 4)]) >> 4)
                };
                let (triples, rest) = bytes.as_chunks();
                for &[a, b, c] in triples {
                    numbers.extend([twelve(a, b & 15), twelve(c, b >> 4)]);
                }
                if let &[a, b] = rest {
                    numbers.push(twelve(a, b & 15));
                }
            }
        }
    }
}

fn read_beats<R: Read>(
    stem: &str,
    header: &Header,
    channels: &[Channel],
    open: &mut impl FnMut(&str) -> io::Result<R>,
) -> Result<Vec<Annotation>, RecordingError> {
    let name = format!("{stem}.atr");
    let file = match open(&name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(beside(&name, error.into())),
    };
    let (annotations, own_rate) =
        read_wfdb_annotations(file).map_err(|error| beside(&name, error))?;
    let rate = own_rate.unwrap_or(header.rate);
    let to_annotation = |annotation: WfdbAnnotation| Annotation {
        source: channels
            .get(usize::from(annotation.channel))
            .filter(|_| annotation.channel > 0)
            .map(|channel| channel.name.clone()),
        ..Annotation::new(
            annotation.sample as f64 / rate,
            match annotation.text.as_str() {
                "" => annotation.symbol,
                text => format!("{} {text}", annotation.symbol),
            },
        )
    };
    Ok(annotations.into_iter().map(to_annotation).collect())
}
