#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Read;

use emo_dsp::SampleRate;

use crate::lines::{Lines, beginning};
use crate::start_time::{digits, seconds_of_time};
use crate::{MAX_SIGNALS, RecordingError, StartTime};

pub(crate) const FORMAT: &str = "WFDB";

/// The most samples of all signals in a frame.
const MAX_FRAME_LEN: usize = 1 << 16;

/// The most segments of a record.
const MAX_SEGMENTS: usize = 1 << 16;

/// What a header says about a record.
#[derive(Debug)]
pub(crate) struct Header {
    /// Frames per second.
    pub(crate) rate: f64,
    /// Samples of each signal in a frame each; none if the file does not say.
    pub(crate) n_frames: Option<u64>,
    pub(crate) start: Option<StartTime>,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Signals(Vec<SignalInfo>),
    /// Names, `~` for none, and lengths in frames.
    Segments(Vec<(String, u64)>),
}

#[derive(Debug)]
pub(crate) struct SignalInfo {
    pub(crate) file: String,
    pub(crate) format: SampleFormat,
    pub(crate) samples_per_frame: usize,
    /// Bytes of the file before the first sample.
    pub(crate) offset: u64,
    pub(crate) gain: f64,
    pub(crate) baseline: f64,
    pub(crate) unit: String,
    pub(crate) name: String,
    pub(crate) sample_rate: SampleRate,
}

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleFormat {
    F16,
    F24,
    F32,
    F80,
    F212,
}

