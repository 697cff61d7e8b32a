#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::{self, BufReader, Read};

use crate::brainvision_header::{ChannelInfo, FORMAT, Header, Number};
use crate::brainvision_markers::{Markers, read_markers};
use crate::samples::{Budget, Samples};
use crate::sister::{beside, open_sister};
use crate::{Channel, Recording, RecordingError};

/// Reads a recording in BrainVision's format from its header (`.vhdr`); `open` opens the files that it names.
///
/// `open` gets names without any folder: [`Recording::read`] opens them in the header's own folder, if they are regular
/// files. `$b` in a name stands for `stem`, the header's name without extension.
///
/// - *Data*: `INT_16`, `INT_32` and `IEEE_FLOAT_32`, multiplexed and vectorized, of either byte order. A sample is the
///   number times the channel's resolution (1 if there is none), in the channel's unit (µV if there is none). NaN in
///   floats is a missing sample.
/// - *Annotations*: one for each marker, with the text `type/description`, as `Stimulus/S  1`; the onset is the position
///   less 1, since positions count from 1, and the duration the size in samples. The source is the channel's name if
///   the marker belongs to one.
/// - *Gaps*: a marker `New Segment` after the first sample. How long the recorder stood still follows from the two
///   segments' dates; it is 0 s if they have none.
/// - *Start*: the date of the first segment.
///
/// # Errors
/// - [`RecordingError::Missing`] and [`RecordingError::InvalidValue`] for the header and the markers, with the line and
///   the key; the latter for a file name that is not plain, and for an infinite sample.
/// - [`RecordingError::WrongLength`] for data that are not whole samples of all channels.
/// - [`RecordingError::Sister`] around what is wrong with a file that the header names.
/// - [`RecordingError::TooManySamples`], [`RecordingError::TooMany`], [`RecordingError::LineTooLong`].
/// - [`RecordingError::Io`] if reading fails.
pub fn read_brainvision<R: Read>(
    header: impl Read,
    stem: &str,
    mut open: impl FnMut(&str) -> io::Result<R>,
) -> Result<Recording, RecordingError> {
    let header = Header::read(header, stem)?;
    let markers = match &header.marker_file {
        None => Markers::default(),
        Some(name) => {
            let file = open_sister(FORMAT, "MarkerFile", name, &mut open)?;
            read_markers(file, &header).map_err(|error| beside(name, error))?
        }
    };
    let name = &header.data_file;
    let file = open_sister(FORMAT, "DataFile", name, &mut open)?;
    let samples = read_data(file, &header).map_err(|error| beside(name, error))?;
    let n_samples = samples.first().map_or(0, |samples| samples.values.len());
    let gaps: Vec<_> = markers
        .gaps
        .into_iter()
        .filter(|gap| gap.sample < n_samples)
        .collect();
    let to_channel = |(info, samples): (ChannelInfo, Samples)| Channel {
        unit: Some(info.unit),
        sample_rate: Some(header.sample_rate),
        gaps: gaps.clone(),
        missing: samples.missing,
        ..Channel::new(info.name, samples.values)
    };
    Ok(Recording {
        channels: header
            .channels
            .into_iter()
            .zip(samples)
            .map(to_channel)
            .collect(),
        annotations: markers.annotations,
        start: markers.start,
    })
}

fn read_data(reader: impl Read, header: &Header) -> Result<Vec<Samples>, RecordingError> {
    /// About what is read at once.
    const BLOCK: usize = 1 << 16;
    let width = header.number.len();
    let n_channels = header.channels.len();
    let frame = n_channels * width;
    let mut budget = Budget::new();
    let mut samples: Vec<Samples> = header.channels.iter().map(|_| Samples::default()).collect();
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    let mut n_bytes = 0_u64;
    if header.is_vectorized {
        // The length of a channel is known when all is there.
        let limit = width * budget.left() + 1;
        reader.take(limit as u64).read_to_end(&mut bytes)?;
        n_bytes = bytes.len() as u64;
        budget.take(bytes.len() / width)?;
        let channel_len = width * (bytes.len() / frame);
        if channel_len > 0 {
            let channels = bytes.chunks_exact(channel_len);
            for (index, (samples, bytes)) in samples.iter_mut().zip(channels).enumerate() {
                push(header, index, samples, bytes.chunks_exact(width))?;
            }
        }
    } else {
        let block = frame * (BLOCK / frame).max(1);
        loop {
            bytes.clear();
            reader.by_ref().take(block as u64).read_to_end(&mut bytes)?;
            n_bytes += bytes.len() as u64;
            budget.take(bytes.len() / width)?;
            for (index, samples) in samples.iter_mut().enumerate() {
                let place = index * width..(index + 1) * width;
                let own = |frame| <[u8]>::get(frame, place.clone());
                push(
                    header,
                    index,
                    samples,
                    bytes.chunks_exact(frame).filter_map(own),
                )?;
            }
            if bytes.len() < block {
                break;
            }
        }
    }
    let frame = frame as u64;
    if n_bytes == 0 || !n_bytes.is_multiple_of(frame) {
        return Err(RecordingError::WrongLength {
            format: FORMAT,
            place: format!("data of {n_channels} channels"),
            actual: n_bytes,
            required: n_bytes.div_ceil(frame).max(1) * frame,
        });
    }
    Ok(samples)
}

/// Adds the numbers of a channel.
fn push<'b>(
    header: &Header,
    channel: usize,
    samples: &mut Samples,
    mut numbers: impl Iterator<Item = &'b [u8]>,
) -> Result<(), RecordingError> {
    let info = header.channels.get(channel);
    let resolution = info.map_or(1.0, |info| info.resolution);
    let mut push = |number: f64| {
        let value = number * resolution;
        if samples.push(value) {
            return Ok(());
        }
        Err(RecordingError::InvalidValue {
            format: FORMAT,
            place: format!(
                "sample {} of channel {:?}",
                samples.values.len(),
                info.map_or("", |info| &info.name)
            ),
            value: value.to_string(),
            expected: "a number within the range of 32-bit floats",
        })
    };
    match (header.number, header.is_big_endian) {
        (Number::Int16, false) => {
            numbers.try_for_each(|x| push(i16::from_le_bytes(array(x)).into()))
        }
        (Number::Int16, true) => {
            numbers.try_for_each(|x| push(i16::from_be_bytes(array(x)).into()))
        }
        (Number::Int32, false) => {
            numbers.try_for_each(|x| push(i32::from_le_bytes(array(x)).into()))
        }
        (Number::Int32, true) => {
            numbers.try_for_each(|x| push(i32::from_be_bytes(array(x)).into()))
        }
        (Number::Float32, false) => {
            numbers.try_for_each(|x| push(f32::from_le_bytes(array(x)).into()))
        }
        (Number::Float32, true) => {
            numbers.try_for_each(|x| push(f32::from_be_bytes(array(x)).into()))
        }
    }
}

/// The bytes of one number, which are as many as its type has.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap_or([0; N])
}
