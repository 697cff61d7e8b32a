#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use crate::annotation::MAX_ANNOTATIONS;
use crate::brainvision_header::{FORMAT, Header, unescape};
use crate::lines::{Lines, beginning};
use crate::start_time::digits;
use crate::{Annotation, Gap, RecordingError, StartTime};

/// What a marker file says.
#[derive(Debug, Default)]
pub(crate) struct Markers {
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) start: Option<StartTime>,
}

/// A segment's first sample and date.
type Segment = (usize, Option<StartTime>);

pub(crate) fn read_markers(reader: impl Read, header: &Header) -> Result<Markers, RecordingError> {
    let mut lines = Lines::new(reader);
    let mut markers = Vec::new();
    let mut segments: Vec<Segment> = Vec::new();
    let mut is_marker_section = false;
    while let Some((line, text)) = lines.next()? {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('[') {
            is_marker_section = name.eq_ignore_ascii_case("Marker Infos]");
        }
        let is_entry = is_marker_section && text.starts_with("Mk");
        let Some((key, value)) = text.split_once('=').filter(|_| is_entry) else {
            continue;
        };
        let invalid = |expected| RecordingError::InvalidValue {
            format: FORMAT,
            place: format!("marker {key} in line {line}"),
            value: beginning(value),
            expected,
        };
        if markers.len() >= MAX_ANNOTATIONS {
            return Err(RecordingError::TooMany {
                what: "annotations",
                limit: MAX_ANNOTATIONS,
            });
        }
        let mut parts = value.split(',');
        let mut part = || parts.next().unwrap_or_default();
        let (kind, description) = (unescape(part().trim()), unescape(part()));
        let position = digits(part().trim())
            .and_then(|position| usize::try_from(position).ok()?.checked_sub(1))
            .ok_or_else(|| invalid("a position from 1 in its third part"))?;
        let count = |part: &str, expected| match part.trim() {
            "" => Ok(0),
            text => digits(text)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or_else(|| invalid(expected)),
        };
        let size = count(part(), "a size in its fourth part")?;
        let channel = count(part(), "a channel's number in its fifth part")?;
        if kind == "New Segment" {
            segments.push((position, date(part().trim())));
        }
        let rate = header.sample_rate.hz();
        let source = match channel.checked_sub(1) {
            None => None,
            Some(index) => Some(
                header
                    .channels
                    .get(index)
                    .ok_or_else(|| invalid("a channel of the header in its fifth part"))?
                    .name
                    .clone(),
            ),
        };
        markers.push((
            position,
            (size > 0).then_some(size as f64 / rate),
            source,
            { format!("{kind}/{}", description.trim_end()) },
        ));
    }
    segments.sort_by_key(|&(position, _)| position);
    segments.dedup_by_key(|&mut (position, _)| position);
    markers.sort_by_key(|&(position, ..)| position);
    let gaps = gaps(&segments, header.sample_rate.hz());
    let mut passed_over = 0.0;
    let mut next_gaps = gaps.iter().peekable();
    let to_annotation = |(position, duration, source, text): (usize, _, _, String)| {
        while let Some(gap) = next_gaps.next_if(|gap| gap.sample <= position) {
            passed_over += gap.seconds;
        }
        Annotation {
            duration,
            source,
            ..Annotation::new(
                position as f64 / header.sample_rate.hz() + passed_over,
                text,
            )
        }
    };
    let annotations = markers.into_iter().map(to_annotation).collect();
    let start = segments
        .first()
        .and_then(|&(position, date)| date.filter(|_| position == 0));
    Ok(Markers {
        annotations,
        gaps,
        start,
    })
}

fn gaps(segments: &[Segment], rate: f64) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for pair in segments.windows(2) {
        let &[(before, begin), (after, end)] = pair else {
            continue;
        };
        let passed = begin
            .zip(end)
            .map(|(begin, end)| end.unix_seconds - begin.unix_seconds);
        let seconds = passed.map_or(0.0, |passed| passed - (after - before) as f64 / rate);
        // Dates are rounded, and clocks are set back.
        gaps.push(Gap {
            sample: after,
            seconds: seconds.max(0.0),
        });
    }
    gaps
}

/// A date as `20131113161403794232`: year to second, then microseconds.
fn date(text: &str) -> Option<StartTime> {
    let field = |from: usize, to: usize| digits(text.get(from..to)?);
    let is_whole = text.len() == 20;
    let date = (field(0, 4)?, field(4, 6)?, field(6, 8)?);
    let (hour, minute, second) = (field(8, 10)?, field(10, 12)?, field(12, 14)?);
    let is_time = hour < 24 && minute < 60 && second < 61;
    let seconds = (hour * 3600 + minute * 60 + second) as f64 + field(14, 20)? as f64 * 1e-6;
    StartTime::local(date, seconds).filter(|_| is_whole && is_time)
}