impl Header {
    pub(crate) fn read(reader: impl Read) -> Result<Self, RecordingError> {
        let mut lines = Lines::new(reader);
        let mut line = || -> Result<Option<Words>, RecordingError> {
            while let Some((line, text)) = lines.next()? {
                let text = text.trim();
                if !text.is_empty() && !text.starts_with('#') {
                    return Ok(Some(Words {
                        line,
                        text: text.to_owned(),
                    }));
                }
            }
            Ok(None)
        };
        let missing = |place: String| RecordingError::Missing {
            format: FORMAT,
            place,
        };
        let record = line()?.ok_or_else(|| missing("the record line".to_owned()))?;
        let (name, n_segments) = match record.word(0).split_once('/') {
            None => (record.word(0), None),
            Some((name, n)) => {
                let n = count(n)
                    .filter(|n| (1..=MAX_SEGMENTS).contains(n))
                    .ok_or_else(|| record.invalid("1 to 65536 segments"))?;
                (name, Some(n))
            }
        };
        let n_signals = count(record.word(1))
            .filter(|n| (1..=MAX_SIGNALS).contains(n))
            .ok_or_else(|| record.invalid("1 to 512 signals"))?;
        let rate = match record.word(2).split('/').next() {
            None | Some("") => 250.0,
            Some(rate) => positive(rate).ok_or_else(|| record.invalid("a sampling rate"))?,
        };
        let n_frames = match record.word(3) {
            "" => None,
            n => digits(n)
                .map(|n| u64::try_from(n).ok().filter(|&n| n > 0))
                .ok_or_else(|| record.invalid("a number of samples"))?,
        };
        let start = start_of(record.word(4), record.word(5));
        let content = match n_segments {
            Some(n_segments) => Content::Segments(
                (0..n_segments)
                    .map(|segment| {
                        line()?
                            .ok_or_else(|| missing(format!("the line of segment {segment}")))?
                            .segment()
                    })
                    .collect::<Result<_, _>>()?,
            ),
            None => {
                let signals = (0..n_signals)
                    .map(|signal| {
                        line()?
                            .ok_or_else(|| missing(format!("the line of signal {signal}")))?
                            .signal(rate, name, signal)
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                let frame_len: usize = signals.iter().map(|signal| signal.samples_per_frame).sum();
                if frame_len > MAX_FRAME_LEN {
                    return Err(RecordingError::TooMany {
                        what: "samples in a frame",
                        limit: MAX_FRAME_LEN,
                    });
                }
                Content::Signals(signals)
            }
        };
        Ok(Self {
            rate,
            n_frames,
            start,
            content,
        })
    }
}

fn start_of(time: &str, date: &str) -> Option<StartTime> {
    let mut parts = date.splitn(3, '/').map(digits);
    let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
    StartTime::local((year, month, day), seconds_of_time(time, ':')?)
}

/// A line of a header.
struct Words {
    line: u64,
    text: String,
}

impl Words {
    /// A word by its number from 0; empty if there are fewer.
    fn word(&self, index: usize) -> &str {
        self.text
            .split_ascii_whitespace()
            .nth(index)
            .unwrap_or_default()
    }

    fn invalid(&self, expected: &'static str) -> RecordingError {
        RecordingError::InvalidValue {
            format: FORMAT,
            place: format!("line {}", self.line),
            value: beginning(&self.text),
            expected,
        }
    }

    fn segment(&self) -> Result<(String, u64), RecordingError> {
        let n_frames = digits(self.word(1))
            .and_then(|n| u64::try_from(n).ok())
            .ok_or_else(|| self.invalid("a segment's name and length"))?;
        if n_frames == 0 {
            return Err(RecordingError::Unsupported {
                format: "WFDB record of variable layout",
            });
        }
        Ok((self.word(0).to_owned(), n_frames))
    }

    /// `file format gain resolution zero initial checksum block description`, of which the first two must be there.
    fn signal(&self, rate: f64, record: &str, number: usize) -> Result<SignalInfo, RecordingError> {
        let (format, samples_per_frame, offset) = self.format()?;
        let zero = match self.word(4) {
            "" => 0.0,
            zero => whole(zero).ok_or_else(|| self.invalid("a whole zero of the converter"))?,
        };
        let (gain, unit) = self.word(2).split_once('/').unwrap_or((self.word(2), ""));
        let (gain, baseline) = match gain.split_once('(') {
            None => (gain, zero),
            Some((gain, baseline)) => {
                let baseline = baseline
                    .strip_suffix(')')
                    .and_then(whole)
                    .ok_or_else(|| self.invalid("a whole baseline in brackets"))?;
                (gain, baseline)
            }
        };
        let gain = match gain {
            "" => 0.0,
            gain => gain
                .parse::<f64>()
                .ok()
                .filter(|gain| gain.is_finite())
                .ok_or_else(|| self.invalid("a gain"))?,
        };
        let name: Vec<&str> = self.text.split_ascii_whitespace().skip(8).collect();
        let name = name.join(" ");
        if name.chars().any(char::is_control) {
            return Err(self.invalid("text without control characters"));
        }
        Ok(SignalInfo {
            file: self.word(0).to_owned(),
            format,
            samples_per_frame,
            offset,
            // A gain of 0 says that the signal is not calibrated.
            gain: if gain == 0.0 { 200.0 } else { gain },
            baseline,
            unit: if unit.is_empty() { "mV" } else { unit }.to_owned(),
            name: if name.is_empty() {
                format!("record {record}, signal {number}")
            } else {
                name
            },
            sample_rate: SampleRate::from_hz(rate * samples_per_frame as f64)
                .map_err(|_| self.invalid("a sampling rate"))?,
        })
    }

    /// The word `format[xsamples][:skew][+offset]`.
    fn format(&self) -> Result<(SampleFormat, usize, u64), RecordingError> {
        let word = self.word(1);
        let end = word
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(word.len());
        let (code, mut rest) = word.split_at_checked(end).unwrap_or((word, ""));
        let format = match code {
            "16" => SampleFormat::F16,
            "24" => SampleFormat::F24,
            "32" => SampleFormat::F32,
            "80" => SampleFormat::F80,
            "212" => SampleFormat::F212,
            _ => return Err(self.invalid("format 16, 24, 32, 80 or 212")),
        };
        let (mut samples_per_frame, mut offset) = (1, 0);
        while let Some(mark) = rest.chars().next() {
            let tail = rest.get(1..).unwrap_or_default();
            let end = tail
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(tail.len());
            let (number, after) = tail.split_at_checked(end).unwrap_or((tail, ""));
            rest = after;
            let number = digits(number);
            match (mark, number) {
                ('x', Some(n)) if n > 0 => {
                    samples_per_frame = usize::try_from(n)
                        .ok()
                        .filter(|&n| n <= MAX_FRAME_LEN)
                        .ok_or_else(|| self.invalid("at most 65536 samples in a frame"))?;
                }
                (':', Some(0)) => {}
                (':', Some(_)) => {
                    return Err(RecordingError::Unsupported {
                        format: "WFDB signal with a skew",
                    });
                }
                ('+', Some(n)) => offset = u64::try_from(n).unwrap_or(u64::MAX),
                _ => return Err(self.invalid("a format with numbers after x, : and +")),
            }
        }
        Ok((format, samples_per_frame, offset))
    }
}

fn count(text: &str) -> Option<usize> {
    usize::try_from(digits(text)?).ok()
}

fn positive(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

fn whole(text: &str) -> Option<f64> {
    text.parse::<i32>().ok().map(f64::from)
}
